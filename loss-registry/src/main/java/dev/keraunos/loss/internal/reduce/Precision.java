package dev.keraunos.loss.internal.reduce;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;

/** What a metric of half precision keeps of a number; wider ones are computed as they are. */
public enum Precision {
  FULL(DType.FLOAT64),
  FLOAT16(DType.FLOAT16),
  BFLOAT16(DType.BFLOAT16);

  private final DType dtype;

  Precision(DType dtype) {
    this.dtype = dtype;
  }

  /** The {@code dtype} of a saved metric. */
  public static Precision of(JsonNode saved) {
    switch (saved.path("config").path("dtype").asText()) {
      case "float16":
        return FLOAT16;
      case "bfloat16":
        return BFLOAT16;
      default:
        return FULL;
    }
  }

  /** TensorFlow's Keras shows metrics targets and predictions in their own type. */
  public Value seen(Value x, Dialect dialect) {
    return rounds(x.dtype(), dialect) ? Ops.cast(Ops.cast(x, dtype), x.dtype()) : x;
  }

  /** The same of a tensor; the caller closes what is another one. */
  public Tensor seen(Tensor x, Dialect dialect) {
    if (!rounds(x.dtype(), dialect)) {
      return x;
    }
    try (Tensor half = x.cast(dtype)) {
      return half.cast(x.dtype());
    }
  }

  private boolean rounds(DType type, Dialect dialect) {
    return this != FULL && dialect.has(Quirk.ROUNDS_TO_COMPUTE_TYPE) && type.isFloating();
  }

  public double round(double value) {
    return this == FULL ? value : round(Grid.scalar(value)).at(0);
  }

  public Grid round(Grid values) {
    if (this == FULL) {
      return values;
    }
    try (Tensor wide = values.toTensor(DType.FLOAT32);
        Tensor half = wide.cast(dtype)) {
      return Grid.of(half);
    }
  }
}
