package dev.keraunos.importer.internal.feature;

import dev.keraunos.tensor.Tensor;
import java.util.stream.IntStream;

/**
 * The bins that tf.keras makes of the numbers which a Discretization was adapted to: {@code
 * get_bin_boundaries} of keras/layers/preprocessing/discretization.py.
 */
final class Quantiles {
  /** The variable: some of the numbers in order, below them how many each stands for. */
  static final String SUMMARY = "summary";

  private Quantiles() {}

  /**
   * The boundaries between bins that as many numbers fall into, in float32.
   *
   * @param summary of the shape (2, n)
   */
  static double[] boundaries(Tensor summary, int bins) {
    double[] all = summary.toDoubleArray();
    int size = all.length / 2;
    double share = 1.0 / bins;
    if (size * share < 1) {
      return IntStream.range(0, Math.max(size - 1, 0)).mapToDouble(i -> all[i]).toArray();
    }
    float[] upTo = new float[size];
    float sum = 0;
    for (int i = 0; i < size; i++) {
      sum += (float) all[size + i];
      upTo[i] = sum;
    }
    double[] places = new double[size];
    for (int i = 0; i < size; i++) {
      places[i] = upTo[i] / sum;
    }
    int count = (int) Math.ceil(1.0 / share);
    return IntStream.range(0, count - 1)
        .mapToDouble(i -> (float) between(places, all, share + i * share))
        .toArray();
  }

  /** numpy.interp of one number. */
  private static double between(double[] places, double[] values, double x) {
    int last = places.length - 1;
    if (x <= places[0]) {
      return values[0];
    }
    int i = 0;
    while (i < last && places[i + 1] <= x) {
      i++;
    }
    if (i == last || x == places[i]) {
      return values[i];
    }
    double slope = (values[i + 1] - values[i]) / (places[i + 1] - places[i]);
    return slope * (x - places[i]) + values[i];
  }
}
