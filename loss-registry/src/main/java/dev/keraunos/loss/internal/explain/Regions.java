package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sums by place within a sample: time steps, or squares of pixels. An axis has at most 512 places,
 * two axes 16 each, three 8; where samples are larger a place is as many steps or pixels wide as
 * need be.
 */
final class Regions {
  private static final int LIMIT = 512;

  private final int rank;
  private final int places;
  private final long[] extent;
  private final long[] width;
  private final double[] total;
  private double[] batch;
  private Shape binned;
  private int[] bins;

  /**
   * No sums yet.
   *
   * @param rank of a sample's positions
   */
  Regions(int rank) {
    this.rank = rank;
    places = rank == 0 ? 1 : Integer.highestOneBit((int) Math.pow(LIMIT, 1.0 / rank));
    extent = new long[rank];
    width = new long[rank];
    Arrays.fill(width, 1);
    total = new double[(int) Math.pow(places, rank)];
    batch = new double[total.length];
  }

  int rank() {
    return rank;
  }

  /** The index of the place of each of a sample's positions, as the totals take it. */
  int[] bins(Shape positions) {
    if (positions.equals(binned)) {
      return bins;
    }
    for (int axis = 0; axis < rank; axis++) {
      extent[axis] = Math.max(extent[axis], positions.dim(axis));
      while (extent[axis] > places * width[axis]) {
        halve(axis);
      }
    }
    bins = new int[(int) positions.size()];
    for (int i = 0; i < bins.length; i++) {
      long rest = i;
      int stride = 1;
      for (int axis = rank - 1; axis >= 0; axis--) {
        bins[i] += stride * (int) (rest % positions.dim(axis) / width[axis]);
        rest /= positions.dim(axis);
        stride *= places;
      }
    }
    binned = positions;
    return bins;
  }

  /** Joins neighbours along an axis. */
  private void halve(int axis) {
    double[] old = total.clone();
    Arrays.fill(total, 0);
    int stride = (int) Math.pow(places, rank - 1 - axis);
    for (int i = 0; i < old.length; i++) {
      int index = i / stride % places;
      total[i + (index / 2 - index) * stride] += old[i];
    }
    width[axis] *= 2;
  }

  /** The sums of the current batch, to add to. */
  double[] batch() {
    return batch;
  }

  void endBatch(double weight) {
    for (int i = 0; i < total.length; i++) {
      total[i] += batch[i] * weight;
    }
    Arrays.fill(batch, 0);
  }

  List<Explanation.Region> times(double factor) {
    List<Explanation.Region> regions = new ArrayList<>();
    for (int i = 0; i < total.length && rank > 0; i++) {
      List<Long> from = new ArrayList<>();
      List<Long> to = new ArrayList<>();
      int rest = i;
      boolean inside = true;
      for (int axis = rank - 1; axis >= 0; axis--) {
        long start = rest % places * width[axis];
        inside &= start < extent[axis];
        from.add(0, start);
        to.add(0, Math.min(extent[axis], start + width[axis]));
        rest /= places;
      }
      if (inside) {
        regions.add(new Explanation.Region(from, to, total[i] * factor));
      }
    }
    return regions;
  }
}
