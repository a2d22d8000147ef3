package dev.keraunos.loss;

import static dev.keraunos.graph.Ops.argmax;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.expandDims;
import static dev.keraunos.graph.Ops.greaterEqual;
import static dev.keraunos.graph.Ops.matmul;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.notEqual;
import static dev.keraunos.graph.Ops.oneHot;
import static dev.keraunos.graph.Ops.reshape;
import static dev.keraunos.graph.Ops.transpose;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * {@code keras.metrics.MeanIoU} and relatives: intersection over union from a confusion matrix,
 * averaged over the classes that occur. Classes are ids, or the largest channel where the flags say
 * so.
 */
final class MeanIou implements MetricState {
  private final int classes;
  private final OptionalInt ignored;
  private final OptionalDouble threshold;
  private final int[] targets;
  private final boolean sparseTrue;
  private final boolean sparsePred;
  private final int axis;

  private MeanIou(JsonNode config, int classes, boolean sparse, OptionalDouble threshold) {
    this.classes = classes;
    this.threshold = threshold;
    ignored =
        config.path("ignore_class").isNumber()
            ? OptionalInt.of(config.get("ignore_class").asInt())
            : OptionalInt.empty();
    sparseTrue = config.path("sparse_y_true").asBoolean(sparse);
    sparsePred = config.path("sparse_y_pred").asBoolean(sparse);
    axis = config.path("axis").asInt(-1);
    targets = new int[config.path("target_class_ids").size()];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = config.get("target_class_ids").get(i).asInt();
    }
  }

  /** Class ids: {@code MeanIoU} and {@code IoU}. */
  static MeanIou ofIds(JsonNode config) {
    return new MeanIou(config, config.path("num_classes").asInt(), true, OptionalDouble.empty());
  }

  /** One-hot targets and channel scores: {@code OneHotMeanIoU} and {@code OneHotIoU}. */
  static MeanIou ofOneHot(JsonNode config) {
    return new MeanIou(config, config.path("num_classes").asInt(), false, OptionalDouble.empty());
  }

  /** Two classes divided by a threshold: {@code BinaryIoU}. */
  static MeanIou binary(JsonNode config) {
    return new MeanIou(
        config, 2, true, OptionalDouble.of(Configs.number(config, "threshold", 0.5)));
  }

  @Override
  public Value update(Value yTrue, Prediction yPred, Optional<Value> weights) {
    Value truth = ids(sparseTrue ? yTrue : argmax(yTrue, axis));
    Value p =
        threshold.isPresent()
            ? greaterEqual(yPred.value(), threshold.getAsDouble())
            : yPred.value();
    Value rows = oneHot(truth, classes);
    if (weights.isPresent()) {
      boolean truncates = yPred.dialect().isAtLeast(3, 8, 0);
      Value w = truncates ? cast(weights.get(), DType.INT32) : weights.get();
      rows = multiply(rows, expandDims(cast(reshape(w, -1), DType.FLOAT32), -1));
    }
    if (ignored.isPresent()) {
      rows =
          multiply(rows, expandDims(cast(notEqual(truth, ignored.getAsInt()), DType.FLOAT32), -1));
    }
    return matmul(transpose(rows, 1, 0), oneHot(ids(sparsePred ? p : argmax(p, axis)), classes));
  }

  private static Value ids(Value x) {
    return reshape(cast(x, DType.INT32), -1);
  }

  @Override
  public double result(double[] state, Dialect dialect) {
    float epsilon = dialect.isAtLeast(Profile.K30) ? (float) Crossentropy.EPSILON : 0;
    float sum = 0;
    float present = 0;
    for (int i = 0; i < (targets.length == 0 ? classes : targets.length); i++) {
      int k = targets.length == 0 ? i : targets[i];
      double hits = state[k * classes + k];
      double union = -hits;
      for (int j = 0; j < classes; j++) {
        union += state[k * classes + j] + state[j * classes + k];
      }
      if (union > 0) {
        sum += (float) hits / ((float) union + epsilon);
        present++;
      }
    }
    return present == 0 ? 0 : sum / (present + epsilon);
  }
}
