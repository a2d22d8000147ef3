package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** Vision transformers: patches of an image as a sequence. */
final class VisionLayers {
  static final List<LayerRow> ROWS =
      List.of(
          Block.row("ViTPatchingAndEmbedding", VisionLayers::patches, VisionLayers::patches)
              .weight("class_token", true, config -> config.get("use_class_token").bool(true)),
          Block.row("ViTEncoder", VisionLayers::encoder, VisionLayers::encoder)
              .draws("dropout_rate", "attention_dropout"),
          Block.row("ViTEncoderBlock", VisionLayers::block, VisionLayers::block)
              .draws("dropout_rate", "attention_dropout"));

  private VisionLayers() {}

  /** The convolution that makes a vector of each patch. */
  static void patch(Parts parts, String attribute, int filters, int[] size, boolean biased) {
    parts.add(
        attribute,
        "Conv2D",
        "filters",
        filters,
        "kernel_size",
        size,
        "strides",
        size,
        "padding",
        "valid",
        "use_bias",
        biased,
        "data_format",
        parts.config().get("data_format").text("channels_last"));
  }

  /** What {@link #patch} makes of an image, as (batch, patches, features). */
  static Value patched(Block block, String attribute, Value image) {
    Value y = block.apply(attribute, image);
    boolean first =
        block.config().get("data_format").text("channels_last").equals("channels_first");
    Value last = first ? Ops.transpose(y, 0, 2, 3, 1) : y;
    long count = block.call().dim(last, 1) * block.call().dim(last, 2);
    return Ops.reshape(last, -1, count, block.call().dim(last, 3));
  }

  private static void patches(Parts parts) {
    Config config = parts.config();
    int width = config.get("hidden_dim").integer();
    patch(
        parts,
        "patch_embedding",
        width,
        config.get("patch_size").integers(2),
        config.get("use_patch_bias").bool(true));
    parts.add(
        "position_embedding", "Embedding", "input_dim", positions(config), "output_dim", width);
  }

  private static int positions(Config config) {
    int[] image = config.get("image_size").integers(2);
    int[] patch = config.get("patch_size").integers(2);
    int patches = (image[0] / patch[0]) * (image[1] / patch[1]);
    return config.get("use_class_token").bool(true) ? patches + 1 : patches;
  }

  private static Value patches(Block block) {
    Config config = block.config();
    config.ignore("num_channels");
    Value x = patched(block, "patch_embedding", block.x());
    if (config.get("use_class_token").bool(true)) {
      Value token = block.weight("class_token", 1, 1, block.integer("hidden_dim"));
      x = Ops.concatenate(List.of(block.perSample(token, x), x), 1);
    }
    return Ops.add(x, table(block, "position_embedding", positions(config)));
  }

  /** All rows of an Embedding inside, (1, rows, features). */
  static Value table(Block block, String attribute, int rows) {
    int[] places = new int[rows];
    for (int i = 0; i < rows; i++) {
      places[i] = i;
    }
    return block.apply(attribute, block.call().constant(Tensor.of(places, 1, rows)));
  }

  private static void encoder(Parts parts) {
    int layers = parts.config().get("num_layers").integer();
    for (int i = 0; i < layers; i++) {
      parts.add(
          "encoder_layers[" + i + "]",
          ">ViTEncoderBlock",
          "num_heads",
          parts.config().get("num_heads").integer(),
          "hidden_dim",
          parts.config().get("hidden_dim").integer(),
          "mlp_dim",
          parts.config().get("mlp_dim").integer(),
          "use_mha_bias",
          parts.config().get("use_mha_bias").bool(true),
          "use_mlp_bias",
          parts.config().get("use_mlp_bias").bool(true),
          "attention_dropout",
          parts.config().get("attention_dropout").number(0),
          "layer_norm_epsilon",
          parts.config().get("layer_norm_epsilon").number(1e-6));
    }
    parts.norm("layer_norm", parts.config().get("layer_norm_epsilon").number(1e-6));
  }

  private static Value encoder(Block block) {
    Value x = block.x();
    for (int i = 0; i < block.integer("num_layers"); i++) {
      x = block.apply("encoder_layers[" + i + "]", x);
    }
    return block.apply("layer_norm", x);
  }

  private static void block(Parts parts) {
    Config config = parts.config();
    double epsilon = config.get("layer_norm_epsilon").number(1e-6);
    int width = config.get("hidden_dim").integer();
    int heads = config.get("num_heads").count(1, 1);
    boolean biased = config.get("use_mlp_bias").bool(true);
    parts
        .norm("layer_norm_1", epsilon)
        .norm("layer_norm_2", epsilon)
        .add(
            "mha",
            "MultiHeadAttention",
            "num_heads",
            heads,
            "key_dim",
            width / heads,
            "use_bias",
            config.get("use_mha_bias").bool(true),
            "dropout",
            config.get("attention_dropout").number(0))
        .dense(
            "mlp.dense_1",
            config.get("mlp_dim").integer(),
            "use_bias",
            biased,
            "activation",
            "gelu")
        .dense("mlp.dense_2", width, "use_bias", biased);
  }

  private static Value block(Block block) {
    Value x = block.x();
    Value normed = block.apply("layer_norm_1", x);
    Value y = Ops.add(block.attend("mha", normed, normed, null), x);
    Value inner = block.apply("mlp.dense_1", block.apply("layer_norm_2", y));
    return Ops.add(y, block.apply("mlp.dense_2", inner));
  }

  /** A part of an axis. */
  static Value part(Value x, int axis, long start, Long stop) {
    return Ops.sliceAxis(x, axis, new Range(start, stop, 1));
  }
}
