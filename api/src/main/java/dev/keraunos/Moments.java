package dev.keraunos;

import dev.keraunos.importer.internal.lowering.LoweredModel;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;

/** Mean and variance of what a normalization gets, beside those that it has stored. */
final class Moments {
  private static final int BLOCK = 1024;

  /** From so many moving standard deviations on a mean is far. */
  private static final double FAR = 1;

  /** From so many times on a variance is another. */
  private static final double OTHER = 4;

  private final LoweredModel.Normalization normalization;
  private final double[] sums;
  private final double[] squares;
  private long count;

  Moments(LoweredModel.Normalization normalization) {
    this.normalization = normalization;
    sums = new double[(int) normalization.mean().size()];
    squares = new double[sums.length];
  }

  LoweredModel.Normalization normalization() {
    return normalization;
  }

  /** Adds the input of a batch. Sums of numbers that lie far apart do not wait for each other. */
  void add(Tensor x) {
    if (x.size() == 0) {
      return;
    }
    int axis = normalization.axis();
    int inner = (int) x.shape().size(axis + 1, x.shape().rank());
    int period = inner * sums.length;
    double[] block = new double[Math.max(1, BLOCK / period) * period];
    double[] blockSums = new double[block.length];
    double[] blockSquares = new double[block.length];
    for (long start = 0; start < x.size(); start += block.length) {
      int n = (int) Math.min(block.length, x.size() - start);
      x.read(start, block, 0, n);
      for (int i = 0; i < n; i++) {
        blockSums[i] += block[i];
        blockSquares[i] += block[i] * block[i];
      }
    }
    for (int i = 0; i < block.length; i++) {
      sums[i / inner % sums.length] += blockSums[i];
      squares[i / inner % sums.length] += blockSquares[i];
    }
    count += x.size() / sums.length;
  }

  private double variance(int k) {
    return squares[k] / count - sums[k] / count * (sums[k] / count);
  }

  /** By channel, how many moving standard deviations the mean lies from the moving mean. */
  private double[] distances() {
    double[] distances = new double[sums.length];
    for (int k = 0; k < distances.length; k++) {
      double stored = Math.sqrt(normalization.variance().getDouble(k));
      distances[k] = Math.abs(sums[k] / count - normalization.mean().getDouble(k)) / stored;
    }
    Arrays.sort(distances);
    return distances;
  }

  /** The variance of the data over the moving variance, of the channel in the middle. */
  double ratio() {
    double[] ratios = new double[sums.length];
    for (int k = 0; k < ratios.length; k++) {
      ratios[k] = variance(k) / normalization.variance().getDouble(k);
    }
    Arrays.sort(ratios);
    return ratios[ratios.length / 2];
  }

  double nearest() {
    return distances()[0];
  }

  double farthest() {
    return distances()[sums.length - 1];
  }

  /** True if the middle channel's mean or variance is another. */
  boolean areFar() {
    if (count < 2 || sums.length == 0) {
      return false;
    }
    double ratio = ratio();
    return distances()[sums.length / 2] > FAR || ratio > OTHER || ratio < 1 / OTHER;
  }
}
