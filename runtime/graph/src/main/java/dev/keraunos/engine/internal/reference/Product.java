package dev.keraunos.engine.internal.reference;

import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Matrix products in double precision, in blocks that the caches hold. The terms of an element are
 * added in the same order however the rows are split.
 */
final class Product {
  private static final int ROWS = 128;
  private static final int INNER = 256;
  private static final int COLUMNS = 256;

  /** The left operand: reads a block, one array per row. */
  interface Left {
    void read(long row, int rows, long inner, int count, double[][] target);
  }

  /** The right operand: reads a block, one array per inner index. */
  interface Right {
    void read(long inner, int count, long column, int columns, double[][] target);
  }

  /** Where the result goes. */
  interface Result {
    void write(long row, int rows, long column, int columns, double[][] source);
  }

  private Product() {}

  static void addTo(KernelTable table) {
    table.add(Op.MatMul.class, Product::matMul);
  }

  static void matMul(Op.MatMul op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor a = in.get(0);
    Tensor b = in.get(1);
    Tensor c = out.get(0);
    Shape shape = c.shape();
    long rows = shape.dim(-2);
    long columns = shape.dim(-1);
    long inner = a.shape().dim(op.transposeA() ? -2 : -1);
    Shape batch = shape.slice(0, shape.rank() - 2);
    Offsets offsetsA = Offsets.broadcast(batchOf(a.shape()), batch);
    Offsets offsetsB = Offsets.broadcast(batchOf(b.shape()), batch);
    boolean many = batch.size() > 1;
    Workers within = many ? Workers.CALLER : workers;
    workers.split(
        many ? batch.size() : 1,
        many ? (double) rows * columns * inner : 0,
        (from, to) -> {
          for (long i = from; i < Math.min(to, batch.size()); i++) {
            long atA = offsetsA.at(i) * rows * inner;
            long atB = offsetsB.at(i) * inner * columns;
            long atC = i * rows * columns;
            run(
                rows,
                inner,
                columns,
                () -> left(a, atA, rows, inner, op.transposeA()),
                right(b, atB, inner, columns, op.transposeB()),
                (row, count, column, width, source) -> {
                  for (int r = 0; r < count; r++) {
                    c.write(atC + (row + r) * columns + column, source[r], 0, width);
                  }
                },
                within);
          }
        });
  }

  private static Shape batchOf(Shape shape) {
    return shape.slice(0, shape.rank() - 2);
  }

  private static Left left(Tensor a, long at, long rows, long inner, boolean transposed) {
    return (row, count, from, width, target) -> {
      if (transposed) {
        readTransposed(a, at + from * rows + row, rows, count, width, target);
      } else {
        readRows(a, at + row * inner + from, inner, count, width, target);
      }
    };
  }

  /** A stored matrix, row-major or transposed, as the right operand. */
  private static Right right(Tensor b, long at, long inner, long columns, boolean transposed) {
    return (from, count, column, width, target) -> {
      if (transposed) {
        readTransposed(b, at + column * inner + from, inner, count, width, target);
      } else {
        readRows(b, at + from * columns + column, columns, count, width, target);
      }
    };
  }

  private static void readRows(
      Tensor x, long start, long stride, int rows, int width, double[][] target) {
    for (int i = 0; i < rows; i++) {
      x.read(start + i * stride, target[i], 0, width);
    }
  }

  /** Reads rows of the stored matrix as columns of the target. */
  private static void readTransposed(
      Tensor x, long start, long stride, int rows, int width, double[][] target) {
    double[] run = new double[rows];
    for (int j = 0; j < width; j++) {
      x.read(start + j * stride, run, 0, rows);
      for (int i = 0; i < rows; i++) {
        target[i][j] = run[i];
      }
    }
  }

  /**
   * Computes a product.
   *
   * @param lefts gives every thread a left operand of its own
   */
  static void run(
      long rows,
      long inner,
      long columns,
      Supplier<Left> lefts,
      Right right,
      Result result,
      Workers workers) {
    workers.split(
        (rows + ROWS - 1) / ROWS,
        (double) Math.min(rows, ROWS) * inner * columns,
        (from, to) -> {
          int height = (int) Math.min(ROWS, rows);
          int depth = (int) Math.min(INNER, inner);
          int width = (int) Math.min(COLUMNS, columns);
          Left left = lefts.get();
          double[][] a = new double[height][depth];
          double[][] b = new double[depth][width];
          double[][] c = new double[height][width];
          for (long row = from * ROWS; row < Math.min(to * ROWS, rows); row += ROWS) {
            int m = (int) Math.min(ROWS, rows - row);
            for (long column = 0; column < columns; column += COLUMNS) {
              int n = (int) Math.min(COLUMNS, columns - column);
              for (int r = 0; r < m; r++) {
                Arrays.fill(c[r], 0);
              }
              for (long at = 0; at < inner; at += INNER) {
                int k = (int) Math.min(INNER, inner - at);
                left.read(row, m, at, k, a);
                right.read(at, k, column, n, b);
                accumulate(a, b, c, m, k, n);
              }
              result.write(row, m, column, n, c);
            }
          }
        });
  }

  /** Adds the product of a (rows, inner) and b (inner, columns) to c. */
  static void accumulate(
      double[][] a, double[][] b, double[][] c, int rows, int inner, int columns) {
    int whole = inner - inner % 4;
    for (int i = 0; i < rows; i += 2) {
      boolean pair = i + 1 < rows;
      for (int k = 0; k < whole; k += 4) {
        if (pair) {
          four(a[i], a[i + 1], k, b, c[i], c[i + 1], columns);
        } else {
          four(a[i], k, b, c[i], columns);
        }
      }
      for (int k = whole; k < inner; k++) {
        one(a[i][k], b[k], c[i], columns);
        if (pair) {
          one(a[i + 1][k], b[k], c[i + 1], columns);
        }
      }
    }
  }

  /**
   * Two rows times four: the innermost loop of everything, in the form that the compiler vectorises
   * best.
   */
  private static void four(
      double[] x, double[] y, int k, double[][] b, double[] c, double[] d, int columns) {
    double x0 = x[k];
    double x1 = x[k + 1];
    double x2 = x[k + 2];
    double x3 = x[k + 3];
    double y0 = y[k];
    double y1 = y[k + 1];
    double y2 = y[k + 2];
    double y3 = y[k + 3];
    double[] b0 = b[k];
    double[] b1 = b[k + 1];
    double[] b2 = b[k + 2];
    double[] b3 = b[k + 3];
    for (int j = 0; j < columns; j++) {
      double p = b0[j];
      double q = b1[j];
      double r = b2[j];
      double s = b3[j];
      double cj = c[j] + (x0 * p + x1 * q + x2 * r + x3 * s);
      double dj = d[j] + (y0 * p + y1 * q + y2 * r + y3 * s);
      c[j] = cj;
      d[j] = dj;
    }
  }

  private static void four(double[] x, int k, double[][] b, double[] c, int columns) {
    double x0 = x[k];
    double x1 = x[k + 1];
    double x2 = x[k + 2];
    double x3 = x[k + 3];
    double[] b0 = b[k];
    double[] b1 = b[k + 1];
    double[] b2 = b[k + 2];
    double[] b3 = b[k + 3];
    for (int j = 0; j < columns; j++) {
      c[j] = c[j] + (x0 * b0[j] + x1 * b1[j] + x2 * b2[j] + x3 * b3[j]);
    }
  }

  private static void one(double x, double[] b, double[] c, int columns) {
    for (int j = 0; j < columns; j++) {
      c[j] += x * b[j];
    }
  }
}
