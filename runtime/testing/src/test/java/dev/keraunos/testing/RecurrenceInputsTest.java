package dev.keraunos.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Op.Recurrence;
import dev.keraunos.graph.Op.Rnn.Cell;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Masks and states that are known only when a model runs are held against the sequence. */
class RecurrenceInputsTest {
  private static final long ANY = Shape.UNKNOWN;
  private static final Op.Unary TANH = new Op.Unary(UnaryKind.TANH, 0, 0);
  private static final Recurrence FORWARD = new Recurrence(false, true, false, false);

  private final GraphBuilder builder = new GraphBuilder();
  private final Value x = input("x", DType.FLOAT32, ANY, ANY, 3);
  private final Value state = input("state", DType.FLOAT32, ANY, 2);
  private final Value mask = input("mask", DType.BOOL, ANY, ANY);

  private Value input(String name, DType dtype, long... dims) {
    return builder.input(name, new TensorType(dtype, Shape.of(dims)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void otherLengthsAreRefused(boolean scan) {
    Graph graph = scan ? scan() : kernel();
    assertEquals(Shape.of(4, 5, 2), run(graph, 4, 5, 4).shape());
    assertRefused(graph, 4, 7, 4, "rnn: the mask (4, 7)");
    assertRefused(graph, 4, 4, 4, "rnn: the mask (4, 4)");
    assertRefused(graph, 3, 5, 4, "rnn: the mask (3, 5)");
    assertRefused(graph, 4, 5, 3, "rnn: the state (3, 2)");
    assertRefused(graph, 4, 5, 1, "rnn: the state (1, 2)");
  }

  private Graph kernel() {
    Value kernel = builder.constant(Tensor.zeros(DType.FLOAT32, 3, 2));
    Value recurrent = builder.constant(Tensor.zeros(DType.FLOAT32, 2, 2));
    Op op = new Op.Rnn(Cell.SIMPLE_RNN, TANH, TANH, false, true, true, FORWARD);
    return graph(op, List.of(x, kernel, recurrent, state, mask));
  }

  private Graph scan() {
    GraphBuilder body = new GraphBuilder();
    body.input("x", new TensorType(DType.FLOAT32, Shape.of(ANY, 3)));
    Value next = body.input("state", new TensorType(DType.FLOAT32, Shape.of(ANY, 2)));
    Op op = new Op.Scan(body.build(Map.of("y", next, "state", next)), 1, true, FORWARD);
    return graph(op, List.of(x, state, mask));
  }

  private Graph graph(Op op, List<Value> inputs) {
    builder.path("rnn");
    return builder.build(Map.of("y", builder.apply(op, inputs).get(0)));
  }

  private static void assertRefused(
      Graph graph, long rows, long steps, long states, String message) {
    InputException thrown =
        assertThrows(InputException.class, () -> run(graph, rows, steps, states));
    assertTrue(thrown.getMessage().startsWith(message), thrown.getMessage());
  }

  private static Tensor run(Graph graph, long rows, long steps, long states) {
    try (Executable executable = new ReferenceEngine().compile(graph, 1)) {
      return executable
          .run(
              List.of(
                  Tensor.zeros(DType.FLOAT32, 4, 5, 3),
                  Tensor.zeros(DType.FLOAT32, states, 2),
                  Tensor.zeros(DType.BOOL, rows, steps)))
          .get(0);
    }
  }
}
