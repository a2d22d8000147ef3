package dev.keraunos.loss.internal.compile;

import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;

/**
 * Which numbers are classes of an output, for a loss that takes class numbers.
 *
 * @param count how many classes there are
 * @param ignored the number that the loss leaves out; one that no label is where it has none
 */
public record ClassNumbers(long count, int ignored) {
  /** Those of an output's loss; without any for other losses. */
  public static ClassNumbers of(CompiledOutput setup, Shape prediction) {
    boolean takes = setup.isOfKeras() && setup.lossName().startsWith("sparse_");
    int axis = setup.settings().path("axis").asInt(-1);
    boolean fits = prediction.rank() > 0 && axis >= -prediction.rank() && axis < prediction.rank();
    return new ClassNumbers(
        takes && fits ? prediction.dim(axis) : 0,
        setup.settings().path("ignore_class").asInt(Integer.MIN_VALUE));
  }

  /** What to do about targets that are class numbers where a loss takes a number for each class. */
  public static Optional<String> advice(Tensor yTrue, Shape prediction) {
    long width = prediction.rank() < 2 ? 1 : prediction.dim(-1);
    if (width < 2 || yTrue.size() == 0 || yTrue.size() * width != prediction.size()) {
      return Optional.empty();
    }
    double largest = 0;
    for (long i = 0; i < yTrue.size(); i++) {
      double label = yTrue.getDouble(i);
      if (label != Math.rint(label) || label < 0 || label >= width) {
        return Optional.empty();
      }
      largest = Math.max(largest, label);
    }
    return Optional.of(
        String.format(
            "the targets look like class numbers, 0 to %.0f: make vectors of them,"
                + " `to_categorical(y, %d)`, or use sparse_categorical_crossentropy",
            largest, width));
  }

  /** True if the loss takes class numbers. */
  public boolean exist() {
    return count > 0;
  }

  /** True for a label that is no class, and is not left out. */
  public boolean isStranger(double label) {
    return (label < 0 || label >= count) && (int) label != ignored;
  }
}
