package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.internal.observe.ScoredBatch;
import java.util.Optional;

/**
 * How far what is predicted of each class lies where the class is: the sums of its Dice coefficient
 * over all positions that count.
 */
final class Overlaps {
  private final double[] predicted;
  private final double[] common;
  private boolean areProbabilities = true;

  Overlaps(int classes) {
    predicted = new double[classes];
    common = new double[classes];
  }

  /** Adds the predictions of a chunk's positions. */
  void add(ScoredBatch batch, Classes classes, Chunk chunk) {
    int width = classes.width();
    int rows = Math.max(1, Chunk.SIZE / width);
    float[] block = new float[rows * width];
    for (int from = 0; areProbabilities && from < chunk.count; from += rows) {
      int n = Math.min(rows, chunk.count - from);
      classes.read(batch.yPred(), chunk.from + from, block, n);
      for (int row = 0; row < n; row++) {
        if (chunk.coefficients[from + row] != 0) {
          add(block, row * width, width, chunk.truth[from + row]);
        }
      }
    }
  }

  /** Adds a position; of a single channel the first class has what the second lacks. */
  private void add(float[] block, int start, int width, int truth) {
    for (int k = 0; k < predicted.length; k++) {
      float p = width == 1 ? (k == 1 ? block[start] : 1 - block[start]) : block[start + k];
      areProbabilities &= p >= 0 && p <= 1;
      predicted[k] += p;
      common[k] += k == truth ? p : 0;
    }
  }

  /**
   * The Dice coefficient of a class, {@code 2 * sum(y * p) / (sum(y) + sum(p))}; empty if there are
   * predictions below 0 or above 1.
   *
   * @param positions of the class
   */
  Optional<Double> dice(int k, long positions) {
    return areProbabilities && positions > 0
        ? Optional.of(2 * common[k] / (positions + predicted[k]))
        : Optional.empty();
  }
}
