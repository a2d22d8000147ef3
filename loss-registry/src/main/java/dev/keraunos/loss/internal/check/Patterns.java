package dev.keraunos.loss.internal.check;

import dev.keraunos.loss.internal.check.LossRecording.Case;
import dev.keraunos.loss.internal.text.Numbers;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the scores of a port have in common with those of Python. */
final class Patterns {
  private final Closeness closeness;
  private final Tensor found;
  private final Tensor expected;

  private Patterns(Tensor found, Tensor expected, Closeness closeness) {
    this.closeness = closeness;
    this.found = found;
    this.expected = expected;
  }

  /** A factor or a difference that is the same everywhere, or for every true class. */
  static Set<String> of(Run run) {
    Case whole = run.recording().whole();
    Tensor expected = whole.scores().orElseThrow();
    Optional<Tensor> scores = run.scores(whole).filter(s -> s.shape().equals(expected.shape()));
    Set<String> hints = new LinkedHashSet<>();
    if (scores.isEmpty() || run.agrees(whole)) {
      return hints;
    }
    Patterns patterns = new Patterns(scores.get(), expected, run.closeness());
    Map<Integer, Double> factors = patterns.factors(new int[(int) expected.size()]);
    if (!factors.isEmpty()) {
      hints.add(ofFactor(factors.get(0), whole.yPred().shape()));
    } else if (patterns.isShifted()) {
      double shift = scores.get().getDouble(0) - expected.getDouble(0);
      hints.add("every score is Python's plus " + Numbers.text(shift));
    } else if (whole.yTrue().shape().rank() == expected.shape().rank() + 1) {
      patterns.ofClasses(whole.yTrue()).ifPresent(hints::add);
    }
    return hints;
  }

  /** The factor of each group of scores; empty unless every group has one. */
  private Map<Integer, Double> factors(int[] groups) {
    Map<Integer, Double> factors = new TreeMap<>();
    double scale = Compared.scale(found);
    for (int i = 0; i < groups.length; i++) {
      double x = found.getDouble(i);
      double y = expected.getDouble(i);
      factors.putIfAbsent(groups[i], x / y);
      double factor = factors.get(groups[i]);
      if (!Double.isFinite(factor) || !closeness.accepts(x, factor * y, scale)) {
        return Map.of();
      }
    }
    return factors;
  }

  private boolean isShifted() {
    double shift = found.getDouble(0) - expected.getDouble(0);
    double scale = Compared.scale(found);
    for (long i = 0; i < found.size(); i++) {
      double shifted = expected.getDouble(i) + shift;
      if (!closeness.accepts(found.getDouble(i), shifted, scale)) {
        return false;
      }
    }
    return found.size() > 1 && Double.isFinite(shift);
  }

  private static String ofFactor(double factor, Shape prediction) {
    String text = "every score is Python's times " + Numbers.text(factor);
    for (int axis = 0; axis < prediction.rank(); axis++) {
      double length = prediction.dim(axis);
      if (isNear(factor, length)) {
        return text + ", the length of axis " + axis + ": a sum in place of a mean";
      }
      if (isNear(factor * length, 1)) {
        return text + ", one over the length of axis " + axis + ": a mean in place of a sum";
      }
    }
    return text;
  }

  /** Equal to four digits. */
  private static boolean isNear(double a, double b) {
    return Math.round(a * 1e4) == Math.round(b * 1e4);
  }

  private Optional<String> ofClasses(Tensor yTrue) {
    int classes = (int) yTrue.shape().dim(-1);
    int[] groups = new int[(int) expected.size()];
    if ((long) groups.length * classes != yTrue.size()) {
      return Optional.empty();
    }
    for (int i = 0; i < groups.length; i++) {
      for (int k = 1; k < classes; k++) {
        long best = (long) i * classes + groups[i];
        groups[i] = yTrue.getDouble((long) i * classes + k) > yTrue.getDouble(best) ? k : groups[i];
      }
    }
    Map<Integer, Double> factors = factors(groups);
    return factors.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the scores are Python's times a number for each true class: "
                + factors.entrySet().stream()
                    .map(e -> e.getKey() + ": " + Numbers.text(e.getValue()))
                    .collect(Collectors.joining(", ")));
  }
}
