package dev.keraunos.importer.internal.builtin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.Lowering;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * MultiHeadAttention and GroupQueryAttention of {@code keras.layers.attention}, which compare the
 * heads that dense layers inside make of sequences.
 */
final class HeadLayers {
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";

  static final List<LayerRow> ROWS =
      List.of(
          ofHeads(HeadLayers::multiHead, "MultiHeadAttention")
              .changesMasks()
              .activityInside(Quirk.PROJECTIONS_ARE_PENALISED)
              .ignores("query_shape", "key_shape", "value_shape"),
          ofHeads(HeadLayers::groupQuery, "GroupQueryAttention", "GroupedQueryAttention"));

  private HeadLayers() {}

  private static LayerRow ofHeads(Lowering lowering, String... names) {
    return LayerRow.of(lowering, names)
        .children(HeadLayers::projections)
        .takes(
            "value",
            "key",
            "query_mask",
            "value_mask",
            "key_mask",
            "attention_mask",
            AttentionLayers.SCORES,
            "training",
            AttentionLayers.CAUSAL)
        .draws(AttentionLayers.DROPOUT)
        .ignores("use_bias", "output_shape", "flash_attention");
  }

  /**
   * The heads of a layer.
   *
   * @param groups how many heads keys and values have
   * @param keySize the features of a head of queries and keys
   * @param valueSize the same of values
   */
  private record Heads(int count, int groups, int keySize, int valueSize) {}

  private static List<Masked> multiHead(RowCall call) {
    Config config = call.config();
    int heads = config.get("num_heads").integer();
    int keySize = config.get("key_dim").integer();
    int valueSize = config.get("value_dim").integer(0);
    boolean takesMask = !call.dialect().has(Quirk.USES_MASKS_UP);
    AttentionInputs given = AttentionInputs.of(call, takesMask);
    List<Masked> outputs =
        attend(
            call,
            new Heads(heads, heads, keySize, valueSize == 0 ? keySize : valueSize),
            given,
            config.get("attention_axes").integersOr());
    if (!takesMask) {
      given.tensors().forEach(tensor -> useUp(call, tensor));
    }
    return outputs;
  }

  private static List<Masked> groupQuery(RowCall call) {
    Config config = call.config();
    int size = config.get("head_dim").integer();
    int heads = config.get("num_query_heads").integer();
    int groups = config.get("num_key_value_heads").integer();
    if (groups < 1 || heads % groups != 0) {
      throw config.get("num_key_value_heads").unexpected("a divisor of num_query_heads, " + heads);
    }
    return attend(call, new Heads(heads, groups, size, size), AttentionInputs.of(call, true), 1);
  }

  /** Tensors that the layer does not cast lose their masks for whatever is called later. */
  private static void useUp(RowCall call, Value tensor) {
    if (call.autocast(tensor) == tensor) {
      call.site().useUpMask(tensor);
    }
  }

  /**
   * softmax(query·key/√size + mask)·value head by head, between dense layers.
   *
   * @param axes over which a query looks at keys; none for all but samples and features
   */
  private static List<Masked> attend(
      RowCall call, Heads heads, AttentionInputs given, int... axes) {
    call.requireEvenRows();
    Value query = heads(call, "query_dense", given.query(), heads.count(), heads.keySize());
    Value key = heads(call, "key_dense", given.key(), heads.groups(), heads.keySize());
    Value value = heads(call, "value_dense", given.value(), heads.groups(), heads.valueSize());
    if (heads.groups() < heads.count()) {
      key = Ops.repeat(key, heads.count() / heads.groups(), 2);
      value = Ops.repeat(value, heads.count() / heads.groups(), 2);
    }
    Over over = Over.of(value.rank(), axes(call, value.rank(), axes));
    Value mask = given.mask(call);
    double scale = 1 / Math.sqrt(heads.keySize());
    Masked scores = null;
    Value output;
    if (isFused(call, query)) {
      Shape shape =
          Shape.of(query.shape().dim(0), heads.count(), query.shape().dim(1), key.shape().dim(1));
      Value placed = mask == null ? null : over.place(mask, shape);
      output = Ops.dotProductAttention(query, key, value, null, placed, scale, false);
    } else {
      boolean isFloat = call.dialect().has(Quirk.HEADS_SCALE_IN_FLOAT32);
      Value scaled = Ops.multiply(query, isFloat ? (float) scale : scale);
      Value raw = Ops.einsum(over.scores(), key, scaled);
      Value placed = mask == null ? null : over.place(mask, raw.shape());
      boolean robust = call.config().get("softmax_robust_masking").bool(false);
      Value weights = ActivationLayers.softmax(call, raw, placed, robust, over.normalized());
      output = Ops.einsum(over.output(), weights, value);
      scores = scored(call, weights, placed);
    }
    if (call.config().get("use_gate").bool(false)) {
      Value gate = heads(call, "gate_dense", given.query(), heads.count(), heads.valueSize());
      output = Ops.multiply(output, gate);
    }
    Value mixed = project(call, "output_dense", output);
    boolean passes = call.dialect().has(Quirk.HEADS_TAKE_MASKS);
    return AttentionLayers.outputs(
        call, new Masked(mixed, passes ? call.passedMask() : null), scores);
  }

  /** Whether Keras computes all heads by {@code keras.ops.dot_product_attention}. */
  private static boolean isFused(RowCall call, Value query) {
    return call.dialect().has(Quirk.HEADS_ARE_FUSED)
        && call.config().get(AttentionLayers.DROPOUT).number(0) == 0
        && !call.constant(AttentionLayers.SCORES).bool(false)
        && query.rank() == 4;
  }

  private static Value project(RowCall call, String attribute, Value x) {
    LayerSpec dense = projections(call.layer()).get(attribute);
    return call.inner(dense, attribute, List.of(Masked.unmasked(x))).get(0).value();
  }

  private static Value heads(RowCall call, String attribute, Masked x, int count, int size) {
    Value y = project(call, attribute, x.value());
    if (y.shape().dim(-2) != count || y.shape().dim(-1) != size) {
      throw new ModelFileException(
          call.path() + "." + attribute,
          "a kernel for " + y.shape().dim(-2) + " heads of " + y.shape().dim(-1) + " features",
          count + " heads of " + size + " features, as the config has them",
          "The weights belong to another model, or the file is damaged.");
    }
    return y;
  }

  /** The dense layers inside, by attribute, in the order in which Keras makes them. */
  private static Map<String, LayerSpec> projections(LayerSpec layer) {
    Map<String, LayerSpec> inside = new LinkedHashMap<>();
    inside.put("query_dense", projection(layer, "query", "m", "hd", "linear"));
    inside.put("key_dense", projection(layer, "key", "m", "hd", "linear"));
    if (layer.config().get("use_gate").bool(false)) {
      inside.put("gate_dense", projection(layer, "gate", "m", "hd", "sigmoid"));
    }
    inside.put("value_dense", projection(layer, "value", "m", "hd", "linear"));
    int axes = layer.config().get("output_shape").integersOr().length;
    String features = LETTERS.substring(12, 12 + Math.max(axes, 1));
    inside.put("output_dense", projection(layer, "attention_output", "hd", features, "linear"));
    return inside;
  }

  private static LayerSpec projection(
      LayerSpec layer, String name, String from, String to, String activation) {
    ObjectNode config = layer.json().deepCopy();
    config.retain(
        "dtype", "trainable", "kernel_regularizer", "bias_regularizer", "activity_regularizer");
    if (!layer.dialect().has(Quirk.PROJECTIONS_ARE_PENALISED)) {
      config.remove("activity_regularizer");
    }
    config.put("name", name);
    config.put("equation", "..." + from + "," + from + to + "->..." + to);
    config.put("activation", activation);
    ArrayNode sizes = config.putArray("output_shape");
    if (to.equals("hd")) {
      Arrays.stream(headSizes(layer.config(), name)).forEach(sizes::add);
    } else {
      Arrays.stream(layer.config().get("output_shape").integersOr()).forEach(sizes::add);
    }
    config.put("bias_axes", layer.config().get("use_bias").bool(true) ? to : null);
    ObjectNode entry = JsonNodeFactory.instance.objectNode().put("class_name", "EinsumDense");
    entry.set("config", config);
    return layer.inner(entry, name);
  }

  /** How many heads a projection has, and how many features each. */
  private static int[] headSizes(Config config, String name) {
    boolean grouped = !config.get("num_key_value_heads").isNull() && !name.equals("query");
    int heads = config.get(grouped ? "num_key_value_heads" : "num_query_heads").integer(0);
    int size = config.get("key_dim", "head_dim").integer(0);
    return new int[] {
      config.get("num_heads").integer(heads),
      name.equals("value") ? config.get("value_dim").integer(size) : size
    };
  }

  /** Where heads (samples, ..., heads, features) of a rank are compared. */
  private static int[] axes(RowCall call, int rank, int... axes) {
    if (axes.length == 0) {
      return IntStream.range(1, rank - 2).toArray();
    }
    boolean skips = call.dialect().has(Quirk.ATTENTION_AXES_LEAVE_OUT_HEADS);
    int end = skips ? rank - 1 : rank;
    int[] counted = Arrays.stream(axes).map(axis -> axis < 0 ? end + axis : axis).toArray();
    Setting setting = call.config().get("attention_axes");
    if (Arrays.stream(counted).anyMatch(axis -> axis < 0 || axis > rank - 2)) {
      throw setting.unexpected("axes of the query without its features");
    }
    return counted;
  }

  /**
   * The axes over which queries look at keys, in einsum's words.
   *
   * @param axes how many there are
   * @param rank of the scores: samples and the like, heads, axes of queries, axes of keys
   */
  private record Over(String scores, String output, int axes, int rank) {
    static Over of(int rank, int... axes) {
      String query = LETTERS.substring(0, rank);
      StringBuilder key = new StringBuilder(query);
      StringBuilder batch = new StringBuilder();
      StringBuilder rows = new StringBuilder();
      StringBuilder columns = new StringBuilder();
      for (int i = 0; i < axes.length; i++) {
        key.setCharAt(axes[i], LETTERS.charAt(rank + i));
        rows.append(query.charAt(axes[i]));
        columns.append(LETTERS.charAt(rank + i));
      }
      for (int i = 0; i < rank - 1; i++) {
        if (key.charAt(i) == query.charAt(i)) {
          batch.append(query.charAt(i));
        }
      }
      String both = batch.toString() + rows + columns;
      return new Over(
          key + "," + query + "->" + both,
          both + "," + key + "->" + query,
          axes.length,
          both.length());
    }

    /** The axes of the scores that belong to keys. */
    int[] normalized() {
      return IntStream.range(rank - axes, rank).toArray();
    }

    /** A mask beside the scores, with axes of length 1 for the heads and whatever it lacks. */
    Value place(Value mask, Shape scores) {
      Value placed = mask;
      while (placed.rank() < rank && placed.rank() >= 2 * axes) {
        placed = Ops.expandDims(placed, placed.rank() - 2 * axes);
      }
      boolean fits = placed.rank() == rank;
      for (int i = 0; fits && i < rank; i++) {
        long length = placed.shape().dim(i);
        fits = length == 1 || length < 0 || scores.dim(i) < 0 || length == scores.dim(i);
      }
      if (!fits) {
        throw new InputException(
            "a mask of shape " + mask.shape() + " beside scores of shape " + scores);
      }
      return placed;
    }
  }

  /** The scores of heads, with the mask that the Softmax inside hands on. */
  private static Masked scored(RowCall call, Value scores, Value mask) {
    boolean passes =
        !call.dialect().has(Quirk.HANDS_ON_CARRIED_MASK)
            || call.dialect().has(Quirk.HANDS_ON_GIVEN_MASK);
    return new Masked(scores, passes ? mask : null);
  }
}
