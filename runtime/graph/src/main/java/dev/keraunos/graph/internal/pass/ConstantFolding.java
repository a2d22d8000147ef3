package dev.keraunos.graph.internal.pass;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes what depends on constants alone, unless that takes much more memory than the constants.
 */
final class ConstantFolding {
  private static final int GROWTH = 2;
  private static final long ALWAYS = 1 << 16;

  private ConstantFolding() {}

  static Graph run(Graph graph) {
    return GraphCopy.rewrite(graph, ConstantFolding::fold);
  }

  private static List<Value> fold(Node node, List<Value> inputs, GraphBuilder builder) {
    if (inputs.isEmpty() || !inputs.stream().allMatch(Constants::isConstant)) {
      return null;
    }
    List<Tensor> tensors = inputs.stream().map(in -> Constants.tensor(in).orElseThrow()).toList();
    try {
      if (!isSmall(node.op(), tensors)) {
        return null;
      }
      List<Value> folded = new ArrayList<>();
      Constants.compute(node.op(), tensors).forEach(tensor -> folded.add(builder.constant(tensor)));
      return folded;
    } catch (InputException e) {
      return null; // such as an index out of range: that is for the run to report
    }
  }

  private static boolean isSmall(Op op, List<Tensor> inputs) {
    long before = inputs.stream().mapToLong(Tensor::byteSize).sum();
    long after = 0;
    for (TensorType type : op.infer(TensorType.of(inputs))) {
      after += type.shape().size() * type.dtype().bytes();
    }
    return after <= Math.max(ALWAYS, GROWTH * before);
  }
}
