package dev.keraunos;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.importer.layers.UnsupportedModelException;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Tolerance;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Losses that {@code Model.add_loss} of tf.keras was given, of models that have no other. */
class AddedLossTest {
  private static final Recorded VAE = Recorded.of("tfk/losses/variational_autoencoder.h5");
  private static final Recorded UNKNOWN = Recorded.of("tfk/models/loss_of_unknown_function.h5");

  private static Dataset inputs(Recorded recorded) {
    return Dataset.of(recorded.arrays("inputs"), Map.of());
  }

  @Test
  void evaluateNeedsNoTargets() {
    try (KerasModel model = VAE.loader().load(VAE.model())) {
      int batch = VAE.json("meta.json").get("batch_size").asInt();
      double expected = VAE.json("metrics.json").get("loss").asDouble();
      Tolerance.CLOSE.check(expected, model.evaluate(inputs(VAE), batch).get("loss"), "loss");
      Tolerance.CLOSE.check(expected, model.explainLoss(inputs(VAE), batch).loss(), "explained");
    }
  }

  @Test
  void whatTheLossAloneNeedsBlocksTheLossAlone() {
    try (KerasModel model = UNKNOWN.loader().load(UNKNOWN.model())) {
      Tensor predicted = model.predict(UNKNOWN.arrays("inputs")).get("y");
      Tolerance.PREDICTION.check(UNKNOWN.arrays("outputs").get("y"), predicted, "y");
      Dataset data = inputs(UNKNOWN);
      var refused = assertThrows(UnsupportedModelException.class, () -> model.evaluate(data, 4));
      assertTrue(refused.getMessage().contains("tf.math.betainc"), refused.getMessage());
      assertTrue(refused.getMessage().contains("no output depends on it"), refused.getMessage());
    }
  }
}
