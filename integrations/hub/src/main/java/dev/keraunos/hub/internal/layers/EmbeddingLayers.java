package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.builtin.KerasLayers;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tokens and positions: {@code keras_hub.layers} that embed. */
final class EmbeddingLayers {
  static final List<LayerRow> ROWS =
      List.of(
          KerasLayers.row("ReversibleEmbedding"),
          Block.row("PositionEmbedding", parts -> {}, EmbeddingLayers::position)
              .weights("embeddings")
              .takes("start_index", "positions")
              .ignores("initializer"),
          Block.masked("TokenAndPositionEmbedding", EmbeddingLayers::both, EmbeddingLayers::both)
              .takes("start_index", "positions")
              .ignores("vocabulary_size", "embedding_dim", "tie_weights", "mask_zero"),
          Block.row("SinePositionEncoding", parts -> {}, EmbeddingLayers::sine)
              .takes("start_index", "positions"),
          Block.row("RotaryEmbedding", parts -> {}, EmbeddingLayers::rotary)
              .takes("start_index", "positions"),
          Block.row("AlibiBias", parts -> {}, EmbeddingLayers::alibi),
          LayerRow.drops(EmbeddingLayers::rms, "RMSNormalization")
              .weights("scale")
              .ignores("input_dim"));

  private EmbeddingLayers() {}

  /** cap·tanh(x / cap); x itself for a cap of 0. */
  static Value softCap(Value x, double cap) {
    return cap == 0 ? x : Ops.multiply(Ops.tanh(Ops.divide(x, cap)), cap);
  }

  /** The first rows of a table, one per step, for every sample. */
  private static Value position(Block block) {
    Value x = block.x();
    long width = block.call().dim(x, -1);
    Value table = block.weight("embeddings", block.integer("sequence_length"), width);
    return Ops.broadcastTo(Ops.take(table, positions(block, x), 0), x);
  }

  /** The indices of the steps. */
  private static Value positions(Block block, Value x) {
    Value given = block.given("positions");
    int start = block.call().constant("start_index").integer(0);
    return given == null ? Ops.add(block.steps(x, -2, DType.INT32), start) : given;
  }

  private static void both(Parts parts) {
    Object width = parts.config().get("embedding_dim").integer();
    if (parts.config().get("token_embedding").isObject()) {
      parts.add("token_embedding", parts.config().get("token_embedding").json());
    } else {
      tokens(parts, width);
    }
    parts.add(
        "position_embedding",
        ">PositionEmbedding",
        "sequence_length",
        parts.config().get("sequence_length").integer());
  }

  private static void tokens(Parts parts, Object width) {
    parts.add(
        "token_embedding",
        ">ReversibleEmbedding",
        "input_dim",
        parts.config().get("vocabulary_size").integer(),
        "output_dim",
        width,
        "tie_weights",
        parts.config().get("tie_weights").bool(true),
        "mask_zero",
        parts.config().get("mask_zero").bool(false));
  }

  private static List<Masked> both(Block block) {
    Masked tokens = block.masked("token_embedding", block.call().input(0));
    Map<String, Object> named = new LinkedHashMap<>();
    named.put("start_index", block.call().constant("start_index").integer(0));
    named.put("positions", block.given("positions"));
    Value positions = block.apply("position_embedding", List.of(tokens.value()), named);
    return List.of(new Masked(Ops.add(tokens.value(), positions), tokens.mask()));
  }

  /** sin on even features, cos on odd ones. */
  private static Value sine(Block block) {
    Value x = block.x();
    int width = Math.toIntExact(block.call().dim(x, -1));
    DType type = block.call().computeType();
    double least = 1 / block.config().get("max_wavelength").number(10000);
    float[] scales = new float[width];
    float[] odd = new float[width];
    for (int i = 0; i < width; i++) {
      scales[i] = (float) Math.pow((float) least, 2 * (i / 2) / (float) width);
      odd[i] = i % 2;
    }
    Value at = Ops.cast(positions(block, x), type);
    Value rows = at.rank() == 1 ? Ops.expandDims(at, 0) : at;
    Value frequencies = Ops.cast(block.call().constant(Tensor.of(scales, scales.length)), type);
    Value angles = Ops.multiply(Ops.expandDims(rows, -1), frequencies);
    Value isOdd = Ops.cast(block.call().constant(Tensor.of(odd, odd.length)), type);
    Value encoded =
        Ops.add(
            Ops.multiply(Ops.sin(angles), Ops.subtract(1, isOdd)),
            Ops.multiply(Ops.cos(angles), isOdd));
    return Ops.broadcastTo(encoded, x);
  }

  private static Value rotary(Block block) {
    int axis = block.config().get("sequence_axis").integer(1);
    int features = block.config().get("feature_axis").integer(-1);
    Value positions = block.given("positions");
    int start = block.call().constant("start_index").integer(0);
    return Rope.of(block.config()).rotate(block, block.x(), axis, features, positions, start);
  }

  /** Scores plus a bias that falls with the distance from the last key, steeper head by head. */
  private static Value alibi(Block block) {
    double max = block.config().get("alibi_bias_max").number(8);
    return Ops.add(block.x(), alibi(block, block.x(), max));
  }

  /** The bias (1, heads, 1, keys) of scores (batch, heads, queries, keys). */
  static Value alibi(Block block, Value scores, double max) {
    int heads = Math.toIntExact(block.call().dim(scores, -3));
    DType type = block.call().computeType();
    Value slopes = Ops.cast(block.call().constant(Tensor.of(slopes(heads, max), heads)), type);
    Value back = Ops.subtract(block.steps(scores, -1, DType.INT32), last(block, scores));
    Value distances = Ops.cast(Ops.expandDims(back, 0), type);
    Value bias = Ops.multiply(Ops.expandDims(slopes, 1), distances);
    return Ops.expandDims(Ops.expandDims(bias, 1), 0);
  }

  private static Value last(Block block, Value scores) {
    return Ops.max(block.steps(scores, -1, DType.INT32));
  }

  static float[] slopes(int heads, double max) {
    int whole = Integer.highestOneBit(heads);
    float[] slopes = new float[heads];
    for (int i = 0; i < heads; i++) {
      slopes[i] = i < whole ? slope(whole, i, max) : slope(2 * whole, 2 * (i - whole), max);
    }
    return slopes;
  }

  private static float slope(int heads, int place, double max) {
    double start = Math.pow(2, -Math.pow(2, -(Math.log(heads / max) / Math.log(2))));
    return (float) (start * Math.pow(start, place));
  }

  /** x over the root of the mean of its squares, in float32. */
  private static Value rms(RowCall call) {
    Value x = Ops.cast(call.input(0).value(), DType.FLOAT32);
    Value scale = call.weight("scale", call.dim(x, -1));
    Value mean = Ops.add(Ops.mean(Ops.square(x), -1), 1e-6);
    return Ops.multiply(Ops.multiply(x, Ops.expandDims(Ops.rsqrt(mean), -1)), scale);
  }
}
