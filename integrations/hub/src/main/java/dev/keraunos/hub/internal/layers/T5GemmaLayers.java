package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** T5Gemma: Gemma's layers as an encoder and a decoder, padding far below instead of masked. */
final class T5GemmaLayers {
  private static final double LOW = -1e9;

  static final List<LayerRow> ROWS =
      List.of(
          Block.row("T5GemmaEncoderLayer", T5GemmaLayers::encoder, T5GemmaLayers::encoder)
              .takes("padding_mask")
              .draws("dropout_rate"),
          Block.row("T5GemmaDecoderLayer", T5GemmaLayers::decoder, T5GemmaLayers::decoder)
              .takes("self_attention_padding_mask", "cross_attention_padding_mask")
              .draws("dropout_rate"),
          Block.row("T5GemmaAttention", T5GemmaLayers::attention, T5GemmaLayers::attention));

  private T5GemmaLayers() {}

  // ---- attention

  private static void attention(Parts parts) {
    boolean biased = parts.config().get("attention_bias").bool();
    long heads = parts.config().get("num_attention_heads").integer();
    long groups = parts.config().get("num_key_value_heads").integer();
    parts
        .einsum("query_dense", "btd,dnh->btnh", biased ? "nh" : null, heads, 0)
        .einsum("key_dense", "bsd,dkh->bskh", biased ? "kh" : null, groups, 0)
        .einsum("value_dense", "bsd,dkh->bskh", biased ? "kh" : null, groups, 0)
        .einsum("output_dense", "btnh,nhd->btd", biased ? "d" : null)
        .softmax("softmax");
  }

  /** Of x to itself, or with a third input to that: x, what is added to scores, the other. */
  private static Value attention(Block block) {
    Config config = block.config();
    config.ignore("rope_max_wavelength");
    Value x = block.x();
    Value other = block.x(2) == null ? x : block.x(2);
    long count = block.integer("num_attention_heads");
    long groups = block.integer("num_key_value_heads");
    Value query = block.heads("query_dense", x, count);
    Value key = block.heads("key_dense", other, groups);
    Value value = block.heads("value_dense", other, groups);
    if (block.x(2) == null) {
      Rope rope = Rope.linear(config.get("rope_max_wavelength").number(10000), 1);
      query = rope.rotate(block, query);
      key = rope.rotate(block, key);
    }
    double scale = Math.pow(config.get("query_pre_attn_scalar").number(1), -0.5);
    Value scores = Ops.einsum("btnh,bsnh->bnts", query, Attention.repeated(key, count, groups));
    double cap = config.get("attn_logit_softcapping").number(0);
    Value capped = EmbeddingLayers.softCap(Ops.multiply(scores, scale), cap);
    Value weights = block.apply("softmax", Ops.add(capped, block.x(1)));
    Value repeated = Attention.repeated(value, count, groups);
    Value mixed = Ops.einsum("bnts,bsnh->btnh", Ops.cast(weights, query.dtype()), repeated);
    return block.apply("output_dense", mixed);
  }

  // ---- layers

  private static void encoder(Parts parts) {
    attends(parts, "self_attn");
    feedForward(parts);
  }

  private static void decoder(Parts parts) {
    attends(parts, "self_attn");
    attends(parts, "cross_attn");
    feedForward(parts);
  }

  private static void norms(Parts parts, String name) {
    double epsilon = parts.config().get("rms_norm_eps").number(1e-6);
    GemmaLayers.norm(parts, "pre_" + name + "_layernorm", epsilon);
    GemmaLayers.norm(parts, "post_" + name + "_layernorm", epsilon);
  }

  private static void attends(Parts parts, String name) {
    List<Object> settings = new ArrayList<>();
    for (String key :
        List.of(
            "num_attention_heads",
            "num_key_value_heads",
            "query_pre_attn_scalar",
            "attention_bias",
            "attn_logit_softcapping",
            "rope_max_wavelength")) {
      settings.addAll(Arrays.asList(key, parts.config().get(key).json()));
    }
    parts.add(name, ">T5GemmaAttention", settings.toArray());
    norms(parts, name);
  }

  private static void feedForward(Parts parts) {
    long inner = parts.config().get("intermediate_size").integer();
    parts
        .linear("mlp.gate_proj", inner)
        .linear("mlp.up_proj", inner)
        .linear("mlp.down_proj", parts.config().get("hidden_size").integer());
    norms(parts, "feedforward");
  }

  private static Value fed(Block block, Value x) {
    Value normed = block.apply("pre_feedforward_layernorm", x);
    Value gate = block.activate("hidden_activation", block.apply("mlp.gate_proj", normed));
    Value gated = Ops.multiply(gate, block.apply("mlp.up_proj", normed));
    Value output = block.apply("mlp.down_proj", gated);
    return Ops.add(x, block.apply("post_feedforward_layernorm", output));
  }

  private static Value attended(Block block, String name, Value x, Value added, Value... other) {
    List<Value> inputs = new ArrayList<>();
    inputs.add(block.apply("pre_" + name + "_layernorm", x));
    inputs.add(added);
    inputs.addAll(List.of(other));
    Value mixed = block.apply(name, inputs.toArray(new Value[0]));
    return Ops.add(x, block.apply("post_" + name + "_layernorm", mixed));
  }

  private static Value encoder(Block block) {
    block.config().ignore("layer_type", "sliding_window");
    Value x = block.x();
    Value padding = required(block, "padding_mask");
    return fed(block, attended(block, "self_attn", x, low(Ops.expandDims(padding, 1), x)));
  }

  private static Value decoder(Block block) {
    block.config().ignore("sliding_window");
    Value x = block.x();
    Value encoded = block.x(1);
    Value padding = Ops.expandDims(required(block, "self_attention_padding_mask"), 1);
    int window = Integer.MAX_VALUE;
    if (block.config().get("layer_type").text("").equals("sliding_attention")) {
      window = block.integer("sliding_window");
    }
    Value seen = Attention.both(Attention.window(block, x, 0, window), padding);
    Value y = attended(block, "self_attn", x, low(seen, x));
    Value others = Ops.expandDims(required(block, "cross_attention_padding_mask"), 1);
    return fed(block, attended(block, "cross_attn", y, low(others, x), encoded));
  }

  private static Value required(Block block, String keyword) {
    Value given = block.given(keyword);
    if (given == null) {
      throw block.call().gap("a call without " + keyword + " is not supported");
    }
    return given;
  }

  /** 0 for scores that count and a low number for others, one axis in front of the heads. */
  private static Value low(Value mask, Value x) {
    DType type = x.dtype();
    Value off = Ops.subtract(1, Ops.cast(mask, type));
    return Ops.expandDims(Ops.multiply(off, LOW), 1);
  }
}
