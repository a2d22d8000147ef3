package dev.keraunos.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.internal.reference.ReferenceKernels;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.axis.AxisFlow;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.OpCases.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One entry of an input of every recorded operation is changed: only entries of the outputs that
 * lie beside it along the axes of the flow may change.
 */
class AxisFlowTest {
  /** So many entries of an input are changed, one after the other. */
  private static final int CHANGED = 24;

  private static final int FEWEST_AXES = 1000;

  static List<Case> cases() {
    return Stream.concat(OpCases.all().stream(), ScanTest.recorded()).toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void changesStayWhereTheFlowAllows(Case recorded) {
    Node node = node(recorded);
    List<Tensor> whole = run(recorded.op(), node, recorded.inputs());
    for (int input = 0; input < recorded.inputs().size(); input++) {
      Tensor tensor = recorded.inputs().get(input);
      long step = Math.max(1, tensor.size() / CHANGED);
      for (long at = 0; at < tensor.size(); at += step) {
        List<Tensor> inputs = new ArrayList<>(recorded.inputs());
        inputs.set(input, changed(tensor, at));
        List<Tensor> outputs = run(recorded.op(), node, inputs);
        for (int k = 0; k < outputs.size(); k++) {
          check(node, input, position(tensor.shape(), at), whole.get(k), outputs.get(k));
        }
      }
    }
  }

  /** An operation that follows no axis at all would pass. */
  @Test
  void axesAreFollowed() {
    int followed = 0;
    for (Case recorded : cases()) {
      Node node = node(recorded);
      for (int input = 0; input < recorded.inputs().size(); input++) {
        for (int axis = 0; axis < node.outputs().get(0).rank(); axis++) {
          followed += AxisFlow.source(node, input, axis) == AxisFlow.NONE ? 0 : 1;
        }
      }
    }
    int all = followed;
    assertTrue(all >= FEWEST_AXES, () -> "only " + all);
  }

  private static Node node(Case recorded) {
    GraphBuilder builder = new GraphBuilder();
    List<Value> operands = new ArrayList<>();
    for (Tensor tensor : recorded.inputs()) {
      operands.add(builder.input("in" + operands.size(), TensorType.of(tensor)));
    }
    return builder.apply(recorded.op(), operands).get(0).producer();
  }

  private static List<Tensor> run(Op op, Node node, List<Tensor> inputs) {
    List<Tensor> outputs = new ArrayList<>();
    for (TensorType type : node.infer(inputs.stream().map(TensorType::of).toList())) {
      outputs.add(Tensor.allocate(type.dtype(), type.shape()));
    }
    ReferenceKernels.run(op, inputs, outputs);
    return outputs;
  }

  /** Another number; of integers one that occurs, since they may be indices. */
  private static Tensor changed(Tensor tensor, long at) {
    Tensor copy = Tensor.allocate(tensor.dtype(), tensor.shape());
    copy.copyFrom(0, tensor, 0, tensor.size());
    if (tensor.dtype().isFloating()) {
      copy.setDouble(at, tensor.getDouble(at) * 1.5 + 0.75);
    } else if (tensor.dtype() == DType.BOOL) {
      copy.setLong(at, 1 - tensor.getLong(at));
    } else {
      copy.setLong(at, tensor.getLong((at + 1) % tensor.size()));
    }
    return copy;
  }

  private static void check(Node node, int input, long[] position, Tensor before, Tensor after) {
    Shape from = node.inputs().get(input).shape();
    for (long i = 0; i < after.size(); i++) {
      if (Double.compare(before.getDouble(i), after.getDouble(i)) == 0) {
        continue;
      }
      String what = node.op() + ", input " + input + " " + List.of(from, after.shape());
      assertTrue(AxisFlow.reads(node.op(), input), () -> what + " is not read");
      long[] changed = position(after.shape(), i);
      for (int axis = 0; axis < changed.length; axis++) {
        int source = AxisFlow.source(node, input, axis);
        if (source != AxisFlow.NONE) {
          long blocks = Math.min(from.dim(source), after.shape().dim(axis));
          assertEquals(
              position[source] * blocks / from.dim(source),
              changed[axis] * blocks / after.shape().dim(axis),
              what + " along axis " + axis);
        }
      }
    }
  }

  private static long[] position(Shape shape, long index) {
    long[] position = new long[shape.rank()];
    long rest = index;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      position[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
    return position;
  }

  /** A function in Java tells itself which axes it keeps apart. */
  @Test
  void functionsTellTheirAxes() {
    for (int aligned : new int[] {0, 1, 2}) {
      Op.Call.Function function =
          new Op.Call.Function() {
            @Override
            public TensorType type(List<TensorType> in) {
              return in.get(0);
            }

            @Override
            public int alignedAxes() {
              return aligned;
            }

            @Override
            public Tensor apply(List<Tensor> in) {
              return in.get(0).cast(in.get(0).dtype());
            }
          };
      GraphBuilder builder = new GraphBuilder();
      Value x = builder.input("x", new TensorType(DType.FLOAT32, Shape.of(2, 3)));
      Value y = builder.apply(new Op.Call(function), x).get(0);
      for (int axis = 0; axis < 2; axis++) {
        assertEquals(axis < aligned ? axis : AxisFlow.NONE, AxisFlow.source(y.producer(), 0, axis));
      }
    }
  }
}
