package dev.keraunos.loss.internal.anatomy;

import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.expandDims;
import static dev.keraunos.graph.Ops.like;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.negative;
import static dev.keraunos.graph.Ops.squeeze;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * A value as sums over elements or positions of the prediction, and something that belongs to none
 * of them. Found by walking back over sums, multiples and quotients to reductions: sums are linear
 * in what is summed; a quotient is so in its numerator where the denominator is held at its value.
 *
 * @param fixed formulas of the denominators
 */
public record Split(List<Part> parts, Set<String> fixed) {
  /**
   * Numbers that a value sums up.
   *
   * @param axes of the numbers on which each axis of the value lies; {@link #NONE} for one along
   *     which the value repeats the same sums
   * @param averaged axes of the numbers over which they were averaged
   * @param scale one number to multiply all by
   */
  public record Part(
      Value values,
      Layout layout,
      List<Integer> axes,
      List<Integer> averaged,
      Optional<Value> scale) {
    public static final int NONE = -1;

    private Part times(Value factor) {
      Value same = cast(factor, values.dtype());
      return same.rank() == 0
          ? scaled(scale.map(s -> multiply(s, same)).orElse(same))
          : new Part(multiply(values, same), layout, axes, averaged, scale);
    }

    private Part over(Value divisor) {
      Value same = cast(divisor, values.dtype());
      return same.rank() == 0
          ? scaled(scale.map(s -> divide(s, same)).orElseGet(() -> divide(1, same)))
          : new Part(divide(values, same), layout, axes, averaged, scale);
    }

    private Part negated() {
      return scaled(scale.map(s -> negative(s)).orElseGet(() -> like(values, -1)));
    }

    private Part scaled(Value other) {
      return new Part(values, layout, axes, averaged, Optional.of(other));
    }

    /** The same in a shape that repeats the value's. */
    private Part spread(Shape from, Shape to) {
      List<Integer> spread = new ArrayList<>(Collections.nCopies(to.rank() - from.rank(), NONE));
      for (int i = 0; i < from.rank(); i++) {
        boolean repeats = from.dim(i) == 1 && to.dim(to.rank() - from.rank() + i) != 1;
        spread.add(repeats ? NONE : axes.get(i));
      }
      return new Part(values, layout, spread, averaged, scale);
    }

    /** A factor of the value in the axes of the numbers; empty if it varies where they do not. */
    private Optional<Value> aligned(Value factor) {
      int lead = axes.size() - factor.rank();
      Value aligned = factor;
      for (int i = axes.size() - 1; i >= lead; i--) {
        if (axes.get(i) == NONE) {
          if (factor.shape().dim(i - lead) != 1) {
            return Optional.empty();
          }
          aligned = squeeze(aligned, i - lead);
        }
      }
      if (aligned.rank() == 0) {
        return Optional.of(aligned);
      }
      List<Integer> covered = new ArrayList<>(axes.subList(lead, axes.size()));
      covered.removeIf(axis -> axis == NONE);
      for (int axis = covered.get(0); axis < values.rank(); axis++) {
        if (!covered.contains(axis)) {
          aligned = expandDims(aligned, axis - covered.get(0));
        }
      }
      return Optional.of(aligned);
    }

    private Optional<Part> reduced(Op.Reduce reduce, Value x) {
      List<Integer> left = new ArrayList<>();
      List<Integer> means = new ArrayList<>(averaged);
      Value sums = values;
      for (int i = 0; i < axes.size(); i++) {
        boolean kept = !reduce.axes().contains(i);
        if (kept) {
          left.add(axes.get(i));
        } else if (reduce.keepDims()) {
          left.add(NONE);
        }
        boolean mean = reduce.kind() == ReduceKind.MEAN;
        if (!kept && axes.get(i) != NONE && mean) {
          means.add(axes.get(i));
        } else if (!kept && axes.get(i) == NONE && !mean) {
          if (x.shape().dim(i) < 0) {
            return Optional.empty();
          }
          sums = multiply(sums, x.shape().dim(i));
        }
      }
      return Optional.of(new Part(sums, layout, left, means, scale));
    }
  }

  private static final Split NOTHING = new Split(List.of(), Set.of());

  /** The split of a value; empty if it is no sum over elements or positions. */
  static Optional<Split> of(Value x, Dependence dependence) {
    if (!dependence.on(x)) {
      return Optional.of(NOTHING);
    }
    Optional<Layout> layout = Layout.of(x, dependence);
    boolean single = layout.isPresent() && layout.get().kind() != Layout.Kind.POSITIONS;
    Optional<Split> split = single ? Optional.empty() : walk(x, dependence);
    return split.or(() -> layout.filter(l -> x.dtype().isFloating()).map(l -> whole(x, l)));
  }

  private static Split whole(Value x, Layout layout) {
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      axes.add(i);
    }
    return new Split(List.of(new Part(x, layout, axes, List.of(), Optional.empty())), Set.of());
  }

  private static Optional<Split> walk(Value x, Dependence dependence) {
    Op op = x.producer().op();
    List<Value> in = x.producer().inputs();
    if (op instanceof Op.Cast && in.get(0).dtype().isFloating()) {
      return of(in.get(0), dependence);
    }
    if (op instanceof Op.Unary unary && unary.kind() == UnaryKind.NEGATIVE) {
      return of(in.get(0), dependence).map(Split::negated);
    }
    if (op instanceof Op.Reduce reduce
        && (reduce.kind() == ReduceKind.SUM || reduce.kind() == ReduceKind.MEAN)
        && in.get(0).dtype().isFloating()) {
      return of(in.get(0), dependence).flatMap(split -> split.reduced(reduce, in.get(0)));
    }
    return op instanceof Op.Binary binary
        ? ofBinary(binary.kind(), x, in.get(0), in.get(1), dependence)
        : Optional.empty();
  }

  private static Optional<Split> ofBinary(
      BinaryKind kind, Value x, Value a, Value b, Dependence dependence) {
    switch (kind) {
      case ADD:
      case SUBTRACT:
        Optional<Split> left = of(a, dependence).map(s -> s.spread(a.shape(), x.shape()));
        Optional<Split> right = of(b, dependence).map(s -> s.spread(b.shape(), x.shape()));
        return left.flatMap(s -> right.map(o -> s.plus(kind == BinaryKind.ADD ? o : o.negated())));
      case MULTIPLY:
        if (!dependence.on(b)) {
          return scaled(x, a, b, Part::times, dependence);
        }
        return dependence.on(a) ? Optional.empty() : scaled(x, b, a, Part::times, dependence);
      case DIVIDE:
        return scaled(x, a, b, Part::over, dependence)
            .map(s -> dependence.on(b) ? s.holding(Formula.of(b)) : s);
      default:
        return Optional.empty();
    }
  }

  private static Optional<Split> scaled(
      Value x,
      Value a,
      Value factor,
      BiFunction<Part, Value, Part> operation,
      Dependence dependence) {
    Optional<Split> split = of(a, dependence).map(s -> s.spread(a.shape(), x.shape()));
    if (split.isEmpty()) {
      return split;
    }
    List<Part> scaled = new ArrayList<>();
    for (Part part : split.get().parts) {
      Optional<Value> aligned = part.aligned(factor);
      if (aligned.isEmpty()) {
        return Optional.empty();
      }
      scaled.add(operation.apply(part, aligned.get()));
    }
    return Optional.of(new Split(scaled, split.get().fixed));
  }

  private Split negated() {
    return new Split(parts.stream().map(Part::negated).toList(), fixed);
  }

  private Split spread(Shape from, Shape to) {
    return new Split(parts.stream().map(p -> p.spread(from, to)).toList(), fixed);
  }

  private Split plus(Split other) {
    List<Part> all = new ArrayList<>(parts);
    all.addAll(other.parts);
    Set<String> held = new LinkedHashSet<>(fixed);
    held.addAll(other.fixed);
    return new Split(all, held);
  }

  private Split holding(String formula) {
    Set<String> held = new LinkedHashSet<>(fixed);
    if (!parts.isEmpty()) {
      held.add(formula);
    }
    return new Split(parts, held);
  }

  private Optional<Split> reduced(Op.Reduce reduce, Value x) {
    List<Part> reduced = new ArrayList<>();
    for (Part part : parts) {
      Optional<Part> found = part.reduced(reduce, x);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      reduced.add(found.get());
    }
    return Optional.of(new Split(reduced, fixed));
  }

  /** True if the numbers themselves do not depend on others of the prediction. */
  boolean isLinear(Dependence dependence) {
    return fixed.isEmpty() && parts.stream().noneMatch(p -> dependence.couples(p.values()));
  }
}
