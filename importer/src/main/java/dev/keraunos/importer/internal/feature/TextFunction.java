package dev.keraunos.importer.internal.feature;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** Functions of the elements of one tensor, of which one side are texts. */
final class TextFunction {
  /** A number of a text. */
  interface ToNumber {
    long of(String text);
  }

  /** A text of a number. */
  interface ToText {
    String of(long number);
  }

  /** A text of a text. */
  interface Change {
    String of(String text);
  }

  /** Computes an element. */
  private interface Each {
    void set(Tensor x, Tensor y, long index);
  }

  private TextFunction() {}

  /** Texts to int64. */
  static Op.Call.Function numbers(ToNumber function) {
    return new Elements(DType.INT64, (x, y, i) -> y.setLong(i, function.of(x.getString(i))));
  }

  /** Whole numbers to texts. */
  static Op.Call.Function texts(ToText function) {
    return new Elements(DType.STRING, (x, y, i) -> y.setString(i, function.of(x.getLong(i))));
  }

  /** Texts to texts. */
  static Op.Call.Function changes(Change function) {
    return new Elements(DType.STRING, (x, y, i) -> y.setString(i, function.of(x.getString(i))));
  }

  private record Elements(DType dtype, Each each) implements Op.Call.Function {
    @Override
    public TensorType type(List<TensorType> in) {
      return new TensorType(dtype, in.get(0).shape());
    }

    @Override
    public int alignedAxes() {
      return Integer.MAX_VALUE;
    }

    @Override
    public Tensor apply(List<Tensor> in) {
      Tensor y = Tensor.allocate(dtype, in.get(0).shape());
      for (long i = 0; i < y.size(); i++) {
        each.set(in.get(0), y, i);
      }
      return y;
    }
  }
}
