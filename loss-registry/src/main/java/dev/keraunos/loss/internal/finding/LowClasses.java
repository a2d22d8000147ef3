package dev.keraunos.loss.internal.finding;

import dev.keraunos.loss.explain.Explanation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The classes of an output that are found far less well than its others.
 *
 * @param low those, the worst first
 * @param others the rest of those that have positions, the worst first
 * @param measure of how well a class is found, from 0 to 1
 */
record LowClasses(
    List<Explanation.ClassShare> low,
    List<Explanation.ClassShare> others,
    ToDoubleFunction<Explanation.ClassShare> measure) {
  /**
   * How far below the mean of the others: classes that a model has learnt alike lie within some
   * points of each other and move by as much from one epoch to the next.
   */
  private static final double FAR = 0.15;

  /** Where the others are found less than half, nothing is learnt, and no class stands out. */
  private static final double FOUND = 0.5;

  /**
   * The classes below the widest gap of those that part classes so far apart. Pixels and steps are
   * told by IoU, samples by recall; of these IoU must agree, lest a model that predicts one class
   * always seem to find it well. Empty where no class is far below the others, or a position may be
   * of several classes.
   */
  static Optional<LowClasses> of(List<Explanation.ClassShare> shares, boolean areSamples) {
    ToDoubleFunction<Explanation.ClassShare> measure =
        share -> (areSamples ? share.recall() : share.iou()).orElseThrow();
    List<Explanation.ClassShare> classes =
        shares.stream()
            .filter(share -> share.recall().isPresent() && share.iou().isPresent())
            .sorted(Comparator.comparingDouble(measure))
            .toList();
    double[] means = means(classes, measure);
    double[] meanIous = means(classes, share -> share.iou().orElseThrow());
    int best = 0;
    double widest = 0;
    double highestIou = 0;
    for (int n = 1; n < classes.size(); n++) {
      double highest = measure.applyAsDouble(classes.get(n - 1));
      highestIou = Math.max(highestIou, classes.get(n - 1).iou().orElseThrow());
      double gap = measure.applyAsDouble(classes.get(n)) - highest;
      boolean isFar = means[n] - highest >= FAR && meanIous[n] - highestIou >= FAR;
      if (gap > widest && isFar && means[n] >= FOUND) {
        widest = gap;
        best = n;
      }
    }
    return best == 0
        ? Optional.empty()
        : Optional.of(
            new LowClasses(
                classes.subList(0, best), classes.subList(best, classes.size()), measure));
  }

  /** The means of all classes from the n-th on. */
  private static double[] means(
      List<Explanation.ClassShare> classes, ToDoubleFunction<Explanation.ClassShare> of) {
    double[] means = new double[classes.size()];
    double sum = 0;
    for (int n = classes.size() - 1; n >= 0; n--) {
      sum += of.applyAsDouble(classes.get(n));
      means[n] = sum / (classes.size() - n);
    }
    return means;
  }

  /** All classes that have positions. */
  List<Explanation.ClassShare> all() {
    List<Explanation.ClassShare> all = new ArrayList<>(low);
    all.addAll(others);
    return all;
  }

  /** A number of the low ones added up. */
  double sum(ToDoubleFunction<Explanation.ClassShare> number) {
    return low.stream().mapToDouble(number).sum();
  }
}
