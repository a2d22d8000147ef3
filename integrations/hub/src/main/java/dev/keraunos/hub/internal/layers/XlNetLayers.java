package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** XLNet: attention by content, by relative position and by segment. */
final class XlNetLayers {
  static final List<LayerRow> ROWS =
      List.of(
          Block.rows("ContentAndQueryEmbedding", XlNetLayers::embedding, XlNetLayers::embedding)
              .draws("dropout"),
          Block.rows("XLNetAttentionMaskLayer", parts -> {}, XlNetLayers::masks)
              .weights("mask_emb")
              .ignores("hidden_dim", "kernel_initializer_range"),
          Block.row("XLNetSegmentMatrixLayer", parts -> {}, XlNetLayers::segments),
          Block.rows("XLNetEncoder", XlNetLayers::encoder, XlNetLayers::encoder)
              .weights(
                  "content_attention_bias",
                  "positional_attention_bias",
                  "segment_attention_bias",
                  "segment_encoding")
              .ignores("kernel_initializer_range")
              .draws("dropout"));

  private XlNetLayers() {}

  private static void embedding(Parts parts) {
    parts.add(
        "word_embed",
        "Embedding",
        "input_dim",
        parts.config().get("vocabulary_size").integer(),
        "output_dim",
        parts.config().get("hidden_dim").integer());
  }

  /**
   * The words, and sines and cosines of the distances from time to -time + 1 in the shape (batch,
   * 2·time, features), which Keras fills row by row from (2·time, batch, features).
   */
  private static List<Value> embedding(Block block) {
    Value ids = block.call().input(0).value();
    int width = block.integer("hidden_dim");
    Value words = block.apply("word_embed", ids);
    Value steps = block.steps(ids, 1, DType.INT32);
    Value count = Ops.add(Ops.max(steps), 1);
    Value ahead = Ops.subtract(count, steps);
    Value all = Ops.concatenate(List.of(ahead, Ops.negative(steps)), 0);
    float[] inverse = new float[(width + 1) / 2];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = 1 / (float) Math.pow(10000, 2f * i / width);
    }
    DType type = block.call().computeType();
    Value frequencies = Ops.cast(block.call().constant(Tensor.of(inverse, inverse.length)), type);
    Value angles = Ops.multiply(Ops.expandDims(Ops.cast(all, type), 1), frequencies);
    Value rows = Ops.concatenate(List.of(Ops.sin(angles), Ops.cos(angles)), -1);
    Value each = Ops.expandDims(rows, 1);
    List<Dim> dims = List.of(new Dim.Same(0, 0), new Dim.Same(1, 0), new Dim.Fixed(width));
    Value repeated = block.call().apply(new Op.BroadcastTo(dims), each, words);
    List<Dim> swapped = List.of(new Dim.Same(0, 1), new Dim.Same(0, 0), new Dim.Fixed(width));
    return List.of(words, Ops.reshape(repeated, swapped, repeated));
  }

  /** The masks of content and query (batch, time, time) from padding, which Keras reshapes. */
  private static List<Value> masks(Block block) {
    Value padding = block.call().input(0).value();
    List<Dim> swapped = List.of(new Dim.Same(0, 1), new Dim.Same(0, 0));
    Value off = Ops.reshape(Ops.subtract(1, padding), swapped, padding);
    Value query = Ops.expandDims(Ops.cast(Ops.greater(off, 0), DType.INT32), 0);
    Value steps = block.steps(padding, 1, DType.INT32);
    Value self = Ops.equal(Ops.expandDims(steps, 1), Ops.expandDims(steps, 0));
    Value own = Ops.expandDims(Ops.cast(self, DType.INT32), -1);
    Value content = Ops.cast(Ops.greater(Ops.subtract(query, own), 0), DType.INT32);
    return List.of(kept(content), kept(query));
  }

  private static Value kept(Value off) {
    Value moved = Ops.cast(Ops.transpose(off, 2, 0, 1), DType.FLOAT32);
    return Ops.subtract(1, moved);
  }

  /** Whether two steps are of different segments (batch, time, time). */
  private static Value segments(Block block) {
    Value ids = block.call().input(0).value();
    return Ops.notEqual(Ops.expandDims(ids, 2), Ops.expandDims(ids, 1));
  }

  private static void encoder(Parts parts) {
    double epsilon = parts.config().get("layer_norm_epsilon").number(1e-12);
    long width = parts.config().get("hidden_dim").integer();
    long heads = parts.config().get("num_heads").integer();
    for (String name : List.of("_query_dense", "_key_dense", "_value_dense", "_encoding_dense")) {
      parts.einsum("relative_attention." + name, "abc,cde->abde", null, heads, 0);
    }
    parts
        .einsum("relative_attention._output_dense", "ibnd,hnd->ibh", null)
        .add("relative_attention._softmax", "Softmax", "axis", -1)
        .norm("layer_norm", epsilon)
        .norm("layer_norm_ff", epsilon)
        .dense("feedforward_intermediate_dense", parts.config().get("intermediate_dim").integer())
        .dense("feedforward_output_dense", width);
  }

  private static List<Value> encoder(Block block) {
    Value x = block.given("output_content");
    Value attended = Ops.add(attention(block, x), x);
    Value y = block.apply("layer_norm", attended);
    Value inner = block.activate("activation", block.apply("feedforward_intermediate_dense", y));
    inner = block.apply("feedforward_output_dense", inner);
    return List.of(block.apply("layer_norm_ff", Ops.add(inner, y)));
  }

  private static Value attention(Block block, Value x) {
    String prefix = "relative_attention.";
    long heads = block.integer("num_heads");
    long size = block.integer("head_dim");
    Value query = block.heads(prefix + "_query_dense", x, heads);
    Value key = block.heads(prefix + "_key_dense", x, heads);
    Value value = block.heads(prefix + "_value_dense", x, heads);
    Value position = block.heads(prefix + "_encoding_dense", block.given("pos_emb"), heads);
    Value byContent =
        Attention.scores(Ops.add(query, block.weight("content_attention_bias", heads, size)), key);
    Value byPosition =
        Attention.scores(
            Ops.add(query, block.weight("positional_attention_bias", heads, size)), position);
    Value sum = Ops.add(byContent, shifted(byPosition, byContent));
    Value scores = Ops.add(sum, bySegment(block, query, heads, size, sum));
    Value weights =
        Attention.weights(
            block,
            prefix + "_softmax",
            Ops.multiply(scores, 1 / Math.sqrt(size)),
            block.given("attn_mask_content"));
    return block.apply(prefix + "_output_dense", Attention.mix(weights, value));
  }

  /** Each row moved so that the distance 0 lies on the diagonal. */
  private static Value shifted(Value x, Value like) {
    List<Dim> turned =
        List.of(new Dim.Same(0, 0), new Dim.Same(0, 1), new Dim.Same(0, 3), new Dim.Same(0, 2));
    Value flat = Ops.reshape(x, turned, x);
    Value rest = Ops.sliceAxis(flat, 2, new Range(1L, null, 1));
    List<Dim> back =
        List.of(new Dim.Same(0, 0), new Dim.Same(0, 1), new Dim.Same(1, 2), new Dim.Inferred());
    Value rows = Ops.reshape(rest, back, like);
    return firstKeys(rows, like);
  }

  /** As many columns as there are keys. */
  private static Value firstKeys(Value rows, Value like) {
    Value places = Ops.iota(like, 3);
    return Ops.takeAlongAxis(rows, places, 3);
  }

  private static Value bySegment(Block block, Value query, long heads, long size, Value like) {
    Value biased = Ops.add(query, block.weight("segment_attention_bias", heads, size));
    Value encoding = block.weight("segment_encoding", 2, heads, size);
    Value each = Ops.einsum("bind,snd->bnis", biased, encoding);
    Value differs = Ops.expandDims(block.given("seg_mat"), 1);
    Value same = Ops.sliceAxis(each, 3, Range.of(0, 1));
    Value other = Ops.sliceAxis(each, 3, Range.of(1, 2));
    return Ops.where(differs, Ops.broadcastTo(other, like), Ops.broadcastTo(same, like));
  }
}
