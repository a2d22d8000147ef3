package dev.keraunos.onnx.internal.lowering;

import dev.keraunos.graph.Op;
import dev.keraunos.tensor.DType;
import java.util.List;

/** Functions in Java, of which a file can hold checks alone. */
final class Calls {
  private Calls() {}

  static List<String> lower(Op.Call op, Site site) {
    return op.function()
        .check()
        .map(bounds -> checked(bounds, site))
        .orElseGet(() -> site.gap("a function in Java, such as a hash, which no file can hold"));
  }

  /** Adds zero, which it gathers outside of a table where a number is outside of the bounds. */
  private static List<String> checked(Op.Call.Bounds bounds, Site site) {
    Nodes n = site.nodes();
    DType work = Types.work(site.dtype(0));
    String x = site.work(0);
    String number = n.cast(x, work, DType.INT64);
    String outside = n.op("Less", number, n.scalar(DType.INT64, bounds.least()));
    if (bounds.below() < Long.MAX_VALUE) {
      String above = n.op("GreaterOrEqual", number, n.scalar(DType.INT64, bounds.below()));
      outside = n.op("Or", outside, above);
    }
    String zero = n.op("Gather", n.longs(0), n.cast(outside, DType.BOOL, DType.INT64));
    return site.give(n.op("Add", x, n.cast(zero, DType.INT64, work)), work);
  }
}
