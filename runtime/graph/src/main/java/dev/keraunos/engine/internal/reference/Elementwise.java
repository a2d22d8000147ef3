package dev.keraunos.engine.internal.reference;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Op;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Sources without data and functions of the elements at one place. */
public final class Elementwise {
  /** How many elements are held as doubles at a time. */
  static final int BLOCK = 4096;

  private Elementwise() {}

  static void addTo(KernelTable table) {
    table.add(Op.Fill.class, Elementwise::fill);
    table.add(Op.Iota.class, Elementwise::iota);
    table.add(Op.Unary.class, Elementwise::unary);
    table.add(Op.Binary.class, Elementwise::binary);
    table.add(Op.Select.class, Elementwise::select);
    table.add(Op.Cast.class, Elementwise::cast);
  }

  static void fill(Op.Fill op, List<Tensor> in, List<Tensor> out, Workers workers) {
    fill(out.get(0), op.value());
  }

  static void fill(Tensor x, double value) {
    double[] block = new double[(int) Math.min(BLOCK, x.size())];
    Arrays.fill(block, value);
    blocks(0, x.size(), (i, n) -> x.write(i, block, 0, n));
  }

  static void iota(Op.Iota op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = out.get(0);
    long inner = x.shape().size(op.axis() + 1, x.shape().rank());
    long length = x.shape().dim(op.axis());
    for (long i = 0; i < x.size(); i++) {
      x.setLong(i, i / inner % length);
    }
  }

  static void unary(Op.Unary op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    Tensor y = out.get(0);
    if (x.dtype().isInteger() && op.kind().keepsIntegers()) {
      workers.split(
          y.size(),
          1,
          (from, to) -> {
            for (long i = from; i < to; i++) {
              y.setLong(i, op.kind().apply(x.getLong(i), op.alpha(), op.beta()));
            }
          });
      return;
    }
    workers.split(
        y.size(),
        4,
        (from, to) -> {
          double[] block = new double[(int) Math.min(BLOCK, to - from)];
          blocks(
              from,
              to,
              (i, n) -> {
                x.read(i, block, 0, n);
                round(x.dtype(), y.dtype(), block, n);
                apply(op, block, n);
                y.write(i, block, 0, n);
              });
        });
  }

  static void binary(Op.Binary op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor z = out.get(0);
    Operand x = new Operand(in.get(0), z.shape());
    Operand y = new Operand(in.get(1), z.shape());
    DType dtype = in.get(0).dtype();
    boolean exact = op.kind().isPredicate() && dtype.bytes() <= Integer.BYTES; // in doubles, too
    if (dtype.isInteger() && op.kind() != BinaryKind.DIVIDE && !exact) {
      workers.split(z.size(), 1, (from, to) -> integers(op.kind(), dtype, x, y, z, from, to));
      return;
    }
    workers.split(
        z.size(),
        4,
        (from, to) -> {
          double[] p = new double[(int) Math.min(BLOCK, to - from)];
          double[] q = new double[p.length];
          blocks(
              from,
              to,
              (i, n) -> {
                x.read(i, p, n);
                y.read(i, q, n);
                round(dtype, z.dtype(), p, n);
                round(dtype, z.dtype(), q, n);
                apply(op.kind(), p, q, n);
                z.write(i, p, 0, n);
              });
        });
  }

  /** Those that are frequent and short have loops of their own, without a call for each element. */
  private static void apply(Op.Unary op, double[] x, int n) {
    switch (op.kind()) {
      case NEGATIVE -> {
        for (int i = 0; i < n; i++) {
          x[i] = -x[i];
        }
      }
      case ABSOLUTE -> {
        for (int i = 0; i < n; i++) {
          x[i] = Math.abs(x[i]);
        }
      }
      case SQUARE -> {
        for (int i = 0; i < n; i++) {
          x[i] *= x[i];
        }
      }
      case EXP -> {
        for (int i = 0; i < n; i++) {
          x[i] = Math.exp(x[i]);
        }
      }
      case LOG -> {
        for (int i = 0; i < n; i++) {
          x[i] = Math.log(x[i]);
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          x[i] = op.kind().apply(x[i], op.alpha(), op.beta());
        }
      }
    }
  }

  private static void apply(BinaryKind kind, double[] x, double[] y, int n) {
    switch (kind) {
      case ADD -> {
        for (int i = 0; i < n; i++) {
          x[i] += y[i];
        }
      }
      case SUBTRACT -> {
        for (int i = 0; i < n; i++) {
          x[i] -= y[i];
        }
      }
      case MULTIPLY -> {
        for (int i = 0; i < n; i++) {
          x[i] *= y[i];
        }
      }
      case DIVIDE -> {
        for (int i = 0; i < n; i++) {
          x[i] /= y[i];
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          x[i] = kind.apply(x[i], y[i]);
        }
      }
    }
  }

  private static void integers(
      BinaryKind kind, DType dtype, Operand x, Operand y, Tensor z, long from, long to) {
    boolean unsigned = dtype == DType.UINT64;
    boolean divides = kind == BinaryKind.FLOOR_DIVIDE || kind == BinaryKind.MOD;
    for (long i = from; i < to; i++) {
      long divisor = y.getLong(i);
      if (divides && divisor == 0) {
        throw new InputException("integer division by zero");
      }
      z.setLong(
          i,
          unsigned ? kind.applyUnsigned(x.getLong(i), divisor) : kind.apply(x.getLong(i), divisor));
    }
  }

  /** Integers enter floating point arithmetic as float32. */
  private static void round(DType from, DType to, double[] block, int n) {
    if (from.isInteger() && to.isFloating()) {
      for (int j = 0; j < n; j++) {
        block[j] = (float) block[j];
      }
    }
  }

  static void select(Op.Select op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor z = out.get(0);
    Operand condition = new Operand(in.get(0), z.shape());
    Operand x = new Operand(in.get(1), z.shape());
    Operand y = new Operand(in.get(2), z.shape());
    if (z.dtype().isInteger()) {
      for (long i = 0; i < z.size(); i++) {
        z.setLong(i, (condition.getLong(i) != 0 ? x : y).getLong(i));
      }
      return;
    }
    workers.split(
        z.size(),
        4,
        (from, to) -> {
          double[] c = new double[(int) Math.min(BLOCK, to - from)];
          double[] p = new double[c.length];
          double[] q = new double[c.length];
          blocks(
              from,
              to,
              (i, n) -> {
                condition.read(i, c, n);
                x.read(i, p, n);
                y.read(i, q, n);
                for (int j = 0; j < n; j++) {
                  p[j] = c[j] != 0 ? p[j] : q[j];
                }
                z.write(i, p, 0, n);
              });
        });
  }

  static void cast(Op.Cast op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    Tensor y = out.get(0);
    if (x.dtype() == y.dtype()) {
      y.copyFrom(0, x, 0, x.size());
    } else if (x.dtype().isFloating() || y.dtype().isFloating()) {
      double[] block = new double[(int) Math.min(BLOCK, x.size())];
      blocks(
          0,
          x.size(),
          (i, n) -> {
            x.read(i, block, 0, n);
            y.write(i, block, 0, n);
          });
    } else {
      for (long i = 0; i < x.size(); i++) {
        y.setLong(i, x.getLong(i));
      }
    }
  }

  /** A run of elements. */
  interface Block {
    void run(long start, int count);
  }

  /** Calls a body for runs of at most {@link #BLOCK} elements. */
  static void blocks(long from, long to, Block body) {
    for (long i = from; i < to; i += BLOCK) {
      body.run(i, (int) Math.min(BLOCK, to - i));
    }
  }
}
