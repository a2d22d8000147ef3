package dev.keraunos;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What Keras does to arrays before a model, a loss or a metric sees them. */
final class DataAdapter {
  private final boolean rounds;

  DataAdapter(Dialect dialect, DType floatx) {
    rounds = dialect.has(Quirk.ROUNDS_DATA_TO_FLOATX) && floatx == DType.FLOAT32;
  }

  /** In the type that Keras hands on: the array itself, or a new one that the caller closes. */
  Tensor adapt(Tensor data) {
    return rounds && data.dtype() == DType.FLOAT64 ? data.cast(DType.FLOAT32) : data;
  }

  /**
   * In the type and the rank of an input: the array itself, a view of it, or a new one that the
   * caller closes.
   */
  Tensor adapt(Tensor data, Value input) {
    boolean text = input.dtype() == DType.STRING;
    if (text != (data.dtype() == DType.STRING)) {
      throw new InputException(
          "input '"
              + name(input)
              + "' takes "
              + (text ? "texts" : "numbers")
              + ", given is "
              + TensorType.of(data)
              + (text ? "; give a tensor of strings: Tensor.of(new String[] {...})" : ""));
    }
    Tensor ranked = ranked(data, input.shape());
    Tensor adapted = adapt(ranked);
    if (adapted.dtype() == input.dtype()) {
      return adapted;
    }
    Tensor cast = adapted.cast(input.dtype());
    if (adapted != ranked) {
      adapted.close();
    }
    return cast;
  }

  /** The same of all inputs, in their order. */
  List<Tensor> adapt(List<Tensor> data, ModelInputs inputs) {
    List<Tensor> adapted = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      adapted.add(adapt(data.get(i), inputs.value(i)));
    }
    return adapted;
  }

  /** The name of an input. */
  static String name(Value input) {
    return ((Op.Input) input.producer().op()).name();
  }

  /** A last axis of length 1 may be missing, or be there beside what the input has. */
  private static Tensor ranked(Tensor data, Shape wanted) {
    Shape given = data.shape();
    int rank = given.rank();
    if (rank > 0 && rank == wanted.rank() - 1 && wanted.dim(rank) == 1) {
      return data.reshape(given.insert(rank, 1));
    }
    if (rank > 1 && rank == wanted.rank() + 1 && given.dim(rank - 1) == 1) {
      return data.reshape(given.without(-1));
    }
    return data;
  }
}
