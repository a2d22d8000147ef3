package dev.keraunos.graph.internal.pass;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.List;

/** Lets convolutions pad with zeros themselves where a separate operation did. */
final class PadFolding {
  private PadFolding() {}

  static Graph run(Graph graph) {
    return GraphCopy.rewrite(graph, PadFolding::fold);
  }

  private static List<Value> fold(Node node, List<Value> inputs, GraphBuilder builder) {
    if (!(node.op() instanceof Op.Conv conv)
        || !(inputs.get(0).producer().op() instanceof Op.Pad pad)
        || !isSpatialZeros(pad)) {
      return null;
    }
    boolean explicit = conv.padding().mode() == Padding.Mode.EXPLICIT;
    if (!explicit && conv.padding().mode() != Padding.Mode.VALID) {
      return null;
    }
    List<Integer> before = new ArrayList<>();
    List<Integer> after = new ArrayList<>();
    for (int i = 0; i < conv.strides().size(); i++) {
      before.add(
          Math.toIntExact(
              pad.before().get(i + 1) + (explicit ? conv.padding().before().get(i) : 0)));
      after.add(
          Math.toIntExact(pad.after().get(i + 1) + (explicit ? conv.padding().after().get(i) : 0)));
    }
    Op padded =
        new Op.Conv(
            conv.strides(), conv.dilations(), Padding.explicit(before, after), conv.groups());
    return builder.apply(padded, inputs.get(0).producer().inputs().get(0), inputs.get(1));
  }

  private static boolean isSpatialZeros(Op.Pad pad) {
    int last = pad.before().size() - 1;
    return pad.mode() == Op.Pad.Mode.CONSTANT
        && pad.value() == 0
        && pad.before().get(0) + pad.after().get(0) == 0
        && pad.before().get(last) + pad.after().get(last) == 0;
  }
}
