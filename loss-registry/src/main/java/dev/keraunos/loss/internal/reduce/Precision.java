package dev.keraunos.loss.internal.reduce;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;

/** What half precision or an integer keeps of a number; wider ones are computed as they are. */
public enum Precision {
  FULL(DType.FLOAT64),
  FLOAT16(DType.FLOAT16),
  BFLOAT16(DType.BFLOAT16),
  WHOLE(DType.INT64);

  private final DType dtype;

  Precision(DType dtype) {
    this.dtype = dtype;
  }

  /** The {@code dtype} of a saved metric. */
  public static Precision of(JsonNode saved) {
    return switch (saved.path("config").path("dtype").asText()) {
      case "float16" -> FLOAT16;
      case "bfloat16" -> BFLOAT16;
      default -> FULL;
    };
  }

  /** Of what has a type. */
  public static Precision of(DType type) {
    return switch (type) {
      case FLOAT16 -> FLOAT16;
      case BFLOAT16 -> BFLOAT16;
      default -> FULL;
    };
  }

  /** Of a loss whose scores have that type. */
  public static Precision ofLoss(DType type) {
    return type.isInteger() ? WHOLE : of(type);
  }

  /** The type in which TensorFlow's Keras shows a metric what floats. */
  private DType shown() {
    return this == FULL ? DType.FLOAT32 : dtype;
  }

  /** TensorFlow's Keras shows metrics targets and predictions in the metric's type. */
  public Value seen(Value x, Dialect dialect) {
    return x.dtype().isFloating() && dialect.has(Quirk.ROUNDS_TO_COMPUTE_TYPE)
        ? Ops.cast(x, shown())
        : x;
  }

  /** The same of predictions, whole numbers too. */
  public Value seenPrediction(Value x, Dialect dialect) {
    boolean whole = !x.dtype().isFloating() && dialect.has(Quirk.ROUNDS_TO_COMPUTE_TYPE);
    return whole ? Ops.cast(x, shown()) : seen(x, dialect);
  }

  /** As float32 what a metric with a state sees of a tensor; the caller closes what is new. */
  public Tensor seen(Tensor x, Dialect dialect) {
    boolean rounds = this != FULL && dialect.has(Quirk.ROUNDS_TO_COMPUTE_TYPE);
    if (!x.dtype().isFloating() || (!rounds && x.dtype() == DType.FLOAT32)) {
      return x;
    }
    try (Tensor half = x.cast(shown())) {
      return half.cast(DType.FLOAT32);
    }
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
