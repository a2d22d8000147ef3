package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.DType;
import java.util.List;

/**
 * Decoders with rotary positions, grouped heads and gated feed-forward layers: Llama, Mistral,
 * Qwen, Phi-3 and, with experts, Mixtral, Qwen-MoE and GPT-OSS. Their configs have what tells them
 * apart.
 */
final class GatedLayers {
  private static final String HEADS = "bqm,muh->bquh";

  static final List<LayerRow> ROWS =
      List.of(
          decoder("LlamaTransformerDecoder"),
          decoder("MistralTransformerDecoder"),
          decoder("QwenTransformerDecoder"),
          decoder("Qwen3TransformerDecoder"),
          decoder("Phi3Decoder"),
          decoder("MixtralTransformerDecoder"),
          decoder("QwenMoeTransformerDecoder"),
          decoder("Qwen3MoeTransformerDecoder"),
          decoder("GptOssTransformerDecoder"),
          Block.row("Sinks", parts -> {}, GatedLayers::sinks).weights("sinks"),
          Block.row("SmolLM3DecoderLayer", GatedLayers::smol, GatedLayers::smol)
              .takes("training", "decoder_padding_mask", "decoder_attention_mask"),
          Block.row("SmolLM3RotaryEmbedding", parts -> {}, GatedLayers::turned)
              .weight("inv_freq", false, config -> true));

  private GatedLayers() {}

  private static LayerRow decoder(String name) {
    return Block.passing(name, GatedLayers::parts, GatedLayers::lower)
        .takes("decoder_padding_mask", "decoder_attention_mask")
        .ignores("max_sequence_length", "pretraining_sequence_length")
        .ignores("rope_scaling_short_factor", "rope_scaling_long_factor")
        .ignores("intermediate_dim", "activation", "shared_expert_intermediate_dim")
        .ignores("num_experts", "top_k", "norm_top_k_prob")
        .draws("dropout");
  }

  /**
   * What the classes name their parts.
   *
   * @param attention the layer that compares
   * @param before the normalization before it
   * @param between the one before the feed-forward layers
   */
  private record Names(String attention, String before, String between) {
    static Names of(String className) {
      return switch (className) {
        case "Phi3Decoder" ->
            new Names("attention.", "pre_attention_layernorm", "post_attention_layernorm");
        case "GptOssTransformerDecoder" ->
            new Names("self_attention_layer.", "input_layernorm", "post_attention_layernorm");
        default ->
            new Names(
                "_self_attention_layer.", "_self_attention_layernorm", "_feedforward_layernorm");
      };
    }
  }

  private static void parts(Parts parts) {
    Names names = Names.of(parts.className());
    Config config = parts.config();
    boolean biased = config.get("use_bias").bool(false);
    boolean sinks = config.get("sinks").bool(false);
    double epsilon = config.get("layer_norm_epsilon").number(1e-5);
    String at = names.attention();
    String axes = biased ? "uh" : null;
    long groups = config.get("num_key_value_heads").integer();
    parts
        .einsum(at + "_query_dense", HEADS, axes, config.get("num_query_heads").integer(), 0)
        .einsum(at + "_key_dense", HEADS, axes, groups, 0)
        .einsum(at + "_value_dense", HEADS, axes, groups, 0)
        .einsum(at + "_output_dense", "bquh,uhm->bqm", sinks ? "m" : null);
    if (config.get("head_norms").bool(false)) {
      double head = config.get("head_norm_epsilon").number(1e-5);
      parts.add(at + "_query_dense_layer_norm", ">LlamaLayerNorm", "epsilon", head);
      parts.add(at + "_key_dense_layer_norm", ">LlamaLayerNorm", "epsilon", head);
    }
    if (sinks) {
      parts.add(at + "*", ">Sinks");
    } else {
      parts.softmax(at + "_softmax");
    }
    parts.add(names.before(), ">LlamaLayerNorm", "epsilon", epsilon);
    parts.add(names.between(), ">LlamaLayerNorm", "epsilon", epsilon);
    ExpertLayers.forward(parts);
  }

  private static Value lower(Block block) {
    Names names = Names.of(block.call().layer().className());
    Value x = block.x();
    Value mixed = attention(block, names.attention(), block.apply(names.before(), x), x);
    Value y = Ops.add(mixed, x);
    Value inner = ExpertLayers.forward(block, block.apply(names.between(), y));
    return Ops.add(Ops.cast(inner, y.dtype()), y);
  }

  private static Value attention(Block block, String at, Value x, Value before) {
    long count = block.integer("num_query_heads");
    long groups = block.integer("num_key_value_heads");
    Rope rope = Ropes.of(block.config());
    Value query = normed(block, at + "_query_dense", block.heads(at + "_query_dense", x, count));
    Value key = normed(block, at + "_key_dense", block.heads(at + "_key_dense", x, groups));
    Value value = block.heads(at + "_value_dense", x, groups);
    double scale = 1 / Math.sqrt(block.call().dim(query, -1));
    query = rope.rotate(block, query);
    key = Attention.repeated(rope.rotate(block, key), count, groups);
    value = Attention.repeated(value, count, groups);
    Value mask = DecoderLayers.mask(block, before);
    int window = block.config().get("window").integer(-1);
    Value mixed =
        block.config().get("sinks").bool(false)
            ? sunk(block, at, List.of(query, key, value), scale, mask, window)
            : Attention.of(
                block, at + "_softmax", query, key, value, scale, near(block, x, mask, window));
    return block.apply(at + "_output_dense", mixed);
  }

  private static Value normed(Block block, String attribute, Value heads) {
    return block.config().get("head_norms").bool(false)
        ? block.apply(attribute + "_layer_norm", heads)
        : heads;
  }

  /** A mask without the keys that are too far back. */
  static Value near(Block block, Value x, Value mask, int window) {
    return window < 0
        ? mask
        : Attention.both(mask, Attention.window(block, x, Integer.MIN_VALUE, window));
  }

  /** Weights of which a part goes to nothing, by a learned score per head. */
  private static Value sunk(
      Block block, String at, List<Value> heads, double scale, Value mask, int window) {
    DType type = block.call().computeType();
    double low = type == DType.FLOAT32 ? -1e9 : -1e4;
    Value scores = Ops.multiply(Attention.scores(heads.get(0), heads.get(1)), scale);
    if (window > 0) {
      Value close = Attention.window(block, heads.get(0), Integer.MIN_VALUE, window);
      scores = Ops.where(Ops.expandDims(close, 1), scores, low);
    }
    scores = Ops.where(Ops.expandDims(Ops.cast(mask, DType.BOOL), 1), scores, low);
    Value sinks = block.apply(at + "*", scores);
    Value all = Ops.softmax(Ops.concatenate(List.of(scores, sinks), -1), -1);
    Value weights = Ops.sliceAxis(all, 3, new Range(null, -1L, 1));
    return Attention.mix(Ops.cast(weights, type), heads.get(2));
  }

  /** The score of nothing for each head and query of scores. */
  private static Value sinks(Block block) {
    Value scores = block.x();
    long heads = block.call().dim(scores, 1);
    Value own = Ops.reshape(block.weight("sinks", heads), 1, heads, 1, 1);
    return Ops.broadcastTo(own, Ops.sliceAxis(scores, 3, Range.of(0, 1)));
  }

  // ---- SmolLM3

  private static void smol(Parts parts) {
    Config config = parts.config();
    long width = config.get("hidden_size").integer();
    long size = width / config.get("num_attention_heads").count(1, 1);
    boolean biased = config.get("attention_bias").bool(false);
    boolean mlp = config.get("mlp_bias").bool(false);
    long groups = config.get("num_key_value_heads").integer();
    long inner = config.get("intermediate_size").integer();
    double epsilon = config.get("layer_norm_epsilon").number();
    parts
        .dense("self_attn.q_proj", width / size * size, "use_bias", biased)
        .dense("self_attn.k_proj", groups * size, "use_bias", biased)
        .dense("self_attn.v_proj", groups * size, "use_bias", biased)
        .einsum("self_attn.o_proj", "bquh,uhm->bqm", null)
        .softmax("self_attn._softmax")
        .add("self_attn.rotary_embedding", ">SmolLM3RotaryEmbedding")
        .dense("mlp.gate_proj", inner, "use_bias", mlp)
        .dense("mlp.up_proj", inner, "use_bias", mlp)
        .dense("mlp.down_proj", width, "use_bias", mlp)
        .add("input_layernorm", "RMSNormalization", "epsilon", epsilon)
        .add("post_attention_layernorm", "RMSNormalization", "epsilon", epsilon);
  }

  private static Value smol(Block block) {
    Value x = block.x();
    Value mixed = smolAttention(block, block.apply("input_layernorm", x), x);
    Value y = Ops.add(x, mixed);
    Value inner = block.apply("post_attention_layernorm", y);
    Value gate = Ops.silu(block.apply("mlp.gate_proj", inner));
    Value gated = Ops.multiply(gate, block.apply("mlp.up_proj", inner));
    return Ops.add(y, block.apply("mlp.down_proj", gated));
  }

  private static Value smolAttention(Block block, Value x, Value before) {
    String at = "self_attn.";
    long count = block.integer("num_attention_heads");
    long groups = block.integer("num_key_value_heads");
    long size = block.integer("hidden_size") / count;
    Value query = block.splitLast(block.apply(at + "q_proj", x), count, size);
    Value key = block.splitLast(block.apply(at + "k_proj", x), groups, size);
    Value value = block.splitLast(block.apply(at + "v_proj", x), groups, size);
    if (block.config().get("use_rope").bool(true)) {
      query = block.apply(at + "rotary_embedding", query);
      key = block.apply(at + "rotary_embedding", key);
    }
    Value mixed =
        Attention.of(
            block,
            at + "_softmax",
            query,
            Attention.repeated(key, count, groups),
            Attention.repeated(value, count, groups),
            1 / Math.sqrt(size),
            DecoderLayers.mask(block, before));
    return block.apply(at + "o_proj", mixed);
  }

  private static Value turned(Block block) {
    Value x = block.x();
    Value inverse = block.call().weight(DType.FLOAT32, "inv_freq", block.call().dim(x, -1) / 2);
    return Rope.turn(block, x, Rope.angles(block, x, inverse, null, 0), 1);
  }
}
