package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.engine.onednn.internal.step.Place;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Lets recurrences that stand one on the other, each cut into parts of the sequence, run side by
 * side: each works on the part behind that of the one below it. A single sample keeps several
 * threads busy so.
 */
final class Pipeline {
  private Pipeline() {}

  /** True if the second runs forward over what the first gives step by step, both without masks. */
  static boolean follows(Node second, Node first) {
    Op.Rnn below = (Op.Rnn) first.op();
    return second.inputs().get(0).equals(first.outputs().get(0))
        && below.recurrence().sequence()
        && isForward(below)
        && isForward((Op.Rnn) second.op());
  }

  private static boolean isForward(Op.Rnn op) {
    return !op.recurrence().reverse() && !op.mask();
  }

  /** The same steps, the parts of stacked recurrences in waves. */
  static List<Step> join(List<Step> steps) {
    List<Step> joined = new ArrayList<>();
    List<List<Step.Native>> stack = new ArrayList<>();
    for (int i = 0; i < steps.size(); ) {
      List<Step.Native> parts = parts(steps, i);
      if (!stack.isEmpty() && (parts.isEmpty() || !follows(parts, stack))) {
        joined.addAll(waves(stack));
        stack.clear();
      }
      if (parts.isEmpty()) {
        joined.add(steps.get(i++));
      } else {
        stack.add(parts);
        i += parts.size();
      }
    }
    joined.addAll(waves(stack));
    return joined;
  }

  /** The steps from an index on that compute the same recurrence part by part. */
  private static List<Step.Native> parts(List<Step> steps, int from) {
    List<Step.Native> parts = new ArrayList<>();
    for (Step step : steps.subList(from, steps.size())) {
      boolean alike = parts.isEmpty() || parts.get(0).nodes().equals(step.nodes());
      if (!(step instanceof Step.Native part) || !isRecurrence(step) || !alike) {
        break;
      }
      parts.add(part);
    }
    return parts;
  }

  private static boolean isRecurrence(Step step) {
    return step.nodes().size() == 1 && step.nodes().get(0).op() instanceof Op.Rnn;
  }

  private static boolean follows(List<Step.Native> parts, List<List<Step.Native>> stack) {
    List<Step.Native> last = stack.get(stack.size() - 1);
    return parts.size() == last.size()
        && follows(node(parts), node(last))
        && stack.stream().noneMatch(below -> readsTheEnd(parts, below));
  }

  private static Node node(List<Step.Native> parts) {
    return parts.get(0).nodes().get(0);
  }

  /** True if a recurrence reads what the last part of one below it writes, and that part alone. */
  private static boolean readsTheEnd(List<Step.Native> parts, List<Step.Native> below) {
    Set<Place> end = new HashSet<>(below.get(below.size() - 1).written());
    below.subList(0, below.size() - 1).forEach(part -> end.removeAll(part.written()));
    return parts.get(0).places().stream().anyMatch(end::contains);
  }

  private static List<Step> waves(List<List<Step.Native>> stack) {
    List<Step> waves = new ArrayList<>();
    int parts = stack.isEmpty() ? 0 : stack.get(0).size();
    for (int wave = 0; wave < parts + stack.size() - 1; wave++) {
      Step.Native together = null;
      for (int i = Math.max(0, wave - parts + 1); i < stack.size() && i <= wave; i++) {
        Step.Native part = stack.get(i).get(wave - i);
        together = together == null ? part : together.with(part);
      }
      waves.add(together);
    }
    return waves;
  }
}
