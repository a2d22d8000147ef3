package dev.keraunos.loss.internal.metric;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.MetricState;
import dev.keraunos.loss.StatefulMetric;
import dev.keraunos.loss.internal.crossentropy.Crossentropy;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * {@code keras.metrics.MeanIoU} and relatives: intersection over union from a confusion matrix,
 * averaged over the classes that occur. Classes are ids, or the largest channel where the flags say
 * so.
 */
public final class MeanIou implements StatefulMetric {
  /** The union from which on Keras 3 counts a class. */
  private static final double LEAST = 1e-9;

  private final int classes;
  private final OptionalInt ignored;
  private final OptionalDouble threshold;
  private final int[] targets;
  private final boolean sparseTrue;
  private final boolean sparsePred;
  private final int axis;

  private MeanIou(Config config, int classes, boolean sparse, OptionalDouble threshold) {
    this.classes = classes;
    this.threshold = threshold;
    ignored = config.get("ignore_class").optionalInteger();
    sparseTrue = config.get("sparse_y_true").bool(sparse);
    sparsePred = config.get("sparse_y_pred").bool(sparse);
    axis = config.get("axis").integer(-1);
    int[] chosen = config.get("target_class_ids").integersOr();
    targets = chosen.length > 0 ? chosen : IntStream.range(0, classes).toArray();
    config.ignore("num_classes");
  }

  /** Class ids: {@code MeanIoU} and {@code IoU}. */
  public static MeanIou ofIds(Config config) {
    return new MeanIou(config, config.get("num_classes").count(0, 1), true, OptionalDouble.empty());
  }

  /** One-hot targets and channel scores: {@code OneHotMeanIoU} and {@code OneHotIoU}. */
  public static MeanIou ofOneHot(Config config) {
    return new MeanIou(
        config, config.get("num_classes").count(0, 1), false, OptionalDouble.empty());
  }

  /** Two classes divided by a threshold: {@code BinaryIoU}. */
  public static MeanIou binary(Config config) {
    return new MeanIou(config, 2, true, OptionalDouble.of(config.get("threshold").number(0.5)));
  }

  @Override
  public MetricState start(Dialect dialect) {
    return new State(dialect);
  }

  private final class State implements MetricState {
    private final Dialect dialect;
    private final double[] matrix = new double[classes * classes];

    State(Dialect dialect) {
      this.dialect = dialect;
    }

    @Override
    public void add(Tensor yTrue, Tensor yPred, Optional<Tensor> weights) {
      boolean ordered = dialect.has(Quirk.ARGMAX_TELLS_ZEROS_APART);
      int[] truth = sparseTrue ? ids(yTrue, OptionalDouble.empty()) : largest(yTrue, ordered);
      int[] guess = sparsePred ? ids(yPred, threshold) : largest(yPred, ordered);
      double[] weight = weights.map(Tensor::toDoubleArray).orElse(new double[] {1});
      boolean cuts = ignored.isPresent() && dialect.has(Quirk.IOU_CUTS_OFF);
      if (cuts && guess.length > truth.length) {
        guess = Arrays.copyOf(guess, truth.length); // Keras takes the indices that targets allow
      }
      boolean truncates = dialect.has(Quirk.IOU_TRUNCATES_WEIGHTS);
      int positions = positions(truth.length, guess.length, weight.length);
      for (int i = 0; i < positions; i++) {
        int wanted = truth[truth.length == 1 ? 0 : i];
        int found = guess[guess.length == 1 ? 0 : i];
        boolean counts = ignored.isEmpty() || wanted != ignored.getAsInt();
        if (counts && isClass(wanted) && isClass(found)) {
          double w = weight[weight.length == 1 ? 0 : i];
          matrix[wanted * classes + found] += truncates ? (long) w : w;
        }
      }
    }

    /** How many positions there are; from 3.15 on a single one is repeated. */
    private int positions(int truth, int guess, int weights) {
      boolean repeats = dialect.has(Quirk.IOU_REPEATS_ONE) && (truth == 1 || guess == 1);
      if ((truth != guess && !repeats) || (weights != truth && weights != 1)) {
        throw new InputException(
            "an intersection over union finds "
                + truth
                + " classes in the targets, "
                + guess
                + " in the predictions and "
                + weights
                + " sample weights; there must be one of each for every position");
      }
      return Math.max(truth, guess);
    }

    private boolean isClass(int id) {
      return id >= 0 && id < classes;
    }

    @Override
    public double[] result() {
      boolean keras3 = dialect.has(Quirk.IOU_ADDS_EPSILON);
      float epsilon = keras3 ? (float) Crossentropy.EPSILON : 0;
      float sum = 0;
      float present = 0;
      for (int k : targets) {
        double hits = matrix[k * classes + k];
        double union = -hits;
        for (int j = 0; j < classes; j++) {
          union += matrix[k * classes + j] + matrix[j * classes + k];
        }
        boolean counts = keras3 ? union > LEAST : union != 0;
        if (counts || dialect.has(Quirk.IOU_COUNTS_ABSENT_CLASSES)) {
          sum += (float) hits / ((float) union + epsilon);
        }
        present += counts ? 1 : 0;
      }
      return new double[] {present == 0 && !keras3 ? 0 : sum / (present + epsilon)};
    }
  }

  private static int[] ids(Tensor tensor, OptionalDouble threshold) {
    int[] ids = new int[(int) tensor.size()];
    for (int i = 0; i < ids.length; i++) {
      double value = tensor.getDouble(i);
      ids[i] = threshold.isEmpty() ? (int) value : value >= (float) threshold.getAsDouble() ? 1 : 0;
    }
    return ids;
  }

  /**
   * The largest channel of every position.
   *
   * @param ordered true if 0.0 is larger than -0.0
   */
  private int[] largest(Tensor tensor, boolean ordered) {
    Shape shape = tensor.shape();
    int channel = shape.axis(axis);
    int inner = (int) shape.size(channel + 1, shape.rank());
    int channels = (int) shape.dim(channel);
    int[] ids = new int[(int) (tensor.size() / channels)];
    for (int i = 0; i < ids.length; i++) {
      long start = (long) (i / inner) * channels * inner + i % inner;
      for (int k = 1; k < channels; k++) {
        double mine = tensor.getDouble(start + (long) k * inner);
        double most = tensor.getDouble(start + (long) ids[i] * inner);
        ids[i] = (ordered ? Double.compare(mine, most) > 0 : mine > most) ? k : ids[i];
      }
    }
    return ids;
  }
}
