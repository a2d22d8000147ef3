package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** DeiT, DINOv2 and MiT (SegFormer's encoder). */
final class DinoLayers {
  private static final double EPSILON = 1e-6;

  static final List<LayerRow> ROWS =
      List.of(
          Block.row("DeiTEmbeddings", DinoLayers::deit, DinoLayers::deit)
              .weights("class_token", "distillation_token", "position_embedding"),
          Block.row("DeiTEncoder", DinoLayers::deitEncoder, DinoLayers::deitEncoder)
              .draws("attention_dropout"),
          Block.row("DeiTEncoderBlock", DinoLayers::deitBlock, DinoLayers::deitBlock)
              .draws("attention_dropout"),
          Block.row("DINOV2Embedding", DinoLayers::dino, DinoLayers::dino)
              .weights("cls_token")
              .weight("mask_token", true, config -> config.get("use_mask_token").bool(true))
              .weight(
                  "register_tokens",
                  true,
                  config -> config.get("num_register_tokens").integer(0) > 0)
              .weights("interpolated_position_embeddings")
              .weight("position_embeddings", false, config -> true),
          Block.row("DINOV2Encoder", DinoLayers::dinoEncoder, DinoLayers::dinoEncoder),
          Block.row("DINOV2Layer", DinoLayers::dinoLayer, DinoLayers::dinoLayer),
          Block.row("DINOV2LayerScale", parts -> {}, DinoLayers::scale).weights("lambda1"),
          Block.row(
              "OverlappingPatchingAndEmbedding", DinoLayers::overlapping, DinoLayers::overlapping),
          Block.row(
              "HierarchicalTransformerEncoder",
              DinoLayers::hierarchical,
              DinoLayers::hierarchical));

  private DinoLayers() {}

  // ---- DeiT

  private static void deit(Parts parts) {
    Config config = parts.config();
    int width = config.get("hidden_dim").integer();
    VisionLayers.patch(parts, "patch_embedding", width, config.get("patch_size").integers(2), true);
  }

  private static Value deit(Block block) {
    Value x = VisionLayers.patched(block, "patch_embedding", block.x());
    long width = block.integer("hidden_dim");
    Value first = block.perSample(block.weight("class_token", 1, 1, width), x);
    Value second = block.perSample(block.weight("distillation_token", 1, 1, width), x);
    Value all = Ops.concatenate(List.of(first, second, x), 1);
    return Ops.add(all, block.weight("position_embedding", 1, all.shape().dim(1), width));
  }

  private static void deitEncoder(Parts parts) {
    Config config = parts.config();
    double epsilon = config.get("layer_norm_epsilon").number(EPSILON);
    for (int i = 0; i < config.get("num_layers").integer(); i++) {
      parts.add(
          "encoder_layers[" + i + "]",
          ">DeiTEncoderBlock",
          "num_heads",
          config.get("num_heads").integer(),
          "hidden_dim",
          config.get("hidden_dim").integer(),
          "intermediate_dim",
          config.get("intermediate_dim").integer(),
          "use_mha_bias",
          config.get("use_mha_bias").bool(true),
          "attention_dropout",
          config.get("attention_dropout").number(0),
          "layer_norm_epsilon",
          epsilon);
    }
    parts.norm("layer_norm", epsilon);
  }

  private static Value deitEncoder(Block block) {
    Value x = block.x();
    for (int i = 0; i < block.integer("num_layers"); i++) {
      x = block.apply("encoder_layers[" + i + "]", x);
    }
    return block.apply("layer_norm", x);
  }

  private static void heads(Parts parts, String attribute, boolean biased, double dropout) {
    int heads = parts.config().get("num_heads").count(1, 1);
    parts.add(
        attribute,
        "MultiHeadAttention",
        "num_heads",
        heads,
        "key_dim",
        parts.config().get("hidden_dim").integer() / heads,
        "use_bias",
        biased,
        "dropout",
        dropout);
  }

  private static void deitBlock(Parts parts) {
    Config config = parts.config();
    double epsilon = config.get("layer_norm_epsilon").number(EPSILON);
    double dropout = config.get("attention_dropout").number(0);
    heads(parts, "mha", config.get("use_mha_bias").bool(true), dropout);
    parts
        .norm("layer_norm_1", epsilon)
        .norm("layer_norm_2", epsilon)
        .dense("mlp.dense", config.get("intermediate_dim").integer(), "activation", "gelu")
        .dense("output_layer.dense", config.get("hidden_dim").integer());
  }

  private static Value deitBlock(Block block) {
    Value x = block.x();
    Value normed = block.apply("layer_norm_1", x);
    Value y = Ops.add(block.attend("mha", normed, normed, null), x);
    Value inner = block.apply("mlp.dense", block.apply("layer_norm_2", y));
    return Ops.add(block.apply("output_layer.dense", inner), y);
  }

  // ---- DINOv2

  private static void dino(Parts parts) {
    int size = parts.config().get("patch_size").integer();
    int width = parts.config().get("hidden_dim").integer();
    VisionLayers.patch(parts, "patch_embeddings.projection", width, new int[] {size, size}, true);
  }

  private static Value dino(Block block) {
    block.config().ignore("use_mask_token");
    Value x = VisionLayers.patched(block, "patch_embeddings.projection", block.x());
    long width = block.integer("hidden_dim");
    Value first = block.perSample(block.weight("cls_token", 1, 1, width), x);
    Value all = Ops.add(Ops.concatenate(List.of(first, x), 1), positions(block, width));
    int registers = block.config().get("num_register_tokens").integer(0);
    if (registers == 0) {
      return all;
    }
    Value own = block.perSample(block.weight("register_tokens", 1, registers, width), x);
    return Ops.concatenate(
        List.of(VisionLayers.part(all, 1, 0, 1L), own, VisionLayers.part(all, 1, 1, null)), 1);
  }

  /** The vectors of positions, resized from the grid they were trained on. */
  private static Value positions(Block block, long width) {
    Config config = block.config();
    int[] image = config.get("image_shape").integers(2);
    int[] trained = config.get("position_embedding_shape").integers(2);
    int patch = block.integer("patch_size");
    Value stored = block.weight("position_embeddings", 1, -1, width);
    boolean antialias = config.get("antialias_in_interpolation").bool(false);
    if (image[0] == trained[0] && image[1] == trained[1]) {
      return stored;
    }
    int side = (int) Math.sqrt(stored.shape().dim(1) - 1);
    Value grid = Ops.reshape(VisionLayers.part(stored, 1, 1, null), 1, side, side, width);
    List<Integer> size = List.of(image[0] / patch, image[1] / patch);
    Value resized =
        Ops.resize(Ops.cast(grid, DType.FLOAT32), size, Interpolation.BICUBIC, antialias, false);
    Value rest = Ops.reshape(Ops.cast(resized, stored.dtype()), 1, -1, width);
    return Ops.concatenate(List.of(VisionLayers.part(stored, 1, 0, 1L), rest), 1);
  }

  private static void dinoEncoder(Parts parts) {
    Config config = parts.config();
    List<Object> settings = new ArrayList<>();
    for (String key : List.of("hidden_dim", "num_heads", "intermediate_dim")) {
      settings.addAll(List.of(key, config.get(key).integer()));
    }
    settings.addAll(List.of("use_swiglu_ffn", config.get("use_swiglu_ffn").bool(false)));
    settings.addAll(List.of("dropout_rate", config.get("dropout_rate").number(0)));
    for (int i = 0; i < config.get("num_layers").integer(); i++) {
      parts.add("layers[" + i + "]", ">DINOV2Layer", settings.toArray());
    }
  }

  private static Value dinoEncoder(Block block) {
    Value x = block.x();
    for (int i = 0; i < block.integer("num_layers"); i++) {
      x = block.apply("layers[" + i + "]", x);
    }
    return x;
  }

  private static void dinoLayer(Parts parts) {
    Config config = parts.config();
    int width = config.get("hidden_dim").integer();
    int inner = config.get("intermediate_dim").integer();
    heads(parts, "attention.attention", true, config.get("dropout_rate").number(0));
    parts
        .norm("norm1", EPSILON)
        .norm("norm2", EPSILON)
        .add("layer_scale1", ">DINOV2LayerScale")
        .add("layer_scale2", ">DINOV2LayerScale");
    if (config.get("use_swiglu_ffn").bool(false)) {
      int actual = ((int) (inner * 2 / 3.0) + 7) / 8 * 8;
      parts.dense("mlp.weights_in", 2L * actual).dense("mlp.weights_out", width);
    } else {
      parts.dense("mlp.fc1", inner, "activation", "gelu").dense("mlp.fc2", width);
    }
  }

  private static Value dinoLayer(Block block) {
    Value x = block.x();
    Value normed = block.apply("norm1", x);
    Value mixed = block.attend("attention.attention", normed, normed, null);
    Value y = Ops.add(block.apply("layer_scale1", mixed), x);
    return Ops.add(block.apply("layer_scale2", forward(block, block.apply("norm2", y))), y);
  }

  private static Value forward(Block block, Value x) {
    if (!block.config().get("use_swiglu_ffn").bool(false)) {
      return block.apply("mlp.fc2", block.apply("mlp.fc1", x));
    }
    List<Value> halves = Ops.split(block.apply("mlp.weights_in", x), 2, -1);
    Value gated = Ops.multiply(Ops.silu(halves.get(0)), halves.get(1));
    return block.apply("mlp.weights_out", gated);
  }

  private static Value scale(Block block) {
    Value x = block.x();
    return Ops.multiply(x, block.weight("lambda1", block.call().dim(x, -1)));
  }

  // ---- MiT

  private static void overlapping(Parts parts) {
    Config config = parts.config();
    int size = config.get("patch_size").integer();
    int stride = config.get("stride").integer();
    parts.add(
        "proj",
        "Conv2D",
        "filters",
        config.get("project_dim").integer(),
        "kernel_size",
        List.of(size, size),
        "strides",
        List.of(stride, stride),
        "padding",
        "valid");
    parts.norm("norm", 1e-5);
  }

  private static Value overlapping(Block block) {
    long by = block.integer("patch_size") / 2;
    List<Long> around = List.of(0L, by, by, 0L);
    Value y = block.apply("proj", Ops.pad(block.x(), around, around));
    long count = block.call().dim(y, 1) * block.call().dim(y, 2);
    return block.apply("norm", Ops.reshape(y, -1, count, block.call().dim(y, 3)));
  }

  private static void hierarchical(Parts parts) {
    Config config = parts.config();
    int width = config.get("project_dim").integer();
    int ratio = config.get("sr_ratio").integer(1);
    double epsilon = config.get("layer_norm_epsilon").number(EPSILON);
    parts.norm("norm1", epsilon).norm("norm2", epsilon);
    parts.dense("attn.q", width).dense("attn.k", width).dense("attn.v", width);
    parts.dense("attn.proj", width);
    if (ratio > 1) {
      List<Integer> size = List.of(ratio, ratio);
      parts.add(
          "attn.sr",
          "Conv2D",
          "filters",
          width,
          "kernel_size",
          size,
          "strides",
          size,
          "padding",
          "valid");
      parts.norm("attn.norm", 1e-5);
    }
    parts
        .dense("mlp.fc1", 4L * width)
        .add(
            "mlp.dwconv",
            "DepthwiseConv2D",
            "kernel_size",
            List.of(3, 3),
            "strides",
            List.of(1, 1),
            "padding",
            "same")
        .dense("mlp.fc2", width);
  }

  private static Value hierarchical(Block block) {
    Value x = block.x();
    Value y = Ops.add(x, reduced(block, block.apply("norm1", x)));
    Value inner = block.apply("mlp.fc1", block.apply("norm2", y));
    Value image = block.apply("mlp.dwconv", square(block, inner));
    Value opened =
        Ops.gelu(Ops.reshape(image, -1, inner.shape().dim(1), inner.shape().dim(2)), true);
    return Ops.add(y, block.apply("mlp.fc2", opened));
  }

  /** A sequence as the square image that it is. */
  private static Value square(Block block, Value x) {
    long side = (long) Math.sqrt(block.call().dim(x, 1));
    return Ops.reshape(x, -1, side, side, x.shape().dim(-1));
  }

  /** Attention to keys of an image that is smaller by the ratio. */
  private static Value reduced(Block block, Value x) {
    int heads = block.integer("num_heads");
    long size = block.integer("project_dim") / heads;
    Value query = block.splitLast(block.apply("attn.q", x), heads, size);
    Value from = x;
    if (block.config().get("sr_ratio").integer(1) > 1) {
      Value small = block.apply("attn.sr", square(block, x));
      long count = small.shape().dim(1) * small.shape().dim(2);
      from = block.apply("attn.norm", Ops.reshape(small, -1, count, small.shape().dim(3)));
    }
    Value key = block.splitLast(block.apply("attn.k", from), heads, size);
    Value value = block.splitLast(block.apply("attn.v", from), heads, size);
    Value scores = Ops.multiply(Attention.scores(query, key), 1 / Math.sqrt(size));
    Value mixed = Attention.mix(Ops.softmax(scores, -1), value);
    return block.apply("attn.proj", block.mergeLast(mixed, 2));
  }
}
