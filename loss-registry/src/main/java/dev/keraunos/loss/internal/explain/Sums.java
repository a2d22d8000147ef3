package dev.keraunos.loss.internal.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Numbers of the current batch and of all batches before. */
final class Sums {
  final double[] batch;
  final double[] total;

  Sums(int size) {
    batch = new double[size];
    total = new double[size];
  }

  /** Adds the batch times its weight to the total. */
  void endBatch(double weight) {
    for (int i = 0; i < batch.length; i++) {
      total[i] += batch[i] * weight;
    }
    Arrays.fill(batch, 0);
  }

  double total() {
    return Arrays.stream(total).sum();
  }

  List<Double> times(double factor) {
    List<Double> list = new ArrayList<>();
    for (double sum : total) {
      list.add(sum * factor);
    }
    return list;
  }
}
