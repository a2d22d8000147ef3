package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.engine.onednn.internal.step.Place;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.graph.Op;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Joins recurrences of which neither needs the other, as the halves of a bidirectional layer, into
 * one step: each has few tiles, and threads would wait for each other behind either.
 */
final class SideBySide {
  private SideBySide() {}

  /** The same steps in an order that respects what they read and write. */
  static List<Step> join(List<Step> steps) {
    List<Step> joined = new ArrayList<>();
    for (Step step : steps) {
      int with = isRecurrence(step) ? partner(joined, step) : -1;
      if (with < 0) {
        joined.add(step);
      } else {
        joined = joined(joined, with, (Step.Native) step);
      }
    }
    return joined;
  }

  private static boolean isRecurrence(Step step) {
    return step instanceof Step.Native
        && step.nodes().stream().anyMatch(node -> node.op() instanceof Op.Rnn);
  }

  /** The last recurrence that a step does not depend on; −1 if there is none. */
  private static int partner(List<Step> before, Step step) {
    for (int i = before.size() - 1; i >= 0; i--) {
      if (isRecurrence(before.get(i))) {
        return dependent(before, i).dependsOn(step) ? -1 : i;
      }
    }
    return -1;
  }

  /** What is written by a step and by those behind it that depend on it. */
  private record Dependent(Set<Step> steps, Set<Place> written) {
    boolean dependsOn(Step step) {
      return step.places().stream().anyMatch(written::contains);
    }
  }

  private static Dependent dependent(List<Step> steps, int first) {
    Dependent found = new Dependent(new HashSet<>(), new HashSet<>(steps.get(first).written()));
    for (Step step : steps.subList(first + 1, steps.size())) {
      if (found.dependsOn(step)) {
        found.steps().add(step);
        found.written().addAll(step.written());
      }
    }
    return found;
  }

  private static List<Step> joined(List<Step> before, int with, Step.Native step) {
    Step.Native partner = (Step.Native) before.get(with);
    Set<Step> later = dependent(before, with).steps();
    List<Step> joined = new ArrayList<>(before.subList(0, with));
    List<Step> behind = before.subList(with + 1, before.size());
    behind.stream().filter(other -> !later.contains(other)).forEach(joined::add);
    joined.add(partner.with(step));
    behind.stream().filter(later::contains).forEach(joined::add);
    return joined;
  }
}
