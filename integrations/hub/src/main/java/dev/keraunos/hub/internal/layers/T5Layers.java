package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** T5: attention with a bias by distance, which the first layer hands on to the others. */
final class T5Layers {
  private static final int BUCKETS = 32;
  private static final int LONGEST = 128;
  private static final double LOW = -1e9;

  static final List<LayerRow> ROWS =
      List.of(
          Block.rows("T5TransformerLayer", T5Layers::layer, T5Layers::layer)
              .takes("attention_mask", "position_bias", "encoder_hidden_states")
              .draws("dropout"),
          Block.rows("T5MultiHeadAttention", T5Layers::heads, T5Layers::heads)
              .weight(
                  "embeddings",
                  true,
                  config -> config.get("use_relative_attention_bias").bool(false)));

  private T5Layers() {}

  private static void layer(Parts parts) {
    double epsilon = parts.config().get("layer_norm_epsilon").number();
    boolean decodes = parts.config().get("is_decoder").bool();
    attention(parts, "self_attention", epsilon, true);
    if (decodes) {
      attention(parts, "cross_attention", epsilon, false);
    }
    long inner = parts.config().get("intermediate_dim").integer();
    parts.linear("input_projector", inner);
    if (parts.config().get("use_gated_activation").bool(false)) {
      parts.linear("gate_projector", inner);
    }
    parts
        .linear("output_projector", parts.config().get("hidden_dim").integer())
        .add("layer_norm", ">T5LayerNorm", "epsilon", epsilon);
  }

  private static void attention(Parts parts, String name, double epsilon, boolean own) {
    boolean biased = own && parts.config().get("use_relative_attention_bias").bool(false);
    parts.add(
        name,
        ">T5MultiHeadAttention",
        "is_decoder",
        parts.config().get("is_decoder").bool(),
        "hidden_dim",
        parts.config().get("hidden_dim").integer(),
        "key_value_dim",
        parts.config().get("key_value_dim").integer(),
        "num_heads",
        parts.config().get("num_heads").integer(),
        "use_relative_attention_bias",
        biased);
    parts.add(name + "_layer_norm", ">T5LayerNorm", "epsilon", epsilon);
  }

  private static List<Value> layer(Block block) {
    Value x = block.x();
    Value bias = block.given("position_bias");
    Value mask = block.given("attention_mask");
    if (block.flag("use_causal_mask", false) && bias == null) {
      mask = Attention.both(TransformerLayers.causal(block, x, null), mask);
    }
    Map<String, Object> own = new LinkedHashMap<>();
    own.put("mask", mask);
    own.put("position_bias", bias);
    List<Value> attended =
        block.applyAll("self_attention", List.of(block.apply("self_attention_layer_norm", x)), own);
    Value y = Ops.add(attended.get(0), x);
    if (block.config().get("is_decoder").bool()) {
      Map<String, Object> other = new LinkedHashMap<>();
      other.put("key_value_states", block.given("encoder_hidden_states"));
      other.put("mask", block.given("encoder_attention_mask"));
      Value normed = block.apply("cross_attention_layer_norm", y);
      y = Ops.add(block.apply("cross_attention", List.of(normed), other), y);
    }
    Value normed = block.apply("layer_norm", y);
    Value inner = block.activate("activation", block.apply("input_projector", normed));
    if (block.config().get("use_gated_activation").bool(false)) {
      inner = Ops.multiply(inner, block.apply("gate_projector", normed));
    }
    return List.of(Ops.add(block.apply("output_projector", inner), y), attended.get(1));
  }

  private static void heads(Parts parts) {
    long inner =
        (long) parts.config().get("num_heads").integer()
            * parts.config().get("key_value_dim").integer();
    parts
        .linear("query_projector", inner)
        .linear("key_projector", inner)
        .linear("value_projector", inner)
        .linear("output_projector", parts.config().get("hidden_dim").integer());
  }

  private static List<Value> heads(Block block) {
    block.config().ignore("is_decoder", "use_relative_attention_bias");
    long heads = block.integer("num_heads");
    long size = block.integer("key_value_dim");
    Value x = block.x();
    Value others = block.given("key_value_states");
    Value from = others == null ? x : others;
    Value query = block.splitLast(block.apply("query_projector", x), heads, size);
    Value key = block.splitLast(block.apply("key_projector", from), heads, size);
    Value value = block.splitLast(block.apply("value_projector", from), heads, size);
    Value scores = Attention.scores(query, key);
    Value bias = block.given("position_bias");
    if (bias == null) {
      bias = bias(block, scores);
    }
    Value weights = Ops.softmax(Ops.add(scores, Ops.cast(bias, scores.dtype())), -1);
    Value mixed = block.mergeLast(Attention.mix(weights, value), 2);
    return List.of(block.apply("output_projector", mixed), bias);
  }

  /** What the distance adds to a score, and a low number where the mask is off. */
  private static Value bias(Block block, Value scores) {
    boolean relative = block.config().get("use_relative_attention_bias").bool(false);
    Value bias = relative ? byDistance(block, scores) : Ops.multiply(scores, 0);
    List<dev.keraunos.importer.layers.Masked> given = block.call().inputs("mask");
    if (given.isEmpty()) {
      return bias;
    }
    Value mask = Ops.expandDims(Ops.cast(given.get(0).value(), bias.dtype()), 1);
    return Ops.add(bias, Ops.multiply(Ops.subtract(1, mask), LOW));
  }

  private static Value byDistance(Block block, Value scores) {
    Value queries = Ops.expandDims(block.steps(scores, 2, DType.INT32), 1);
    Value keys = Ops.expandDims(block.steps(scores, 3, DType.INT32), 0);
    boolean both = !block.config().get("is_decoder").bool();
    Value places = bucket(Ops.subtract(keys, queries), both);
    Value table = block.weight("embeddings", BUCKETS, block.integer("num_heads"));
    return Ops.expandDims(Ops.transpose(Ops.take(table, places, 0), 2, 0, 1), 0);
  }

  /** Near distances each for itself, far ones in logarithmic buckets. */
  private static Value bucket(Value distance, boolean both) {
    int buckets = both ? BUCKETS / 2 : BUCKETS;
    Value far = both ? Ops.abs(distance) : Ops.negative(Ops.minimum(distance, 0));
    int exact = buckets / 2;
    Value ratio = Ops.divide(Ops.cast(far, DType.FLOAT32), exact);
    double whole = (float) Math.log((double) LONGEST / exact);
    Value log = Ops.multiply(Ops.divide(Ops.log(ratio), whole), buckets - exact);
    Value large = Ops.add(Ops.cast(log, DType.INT32), exact);
    Value placed = Ops.where(Ops.less(far, exact), far, Ops.minimum(large, buckets - 1));
    Value ahead = Ops.multiply(Ops.cast(Ops.greater(distance, 0), DType.INT32), buckets);
    return both ? Ops.add(ahead, placed) : placed;
  }
}
