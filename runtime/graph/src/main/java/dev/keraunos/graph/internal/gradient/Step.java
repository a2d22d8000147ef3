package dev.keraunos.graph.internal.gradient;

import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import java.util.List;

/**
 * A node on the way back.
 *
 * @param gradients of its outputs, null where nothing depends on one
 */
record Step(GraphBuilder builder, Node node, List<Value> gradients) {
  /** An input of the node. */
  Value in(int index) {
    return node.inputs().get(index);
  }

  /** The first output of the node. */
  Value out() {
    return node.outputs().get(0);
  }

  /** The gradient of the first output. */
  Value gradient() {
    return gradients.get(0);
  }

  Value apply(Op op, Value... inputs) {
    return builder.apply(op, inputs).get(0);
  }
}
