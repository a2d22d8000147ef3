package dev.keraunos.importer.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import java.util.function.UnaryOperator;

/**
 * The layout that spatial layers are lowered in. A layer declared channels first is lowered between
 * two transposes.
 */
final class ChannelsLast {
  private ChannelsLast() {}

  /** True if {@code data_format} (Keras 1: {@code dim_ordering}) puts channels before space. */
  static boolean isFirst(LayerCall call) {
    String format =
        call.config()
            .get("data_format", "dim_ordering")
            .oneOf("default", "channels_last", "channels_first", "tf", "th", "default");
    return format.equals("channels_first") || format.equals("th");
  }

  /** A function from (batch, spatial..., channels) to the same, applied to the layer's layout. */
  static Value apply(LayerCall call, Value x, UnaryOperator<Value> lowering) {
    return isFirst(call)
        ? Ops.moveaxis(lowering.apply(Ops.moveaxis(x, 1, -1)), -1, 1)
        : lowering.apply(x);
  }
}
