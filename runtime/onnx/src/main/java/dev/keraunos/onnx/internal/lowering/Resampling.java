package dev.keraunos.onnx.internal.lowering;

import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Resizing and pooling to a given size, as products with the weights of one axis after the other:
 * the operator Resize rounds positions otherwise than TensorFlow does.
 */
final class Resampling {
  private Resampling() {}

  /** Multiplies an axis of (batch, rows, columns, channels) from the left. */
  private static String along(Nodes n, String weights, String x, int axis) {
    List<Integer> turn = axis == 1 ? List.of(0, 2, 1, 3) : List.of(0, 1, 2, 3);
    return n.transpose(n.op("MatMul", weights, n.transpose(x, turn)), turn);
  }

  static List<String> resize(Op.Resize op, Site site) {
    Nodes n = site.nodes();
    Interpolation kind = op.interpolation();
    DType type = site.dtype(0);
    DType work =
        kind == Interpolation.NEAREST ? type : type == DType.FLOAT64 ? type : DType.FLOAT32;
    String y = site.in(0, work);
    for (int axis = 1; axis <= 2; axis++) {
      long length = site.shape(0).dim(axis);
      int size = op.size().get(axis - 1);
      boolean known = length != Shape.UNKNOWN;
      if (kind == Interpolation.NEAREST && op.scale() && !known) {
        y = Movement.repeat(n, y, site.shape(0), axis, size);
      } else if (known) {
        Tensor weights = weights(op, length, op.scale() ? length * size : size);
        y =
            kind == Interpolation.NEAREST
                ? n.op("Gather", y, n.constant(picked(weights)), Nodes.attr("axis", (long) axis))
                : along(n, n.constant(weights.cast(work)), y, axis);
      } else if (kind == Interpolation.NEAREST) {
        y = n.op("Gather", y, nearest(n, y, axis, size), Nodes.attr("axis", (long) axis));
      } else if (!op.antialias()
          && (kind == Interpolation.BILINEAR || kind == Interpolation.BILINEAR_LEGACY)) {
        y = along(n, linear(n, op, y, axis, work), y, axis);
      } else {
        return site.gap(
            kind
                + " resizing of images of unknown size; give the input a fixed shape, or resize"
                + " by NEAREST or BILINEAR");
      }
    }
    return site.give(y, work);
  }

  /** What the reference engine makes of an image with one pixel set: (size, length). */
  private static Tensor weights(Op.Resize op, long length, long size) {
    Tensor pixels = Tensor.zeros(DType.FLOAT64, length, length, 1, 1);
    for (long i = 0; i < length; i++) {
      pixels.setDouble(i * length + i, 1);
    }
    GraphBuilder builder = new GraphBuilder();
    Value image = builder.input("image", TensorType.of(pixels));
    Op column =
        new Op.Resize(op.interpolation(), false, List.of(Math.toIntExact(size), 1), op.antialias());
    Value resized = builder.apply(column, image).get(0);
    try (Executable run =
            new ReferenceEngine().compile(builder.build(Map.of("resized", resized)), 1);
        Tensor columns = run.run(List.of(pixels)).get(0)) {
      Tensor weights = Tensor.zeros(DType.FLOAT64, size, length);
      for (long i = 0; i < length; i++) {
        weights.copyFrom(i, length, columns, i * size, 1, size);
      }
      return weights;
    }
  }

  /** The column of the one in every row. */
  private static Tensor picked(Tensor weights) {
    long length = weights.shape().dim(1);
    long[] columns =
        LongStream.range(0, weights.shape().dim(0))
            .map(
                row ->
                    LongStream.range(0, length)
                        .filter(i -> weights.getDouble(row * length + i) != 0)
                        .findFirst()
                        .orElseThrow())
            .toArray();
    return Tensor.of(columns, columns.length);
  }

  /**
   * Positions in float32, as TensorFlow has them: (i + a)·n/size, for a length known at run time.
   */
  private static String positions(Nodes n, String length, String size, double shift) {
    DType real = DType.FLOAT32;
    String line =
        n.op("Range", n.scalar(DType.INT64, 0), n.squeeze(size, 0), n.scalar(DType.INT64, 1));
    String shifted = n.op("Add", n.cast(line, DType.INT64, real), n.scalar(real, shift));
    String scale = n.op("Div", n.cast(length, DType.INT64, real), n.cast(size, DType.INT64, real));
    return n.op("Mul", shifted, scale);
  }

  private static String nearest(Nodes n, String x, int axis, long size) {
    String length = n.dim(x, axis);
    String cells = n.op("Floor", positions(n, length, n.longs(size), 0.5));
    String last = n.op("Sub", length, n.longs(1));
    return n.op("Min", n.cast(cells, DType.FLOAT32, DType.INT64), last);
  }

  /** The weights 1 − |position − column|, nothing below zero. */
  private static String linear(Nodes n, Op.Resize op, String x, int axis, DType work) {
    DType real = DType.FLOAT32;
    String length = n.dim(x, axis);
    String size = n.longs(op.size().get(axis - 1));
    String target = op.scale() ? n.op("Mul", length, size) : size;
    boolean legacy = op.interpolation() == Interpolation.BILINEAR_LEGACY;
    String at = positions(n, length, target, legacy ? 0 : 0.5);
    String centred = legacy ? at : n.op("Sub", at, n.scalar(real, 0.5));
    String last = n.cast(n.op("Sub", length, n.longs(1)), DType.INT64, real);
    String inside = n.op("Min", n.op("Max", centred, n.scalar(real, 0)), last);
    String columns =
        n.op("Range", n.scalar(DType.INT64, 0), n.squeeze(length, 0), n.scalar(DType.INT64, 1));
    String distance =
        n.op("Abs", n.op("Sub", n.unsqueeze(inside, 1), n.cast(columns, DType.INT64, real)));
    String weights = n.op("Relu", n.op("Sub", n.scalar(real, 1), distance));
    return n.cast(weights, real, work);
  }

  static List<String> adaptivePool(Op.AdaptivePool op, Site site) {
    Nodes n = site.nodes();
    DType work = Types.work(site.dtype(0));
    String y = site.work(0);
    for (int i = 0; i < op.outputSize().size(); i++) {
      long length = site.shape(0).dim(i + 1);
      if (length == Shape.UNKNOWN) {
        return site.gap("adaptive pooling of unknown lengths; give the input a fixed shape");
      }
      List<String> cells = new ArrayList<>();
      long count = op.outputSize().get(i);
      for (long j = 0; j < count; j++) {
        long to = ((j + 1) * length + count - 1) / count;
        String window = n.slice(y, i + 1L, j * length / count, to, 1);
        cells.add(n.op(op.max() ? "ReduceMax" : "ReduceMean", window, n.longs(i + 1L)));
      }
      y = n.concat(i + 1, cells);
    }
    return site.give(y, work);
  }
}
