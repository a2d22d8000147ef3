package dev.keraunos.onnx.internal.lowering;

import static dev.keraunos.onnx.internal.lowering.Nodes.attr;

import dev.keraunos.graph.Op;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Operations in which every element depends on all of its lane. */
final class Normalisation {
  private Normalisation() {}

  static List<String> softmax(Op.Softmax op, Site site) {
    Nodes n = site.nodes();
    DType work = Types.work(site.dtype(0));
    String x = site.work(0);
    if (op.axes().size() == 1) {
      String type = op.log() ? "LogSoftmax" : "Softmax";
      return site.give(n.op(type, x, attr("axis", (long) op.axes().get(0))), work);
    }
    String axes = n.longs(op.axes());
    boolean alone = op.axes().isEmpty();
    String top = alone ? x : n.op("ReduceMax", x, axes);
    String less = n.op("Sub", x, top);
    String exp = n.op("Exp", less);
    String sum = alone ? exp : n.op("ReduceSum", exp, axes);
    String y = op.log() ? n.op("Sub", less, n.op("Log", sum)) : n.op("Div", exp, sum);
    return site.give(y, work);
  }

  static List<String> standardize(Op.Standardize op, Site site) {
    Nodes n = site.nodes();
    DType work = Types.work(site.dtype(0));
    String x = site.work(0);
    boolean alone = op.axes().isEmpty();
    String axes = n.longs(op.axes());
    String centred = n.op("Sub", x, alone ? x : n.op("ReduceMean", x, axes));
    if (!alone) { // what rounding left of a large offset
      centred = n.op("Sub", centred, n.op("ReduceMean", centred, axes));
    }
    String square = n.op("Mul", centred, centred);
    String variance = alone ? square : n.op("ReduceMean", square, axes);
    String deviation = n.op("Sqrt", n.op("Add", variance, n.scalar(work, op.epsilon())));
    return site.give(n.op("Div", centred, deviation), work);
  }

  /** Longer ones are left to the operator DFT, which loses digits in ONNX Runtime. */
  private static final long LONGEST_PRODUCT = 256;

  static List<String> fourier(Op.Fourier op, Site site) {
    long length = site.shape(0).dim(-2);
    DType work = Types.work(site.dtype(0));
    return site.give(
        length > 0 && length <= LONGEST_PRODUCT
            ? site.nodes().cast(byProduct(op, site, length), DType.FLOAT64, work)
            : byOperator(op, site, work),
        work);
  }

  /** Real and imaginary parts in one row times a matrix of their turns. */
  private static String byProduct(Op.Fourier op, Site site, long length) {
    Nodes n = site.nodes();
    Tensor turns = Tensor.zeros(DType.FLOAT64, 2 * length, 2 * length);
    for (long j = 0; j < length; j++) {
      for (long k = 0; k < length; k++) {
        double angle = 2 * Math.PI * (j * k % length) / length * (op.inverse() ? 1 : -1);
        long at = 4 * j * length + 2 * k;
        turns.setDouble(at, Math.cos(angle));
        turns.setDouble(at + 1, Math.sin(angle));
        turns.setDouble(at + 2 * length, -Math.sin(angle));
        turns.setDouble(at + 2 * length + 1, Math.cos(angle));
      }
    }
    String x = site.in(0, DType.FLOAT64);
    int rank = site.shape(0).rank();
    List<String> rows = new ArrayList<>(List.of(n.longs(2 * length)));
    rows.add(0, rank > 2 ? n.dims(x, 0, rank - 2) : n.longs(1));
    String flat = n.op("Reshape", x, n.concat(0, rows), attr("allowzero", 1L));
    String y = n.op("MatMul", flat, n.constant(turns));
    return n.op("Reshape", y, n.op("Shape", x), attr("allowzero", 1L));
  }

  /** The inverse of ONNX is divided by the length. */
  private static String byOperator(Op.Fourier op, Site site, DType work) {
    Nodes n = site.nodes();
    int rank = site.shape(0).rank();
    boolean alone = rank == 2;
    String x = alone ? n.unsqueeze(site.work(0), 0) : site.work(0);
    String axis = n.scalar(DType.INT64, alone ? 1 : rank - 2);
    String all = n.op("DFT", x, "", axis, attr("inverse", op.inverse() ? 1L : 0L));
    String y = alone ? n.squeeze(all, 0) : all;
    return op.inverse()
        ? n.op("Mul", y, n.cast(n.dim(site.in(0), rank - 2), DType.INT64, work))
        : y;
  }
}
