package dev.keraunos.loss.internal.evidence;

import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/** The loss of the same predictions with targets of a picture or of percents divided to 0..1. */
public final class Rescaled {
  private static final double[] SCALES = {255, 100};

  private final double[] batch = new double[SCALES.length];
  private final double[] total = new double[SCALES.length];
  private double weights;

  /** Computes batches anew whose targets are above 1; the others are taken as they are. */
  void add(ScoredBatch scored) {
    double[] y = scored.yTrue().toDoubleArray();
    double largest = 0;
    for (double value : y) {
      largest = Math.max(largest, value);
    }
    for (int i = 0; i < SCALES.length; i++) {
      batch[i] =
          largest == 0 ? scored.value() : largest > 1 ? value(scored, y, SCALES[i]) : Double.NaN;
    }
  }

  private static double value(ScoredBatch scored, double[] y, double scale) {
    double[] divided = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      divided[i] = y[i] / scale;
    }
    DType type = scored.yTrue().dtype();
    if (!type.isFloating()) {
      return Double.NaN;
    }
    try (Tensor targets = Tensor.allocate(type, scored.yTrue().shape())) {
      targets.write(0, divided, 0, divided.length);
      return scored.other().value(targets, scored.yPred(), scored.logits());
    }
  }

  /** Takes a batch as it is, before any with targets above 1 was seen. */
  void keep(double value) {
    Arrays.fill(batch, value);
  }

  void endBatch(double weight) {
    weights += weight;
    for (int i = 0; i < batch.length; i++) {
      total[i] += batch[i] * weight;
    }
  }

  /** What to divide targets by whose largest is this, if it is known. */
  public static Optional<Double> scale(double largest) {
    for (double scale : SCALES) {
      if (scale == largest) {
        return Optional.of(scale);
      }
    }
    return Optional.empty();
  }

  /** The loss of the output with targets divided by this. */
  public Optional<Double> loss(double scale) {
    for (int i = 0; i < SCALES.length; i++) {
      if (SCALES[i] == scale && Double.isFinite(total[i])) {
        return Optional.of(total[i] / weights);
      }
    }
    return Optional.empty();
  }
}
