package dev.keraunos.importer.internal.table;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The layout that spatial layers are lowered in. A layer declared channels first is lowered between
 * two transposes.
 */
public final class ChannelsLast {
  private ChannelsLast() {}

  /** True if {@code data_format} (Keras 1: {@code dim_ordering}) puts channels before space. */
  public static boolean isFirst(RowCall call) {
    Setting format = call.config().get("data_format", "dim_ordering");
    if (format.isMissing() && call.row().isLayoutUnsaved()) {
      return call.site().channelsFirst();
    }
    return isFirst(format);
  }

  /** True if all layers of a Keras 1 model that save their layout say that channels come first. */
  public static boolean isFirst(ModelTopology topology) {
    List<Setting> formats =
        layers(topology)
            .filter(layer -> layer.dialect().has(Quirk.SAVES_DIM_ORDERING))
            .map(layer -> layer.config().get("dim_ordering"))
            .filter(format -> !format.isMissing())
            .toList();
    return !formats.isEmpty() && formats.stream().allMatch(ChannelsLast::isFirst);
  }

  private static Stream<LayerSpec> layers(ModelTopology topology) {
    return topology.layersByName().values().stream()
        .flatMap(layer -> layer.model().map(ChannelsLast::layers).orElse(Stream.of(layer)));
  }

  private static boolean isFirst(Setting format) {
    String name = format.oneOf("default", "channels_last", "channels_first", "tf", "th", "default");
    return name.equals("channels_first") || name.equals("th");
  }

  /** A function from (batch, spatial..., channels) to the same, applied to the layer's layout. */
  public static Value apply(RowCall call, Value x, UnaryOperator<Value> lowering) {
    return isFirst(call) ? Ops.channelsFirst(x, lowering) : lowering.apply(x);
  }
}
