package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.internal.observe.ScoredBatch;
import java.util.Arrays;
import java.util.Optional;

/**
 * How far what is predicted of each class lies where the class is: the sums of its Dice coefficient
 * over all positions that count.
 */
final class Overlaps {
  private static final int SIDE_BY_SIDE = 64;

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
    Columns columns = new Columns(width);
    double[] own = new double[2 * common.length]; // neighbours apart, which often are of one class
    int counted = 0;
    for (int from = 0; areProbabilities && from < chunk.count; from += rows) {
      int n = Math.min(rows, chunk.count - from);
      classes.read(batch.yPred(), chunk.from + from, block, n);
      for (int row = 0; row < n; row++) {
        if (chunk.coefficients[from + row] == 0) {
          Arrays.fill(block, row * width, (row + 1) * width, 0);
        } else {
          counted++;
          addOwn(block, row * width, width, chunk.truth[from + row], own, row & 1);
        }
      }
      columns.add(block, n * width);
      areProbabilities = areProbabilities(block, n * width);
    }
    addColumns(columns, width, counted);
    for (int k = 0; k < common.length; k++) {
      common[k] += own[k] + own[common.length + k];
    }
  }

  private void addOwn(float[] block, int start, int width, int truth, double[] own, int side) {
    if (truth < common.length) {
      float last = block[start + Math.min(truth, width - 1)];
      own[side * common.length + truth] += width > 1 || truth == 1 ? last : 1 - last;
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

  /** True if no element is below 0 or above 1; how far they are is added up side by side. */
  private static boolean areProbabilities(float[] block, int count) {
    float[] outside = new float[SIDE_BY_SIDE];
    for (int i = 0; i < count; i += SIDE_BY_SIDE) {
      int n = Math.min(SIDE_BY_SIDE, count - i);
      for (int k = 0; k < n; k++) {
        float x = block[i + k];
        outside[k] += (Math.abs(x) - x) + (Math.abs(1 - x) - (1 - x));
      }
    }
    float sum = 0;
    for (float far : outside) {
      sum += far;
    }
    return sum == 0;
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
