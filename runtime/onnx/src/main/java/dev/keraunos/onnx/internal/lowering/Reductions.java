package dev.keraunos.onnx.internal.lowering;

import static dev.keraunos.onnx.internal.lowering.Nodes.attr;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.tensor.DType;
import java.util.List;

/** Reductions, and what orders elements. */
final class Reductions {
  private Reductions() {}

  static List<String> reduce(Op.Reduce op, Site site) {
    Nodes n = site.nodes();
    DType type = site.dtype(0);
    DType work =
        op.kind() == ReduceKind.MEAN && !type.isFloating() ? DType.FLOAT32 : Types.work(type);
    if (op.kind() == ReduceKind.PROD && work == DType.INT32) {
      work = DType.INT64; // the product of int32 saturates in ONNX Runtime
    }
    String x = site.in(0, work);
    if (op.axes().isEmpty()) {
      return site.give(n.op("Identity", x), work);
    }
    if (op.kind() == ReduceKind.MEAN && mayBeEmpty(op, site)) {
      return site.give(mean(n, op, x, work), work);
    }
    String y = reduce(n, op, x);
    boolean extreme = op.kind() == ReduceKind.MAX || op.kind() == ReduceKind.MIN;
    return site.give(extreme && work.isFloating() ? keepNaN(n, op, x, y, work) : y, work);
  }

  private static boolean mayBeEmpty(Op.Reduce op, Site site) {
    return op.axes().stream().anyMatch(axis -> site.shape(0).dim(axis) <= 0);
  }

  /** ReduceMean of ONNX Runtime gives zero for none, not NaN. */
  private static String mean(Nodes n, Op.Reduce op, String x, DType type) {
    String lengths = n.op("Gather", n.op("Shape", x), n.longs(op.axes()));
    String count = n.op("ReduceProd", lengths, n.longs(0), attr("keepdims", 0L));
    Op.Reduce sum = new Op.Reduce(ReduceKind.SUM, op.axes(), op.keepDims());
    return n.op("Div", reduce(n, sum, x), n.cast(count, DType.INT64, type));
  }

  private static String reduce(Nodes n, Op.Reduce op, String x) {
    String type =
        switch (op.kind()) {
          case SUM -> "ReduceSum";
          case MEAN -> "ReduceMean";
          case MAX, ANY -> "ReduceMax";
          case MIN, ALL -> "ReduceMin";
          case PROD -> "ReduceProd";
        };
    return n.op(type, x, n.longs(op.axes()), attr("keepdims", op.keepDims() ? 1L : 0L));
  }

  /** ONNX Runtime passes NaN by where it looks for the largest. */
  private static String keepNaN(Nodes n, Op.Reduce op, String x, String y, DType type) {
    String nan = n.cast(n.op("IsNaN", x), DType.BOOL, DType.INT32);
    Op.Reduce any = new Op.Reduce(ReduceKind.MAX, op.axes(), op.keepDims());
    String found = n.cast(reduce(n, any, nan), DType.INT32, DType.BOOL);
    return n.op("Where", found, n.scalar(type, Double.NaN), y);
  }

  static List<String> argReduce(Op.ArgReduce op, Site site) {
    Nodes n = site.nodes();
    DType work = Types.work(site.dtype(0));
    String x = site.work(0);
    if (work.isFloating()) {
      double last = op.max() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      x = n.op("Where", n.op("IsNaN", x), n.scalar(work, last), x);
      x = op.signedZeros() ? orderedZeros(n, x, work) : x;
    }
    String y =
        n.op(
            op.max() ? "ArgMax" : "ArgMin",
            x,
            attr("axis", (long) op.axis()),
            attr("keepdims", op.keepDims() ? 1L : 0L));
    return site.give(y, DType.INT64);
  }

  /** A number next to zero for the negative one. */
  private static String orderedZeros(Nodes n, String x, DType type) {
    double next = type == DType.FLOAT32 ? -Float.MIN_VALUE : -Double.MIN_VALUE;
    return n.op("Where", Binary.negativeZero(n, x, type), n.scalar(type, next), x);
  }

  static List<String> cumulative(Op.Cumulative op, Site site) {
    Nodes n = site.nodes();
    DType work = Types.work(site.dtype(0));
    String x = site.work(0);
    if (op.kind() == ReduceKind.SUM) {
      return site.give(n.op("CumSum", x, n.scalar(DType.INT64, op.axis())), work);
    }
    String type =
        switch (op.kind()) {
          case PROD -> "Mul";
          case MAX -> "Max";
          default -> "Min";
        };
    String first = n.squeeze(n.slice(x, op.axis(), 0, 1, 1), op.axis());
    String rest = n.slice(x, op.axis(), 1, Long.MAX_VALUE, 1);
    Recurrences.Running running = new Recurrences.Running(n, op.axis(), work);
    String later = running.over(rest, first, (inner, step, state) -> inner.op(type, state, step));
    String start = n.unsqueeze(first, op.axis());
    return site.give(n.concat(op.axis(), List.of(start, later)), work);
  }

  static List<String> topK(Op.TopK op, Site site) {
    return ordered(site, site.nodes().longs(op.k()), -1, true);
  }

  static List<String> sort(Op.Sort op, Site site) {
    String all = site.nodes().dim(site.in(0), op.axis());
    return ordered(site, all, op.axis(), op.descending());
  }

  private static List<String> ordered(Site site, String count, long axis, boolean descending) {
    Nodes n = site.nodes();
    DType work = Types.work(site.dtype(0));
    List<String> found =
        n.ops(
            2,
            "TopK",
            site.work(0),
            count,
            attr("axis", axis),
            attr("largest", descending ? 1L : 0L));
    return List.of(
        n.cast(found.get(0), work, site.dtype(0)), n.cast(found.get(1), DType.INT64, DType.INT32));
  }
}
