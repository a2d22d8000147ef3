package dev.keraunos.engine.ort.internal;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.onnx.internal.lowering.OnnxGraph;
import dev.keraunos.tensor.DType;
import java.util.HashSet;
import java.util.Set;

/** What ONNX Runtime computes on the processor, and what it lacks. */
final class Kernels {
  /** Without a kernel of float64 in release 1.24. */
  private static final Set<UnaryKind> LACKING_UNARY =
      Set.of(UnaryKind.ARCSIN, UnaryKind.ARCCOS, UnaryKind.ARCTAN, UnaryKind.ERF, UnaryKind.GELU);

  private Kernels() {}

  /** The nodes that run elsewhere: those that ONNX cannot say, and those of missing kernels. */
  static Set<Node> lacking(Graph graph) {
    Set<Node> lacking = new HashSet<>(OnnxGraph.lacking(graph));
    graph.nodes().stream().filter(Kernels::lacks).forEach(lacking::add);
    return lacking;
  }

  private static boolean lacks(Node node) {
    if (node.op() instanceof Op.Scan scan) {
      return scan.body().nodes().stream().anyMatch(Kernels::lacks);
    }
    if (node.inputs().isEmpty() || node.inputs().get(0).dtype() != DType.FLOAT64) {
      return false;
    }
    Op op = node.op();
    return op instanceof Op.Conv
        || op instanceof Op.ConvTranspose
        || (op instanceof Op.Pool pool && !pool.max())
        || (op instanceof Op.Unary unary && LACKING_UNARY.contains(unary.kind()))
        || (op instanceof Op.Binary binary && binary.kind() == BinaryKind.ARCTAN2);
  }
}
