package dev.keraunos.loss.internal.finding;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.evidence.Elements;
import dev.keraunos.loss.internal.evidence.Elements.Sum;
import dev.keraunos.loss.internal.evidence.Errors;
import dev.keraunos.loss.internal.evidence.Thinned;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;

/** The loss of a prediction that does not depend on the input, the best one. */
final class Baselines {
  private static final double EPSILON = 1e-7;
  private static final String SHARES = "guessing the class shares";

  private Baselines() {}

  /** The least loss of a constant prediction; empty where it is not known. */
  static Optional<Explanation.Baseline> of(Case c) {
    Optional<Explanation.Baseline> found =
        !Double.isFinite(c.value())
            ? Optional.empty()
            : Errors.isBinary(c.setup())
                ? binary(c)
                : Errors.isCrossentropy(c.setup()) ? categorical(c) : regression(c);
    return found.filter(base -> Double.isFinite(base.value()));
  }

  private static double smoothing(Case c) {
    return c.setting("label_smoothing", 0);
  }

  private static Optional<Explanation.Baseline> categorical(Case c) {
    double[] weights = classWeights(c);
    if (weights.length == 0) {
      return Optional.empty();
    }
    double all = Arrays.stream(weights).sum();
    double e = smoothing(c);
    double loss = 0;
    for (int k = 0; k < c.width(); k++) {
      double share = k < weights.length ? weights[k] / all : 0;
      loss += plogp(share * (1 - e) + e / c.width());
    }
    return Optional.of(new Explanation.Baseline(loss * all, SHARES));
  }

  /** What the positions of each class count in the loss of the output. */
  private static double[] classWeights(Case c) {
    List<Explanation.ClassShare> classes = c.classes();
    Elements e = c.evidence().elements();
    boolean one = !classes.isEmpty() && classes.stream().allMatch(k -> k.recall().isPresent());
    double[] weights = new double[(int) c.width()];
    if (one && c.output().lossWeight() != 0 && c.output().unsplit() == 0) {
      for (Explanation.ClassShare share : classes) {
        if (share.index() < weights.length) {
          weights[share.index()] = share.coefficient() / c.output().lossWeight();
        }
      }
      return weights;
    }
    for (int k = 0; e.areKnown() && !e.areJoined() && k < weights.length; k++) {
      weights[k] = e.sum(Sum.TARGET, k) / c.evidence().weight();
    }
    return e.areKnown() && !e.areJoined() ? weights : new double[0];
  }

  private static Optional<Explanation.Baseline> binary(Case c) {
    Elements e = c.evidence().elements();
    double smoothing = smoothing(c);
    if (e.areKnown() && e.above() + e.below() > 0) {
      return Optional.empty();
    }
    if (e.areKnown()) {
      double loss = 0;
      for (int k = 0; k < e.kinds(); k++) {
        double rate = e.mean(Sum.TARGET, k) * (1 - smoothing) + smoothing / 2;
        loss += entropy(rate) * e.sum(Sum.WEIGHT, k);
      }
      boolean binary = e.notBinary() == 0;
      return Optional.of(
          new Explanation.Baseline(
              loss / e.channels() / c.evidence().weight(),
              binary ? SHARES : "always predicting the mean"));
    }
    double[] weights = c.width() > 1 ? classWeights(c) : new double[0];
    double all = Arrays.stream(weights).sum();
    double loss = 0;
    for (double weight : weights) {
      loss += entropy(weight / all * (1 - smoothing) + smoothing / 2) / weights.length;
    }
    return weights.length == 0
        ? Optional.empty()
        : Optional.of(new Explanation.Baseline(loss * all, SHARES));
  }

  static double entropy(double rate) {
    return plogp(rate) + plogp(1 - rate);
  }

  private static double plogp(double p) {
    return p <= 0 ? 0 : -p * Math.log(p);
  }

  private static Optional<Explanation.Baseline> regression(Case c) {
    Elements e = c.evidence().elements();
    if (Errors.of(c.setup()).isEmpty() || !e.areKnown()) {
      return Optional.empty();
    }
    double loss = 0;
    for (int k = 0; k < e.kinds(); k++) {
      loss += constant(c, k) * e.sum(Sum.WEIGHT, k);
    }
    return Optional.of(
        new Explanation.Baseline(
            loss / e.channels() / c.evidence().weight(), "always predicting " + guess(c)));
  }

  private static String guess(Case c) {
    if (!relative(c)) {
      return squares(c) ? "the mean" : "the median";
    }
    Elements e = c.evidence().elements();
    return e.kinds() == 1 ? Numbers.rounded(median(e.targets(0), true)) : "the best constants";
  }

  private static boolean relative(Case c) {
    return c.setup().lossName().equals("mean_absolute_percentage_error");
  }

  private static boolean squares(Case c) {
    return c.setup().lossName().equals("mean_squared_error");
  }

  /** The mean loss of a channel's elements if the best constant were predicted. */
  static double constant(Case c, int channel) {
    Elements e = c.evidence().elements();
    if (squares(c)) {
      return variance(e, channel);
    }
    DoubleBinaryOperator error = Errors.of(c.setup()).orElseThrow();
    Thinned targets = e.targets(channel);
    double median = median(targets, relative(c));
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < targets.count(); i++) {
      sum += error.applyAsDouble(targets.at(i, 0), median) * targets.at(i, 1);
      weights += targets.at(i, 1);
    }
    return sum / weights;
  }

  static double variance(Elements e, int channel) {
    double mean = e.mean(Sum.TARGET, channel);
    return Math.max(0, e.mean(Sum.TARGET_SQUARED, channel) - mean * mean);
  }

  private static double median(Thinned targets, boolean relative) {
    Integer[] order = new Integer[targets.count()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> targets.at(i, 0)));
    double[] weights = new double[order.length];
    for (int i = 0; i < order.length; i++) {
      double y = Math.abs(targets.at(order[i], 0));
      weights[i] = targets.at(order[i], 1) / (relative ? Math.max(y, EPSILON) : 1);
    }
    double half = Arrays.stream(weights).sum() / 2;
    double sum = 0;
    for (int i = 0; i < order.length; i++) {
      sum += weights[i];
      if (sum >= half) {
        return targets.at(order[i], 0);
      }
    }
    return Double.NaN;
  }
}
