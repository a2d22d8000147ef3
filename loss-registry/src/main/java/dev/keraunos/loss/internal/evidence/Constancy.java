package dev.keraunos.loss.internal.evidence;

import dev.keraunos.tensor.Tensor;

/** Whether the prediction is the same for every sample, whatever the input. */
public final class Constancy {
  private static final double SAME = 1e-6;
  private static final int FEW = 3;

  private float[] first;
  private boolean constant = true;
  private long samples;

  /** Looks no further once two samples differ. */
  void add(Tensor yPred) {
    int n = yPred.shape().rank() == 0 ? 0 : (int) yPred.shape().dim(0);
    samples += n;
    if (!constant || n == 0) {
      return;
    }
    int size = (int) (yPred.size() / n);
    if (first == null) {
      first = new float[size];
      yPred.read(0, first, 0, size);
    }
    float[] other = new float[size];
    for (int i = 0; constant && i < n; i++) {
      constant = size == first.length;
      yPred.read((long) i * size, other, 0, constant ? size : 0);
      for (int k = 0; constant && k < size; k++) {
        constant = Math.abs(other[k] - first[k]) <= SAME * Math.abs(first[k]);
      }
    }
  }

  /** True if there are enough samples and all have the same prediction. */
  public boolean isConstant() {
    return constant && samples >= FEW && first.length > 0;
  }

  /** The prediction of the first sample. */
  public float[] first() {
    return first.clone();
  }

  public long samples() {
    return samples;
  }
}
