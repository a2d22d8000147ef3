package dev.keraunos.nd4j;

import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.nd4j.internal.Nd4jEngine;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.OpTolerance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Numbers where libraries differ, most of which no recording has: against the definition. */
class EdgesTest {
  private static final double[] EDGES = {
    0.0,
    -0.0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    3,
    1e-8,
    -1e-8,
    1e-4,
    -1e-4,
    1e-30,
    -1e-30,
    88,
    -88,
    100,
    -100,
    1e4,
    -1e4,
    1e30,
    -1e30,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN
  };

  /** Functions of bits and bools, none of which ND4J computes. */
  private static final Set<BinaryKind> BITS =
      EnumSet.of(
          BinaryKind.BITWISE_AND,
          BinaryKind.BITWISE_OR,
          BinaryKind.BITWISE_XOR,
          BinaryKind.LEFT_SHIFT,
          BinaryKind.RIGHT_SHIFT,
          BinaryKind.LOGICAL_AND,
          BinaryKind.LOGICAL_OR,
          BinaryKind.LOGICAL_XOR);

  static List<Op> operations() {
    List<Op> ops = new ArrayList<>();
    for (UnaryKind kind : EnumSet.complementOf(EnumSet.of(UnaryKind.LOGICAL_NOT))) {
      ops.add(new Op.Unary(kind, kind == UnaryKind.CLIP ? -0.5 : 0, 1.5));
      ops.add(new Op.Unary(kind, 0.3, 1.5));
    }
    EnumSet.complementOf(EnumSet.copyOf(BITS)).forEach(kind -> ops.add(new Op.Binary(kind)));
    EnumSet.complementOf(EnumSet.of(ReduceKind.ANY, ReduceKind.ALL))
        .forEach(
            kind -> {
              ops.add(new Op.Reduce(kind, List.of(1), false));
              ops.add(new Op.Reduce(kind, List.of(0, 1), true));
              ops.add(new Op.Reduce(kind, List.of(), true));
            });
    ops.add(new Op.Cumulative(ReduceKind.SUM, 1));
    ops.add(new Op.Cumulative(ReduceKind.PROD, 0));
    ops.add(new Op.Softmax(List.of(1), false));
    ops.add(new Op.Softmax(List.of(1), true));
    for (boolean max : new boolean[] {true, false}) {
      ops.add(new Op.ArgReduce(max, 1, false, DType.INT32, false));
      ops.add(new Op.ArgReduce(max, 0, true, DType.INT64, false));
      ops.add(new Op.Pool(max, List.of(2), List.of(1), Padding.SAME));
    }
    return ops;
  }

  @ParameterizedTest
  @MethodSource("operations")
  void computesWhatTheDefinitionSays(Op op) {
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
      List<Tensor> in = new ArrayList<>();
      if (op instanceof Op.Binary) {
        Tensor edges = Tensor.of(EDGES).cast(dtype);
        in.addAll(List.of(edges.reshape(EDGES.length, 1), edges));
      } else {
        Tensor rows = rows().cast(dtype);
        in.add(op instanceof Op.Pool ? rows.reshape(rows.shape().insert(2, 1)) : rows);
      }
      Graph graph = Graphs.of(op, in);
      try (Executable nd4j = new Nd4jEngine().compile(graph, 1);
          Executable reference = new ReferenceEngine().compile(graph, 1)) {
        Tensor expected = reference.run(in).get(0);
        OpTolerance.of(op, in).check(expected, nd4j.run(in).get(0), op + " of " + dtype);
      }
    }
  }

  /** Rows of plain numbers, and among them rows with an edge or two. */
  private static Tensor rows() {
    Random random = new Random(3);
    int rows = EDGES.length * 8;
    double[] numbers = new double[rows * 4];
    Arrays.setAll(numbers, i -> random.nextGaussian() * 2);
    for (int i = 0; i < EDGES.length; i++) {
      numbers[4 * i + i % 4] = EDGES[i];
      numbers[4 * (i + EDGES.length)] = EDGES[i];
      numbers[4 * (i + EDGES.length) + 3] = EDGES[(i * 5 + 1) % EDGES.length];
    }
    return Tensor.of(numbers, rows, 4);
  }
}
