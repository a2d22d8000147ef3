package dev.keraunos.loss.internal.reduce;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Numbers of the current batch and of all batches before. */
public final class Sums {
  public final double[] batch;
  public final double[] total;

  public Sums(int size) {
    batch = new double[size];
    total = new double[size];
  }

  /** Adds the batch times its weight to the total. */
  public void endBatch(double weight) {
    for (int i = 0; i < batch.length; i++) {
      total[i] += batch[i] * weight;
    }
    Arrays.fill(batch, 0);
  }

  public double total() {
    return Arrays.stream(total).sum();
  }

  public List<Double> times(double factor) {
    List<Double> list = new ArrayList<>();
    for (double sum : total) {
      list.add(sum * factor);
    }
    return list;
  }
}
