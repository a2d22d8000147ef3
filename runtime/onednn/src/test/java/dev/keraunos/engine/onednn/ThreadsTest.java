package dev.keraunos.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.keraunos.engine.Executable;
import dev.keraunos.engine.onednn.internal.OneDnnEngine;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Op.Recurrence;
import dev.keraunos.graph.Op.Rnn.Cell;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More threads change no bit of a result. */
class ThreadsTest {
  private static final int[] THREADS = {2, 3, 5, 16};

  private final Random random = new Random(3);
  private final GraphBuilder builder = new GraphBuilder();

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 37, 200})
  void products(int samples) {
    Value x = input(300);
    Value hidden = Ops.relu(Ops.add(Ops.matmul(x, weights(300, 700)), weights(700)));
    Value wide = Ops.tanh(Ops.add(Ops.matmul(hidden, weights(700, 1500)), weights(1500)));
    check(Ops.softmax(Ops.matmul(wide, weights(1500, 3)), -1), samples, 300);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 33})
  void recurrences(int samples) {
    Op.Unary tanh = new Op.Unary(UnaryKind.TANH, 0, 0);
    Op.Unary sigmoid = new Op.Unary(UnaryKind.SIGMOID, 0, 0);
    Recurrence forward = new Recurrence(false, true, false, false);
    Op.Rnn lstm = new Op.Rnn(Cell.LSTM, tanh, sigmoid, false, false, false, forward);
    List<Value> in = List.of(input(21, 30), weights(30, 4 * 64), weights(64, 4 * 64));
    Value below = builder.apply(lstm, in).get(0);
    List<Value> next = List.of(below, weights(64, 4 * 64), weights(64, 4 * 64));
    check(builder.apply(lstm, next).get(0), samples, 21, 30);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 18})
  void convolutions(int samples) {
    Op.Conv conv = new Op.Conv(List.of(1, 1), List.of(1, 1), Padding.SAME, 1);
    Value x = input(19, 23, 3);
    Value y = Ops.relu(builder.apply(conv, x, weights(3, 3, 3, 40)).get(0));
    check(builder.apply(conv, y, weights(3, 3, 40, 24)).get(0), samples, 19, 23, 3);
  }

  private Value input(long... sample) {
    Shape shape = Shape.of(Shape.UNKNOWN).concat(Shape.of(sample));
    return builder.input("x", new TensorType(DType.FLOAT32, shape));
  }

  private Value weights(long... dims) {
    return builder.constant(drawn(dims));
  }

  private Tensor drawn(long... dims) {
    Tensor tensor = Tensor.zeros(DType.FLOAT32, dims);
    for (long i = 0; i < tensor.size(); i++) {
      tensor.setDouble(i, random.nextGaussian() / 4);
    }
    return tensor;
  }

  private void check(Value output, int samples, long... sample) {
    Graph graph = builder.build(Map.of("y", output));
    List<Tensor> given = List.of(drawn(Shape.of(samples).concat(Shape.of(sample)).toArray()));
    float[] alone = run(graph, 1, given);
    for (int threads : THREADS) {
      assertArrayEquals(alone, run(graph, threads, given), threads + " threads");
    }
  }

  private static float[] run(Graph graph, int threads, List<Tensor> given) {
    try (Executable executable = new OneDnnEngine().compile(graph, threads)) {
      return executable.run(given).get(0).toFloatArray();
    }
  }
}
