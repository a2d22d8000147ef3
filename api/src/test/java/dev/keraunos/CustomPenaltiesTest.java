package dev.keraunos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.layers.CustomLayer;
import dev.keraunos.importer.layers.LayerCall;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.loss.check.LossFunction;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.RecordedCases;
import dev.keraunos.testing.Tolerance;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The regularisers of a layer that Java code stands for are part of the loss. */
class CustomPenaltiesTest {
  private static final Path MODELS =
      RecordedCases.folder().resolveSibling("src/test/models/penalised");
  private static final Recorded NAMED = Recorded.of(MODELS.resolve("tf_keras.h5"));
  private static final Recorded NUMBERED = Recorded.of(MODELS.resolve("keras.keras"));

  private static Value layer(LayerCall call, String kernel, String bias) {
    long units = call.config().get("units").integer();
    Value y = Ops.matmul(call.x(), call.weight(kernel, call.dim(call.x(), -1), units));
    return Ops.tanh(Ops.add(y, call.weight(bias, units)));
  }

  private static KerasModel load(Recorded recorded, CustomLayer layer) {
    ModelRegistry registry = ModelRegistry.builder().layer("acme>Penalised", layer).build();
    return KerasModel.loader().registry(registry).load(recorded.model());
  }

  @Test
  void variablesWithNamesAreFoundByThem() {
    try (KerasModel model = load(NAMED, call -> layer(call, "kernel", "bias"))) {
      check(model, NAMED);
    }
  }

  @Test
  void variablesByNumberAreSaid() {
    CustomLayer layer =
        call -> {
          call.regularize("kernel_regularizer", "0");
          call.regularize("bias_regularizer", "1");
          return layer(call, "0", "1");
        };
    try (KerasModel model = load(NUMBERED, layer)) {
      check(model, NUMBERED);
    }
  }

  @Test
  void aPenaltyThatNobodyPlacesIsNotLeftOut() {
    try (KerasModel model = load(NUMBERED, call -> layer(call, "0", "1"))) {
      Dataset data = NUMBERED.data();
      InputException thrown = assertThrows(InputException.class, () -> model.evaluate(data, 32));
      assertTrue(
          thrown.getMessage().contains("call.regularize(\"kernel_regularizer\""),
          thrown.getMessage());
    }
  }

  /** Predictions of every layer, scores and gradients of the loss, and what evaluate gives. */
  private static void check(KerasModel model, Recorded recorded) {
    Map<String, Tensor> layers = recorded.arrays("activations");
    Map<String, Tensor> found = model.predict(recorded.arrays("inputs"), layers.keySet());
    layers.forEach((name, layer) -> Tolerance.PREDICTION.check(layer, found.get(name), name));
    Tensor predicted = recorded.arrays("outputs").get("out");
    Tolerance.PREDICTION.check(
        predicted, model.predict(recorded.arrays("inputs")).get("out"), "outputs");
    LossFunction loss = model.lossFunction("out");
    Tensor target = recorded.arrays("targets").get("out");
    Tolerance.SCORE.check(
        recorded.arrays("scores").get("out"),
        loss.scores(target, predicted, Optional.empty(), model.engine()),
        "scores");
    Tolerance.SCORE.check(
        recorded.arrays("gradients").get("out"),
        loss.gradient(target, predicted, model.engine()),
        "gradients");
    Map<String, Double> evaluated = model.evaluate(recorded.data(), 32);
    assertEquals(Set.of("loss"), evaluated.keySet());
    double expected = recorded.json("metrics.json").get("loss").asDouble();
    Tolerance.CLOSE.check(expected, evaluated.get("loss"), "loss");
  }
}
