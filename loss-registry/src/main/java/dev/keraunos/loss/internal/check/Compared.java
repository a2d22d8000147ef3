package dev.keraunos.loss.internal.check;

import dev.keraunos.loss.internal.text.Numbers;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Two tensors side by side.
 *
 * @param bad how many elements differ
 * @param first the index of the first that differs, -1 for none
 * @param maxError the largest difference, relative to the largest recorded magnitude
 * @param sameShape false if nothing was compared
 */
record Compared(
    Tensor found, Tensor expected, boolean sameShape, long bad, long first, double maxError) {

  static Compared of(Tensor found, Tensor expected, Closeness closeness) {
    if (!found.shape().equals(expected.shape())) {
      return new Compared(found, expected, false, expected.size(), -1, Double.NaN);
    }
    double scale = scale(expected);
    long bad = 0;
    long first = -1;
    double max = 0;
    for (long i = 0; i < expected.size(); i++) {
      double x = found.getDouble(i);
      double y = expected.getDouble(i);
      double error = Double.compare(x, y) == 0 ? 0 : Math.abs(x - y);
      max = Math.max(max, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
      if (!closeness.accepts(x, y, scale)) {
        bad++;
        first = first < 0 ? i : first;
      }
    }
    return new Compared(found, expected, true, bad, first, scale == 0 ? max : max / scale);
  }

  /** The largest finite magnitude. */
  static double scale(Tensor x) {
    double scale = 0;
    for (long i = 0; i < x.size(); i++) {
      double magnitude = Math.abs(x.getDouble(i));
      scale = Double.isFinite(magnitude) ? Math.max(scale, magnitude) : scale;
    }
    return scale;
  }

  boolean ok() {
    return sameShape && bad == 0;
  }

  /** Shapes, or the first bad element and how many there are. */
  String message() {
    if (!sameShape) {
      return "shape " + found.shape() + ", recorded is " + expected.shape();
    }
    return "at "
        + position(expected.shape(), first)
        + " "
        + Numbers.text(found.getDouble(first))
        + ", recorded is "
        + Numbers.text(expected.getDouble(first))
        + "; "
        + bad
        + " of "
        + expected.size()
        + " differ";
  }

  /** The index of an element along every axis. */
  static List<Long> position(Shape shape, long index) {
    List<Long> position = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      position.add(index / shape.size(axis + 1, shape.rank()) % shape.dim(axis));
    }
    return position;
  }
}
