package dev.keraunos;

import dev.keraunos.error.InputException;
import dev.keraunos.loss.internal.text.Numbers;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;

/**
 * Which classes scores stand for, as {@code Sequential.predict_classes} of Keras up to TensorFlow
 * 2.5 says: the largest along the last axis, or 1 above one half where that axis has one number.
 *
 * @param numbers one for each position of all axes but the last, in row-major order
 * @param none how many positions have a NaN among their scores, and so are of no class
 */
record Classes(int[] numbers, long none) {
  private static final double HALF = 0.5;

  /** How many there are along the last axis; a single number tells two apart. */
  static int count(Shape scores) {
    return (int) Math.max(2, scores.dim(-1));
  }

  /**
   * The classes of scores.
   *
   * @throws InputException if there is no axis of classes, or these are texts
   */
  static Classes of(Tensor scores) {
    Shape shape = scores.shape();
    if (scores.dtype() == DType.STRING || shape.rank() < 2 || shape.dim(-1) == 0) {
      throw new InputException(
          "scores of classes have the classes on their last axis, found are "
              + scores.dtype()
              + " "
              + shape
              + "; allowed: numbers of at least two axes, (samples, classes)");
    }
    int width = Math.toIntExact(shape.dim(-1));
    int[] classes = new int[Math.toIntExact(scores.size() / width)];
    double[] row = new double[width];
    long none = 0;
    for (int i = 0; i < classes.length; i++) {
      scores.read((long) i * width, row, 0, width);
      int largest = largest(row);
      none += Double.isNaN(row[largest]) ? 1 : 0;
      classes[i] = width == 1 ? (row[0] > HALF ? 1 : 0) : largest;
    }
    return new Classes(classes, none);
  }

  /**
   * Says that some positions are of no class, if some are.
   *
   * @throws InputException if the model is strict
   */
  static void warnOfNone(long none, String output, KerasModel model) {
    if (none == 0) {
      return;
    }
    String sentence =
        String.format(
            "output '%s': %s NaN and of no class; numpy.argmax takes NaN for the largest, and so"
                + " does the class that is given",
            output, Numbers.count(none, "prediction is", "predictions are"));
    if (model.isStrict()) {
      throw new InputException(sentence);
    }
    model.warnings().accept(sentence);
  }

  /** The first of the largest; NaN is larger than numbers, as in {@code numpy.argmax}. */
  private static int largest(double[] row) {
    int best = 0;
    for (int i = 0; i < row.length && !Double.isNaN(row[best]); i++) {
      best = row[i] > row[best] || Double.isNaN(row[i]) ? i : best;
    }
    return best;
  }
}
