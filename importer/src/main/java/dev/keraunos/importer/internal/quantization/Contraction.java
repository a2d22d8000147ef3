package dev.keraunos.importer.internal.quantization;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.tensor.Shape;
import java.util.stream.IntStream;

/**
 * What the equation of a product with a kernel says of axes, one letter each: {@code
 * _analyze_einsum_string} and {@code _analyze_quantization_info} of Keras 3
 * (layers/core/einsum_dense.py).
 *
 * @param x the axes of what is multiplied
 * @param kernel those of the kernel
 * @param output those of the result
 */
record Contraction(String x, String kernel, String output) {
  private static final char FIRST_OF_ELLIPSIS = '\u2460';

  /** The axes of an equation such as {@code ...a,ab->...b} for an operand of a rank. */
  static Contraction of(String equation, int rank) {
    String[] sides = equation.replace(" ", "").split("->", -1);
    String[] operands = sides[0].split(",", -1);
    int elided = Math.max(rank - operands[0].replace("...", "").length(), 0);
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i < elided; i++) {
      labels.append((char) (FIRST_OF_ELLIPSIS + i));
    }
    String output = sides[sides.length - 1].replace("...", labels);
    return new Contraction(
        operands[0].replace("...", labels), operands[operands.length - 1], output);
  }

  String equation() {
    return x + "," + kernel + "->" + output;
  }

  /** The axes of x that are summed over. */
  int[] summed() {
    return IntStream.range(0, x.length()).filter(i -> output.indexOf(x.charAt(i)) < 0).toArray();
  }

  /** Whether the kernel is a matrix: first what is summed over, then what x does not have. */
  boolean isMatrix() {
    int rows = summed().length;
    boolean fits = rows > 0 && rows <= kernel.length();
    for (int i = 0; fits && i < kernel.length(); i++) {
      char label = kernel.charAt(i);
      fits = i < rows ? output.indexOf(label) < 0 : x.indexOf(label) < 0;
    }
    return fits;
  }

  /**
   * The shape of the kernel, 0 for what neither the input nor the config says.
   *
   * @param value what is multiplied
   * @param sizes of the last axes of the result
   */
  long[] kernelShape(RowCall call, Value value, int... sizes) {
    long[] shape = new long[kernel.length()];
    for (int i = 0; i < shape.length; i++) {
      int own = x.indexOf(kernel.charAt(i));
      int place = output.indexOf(kernel.charAt(i)) - labelled() + sizes.length;
      boolean given = place >= 0 && place < sizes.length;
      shape[i] = own >= 0 ? call.dim(value, own) : given ? sizes[place] : 0;
    }
    return shape;
  }

  /** Where the sizes that a config gives end: before an ellipsis at the end. */
  private int labelled() {
    int end = output.length();
    while (end > 0
        && kernel.indexOf(output.charAt(end - 1)) < 0
        && output.charAt(end - 1) >= FIRST_OF_ELLIPSIS) {
      end--;
    }
    return end == 0 ? output.length() : end;
  }

  /** The shape of one number for each output of the kernel, beside the result. */
  long[] scaleShape(long... kernelShape) {
    return output
        .chars()
        .map(kernel::indexOf)
        .mapToLong(axis -> axis < 0 ? 1 : kernelShape[axis])
        .toArray();
  }

  /** One number for each column of a kernel that is a matrix, beside the result. */
  Value besideResult(Value columns, long... kernelShape) {
    int rows = summed().length;
    String labels = kernel.substring(rows);
    Value split =
        Ops.reshape(columns, Shape.of(kernelShape).slice(rows, kernelShape.length).toArray());
    int[] order = output.chars().map(labels::indexOf).filter(axis -> axis >= 0).toArray();
    return Ops.reshape(Ops.transpose(split, order), scaleShape(kernelShape));
  }

  /** What was reduced along {@link #summed}, all axes kept, beside the result. */
  Value besideResult(Value reduced) {
    int[] summed = summed();
    String labels = x;
    Value scale = reduced;
    for (int i = summed.length - 1; i >= 0; i--) {
      scale = Ops.squeeze(scale, summed[i]);
      labels = labels.substring(0, summed[i]) + labels.substring(summed[i] + 1);
    }
    int[] order = output.chars().map(labels::indexOf).filter(axis -> axis >= 0).toArray();
    scale = Ops.transpose(scale, order);
    for (int i = 0; i < output.length(); i++) {
      if (labels.indexOf(output.charAt(i)) < 0) {
        scale = Ops.expandDims(scale, i);
      }
    }
    return scale;
  }
}
