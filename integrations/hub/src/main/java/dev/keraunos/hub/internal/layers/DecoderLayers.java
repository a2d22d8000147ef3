package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** Decoders with plain feed-forward layers: GPT-NeoX, BLOOM, Falcon. */
final class DecoderLayers {
  private static final String DEEP = "abc,cde->abde";

  static final List<LayerRow> ROWS =
      List.of(
          Block.passing("GPTNeoXDecoder", DecoderLayers::neox, DecoderLayers::neox)
              .takes("decoder_padding_mask", "decoder_attention_mask")
              .ignores("max_sequence_length")
              .draws("dropout"),
          Block.row("BloomDecoder", DecoderLayers::bloom, DecoderLayers::bloom)
              .takes("decoder_padding_mask", "decoder_attention_mask")
              .draws("dropout"),
          Block.row("FalconTransformerDecoder", DecoderLayers::falcon, DecoderLayers::falcon)
              .takes("decoder_padding_mask", "decoder_attention_mask"));

  private DecoderLayers() {}

  /** The mask of keys that a query sees. */
  static Value mask(Block block, Value x) {
    Value own =
        TransformerLayers.merged(
            block.padding("decoder_padding_mask"), block.given("decoder_attention_mask"));
    return TransformerLayers.causal(block, x, own);
  }

  private static double epsilon(Parts parts) {
    return parts.config().get("layer_norm_epsilon").number(1e-5);
  }

  // ---- GPT-NeoX

  private static void neox(Parts parts) {
    String prefix = "_self_attention_layer.";
    parts
        .einsum(prefix + "_qkv_dense", DEEP, "de", parts.config().get("num_heads").integer(), 0)
        .einsum(prefix + "_output_dense", "abc,cd->abd", "d")
        .softmax(prefix + "_softmax")
        .norm("_self_attention_layer_norm", epsilon(parts))
        .norm("_feedforward_layer_norm", epsilon(parts))
        .dense("_feedforward_intermediate_dense", parts.config().get("intermediate_dim").integer())
        .dense("_feedforward_output_dense", parts.features());
  }

  private static Value neox(Block block) {
    Value x = block.x();
    Value mixed = neoxAttention(block, block.apply("_self_attention_layer_norm", x));
    Value y = block.apply("_feedforward_layer_norm", x);
    y = block.activate("activation", block.apply("_feedforward_intermediate_dense", y));
    y = block.apply("_feedforward_output_dense", y);
    return Ops.add(Ops.add(y, mixed), x);
  }

  private static Value neoxAttention(Block block, Value x) {
    String prefix = "_self_attention_layer.";
    Value all = block.heads(prefix + "_qkv_dense", x, block.integer("num_heads"));
    List<Value> heads = Ops.split(all, 3, -1);
    long size = block.call().dim(heads.get(0), -1);
    double share = block.config().get("rotary_percentage").number(0.25);
    int turned = (int) (size * share);
    Rope rope = Rope.linear(block.config().get("rotary_max_wavelength").number(10000), 1);
    Value query = partly(block, heads.get(0), turned, rope);
    Value key = partly(block, heads.get(1), turned, rope);
    Value scores = Ops.multiply(Attention.scores(query, key), 1 / Math.sqrt(size));
    Value weights = Attention.weights(block, prefix + "_softmax", scores, mask(block, x));
    return block.apply(
        prefix + "_output_dense", block.mergeLast(Attention.mix(weights, heads.get(2)), 2));
  }

  /** Heads of which the first features are turned. */
  static Value partly(Block block, Value x, int turned, Rope rope) {
    long size = block.call().dim(x, -1);
    if (turned == size) {
      return rope.rotate(block, x);
    }
    Value first = Ops.sliceAxis(x, 3, Range.of(0, turned));
    Value rest = Ops.sliceAxis(x, 3, Range.of(turned, size));
    return turned == 0 ? x : Ops.concatenate(List.of(rope.rotate(block, first), rest), -1);
  }

  // ---- BLOOM

  private static void bloom(Parts parts) {
    String prefix = "_self_attention_layer.";
    long heads = parts.config().get("num_heads").integer();
    parts
        .einsum(prefix + "_query_dense", "btm,mnh->btnh", "nh", heads, 0)
        .einsum(prefix + "_key_dense", "bsm,mnh->bsnh", "nh", heads, 0)
        .einsum(prefix + "_value_dense", "bsm,mnh->bsnh", "nh", heads, 0)
        .dense(prefix + "_output_dense", parts.features())
        .softmax(prefix + "_softmax")
        .norm("_pre_attention_layernorm", epsilon(parts))
        .norm("_post_attention_layernorm", epsilon(parts))
        .dense("_mlp_intermediate_dense", parts.config().get("intermediate_dim").integer())
        .dense("_mlp_output_dense", parts.features());
  }

  private static Value bloom(Block block) {
    Value x = block.x();
    Value mixed = bloomAttention(block, block.apply("_pre_attention_layernorm", x), mask(block, x));
    Value y = Ops.add(mixed, x);
    Value inner = block.apply("_post_attention_layernorm", y);
    inner = Ops.gelu(block.apply("_mlp_intermediate_dense", inner), true);
    return Ops.add(block.apply("_mlp_output_dense", inner), y);
  }

  private static Value bloomAttention(Block block, Value x, Value mask) {
    String prefix = "_self_attention_layer.";
    long heads = block.integer("num_heads");
    Value query = block.heads(prefix + "_query_dense", x, heads);
    Value key = block.heads(prefix + "_key_dense", x, heads);
    Value value = block.heads(prefix + "_value_dense", x, heads);
    double scale = 1 / Math.sqrt(block.call().dim(query, -1));
    Value scores = Ops.multiply(Attention.scores(query, key), scale);
    Value biased = Ops.add(scores, EmbeddingLayers.alibi(block, scores, 8));
    Value weights = Attention.weights(block, prefix + "_softmax", biased, mask);
    return block.apply(prefix + "_output_dense", block.mergeLast(Attention.mix(weights, value), 2));
  }

  // ---- Falcon

  private static void falcon(Parts parts) {
    long heads = parts.config().get("num_attention_heads").integer();
    parts
        .einsum("attention_layer.query_dense", "bqm,mnh->bqnh", "nh", heads, 0)
        .einsum("attention_layer.key_dense", "bkm,mnh->bknh", "nh", heads, 0)
        .einsum("attention_layer.value_dense", "bkm,mnh->bknh", "nh", heads, 0)
        .dense("attention_layer.output_dense", parts.features())
        .softmax("attention_layer.softmax")
        .norm("input_layernorm", epsilon(parts))
        .norm("post_attention_layernorm", epsilon(parts))
        .dense("dense_h_to_4h", parts.config().get("intermediate_dim").integer())
        .dense("dense_4h_to_h", parts.features());
  }

  private static Value falcon(Block block) {
    Value x = block.x();
    Value mixed = falconAttention(block, block.apply("input_layernorm", x), mask(block, x));
    Value y = Ops.add(mixed, x);
    Value inner = block.apply("post_attention_layernorm", y);
    inner = Ops.gelu(block.apply("dense_h_to_4h", inner), false);
    return Ops.add(block.apply("dense_4h_to_h", inner), y);
  }

  private static Value falconAttention(Block block, Value x, Value mask) {
    String prefix = "attention_layer.";
    long heads = block.integer("num_attention_heads");
    Value query = block.heads(prefix + "query_dense", x, heads);
    Value key = block.heads(prefix + "key_dense", x, heads);
    Value value = block.heads(prefix + "value_dense", x, heads);
    double scale = 1 / Math.sqrt(block.call().dim(query, -1));
    Value scores = Ops.add(Attention.scores(query, key), forward(block, x, heads));
    Value weights = Attention.weights(block, prefix + "softmax", Ops.multiply(scores, scale), mask);
    return block.apply(prefix + "output_dense", block.mergeLast(Attention.mix(weights, value), 2));
  }

  /** A bias (batch, heads, 1, keys) that grows with the number of tokens before a key. */
  private static Value forward(Block block, Value x, long heads) {
    DType type = block.call().computeType();
    Value padding = block.given("decoder_padding_mask");
    Value tokens = padding == null ? ones(block, x) : Ops.cast(padding, DType.INT32);
    Value before = Ops.subtract(Ops.cumsum(tokens, -1), 1);
    Value places = Ops.cast(Ops.multiply(before, tokens), type);
    float[] slopes = EmbeddingLayers.slopes(Math.toIntExact(heads), 8);
    Value slope = Ops.cast(block.call().constant(Tensor.of(slopes, heads, 1, 1)), type);
    return Ops.multiply(slope, Ops.expandDims(Ops.expandDims(places, 1), 1));
  }

  private static Value ones(Block block, Value x) {
    Value steps = Ops.expandDims(block.steps(x, 1, DType.INT32), 0);
    return Ops.onesLike(steps);
  }
}
