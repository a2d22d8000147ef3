package dev.keraunos.engine.internal.reference;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** Operations that copy elements, whatever their type. */
final class Movement {
  private Movement() {}

  static void addTo(KernelTable table) {
    table.add(Op.Reshape.class, Movement::reshape);
    table.add(Op.Transpose.class, Movement::transpose);
    table.add(Op.BroadcastTo.class, Movement::broadcast);
    table.add(Op.Slice.class, Movement::slice);
    table.add(Op.Concat.class, Movement::concat);
    table.add(Op.Pad.class, Movement::pad);
    table.add(Op.Repeat.class, Movement::repeat);
    table.add(Op.Gather.class, Movement::gather);
    table.add(Op.GatherAlong.class, Movement::gatherAlong);
    table.add(Op.OneHot.class, Movement::oneHot);
  }

  static void reshape(Op.Reshape op, List<Tensor> in, List<Tensor> out, Workers workers) {
    out.get(0).copyFrom(0, in.get(0), 0, in.get(0).size());
  }

  static void transpose(Op.Transpose op, List<Tensor> in, List<Tensor> out, Workers workers) {
    transpose(in.get(0), op.permutation(), out.get(0), workers);
  }

  static void transpose(Tensor x, List<Integer> permutation, Tensor y, Workers workers) {
    long[] own = x.shape().strides();
    long[] strides = permutation.stream().mapToLong(axis -> own[axis]).toArray();
    Strided.copy(y.shape().toArray(), x, 0, strides, y, 0, y.shape().strides(), workers);
  }

  static void broadcast(Op.BroadcastTo op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    Tensor y = out.get(0);
    long[] strides = Offsets.broadcastStrides(x.shape(), y.shape());
    Strided.copy(y.shape().toArray(), x, 0, strides, y, 0, y.shape().strides(), workers);
  }

  static void slice(Op.Slice op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    Tensor y = out.get(0);
    long[] strides = x.shape().strides();
    long start = 0;
    for (int i = 0; i < strides.length; i++) {
      start += op.ranges().get(i).first(x.shape().dim(i)) * strides[i];
      strides[i] *= op.ranges().get(i).step();
    }
    Strided.copy(y.shape().toArray(), x, start, strides, y, 0, y.shape().strides(), workers);
  }

  static void concat(Op.Concat op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor y = out.get(0);
    long[] strides = y.shape().strides();
    long at = 0;
    for (Tensor x : in) {
      Strided.copy(x.shape().toArray(), x, 0, x.shape().strides(), y, at, strides, workers);
      at += x.shape().dim(op.axis()) * strides[op.axis()];
    }
  }

  static void pad(Op.Pad op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    Tensor y = out.get(0);
    if (op.mode() != Op.Pad.Mode.CONSTANT) {
      mirror(op, x, y, workers);
      return;
    }
    Elementwise.fill(y, op.value());
    long[] strides = y.shape().strides();
    long start = 0;
    for (int i = 0; i < strides.length; i++) {
      start += op.before().get(i) * strides[i];
    }
    Strided.copy(x.shape().toArray(), x, 0, x.shape().strides(), y, start, strides, workers);
  }

  private static void mirror(Op.Pad op, Tensor x, Tensor y, Workers workers) {
    Tensor source = x;
    for (int i = 0; i < x.shape().rank(); i++) {
      long length = x.shape().dim(i);
      long before = op.before().get(i);
      Tensor next = Tensor.allocate(x.dtype(), source.shape().with(i, y.shape().dim(i)));
      boolean edge = op.mode() == Op.Pad.Mode.SYMMETRIC;
      take(source, i, j -> reflected(j - before, length, edge), next.shape().dim(i), next, workers);
      source = next;
    }
    y.copyFrom(0, source, 0, y.size());
  }

  /** The cell inside an axis that a cell outside mirrors, with or without repeating the edge. */
  private static long reflected(long cell, long length, boolean edge) {
    if (cell < 0) {
      return edge ? -1 - cell : -cell;
    }
    return cell < length ? cell : edge ? 2 * length - 1 - cell : 2 * length - 2 - cell;
  }

  static void repeat(Op.Repeat op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    take(x, op.axis(), i -> i / op.times(), out.get(0).shape().dim(op.axis()), out.get(0), workers);
  }

  static void gather(Op.Gather op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor indices = in.get(1);
    long length = in.get(0).shape().dim(op.axis());
    LongUnaryOperator index = i -> wrap(indices.getLong(i), length);
    take(in.get(0), op.axis(), index, indices.size(), out.get(0), workers);
  }

  private static void take(
      Tensor x, int axis, LongUnaryOperator index, long count, Tensor y, Workers workers) {
    Shape shape = x.shape();
    long length = shape.dim(axis);
    long inner = shape.size(axis + 1, shape.rank());
    workers.split(
        shape.size(0, axis) * count,
        inner,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            long source = i / count * length + index.applyAsLong(i % count);
            y.copyFrom(i * inner, x, source * inner, inner);
          }
        });
  }

  static void gatherAlong(Op.GatherAlong op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    Tensor y = out.get(0);
    long[] strides = x.shape().strides();
    long[] others = strides.clone();
    for (int i = 0; i < others.length; i++) {
      others[i] = i == op.axis() || x.shape().dim(i) == 1 ? 0 : others[i];
    }
    Offsets base = Offsets.of(y.shape().toArray(), others);
    Operand indices = new Operand(in.get(1), y.shape());
    for (long i = 0; i < y.size(); i++) {
      long picked = wrap(indices.getLong(i), x.shape().dim(op.axis()));
      y.copyFrom(i, x, base.at(i) + picked * strides[op.axis()], 1);
    }
  }

  private static long wrap(long index, long length) {
    long wrapped = index < 0 ? index + length : index;
    if (wrapped < 0 || wrapped >= length) {
      throw new InputException("index " + index + " is outside an axis of length " + length);
    }
    return wrapped;
  }

  static void oneHot(Op.OneHot op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Elementwise.fill(out.get(0), 0);
    for (long i = 0; i < in.get(0).size(); i++) {
      long index = in.get(0).getLong(i);
      if (index >= 0 && index < op.depth()) {
        out.get(0).setLong(i * op.depth() + index, 1);
      }
    }
  }
}
