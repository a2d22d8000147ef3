package dev.keraunos.onnx.internal.lowering;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What every operation becomes: a row each. */
final class Lowering {
  /** Appends the nodes of an operation; gives the names of its outputs. */
  interface Row<O extends Op> {
    List<String> lower(O op, Site site);
  }

  private static final Map<Class<? extends Op>, Row<Op>> TABLE = new HashMap<>();

  static {
    add(Op.Input.class, (op, site) -> List.of(site.nodes().name(site.node().output())));
    add(Op.Constant.class, (op, site) -> List.of(site.nodes().constant(op.value())));
    add(Op.Fill.class, Movement::fill);
    add(Op.Iota.class, Movement::iota);

    add(Op.Unary.class, Unary::lower);
    add(Op.Binary.class, Binary::lower);
    add(Op.Select.class, Choice::select);
    add(Op.Cast.class, Choice::cast);

    add(Op.Reduce.class, Reductions::reduce);
    add(Op.ArgReduce.class, Reductions::argReduce);
    add(Op.Cumulative.class, Reductions::cumulative);
    add(Op.TopK.class, Reductions::topK);
    add(Op.Sort.class, Reductions::sort);

    add(Op.Reshape.class, Movement::reshape);
    add(Op.Transpose.class, Movement::transpose);
    add(Op.BroadcastTo.class, Movement::broadcast);
    add(Op.Slice.class, Movement::slice);
    add(Op.Concat.class, Movement::concat);
    add(Op.Pad.class, Movement::pad);
    add(Op.Repeat.class, Movement::repeat);
    add(Op.Gather.class, Choice::gather);
    add(Op.GatherAlong.class, Choice::gatherAlong);
    add(Op.OneHot.class, Choice::oneHot);

    add(Op.MatMul.class, Windows::matMul);
    add(Op.Conv.class, Windows::conv);
    add(Op.ConvTranspose.class, Windows::convTranspose);
    add(Op.Pool.class, Windows::pool);
    add(Op.AdaptivePool.class, Resampling::adaptivePool);
    add(Op.Resize.class, Resampling::resize);

    add(Op.Softmax.class, Normalisation::softmax);
    add(Op.Standardize.class, Normalisation::standardize);
    add(Op.Fourier.class, Normalisation::fourier);

    add(Op.Rnn.class, Rnn::lower);
    add(Op.Scan.class, Recurrences::scan);

    add(Op.Call.class, Calls::lower);
    Op.requireAll(TABLE.keySet());
  }

  private Lowering() {}

  @SuppressWarnings("unchecked") // the class of the key is that of the row
  private static <O extends Op> void add(Class<O> type, Row<O> row) {
    TABLE.put(type, (Row<Op>) row);
  }

  /** Appends the nodes of a graph whose inputs have names. */
  static void lower(Graph graph, Nodes nodes) {
    String outer = nodes.path();
    for (Node node : graph.nodes()) {
      nodes.path(node.path().isEmpty() ? outer : node.path());
      int before = nodes.shared().gapCount;
      List<String> names = TABLE.get(node.op().getClass()).lower(node.op(), new Site(nodes, node));
      for (int i = 0; i < names.size(); i++) {
        nodes.bind(node.outputs().get(i), names.get(i));
      }
      if (nodes.shared().gapCount > before) {
        nodes.shared().lacking.add(node);
      }
    }
    nodes.path(outer);
  }
}
