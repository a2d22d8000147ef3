package dev.keraunos.onnx.internal.lowering;

import static dev.keraunos.onnx.internal.lowering.Nodes.attr;

import dev.keraunos.graph.Op;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Other types, and elements picked by conditions and indices. */
final class Choice {
  private Choice() {}

  static List<String> select(Op.Select op, Site site) {
    DType work = Types.work(site.dtype(1));
    String y = site.nodes().op("Where", site.in(0), site.in(1, work), site.in(2, work));
    return site.give(y, work);
  }

  /** By way of int64 to narrower whole numbers, which keep its low bits. */
  static List<String> cast(Op.Cast op, Site site) {
    DType from = site.dtype(0);
    boolean narrow = from.isFloating() && op.dtype().isInteger() && op.dtype() != DType.INT64;
    DType between = narrow ? DType.INT64 : from;
    Nodes n = site.nodes();
    return List.of(n.cast(site.in(0, between), between, op.dtype()));
  }

  static List<String> gather(Op.Gather op, Site site) {
    return List.of(
        site.nodes().op("Gather", site.in(0), index(site, 1), attr("axis", (long) op.axis())));
  }

  /** Indices in a type that ONNX takes. */
  private static String index(Site site, int i) {
    DType type = site.dtype(i);
    return type == DType.INT32 ? site.in(i) : site.in(i, DType.INT64);
  }

  static List<String> gatherAlong(Op.GatherAlong op, Site site) {
    Nodes n = site.nodes();
    String x = site.work(0);
    String indices = index(site, 1);
    Shape left = site.shape(0).with(op.axis(), 1);
    Shape right = site.shape(1).with(op.axis(), 1);
    if (!left.isConcrete() || !left.equals(right)) {
      x = n.op("Expand", x, others(n, indices, op.axis(), left.rank()));
      indices = n.op("Expand", indices, others(n, site.in(0), op.axis(), left.rank()));
    }
    String y = n.op("GatherElements", x, indices, attr("axis", (long) op.axis()));
    return site.give(y, Types.work(site.dtype(0)));
  }

  /** The lengths of all axes but one, which is 1. */
  private static String others(Nodes n, String x, int axis, int rank) {
    List<String> parts = new ArrayList<>();
    if (axis > 0) {
      parts.add(n.dims(x, 0, axis));
    }
    parts.add(n.longs(1));
    if (axis + 1 < rank) {
      parts.add(n.dims(x, axis + 1, rank));
    }
    return n.concat(0, parts);
  }

  /** The operator OneHot counts negative indices from the end, Keras does not. */
  static List<String> oneHot(Op.OneHot op, Site site) {
    Nodes n = site.nodes();
    String index = n.unsqueeze(site.in(0, DType.INT64), -1);
    long[] all = LongStream.range(0, op.depth()).toArray();
    String same = n.op("Equal", index, n.constant(Tensor.of(all, all.length)));
    return site.give(same, DType.BOOL);
  }
}
