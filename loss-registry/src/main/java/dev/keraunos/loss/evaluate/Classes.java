package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/**
 * How targets name classes: one-hot or several-hot vectors (the largest channel), labels, or one
 * number on either side of a half.
 *
 * @param count how many there are; positions whose label is none of them are of class {@code count}
 */
record Classes(Kind kind, int count) {
  private enum Kind {
    HOT,
    LABELS,
    BINARY
  }

  private static final int BLOCK = 1 << 12;

  /** The classes of a batch's targets; empty if these are numbers of another sort. */
  static Optional<Classes> of(Tensor yTrue, Tensor yPred, Shape scores) {
    return kind(yTrue.shape(), yPred.shape())
        .map(kind -> new Classes(kind, Math.max(2, (int) yPred.shape().dim(-1))))
        .filter(classes -> classes.fits(yTrue, yPred, scores) && classes.accepts(yTrue));
  }

  private static Optional<Kind> kind(Shape y, Shape p) {
    boolean several = p.dim(-1) > 1;
    if (several && (y.rank() + 1 == p.rank() || (y.rank() == p.rank() && Grid.isColumn(y)))) {
      return Optional.of(Kind.LABELS);
    }
    if (!several) {
      return Optional.of(Kind.BINARY);
    }
    return y.equals(p) ? Optional.of(Kind.HOT) : Optional.empty();
  }

  /** True if targets and predictions have a class for every score. */
  boolean fits(Tensor yTrue, Tensor yPred, Shape scores) {
    return fits(yTrue, kind == Kind.HOT, scores) && fits(yPred, kind != Kind.BINARY, scores);
  }

  private static boolean fits(Tensor tensor, boolean channels, Shape scores) {
    Shape shape = tensor.shape();
    boolean hasLast = channels || Grid.isColumn(shape);
    return hasLast
        ? shape.rank() > 0 && shape.without(-1).size() == scores.size()
        : shape.size() == scores.size();
  }

  private boolean accepts(Tensor yTrue) {
    float[] block = new float[BLOCK];
    boolean all = true;
    for (long from = 0; from < yTrue.size() && all; from += BLOCK) {
      int n = (int) Math.min(BLOCK, yTrue.size() - from);
      yTrue.read(from, block, 0, n);
      all = accepts(block, n);
    }
    return all;
  }

  /** True if the targets hold zeros and ones only, or whole numbers where they are labels. */
  private boolean accepts(float[] targets, int n) {
    boolean all = true;
    for (int i = 0; i < n; i++) {
      float v = targets[i];
      all &= kind == Kind.LABELS ? v == (int) v : (v == 0 || v == 1);
    }
    return all;
  }

  /** The true classes of consecutive scores, and whether the targets still name classes. */
  void truth(Tensor yTrue, Chunk chunk) {
    if (kind == Kind.HOT) {
      largest(yTrue, chunk, chunk.truth, true);
    } else {
      numbers(yTrue, chunk, chunk.truth, true);
    }
  }

  /** The predicted classes of consecutive scores. */
  void prediction(Tensor yPred, Chunk chunk) {
    if (kind == Kind.BINARY) {
      numbers(yPred, chunk, chunk.guess, false);
    } else {
      largest(yPred, chunk, chunk.guess, false);
    }
  }

  private void largest(Tensor tensor, Chunk chunk, int[] classes, boolean targets) {
    int rows = Math.max(1, BLOCK / count);
    float[] block = new float[rows * count];
    for (int i = 0; i < chunk.count; i += rows) {
      int n = Math.min(rows, chunk.count - i);
      tensor.read((long) (chunk.from + i) * count, block, 0, n * count);
      if (targets && hot(block, n, classes, i)) {
        continue;
      }
      chunk.namesClasses &= !targets || accepts(block, n * count);
      for (int row = 0; row < n; row++) {
        classes[i + row] = largest(block, row * count);
      }
    }
  }

  private int largest(float[] block, int start) {
    int best = 0;
    float most = block[start];
    for (int k = 1; k < count; k++) {
      float v = block[start + k];
      best = v > most ? k : best;
      most = v > most ? v : most;
    }
    return best;
  }

  /** The classes of rows that each hold a single 1 among zeros; false if one does not. */
  private boolean hot(float[] block, int rows, int[] classes, int at) {
    float off = 0;
    for (int row = 0; row < rows; row++) {
      float sum = 0;
      float index = 0;
      for (int k = 0; k < count; k++) {
        float v = block[row * count + k];
        off += Math.abs(v * v - v);
        sum += v;
        index += k * v;
      }
      off += Math.abs(sum - 1);
      classes[at + row] = (int) index;
    }
    return off == 0;
  }

  private void numbers(Tensor tensor, Chunk chunk, int[] classes, boolean targets) {
    float[] block = new float[chunk.count];
    tensor.read(chunk.from, block, 0, chunk.count);
    chunk.namesClasses &= !targets || accepts(block, chunk.count);
    for (int i = 0; i < chunk.count; i++) {
      int label = kind == Kind.BINARY ? (block[i] > 0.5 ? 1 : 0) : (int) block[i];
      classes[i] = label < 0 || label >= count ? count : label;
    }
  }
}
