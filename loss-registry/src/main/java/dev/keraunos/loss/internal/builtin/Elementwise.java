package dev.keraunos.loss.internal.builtin;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/**
 * Targets, prediction and weights of a batch, element by element, as metrics with a state read
 * them.
 *
 * @param channels the length of the last axis
 * @param weight one per element; 1 without weights
 */
public record Elementwise(int channels, double[] yTrue, float[] yPred, double[] weight) {
  /**
   * Brings ranks together: a trailing axis of length 1 may be missing from targets or prediction;
   * weights broadcast.
   *
   * @throws InputException if the shapes do not fit
   */
  public static Elementwise of(Tensor yTrue, Tensor yPred, Optional<Tensor> weights) {
    if (yTrue.size() != yPred.size()) {
      throw new InputException(
          "the metric takes targets in the shape of the prediction "
              + yPred.shape()
              + ", not "
              + yTrue.shape());
    }
    Shape shape = yTrue.shape().rank() >= yPred.shape().rank() ? yTrue.shape() : yPred.shape();
    double[] weight = new double[(int) yPred.size()];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = 1;
    }
    weights.ifPresent(w -> spread(w, shape, weight));
    int channels = shape.rank() > 1 ? (int) shape.dim(-1) : 1;
    return new Elementwise(channels, yTrue.toDoubleArray(), yPred.toFloatArray(), weight);
  }

  private static void spread(Tensor weights, Shape shape, double[] target) {
    Shape own = weights.shape();
    boolean column = own.rank() == shape.rank() + 1 && own.dim(-1) == 1;
    Shape fitted =
        column ? own.without(-1) : own.rank() + 1 == shape.rank() ? own.insert(own.rank(), 1) : own;
    long[] strides = fitted.strides();
    for (int i = 0; i < target.length; i++) {
      long rest = i;
      long at = 0;
      for (int axis = 1; axis <= shape.rank(); axis++) {
        long index = rest % shape.dim(-axis);
        rest /= shape.dim(-axis);
        if (axis <= fitted.rank() && fitted.dim(-axis) != 1) {
          requireEqual(fitted, shape, axis);
          at += index * strides[fitted.rank() - axis];
        }
      }
      target[i] = weights.getDouble(at);
    }
  }

  private static void requireEqual(Shape weights, Shape shape, int axis) {
    if (weights.dim(-axis) != shape.dim(-axis)) {
      throw new InputException("weights " + weights + " do not broadcast to " + shape);
    }
  }
}
