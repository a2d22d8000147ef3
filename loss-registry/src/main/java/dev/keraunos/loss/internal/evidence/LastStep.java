package dev.keraunos.loss.internal.evidence;

import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;

/** Targets of one value beside predictions of several steps: the loss of the last step alone. */
public final class LastStep {
  private double sum;
  private long count;
  private Shape targets = Shape.scalar();
  private Shape predictions = Shape.scalar();
  private boolean known = true;

  void add(Seen seen, Optional<DoubleBinaryOperator> error) {
    Tensor y = seen.batch().yTrue();
    Tensor p = seen.batch().yPred();
    targets = y.shape();
    predictions = p.shape();
    boolean fits =
        p.shape().rank() >= 2
            && error.isPresent()
            && y.size() * p.shape().dim(1) == p.size()
            && p.shape().dim(1) > 1;
    known &= fits;
    if (!fits) {
      return;
    }
    int steps = (int) p.shape().dim(1);
    int width = (int) (p.size() / p.shape().dim(0) / steps);
    for (int sample = 0; sample < p.shape().dim(0); sample++) {
      for (int k = 0; k < width; k++) {
        double last = p.getDouble(((long) sample * steps + steps - 1) * width + k);
        sum += error.get().applyAsDouble(y.getDouble((long) sample * width + k), last);
        count++;
      }
    }
  }

  /** As the caller gave them, with the samples of the last batch. */
  public Shape targets() {
    return targets;
  }

  public Shape predictions() {
    return predictions;
  }

  /** The mean loss of the last step; empty where there are no steps. */
  public Optional<Double> loss() {
    return known && count > 0 ? Optional.of(sum / count) : Optional.empty();
  }

  /** The number of steps. */
  public long steps() {
    return predictions.rank() > 1 ? predictions.dim(1) : 1;
  }
}
