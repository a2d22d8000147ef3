package dev.keraunos.loss.internal.compile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Value;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.registry.LossRegistry;
import java.util.Locale;
import java.util.Set;

/** {@code crossentropy}: of Keras 3, the one that the shapes of targets and prediction ask for. */
record OpenLoss(LossRegistry registry, JsonNode saved) implements Loss {
  private static final Set<String> NAMES = Set.of("crossentropy", "ce");

  static boolean isOpen(LossRegistry registry, JsonNode saved) {
    String name = saved.asText("").toLowerCase(Locale.ROOT);
    return NAMES.contains(name) && registry.origin(saved).isEmpty();
  }

  @Override
  public Value scores(Value yTrue, Value yPred) {
    return scores(yTrue, Prediction.of(yPred)).values();
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    JsonNode resolved =
        registry.resolve(saved, yPred.dialect(), null, yTrue.shape(), yPred.value().shape());
    return registry.loss(resolved).scores(yTrue, yPred);
  }
}
