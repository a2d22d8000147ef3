package dev.keraunos.onnx.internal.lowering;

import static dev.keraunos.onnx.internal.lowering.Nodes.attr;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Range;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Elements under other shapes and at other places. */
final class Movement {
  private Movement() {}

  static List<String> fill(Op.Fill op, Site site) {
    Nodes n = site.nodes();
    DType work = Types.work(op.dtype());
    return site.give(n.op("Expand", n.scalar(work, rounded(op)), site.shape(op.shape())), work);
  }

  /** The value as it is in the type of the result. */
  private static double rounded(Op.Fill op) {
    try (Tensor one = Tensor.scalar(op.dtype(), op.value())) {
      return one.getDouble(0);
    }
  }

  static List<String> iota(Op.Iota op, Site site) {
    Nodes n = site.nodes();
    String shape = site.shape(op.shape());
    String length = n.squeeze(n.slice(shape, 0, op.axis(), op.axis() + 1L, 1), 0);
    String line = n.op("Range", n.scalar(DType.INT64, 0), length, n.scalar(DType.INT64, 1));
    long[] behind = new long[op.shape().size() - 1 - op.axis()];
    for (int i = 0; i < behind.length; i++) {
      behind[i] = i + 1L;
    }
    return site.give(n.op("Expand", n.unsqueeze(line, behind), shape), DType.INT64);
  }

  /** The static shape says it where it leaves one dimension open at most. */
  static List<String> reshape(Op.Reshape op, Site site) {
    Nodes n = site.nodes();
    long[] dims = site.result(0).shape().toArray();
    long open = Arrays.stream(dims).filter(dim -> dim == Shape.UNKNOWN).count();
    boolean none = Arrays.stream(dims).anyMatch(dim -> dim == 0);
    String shape = open == 0 || (open == 1 && !none) ? n.longs(dims) : site.shape(op.shape());
    return List.of(
        none || (open > 1 && noInferred(op))
            ? n.op("Reshape", site.in(0), shape, attr("allowzero", 1L))
            : n.op("Reshape", site.in(0), shape));
  }

  private static boolean noInferred(Op.Reshape op) {
    return op.shape().stream().noneMatch(dim -> dim instanceof Dim.Inferred);
  }

  static List<String> transpose(Op.Transpose op, Site site) {
    return List.of(site.nodes().transpose(site.in(0), op.permutation()));
  }

  static List<String> broadcast(Op.BroadcastTo op, Site site) {
    DType work = Types.work(site.dtype(0));
    return site.give(site.nodes().op("Expand", site.work(0), site.shape(op.shape())), work);
  }

  static List<String> slice(Op.Slice op, Site site) {
    Nodes n = site.nodes();
    List<Long> starts = new ArrayList<>();
    List<Long> stops = new ArrayList<>();
    List<Long> axes = new ArrayList<>();
    List<Long> steps = new ArrayList<>();
    for (int i = 0; i < op.ranges().size(); i++) {
      Range range = op.ranges().get(i);
      if (!range.isAll()) {
        boolean up = range.step() > 0;
        starts.add(range.start() != null ? range.start() : up ? 0 : Long.MAX_VALUE);
        stops.add(range.stop() != null ? range.stop() : up ? Long.MAX_VALUE : Long.MIN_VALUE);
        axes.add((long) i);
        steps.add(range.step());
      }
    }
    if (axes.isEmpty()) {
      return List.of(site.in(0));
    }
    return List.of(
        n.op("Slice", site.in(0), n.longs(starts), n.longs(stops), n.longs(axes), n.longs(steps)));
  }

  static List<String> concat(Op.Concat op, Site site) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < site.inputs(); i++) {
      parts.add(site.in(i));
    }
    return List.of(site.nodes().concat(op.axis(), parts));
  }

  static List<String> pad(Op.Pad op, Site site) {
    Nodes n = site.nodes();
    DType work = Types.work(site.dtype(0));
    if (op.mode() == Op.Pad.Mode.SYMMETRIC) {
      return site.give(symmetric(op, n, site.work(0)), work);
    }
    List<Long> cells = new ArrayList<>(op.before());
    cells.addAll(op.after());
    String y =
        op.mode() == Op.Pad.Mode.REFLECT
            ? n.op("Pad", site.work(0), n.longs(cells), attr("mode", "reflect"))
            : n.op("Pad", site.work(0), n.longs(cells), n.scalar(work, op.value()));
    return site.give(y, work);
  }

  /** Axis by axis, the edge mirrored with it. */
  private static String symmetric(Op.Pad op, Nodes n, String x) {
    String y = x;
    for (int i = 0; i < op.before().size(); i++) {
      List<String> parts = new ArrayList<>();
      long before = op.before().get(i);
      if (before > 0) {
        parts.add(n.slice(y, i, before - 1, Long.MIN_VALUE, -1));
      }
      parts.add(y);
      if (op.after().get(i) > 0) {
        parts.add(n.slice(y, i, -1, -op.after().get(i) - 1, -1));
      }
      y = n.concat(i, parts);
    }
    return y;
  }

  /** By a new axis behind the one repeated. */
  static List<String> repeat(Op.Repeat op, Site site) {
    String y = repeat(site.nodes(), site.work(0), site.shape(0), op.axis(), op.times());
    return site.give(y, Types.work(site.dtype(0)));
  }

  static String repeat(Nodes n, String x, Shape shape, int axis, long times) {
    long[] ones = new long[shape.rank() + 1];
    Arrays.fill(ones, 1);
    ones[axis + 1] = times;
    String many = n.op("Expand", n.unsqueeze(x, axis + 1L), n.longs(ones));
    List<String> parts = new ArrayList<>();
    if (axis > 0) {
      parts.add(n.dims(x, 0, axis));
    }
    parts.add(n.op("Mul", n.dim(x, axis), n.longs(times)));
    if (axis + 1 < shape.rank()) {
      parts.add(n.dims(x, axis + 1, shape.rank()));
    }
    return n.op("Reshape", many, n.concat(0, parts), attr("allowzero", 1L));
  }
}
