package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.internal.observe.ScoredBatch;
import java.util.Arrays;
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
    if (!areProbabilities) {
      return;
    }
    int width = classes.width();
    int rows = Math.max(1, Chunk.SIZE / width);
    float[] block = new float[rows * width];
    float[] far = new float[block.length];
    Columns columns = new Columns(width);
    int counted = 0;
    for (int from = 0; from < chunk.count; from += rows) {
      int n = Math.min(rows, chunk.count - from);
      classes.read(batch.yPred(), chunk.from + from, block, n);
      for (int row = 0; row < n; row++) {
        if (chunk.coefficients[from + row] == 0) {
          Arrays.fill(block, row * width, (row + 1) * width, 0);
        } else {
          counted++;
          addOwn(block, row * width, width, chunk.truth[from + row]);
        }
      }
      columns.add(block, n * width);
      addFar(block, far);
    }
    for (float distance : far) {
      areProbabilities &= distance == 0;
    }
    addColumns(columns, width, counted);
  }

  private void addOwn(float[] block, int start, int width, int truth) {
    if (truth < common.length) {
      float last = block[start + Math.min(truth, width - 1)];
      common[truth] += width > 1 || truth == 1 ? last : 1 - last;
    }
  }

  /** Of a single channel the first class has what the second lacks. */
  private void addColumns(Columns columns, int width, int counted) {
    double[] sums = new double[width];
    columns.addTo(sums, 1);
    if (width == 1) {
      predicted[0] += counted - sums[0];
      predicted[1] += sums[0];
    } else {
      for (int k = 0; k < predicted.length; k++) {
        predicted[k] += sums[k];
      }
    }
  }

  /** Adds how far elements are below 0 or above 1; by elements, which is done side by side. */
  private static void addFar(float[] block, float[] far) {
    for (int i = 0; i < far.length; i++) {
      far[i] += (Math.abs(block[i]) - block[i]) + (Math.abs(1 - block[i]) - (1 - block[i]));
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
