package dev.keraunos.importer.internal.builtin;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.DType;
import java.util.List;
import java.util.function.BinaryOperator;

/** {@code keras.layers.attention}: Attention and AdditiveAttention, of sequences as they are. */
final class AttentionLayers {
  static final String DROPOUT = "dropout";
  static final String SCORES = "return_attention_scores";
  static final String CAUSAL = "use_causal_mask";

  static final List<LayerRow> ROWS =
      List.of(
          LayerRow.of(call -> attention(call, (q, k) -> similarity(call, q, k)), "Attention")
              .weight("scale", true, config -> config.get("use_scale").bool(false))
              .weight("concat_score_weight", true, AttentionLayers::concatenates)
              .takes("mask", "training", SCORES, CAUSAL)
              .draws(DROPOUT),
          LayerRow.of(call -> attention(call, (q, k) -> additive(call, q, k)), "AdditiveAttention")
              .weight("scale", true, config -> config.get("use_scale").bool(true))
              .takes("mask", "training", SCORES, CAUSAL)
              .draws(DROPOUT));

  private AttentionLayers() {}

  static List<Masked> outputs(RowCall call, Masked output, Masked scores) {
    return call.constant(SCORES).bool(false) ? List.of(output, scores) : List.of(output);
  }

  /** softmax(score(query, key))·value for [query, value] or [query, value, key]. */
  private static List<Masked> attention(RowCall call, BinaryOperator<Value> score) {
    List<Value> given = call.xs(2);
    if (given.size() > 3) {
      throw new InputException(
          "its call gives " + given.size() + " tensors; allowed: query, value and a key");
    }
    Value value = given.get(1);
    Value scores = score.apply(given.get(0), given.size() == 3 ? given.get(2) : value);
    Value kept = kept(call, scores);
    Value weights = Ops.softmax(kept == null ? scores : lowered(call, scores, kept), -1);
    Value output = Ops.matmul(weights, value);
    Value steps = call.input(0).mask();
    if (steps != null) {
      output = masked(call, output, Ops.expandDims(steps, -1));
    }
    boolean loses = call.dialect().has(Quirk.MERGES_LOSE_MASKS);
    return outputs(
        call, new Masked(output, loses ? null : call.passedMask()), Masked.unmasked(weights));
  }

  private static boolean concatenates(Config config) {
    return config.get("score_mode").oneOf("dot", "dot", "concat").equals("concat");
  }

  /** scale·query·key, or weight·Σtanh(scale·(query + key)). */
  private static Value similarity(RowCall call, Value query, Value key) {
    boolean scaled = call.config().get("use_scale").bool(false);
    if (!concatenates(call.config())) {
      Value scores = Ops.matmul(query, key, false, true);
      return scaled ? Ops.multiply(scores, call.weight("scale")) : scores;
    }
    Value pairs = pairs(query, key);
    Value inner = scaled ? Ops.multiply(call.weight("scale"), pairs) : pairs;
    return Ops.multiply(call.weight("concat_score_weight"), Ops.sum(Ops.tanh(inner), -1));
  }

  /** Σ scale·tanh(query + key). */
  private static Value additive(RowCall call, Value query, Value key) {
    Value curved = Ops.tanh(pairs(query, key));
    boolean scaled = call.config().get("use_scale").bool(true);
    return Ops.sum(
        scaled ? Ops.multiply(call.weight("scale", call.dim(query, -1)), curved) : curved, -1);
  }

  /** query + key for each pair of steps: (..., time of query, time of key, features). */
  private static Value pairs(Value query, Value key) {
    return Ops.add(Ops.expandDims(query, -2), Ops.expandDims(key, -3));
  }

  /** The scores (samples, time of query, time of key) that count; null for all. */
  private static Value kept(RowCall call, Value scores) {
    boolean causal = call.config().get("causal").bool(false) || call.constant(CAUSAL).bool(false);
    Value steps = call.input(1).mask();
    boolean misplaces = !causal && call.dialect().has(Quirk.VALUE_MASKS_LACK_AN_AXIS);
    Value kept = steps == null || misplaces ? steps : Ops.expandDims(steps, -2);
    if (!causal) {
      return kept;
    }
    Value past = Ops.lessEqual(Ops.iota(scores, -1), Ops.iota(scores, -2));
    boolean alone = kept == null || call.dialect().has(Quirk.CAUSAL_REPLACES_VALUE_MASK);
    return alone ? past : Ops.logicalAnd(kept, past);
  }

  /** Scores of which those that do not count are lower by a large number. */
  private static Value lowered(RowCall call, Value scores, Value kept) {
    double large = scores.dtype() == DType.FLOAT16 ? 65504 : 1e9;
    if (call.dialect().has(Quirk.MASKS_SELECT)) {
      return Ops.where(kept, scores, Ops.subtract(scores, large));
    }
    Value off = Ops.cast(Ops.logicalNot(kept), scores.dtype());
    return Ops.subtract(scores, Ops.multiply(large, off));
  }

  /** What the mask keeps; zero elsewhere. */
  private static Value masked(RowCall call, Value x, Value mask) {
    return call.dialect().has(Quirk.MASKS_SELECT)
        ? Ops.where(mask, x, 0.0)
        : Ops.multiply(x, Ops.cast(mask, x.dtype()));
  }
}
