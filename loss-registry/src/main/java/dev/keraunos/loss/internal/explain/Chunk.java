package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;

/**
 * Consecutive scores of a batch with what is known of their positions; reused for the next ones.
 */
final class Chunk {
  static final int SIZE = 4096;

  /** The index of the first score. */
  int from;

  /** How many there are. */
  int count;

  /** True if all have the same coefficient. */
  boolean equal;

  final double[] scores = new double[SIZE];
  final double[] coefficients = new double[SIZE];

  /** Coefficients times scores. */
  final double[] shares = new double[SIZE];

  /** True classes; all 0 where targets name no classes. */
  final int[] truth = new int[SIZE];

  /** False once a target was found that is neither zero nor one, or no whole number for a label. */
  boolean namesClasses = true;

  /** False once a position was found that is of several classes, or of none. */
  boolean exclusive = true;

  /** Predicted classes. */
  final int[] guess = new int[SIZE];

  /** Moves to the scores from an index on, of so many in all. */
  void move(int index, int size) {
    from = index;
    count = Math.min(SIZE, size - index);
  }

  /** Reads the scores from an index on. */
  void read(ScoredBatch batch, int index) {
    move(index, batch.scores().size());
    batch.scores().read(from, scores, count);
    batch.coefficients().read(from, coefficients, count);
    equal = batch.coefficients().size() == 1;
    for (int i = 0; i < count; i++) {
      shares[i] = coefficients[i] * scores[i];
    }
  }

  /** What another output of the graph holds for these scores; a single number is for all. */
  void read(Tensor tensor, ScoredBatch batch, double[] target) {
    if (tensor.size() == batch.scores().size()) {
      tensor.read(from, target, 0, count);
    } else if (tensor.size() == 1) {
      Arrays.fill(target, 0, count, tensor.getDouble(0));
    } else {
      Grid all = Grid.of(tensor).expand(batch.scores().shape());
      for (int i = 0; i < count; i++) {
        target[i] = all.at(from + i);
      }
    }
  }
}
