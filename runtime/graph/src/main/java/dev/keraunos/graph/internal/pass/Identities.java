package dev.keraunos.graph.internal.pass;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Drops operations that give back what they are given, and joins those that undo each other. */
final class Identities {
  /** What a node is worth writing as instead: a value, or null. */
  private interface Rule<O extends Op> {
    Value simplify(O op, List<Value> in, GraphBuilder builder);
  }

  private static final Map<Class<? extends Op>, Rule<Op>> RULES = new HashMap<>();

  static {
    add(Op.Unary.class, (op, in, builder) -> op.equals(Op.Unary.IDENTITY) ? in.get(0) : null);
    add(Op.Binary.class, Identities::binary);
    add(Op.Cast.class, Identities::cast);
    add(Op.Reduce.class, Identities::reduce);
    add(Op.Reshape.class, Identities::reshape);
    add(Op.Transpose.class, Identities::transpose);
    add(Op.BroadcastTo.class, Identities::broadcast);
    add(Op.Slice.class, Identities::slice);
    add(Op.Concat.class, Identities::concat);
    add(Op.Pad.class, Identities::pad);
    add(Op.Repeat.class, (op, in, builder) -> op.times() == 1 ? in.get(0) : null);
  }

  private Identities() {}

  @SuppressWarnings("unchecked") // the class of the key is that of the rule
  private static <O extends Op> void add(Class<O> type, Rule<O> rule) {
    RULES.put(type, (Rule<Op>) rule);
  }

  static Graph run(Graph graph) {
    return GraphCopy.rewrite(graph, Identities::simplify);
  }

  private static List<Value> simplify(Node node, List<Value> in, GraphBuilder builder) {
    Rule<Op> rule = RULES.get(node.op().getClass());
    Value simpler = rule == null ? null : rule.simplify(node.op(), in, builder);
    boolean same = simpler != null && simpler.type().equals(node.output().type());
    return same ? List.of(simpler) : null;
  }

  /** x·1, x/1 and x−0. */
  private static Value binary(Op.Binary op, List<Value> in, GraphBuilder builder) {
    Optional<Tensor> y = Constants.tensor(in.get(1)).filter(t -> t.shape().rank() == 0);
    boolean unit = op.kind() == BinaryKind.MULTIPLY || op.kind() == BinaryKind.DIVIDE;
    boolean zero = op.kind() == BinaryKind.SUBTRACT;
    return y.isPresent() && (unit || zero) && y.get().getDouble(0) == (unit ? 1 : 0)
        ? in.get(0)
        : null;
  }

  private static Value cast(Op.Cast op, List<Value> in, GraphBuilder builder) {
    Value x = in.get(0);
    if (x.dtype() == op.dtype()) {
      return x;
    }
    if (!(x.producer().op() instanceof Op.Cast)) {
      return null;
    }
    Value origin = x.producer().inputs().get(0);
    if (!holds(x.dtype(), origin.dtype())) {
      return null;
    }
    return origin.dtype() == op.dtype()
        ? origin
        : builder.apply(new Op.Cast(op.dtype()), origin).get(0);
  }

  /** True if a type represents every number of another. */
  private static boolean holds(DType wide, DType narrow) {
    if (narrow == DType.BOOL || wide == narrow) {
      return true;
    }
    if (narrow.isFloating() || wide == DType.BOOL) {
      return wide.isFloating() && wide.bytes() > narrow.bytes();
    }
    if (wide.isFloating()) {
      return wide.bytes() >= 4 && wide.bytes() > narrow.bytes() && narrow.bytes() < 8;
    }
    boolean signs = wide.isUnsigned() == narrow.isUnsigned() || narrow.isUnsigned();
    return signs && wide.bytes() > narrow.bytes();
  }

  private static Value reduce(Op.Reduce op, List<Value> in, GraphBuilder builder) {
    return op.axes().isEmpty() && op.kind() != ReduceKind.MEAN ? in.get(0) : null;
  }

  /** One reshape of the origin for a chain of them. */
  private static Value reshape(Op.Reshape op, List<Value> in, GraphBuilder builder) {
    Value x = in.get(0);
    Shape shape = Shape.of(resolved(op, in));
    if (keeps(op, x, shape)) {
      return x;
    }
    if (!(x.producer().op() instanceof Op.Reshape first)) {
      return null;
    }
    List<Value> inputs = new ArrayList<>(x.producer().inputs());
    int offset = inputs.size();
    inputs.addAll(in.subList(1, in.size()));
    List<Dim> dims = op.shape().stream().map(dim -> moved(dim, first, offset)).toList();
    if (dims.stream().filter(Dim.Inferred.class::isInstance).count() > 1) {
      return null;
    }
    Op.Reshape both = new Op.Reshape(dims);
    return keeps(both, inputs.get(0), shape) ? inputs.get(0) : builder.apply(both, inputs).get(0);
  }

  private static long[] resolved(Op.Reshape op, List<Value> in) {
    return op.infer(in.stream().map(Value::type).toList()).get(0).shape().toArray();
  }

  /** A dimension of the second of two reshapes in terms of the inputs of the first. */
  private static Dim moved(Dim dim, Op.Reshape first, int offset) {
    if (!(dim instanceof Dim.Same same)) {
      return dim;
    }
    if (same.input() > 0) {
      return new Dim.Same(offset + same.input() - 1, same.axis());
    }
    return first.shape().get(same.axis());
  }

  /**
   * True if at most one dimension is unknown, or every unknown one is that of x at the same place.
   */
  private static boolean keeps(Op.Reshape op, Value x, Shape shape) {
    if (!shape.equals(x.shape())) {
      return false;
    }
    int unknown = 0;
    for (int i = 0; i < shape.rank(); i++) {
      boolean same = op.shape().get(i).equals(new Dim.Same(0, i));
      unknown += shape.isKnown(i) || same ? 0 : 1;
    }
    return unknown <= 1;
  }

  /** One transposition of a transposition; one that moves only axes of length 1 is a reshape. */
  private static Value transpose(Op.Transpose op, List<Value> in, GraphBuilder builder) {
    Value x = in.get(0);
    if (x.producer().op() instanceof Op.Transpose first) {
      List<Integer> both = op.permutation().stream().map(first.permutation()::get).toList();
      Value origin = x.producer().inputs().get(0);
      return Permutations.isIdentity(both)
          ? origin
          : builder.apply(new Op.Transpose(both), origin).get(0);
    }
    if (Permutations.isIdentity(op.permutation())) {
      return x;
    }
    if (!Permutations.movesOnlyOnes(op.permutation(), x.shape())) {
      return null;
    }
    Op.Reshape reshape = Permutations.reshape(x, op.permutation());
    Value joined = reshape(reshape, in, builder);
    return joined == null ? builder.apply(reshape, in).get(0) : joined;
  }

  /** An unknown dimension may be 1 and grow. */
  private static Value broadcast(Op.BroadcastTo op, List<Value> in, GraphBuilder builder) {
    return in.get(0).shape().isConcrete() ? in.get(0) : null;
  }

  private static Value slice(Op.Slice op, List<Value> in, GraphBuilder builder) {
    Value x = in.get(0);
    int cut = -1;
    for (int i = 0; i < op.ranges().size(); i++) {
      if (!isWhole(op.ranges().get(i), x.shape().dim(i))) {
        if (cut >= 0) {
          return null;
        }
        cut = i;
      }
    }
    if (cut < 0) {
      return x;
    }
    boolean joined = x.producer().op() instanceof Op.Concat concat && concat.axis() == cut;
    return joined ? part(x.producer().inputs(), cut, op.ranges().get(cut), x) : null;
  }

  private static boolean isWhole(Range range, long length) {
    return range.equals(Range.ALL)
        || (length >= 0
            && range.step() == 1
            && range.first(length) == 0
            && range.length(length) == length);
  }

  /** The one of several joined values that a slice picks, or null. */
  private static Value part(List<Value> joined, int axis, Range range, Value whole) {
    long length = whole.shape().dim(axis);
    if (length < 0 || range.step() != 1) {
      return null;
    }
    long at = 0;
    for (Value value : joined) {
      if (at == range.first(length) && value.shape().dim(axis) == range.length(length)) {
        return value;
      }
      at += value.shape().dim(axis);
    }
    return null;
  }

  private static Value concat(Op.Concat op, List<Value> in, GraphBuilder builder) {
    List<Value> parts = in.stream().filter(x -> x.shape().dim(op.axis()) != 0).toList();
    if (parts.isEmpty() || parts.size() == in.size()) {
      return in.size() == 1 ? in.get(0) : null;
    }
    return parts.size() == 1 ? parts.get(0) : builder.apply(op, parts).get(0);
  }

  private static Value pad(Op.Pad op, List<Value> in, GraphBuilder builder) {
    boolean none =
        op.before().stream().allMatch(n -> n == 0) && op.after().stream().allMatch(n -> n == 0);
    return none ? in.get(0) : null;
  }
}
