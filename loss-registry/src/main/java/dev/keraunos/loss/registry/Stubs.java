package dev.keraunos.loss.registry;

/** Java to paste for a name that is not registered; {@code %s} is the name. */
final class Stubs {
  static final String LOSS =
      "  LossRegistry.builder().loss(\"%s\", (yTrue, yPred) -> {\n"
          + "    // the Python function with dev.keraunos.graph.Ops; one score per sample or"
          + " position, for example\n"
          + "    return mean(square(subtract(yPred, yTrue)), -1);\n"
          + "  })";
  static final String METRIC =
      "  LossRegistry.builder().metric(\"%s\", (yTrue, yPred) -> {\n"
          + "    // the Python function with dev.keraunos.graph.Ops; one value per sample or"
          + " position, for example\n"
          + "    return mean(cast(equal(round(yPred), yTrue), DType.FLOAT32), -1);\n"
          + "  })";
  static final String REGULARIZER =
      "  LossRegistry.builder().regularizer(\"%s\", config -> Regularizer.l1l2(0,"
          + " config.get(\"l2\").number(0)))";

  private Stubs() {}
}
