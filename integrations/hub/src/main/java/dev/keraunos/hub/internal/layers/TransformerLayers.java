package dev.keraunos.hub.internal.layers;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.builtin.KerasLayers;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.tensor.DType;
import java.util.List;
import java.util.Map;

/** The encoder and decoder of {@code keras_hub.layers}, and the head of masked language models. */
final class TransformerLayers {
  static final List<LayerRow> ROWS =
      List.of(
          Block.passing("TransformerEncoder", TransformerLayers::encoder, TransformerLayers::encode)
              .takes("padding_mask", "attention_mask", "training", "return_attention_scores")
              .changesMasks()
              .draws("dropout"),
          Block.passing("TransformerDecoder", TransformerLayers::decoder, TransformerLayers::decode)
              .takes(
                  "encoder_sequence",
                  "decoder_padding_mask",
                  "decoder_attention_mask",
                  "encoder_padding_mask",
                  "encoder_attention_mask",
                  "self_attention_cache",
                  "self_attention_cache_update_index",
                  "cross_attention_cache",
                  "cross_attention_cache_update_index",
                  "use_causal_mask",
                  "training")
              .draws("dropout"),
          Block.passing("WhisperEncoder", TransformerLayers::encoder, TransformerLayers::encode)
              .takes("padding_mask", "attention_mask")
              .draws("dropout"),
          Block.passing("WhisperDecoder", TransformerLayers::decoder, TransformerLayers::decode)
              .takes("encoder_sequence", "decoder_padding_mask", "decoder_attention_mask")
              .draws("dropout"),
          Block.row("Padder", parts -> {}, TransformerLayers::padded),
          cached(),
          Block.row("MaskedLMHead", TransformerLayers::head, TransformerLayers::maskedTokens)
              .weight("kernel", true, config -> config.get("token_embedding").isNull())
              .weights("bias")
              .takes("mask_positions"),
          Block.row("RoformerV2MaskedLMHead", TransformerLayers::tied, TransformerLayers::tied)
              .takes("mask_positions"),
          Block.row("FNetEncoder", TransformerLayers::fourier, TransformerLayers::mix)
              .takes("training")
              .draws("dropout"));

  private TransformerLayers() {}

  /** A MultiHeadAttention, whose cache a saved model never gives. */
  private static LayerRow cached() {
    LayerRow heads = KerasLayers.row("MultiHeadAttention");
    return LayerRow.of(
            call -> heads.lowering().lower(Block.unmasked(call)), "CachedMultiHeadAttention")
        .children(heads::children)
        .takes(
            "value",
            "key",
            "attention_mask",
            "cache",
            "cache_update_index",
            "return_attention_scores",
            "training")
        .draws("dropout")
        .ignores("use_bias", "output_shape", "flash_attention")
        .ignores("query_shape", "key_shape", "value_shape");
  }

  // ---- masks

  /** The keys that count (batch, 1 or queries, keys): the padding and what the call says. */
  static Value merged(Value padding, Value attention) {
    Value keys = padding == null ? null : Ops.expandDims(Ops.cast(padding, DType.INT32), 1);
    if (attention == null) {
      return keys;
    }
    Value given = Ops.cast(attention, DType.INT32);
    return keys == null ? given : Ops.minimum(keys, given);
  }

  /** The padding that a keyword gives, else the mask that a tensor carries. */
  private static Value padding(Block block, String keyword, Value carried) {
    Value given = block.given(keyword);
    return given == null ? carried : given;
  }

  /** Keys no later than the query (1, time, time), together with another mask; null for none. */
  static Value causal(Block block, Value x, Value mask) {
    Value steps = block.steps(x, 1, DType.INT32);
    Value past = Ops.lessEqual(Ops.expandDims(steps, 0), Ops.expandDims(steps, 1));
    Value causal = Ops.expandDims(past, 0);
    return mask == null
        ? causal
        : Ops.minimum(Ops.cast(mask, DType.INT32), Ops.cast(causal, DType.INT32));
  }

  // ---- TransformerEncoder

  private static void encoder(Parts parts) {
    attention(parts, "_self_attention");
    forward(parts);
  }

  private static void attention(Parts parts, String prefix) {
    long heads = parts.config().get("num_heads").count(1, 1);
    long size = parts.features() / heads;
    if (parts.className().startsWith("Whisper")) {
      heads(parts, prefix + "_layer.", heads);
      parts.norm(prefix + "_layer_norm", epsilon(parts));
      return;
    }
    parts.add(
        prefix + "_layer",
        "MultiHeadAttention",
        "num_heads",
        heads,
        "key_dim",
        size,
        "value_dim",
        size,
        "dropout",
        parts.config().get("dropout").number(0));
    parts.norm(prefix + "_layer_norm", epsilon(parts));
  }

  /** A MultiHeadAttention whose keys have no bias. */
  private static void heads(Parts parts, String at, long count) {
    parts
        .einsum(at + "_query_dense", "abc,cde->abde", "de", count, 0)
        .einsum(at + "_key_dense", "abc,cde->abde", null, count, 0)
        .einsum(at + "_value_dense", "abc,cde->abde", "de", count, 0)
        .einsum(at + "_output_dense", "abcd,cde->abe", "e")
        .add(at + "_softmax", "Softmax", "axis", -1);
  }

  /** Attention by the layer inside, be it one of Keras or Whisper's. */
  private static Value attend(Block block, String attribute, Masked x, Value mask) {
    return block.call().layer().className().startsWith("Whisper")
        ? whisper(block, attribute, x.value(), x.value(), mask)
        : block.attend(attribute, x, x, mask);
  }

  private static Value attend(Block block, String attribute, Value query, Value value, Value mask) {
    return block.call().layer().className().startsWith("Whisper")
        ? whisper(block, attribute, query, value, mask)
        : block.attend(attribute, query, value, mask);
  }

  private static Value whisper(
      Block block, String attribute, Value query, Value value, Value mask) {
    String at = attribute + ".";
    long count = block.integer("num_heads");
    Value queries = block.heads(at + "_query_dense", query, count);
    Value keys = block.heads(at + "_key_dense", value, count);
    Value values = block.heads(at + "_value_dense", value, count);
    double scale = 1 / Math.sqrt(block.call().dim(queries, -1));
    Value mixed;
    if (block.config().get("dropout").number(0) == 0) {
      Value placed = mask == null ? null : Ops.expandDims(Ops.cast(mask, DType.BOOL), 1);
      mixed = Ops.dotProductAttention(queries, keys, values, null, placed, scale, false);
    } else {
      Value scores = Attention.scores(Ops.multiply(queries, scale), keys);
      mixed = Attention.mix(Attention.weights(block, at + "_softmax", scores, mask), values);
    }
    return block.apply(at + "_output_dense", mixed);
  }

  private static Value padded(Block block) {
    List<Long> around = List.of(0L, 1L, 0L);
    return Ops.pad(block.x(), around, around);
  }

  private static double epsilon(Parts parts) {
    return parts.config().get("layer_norm_epsilon").number(1e-5);
  }

  private static void forward(Parts parts) {
    parts
        .norm("_feedforward_layer_norm", epsilon(parts))
        .dense("_feedforward_intermediate_dense", parts.config().get("intermediate_dim").integer())
        .dense("_feedforward_output_dense", parts.features());
  }

  private static Value encode(Block block) {
    if (block.flag("return_attention_scores", false)) {
      throw block.call().gap("return_attention_scores=True is not supported");
    }
    Value carried = block.call().passedMask();
    Value mask = merged(padding(block, "padding_mask", carried), block.given("attention_mask"));
    Value x =
        around(
            block,
            "_self_attention_layer_norm",
            block.x(),
            y -> attend(block, "_self_attention_layer", new Masked(y, carried), mask));
    return around(block, "_feedforward_layer_norm", x, y -> forward(block, y));
  }

  private static Value forward(Block block, Value x) {
    Value inner = block.activate("activation", block.apply("_feedforward_intermediate_dense", x));
    return block.apply("_feedforward_output_dense", inner);
  }

  /** A step of a residual: normalized before it or behind the sum. */
  interface Step {
    Value of(Value x);
  }

  private static Value around(Block block, String norm, Value x, Step step) {
    if (block.config().get("normalize_first").bool(false)) {
      return Ops.add(step.of(block.apply(norm, x)), x);
    }
    return block.apply(norm, Ops.add(step.of(x), x));
  }

  // ---- TransformerDecoder

  private static void decoder(Parts parts) {
    attention(parts, "_self_attention");
    if (!parts.config().get("encoder_sequence_shape").isNull()) {
      attention(parts, "_cross_attention");
    }
    forward(parts);
  }

  private static Value decode(Block block) {
    block.config().ignore("decoder_sequence_shape");
    Value x = block.x();
    Value own =
        merged(
            padding(block, "decoder_padding_mask", block.call().passedMask()),
            block.given("decoder_attention_mask"));
    Value self = block.flag("use_causal_mask", true) ? causal(block, x, own) : own;
    x =
        around(
            block,
            "_self_attention_layer_norm",
            x,
            y -> attend(block, "_self_attention_layer", y, y, self));
    Value encoded = block.given("encoder_sequence");
    if (encoded == null && block.x(1) != null) {
      encoded = block.x(1);
    }
    if (encoded != null) {
      x = across(block, x, encoded);
    }
    return around(block, "_feedforward_layer_norm", x, y -> forward(block, y));
  }

  private static Value across(Block block, Value x, Value encoded) {
    Value carried =
        block.call().inputs("encoder_sequence").stream()
            .map(input -> input.mask())
            .filter(mask -> mask != null)
            .findFirst()
            .orElse(null);
    Value mask =
        merged(
            padding(block, "encoder_padding_mask", carried), block.given("encoder_attention_mask"));
    return around(
        block,
        "_cross_attention_layer_norm",
        x,
        y -> attend(block, "_cross_attention_layer", y, encoded, mask));
  }

  // ---- MaskedLMHead

  private static void head(Parts parts) {
    boolean tied = !parts.config().get("token_embedding").isNull();
    JsonNode table = parts.config().get("token_embedding").json();
    long width = table.path("config").path("output_dim").asLong(parts.features());
    parts
        .dense("_intermediate_dense", width)
        .norm("_intermediate_layer_norm", parts.config().get("layer_norm_epsilon").number(1e-5));
    if (tied) {
      parts.add("token_embedding", parts.config().get("token_embedding").json());
    }
  }

  /** The scores of all tokens at some positions. */
  private static Value maskedTokens(Block block) {
    Value x = block.call().input(0).value();
    Value positions = block.given("mask_positions");
    if (positions == null) {
      throw block.call().gap("its call gives no mask_positions");
    }
    Value taken = Ops.takeAlongAxis(x, Ops.expandDims(positions, -1), 1);
    Value dense = block.apply("_intermediate_dense", taken);
    Value inner =
        block.apply("_intermediate_layer_norm", block.activate("intermediate_activation", dense));
    long words = block.config().get("vocabulary_size").integer(-1);
    boolean tied = !block.config().get("token_embedding").isNull();
    DType stored = block.call().tensor("bias", words).dtype();
    Value logits =
        tied
            ? block.apply("token_embedding", List.of(inner), Map.of("reverse", true))
            : Ops.matmul(
                Ops.cast(inner, stored),
                block.call().weight(stored, "kernel", inner.shape().dim(-1), words));
    Value scores = Ops.cast(Ops.cast(logits, block.call().computeType()), stored);
    return block.activate(
        "activation", Ops.add(scores, block.call().weight(stored, "bias", words)));
  }

  private static void tied(Parts parts) {
    parts.add("token_embedding", parts.config().get("token_embedding").json());
  }

  private static Value tied(Block block) {
    Value x = block.call().input(0).value();
    Value positions = Ops.expandDims(block.given("mask_positions"), -1);
    Value taken = Ops.takeAlongAxis(x, positions, 1);
    Value logits = block.apply("token_embedding", List.of(taken), Map.of("reverse", true));
    return Ops.cast(block.activate("activation", logits), DType.FLOAT32);
  }

  // ---- FNetEncoder

  private static void fourier(Parts parts) {
    parts
        .norm("_mixing_layer_norm", epsilon(parts))
        .norm("_output_layer_norm", epsilon(parts))
        .dense("_intermediate_dense", parts.config().get("intermediate_dim").integer())
        .dense("_output_dense", parts.features());
  }

  private static Value mix(Block block) {
    Value x = block.x();
    Value mixed = Ops.cast(transformed(block, Ops.cast(x, DType.FLOAT32)), x.dtype());
    Value first = block.apply("_mixing_layer_norm", Ops.add(x, mixed));
    Value inner = block.activate("activation", block.apply("_intermediate_dense", first));
    Value second = block.apply("_output_dense", inner);
    return block.apply("_output_layer_norm", Ops.add(first, second));
  }

  /** The real part of the Fourier transform over time and features. */
  private static Value transformed(Block block, Value x) {
    Value time = phases(block, x, 1);
    Value features = phases(block, x, 2);
    Value even = Ops.matmul(Ops.matmul(Ops.cos(time), x), Ops.cos(features));
    Value odd = Ops.matmul(Ops.matmul(Ops.sin(time), x), Ops.sin(features));
    return Ops.subtract(even, odd);
  }

  /** 2π·i·k / n for each pair of steps along an axis of length n. */
  private static Value phases(Block block, Value x, int axis) {
    Value steps = block.steps(x, axis, DType.INT32);
    Value count = Ops.add(Ops.max(steps), 1);
    Value products = Ops.multiply(Ops.expandDims(steps, 1), Ops.expandDims(steps, 0));
    Value turns = Ops.cast(Ops.mod(products, count), DType.FLOAT32);
    return Ops.divide(Ops.multiply(turns, 2 * Math.PI), Ops.cast(count, DType.FLOAT32));
  }
}
