package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.reduce.Sums;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What the positions of each true class have to do with the loss, those predicted right and wrong
 * apart. Behind the classes comes one of positions whose label is no class.
 */
final class ClassTotals {
  private static final int FEW = 32;

  private final int count;
  private final long[] positions;
  private final long[] predicted;
  private final double[] scores;
  private final Sums coefficients;
  private final Sums contributions;
  private final Overlaps overlaps;
  private final Confused confused;

  ClassTotals(int count) {
    this.count = count;
    positions = new long[2 * count + 2];
    predicted = new long[count + 1];
    scores = new double[2 * count + 2];
    coefficients = new Sums(2 * count + 2);
    contributions = new Sums(2 * count + 2);
    overlaps = new Overlaps(count);
    confused = new Confused(count);
  }

  /** What is predicted of each class, to which predictions are added beside the scores. */
  Overlaps overlaps() {
    return overlaps;
  }

  /** The number of classes. */
  int count() {
    return count;
  }

  /** Adds scores; those without a coefficient are no positions. */
  void add(Chunk chunk) {
    if (chunk.equal && chunk.coefficients[0] != 0 && count <= FEW) {
      addEqual(chunk, chunk.coefficients[0]);
      return;
    }
    for (int i = 0; i < chunk.count; i++) {
      int k = chunk.truth[i];
      int guess = chunk.guess[i];
      int cell = 2 * k + (guess == k ? 1 : 0);
      double c = chunk.coefficients[i];
      contributions.batch[cell] += chunk.shares[i];
      coefficients.batch[cell] += c;
      if (c != 0) {
        positions[cell]++;
        predicted[guess]++;
        confused.add(k, guess, 1);
        scores[cell] += chunk.scores[i];
      }
    }
  }

  /**
   * The same of a coefficient for all and few classes: first by true and predicted class, which are
   * two sums for each position.
   */
  private void addEqual(Chunk chunk, double coefficient) {
    int width = count + 1;
    int[] counts = new int[width * width];
    double[] sums = new double[width * width];
    for (int i = 0; i < chunk.count; i++) {
      int pair = chunk.truth[i] * width + chunk.guess[i];
      counts[pair]++;
      sums[pair] += chunk.scores[i];
    }
    for (int pair = 0; pair < counts.length; pair++) {
      int k = pair / width;
      int guess = pair % width;
      int cell = 2 * k + (guess == k ? 1 : 0);
      positions[cell] += counts[pair];
      predicted[guess] += counts[pair];
      confused.add(k, guess, counts[pair]);
      scores[cell] += sums[pair];
      coefficients.batch[cell] += coefficient * counts[pair];
      contributions.batch[cell] += coefficient * sums[pair];
    }
  }

  /** What the positions of each class contribute, with those of no class behind them. */
  List<Double> contributions(double factor) {
    List<Double> list = new ArrayList<>();
    for (int k = 0; k <= count; k++) {
      list.add(both(contributions, k) * factor);
    }
    return list;
  }

  /** What all positions contribute. */
  double contribution(double factor) {
    return contributions.total() * factor;
  }

  void endBatch(double weight) {
    coefficients.endBatch(weight);
    contributions.endBatch(weight);
  }

  /**
   * The share of every class.
   *
   * @param factor of the sums
   * @param byChannel empty unless there is one per class
   * @param changed the loss if a class were predicted right, or wrong, everywhere
   * @param weighs true if weighting positions weights their shares
   * @param exclusive true if every position is of one class exactly
   */
  List<Explanation.ClassShare> result(
      double factor,
      List<Double> byChannel,
      BiFunction<Integer, Boolean, Optional<Double>> changed,
      boolean weighs,
      boolean exclusive) {
    List<Explanation.ClassShare> shares = new ArrayList<>();
    double equal = equalCoefficient();
    for (int k = 0; k < classes(); k++) {
      boolean isClass = k < count;
      int index = isClass ? k : -1;
      long hits = isClass ? positions[2 * k + 1] : 0;
      long union = isClass ? positions(k) + predicted[k] - hits : 0;
      double coefficient = both(coefficients, k);
      shares.add(
          new Explanation.ClassShare(
              index,
              Optional.empty(),
              positions(k),
              coefficient * factor,
              both(contributions, k) * factor,
              k < byChannel.size() ? Optional.of(byChannel.get(k)) : Optional.empty(),
              quotient(scores[2 * k] + scores[2 * k + 1], positions(k)),
              quotient(hits, union),
              exclusive && isClass ? quotient(hits, positions(k)) : Optional.empty(),
              exclusive && isClass ? quotient(hits, predicted[k]) : Optional.empty(),
              exclusive && isClass ? confused.of(k) : List.of(),
              exclusive && isClass ? overlaps.dice(k, positions(k)) : Optional.empty(),
              positions(k) > 0 && isClass ? changed.apply(k, true) : Optional.empty(),
              positions(k) > 0 && isClass ? changed.apply(k, false) : Optional.empty(),
              isClass && weighs ? quotient(equal, coefficient) : Optional.empty()));
    }
    return shares;
  }

  /** How many shares there are: one more if there are positions of no class. */
  int classes() {
    return count + (positions(count) > 0 ? 1 : 0);
  }

  private static Optional<Double> quotient(double x, double y) {
    return y == 0 ? Optional.empty() : Optional.of(x / y);
  }

  /**
   * What the loss would change by if all positions of a class scored as its right or wrong ones do;
   * for a loss that does not couple the positions.
   *
   * @param alike true if positions of different classes with like predictions have like scores
   */
  Optional<Double> change(int k, boolean right, boolean alike) {
    int part = right ? 1 : 0;
    double s = contributions.total[2 * k + part];
    double c = coefficients.total[2 * k + part];
    for (int j = 0; positions[2 * k + part] == 0 && alike && j < count; j++) {
      s += contributions.total[2 * j + part];
      c += coefficients.total[2 * j + part];
    }
    return quotient(s, c).map(typical -> both(coefficients, k) * typical - both(contributions, k));
  }

  private long positions(int k) {
    return positions[2 * k] + positions[2 * k + 1];
  }

  private static double both(Sums sums, int k) {
    return sums.total[2 * k] + sums.total[2 * k + 1];
  }

  /** What the coefficients of each class would add up to if every class counted alike. */
  private double equalCoefficient() {
    double sum = 0;
    int present = 0;
    for (int k = 0; k < count; k++) {
      sum += both(coefficients, k);
      present += both(coefficients, k) == 0 ? 0 : 1;
    }
    return present == 0 ? 0 : sum / present;
  }

  /** The loss of the output if every class counted alike. */
  Optional<Double> balanced(double factor) {
    double equal = equalCoefficient();
    double sum = both(contributions, count);
    for (int k = 0; k < count; k++) {
      double c = both(coefficients, k);
      sum += c == 0 ? both(contributions, k) : both(contributions, k) / c * equal;
    }
    return equal == 0 ? Optional.empty() : Optional.of(sum * factor);
  }
}
