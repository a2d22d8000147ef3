package dev.keraunos;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;

/** What Keras does to arrays before a model, a loss or a metric sees them. */
final class DataAdapter {
  private final boolean rounds;

  DataAdapter(KerasModel model) {
    rounds =
        model.dialect().has(Quirk.ROUNDS_DATA_TO_FLOATX)
            && model.imported().topology().floatx() == DType.FLOAT32;
  }

  /** In the type that Keras hands on; the array itself if that is its own. */
  Tensor adapt(Tensor data) {
    return rounds && data.dtype() == DType.FLOAT64 ? data.cast(DType.FLOAT32) : data;
  }

  /**
   * In the type and the rank of an input: a last axis of length 1 may be missing, or be there
   * beside what the input has.
   */
  Tensor adapt(Tensor data, Value input) {
    Tensor adapted = adapt(data);
    Tensor cast = adapted.dtype() == input.dtype() ? adapted : adapted.cast(input.dtype());
    if (adapted != data && adapted != cast) {
      adapted.close();
    }
    Shape given = cast.shape();
    Shape wanted = input.shape();
    int rank = given.rank();
    if (rank > 0 && rank == wanted.rank() - 1 && wanted.dim(rank) == 1) {
      return cast.reshape(given.concat(Shape.of(1)).toArray());
    }
    if (rank > 1 && rank == wanted.rank() + 1 && given.dim(rank - 1) == 1) {
      return cast.reshape(given.slice(0, rank - 1).toArray());
    }
    return cast;
  }
}
