package dev.keraunos.onnx.internal.lowering;

import static dev.keraunos.onnx.internal.lowering.Nodes.attr;
import static dev.keraunos.onnx.internal.lowering.Nodes.ints;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Padding;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;

/** Products of matrices, convolutions and pooling. ONNX has the channels first. */
final class Windows {
  /** A length to compute with where it is unknown and what is computed does not depend on it. */
  private static final long ANY_LENGTH = 1 << 20;

  private Windows() {}

  static List<String> matMul(Op.MatMul op, Site site) {
    Nodes n = site.nodes();
    DType left = site.dtype(0);
    if (left == DType.FLOAT64) {
      return List.of(product64(op, site));
    }
    String a = turned(n, site.in(0), site.shape(0).rank(), op.transposeA());
    String b = turned(n, site.in(1), site.shape(1).rank(), op.transposeB());
    if (left == DType.INT8) {
      return List.of(n.op("MatMulInteger", a, b));
    }
    DType work = Types.work(left);
    String right =
        site.dtype(1) == DType.INT8 && work == DType.FLOAT32
            ? n.op("DequantizeLinear", b, n.scalar(DType.FLOAT32, 1))
            : n.cast(b, site.dtype(1), work);
    return site.give(n.op("MatMul", n.cast(a, left, work), right), work);
  }

  /** ONNX Runtime joins a transposition and MatMul to an operator that it has not in float64. */
  private static String product64(Op.MatMul op, Site site) {
    int rank = Math.max(site.shape(0).rank(), site.shape(1).rank());
    String a = op.transposeA() ? "...ji" : "...ij";
    String b = op.transposeB() ? "...kj" : "...jk";
    return site.nodes()
        .op(
            "Einsum",
            ofRank(site, 0, rank),
            ofRank(site, 1, rank),
            attr("equation", a + "," + b + "->...ik"));
  }

  /** An operand in float64, with axes of length 1 in front. */
  private static String ofRank(Site site, int i, int rank) {
    long[] axes = LongStream.range(0, rank - site.shape(i).rank()).toArray();
    return site.nodes().unsqueeze(site.in(i, DType.FLOAT64), axes);
  }

  private static String turned(Nodes n, String x, int rank, boolean turn) {
    List<Integer> permutation = range(0, rank);
    if (turn) {
      Collections.swap(permutation, rank - 1, rank - 2);
    }
    return n.transpose(x, permutation);
  }

  private static List<Integer> range(int from, int to) {
    List<Integer> range = new ArrayList<>();
    for (int i = from; i < to; i++) {
      range.add(i);
    }
    return range;
  }

  /** Channels from the last axis to the second. */
  private static String channelsFirst(Nodes n, String x, int rank) {
    List<Integer> permutation = range(0, rank - 1);
    permutation.add(1, rank - 1);
    return n.transpose(x, permutation);
  }

  private static String channelsLast(Nodes n, String x, int rank) {
    List<Integer> permutation = range(0, rank);
    permutation.add(permutation.remove(1));
    return n.transpose(x, permutation);
  }

  /** A kernel (spatial..., a, b) as (b, a, spatial...). */
  private static String kernel(Site site, DType work) {
    int rank = site.shape(1).rank();
    List<Integer> permutation = range(0, rank - 2);
    permutation.add(0, rank - 2);
    permutation.add(0, rank - 1);
    return site.nodes().transpose(site.in(1, work), permutation);
  }

  static List<String> conv(Op.Conv op, Site site) {
    Nodes n = site.nodes();
    DType work = Types.work(site.dtype(0));
    int rank = site.shape(0).rank();
    List<Long> window = new ArrayList<>();
    for (int i = 0; i < rank - 2; i++) {
      window.add(site.shape(1).dim(i));
    }
    Pads pads = new Pads(site.shape(0), op.padding(), window, op.strides(), op.dilations());
    if (!pads.areKnown()) {
      return site.gap(
          "SAME padding with strides "
              + op.strides()
              + " and dilation "
              + op.dilations()
              + " of unknown lengths; give the input a fixed shape");
    }
    String y =
        n.op(
            "Conv",
            channelsFirst(n, site.in(0, work), rank),
            kernel(site, work),
            pads.attribute(),
            ints("kernel_shape", window),
            ints("strides", op.strides()),
            ints("dilations", op.dilations()),
            attr("group", (long) op.groups()));
    return site.give(channelsLast(n, y, rank), work);
  }

  /** How a window is padded. */
  private record Pads(
      Shape x,
      Padding padding,
      List<? extends Number> window,
      List<Integer> strides,
      List<Integer> dilations) {
    private boolean isPlainSame() {
      return padding.mode() == Padding.Mode.SAME && dilations.stream().allMatch(d -> d == 1);
    }

    /** With a stride of 1 the padding does not depend on the length. */
    boolean areKnown() {
      if (padding.mode() != Padding.Mode.SAME || isPlainSame()) {
        return true;
      }
      for (int i = 0; i < strides.size(); i++) {
        if (strides.get(i) != 1 && !x.isKnown(i + 1)) {
          return false;
        }
      }
      return true;
    }

    Nodes.Attribute attribute() {
      if (isPlainSame()) {
        return attr("auto_pad", "SAME_UPPER");
      }
      List<Long> before = new ArrayList<>();
      List<Long> after = new ArrayList<>();
      for (int i = 0; i < strides.size(); i++) {
        long n = x.isKnown(i + 1) ? x.dim(i + 1) : ANY_LENGTH;
        long size = window.get(i).longValue();
        long stride = strides.get(i);
        long dilation = dilations.get(i);
        long extent = (size - 1) * dilation + 1;
        long first = padding.before(i, n, size, stride, dilation);
        long length = padding.output(i, n, size, stride, dilation);
        before.add(first);
        after.add(
            switch (padding.mode()) {
              case SAME -> Math.max((length - 1) * stride + extent - n, 0) - first;
              case FULL -> extent - 1;
              case EXPLICIT -> (long) padding.after().get(i);
              default -> 0L;
            });
      }
      before.addAll(after);
      return ints("pads", before);
    }
  }

  /** As many cells are cut off the full scatter on both sides as make the output's length. */
  static List<String> convTranspose(Op.ConvTranspose op, Site site) {
    Nodes n = site.nodes();
    DType work = Types.work(site.dtype(0));
    int rank = site.shape(0).rank();
    List<Long> before = new ArrayList<>();
    List<Long> after = new ArrayList<>();
    List<Long> added = new ArrayList<>();
    for (int i = 0; i < rank - 2; i++) {
      boolean known = site.shape(0).isKnown(i + 1);
      if (!known && !op.outputSize().isEmpty()) {
        return site.gap("a transposed convolution to a given size of unknown lengths");
      }
      long length = known ? site.shape(0).dim(i + 1) : ANY_LENGTH;
      long window = site.shape(1).dim(i);
      long full = (length - 1) * op.strides().get(i) + (window - 1) * op.dilations().get(i) + 1;
      long cut = op.cut(i, length, window);
      long rest = full - op.output(i, length, window) - cut;
      before.add(cut);
      after.add(Math.max(rest, 0));
      added.add(Math.max(-rest, 0));
    }
    before.addAll(after);
    String y =
        n.op(
            "ConvTranspose",
            channelsFirst(n, site.in(0, work), rank),
            kernel(site, work),
            ints("pads", before),
            ints("output_padding", added),
            ints("strides", op.strides()),
            ints("dilations", op.dilations()));
    return site.give(channelsLast(n, y, rank), work);
  }

  static List<String> pool(Op.Pool op, Site site) {
    Nodes n = site.nodes();
    DType type = site.dtype(0);
    DType work = type.isFloating() ? Types.work(type) : DType.FLOAT64;
    int rank = site.shape(0).rank();
    List<Integer> ones = Collections.nCopies(op.size().size(), 1);
    Pads pads = new Pads(site.shape(0), op.padding(), op.size(), op.strides(), ones);
    String y =
        n.op(
            op.max() ? "MaxPool" : "AveragePool",
            channelsFirst(n, site.in(0, work), rank),
            pads.attribute(),
            ints("kernel_shape", op.size()),
            ints("strides", op.strides()));
    return site.give(channelsLast(n, y, rank), work);
  }
}
