package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Map;

/** What a node has to compute and to move. */
public final class Work {
  private Work() {}

  /** Multiplications and sums of products; 0 for operations that are none. */
  public static double flops(Node node, Map<Value, TensorType> types) {
    List<Shape> in = node.inputs().stream().map(input -> types.get(input).shape()).toList();
    double out = types.get(node.outputs().get(0)).shape().size();
    if (node.op() instanceof Op.MatMul product) {
      return 2 * out * in.get(0).dim(product.transposeA() ? -2 : -1);
    } else if (node.op() instanceof Op.Conv) {
      return 2 * out * in.get(1).size() / in.get(1).dim(-1);
    } else if (node.op() instanceof Op.ConvTranspose) {
      return 2.0 * in.get(0).size() * in.get(1).size() / in.get(1).dim(-1);
    } else if (node.op() instanceof Op.Rnn) {
      return 2.0 * in.get(0).dim(0) * in.get(0).dim(1) * (in.get(1).size() + in.get(2).size());
    }
    return 0;
  }

  /** The bytes of all that nodes read from outside and hand on to outside. */
  static double bytes(List<Node> nodes, Map<Value, TensorType> types) {
    double sum = 0;
    for (Node node : nodes) {
      for (Value input : node.inputs()) {
        sum += nodes.contains(input.producer()) ? 0 : bytes(types.get(input));
      }
    }
    return nodes.isEmpty() ? 0 : sum + bytes(types.get(last(nodes).outputs().get(0)));
  }

  static Node last(List<Node> nodes) {
    return nodes.get(nodes.size() - 1);
  }

  private static double bytes(TensorType type) {
    return (double) type.shape().size() * type.dtype().bytes();
  }
}
