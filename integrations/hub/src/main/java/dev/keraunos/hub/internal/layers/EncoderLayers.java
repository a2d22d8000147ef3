package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.tensor.DType;
import java.util.List;

/** Encoders with positions of their own: ESM, RoFormer, DeBERTa, ModernBERT. */
final class EncoderLayers {
  private static final String DEEP = "abc,cde->abde";

  static final List<LayerRow> ROWS =
      List.of(
          Block.row("ESMEncoder", EncoderLayers::esm, EncoderLayers::esm)
              .takes("attention_mask")
              .draws("dropout"),
          Block.row("RoformerV2Encoder", EncoderLayers::roformer, EncoderLayers::roformer)
              .takes("attention_mask")
              .draws("dropout"),
          Block.row("RelativeEmbedding", EncoderLayers::relative, EncoderLayers::relative)
              .weights("rel_embeddings"),
          Block.passing(
                  "DisentangledAttentionEncoder", EncoderLayers::deberta, EncoderLayers::deberta)
              .takes("rel_embeddings", "padding_mask", "attention_mask")
              .draws("dropout"),
          Block.row("ModernBertEncoderLayer", EncoderLayers::modern, EncoderLayers::modern)
              .takes("padding_mask"));

  private EncoderLayers() {}

  // ---- ESM, RoFormer

  private static void shared(Parts parts) {
    boolean biased = parts.config().get("use_bias").bool(false);
    long inner =
        (long) parts.config().get("heads").integer() * parts.config().get("head_size").integer();
    for (String name : List.of("q_dense", "k_dense", "v_dense")) {
      parts.dense("attention_layer." + name, inner, "use_bias", biased);
    }
    parts.dense("attention_layer.o_dense", inner, "use_bias", biased);
    parts.dense(
        "feedforward_intermediate_dense",
        parts.config().get("intermediate_size").integer(),
        "use_bias",
        biased);
    parts.dense("feedforward_output_dense", parts.features(), "use_bias", biased);
  }

  private static void esm(Parts parts) {
    shared(parts);
    double epsilon = parts.config().get("layer_norm_eps").number(1e-12);
    parts.norm("attention_norm", epsilon).norm("feedforward_norm", epsilon);
  }

  private static void roformer(Parts parts) {
    shared(parts);
    parts
        .add("attention_norm", ">RoformerNorm", "epsilon", 1e-7)
        .add("feedforward_norm", ">RoformerNorm", "epsilon", 1e-7);
  }

  /** Queries, keys and values of x compared, which {@code turn} moves by position. */
  private static Value attention(Block block, Value x, Turn turn) {
    long heads = block.integer("heads");
    long size = block.integer("head_size");
    Value query = block.splitLast(block.apply("attention_layer.q_dense", x), heads, size);
    Value key = block.splitLast(block.apply("attention_layer.k_dense", x), heads, size);
    Value value = block.splitLast(block.apply("attention_layer.v_dense", x), heads, size);
    Value mask = Ops.expandDims(Ops.expandDims(block.given("attention_mask"), 1), -1);
    Value mixed =
        Ops.dotProductAttention(
            turn.of(query), turn.of(key), value, null, Ops.cast(mask, DType.BOOL), null, false);
    return block.apply("attention_layer.o_dense", block.mergeLast(mixed, 2));
  }

  private interface Turn {
    Value of(Value x);
  }

  private static Value esm(Block block) {
    Value x = block.x();
    boolean rotary = block.config().get("use_rotary").bool(true);
    double wave = block.config().get("max_wavelength").number(10000);
    Rope rope = new Rope(features -> Rope.divided(wave, features), 1);
    Value mixed =
        attention(block, block.apply("attention_norm", x), y -> rotary ? rope.rotate(block, y) : y);
    Value residual = Ops.add(x, mixed);
    Value y = block.apply("feedforward_norm", residual);
    y = block.activate("activation", block.apply("feedforward_intermediate_dense", y));
    return Ops.add(residual, block.apply("feedforward_output_dense", y));
  }

  private static Value roformer(Block block) {
    Value x = block.x();
    double wave = block.config().get("max_wavelength").number(10000);
    Rope rope = Rope.linear(wave, 1);
    Value mixed = attention(block, x, y -> rope.interleaved(block, y));
    Value inner = block.apply("attention_norm", Ops.add(x, mixed));
    Value y = block.activate("activation", block.apply("feedforward_intermediate_dense", inner));
    y = block.apply("feedforward_output_dense", y);
    return block.apply("feedforward_norm", Ops.add(inner, y));
  }

  // ---- DeBERTa

  private static void relative(Parts parts) {
    parts.norm("layer_norm", parts.config().get("layer_norm_epsilon").number(1e-5));
  }

  /** A table of distances, for every sample. */
  private static Value relative(Block block) {
    long buckets = 2L * block.integer("bucket_size");
    long width = block.integer("hidden_dim");
    Value table = Ops.expandDims(block.weight("rel_embeddings", buckets, width), 0);
    List<Dim> dims = List.of(new Dim.Same(1, 0), new Dim.Fixed(buckets), new Dim.Fixed(width));
    return block
        .call()
        .apply(new Op.BroadcastTo(dims), block.apply("layer_norm", table), block.x());
  }

  private static void deberta(Parts parts) {
    String prefix = "_self_attention_layer.";
    double epsilon = parts.config().get("layer_norm_epsilon").number(1e-5);
    long heads = parts.config().get("num_heads").integer();
    parts
        .einsum(prefix + "_query_dense", DEEP, "de", heads, 0)
        .einsum(prefix + "_key_dense", DEEP, "de", heads, 0)
        .einsum(prefix + "_value_dense", DEEP, "de", heads, 0)
        .einsum(prefix + "_output_dense", "abc,cd->abd", "d")
        .softmax(prefix + "_softmax")
        .norm("_self_attention_layer_norm", epsilon)
        .norm("_feedforward_layer_norm", epsilon)
        .dense("_feedforward_intermediate_dense", parts.config().get("intermediate_dim").integer())
        .dense("_feedforward_output_dense", parts.features());
  }

  private static Value deberta(Block block) {
    Value x = block.x();
    Value mask =
        TransformerLayers.merged(block.padding("padding_mask"), block.given("attention_mask"));
    Value y = block.apply("_self_attention_layer_norm", Ops.add(disentangled(block, x, mask), x));
    Value inner = block.activate("activation", block.apply("_feedforward_intermediate_dense", y));
    inner = block.apply("_feedforward_output_dense", inner);
    return block.apply("_feedforward_layer_norm", Ops.add(inner, y));
  }

  /** Content to content, content to position and position to content. */
  private static Value disentangled(Block block, Value x, Value mask) {
    String prefix = "_self_attention_layer.";
    long heads = block.integer("num_heads");
    Value table = block.given("rel_embeddings");
    Value query = block.heads(prefix + "_query_dense", x, heads);
    Value key = block.heads(prefix + "_key_dense", x, heads);
    Value value = block.apply(prefix + "_value_dense", x);
    double scale = 1 / Math.sqrt(3.0 * block.call().dim(query, -1));
    Value scores = Ops.multiply(Attention.scores(query, key), scale);
    Value distances = distances(block, x);
    Value toKeys = Attention.scores(query, block.apply(prefix + "_key_dense", table));
    Value toQueries = Attention.scores(key, block.apply(prefix + "_query_dense", table));
    Value ahead = at(block, toKeys, distances, scores);
    Value behind = at(block, toQueries, Ops.negative(distances), scores);
    Value relative =
        Ops.add(Ops.multiply(ahead, scale), Ops.multiply(Ops.transpose(behind, 0, 1, 3, 2), scale));
    Value weights = Attention.weights(block, prefix + "_softmax", Ops.add(scores, relative), mask);
    return block.apply(prefix + "_output_dense", block.mergeLast(Attention.mix(weights, value), 2));
  }

  /** The scores of the distance of each pair. */
  private static Value at(Block block, Value scores, Value distances, Value like) {
    int span = block.integer("bucket_size");
    Value places = Ops.clip(Ops.add(distances, span), 0, 2 * span - 1);
    return Ops.takeAlongAxis(scores, Ops.broadcastTo(places, like), 3);
  }

  /** How far each key is before each query (1, 1, time, time), far ones in logarithmic buckets. */
  private static Value distances(Block block, Value x) {
    Value steps = block.steps(x, 1, DType.INT32);
    Value back = Ops.subtract(Ops.expandDims(steps, -1), Ops.expandDims(steps, 0));
    int middle = block.integer("bucket_size") / 2;
    double longest = block.integer("max_position_embeddings");
    Value near = Ops.logicalAnd(Ops.less(back, middle), Ops.greater(back, -middle));
    Value far = Ops.where(near, Ops.fullLike(back, middle - 1), Ops.abs(back));
    Value ratio = Ops.divide(Ops.cast(far, DType.FLOAT32), middle);
    double whole = (float) Math.log((float) (longest - 1) / middle);
    Value log = Ops.divide(Ops.multiply(Ops.log(ratio), middle - 1), whole);
    Value bucket = Ops.add(Ops.cast(Ops.ceil(log), DType.INT32), middle);
    Value signed = Ops.multiply(bucket, Ops.sign(back));
    Value chosen = Ops.where(Ops.lessEqual(far, middle), back, signed);
    return Ops.expandDims(Ops.expandDims(chosen, 0), 0);
  }

  // ---- ModernBERT

  private static void modern(Parts parts) {
    double epsilon = parts.config().get("layer_norm_epsilon").number(1e-5);
    long width = parts.config().get("hidden_dim").integer();
    long inner = parts.config().get("intermediate_dim").integer();
    if (parts.config().get("layer_idx").integer() > 0) {
      parts.add("attn_norm", "LayerNormalization", "epsilon", epsilon, "center", false);
    }
    parts.linear("attn.qkv", 3 * width).linear("attn.output_dense", width);
    parts.add("mlp_norm", "LayerNormalization", "epsilon", epsilon, "center", false);
    parts.linear("mlp.wi_0", inner).linear("mlp.wi_1", inner).linear("mlp.wo", width);
  }

  private static Value modern(Block block) {
    Value x = block.x();
    boolean first = block.integer("layer_idx") == 0;
    Value normed = first ? x : block.apply("attn_norm", x);
    Value y = Ops.add(x, modernAttention(block, normed));
    Value inner = block.apply("mlp_norm", y);
    Value gate = Ops.gelu(block.apply("mlp.wi_0", inner), false);
    Value gated = Ops.multiply(gate, block.apply("mlp.wi_1", inner));
    return Ops.add(y, block.apply("mlp.wo", gated));
  }

  private static Value modernAttention(Block block, Value x) {
    long heads = block.integer("num_heads");
    long size = block.integer("hidden_dim") / heads;
    Rope rope = Rope.linear(block.config().get("max_wavelength").number(), 1);
    List<Value> parts = Ops.split(block.apply("attn.qkv", x), 3, -1);
    Value query = rope.rotate(block, block.splitLast(parts.get(0), heads, size));
    Value key = rope.rotate(block, block.splitLast(parts.get(1), heads, size));
    Value value = block.splitLast(parts.get(2), heads, size);
    Value padding = block.given("padding_mask");
    Value mask = padding == null ? null : Ops.expandDims(Ops.cast(padding, DType.BOOL), 1);
    int window = block.config().get("local_attention_window").integer(0);
    if (window > 0) {
      mask = Attention.both(Attention.window(block, x, -(window / 2), window / 2), mask);
    }
    Value placed = mask == null ? null : Ops.expandDims(mask, 1);
    double scale = 1 / Math.sqrt(size);
    Value mixed = Ops.dotProductAttention(query, key, value, null, placed, scale, false);
    return block.apply("attn.output_dense", block.mergeLast(mixed, 2));
  }
}
