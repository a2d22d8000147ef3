package dev.keraunos.importer.internal.diff;

import dev.keraunos.importer.internal.summary.ArrayDigest;
import dev.keraunos.importer.internal.summary.SavedLayer;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An array that differs.
 *
 * @param path of the layer in the first model, or in the second if it is there alone
 * @param name of the array in that layer
 * @param a what the first model has; empty if it has none
 * @param b what the second has
 * @param numbers how the numbers differ; empty where the shapes do
 */
public record ArrayChange(
    String path, String name, Optional<Form> a, Optional<Form> b, Optional<Numbers> numbers) {

  /**
   * What an array is.
   *
   * @param digest see {@link ArrayDigest}
   */
  public record Form(String dtype, Shape shape, String digest) {
    static Form of(Tensor array) {
      return new Form(array.dtype().kerasName(), array.shape(), ArrayDigest.of(array));
    }
  }

  /**
   * How numbers differ.
   *
   * @param changed how many do
   * @param largest the largest absolute difference, NaN where one is no finite number
   * @param at where it is, an index per axis
   * @param mean the mean absolute difference of all
   * @param scale the largest magnitude in the first
   */
  public record Numbers(
      long changed, long size, double largest, List<Long> at, double mean, double scale) {
    /** The largest difference relative to the scale; infinite where that is 0. */
    public double relative() {
      return largest / scale;
    }

    /** The numbers of two arrays of one shape; empty if none differs. */
    public static Optional<Numbers> of(Tensor a, Tensor b) {
      boolean texts = a.dtype() == DType.STRING || b.dtype() == DType.STRING;
      long changed = 0;
      double largest = -1;
      long at = 0;
      double sum = 0;
      double scale = 0;
      for (long i = 0; i < a.size(); i++) {
        double x = texts ? 0 : a.getDouble(i);
        double y = texts ? differ(a, b, i) : b.getDouble(i);
        double magnitude = Math.abs(x);
        scale = Double.isFinite(magnitude) ? Math.max(scale, magnitude) : scale;
        if (x == y || (Double.isNaN(x) && Double.isNaN(y))) {
          continue;
        }
        changed++;
        double difference = Math.abs(x - y);
        sum += difference;
        if (!Double.isNaN(largest) && !(difference <= largest)) {
          largest = Double.isFinite(difference) ? difference : Double.NaN;
          at = i;
        }
      }
      return changed == 0
          ? Optional.empty()
          : Optional.of(
              new Numbers(changed, a.size(), largest, place(a.shape(), at), sum / a.size(), scale));
    }

    private static double differ(Tensor a, Tensor b, long i) {
      boolean same = a.dtype() == b.dtype() && a.getString(i).equals(b.getString(i));
      return same ? 0 : 1;
    }

    private static List<Long> place(Shape shape, long index) {
      List<Long> place = new ArrayList<>();
      for (int axis = 0; axis < shape.rank(); axis++) {
        place.add(index / shape.size(axis + 1, shape.rank()) % shape.dim(axis));
      }
      return place;
    }
  }

  /** The change of one array, if it did. */
  static Optional<ArrayChange> of(String path, SavedLayer.Array first, SavedLayer.Array second) {
    Tensor a = first.value();
    Tensor b = second.value();
    boolean sameShape = a.shape().equals(b.shape());
    Optional<Numbers> numbers = sameShape ? Numbers.of(a, b) : Optional.empty();
    boolean same = sameShape && numbers.isEmpty() && a.dtype() == b.dtype();
    return same
        ? Optional.empty()
        : Optional.of(
            new ArrayChange(
                path, first.name(), Optional.of(Form.of(a)), Optional.of(Form.of(b)), numbers));
  }

  static ArrayChange onlyInFirst(String path, SavedLayer.Array array) {
    return new ArrayChange(
        path,
        array.name(),
        Optional.of(Form.of(array.value())),
        Optional.empty(),
        Optional.empty());
  }

  static ArrayChange onlyInSecond(String path, SavedLayer.Array array) {
    return new ArrayChange(
        path,
        array.name(),
        Optional.empty(),
        Optional.of(Form.of(array.value())),
        Optional.empty());
  }
}
