package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Shape rules that several operations share. */
final class Inference {
  private Inference() {}

  static void require(boolean holds, String message, Object... values) {
    if (!holds) {
      throw new InputException(String.format(message, values));
    }
  }

  static List<TensorType> one(TensorType type) {
    return List.of(type);
  }

  static List<TensorType> one(DType dtype, Shape shape) {
    return List.of(new TensorType(dtype, shape));
  }

  static List<TensorType> same(List<TensorType> in) {
    return List.of(in.get(0));
  }

  static Shape reduce(Shape x, List<Integer> axes, boolean keepDims) {
    Shape y = x;
    for (int i = axes.size() - 1; i >= 0; i--) {
      y = keepDims ? y.with(axes.get(i), 1) : y.without(axes.get(i));
    }
    return y;
  }

  static Shape reshape(Shape x, long[] dims) {
    int inferred = -1;
    long rest = 1;
    boolean known = x.isConcrete();
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] < 0) {
        known &= inferred < 0;
        inferred = i;
      } else {
        rest *= dims[i];
      }
    }
    if (known && inferred >= 0 && rest == 0) {
      require(x.size() == 0, "%s elements do not divide into %s", x, Shape.of(dims));
      dims[inferred] = productWithoutZeros(x.toArray()) / productWithoutZeros(dims);
    } else if (known && inferred >= 0) {
      require(x.size() % rest == 0, "%s elements do not divide into %s", x, Shape.of(dims));
      dims[inferred] = x.size() / rest;
    } else if (known && inferred < 0) {
      require(x.size() == rest, "%s cannot take shape %s", x, Shape.of(dims));
    }
    return Shape.of(dims);
  }

  /** What TensorFlow's reshape divides where there are no elements. */
  private static long productWithoutZeros(long[] dims) {
    return Arrays.stream(dims).filter(dim -> dim > 0).reduce(1, (a, b) -> a * b);
  }

  static Shape concat(List<TensorType> in, int axis) {
    Shape y = in.get(0).shape();
    for (TensorType next : in.subList(1, in.size())) {
      Shape x = next.shape();
      require(next.dtype() == in.get(0).dtype(), "%s cannot join %s", next, in.get(0));
      require(
          x.rank() == y.rank() && y.with(axis, 0).accepts(x.with(axis, 0)),
          "%s cannot join %s on axis %s",
          x,
          y,
          axis);
      long length = x.isKnown(axis) && y.isKnown(axis) ? x.dim(axis) + y.dim(axis) : Shape.UNKNOWN;
      for (int i = 0; i < y.rank(); i++) {
        y = y.with(i, i == axis ? length : y.isKnown(i) ? y.dim(i) : x.dim(i));
      }
    }
    return y;
  }

  static Shape matMul(Shape a, Shape b, boolean transposeA, boolean transposeB) {
    require(a.rank() >= 2 && b.rank() >= 2, "the product of %s and %s; allowed: matrices", a, b);
    long inner = a.dim(transposeA ? -2 : -1);
    long other = b.dim(transposeB ? -1 : -2);
    require(
        inner == other || inner < 0 || other < 0,
        "the product of %s and %s; allowed: inner dimensions alike, not %s and %s",
        a,
        b,
        inner,
        other);
    Shape batch = a.slice(0, a.rank() - 2).broadcast(b.slice(0, b.rank() - 2));
    return batch.concat(Shape.of(a.dim(transposeA ? -1 : -2), b.dim(transposeB ? -2 : -1)));
  }

  static Shape conv(Shape x, Shape kernel, Op.Conv conv) {
    int spatial = conv.strides().size();
    require(
        x.rank() == spatial + 2 && kernel.rank() == spatial + 2,
        "convolution of %s with %s; allowed: both of %s axes",
        x,
        kernel,
        spatial + 2);
    require(
        !x.isKnown(-1) || x.dim(-1) == kernel.dim(-2) * conv.groups(),
        "convolution of %s with %s in %s groups; allowed: %s channels",
        x,
        kernel,
        conv.groups(),
        kernel.dim(-2) * conv.groups());
    require(
        kernel.dim(-1) % conv.groups() == 0,
        "%s filters in %s groups; allowed: a multiple of the groups",
        kernel.dim(-1),
        conv.groups());
    long[] dims = x.toArray();
    for (int i = 0; i < spatial; i++) {
      dims[i + 1] =
          conv.padding()
              .output(
                  i, dims[i + 1], kernel.dim(i), conv.strides().get(i), conv.dilations().get(i));
    }
    dims[spatial + 1] = kernel.dim(-1);
    return Shape.of(dims);
  }

  static Shape convTranspose(Shape x, Shape kernel, Op.ConvTranspose conv) {
    int spatial = conv.strides().size();
    require(
        x.rank() == spatial + 2
            && kernel.rank() == spatial + 2
            && (!x.isKnown(-1) || x.dim(-1) == kernel.dim(-1)),
        "transposed convolution of %s with %s; allowed: (samples, %s spatial axes, channels) with"
            + " (..., filters, channels)",
        x,
        kernel,
        spatial);
    long[] dims = x.toArray();
    for (int i = 0; i < spatial; i++) {
      long length = conv.output(i, dims[i + 1], kernel.dim(i));
      require(
          !x.isKnown(i + 1) || length >= 0,
          "transposed convolution of %s gives axis %s the length %s; allowed: 0 or more",
          x,
          i + 1,
          length);
      dims[i + 1] = length;
    }
    dims[spatial + 1] = kernel.dim(-2);
    return Shape.of(dims);
  }

  /** States have a row for each sample of x, a mask an element for each step. */
  static void recurrence(Shape x, List<TensorType> states, List<TensorType> mask) {
    for (TensorType state : states) {
      boolean rows = x.slice(0, 1).accepts(state.shape().slice(0, 1));
      require(rows, "the state %s has other samples than the sequence %s", state.shape(), x);
    }
    for (TensorType given : mask) {
      boolean fits = x.slice(0, 2).accepts(given.shape());
      require(
          fits, "the mask %s has other samples or steps than the sequence %s", given.shape(), x);
    }
  }

  static List<TensorType> scan(Op.Scan scan, List<TensorType> in) {
    Shape x = in.get(0).shape();
    require(x.rank() >= 2, "a recurrence takes (batch, time, ...), not %s", x);
    int states = 1 + scan.states();
    recurrence(x, in.subList(1, states), in.subList(states, states + (scan.mask() ? 1 : 0)));
    List<TensorType> step = new ArrayList<>();
    step.add(new TensorType(in.get(0).dtype(), x.without(1)));
    step.addAll(in.subList(1, 1 + scan.states()));
    step.addAll(in.subList(1 + scan.states() + (scan.mask() ? 1 : 0), in.size()));
    List<TensorType> body = scan.body().infer(step);
    List<TensorType> types = new ArrayList<>(body);
    types.set(0, scan.recurrence().output(body.get(0), x));
    return types;
  }
}
