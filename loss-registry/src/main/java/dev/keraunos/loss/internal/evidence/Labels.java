package dev.keraunos.loss.internal.evidence;

import dev.keraunos.loss.explain.Explanation.ClassShare;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How often each label is there, is predicted, and both, where a position may have several labels
 * or none: each is decided by itself, at 0.5, logits at 0.
 */
public final class Labels {
  private static final int MOST = 1000;
  private static final double HALF = 0.5;

  private boolean known = true;
  private long[] there = {};
  private long[] predicted = {};
  private long[] both = {};
  private long positions;

  /** Adds a batch; looks no further once targets are of another kind. */
  void add(Seen seen) {
    Tensor yTrue = seen.batch().yTrue();
    Tensor yPred = seen.batch().yPred();
    int width = yPred.shape().rank() == 0 ? 0 : (int) yPred.shape().dim(-1);
    known &=
        !seen.told()
            && seen.isPlaced()
            && width > 1
            && width <= MOST
            && yTrue.shape().equals(yPred.shape());
    if (!known) {
      return;
    }
    if (there.length == 0) {
      there = new long[width];
      predicted = new long[width];
      both = new long[width];
    }
    double[] y = yTrue.toDoubleArray();
    double[] p = yPred.toDoubleArray();
    for (int i = 0; known && i < y.length; i++) {
      known = y[i] == 0 || y[i] == 1;
      if (seen.coefficient(i / width) != 0) {
        count(i % width, y[i] == 1, p[i] > (seen.ofLogits() ? 0 : HALF));
      }
    }
  }

  private void count(int label, boolean isThere, boolean isPredicted) {
    positions += label == 0 ? 1 : 0;
    there[label] += isThere ? 1 : 0;
    predicted[label] += isPredicted ? 1 : 0;
    both[label] += isThere && isPredicted ? 1 : 0;
  }

  /** True if all targets were labels, of which positions have several or none. */
  public boolean isKnown() {
    return known && positions > 0;
  }

  /** How many positions count. */
  public long positions() {
    return positions;
  }

  /** How often labels are there. */
  public long count() {
    return Arrays.stream(there).sum();
  }

  /** How often some labels are there. */
  public long count(List<Integer> labels) {
    return labels.stream().mapToLong(k -> there[k]).sum();
  }

  /** How often labels are predicted. */
  public long arePredicted() {
    return Arrays.stream(predicted).sum();
  }

  /** The labels that are there so many times, and are predicted nowhere. */
  public List<Integer> neverPredicted(int least) {
    return IntStream.range(0, there.length)
        .filter(k -> there[k] >= least && predicted[k] == 0)
        .boxed()
        .toList();
  }

  /** The shares of channels as those of labels: how often they are there, and how well found. */
  public List<ClassShare> of(List<ClassShare> channels) {
    return channels.stream().map(share -> share.index() < 0 ? share : label(share, true)).toList();
  }

  /** The same without recall and precision, which only classes have of which a position has one. */
  public List<ClassShare> shown(List<ClassShare> channels) {
    return channels.stream().map(share -> share.index() < 0 ? share : label(share, false)).toList();
  }

  private ClassShare label(ClassShare share, boolean full) {
    int k = share.index();
    return new ClassShare(
        k,
        share.name(),
        there[k],
        share.coefficient(),
        share.byTrueClass(),
        share.byChannel(),
        share.meanScore(),
        quotient(both[k], there[k] + predicted[k] - both[k]),
        full ? quotient(both[k], there[k]) : share.recall(),
        full ? quotient(both[k], predicted[k]) : share.precision(),
        List.of(),
        share.dice(),
        share.lossIfRight(),
        share.lossIfWrong(),
        share.equalWeight());
  }

  private static Optional<Double> quotient(long x, long y) {
    return y == 0 ? Optional.empty() : Optional.of((double) x / y);
  }
}
