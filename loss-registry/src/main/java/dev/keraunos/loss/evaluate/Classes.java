package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/**
 * How targets name classes: one-hot or several-hot vectors (the largest channel), labels, or one
 * number on either side of a half.
 *
 * @param count how many there are
 */
record Classes(Kind kind, int count) {
  private enum Kind {
    HOT,
    LABELS,
    BINARY
  }

  /** The classes of a batch's targets; empty if these are numbers of another sort. */
  static Optional<Classes> of(Tensor yTrue, Tensor yPred) {
    Shape y = yTrue.shape();
    Shape p = yPred.shape();
    int channels = (int) p.dim(-1);
    boolean labels =
        channels > 1 && (y.rank() + 1 == p.rank() || (y.rank() == p.rank() && Grid.isColumn(y)));
    if (labels) {
      return allWholeBelow(yTrue, channels)
          ? Optional.of(new Classes(Kind.LABELS, channels))
          : Optional.empty();
    }
    if (!allWholeBelow(yTrue, 2)) {
      return Optional.empty();
    }
    if (channels == 1) {
      return Optional.of(new Classes(Kind.BINARY, 2));
    }
    return y.equals(p) ? Optional.of(new Classes(Kind.HOT, channels)) : Optional.empty();
  }

  private static boolean allWholeBelow(Tensor tensor, int limit) {
    for (long i = 0; i < tensor.size(); i++) {
      double value = tensor.getDouble(i);
      if (value != Math.rint(value) || value >= limit) {
        return false;
      }
    }
    return true;
  }

  /**
   * The true class of every score, −1 where there is none; empty if the scores have other
   * positions.
   */
  Optional<int[]> truth(Tensor yTrue, Shape scores) {
    return kind == Kind.HOT ? largest(yTrue, scores) : numbers(yTrue, scores);
  }

  /** The predicted class of every score. */
  Optional<int[]> prediction(Tensor yPred, Shape scores) {
    return kind == Kind.BINARY ? numbers(yPred, scores) : largest(yPred, scores);
  }

  private Optional<int[]> largest(Tensor tensor, Shape scores) {
    if (!tensor.shape().without(-1).equals(scores)) {
      return Optional.empty();
    }
    int[] classes = new int[(int) scores.size()];
    float[] row = new float[count];
    for (int i = 0; i < classes.length; i++) {
      tensor.read((long) i * count, row, 0, count);
      for (int k = 1; k < count; k++) {
        classes[i] = row[k] > row[classes[i]] ? k : classes[i];
      }
    }
    return Optional.of(classes);
  }

  private Optional<int[]> numbers(Tensor tensor, Shape scores) {
    Shape shape = tensor.shape();
    boolean fits =
        shape.equals(scores) || (Grid.isColumn(shape) && shape.without(-1).equals(scores));
    if (!fits) {
      return Optional.empty();
    }
    int[] classes = new int[(int) scores.size()];
    for (int i = 0; i < classes.length; i++) {
      double value = tensor.getDouble(i);
      int label = kind == Kind.BINARY ? (value > 0.5 ? 1 : 0) : (int) value;
      classes[i] = label < 0 || label >= count ? -1 : label;
    }
    return Optional.of(classes);
  }
}
