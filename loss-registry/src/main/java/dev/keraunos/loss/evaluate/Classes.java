package dev.keraunos.loss.evaluate;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Map;
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
  private static final String TRUTH = "true classes";
  private static final String GUESS = "predicted classes";

  /** Adds the largest channels to the outputs of a graph; accuracies find the same ones. */
  static void put(Value yTrue, Value yPred, Map<String, Value> outputs) {
    Kind kind = kind(yTrue.shape(), yPred.shape()).orElse(Kind.BINARY);
    if (kind == Kind.HOT) {
      outputs.put(TRUTH, Ops.argmax(yTrue, -1));
    }
    if (kind != Kind.BINARY) {
      outputs.put(GUESS, Ops.argmax(yPred, -1));
    }
  }

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
    return accepts(yTrue, 0, yTrue.size());
  }

  /** True if targets hold zeros and ones only, or whole numbers where they are labels. */
  private boolean accepts(Tensor yTrue, long from, long count) {
    float[] block = new float[(int) Math.min(BLOCK, count)];
    float[] off = new float[block.length];
    for (long done = 0; done < count; done += block.length) {
      int n = (int) Math.min(block.length, count - done);
      yTrue.read(from + done, block, 0, n);
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
    float sum = 0;
    for (float v : off) {
      sum += v;
    }
    return sum == 0;
  }

  /** The true classes of a chunk's scores, and whether the targets still name classes. */
  void truth(ScoredBatch batch, Chunk chunk) {
    int width = kind == Kind.HOT ? count : 1;
    chunk.namesClasses &=
        accepts(batch.yTrue(), (long) chunk.from * width, (long) chunk.count * width);
    if (kind == Kind.HOT) {
      batch.results().tensor(TRUTH).read(chunk.from, chunk.truth, 0, chunk.count);
    } else {
      numbers(batch.yTrue(), chunk, chunk.truth);
    }
  }

  /** The predicted classes of a chunk's scores. */
  void prediction(ScoredBatch batch, Chunk chunk) {
    if (kind == Kind.BINARY) {
      numbers(batch.yPred(), chunk, chunk.guess);
    } else {
      batch.results().tensor(GUESS).read(chunk.from, chunk.guess, 0, chunk.count);
    }
  }

  private void numbers(Tensor tensor, Chunk chunk, int[] classes) {
    float[] block = new float[chunk.count];
    tensor.read(chunk.from, block, 0, chunk.count);
    for (int i = 0; i < chunk.count; i++) {
      int label = kind == Kind.BINARY ? (block[i] > 0.5 ? 1 : 0) : (int) block[i];
      classes[i] = label < 0 || label >= count ? count : label;
    }
  }
}
