package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.tensor.DType;
import java.util.List;

/** Gemma: grouped heads whose scores may be capped, and norms before and behind. */
final class GemmaLayers {
  static final List<LayerRow> ROWS =
      List.of(
          Block.row("GemmaDecoderBlock", GemmaLayers::parts, GemmaLayers::lower)
              .takes("padding_mask")
              .draws("dropout"),
          Block.row("Gemma3DecoderBlock", GemmaLayers::parts, GemmaLayers::lower)
              .takes("padding_mask")
              .draws("dropout"),
          Block.row("Gemma3MeanPooling", parts -> {}, GemmaLayers::mean).takes("padding_mask"));

  private GemmaLayers() {}

  private static void parts(Parts parts) {
    double epsilon = parts.config().get("layer_norm_epsilon").number(1e-6);
    long heads = parts.config().get("num_query_heads").integer();
    long groups = parts.config().get("num_key_value_heads").integer();
    parts
        .einsum("attention.query_dense", "btd,ndh->btnh", null, heads, 0)
        .einsum("attention.key_dense", "bsd,kdh->bskh", null, groups, 0)
        .einsum("attention.value_dense", "bsd,kdh->bskh", null, groups, 0)
        .einsum("attention.output_dense", "btnh,nhd->btd", null)
        .softmax("attention.softmax");
    if (parts.config().get("use_query_key_norm").bool(false)) {
      norm(parts, "attention.query_norm", epsilon);
      norm(parts, "attention.key_norm", epsilon);
    }
    norm(parts, "pre_attention_norm", epsilon);
    norm(parts, "pre_ffw_norm", epsilon);
    if (parts.config().get("use_post_attention_norm").bool(false)) {
      norm(parts, "post_attention_norm", epsilon);
    }
    if (parts.config().get("use_post_ffw_norm").bool(false)) {
      norm(parts, "post_ffw_norm", epsilon);
    }
    parts
        .einsum("gating_ffw", "btd,df->btf", null)
        .einsum("gating_ffw_2", "btd,df->btf", null)
        .einsum("ffw_linear", "btf,fd->btd", null);
  }

  static void norm(Parts parts, String attribute, double epsilon) {
    parts.add(attribute, ">gemma.RMSNormalization", "epsilon", epsilon);
  }

  private static Value lower(Block block) {
    Value x = block.x();
    Value normed = block.apply("pre_attention_norm", x);
    Value mixed = attention(block, normed, seen(block, normed));
    if (block.config().get("use_post_attention_norm").bool(false)) {
      mixed = block.apply("post_attention_norm", mixed);
    }
    Value y = Ops.add(x, mixed);
    Value inner = block.apply("pre_ffw_norm", y);
    Value gate = Ops.gelu(block.apply("gating_ffw", inner), true);
    Value gated = Ops.multiply(gate, block.apply("gating_ffw_2", inner));
    Value output = block.apply("ffw_linear", gated);
    if (block.config().get("use_post_ffw_norm").bool(false)) {
      output = block.apply("post_ffw_norm", output);
    }
    return Ops.add(output, y);
  }

  /** The keys that a query sees: no later ones, or with {@code bidirectional} all that count. */
  private static Value seen(Block block, Value x) {
    Value own = TransformerLayers.merged(block.padding("padding_mask"), null);
    if (!block.config().get("bidirectional").bool(false)) {
      return TransformerLayers.causal(block, x, own);
    }
    if (own == null) {
      throw block.call().gap("bidirectional attention without a padding mask is not supported");
    }
    return Ops.multiply(own, Ops.transpose(own, 0, 2, 1));
  }

  private static boolean isThird(Block block) {
    return block.call().layer().className().startsWith("Gemma3");
  }

  /** Heads of queries or keys at their positions. */
  private static Value placed(Block block, String name, Value x, long count) {
    Value heads = block.heads("attention." + name + "_dense", x, count);
    if (block.config().get("use_query_key_norm").bool(false)) {
      heads = block.apply("attention." + name + "_norm", heads);
    }
    Rope rope =
        Rope.linear(
            block.config().get("rope_wavelength").number(10000),
            block.config().get("rope_scaling_factor").number(1));
    return isThird(block) ? rope.rotate(block, heads) : woven(block, rope, heads);
  }

  /** The keys that are near enough. */
  private static Value near(Block block, Value x, Value mask) {
    int window = block.config().get("window").integer(-1);
    if (!block.config().get("bidirectional").bool(false) || window < 0) {
      return GatedLayers.near(block, x, mask, window);
    }
    int ahead = (window + 1) / 2;
    return Attention.both(mask, Attention.window(block, x, -ahead, window - ahead));
  }

  /** The mean of the steps that count. */
  private static Value mean(Block block) {
    Value x = block.x();
    Value padding = block.given("padding_mask");
    Value mask = Ops.cast(padding == null ? block.x(1) : padding, x.dtype());
    Value sum = Ops.sum(Ops.multiply(x, Ops.expandDims(mask, -1)), 1);
    Value count = Ops.maximum(Ops.expandDims(Ops.sum(mask, 1), 1), 1e-9);
    return Ops.cast(Ops.divide(sum, count), block.call().computeType());
  }

  private static Value attention(Block block, Value x, Value mask) {
    long count = block.integer("num_query_heads");
    long groups = block.integer("num_key_value_heads");
    Value query = placed(block, "query", x, count);
    Value key = placed(block, "key", x, groups);
    Value value = block.heads("attention.value_dense", x, groups);
    Value mixed =
        capped(
            block,
            "attention.softmax",
            Ops.multiply(query, 1 / Math.sqrt(block.call().dim(query, -1))),
            Attention.repeated(key, count, groups),
            Attention.repeated(value, count, groups),
            near(block, x, mask));
    Value seen = Ops.any(Ops.cast(mask, DType.BOOL), -1);
    Value each = Ops.expandDims(Ops.expandDims(seen, -1), -1);
    return block.apply("attention.output_dense", Ops.where(each, mixed, 0.0));
  }

  /** Weights of scores that a tanh keeps below a cap. */
  static Value capped(
      Block block, String softmax, Value query, Value key, Value value, Value mask) {
    double cap = block.config().get("logit_soft_cap").number(0);
    Value scores = EmbeddingLayers.softCap(Attention.scores(query, key), cap);
    Value weights = Attention.weights(block, softmax, scores, mask);
    return Attention.mix(Ops.cast(weights, scores.dtype()), value);
  }

  /** Features turned by position, then the two halves woven into each other. */
  private static Value woven(Block block, Rope rope, Value heads) {
    List<Value> halves = Ops.split(rope.rotate(block, heads), 2, -1);
    return block.mergeLast(Ops.stack(halves, -1), 2);
  }
}
