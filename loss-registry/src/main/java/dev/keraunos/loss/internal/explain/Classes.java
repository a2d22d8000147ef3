package dev.keraunos.loss.internal.explain;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.internal.anatomy.ClassAxis;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How targets name classes: one-hot or several-hot vectors (the largest channel), labels, or one
 * number on either side of a half.
 *
 * @param count how many there are; positions whose label is none of them are of class {@code count}
 * @param axis of the prediction that holds them
 * @param half what a single number of a prediction is above if it is of class 1
 */
record Classes(Kind kind, int count, int axis, double half) {
  private enum Kind {
    HOT,
    LABELS,
    BINARY
  }

  private static final int BLOCK = 1 << 12;
  private static final String GUESS = "predicted classes";

  /** Adds the largest channels of predictions to a graph's outputs; accuracies find the same. */
  static void put(
      Value yTrue, Value yPred, ClassAxis told, Dialect dialect, Map<String, Value> outputs) {
    Kind kind =
        told.axis() > 0
            ? kind(yTrue.shape(), yPred.shape(), told.axis()).orElse(Kind.BINARY)
            : Kind.BINARY;
    if (kind != Kind.BINARY) {
      outputs.put(
          GUESS, Ops.argmax(yPred, told.axis(), dialect.has(Quirk.ARGMAX_TELLS_ZEROS_APART)));
    }
  }

  /**
   * The classes of a batch's targets; empty if these are numbers of another sort. They are on the
   * first axis along which every position has exactly one class: the one that the loss tells, the
   * last or, channels first, axis 1. If there is none, on the one that the loss tells.
   */
  static Optional<Classes> of(Tensor yTrue, Tensor yPred, ClassAxis told, double half) {
    Shape p = yPred.shape();
    List<Classes> found =
        Stream.of(told.axis(), p.rank() - 1, 1)
            .distinct()
            .filter(axis -> axis > 0 && axis < p.rank())
            .map(axis -> kind(yTrue.shape(), p, axis).map(kind -> named(kind, p, axis, half)))
            .flatMap(Optional::stream)
            .filter(c -> c.axis == told.axis() || !told.decides() || c.kind == Kind.HOT)
            .filter(c -> c.fits(yTrue, yPred) && c.accepts(yTrue))
            .toList();
    return found.size() < 2
        ? found.stream().findFirst()
        : Optional.of(
            found.stream().filter(c -> c.areExclusive(yTrue)).findFirst().orElse(found.get(0)));
  }

  private static Classes named(Kind kind, Shape p, int axis, double half) {
    return new Classes(kind, Math.max(2, (int) p.dim(axis)), axis, half);
  }

  private static Optional<Kind> kind(Shape y, Shape p, int axis) {
    if (p.dim(axis) <= 1) {
      return Optional.of(Kind.BINARY);
    }
    boolean column = y.rank() == p.rank() && y.dim(axis) == 1;
    if (y.rank() + 1 == p.rank() || column) {
      return Optional.of(Kind.LABELS);
    }
    return y.equals(p) ? Optional.of(Kind.HOT) : Optional.empty();
  }

  /** True if every position is of one class exactly, as targets say; labels always are. */
  private boolean areExclusive(Tensor yTrue) {
    if (kind != Kind.HOT) {
      return true;
    }
    Chunk chunk = new Chunk();
    for (int from = 0; from < yTrue.size() / count; from += Chunk.SIZE) {
      chunk.move(from, (int) (yTrue.size() / count));
      truth(yTrue, chunk);
    }
    return chunk.exclusive;
  }

  /** What makes a position be of a class in the prediction, in words. */
  String decision() {
    return kind != Kind.BINARY
        ? "the largest channel decides"
        : "a number above " + (half == 0 ? "0 (logits)" : half) + " is of class 1";
  }

  /** True if targets are vectors of the prediction's shape, so that positions are surely theirs. */
  boolean areVectors() {
    return kind != Kind.LABELS;
  }

  /** The number of positions of a prediction. */
  int positions(Tensor yPred) {
    return (int) (yPred.size() / Math.max(1, yPred.shape().dim(axis)));
  }

  /** True if there are as many targets as predictions. */
  boolean fits(Tensor yTrue, Tensor yPred) {
    Shape p = yPred.shape();
    boolean same = p.rank() > axis && (kind == Kind.BINARY) == (p.dim(axis) <= 1);
    return same
        && (kind == Kind.BINARY || p.dim(axis) == count)
        && yTrue.size() == (kind == Kind.HOT ? yPred.size() : positions(yPred));
  }

  /** How many elements lie between the channels of a position. */
  int step(Tensor tensor) {
    return (int) tensor.shape().size(axis + 1, tensor.shape().rank());
  }

  /** How many channels the prediction has for a position. */
  int width() {
    return kind == Kind.BINARY ? 1 : count;
  }

  /** The channels of consecutive positions, one row each. */
  void read(Tensor tensor, int from, float[] rows, int n) {
    int step = step(tensor);
    if (step == 1 || kind == Kind.BINARY) {
      tensor.read((long) from * width(), rows, 0, n * width());
      return;
    }
    float[] run = new float[n];
    for (int done = 0; done < n; ) {
      int inside = (from + done) % step;
      int length = Math.min(n - done, step - inside);
      long start = (long) (from + done - inside) * count + inside;
      for (int k = 0; k < count; k++) {
        tensor.read(start + (long) k * step, run, 0, length);
        for (int i = 0; i < length; i++) {
          rows[(done + i) * count + k] = run[i];
        }
      }
      done += length;
    }
  }

  private boolean accepts(Tensor yTrue) {
    return accepts(yTrue, 0, yTrue.size());
  }

  /** True if targets hold zeros and ones only, or whole numbers where they are labels. */
  private boolean accepts(Tensor yTrue, long from, long count) {
    float[] block = new float[(int) Math.min(BLOCK, count)];
    float[] off = new float[block.length];
    for (long done = 0; done < count; done += block.length) {
      int n = (int) Math.min(block.length, count - done);
      yTrue.read(from + done, block, 0, n);
      addOff(block, n, off);
    }
    return areZeros(off);
  }

  /** Adds how far numbers are from those that name classes. */
  private void addOff(float[] block, int n, float[] off) {
    if (kind == Kind.LABELS) {
      for (int i = 0; i < n; i++) {
        off[i] += Math.abs(block[i] - (int) block[i]);
      }
    } else {
      for (int i = 0; i < n; i++) {
        off[i] += Math.abs(block[i] * block[i] - block[i]);
      }
    }
  }

  private static boolean areZeros(float[] numbers) {
    for (float number : numbers) {
      if (number != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The true classes of a chunk's positions, and whether the targets still name classes, one each.
   */
  void truth(Tensor yTrue, Chunk chunk) {
    if (kind == Kind.HOT) {
      hot(yTrue, chunk);
    } else {
      chunk.namesClasses &= accepts(yTrue, chunk.from, chunk.count);
      numbers(yTrue, 0.5, chunk, chunk.truth);
    }
  }

  /**
   * The predicted classes of a chunk's positions.
   *
   * @param found whether the graph finds them, as it does on the axis that the loss tells
   */
  void prediction(ScoredBatch batch, boolean found, Chunk chunk) {
    if (kind == Kind.BINARY) {
      numbers(batch.yPred(), half, chunk, chunk.guess);
    } else if (found) {
      batch.computed().get(GUESS).read(chunk.from, chunk.guess, 0, chunk.count);
    } else {
      largest(batch.yPred(), chunk, chunk.guess);
    }
  }

  /** Of zeros and ones the sum tells whether there is one class, and that of indices which. */
  private void hot(Tensor yTrue, Chunk chunk) {
    int rows = Math.max(1, BLOCK / count);
    float[] block = new float[rows * count];
    float[] off = new float[block.length];
    for (int i = 0; i < chunk.count; i += rows) {
      int n = Math.min(rows, chunk.count - i);
      read(yTrue, chunk.from + i, block, n);
      addOff(block, n * count, off);
      for (int row = 0; row < n; row++) {
        float ones = 0;
        float index = 0;
        for (int k = 0; k < count; k++) {
          ones += block[row * count + k];
          index += k * block[row * count + k];
        }
        chunk.exclusive &= ones == 1;
        chunk.truth[i + row] = ones == 1 ? (int) index : largest(block, row * count);
      }
    }
    if (!areZeros(off)) {
      chunk.namesClasses = false;
      largest(yTrue, chunk, chunk.truth);
    }
  }

  private void largest(Tensor tensor, Chunk chunk, int[] classes) {
    int rows = Math.max(1, BLOCK / count);
    float[] block = new float[rows * count];
    for (int i = 0; i < chunk.count; i += rows) {
      int n = Math.min(rows, chunk.count - i);
      read(tensor, chunk.from + i, block, n);
      for (int row = 0; row < n; row++) {
        classes[i + row] = largest(block, row * count);
      }
    }
  }

  private int largest(float[] block, int start) {
    int best = 0;
    for (int k = 1; k < count; k++) {
      best = block[start + k] > block[start + best] ? k : best;
    }
    return best;
  }

  private void numbers(Tensor tensor, double half, Chunk chunk, int[] classes) {
    float[] block = new float[chunk.count];
    tensor.read(chunk.from, block, 0, chunk.count);
    for (int i = 0; i < chunk.count; i++) {
      int label = kind == Kind.BINARY ? (block[i] > half ? 1 : 0) : (int) block[i];
      classes[i] = label < 0 || label >= count ? count : label;
    }
  }
}
