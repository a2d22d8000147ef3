package dev.keraunos.importer.internal.quantization;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.SavedObject;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.keras.internal.config.Quantization.Mode;
import dev.keraunos.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How a layer quantizes what it multiplies: {@code AbsMaxQuantizer} of Keras 3
 * (quantizers/quantizers.py).
 *
 * @param least of the quantized numbers
 * @param most of them
 * @param epsilon added to the largest size, so that zeros have a scale too
 * @param type of the quantized numbers
 * @param byIntegers whether the scale of integers is one
 * @param axes over which a quantizer that is not told takes the largest size
 */
record ActivationQuantizer(
    double least, double most, double epsilon, DType type, boolean byIntegers, List<Integer> axes) {
  private static final double EPSILON = 1e-7;
  private static final double INT8 = 127;

  /**
   * Numbers in steps.
   *
   * @param value the count of steps
   * @param scale how many steps 1 has, the reduced axes kept
   */
  record Scaled(Value value, Value scale) {}

  /** What the layer's config says; empty if only weights are quantized. */
  static Optional<ActivationQuantizer> of(RowCall call, Mode mode) {
    Setting config = call.config().get("quantization_config");
    if (config.isNull()) {
      boolean quantizes = mode == Mode.INT8 || call.dialect().has(Quirk.INT4_HAS_NO_BLOCKS);
      return quantizes ? Optional.of(usual(call)) : Optional.empty();
    }
    Setting quantizer = config.savedObject().config().get("activation_quantizer");
    return quantizer.isNull() ? Optional.empty() : Optional.of(of(call, quantizer.savedObject()));
  }

  /** The same of a layer that quantizes unless a config says otherwise. */
  static Optional<ActivationQuantizer> ofReverse(RowCall call, Mode mode) {
    boolean unsaid = call.config().get("quantization_config").isNull();
    return unsaid ? Optional.of(usual(call)) : of(call, mode);
  }

  private static ActivationQuantizer usual(RowCall call) {
    return new ActivationQuantizer(-INT8, INT8, EPSILON, DType.INT8, byIntegers(call), List.of(-1));
  }

  private static boolean byIntegers(RowCall call) {
    return call.dialect().has(Quirk.QUANTIZES_INTEGERS_BY_INTEGERS);
  }

  private static ActivationQuantizer of(RowCall call, SavedObject saved) {
    if (!saved.name().equals("AbsMaxQuantizer")) {
      throw call.gap(
          "quantization_config: activation_quantizer is '"
              + saved.registeredName()
              + "'; known is AbsMaxQuantizer. Quantize the model with that one, or save it before"
              + " quantize()");
    }
    Config config = saved.config();
    Setting range = config.get("value_range");
    double[] limits = range.isNull() ? new double[] {-INT8, INT8} : range.numbers();
    if (limits.length != 2) {
      throw range.unexpected("the least and the most of the quantized numbers");
    }
    return new ActivationQuantizer(
        limits[0],
        limits[1],
        config.get("epsilon").number(EPSILON),
        DType.of(config.get("output_dtype").oneOf("int8", "int8", "int16", "int32", "uint8")),
        byIntegers(call),
        Arrays.stream(config.get("axis").integersOr(-1)).boxed().toList());
  }

  /** Quantizes over axes of the quantizer's own. */
  Scaled apply(Value x) {
    return apply(x, axes.stream().mapToInt(axis -> axis).toArray());
  }

  /** {@code abs_max_quantize}: x in as many steps as fit its largest size along axes. */
  Scaled apply(Value x, int... along) {
    Value largest = Ops.reduce(ReduceKind.MAX, Ops.abs(x), true, along);
    Value exact = Ops.divide(most, Ops.add(largest, epsilon));
    Value scale = byIntegers ? Ops.cast(exact, x.dtype()) : exact;
    Value scaled = Ops.multiply(x, scale);
    Value steps = Ops.clip(Ops.round(scaled), least(scaled.dtype()), most);
    return new Scaled(Ops.cast(steps, type), scale);
  }

  /** Keras turns the limits into the type of what it limits, where those below 0 are large. */
  private double least(DType given) {
    return given.isUnsigned() && least < 0 ? least + Math.scalb(1.0, 8 * given.bytes()) : least;
  }
}
