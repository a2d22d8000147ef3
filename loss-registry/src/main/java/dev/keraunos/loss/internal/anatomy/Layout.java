package dev.keraunos.loss.internal.anatomy;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whose numbers a value holds, one after the other in the order of the prediction: those of its
 * elements, of one channel, or one for each position.
 *
 * @param channel of the last axis; empty for all elements and for positions
 */
public record Layout(Kind kind, Optional<Integer> channel) {
  /** What there is one number for. */
  public enum Kind {
    ELEMENTS,
    CHANNEL,
    POSITIONS
  }

  private static final Layout ELEMENTS = new Layout(Kind.ELEMENTS, Optional.empty());

  private static final Layout POSITIONS = new Layout(Kind.POSITIONS, Optional.empty());
  private static final Set<ReduceKind> OF_CHANNELS =
      Set.of(ReduceKind.SUM, ReduceKind.MEAN, ReduceKind.MAX, ReduceKind.MIN);

  /** The layout of a value; empty where it holds something else, or in another order. */
  static Optional<Layout> of(Value x, Dependence dependence) {
    Optional<Layout> known = dependence.layouts().get(x);
    if (known == null) {
      known = find(x, dependence);
      dependence.layouts().put(x, known);
    }
    return known;
  }

  private static Optional<Layout> find(Value x, Dependence dependence) {
    if (dependence.isPrediction(x)) {
      return Optional.of(ELEMENTS);
    }
    Op op = x.producer().op();
    List<Value> in = x.producer().inputs();
    if (!dependence.on(x)) {
      return Optional.empty();
    }
    if (op instanceof Op.Reshape) {
      return of(in.get(0), dependence);
    }
    if (op instanceof Op.Slice slice) {
      return of(in.get(0), dependence).flatMap(layout -> layout.slice(slice, in.get(0)));
    }
    if (op instanceof Op.Gather gather && in.get(1).producer().op() instanceof Op.Constant index) {
      boolean one = gather.axis() == in.get(0).rank() - 1 && in.get(1).rank() == 0;
      return of(in.get(0), dependence)
          .flatMap(layout -> one ? layout.at((int) index.value().getLong(0)) : Optional.empty());
    }
    if (op instanceof Op.Reduce reduce) {
      boolean last = reduce.axes().equals(List.of(in.get(0).rank() - 1));
      boolean kept = last && OF_CHANNELS.contains(reduce.kind()) && in.get(0).rank() > 1;
      return of(in.get(0), dependence)
          .filter(layout -> kept && layout.kind == Kind.ELEMENTS && isWhole(in.get(0)))
          .map(layout -> POSITIONS);
    }
    boolean inPlace =
        op instanceof Op.Unary
            || op instanceof Op.Binary
            || op instanceof Op.Select
            || op instanceof Op.Cast
            || op instanceof Op.Softmax;
    return inPlace ? common(x, in, dependence) : Optional.empty();
  }

  /** The layout of the operands that have the shape of the result. */
  private static Optional<Layout> common(Value x, List<Value> in, Dependence dependence) {
    List<Layout> found = new ArrayList<>();
    for (Value operand : in) {
      if (dependence.on(operand) && operand.shape().equals(x.shape())) {
        Optional<Layout> layout = of(operand, dependence);
        if (layout.isEmpty()) {
          return layout;
        }
        found.add(layout.get());
      }
    }
    return found.stream().distinct().count() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  /** True if a value has the axes of the prediction: it was not flattened. */
  private static boolean isWhole(Value x) {
    return !(x.producer().op() instanceof Op.Reshape);
  }

  private Optional<Layout> slice(Op.Slice slice, Value x) {
    int last = x.rank() - 1;
    for (int axis = 0; axis < last; axis++) {
      if (!slice.ranges().get(axis).isAll()) {
        return Optional.empty();
      }
    }
    long channels = x.shape().dim(last);
    boolean one = channels > 0 && slice.ranges().get(last).length(channels) == 1;
    return one ? at((int) slice.ranges().get(last).first(channels)) : Optional.empty();
  }

  private Optional<Layout> at(int index) {
    return kind == Kind.ELEMENTS
        ? Optional.of(new Layout(Kind.CHANNEL, Optional.of(index)))
        : Optional.empty();
  }
}
