package dev.keraunos.loss.internal.anatomy;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Where a value stops being linear in numbers of the prediction's elements or positions. Found by
 * walking back over what is linear: sums, means, multiples, movements of elements, and quotients
 * whose denominator is held at its value.
 *
 * @param leaves the numbers, which may be of any sort
 * @param fixed formulas of the denominators
 */
record Cut(Map<Value, Layout> leaves, Set<String> fixed) {
  /** The cut below a value; empty if it is no sum of such numbers. */
  static Optional<Cut> of(Value x, Dependence dependence) {
    Cut cut = new Cut(new LinkedHashMap<>(), new LinkedHashSet<>());
    return cut.reaches(x, dependence) ? Optional.of(cut) : Optional.empty();
  }

  /** Adds what is below a value; false if there is something that is neither linear nor a leaf. */
  private boolean reaches(Value x, Dependence dependence) {
    if (!dependence.on(x)) {
      return true;
    }
    Optional<Layout> layout = Layout.of(x, dependence).filter(l -> x.dtype().isFloating());
    boolean fine = layout.filter(l -> l.kind() != Layout.Kind.POSITIONS).isPresent();
    Optional<Cut> below = fine ? Optional.empty() : below(x, dependence);
    below.ifPresent(
        cut -> {
          leaves.putAll(cut.leaves);
          fixed.addAll(cut.fixed);
        });
    if (below.isEmpty()) {
      layout.ifPresent(l -> leaves.put(x, l));
    }
    return below.isPresent() || layout.isPresent();
  }

  private static Optional<Cut> below(Value x, Dependence dependence) {
    Cut cut = new Cut(new LinkedHashMap<>(), new LinkedHashSet<>());
    List<Integer> operands = operands(x, dependence);
    for (int operand : operands) {
      if (!cut.reaches(x.producer().inputs().get(operand), dependence)) {
        return Optional.empty();
      }
    }
    denominator(x, dependence)
        .filter(d -> !cut.leaves.isEmpty())
        .ifPresent(d -> cut.fixed.add(Formula.of(d)));
    return operands.isEmpty() ? Optional.empty() : Optional.of(cut);
  }

  /** The denominator of a quotient, if it is held. */
  static Optional<Value> denominator(Value x, Dependence dependence) {
    boolean quotient =
        x.producer().op() instanceof Op.Binary binary && binary.kind() == BinaryKind.DIVIDE;
    return quotient
        ? Optional.of(x.producer().inputs().get(1)).filter(dependence::on)
        : Optional.empty();
  }

  /** The operands in which the result is linear, together; none for what is not linear. */
  static List<Integer> operands(Value x, Dependence dependence) {
    Op op = x.producer().op();
    List<Value> in = x.producer().inputs();
    if (in.isEmpty() || !x.dtype().isFloating()) {
      return List.of();
    }
    boolean first =
        Op.MOVEMENT_OF_ONE.contains(op.getClass())
            || op instanceof Op.Cast
            || (op instanceof Op.Unary unary && unary.kind() == UnaryKind.NEGATIVE)
            || (op instanceof Op.Cumulative running && running.kind() == ReduceKind.SUM)
            || (op instanceof Op.Reduce reduce
                && (reduce.kind() == ReduceKind.SUM || reduce.kind() == ReduceKind.MEAN));
    if (first) {
      return in.get(0).dtype().isFloating() ? List.of(0) : List.of();
    }
    if (op instanceof Op.Concat) {
      return IntStream.range(0, in.size()).boxed().toList();
    }
    if (op instanceof Op.Select) {
      return dependence.on(in.get(0)) ? List.of() : List.of(1, 2);
    }
    if (op instanceof Op.MatMul) {
      return product(in, dependence);
    }
    return op instanceof Op.Binary binary ? binary(binary.kind(), in, dependence) : List.of();
  }

  private static List<Integer> binary(BinaryKind kind, List<Value> in, Dependence dependence) {
    return switch (kind) {
      case ADD, SUBTRACT -> List.of(0, 1);
      case MULTIPLY -> product(in, dependence);
      case DIVIDE -> List.of(0);
      default -> List.of();
    };
  }

  /** A product is linear in one factor if the other does not depend on the prediction. */
  private static List<Integer> product(List<Value> in, Dependence dependence) {
    if (dependence.on(in.get(0)) && dependence.on(in.get(1))) {
      return List.of();
    }
    return List.of(dependence.on(in.get(0)) ? 0 : 1);
  }

  /** True if nothing is held and no number depends on those of other samples. */
  boolean isLinear(Dependence dependence) {
    return fixed.isEmpty() && leaves.keySet().stream().noneMatch(dependence::couples);
  }
}
