package dev.keraunos.loss;

/** What Keras itself brings, under all its names. */
final class BuiltIns {
  private BuiltIns() {}

  static void register(LossRegistry.Builder registry) {}
}
