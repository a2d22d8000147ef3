package dev.keraunos.graph.internal.pass;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Moves transpositions behind the operations that follow, until they meet one that undoes them. Of
 * a network that is channels first, those at its inputs and outputs are left.
 */
final class Transposes {
  /** The operation to apply to untransposed operands, and the transposition of its result. */
  private record Moved(Op op, List<Integer> permutation) {}

  /** How an operation on transposed operands moves before the transposition; null if it cannot. */
  private interface Rule<O extends Op> {
    Moved move(O op, List<Integer> permutation);
  }

  private static final Map<Class<? extends Op>, Rule<Op>> RULES = new HashMap<>();

  static {
    add(Op.Unary.class, Moved::new);
    add(Op.Binary.class, Moved::new);
    add(Op.Select.class, Moved::new);
    add(Op.Cast.class, Moved::new);
    add(Op.Reduce.class, Transposes::reduce);
    add(
        Op.Cumulative.class,
        (op, p) -> new Moved(new Op.Cumulative(op.kind(), p.get(op.axis())), p));
    add(Op.Slice.class, Transposes::slice);
    add(Op.Concat.class, (op, p) -> new Moved(new Op.Concat(p.get(op.axis())), p));
    add(Op.Pad.class, Transposes::pad);
    add(Op.Repeat.class, (op, p) -> new Moved(new Op.Repeat(p.get(op.axis()), op.times()), p));
    add(
        Op.Softmax.class,
        (op, p) -> new Moved(new Op.Softmax(Permutations.moved(op.axes(), p), op.log()), p));
    add(
        Op.Standardize.class,
        (op, p) ->
            new Moved(new Op.Standardize(Permutations.moved(op.axes(), p), op.epsilon()), p));
  }

  private Transposes() {}

  @SuppressWarnings("unchecked") // the class of the key is that of the rule
  private static <O extends Op> void add(Class<O> type, Rule<O> rule) {
    RULES.put(type, (Rule<Op>) rule);
  }

  static Graph run(Graph graph) {
    Graph moved = GraphCopy.rewrite(graph, Transposes::move);
    return count(moved) < count(graph) ? moved : graph;
  }

  /** How many transpositions a run would carry out. */
  private static long count(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof Op.Transpose)
        .filter(node -> !Constants.isConstant(node.inputs().get(0)))
        .count();
  }

  private static List<Value> move(Node node, List<Value> in, GraphBuilder builder) {
    if (node.op() instanceof Op.Transpose second) {
      return in.get(0).producer().op() instanceof Op.Transpose first
          ? join(first, second, in.get(0).producer().inputs().get(0), builder)
          : null;
    }
    Rule<Op> rule = RULES.get(node.op().getClass());
    List<Integer> permutation = permutation(in);
    Moved moved = rule == null || permutation == null ? null : rule.move(node.op(), permutation);
    if (moved == null) {
      return null;
    }
    List<Value> operands = new ArrayList<>();
    for (Value value : in) {
      Value operand = untransposed(value, permutation, builder);
      if (operand == null) {
        return null;
      }
      operands.add(operand);
    }
    Value result = builder.apply(moved.op(), operands).get(0);
    return List.of(transposed(result, moved.permutation(), builder));
  }

  private static List<Value> join(
      Op.Transpose first, Op.Transpose second, Value origin, GraphBuilder builder) {
    List<Integer> both = second.permutation().stream().map(first.permutation()::get).toList();
    return List.of(transposed(origin, both, builder));
  }

  private static Value transposed(Value x, List<Integer> permutation, GraphBuilder builder) {
    return Permutations.isIdentity(permutation)
        ? x
        : builder.apply(new Op.Transpose(permutation), x).get(0);
  }

  /** The transposition of the first operand that has one, if it has the rank of the result. */
  private static List<Integer> permutation(List<Value> in) {
    int rank = in.stream().mapToInt(Value::rank).max().orElse(0);
    for (Value value : in) {
      if (value.producer().op() instanceof Op.Transpose transpose && value.rank() == rank) {
        return transpose.permutation();
      }
    }
    return null;
  }

  /** A value that, transposed, is the given one or broadcasts as it does; null if it takes work. */
  private static Value untransposed(Value x, List<Integer> permutation, GraphBuilder builder) {
    if (x.producer().op() instanceof Op.Transpose transpose
        && transpose.permutation().equals(permutation)) {
      return x.producer().inputs().get(0);
    }
    if (x.rank() == 0) {
      return x;
    }
    List<Integer> inverse = Permutations.inverse(permutation);
    if (x.producer().op() instanceof Op.Constant constant) {
      Tensor whole = constant.value().reshape(expanded(x.shape(), permutation.size()));
      return builder.constant(Constants.compute(new Op.Transpose(inverse), whole));
    }
    return x.rank() == permutation.size() && Permutations.movesOnlyOnes(inverse, x.shape())
        ? builder.apply(Permutations.reshape(x, inverse), x).get(0)
        : null;
  }

  /** A shape with leading axes of length 1. */
  private static Shape expanded(Shape shape, int rank) {
    Shape whole = shape;
    while (whole.rank() < rank) {
      whole = whole.insert(0, 1);
    }
    return whole;
  }

  private static Moved reduce(Op.Reduce op, List<Integer> permutation) {
    List<Integer> axes = Permutations.moved(op.axes(), permutation);
    Op reduce = new Op.Reduce(op.kind(), axes, op.keepDims());
    if (op.keepDims()) {
      return new Moved(reduce, permutation);
    }
    List<Integer> left = permutation.stream().filter(axis -> !axes.contains(axis)).toList();
    List<Integer> sorted = left.stream().sorted().toList();
    return new Moved(reduce, left.stream().map(sorted::indexOf).toList());
  }

  private static Moved slice(Op.Slice op, List<Integer> permutation) {
    List<Integer> inverse = Permutations.inverse(permutation);
    return new Moved(new Op.Slice(inverse.stream().map(op.ranges()::get).toList()), permutation);
  }

  private static Moved pad(Op.Pad op, List<Integer> permutation) {
    List<Integer> inverse = Permutations.inverse(permutation);
    List<Long> before = inverse.stream().map(op.before()::get).toList();
    List<Long> after = inverse.stream().map(op.after()::get).toList();
    return new Moved(new Op.Pad(op.mode(), op.value(), before, after), permutation);
  }
}
