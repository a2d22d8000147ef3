package dev.keraunos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.error.InputException;
import dev.keraunos.importer.internal.diff.DiffJson;
import dev.keraunos.importer.internal.summary.Statistics;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;

/** How the predictions of one output differ, of as many samples as were added. */
final class OutputDiff {
  private static final double HALF = 0.5;

  private final String name;

  /**
   * What the output ends in, {@code softmax} or {@code sigmoid}: of others there are no classes.
   */
  private final String end;

  private long samples;
  private long size;
  private long differing;
  private double largest;
  private long sampleOfLargest;
  private double sum;
  private double scale;
  private long positions;
  private long changedClasses;

  OutputDiff(KerasModel model, String name) {
    this.name = name;
    this.end = model.imported().lowered().activation(name).orElse("");
  }

  String name() {
    return name;
  }

  /**
   * Adds the predictions of further samples.
   *
   * @throws InputException if they have other shapes, or are texts
   */
  void add(Tensor a, Tensor b) {
    if (!a.shape().equals(b.shape()) || a.dtype() == DType.STRING || b.dtype() == DType.STRING) {
      throw new InputException(
          String.format(
              "output '%s' is %s %s in the first model and %s %s in the second; allowed: numbers of"
                  + " one shape. Compare the files without data",
              name, a.dtype(), a.shape(), b.dtype(), b.shape()));
    }
    Shape shape = a.shape();
    long each = shape.rank() == 0 || shape.dim(0) == 0 ? 1 : a.size() / shape.dim(0);
    for (long i = 0; i < a.size(); i++) {
      double x = a.getDouble(i);
      double y = b.getDouble(i);
      scale = Double.isFinite(x) ? Math.max(scale, Math.abs(x)) : scale;
      if (x != y && !(Double.isNaN(x) && Double.isNaN(y))) {
        double difference = Math.abs(x - y);
        differing++;
        sum += difference;
        if (!Double.isNaN(largest) && !(difference <= largest)) {
          largest = Double.isFinite(difference) ? difference : Double.NaN;
          sampleOfLargest = samples + i / each;
        }
      }
    }
    size += a.size();
    samples += shape.rank() == 0 ? 1 : shape.dim(0);
    classes(a, b);
  }

  private void classes(Tensor a, Tensor b) {
    long channels = end.equals("softmax") && a.shape().rank() > 0 ? a.shape().dim(-1) : 1;
    if (end.isEmpty() || channels == 0) {
      return;
    }
    for (long i = 0; i < a.size(); i += channels) {
      positions++;
      changedClasses += decided(a, i, channels) == decided(b, i, channels) ? 0 : 1;
    }
  }

  private static long decided(Tensor tensor, long from, long channels) {
    if (channels == 1) {
      return tensor.getDouble(from) > HALF ? 1 : 0;
    }
    long best = 0;
    for (long c = 1; c < channels; c++) {
      best = tensor.getDouble(from + c) > tensor.getDouble(from + best) ? c : best;
    }
    return best;
  }

  boolean isEmpty() {
    return differing == 0;
  }

  String text() {
    if (isEmpty()) {
      return name + ": the same predictions";
    }
    String relative =
        scale > 0 ? " (" + Statistics.digits(largest / scale) + " of the largest)" : "";
    String classes =
        end.isEmpty() ? "" : "; " + changedClasses + " of " + positions + " classes change";
    return name
        + ": at most by "
        + Statistics.digits(largest)
        + relative
        + " in sample "
        + sampleOfLargest
        + ", on average by "
        + Statistics.digits(sum / size)
        + classes;
  }

  void json(ObjectNode json) {
    json.put("output", name).put("changed", differing).put("size", size);
    json.put("largest", DiffJson.finite(largest)).put("sample", sampleOfLargest);
    json.put("mean", DiffJson.finite(size == 0 ? 0 : sum / size));
    json.put("relative", DiffJson.finite(largest / scale));
    json.put("classes_changed", end.isEmpty() ? null : Long.valueOf(changedClasses));
    json.put("classes", end.isEmpty() ? null : Long.valueOf(positions));
  }
}
