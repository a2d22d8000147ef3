package dev.keraunos.loss.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the positions of each true class have to do with the loss. */
final class ClassTotals {
  private final int count;
  private final long[] positions;
  private final long[] predicted;
  private final long[] hits;
  private final double[] scoreSums;
  private final TermTotal.Sums coefficients;
  private final TermTotal.Sums contributions;
  private final TermTotal.Sums rightCoefficients;
  private final TermTotal.Sums rightContributions;

  ClassTotals(int count) {
    this.count = count;
    positions = new long[count];
    predicted = new long[count];
    hits = new long[count];
    scoreSums = new double[count];
    coefficients = new TermTotal.Sums(count);
    contributions = new TermTotal.Sums(count);
    rightCoefficients = new TermTotal.Sums(count);
    rightContributions = new TermTotal.Sums(count);
  }

  int count() {
    return count;
  }

  /** Adds a batch; positions of class −1 or without a coefficient do not count. */
  void add(float[] scores, Grid coefficient, int[] truth, Optional<int[]> guess) {
    for (int i = 0; i < scores.length; i++) {
      double c = coefficient.at(i);
      int k = truth[i];
      if (k < 0 || c == 0) {
        continue;
      }
      positions[k]++;
      scoreSums[k] += scores[i];
      coefficients.batch[k] += c;
      contributions.batch[k] += c * scores[i];
      if (guess.isPresent()) {
        int g = guess.get()[i];
        predicted[g]++;
        if (g == k) {
          hits[k]++;
          rightCoefficients.batch[k] += c;
          rightContributions.batch[k] += c * scores[i];
        }
      }
    }
  }

  void endBatch(double weight) {
    coefficients.endBatch(weight);
    contributions.endBatch(weight);
    rightCoefficients.endBatch(weight);
    rightContributions.endBatch(weight);
  }

  List<Explanation.ClassShare> result(double factor, List<Double> byChannel, double loss) {
    List<Explanation.ClassShare> shares = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      double contribution = contributions.total[k] * factor;
      shares.add(
          new Explanation.ClassShare(
              k,
              positions[k],
              coefficients.total[k] * factor,
              contribution,
              byChannel.size() == count ? byChannel.get(k) : Double.NaN,
              scoreSums[k] / positions[k],
              (double) hits[k] / (positions[k] + predicted[k] - hits[k]),
              loss - contribution + coefficients.total[k] * factor * typical(k, true),
              loss - contribution + coefficients.total[k] * factor * typical(k, false)));
    }
    return shares;
  }

  /** The mean score of the right, or wrong, positions of a class; of all its own if it has none. */
  private double typical(int k, boolean right) {
    long count = right ? hits[k] : positions[k] - hits[k];
    double c = rightCoefficients.total[k];
    double s = rightContributions.total[k];
    if (count == 0) {
      return contributions.total[k] / coefficients.total[k];
    }
    return right ? s / c : (contributions.total[k] - s) / (coefficients.total[k] - c);
  }

  /** The mean over the classes that occur of their mean score. */
  Optional<Double> balanced() {
    double sum = 0;
    int present = 0;
    for (int k = 0; k < count; k++) {
      if (positions[k] > 0) {
        sum += scoreSums[k] / positions[k];
        present++;
      }
    }
    return present == 0 ? Optional.empty() : Optional.of(sum / present);
  }
}
