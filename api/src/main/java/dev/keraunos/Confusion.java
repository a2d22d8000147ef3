package dev.keraunos;

import dev.keraunos.error.InputException;
import dev.keraunos.loss.internal.evaluate.OutputData;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which classes a model takes for which: {@code tf.math.confusion_matrix} of targets and predicted
 * classes, and what follows from it. The class of a prediction is that of {@link
 * KerasModel#predictClasses}. Immutable once it is handed out.
 */
public final class Confusion {
  /** So many classes make a matrix of 200 MB. */
  private static final int MOST = 5000;

  private static final double SUM_TOLERANCE = 1e-3;

  private final double[][] counts;
  private long none;

  /**
   * Counts of nothing.
   *
   * @param scores the shape of the output
   */
  Confusion(String output, Shape scores) {
    int classes = Classes.count(scores);
    if (classes > MOST) {
      throw new InputException(
          "output '"
              + output
              + "' tells "
              + classes
              + " classes apart; a matrix of which is confused with which is made of at most "
              + MOST);
    }
    counts = new double[classes][classes];
  }

  /** Adds a batch. */
  void add(String output, OutputData data) {
    Classes found = Classes.of(data.yPred());
    int[] predicted = found.numbers();
    none += found.none();
    Truth truth = new Truth(output, data.yTrue(), data.yPred().shape(), counts.length);
    for (int i = 0; i < predicted.length; i++) {
      double weight =
          (at("the mask", data.mask(), i, predicted.length) == 0 ? 0 : 1)
              * at("sample weights", data.sampleWeight(), i, predicted.length);
      if (weight != 0) {
        counts[truth.at(i)][predicted[i]] += weight;
      }
    }
  }

  /** How many predictions are NaN, which are of no class though they are counted as one. */
  long none() {
    return none;
  }

  /** What counts at a position, of one number for each position or for each sample. */
  private static double at(String what, Optional<Tensor> given, int position, int positions) {
    if (given.isEmpty()) {
      return 1;
    }
    long size = given.get().size();
    if (size == 0 || positions % size != 0) {
      throw new InputException(
          what
              + " of shape "
              + given.get().shape()
              + " for "
              + positions
              + " classes; allowed: one for each class, or for each sample");
    }
    return given.get().getDouble(position / (positions / size));
  }

  /** The classes that targets name. */
  private record Truth(String output, Tensor targets, Shape scores, int classes) {
    Truth {
      long positions = scores.size() / scores.dim(-1);
      boolean vectors = targets.shape().equals(scores);
      if (!vectors && targets.size() != positions) {
        throw new InputException(
            "output '"
                + output
                + "' has targets "
                + targets.shape()
                + " for predictions "
                + scores
                + "; allowed: class numbers "
                + scores.without(-1)
                + ", or vectors with a 1 for the class, in the shape of the predictions");
      }
    }

    int at(int position) {
      boolean numbers = targets.size() != scores.size() || scores.dim(-1) == 1;
      return numbers ? number(targets.getDouble(position)) : vector(position);
    }

    private int number(double label) {
      if (label != Math.rint(label) || label < 0 || label >= classes) {
        throw new InputException(
            "output '"
                + output
                + "' has the target "
                + label
                + ", but its classes are 0 to "
                + (classes - 1));
      }
      return (int) label;
    }

    private int vector(int position) {
      double[] row = new double[classes];
      targets.read((long) position * classes, row, 0, classes);
      if (!(Math.abs(Arrays.stream(row).sum() - 1) <= SUM_TOLERANCE)) {
        throw new InputException(
            "output '"
                + output
                + "': the targets at position "
                + position
                + " sum up to "
                + Arrays.stream(row).sum()
                + " and name no single class; allowed: vectors with a 1 for the class");
      }
      return Classes.of(Tensor.of(row, 1, classes)).numbers()[0];
    }
  }

  /** How many classes there are. */
  public int classes() {
    return counts.length;
  }

  /**
   * How often a class was taken for another, or found: as many samples or steps, or the sum of
   * their weights.
   *
   * @param truth the class of the target
   * @param predicted the class of the prediction
   */
  public double count(int truth, int predicted) {
    return counts[truth][predicted];
  }

  /** How often a class occurs in the targets. */
  public double support(int truth) {
    return Arrays.stream(counts[truth]).sum();
  }

  /** The share of predictions that are right; 0 of none. */
  public double accuracy() {
    double right = IntStream.range(0, classes()).mapToDouble(k -> counts[k][k]).sum();
    return ratio(right, IntStream.range(0, classes()).mapToDouble(this::support).sum());
  }

  /**
   * How many of those taken for a class are of it, as {@code Precision(top_k=1, class_id=k)} of
   * Keras has it; 0 if none were.
   */
  public double precision(int predicted) {
    double taken = Arrays.stream(counts).mapToDouble(row -> row[predicted]).sum();
    return ratio(counts[predicted][predicted], taken);
  }

  /**
   * How many of a class are found, as {@code Recall(top_k=1, class_id=k)} of Keras has it; 0 if
   * there are none.
   */
  public double recall(int truth) {
    return ratio(counts[truth][truth], support(truth));
  }

  /** The harmonic mean of precision and recall; 0 if both are. */
  public double f1(int k) {
    return ratio(2 * precision(k) * recall(k), precision(k) + recall(k));
  }

  private static double ratio(double a, double b) {
    return b == 0 ? 0 : a / b;
  }

  /** The matrix, a row for each class of the targets, with precision and recall of each class. */
  @Override
  public String toString() {
    return table(new Labels(IntStream.range(0, classes()).mapToObj(k -> "class " + k).toList()));
  }

  /**
   * The same with names of classes.
   *
   * @throws InputException if there are not as many labels as classes
   */
  public String table(Labels labels) {
    List<String> names = labels.names();
    if (names.size() != classes()) {
      throw new InputException(
          "there are " + names.size() + " labels for " + classes() + " classes");
    }
    int width = names.stream().mapToInt(String::length).max().orElse(0);
    StringBuilder text = new StringBuilder("rows are the truth, columns what is predicted\n");
    for (int k = 0; k < classes(); k++) {
      text.append(String.format(Locale.ROOT, "%-" + width + "s ", names.get(k)));
      for (double count : counts[k]) {
        String shown = String.format(Locale.ROOT, "%.6g", count);
        boolean whole = count == Math.rint(count) && count < 1e9;
        text.append(
            String.format(Locale.ROOT, " %9s", whole ? Long.toString((long) count) : shown));
      }
      text.append(
          String.format(Locale.ROOT, "   precision %.4f  recall %.4f%n", precision(k), recall(k)));
    }
    return text.append(String.format(Locale.ROOT, "accuracy %.4f%n", accuracy())).toString();
  }
}
