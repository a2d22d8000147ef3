package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** DINOv3: patches at rotary positions in two dimensions. */
final class Dino3Layers {
  static final List<LayerRow> ROWS =
      List.of(
          Block.row("DINOV3Embedding", Dino3Layers::embedding, Dino3Layers::embedding)
              .weights("cls_token")
              .weight("mask_token", true, config -> config.get("use_mask_token").bool(true))
              .weight(
                  "register_tokens",
                  true,
                  config -> config.get("num_register_tokens").integer(0) > 0),
          Block.row("DINOV3Encoder", Dino3Layers::encoder, Dino3Layers::encoder),
          Block.row("DINOV3Layer", Dino3Layers::layer, Dino3Layers::layer));

  private Dino3Layers() {}

  private static void embedding(Parts parts) {
    int size = parts.config().get("patch_size").integer();
    int width = parts.config().get("hidden_dim").integer();
    VisionLayers.patch(parts, "patch_embeddings.projection", width, new int[] {size, size}, true);
  }

  private static Value embedding(Block block) {
    block.config().ignore("use_mask_token");
    Value x = VisionLayers.patched(block, "patch_embeddings.projection", block.x());
    long width = block.integer("hidden_dim");
    Value first = block.perSample(block.weight("cls_token", 1, 1, width), x);
    int registers = block.config().get("num_register_tokens").integer(0);
    if (registers == 0) {
      return Ops.concatenate(List.of(first, x), 1);
    }
    Value own = block.perSample(block.weight("register_tokens", 1, registers, width), x);
    return Ops.concatenate(List.of(first, own, x), 1);
  }

  private static void encoder(Parts parts) {
    for (int i = 0; i < parts.config().get("num_layers").integer(); i++) {
      parts.add("layers[" + i + "]", ">DINOV3Layer", "of", parts.settings());
    }
  }

  private static Value encoder(Block block) {
    for (String key : block.config().unread()) {
      block.config().ignore(key);
    }
    Value x = block.x();
    for (int i = 0; i < block.integer("num_layers"); i++) {
      x = block.apply("layers[" + i + "]", x);
    }
    return x;
  }

  /** The config of the encoder around. */
  private static Config around(Config config) {
    return config.get("of").config();
  }

  private static void layer(Parts parts) {
    Config config = around(parts.config());
    int width = config.get("hidden_dim").integer();
    int inner = config.get("intermediate_dim").integer();
    double epsilon = config.get("layer_norm_eps").number(1e-5);
    boolean biased = config.get("use_mlp_bias").bool(true);
    for (String name : List.of("query", "key", "value")) {
      boolean own = config.get("use_" + name + "_bias").bool(true);
      parts.dense("attention." + name + "_dense", width, "use_bias", own);
    }
    boolean projected = config.get("use_proj_bias").bool(true);
    parts.dense("attention.output_dense", width, "use_bias", projected);
    parts
        .norm("norm1", epsilon)
        .norm("norm2", epsilon)
        .add("layer_scale1", ">DINOV2LayerScale")
        .add("layer_scale2", ">DINOV2LayerScale");
    if (config.get("use_gated_mlp").bool(false)) {
      parts.dense("mlp.gate_proj", inner, "use_bias", biased);
    }
    parts
        .dense("mlp.up_proj", inner, "use_bias", biased)
        .dense("mlp.down_proj", width, "use_bias", biased);
  }

  private static Value layer(Block block) {
    Config config = around(block.config());
    Value x = block.x();
    Value mixed = attention(block, config, block.apply("norm1", x));
    Value y = Ops.add(block.apply("layer_scale1", mixed), x);
    Value normed = block.apply("norm2", y);
    Value up = block.apply("mlp.up_proj", normed);
    Value inner =
        config.get("use_gated_mlp").bool(false)
            ? Ops.multiply(open(block, config, block.apply("mlp.gate_proj", normed)), up)
            : open(block, config, up);
    return Ops.add(block.apply("layer_scale2", block.apply("mlp.down_proj", inner)), y);
  }

  private static Value open(Block block, Config config, Value x) {
    return block.activate(config.get("hidden_activation"), x);
  }

  private static Value attention(Block block, Config config, Value x) {
    int heads = config.get("num_heads").count(1, 1);
    int size = config.get("hidden_dim").integer() / heads;
    Value query = block.splitLast(block.apply("attention.query_dense", x), heads, size);
    Value key = block.splitLast(block.apply("attention.key_dense", x), heads, size);
    Value value = block.splitLast(block.apply("attention.value_dense", x), heads, size);
    double scale = 1 / Math.sqrt(size);
    Value mixed =
        Ops.dotProductAttention(
            turned(block, config, query),
            turned(block, config, key),
            value,
            null,
            null,
            scale,
            false);
    return block.apply("attention.output_dense", block.mergeLast(mixed, 2));
  }

  /** Heads whose patches are turned by row and column; what comes before them stays. */
  private static Value turned(Block block, Config config, Value heads) {
    long before = 1L + config.get("num_register_tokens").integer(0);
    int[] grid = config.get("grid").integers(2);
    int size = Math.toIntExact(block.call().dim(heads, 3));
    float theta = (float) config.get("rope_theta").number(100);
    float[] angles = new float[grid[0] * grid[1] * size];
    for (int i = 0; i < angles.length; i++) {
      int patch = i / size;
      int place = i % size % (size / 2);
      int row = patch / grid[1];
      int column = patch % grid[1];
      float at = place < size / 4 ? (row + 0.5f) / grid[0] : (column + 0.5f) / grid[1];
      float power = (float) Math.pow(theta, place % (size / 4) * (4.0 / size));
      angles[i] = (float) (2 * Math.PI) * (2 * at - 1) * (1 / power);
    }
    Value all = block.call().constant(Tensor.of(angles, 1, (long) grid[0] * grid[1], 1, size));
    Value rest = VisionLayers.part(heads, 1, before, null);
    Value patches = Rope.turn(block, rest, all, 1);
    return Ops.concatenate(List.of(VisionLayers.part(heads, 1, 0, before), patches), 1);
  }
}
