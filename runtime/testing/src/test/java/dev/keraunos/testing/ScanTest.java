package dev.keraunos.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Op.Recurrence;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.OpCases.Case;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recurrent layers written as bodies give what Keras recorded for the layers. */
class ScanTest {
  /** Recorded recurrent layers as recurrences whose step is written out. */
  static Stream<Case> recorded() {
    return OpCases.all().stream()
        .filter(c -> c.op() instanceof Op.Rnn rnn && isWritten(rnn))
        .map(c -> written((Op.Rnn) c.op(), c));
  }

  private static boolean isWritten(Op.Rnn rnn) {
    return rnn.bias() && (rnn.cell() == Op.Rnn.Cell.SIMPLE_RNN || rnn.cell() == Op.Rnn.Cell.LSTM);
  }

  private static Case written(Op.Rnn rnn, Case layer) {
    List<Tensor> inputs = layer.inputs();
    long units = inputs.get(2).shape().dim(0);
    List<Tensor> arguments = new ArrayList<>(List.of(inputs.get(0)));
    for (int i = 0; i < rnn.cell().states(); i++) {
      Tensor zeros = Tensor.zeros(DType.FLOAT32, inputs.get(0).shape().dim(0), units);
      arguments.add(rnn.initialState() ? inputs.get(4 + i) : zeros);
    }
    if (rnn.mask()) {
      arguments.add(inputs.get(rnn.maskIndex()));
    }
    arguments.addAll(inputs.subList(1, 4));
    Op scan = new Op.Scan(body(rnn, inputs), rnn.cell().states(), rnn.mask(), rnn.recurrence());
    return new Case(layer.name() + " as steps", scan, arguments, layer.outputs());
  }

  @ParameterizedTest
  @MethodSource
  void recorded(Case steps) {
    GraphBuilder builder = new GraphBuilder();
    List<Value> in = new ArrayList<>();
    steps.inputs().forEach(x -> in.add(builder.input("in" + in.size(), TensorType.of(x))));
    List<Tensor> results = run(builder, builder.apply(steps.op(), in), steps.inputs());
    for (int i = 0; i < results.size(); i++) {
      Tolerance.STEPS.check(steps.outputs().get(i), results.get(i), "output " + i);
    }
  }

  private static List<Tensor> run(GraphBuilder builder, List<Value> values, List<Tensor> inputs) {
    Map<String, Value> outputs = new LinkedHashMap<>();
    values.forEach(value -> outputs.put("out" + outputs.size(), value));
    Graph graph = builder.build(outputs);
    graph.verify();
    return new ReferenceEngine().compile(graph, 1).run(inputs);
  }

  /** One step: x, states, kernel, recurrent kernel, bias. */
  private static Graph body(Op.Rnn rnn, List<Tensor> inputs) {
    GraphBuilder builder = new GraphBuilder();
    Shape x = inputs.get(0).shape();
    Value step = builder.input("x", type(Shape.of(x.dim(0), x.dim(2))));
    List<Value> states = new ArrayList<>();
    for (int i = 0; i < rnn.cell().states(); i++) {
      Shape state = Shape.of(x.dim(0), inputs.get(2).shape().dim(0));
      states.add(builder.input("state" + i, type(state)));
    }
    Value kernel = builder.input("kernel", TensorType.of(inputs.get(1)));
    Value recurrent = builder.input("recurrent", TensorType.of(inputs.get(2)));
    Value bias = builder.input("bias", TensorType.of(inputs.get(3)));
    Value z =
        Ops.add(Ops.add(Ops.matmul(step, kernel), Ops.matmul(states.get(0), recurrent)), bias);
    Map<String, Value> outputs = new LinkedHashMap<>();
    if (rnn.cell() == Op.Rnn.Cell.SIMPLE_RNN) {
      Value h = builder.apply(rnn.activation(), z).get(0);
      outputs.put("y", h);
      outputs.put("h", h);
    } else {
      List<Value> gates = Ops.split(z, 4, 1);
      Value candidate = builder.apply(rnn.activation(), gates.get(2)).get(0);
      Value kept = Ops.multiply(gate(rnn, gates.get(1)), states.get(1));
      Value c = Ops.add(kept, Ops.multiply(gate(rnn, gates.get(0)), candidate));
      Value bent = builder.apply(rnn.activation(), c).get(0);
      Value h = Ops.multiply(gate(rnn, gates.get(3)), bent);
      outputs.put("y", h);
      outputs.put("h", h);
      outputs.put("c", c);
    }
    return builder.build(outputs);
  }

  private static Value gate(Op.Rnn rnn, Value x) {
    Op.Unary gate = rnn.recurrentActivation();
    return Ops.unary(gate.kind(), x, gate.alpha(), gate.beta());
  }

  private static TensorType type(Shape shape) {
    return new TensorType(DType.FLOAT32, shape);
  }

  /** Values that Keras 1.1 to 3 gave for a linear layer of one unit with all weights 1. */
  @Test
  void maskedStepsFollowTheVersion() {
    assertSteps(new Recurrence(false, true, false, false), 0, 0, 2, 5, 5);
    assertSteps(new Recurrence(false, true, false, false), 7, 0, 9, 12, 12);
    assertSteps(new Recurrence(false, true, false, true), 7, 7, 9, 12, 12);
    assertSteps(new Recurrence(false, true, true, false), 0, 0, 2, 5, 0);
    assertSteps(new Recurrence(true, true, true, false), 0, 0, 3, 5, 0);
    assertSteps(new Recurrence(false, false, false, false), 0, 5);
    assertSteps(new Recurrence(true, false, false, false), 0, 5);
  }

  private static void assertSteps(Recurrence recurrence, float initial, float... expected) {
    Op.Rnn rnn =
        new Op.Rnn(
            Op.Rnn.Cell.SIMPLE_RNN,
            Op.Unary.IDENTITY,
            Op.Unary.IDENTITY,
            false,
            true,
            true,
            recurrence);
    Tensor one = Tensor.of(new float[] {1}, 1, 1);
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 1, 4, 1);
    Tensor state = Tensor.of(new float[] {initial}, 1, 1);
    Tensor mask = Tensor.of(new boolean[] {false, true, true, false}, 1, 4);
    GraphBuilder layer = new GraphBuilder();
    List<Value> in = new ArrayList<>();
    List<Tensor> inputs = List.of(x, one, one, state, mask);
    inputs.forEach(tensor -> in.add(layer.input("in" + in.size(), TensorType.of(tensor))));
    assertArrayEquals(expected, run(layer, layer.apply(rnn, in), inputs).get(0).toFloatArray());

    GraphBuilder inner = new GraphBuilder();
    Value step = inner.input("x", type(Shape.of(1, 1)));
    Value sum = Ops.add(step, inner.input("h", type(Shape.of(1, 1))));
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("y", sum);
    outputs.put("h", sum);
    GraphBuilder scan = new GraphBuilder();
    List<Tensor> given = List.of(x, state, mask);
    List<Value> of = new ArrayList<>();
    given.forEach(tensor -> of.add(scan.input("in" + of.size(), TensorType.of(tensor))));
    Op op = new Op.Scan(inner.build(outputs), 1, true, recurrence);
    assertArrayEquals(expected, run(scan, scan.apply(op, of), given).get(0).toFloatArray());
  }
}
