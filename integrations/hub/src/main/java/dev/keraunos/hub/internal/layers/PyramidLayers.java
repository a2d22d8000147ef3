package dev.keraunos.hub.internal.layers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.keras.config.Config;
import java.util.ArrayList;
import java.util.List;

/** DeepLabV3's view of an image at several distances. */
final class PyramidLayers {
  static final List<LayerRow> ROWS =
      List.of(Block.row("SpatialPyramidPooling", PyramidLayers::parts, PyramidLayers::lower));

  private PyramidLayers() {}

  private static ObjectNode entry(String className, String name, Object... settings) {
    return Functional.entry(className, name, Functional.noType(), settings);
  }

  private static ObjectNode conv(Config config, String name, int size, int dilation) {
    return entry(
        "Conv2D",
        name,
        "filters",
        config.get("num_channels").integer(256),
        "kernel_size",
        List.of(size, size),
        "padding",
        size == 1 ? "valid" : "same",
        "dilation_rate",
        List.of(dilation, dilation),
        "use_bias",
        false);
  }

  private static void add(Parts parts, String attribute, ObjectNode... first) {
    List<ObjectNode> all = new ArrayList<>(List.of(first));
    all.add(entry("BatchNormalization", "bn", "axis", -1));
    String activation = parts.config().get("activation").text("relu");
    all.add(entry("Activation", "activation", "activation", activation));
    parts.add(attribute, Functional.sequence(attribute, all.toArray(new ObjectNode[0])));
  }

  private static void parts(Parts parts) {
    Config config = parts.config();
    int[] dilations = config.get("dilation_rates").integers();
    add(parts, channel(0), conv(config, "conv", 1, 1));
    for (int i = 0; i < dilations.length; i++) {
      add(parts, channel(i + 1), conv(config, "conv", 3, dilations[i]));
    }
    ObjectNode pool = entry("GlobalAveragePooling2D", "pool", "keepdims", true);
    add(parts, channel(dilations.length + 1), pool, conv(config, "conv", 1, 1));
    add(parts, "projection", conv(config, "conv", 1, 1));
  }

  private static String channel(int i) {
    return "aspp_parallel_channels[" + i + "]";
  }

  private static Value lower(Block block) {
    Value x = block.x();
    int count = block.config().get("dilation_rates").integers().length + 2;
    List<Value> seen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      seen.add(Ops.cast(block.apply(channel(i), x), x.dtype()));
    }
    List<Integer> size =
        List.of(Math.toIntExact(block.call().dim(x, 1)), Math.toIntExact(block.call().dim(x, 2)));
    Value whole = seen.get(count - 1);
    seen.set(count - 1, Ops.resize(whole, size, Interpolation.BILINEAR, false, false));
    return block.apply("projection", Ops.concatenate(seen, -1));
  }
}
