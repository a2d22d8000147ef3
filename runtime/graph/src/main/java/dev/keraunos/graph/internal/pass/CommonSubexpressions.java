package dev.keraunos.graph.internal.pass;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Computes the same operation on the same values once. */
final class CommonSubexpressions {
  private record Expression(Object op, List<Value> inputs) {}

  /** What a scalar constant is known by; other constants are themselves. */
  private record Scalar(DType dtype, long bits, long value) {}

  private CommonSubexpressions() {}

  static Graph run(Graph graph) {
    Map<Expression, List<Value>> known = new HashMap<>();
    return GraphCopy.rewrite(
        graph,
        (node, inputs, builder) ->
            known.computeIfAbsent(
                new Expression(key(node.op()), inputs),
                expression -> builder.apply(node.op(), inputs)));
  }

  private static Object key(Op op) {
    if (!(op instanceof Op.Constant constant) || constant.value().shape().rank() > 0) {
      return op;
    }
    Tensor value = constant.value();
    long bits = Double.doubleToRawLongBits(value.getDouble(0));
    return new Scalar(value.dtype(), bits, value.getLong(0));
  }
}
