package dev.keraunos.loss.internal.anatomy;

import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.axis.AxisFlow;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Whose numbers a value holds: those of the prediction's elements, of one channel, or one for each
 * position.
 *
 * @param channel of the last axis; empty for all elements and for positions
 * @param order the axes of the prediction along which the numbers lie, in row-major order
 * @param isWhole true if these are the axes of the value; false once it was reshaped
 */
public record Layout(Kind kind, Optional<Integer> channel, List<Integer> order, boolean isWhole) {
  /** What there is one number for. */
  public enum Kind {
    ELEMENTS,
    CHANNEL,
    POSITIONS
  }

  private static final Set<ReduceKind> OF_CHANNELS =
      Set.of(ReduceKind.SUM, ReduceKind.MEAN, ReduceKind.MAX, ReduceKind.MIN);

  /** What computes every number from the number, or numbers of the channels, in its place. */
  private static final Set<Class<? extends Op>> IN_PLACE =
      Set.of(
          Op.Unary.class,
          Op.Binary.class,
          Op.Select.class,
          Op.Cast.class,
          Op.Softmax.class,
          Op.Transpose.class);

  /** True if the numbers lie in the order of the prediction. */
  boolean isOrdered() {
    return order.stream().sorted().toList().equals(order);
  }

  /** The layout of a value; empty where it holds something else. */
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
      List<Integer> axes = IntStream.range(0, x.rank()).boxed().toList();
      return Optional.of(new Layout(Kind.ELEMENTS, Optional.empty(), axes, true));
    }
    if (!dependence.on(x)) {
      return Optional.empty();
    }
    Op op = x.producer().op();
    if (IN_PLACE.contains(op.getClass())) {
      return common(x, dependence);
    }
    Value in = x.producer().inputs().get(0);
    boolean narrows =
        op instanceof Op.Reshape
            || op instanceof Op.Slice
            || op instanceof Op.Gather
            || op instanceof Op.Reduce;
    return narrows
        ? of(in, dependence).flatMap(layout -> layout.narrowed(x.producer(), dependence))
        : Optional.empty();
  }

  /** The layout that all operands give which have a number for each of the result. */
  private static Optional<Layout> common(Value x, Dependence dependence) {
    Node node = x.producer();
    List<Optional<Layout>> found =
        IntStream.range(0, node.inputs().size())
            .filter(i -> dependence.on(node.inputs().get(i)))
            .filter(i -> isMoved(node) || node.inputs().get(i).shape().equals(x.shape()))
            .mapToObj(i -> of(node.inputs().get(i), dependence).flatMap(l -> l.along(node, i)))
            .distinct()
            .toList();
    return found.size() == 1 ? found.get(0) : Optional.empty();
  }

  private static boolean isMoved(Node node) {
    return node.op() instanceof Op.Transpose;
  }

  /** The layout of the result whose operand has this one. */
  private Optional<Layout> along(Node node, int input) {
    if (!isWhole) {
      return isMoved(node) ? Optional.empty() : Optional.of(this);
    }
    List<Integer> moved =
        IntStream.range(0, order.size())
            .map(axis -> Math.max(AxisFlow.source(node, input, axis), isMoved(node) ? 0 : axis))
            .mapToObj(order::get)
            .toList();
    return Optional.of(new Layout(kind, channel, moved, true));
  }

  private Optional<Layout> narrowed(Node node, Dependence dependence) {
    Value x = node.inputs().get(0);
    if (node.op() instanceof Op.Reshape) {
      return Optional.of(new Layout(kind, channel, order, false));
    }
    if (kind != Kind.ELEMENTS) {
      return Optional.empty();
    }
    if (node.op() instanceof Op.Slice slice) {
      return slice(slice, x, dependence);
    }
    if (node.op() instanceof Op.Gather gather) {
      Value index = node.inputs().get(1);
      boolean one = index.rank() == 0 && index.producer().op() instanceof Op.Constant;
      return one && isChannels(gather.axis(), x, dependence)
          ? Optional.of(at((int) ((Op.Constant) index.producer().op()).value().getLong(0), isWhole))
          : Optional.empty();
    }
    Op.Reduce reduce = (Op.Reduce) node.op();
    boolean ofChannels =
        OF_CHANNELS.contains(reduce.kind())
            && reduce.axes().size() == 1
            && x.rank() > 1
            && isChannels(reduce.axes().get(0), x, dependence);
    return ofChannels
        ? Optional.of(
            new Layout(
                Kind.POSITIONS, Optional.empty(), positions(), isWhole && !reduce.keepDims()))
        : Optional.empty();
  }

  private Optional<Layout> slice(Op.Slice slice, Value x, Dependence dependence) {
    List<Integer> cut =
        IntStream.range(0, x.rank()).filter(i -> !slice.ranges().get(i).isAll()).boxed().toList();
    if (cut.size() != 1 || !isChannels(cut.get(0), x, dependence)) {
      return Optional.empty();
    }
    long channels = x.shape().dim(cut.get(0));
    boolean one = channels > 0 && slice.ranges().get(cut.get(0)).length(channels) == 1;
    return one
        ? Optional.of(at((int) slice.ranges().get(cut.get(0)).first(channels), false))
        : Optional.empty();
  }

  /** True for the axis of a value that runs along the channels, the prediction's last axis. */
  private boolean isChannels(int axis, Value x, Dependence dependence) {
    int last = order.size() - 1;
    return isWhole
        ? order.get(axis) == last
        : axis == x.rank() - 1
            && order.get(last) == last
            && x.shape().dim(axis) == dependence.shape().dim(last);
  }

  private Layout at(int index, boolean whole) {
    return new Layout(Kind.CHANNEL, Optional.of(index), positions(), whole);
  }

  private List<Integer> positions() {
    return order.stream().filter(axis -> axis != order.size() - 1).toList();
  }
}
