package dev.keraunos.loss.internal.check;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.pass.GraphCopy;
import dev.keraunos.loss.internal.anatomy.Formula;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Changes of a port's graph that undo the mistakes people make. */
final class Repairs {
  private static final double[] EPSILONS = {1e-7, 1e-8, 1e-6, 1e-5, 1e-12, 1e-10};

  /**
   * A change.
   *
   * @param what is wrong with the port, if the change mends it
   */
  record Repair(String what, UnaryOperator<Graph> change) {}

  private final Graph graph;
  private final int scoreRank;
  private final List<Repair> repairs = new ArrayList<>();

  private Repairs(Graph graph, int scoreRank) {
    this.graph = graph;
    this.scoreRank = scoreRank;
  }

  /**
   * All changes worth trying, the likeliest first.
   *
   * @param graph of the port
   * @param scoreRank the rank of Python's scores
   */
  static List<Repair> of(Graph graph, int scoreRank) {
    Repairs repairs = new Repairs(graph, scoreRank);
    repairs.inputs();
    repairs.factors();
    repairs.reductions();
    repairs.limits();
    return repairs.repairs;
  }

  private void add(String what, UnaryOperator<Graph> change) {
    repairs.add(new Repair(what, change));
  }

  private void rewrite(String what, Set<Integer> nodes, GraphCopy.Rule rule) {
    add(
        what,
        before ->
            GraphCopy.rewrite(
                before,
                (node, inputs, builder) ->
                    nodes.contains(node.id()) ? rule.rewrite(node, inputs, builder) : null));
  }

  // ---- The arguments

  private void inputs() {
    if (graph.inputs().get(0).type().equals(graph.inputs().get(1).type())) {
      add("y_true and y_pred are swapped", g -> with(g, (y, p) -> List.of(p, y)));
    }
    for (double eps : EPSILONS) {
      add(
          "y_pred is to be clipped first: clip(yPred, " + eps + ", 1 - " + eps + ")",
          g -> with(g, (y, p) -> List.of(y, Ops.clip(p, eps, 1 - eps))));
    }
  }

  private interface Arguments {
    List<Value> of(Value yTrue, Value yPred);
  }

  private static Graph with(Graph graph, Arguments arguments) {
    GraphBuilder builder = new GraphBuilder();
    Value y = builder.apply(graph.inputs().get(0).producer().op()).get(0);
    Value p = builder.apply(graph.inputs().get(1).producer().op()).get(0);
    List<Value> outputs =
        new GraphCopy(graph, builder, arguments.of(y, p)).run((node, inputs, b) -> null);
    return builder.build(Map.of("scores", outputs.get(0)));
  }

  // ---- Products, quotients and powers

  private void factors() {
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Binary binary && binary.kind() == BinaryKind.MULTIPLY) {
        without(node, 0, "multiplies by ");
        without(node, 1, "multiplies by ");
      } else if (node.op() instanceof Op.Binary binary && binary.kind() == BinaryKind.DIVIDE) {
        without(node, 1, "divides by ");
      } else if (node.op() instanceof Op.Unary unary && unary.kind() == UnaryKind.SQUARE) {
        rewrite(
            "it squares " + text(node, 0) + ", which Python does not",
            Set.of(node.id()),
            (n, in, builder) -> List.of(in.get(0)));
      }
    }
  }

  private void without(Node node, int operand, String verb) {
    int kept = 1 - operand;
    boolean same = node.inputs().get(kept).shape().equals(node.output().shape());
    if (same) {
      rewrite(
          "it " + verb + text(node, operand) + " once more than Python",
          Set.of(node.id()),
          (n, in, builder) -> List.of(in.get(kept)));
    }
  }

  private static String text(Node node, int operand) {
    return Formula.of(node.inputs().get(operand));
  }

  // ---- Reductions

  private void reductions() {
    Map<Op, List<Node>> groups = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Reduce reduce && averages(reduce)) {
        reduction(List.of(node), reduce);
        groups.computeIfAbsent(reduce, op -> new ArrayList<>()).add(node);
      }
    }
    groups.forEach(
        (op, nodes) -> {
          if (nodes.size() > 1) {
            reduction(nodes, (Op.Reduce) op);
          }
        });
  }

  private static boolean averages(Op.Reduce reduce) {
    return reduce.kind() == ReduceKind.SUM || reduce.kind() == ReduceKind.MEAN;
  }

  private void reduction(List<Node> nodes, Op.Reduce op) {
    Set<Integer> ids = nodes.stream().map(Node::id).collect(Collectors.toSet());
    String where =
        nodes.stream().map(n -> Formula.of(n.output())).collect(Collectors.joining(", "));
    Shape shape = nodes.get(0).inputs().get(0).shape();
    boolean sums = op.kind() == ReduceKind.SUM;
    ReduceKind other = sums ? ReduceKind.MEAN : ReduceKind.SUM;
    rewrite(
        "a " + name(op.kind()) + " in place of a " + name(other) + ": " + where,
        ids,
        (node, in, b) -> b.apply(new Op.Reduce(other, axes(node), op.keepDims()), in));
    batch(ids, where, op, shape);
    for (int[] axes : otherAxes(shape.rank())) {
      List<Integer> wanted = Arrays.stream(axes).boxed().toList();
      if (!wanted.equals(op.axes())) {
        rewrite(
            "over the wrong axes: "
                + where
                + "; Python's "
                + name(op.kind())
                + " is over "
                + words(axes, shape),
            ids,
            (node, in, b) -> b.apply(new Op.Reduce(op.kind(), wanted, op.keepDims()), in));
      }
    }
  }

  private static List<Integer> axes(Node node) {
    return ((Op.Reduce) node.op()).axes();
  }

  private static String name(ReduceKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** Every single axis, all of them, all but the batch. */
  private static List<int[]> otherAxes(int rank) {
    List<int[]> choices = new ArrayList<>();
    for (int axis = rank - 1; axis >= 0; axis--) {
      choices.add(new int[] {axis});
    }
    choices.add(IntStream.range(0, rank).toArray());
    choices.add(IntStream.range(1, rank).toArray());
    return choices;
  }

  private static String words(int[] axes, Shape shape) {
    if (axes.length == shape.rank()) {
      return "all axes";
    }
    return (axes.length == 1 ? "axis " : "axes ")
        + Arrays.stream(axes).mapToObj(Integer::toString).collect(Collectors.joining(", "))
        + (axes.length == 1 && axes[0] == shape.rank() - 1 ? ", the last" : "")
        + " of "
        + shape;
  }

  /** The samples of a batch taken together, or apart, in shapes that the rest of the port takes. */
  private void batch(Set<Integer> ids, String where, Op.Reduce op, Shape shape) {
    if (!op.axes().contains(0)) {
      rewrite(
          "per sample in place of over the whole batch: " + where,
          ids,
          (node, in, b) -> {
            Value own = b.apply(op, in).get(0);
            return List.of(Ops.broadcastTo(Ops.reduce(op.kind(), own, true, 0), own));
          });
    } else if (op.axes().size() == shape.rank() && shape.rank() > 1 && !op.keepDims()) {
      int[] inner = IntStream.range(1, shape.rank()).toArray();
      long[] column = new long[Math.max(1, scoreRank)];
      Arrays.fill(column, 1);
      column[0] = -1;
      rewrite(
          "over the whole batch in place of per sample: " + where,
          ids,
          (node, in, b) ->
              List.of(Ops.reshape(Ops.reduce(op.kind(), in.get(0), false, inner), column)));
    }
  }

  // ---- Logarithms and divisors near zero

  private void limits() {
    for (double eps : EPSILONS) {
      for (Node node : graph.nodes()) {
        boolean log = node.op() instanceof Op.Unary unary && unary.kind() == UnaryKind.LOG;
        boolean quotient =
            node.op() instanceof Op.Binary binary && binary.kind() == BinaryKind.DIVIDE;
        if (log) {
          rewrite(
              "Python computes log(" + text(node, 0) + " + " + eps + ")",
              Set.of(node.id()),
              (n, in, b) -> b.apply(n.op(), Ops.add(in.get(0), eps)));
        } else if (quotient) {
          rewrite(
              "Python divides by " + text(node, 1) + " + " + eps,
              Set.of(node.id()),
              (n, in, b) -> b.apply(n.op(), in.get(0), Ops.add(in.get(1), eps)));
        }
      }
    }
  }
}
