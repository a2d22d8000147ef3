package dev.keraunos.loss;

import dev.keraunos.tensor.Tensor;

/** A penalty on weights or activities, undivided: {@code l1·Σ|x| + l2·Σx²} for Keras' own. */
@FunctionalInterface
public interface Regularizer {
  /** The penalty of all elements together. */
  double penalty(Tensor x);

  /**
   * {@code EigenvalueRegularizer} of Keras 1: k times the largest singular value of a matrix, as
   * far as nine steps of the power method find it. Files do not hold its k, so it must be
   * registered.
   */
  static Regularizer eigenvalue(double k) {
    return MatrixRegularizers.eigenvalue(k);
  }

  /**
   * {@code keras.regularizers.OrthogonalRegularizer}: the mean absolute cosine between different
   * rows, or columns, of a matrix, times a factor.
   */
  static Regularizer orthogonal(double factor, boolean rows) {
    return MatrixRegularizers.orthogonal(factor, rows);
  }

  /** Keras' L1, L2 and L1L2. */
  static Regularizer l1l2(double l1, double l2) {
    return x -> {
      double absolute = 0;
      double square = 0;
      for (long i = 0; i < x.size(); i++) {
        double value = x.getDouble(i);
        absolute += Math.abs(value);
        square += value * value;
      }
      return l1 * absolute + l2 * square;
    };
  }
}
