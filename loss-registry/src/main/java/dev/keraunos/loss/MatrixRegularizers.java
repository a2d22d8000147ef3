package dev.keraunos.loss;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;

/** Regularisers that look at a weight as a matrix (rows, columns). */
final class MatrixRegularizers {
  /** Below this a squared norm counts as this, so that a row of zeros stays one. */
  private static final double SMALLEST_SQUARE = 1e-12;

  private static final int STEPS_OF_THE_POWER_METHOD = 9;

  private MatrixRegularizers() {}

  /** See {@link Regularizer#orthogonal}. */
  static Regularizer orthogonal(double factor, boolean rows) {
    return x -> {
      double[][] vectors = rows ? rows(x) : transposed(rows(x));
      for (double[] vector : vectors) {
        double norm = Math.sqrt(Math.max(dot(vector, vector), SMALLEST_SQUARE));
        for (int i = 0; i < vector.length; i++) {
          vector[i] /= norm;
        }
      }
      double sum = 0;
      for (int i = 0; i < vectors.length; i++) {
        for (int j = 0; j < vectors.length; j++) {
          sum += i == j ? 0 : Math.abs(dot(vectors[i], vectors[j]));
        }
      }
      double pairs = vectors.length * (vectors.length - 1.0) / 2;
      return factor * 0.5 * sum / pairs;
    };
  }

  /** See {@link Regularizer#eigenvalue}. */
  static Regularizer eigenvalue(double k) {
    return x -> {
      double[][] columns = transposed(rows(x));
      double[] vector = new double[columns.length];
      Arrays.fill(vector, 1);
      for (int i = 0; i < STEPS_OF_THE_POWER_METHOD; i++) {
        vector = covariance(columns, vector);
      }
      double eigenvalue = dot(covariance(columns, vector), vector) / dot(vector, vector);
      return k * Math.sqrt(eigenvalue);
    };
  }

  /** XᵀX times a vector. */
  private static double[] covariance(double[][] columns, double[] vector) {
    double[] image = new double[columns[0].length];
    for (int j = 0; j < columns.length; j++) {
      for (int i = 0; i < image.length; i++) {
        image[i] += columns[j][i] * vector[j];
      }
    }
    double[] result = new double[columns.length];
    for (int j = 0; j < columns.length; j++) {
      result[j] = dot(columns[j], image);
    }
    return result;
  }

  private static double[][] rows(Tensor x) {
    if (x.shape().rank() != 2) {
      throw new InputException("the regularizer takes a matrix, not a weight " + x.shape());
    }
    double[][] rows = new double[(int) x.shape().dim(0)][(int) x.shape().dim(1)];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = x.getDouble((long) i * rows[i].length + j);
      }
    }
    return rows;
  }

  private static double[][] transposed(double[][] rows) {
    double[][] columns = new double[rows[0].length][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < columns.length; j++) {
        columns[j][i] = rows[i][j];
      }
    }
    return columns;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
