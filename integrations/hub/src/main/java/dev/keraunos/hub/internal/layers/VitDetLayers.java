package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** ViTDet: attention inside of windows of an image, with a bias by rows and columns apart. */
final class VitDetLayers {
  static final List<LayerRow> ROWS =
      List.of(
          Block.row("ViTDetPatchingAndEmbedding", VitDetLayers::patches, VitDetLayers::patches),
          Block.row("AddPositionalEmbedding", parts -> {}, VitDetLayers::positions)
              .weights("pos_embed"),
          Block.row("WindowedTransformerEncoder", VitDetLayers::encoder, VitDetLayers::encoder),
          Block.row(
              "MultiHeadAttentionWithRelativePE", VitDetLayers::attention, VitDetLayers::attention),
          Block.row("AddRelativePositionalEmbedding", parts -> {}, VitDetLayers::relative)
              .weights("rel_pos_h", "rel_pos_w"));

  private VitDetLayers() {}

  private static void patches(Parts parts) {
    Config config = parts.config();
    int[] size = config.get("kernel_size").integers(2);
    int[] strides = config.get("strides").integers(2);
    parts.add(
        "projection",
        "Conv2D",
        "filters",
        config.get("embed_dim").integer(),
        "kernel_size",
        List.of(size[0], size[1]),
        "strides",
        List.of(strides[0], strides[1]));
  }

  private static Value patches(Block block) {
    return block.apply("projection", block.x());
  }

  private static Value positions(Block block) {
    Value x = block.x();
    long side = block.integer("img_size") / block.integer("patch_size");
    return Ops.add(x, block.weight("pos_embed", 1, side, side, block.integer("embed_dim")));
  }

  // ---- a layer

  private static void encoder(Parts parts) {
    Config config = parts.config();
    int width = config.get("project_dim").integer();
    int heads = config.get("num_heads").count(1, 1);
    int window = config.get("window_size").integer(0);
    int[] size = window == 0 ? config.get("input_size").integers(2) : new int[] {window, window};
    double epsilon = config.get("layer_norm_epsilon").number(1e-6);
    parts.norm("layer_norm1", epsilon).norm("layer_norm2", epsilon);
    parts.add(
        "attention",
        ">MultiHeadAttentionWithRelativePE",
        "num_heads",
        heads,
        "key_dim",
        width / heads,
        "use_bias",
        config.get("use_bias").bool(true),
        "use_rel_pos",
        config.get("use_rel_pos").bool(false),
        "input_size",
        List.of(size[0], size[1]));
    int inner = config.get("intermediate_dim").integer();
    parts.add(
        "mlp_block.dense_net",
        Functional.sequence(
            "dense_net",
            Functional.entry("Dense", "dense", Functional.noType(), "units", inner),
            Functional.entry("Activation", "activation", Functional.noType(), "activation", "gelu"),
            Functional.entry("Dense", "dense_1", Functional.noType(), "units", width)));
  }

  private static Value encoder(Block block) {
    Value x = block.x();
    int window = block.config().get("window_size").integer(0);
    block.config().ignore("input_size");
    Value normed = block.apply("layer_norm1", x);
    Value mixed = window == 0 ? block.apply("attention", normed) : inside(block, normed, window);
    Value y = Ops.add(x, mixed);
    return Ops.add(y, block.apply("mlp_block.dense_net", block.apply("layer_norm2", y)));
  }

  /** Attention inside of each window, the image padded to whole windows. */
  private static Value inside(Block block, Value x, long window) {
    long height = block.call().dim(x, 1);
    long width = block.call().dim(x, 2);
    long rows = (height + window - 1) / window;
    long columns = (width + window - 1) / window;
    long features = block.call().dim(x, 3);
    List<Long> behind = List.of(0L, rows * window - height, columns * window - width, 0L);
    Value padded = Ops.pad(x, List.of(0L, 0L, 0L, 0L), behind);
    Value tiles = Ops.reshape(padded, -1, rows, window, columns, window, features);
    Value each = Ops.reshape(Ops.transpose(tiles, 0, 1, 3, 2, 4, 5), -1, window, window, features);
    Value mixed = block.apply("attention", each);
    Value back = Ops.reshape(mixed, -1, rows, columns, window, window, features);
    Value image =
        Ops.reshape(
            Ops.transpose(back, 0, 1, 3, 2, 4, 5), -1, rows * window, columns * window, features);
    return Ops.sliceAxis(Ops.sliceAxis(image, 1, Range.of(0, height)), 2, Range.of(0, width));
  }

  // ---- attention

  private static void attention(Parts parts) {
    Config config = parts.config();
    long width = (long) config.get("key_dim").integer() * config.get("num_heads").integer();
    parts
        .dense("qkv", 3 * width, "use_bias", config.get("use_bias").bool(true))
        .dense("projection", width);
    if (config.get("use_rel_pos").bool(false)) {
      parts.add(
          "add_decomposed_relative_pe",
          ">AddRelativePositionalEmbedding",
          "input_size",
          config.get("input_size").json(),
          "key_dim",
          config.get("key_dim").integer());
    }
  }

  private static Value attention(Block block) {
    Value x = block.x();
    block.config().ignore("input_size");
    long heads = block.integer("num_heads");
    long size = block.integer("key_dim");
    long height = block.call().dim(x, 1);
    long width = block.call().dim(x, 2);
    long area = height * width;
    Value all = Ops.reshape(block.apply("qkv", x), -1, area, 3, heads, size);
    Value apart = Ops.reshape(Ops.transpose(all, 2, 0, 3, 1, 4), 3, -1, area, size);
    List<Value> parts = Ops.unstack(apart, 3, 0);
    Value query = parts.get(0);
    Value scaled = Ops.multiply(query, Math.pow(size, -0.5));
    Value scores = Ops.matmul(scaled, parts.get(1), false, true);
    if (block.config().get("use_rel_pos").bool(false)) {
      scores = block.apply("add_decomposed_relative_pe", scores, query);
    }
    Value mixed = Ops.matmul(Ops.softmax(scores, -1), parts.get(2));
    Value image = Ops.reshape(mixed, -1, heads, height, width, size);
    Value joined =
        Ops.reshape(Ops.transpose(image, 0, 2, 3, 1, 4), -1, height, width, heads * size);
    return block.apply("projection", joined);
  }

  /** Scores with what queries say of rows and columns apart. */
  private static Value relative(Block block) {
    Value scores = block.x();
    int[] size = block.config().get("input_size").integers(2);
    long features = block.integer("key_dim");
    long area = (long) size[0] * size[1];
    Value queries = Ops.reshape(block.x(1), -1, size[0], size[1], features);
    Value rows = Ops.einsum("bhwc,hkc->bhwk", queries, table(block, "rel_pos_h", size[0]));
    Value columns = Ops.einsum("bhwc,wkc->bhwk", queries, table(block, "rel_pos_w", size[1]));
    Value each = Ops.reshape(scores, -1, size[0], size[1], size[0], size[1]);
    each = Ops.add(each, Ops.expandDims(rows, 4));
    each = Ops.add(each, Ops.expandDims(columns, 3));
    return Ops.reshape(each, -1, area, area);
  }

  /** A vector per pair of places, (queries, keys, features). */
  private static Value table(Block block, String name, int size) {
    int[] places = new int[size * size];
    for (int i = 0; i < places.length; i++) {
      places[i] = i / size - i % size + size - 1;
    }
    Value stored = block.weight(name, 2L * size - 1, block.integer("key_dim"));
    return Ops.take(stored, block.call().constant(Tensor.of(places, size, size)), 0);
  }
}
