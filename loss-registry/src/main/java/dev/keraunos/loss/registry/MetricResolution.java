package dev.keraunos.loss.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.Shape;
import java.util.Locale;
import java.util.Set;

/**
 * What metric names stand for that mean different things beside different outputs or in different
 * versions.
 */
final class MetricResolution {
  private static final Set<String> OF_BATCHES =
      Set.of("precision", "recall", "fbeta_score", "fmeasure", "matthews_correlation");

  private MetricResolution() {}

  static JsonNode resolve(JsonNode saved, Dialect dialect, String loss, Shape yTrue, Shape yPred) {
    if (saved.asText("").equals("Accuracy") && dialect.has(Quirk.MAKES_OBJECTS_OF_ACCURACY)) {
      return saved;
    }
    String name = saved.asText("").toLowerCase(Locale.ROOT);
    String suffix =
        name.equals("accuracy") || name.equals("acc")
            ? "_accuracy"
            : name.equals("crossentropy") || name.equals("ce") ? "_crossentropy" : "";
    if (suffix.isEmpty()) {
      boolean ofBatches = dialect.has(Quirk.METRICS_OF_BATCHES) && OF_BATCHES.contains(name);
      return ofBatches ? TextNode.valueOf("batch_" + name) : saved;
    }
    boolean byShape = dialect.has(Quirk.ACCURACY_BY_SHAPE) || loss.isEmpty();
    Shape target = dialect.has(Quirk.LOADED_ACCURACY_SEES_NO_TARGETS) ? yPred : yTrue;
    return TextNode.valueOf(
        (byShape ? byShape(target, yPred) : byLoss(dialect, loss, yPred)) + suffix);
  }

  private static String byShape(Shape yTrue, Shape yPred) {
    if (yPred.dim(-1) == 1) {
      return "binary";
    }
    boolean labels = yTrue.rank() < yPred.rank() || (yTrue.dim(-1) == 1 && yPred.dim(-1) > 1);
    return labels ? "sparse_categorical" : "categorical";
  }

  private static String byLoss(Dialect dialect, String loss, Shape yPred) {
    boolean binary =
        loss.equals(BuiltIns.BINARY) && !dialect.has(Quirk.ACCURACY_KNOWS_NO_BINARY_LOSS);
    if (yPred.dim(-1) == 1 || binary) {
      return "binary";
    }
    boolean labels =
        loss.equals(BuiltIns.SPARSE) && !dialect.has(Quirk.ACCURACY_KNOWS_NO_SPARSE_LOSS);
    return labels ? "sparse_categorical" : "categorical";
  }
}
