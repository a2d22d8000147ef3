package dev.keraunos.graph.internal.axis;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What an operation does to axes: along which axis of an input an axis of an output runs. It runs
 * along one if its entry i depends, of that input, on nothing but entry i there. Where the lengths
 * differ one is a multiple of the other, and several consecutive entries stand for one, in order:
 * an axis of length 1 that is broadcast, an axis that is repeated, rows that are joined.
 */
public final class AxisFlow {
  /** For an axis of an output that runs along none of the input. */
  public static final int NONE = -1;

  /** One row per operation: what an axis of an output runs along. */
  private interface Rule<O extends Op> {
    int source(O op, At at);
  }

  /** An axis of an output, and the input that is asked for. */
  private record At(Node node, int input, int axis) {
    Shape shape() {
      return node.inputs().get(input).shape();
    }

    int rank() {
      return node.outputs().get(0).rank();
    }

    /** Axes are matched from the last, as NumPy broadcasts. */
    int broadcast() {
      return Math.max(NONE, axis - (rank() - shape().rank()));
    }

    int unless(boolean mixes) {
      return mixes ? NONE : axis;
    }

    /** Images: samples and, if they are not mixed, channels. */
    int image(boolean mixesChannels) {
      return unless(axis > 0 && (mixesChannels || axis < rank() - 1));
    }
  }

  private static final Map<Class<? extends Op>, Rule<Op>> TABLE = new HashMap<>();

  static {
    add(Op.Input.class, (op, at) -> NONE);
    add(Op.Constant.class, (op, at) -> NONE);
    add(Op.Fill.class, (op, at) -> lent(op.shape(), at));
    add(Op.Iota.class, (op, at) -> lent(op.shape(), at));

    add(Op.Unary.class, (op, at) -> at.axis());
    add(Op.Binary.class, (op, at) -> at.broadcast());
    add(Op.Select.class, (op, at) -> at.broadcast());
    add(Op.Cast.class, (op, at) -> at.axis());

    add(Op.Reduce.class, (op, at) -> reduced(op.axes(), op.keepDims(), at));
    add(Op.ArgReduce.class, (op, at) -> reduced(List.of(op.axis()), op.keepDims(), at));
    add(Op.Cumulative.class, (op, at) -> at.unless(at.axis() == op.axis()));
    add(Op.TopK.class, (op, at) -> at.unless(at.axis() == at.rank() - 1));
    add(Op.Sort.class, (op, at) -> at.unless(at.axis() == op.axis()));

    add(Op.Reshape.class, AxisFlow::reshaped);
    add(Op.Transpose.class, (op, at) -> op.permutation().get(at.axis()));
    add(Op.BroadcastTo.class, (op, at) -> at.input() == 0 ? at.broadcast() : lent(op.shape(), at));
    add(Op.Slice.class, (op, at) -> at.unless(!op.ranges().get(at.axis()).isAll()));
    add(Op.Concat.class, (op, at) -> at.unless(at.axis() == op.axis()));
    add(
        Op.Pad.class,
        (op, at) -> at.unless(op.before().get(at.axis()) + op.after().get(at.axis()) > 0));
    add(Op.Repeat.class, (op, at) -> at.axis());
    add(Op.Gather.class, AxisFlow::gathered);
    add(Op.GatherAlong.class, (op, at) -> at.unless(at.input() == 0 && at.axis() == op.axis()));
    add(Op.OneHot.class, (op, at) -> at.unless(at.axis() == at.rank() - 1));

    add(Op.MatMul.class, AxisFlow::product);
    add(Op.Conv.class, (op, at) -> at.input() == 0 ? at.image(true) : filters(at, at.rank() - 1));
    add(
        Op.ConvTranspose.class,
        (op, at) -> at.input() == 0 ? at.image(true) : filters(at, at.rank() - 2));
    add(Op.Pool.class, (op, at) -> at.image(false));
    add(Op.AdaptivePool.class, (op, at) -> at.image(false));
    add(Op.Resize.class, (op, at) -> at.image(false));

    add(Op.Softmax.class, (op, at) -> at.unless(op.axes().contains(at.axis())));
    add(Op.Standardize.class, (op, at) -> at.unless(op.axes().contains(at.axis())));

    add(Op.Fourier.class, (op, at) -> at.unless(at.axis() >= at.rank() - 2));

    add(Op.Rnn.class, (op, at) -> samples(at, at.input() == 0 || isState(op, at.input())));
    add(Op.Scan.class, AxisFlow::scanned);

    add(Op.Call.class, (op, at) -> at.unless(at.axis() >= op.function().alignedAxes()));
    Op.requireAll(TABLE.keySet());
  }

  private AxisFlow() {}

  @SuppressWarnings("unchecked") // the class of the key is that of the rule
  private static <O extends Op> void add(Class<O> type, Rule<O> rule) {
    TABLE.put(type, (Rule<Op>) rule);
  }

  /**
   * The axis of an input that an axis of the outputs runs along.
   *
   * @return from 0, or {@link #NONE}
   */
  public static int source(Node node, int input, int axis) {
    return TABLE.get(node.op().getClass()).source(node.op(), new At(node, input, axis));
  }

  /** The axes of an output that run along an axis of an input. */
  static int[] targets(Node node, int input, int axis, int output) {
    return IntStream.range(0, node.outputs().get(output).rank())
        .filter(target -> source(node, input, target) == axis)
        .toArray();
  }

  /** False for an input of which only dimensions are read. */
  public static boolean reads(Op op, int input) {
    return !(op instanceof Op.Fill
        || op instanceof Op.Iota
        || (input > 0 && (op instanceof Op.Reshape || op instanceof Op.BroadcastTo)));
  }

  /** The dimensions that an operation takes from its inputs; empty if it takes none. */
  static List<Dim> dims(Op op) {
    if (op instanceof Op.Fill fill) {
      return fill.shape();
    } else if (op instanceof Op.Iota iota) {
      return iota.shape();
    } else if (op instanceof Op.BroadcastTo broadcast) {
      return broadcast.shape();
    }
    return op instanceof Op.Reshape reshape ? reshape.shape() : List.of();
  }

  private static int lent(List<Dim> shape, At at) {
    return shape.get(at.axis()) instanceof Dim.Same same && same.input() == at.input()
        ? same.axis()
        : NONE;
  }

  private static int reduced(List<Integer> axes, boolean keepDims, At at) {
    if (keepDims) {
      return at.unless(axes.contains(at.axis()));
    }
    return IntStream.range(0, at.shape().rank())
        .filter(axis -> !axes.contains(axis))
        .skip(at.axis())
        .findFirst()
        .orElseThrow();
  }

  private static int reshaped(Op.Reshape op, At at) {
    return at.input() == 0 ? Regrouping.of(op, at.shape()).source(at.axis()) : lent(op.shape(), at);
  }

  private static int gathered(Op.Gather op, At at) {
    int indices = at.node().inputs().get(1).rank();
    int inIndices = at.axis() - op.axis();
    if (at.input() == 1) {
      return inIndices >= 0 && inIndices < indices ? inIndices : NONE;
    }
    return inIndices < 0 ? at.axis() : inIndices < indices ? NONE : at.axis() - indices + 1;
  }

  private static int product(Op.MatMul op, At at) {
    int behind = at.rank() - at.axis();
    int rank = at.shape().rank();
    if (behind > 2) {
      return at.broadcast();
    }
    boolean own = at.input() == 0 ? behind == 2 : behind == 1;
    boolean last = at.input() == 0 ? op.transposeA() : !op.transposeB();
    return !own ? NONE : last ? rank - 1 : rank - 2;
  }

  private static int filters(At at, int axis) {
    return at.axis() == at.rank() - 1 ? axis : NONE;
  }

  private static int samples(At at, boolean counted) {
    return counted && at.axis() == 0 ? 0 : NONE;
  }

  /** True for a state or the mask. */
  private static boolean isState(Op.Rnn op, int input) {
    return input >= (op.bias() ? 4 : 3);
  }

  private static int scanned(Op.Scan op, At at) {
    return samples(at, at.axis() == 0 && Samples.keeps(op, at.input()));
  }
}
