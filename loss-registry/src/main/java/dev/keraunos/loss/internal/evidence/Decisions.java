package dev.keraunos.loss.internal.evidence;

import dev.keraunos.tensor.Tensor;

/**
 * Of targets that say yes or no, as 0 and 1 or as -1 and 1: how many predictions have that sign.
 */
public final class Decisions {
  private long count;
  private long rightBySign;
  private boolean binary = true;
  private boolean signed = true;

  void add(Seen seen) {
    Tensor y = seen.batch().yTrue();
    Tensor p = seen.batch().yPred();
    boolean fits = y.size() == p.size();
    binary &= fits;
    signed &= fits;
    double[] ys = binary || signed ? y.toDoubleArray() : new double[0];
    double[] ps = binary || signed ? p.toDoubleArray() : new double[0];
    for (int i = 0; i < ys.length; i++) {
      binary &= ys[i] == 0 || ys[i] == 1;
      signed &= ys[i] == -1 || ys[i] == 1;
      rightBySign += (ys[i] == 1) == (ps[i] > 0) ? 1 : 0;
    }
    count += ys.length;
  }

  /** True if all targets are 0 or 1. */
  public boolean areBinary() {
    return binary && count > 0;
  }

  /** True if all targets are -1 or 1. */
  public boolean areSigned() {
    return signed && count > 0;
  }

  /** The part of the predictions that are above 0 where the target is 1, and only there. */
  public double rightBySign() {
    return (double) rightBySign / count;
  }
}
