package dev.keraunos.loss.internal.compile;

import dev.keraunos.tensor.Shape;

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

  /** True if the loss takes class numbers. */
  public boolean exist() {
    return count > 0;
  }

  /** True for a label that is no class, and is not left out. */
  public boolean isStranger(double label) {
    return (label < 0 || label >= count) && (int) label != ignored;
  }
}
