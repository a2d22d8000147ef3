package dev.keraunos.importer.internal.builtin;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.Activations;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.function.Function;

/** Layers that compute in training alone, where they draw random numbers; else they pass. */
final class NoiseLayers {
  /** What SELU goes to on the left: AlphaDropout puts it in place of what it drops. */
  private static final double DROPPED = -1.7580993408473766;

  static final List<LayerRow> ROWS =
      List.of(
          dropout("Dropout", NoiseLayers::told),
          dropout("SpatialDropout1D", NoiseLayers::spatial),
          dropout("SpatialDropout2D", NoiseLayers::spatial),
          dropout("SpatialDropout3D", NoiseLayers::spatial),
          row("AlphaDropout", call -> alphaDropped(call, told(call))),
          row("GaussianNoise", call -> Ops.add(call.x(), noise(call, rate(call)))),
          row("GaussianDropout", NoiseLayers::multiplied));

  private NoiseLayers() {}

  private interface Noise {
    Value of(RowCall call);
  }

  /** Keras 2 hands a copy on where it drops nothing. */
  private static LayerRow dropout(String name, Function<RowCall, Shape> noise) {
    return row(
        name,
        call -> dropped(call, noise.apply(call)),
        call ->
            call.dialect().has(Quirk.HAS_OPS)
                ? call.x()
                : Activations.copied(call.x(), call.dialect()));
  }

  private static LayerRow row(String name, Noise noise) {
    return row(name, noise, RowCall::x);
  }

  private static LayerRow row(String name, Noise noise, Noise none) {
    return LayerRow.passes(
            call -> call.training() && rate(call) > 0 ? noise.of(call) : none.of(call), name)
        .ignores("rate", "p", "stddev", "sigma", "noise_shape", "data_format", "dim_ordering");
  }

  private static double rate(RowCall call) {
    return call.config().get("rate", "p", "stddev", "sigma").number(0);
  }

  /** {@code noise_shape}, in which None stands for what the input has. */
  private static Shape told(RowCall call) {
    Setting shape = call.config().get("noise_shape");
    Shape x = call.x().shape();
    if (shape.isNull()) {
      return x;
    }
    Shape told = shape.shape();
    for (int i = 0; i < told.rank(); i++) {
      told = told.isKnown(i) ? told : told.with(i, x.dim(i));
    }
    return told;
  }

  /** One number for each sample and channel. */
  private static Shape spatial(RowCall call) {
    Shape x = call.x().shape();
    String format = call.config().get("data_format", "dim_ordering").text("channels_last");
    int channels = format.equals("channels_first") || format.equals("th") ? 1 : x.rank() - 1;
    Shape noise = x;
    for (int i = 1; i < x.rank(); i++) {
      noise = i == channels ? noise : noise.with(i, 1);
    }
    return noise;
  }

  /** {@code tf.nn.dropout}: what is kept is scaled by 1 / (1 - rate). */
  private static Value dropped(RowCall call, Shape noise) {
    Value x = call.x();
    double rate = rate(call);
    Value scaled = Ops.multiply(x, rate < 1 ? 1 / (1 - rate) : 0);
    return Ops.where(Ops.greaterEqual(call.site().draw(call, noise, false), rate), scaled, 0);
  }

  private static Value alphaDropped(RowCall call, Shape noise) {
    double rate = rate(call);
    double a = 1 / Math.sqrt((1 - rate) * (1 + rate * DROPPED * DROPPED));
    Value kept = Ops.greaterEqual(call.site().draw(call, noise, false), rate);
    return Ops.add(Ops.multiply(Ops.where(kept, call.x(), DROPPED), a), -a * DROPPED * rate);
  }

  private static Value noise(RowCall call, double stddev) {
    Value x = call.x();
    return Ops.multiply(Ops.cast(call.site().draw(call, x.shape(), true), x.dtype()), stddev);
  }

  private static Value multiplied(RowCall call) {
    double rate = rate(call);
    return Ops.multiply(call.x(), Ops.add(noise(call, Math.sqrt(rate / (1 - rate))), 1));
  }
}
