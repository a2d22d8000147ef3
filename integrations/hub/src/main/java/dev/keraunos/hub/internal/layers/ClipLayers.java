package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.keras.config.Config;
import java.util.List;
import java.util.Map;

/** CLIP and SigLIP: encoders of images and texts whose vectors are compared. */
final class ClipLayers {
  private static final double EPSILON = 1e-5;

  static final List<LayerRow> ROWS =
      List.of(
          Block.row("CLIPVisionEmbedding", ClipLayers::image, ClipLayers::image)
              .weights("class_embedding")
              .weight("position_ids", false, config -> true),
          Block.row("SigLIPVisionEmbedding", ClipLayers::image, ClipLayers::image)
              .weight("position_ids", false, config -> true),
          Block.row("SigLIPTextEmbedding", ClipLayers::text, ClipLayers::text)
              .weight("position_ids", false, config -> true)
              .ignores("embedding_dim"),
          Block.row("CLIPEncoderLayer", ClipLayers::clip, ClipLayers::clip),
          Block.row("SigLIPEncoderLayer", ClipLayers::siglip, ClipLayers::siglip),
          Block.row("CLIPVisionPooler", parts -> {}, ClipLayers::first),
          Block.row("CLIPTextPooler", parts -> {}, ClipLayers::last),
          Block.row("SigLIPMultiHeadAttentionPooling", ClipLayers::pooling, ClipLayers::pooling)
              .weights("probe"),
          Block.rows("CLIPHead", parts -> {}, ClipLayers::head).weights("logit_scale"),
          Block.rows("SigLIPHead", parts -> {}, ClipLayers::head)
              .weights("logit_scale", "logit_bias"));

  private ClipLayers() {}

  private static boolean isClip(Block block) {
    return block.call().layer().className().startsWith("CLIP");
  }

  // ---- embeddings

  private static void image(Parts parts) {
    Config config = parts.config();
    boolean clip = parts.className().startsWith("CLIP");
    int size = config.get("patch_size").integer();
    int width = config.get("hidden_dim").integer();
    int side = config.get("image_size").integer() / size;
    VisionLayers.patch(parts, "patch_embedding", width, new int[] {size, size}, !clip);
    int positions = side * side + (clip ? 1 : 0);
    parts.add("position_embedding", "Embedding", "input_dim", positions, "output_dim", width);
  }

  private static Value image(Block block) {
    Value x = VisionLayers.patched(block, "patch_embedding", block.x());
    if (isClip(block)) {
      long width = block.integer("hidden_dim");
      Value token = Ops.reshape(block.weight("class_embedding", width), 1, 1, width);
      x = Ops.concatenate(List.of(block.perSample(token, x), x), 1);
    }
    return Ops.add(x, block.apply("position_embedding", block.weight("position_ids", 1, -1)));
  }

  private static void text(Parts parts) {
    Object width = parts.config().get("embedding_dim").integer();
    int rows = parts.config().get("sequence_length").integer();
    parts.add(
        "token_embedding",
        ">ReversibleEmbedding",
        "input_dim",
        parts.config().get("vocabulary_size").integer(),
        "output_dim",
        width);
    parts.add("position_embedding", ">ReversibleEmbedding", "input_dim", rows, "output_dim", width);
  }

  private static Value text(Block block) {
    Value tokens = block.apply("token_embedding", block.call().input(0).value());
    return Ops.add(tokens, block.apply("position_embedding", block.weight("position_ids", 1, -1)));
  }

  // ---- encoders

  private static void attention(Parts parts, String attribute) {
    int heads = parts.config().get("num_heads").count(1, 1);
    int size = parts.config().get("hidden_dim").integer() / heads;
    parts.add(attribute, "MultiHeadAttention", "num_heads", heads, "key_dim", size);
  }

  private static Value attend(Block block, String attribute, Value x) {
    boolean causal = block.config().get("use_causal_mask").bool(false);
    return block.apply(attribute, List.of(x, x, x), Map.of("use_causal_mask", causal));
  }

  private static void clip(Parts parts) {
    attention(parts, "attention");
    parts
        .norm("layer_norm_1", EPSILON)
        .norm("layer_norm_2", EPSILON)
        .dense("dense_1", parts.config().get("intermediate_dim").integer())
        .dense("dense_2", parts.config().get("hidden_dim").integer());
  }

  private static Value clip(Block block) {
    Value x = block.x();
    Value y = Ops.add(x, attend(block, "attention", block.apply("layer_norm_1", x)));
    Value inner = block.apply("dense_1", block.apply("layer_norm_2", y));
    return Ops.add(y, block.apply("dense_2", open(block, "intermediate_activation", inner)));
  }

  /** An activation, x·sigmoid(1.702·x) among them. */
  private static Value open(Block block, String key, Value x) {
    boolean quick =
        block.config().get(key).isText() && block.config().get(key).text().equals("quick_gelu");
    return quick ? Ops.multiply(x, Ops.sigmoid(Ops.multiply(x, 1.702))) : block.activate(key, x);
  }

  private static double epsilon(Parts parts) {
    return parts.config().get("layer_norm_epsilon").number(1e-6);
  }

  private static void siglip(Parts parts) {
    attention(parts, "self_attn");
    parts.norm("layer_norm1", epsilon(parts)).norm("layer_norm2", epsilon(parts));
    mlp(parts);
  }

  private static void mlp(Parts parts) {
    parts
        .dense("mlp.fc1", parts.config().get("intermediate_dim").integer())
        .dense("mlp.fc2", parts.config().get("hidden_dim").integer());
  }

  private static Value mlp(Block block, String key, Value x) {
    return block.apply("mlp.fc2", block.activate(key, block.apply("mlp.fc1", x)));
  }

  private static Value siglip(Block block) {
    Value x = block.x();
    Value y = Ops.add(x, attend(block, "self_attn", block.apply("layer_norm1", x)));
    return Ops.add(y, mlp(block, "intermediate_activation", block.apply("layer_norm2", y)));
  }

  // ---- one vector for each

  private static Value first(Block block) {
    return Ops.squeeze(VisionLayers.part(block.x(), 1, 0, 1L), 1);
  }

  /** The step of the largest token, which ends the text. */
  private static Value last(Block block) {
    Value x = block.x();
    Value place = Ops.argmax(block.call().input(1).value(), -1);
    Value each = Ops.expandDims(Ops.expandDims(place, -1), -1);
    return Ops.squeeze(Ops.takeAlongAxis(x, each, 1), 1);
  }

  private static void pooling(Parts parts) {
    attention(parts, "attention");
    parts.norm("layer_norm", epsilon(parts));
    mlp(parts);
  }

  private static Value pooling(Block block) {
    Value x = block.x();
    Value probe = block.perSample(block.weight("probe", 1, 1, block.integer("hidden_dim")), x);
    Value y = block.apply("attention", probe, x, x);
    Value mixed = Ops.add(y, mlp(block, "activation", block.apply("layer_norm", y)));
    return Ops.squeeze(VisionLayers.part(mixed, 1, 0, 1L), 1);
  }

  /** The likeness of all images and texts of the batch, each way. */
  private static List<Value> head(Block block) {
    Value image = unit(block.x());
    Value text = unit(block.x(1));
    Value scale = Ops.exp(block.weight("logit_scale"));
    Value logits = Ops.multiply(Ops.matmul(text, image, false, true), scale);
    if (!isClip(block)) {
      logits = Ops.add(logits, block.weight("logit_bias"));
    }
    return List.of(Ops.transpose(logits, 1, 0), logits);
  }

  private static Value unit(Value x) {
    Value length = Ops.sqrt(Ops.sum(Ops.square(x), -1));
    return Ops.divide(x, Ops.expandDims(length, -1));
  }
}
