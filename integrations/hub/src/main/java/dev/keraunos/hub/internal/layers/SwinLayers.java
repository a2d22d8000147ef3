package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** Swin transformers: attention inside of windows, which every other block moves. */
final class SwinLayers {
  private static final double EPSILON = 1e-5;
  private static final double APART = -100;

  static final List<LayerRow> ROWS =
      List.of(
          Block.row("PatchEmbedding", SwinLayers::patches, SwinLayers::patches),
          Block.row("SwinTransformerStage", SwinLayers::stage, SwinLayers::stage),
          Block.row("SwinTransformerBlock", SwinLayers::block, SwinLayers::block),
          Block.row("WindowAttention", SwinLayers::attention, SwinLayers::attention)
              .weights("relative_position_bias_table"));

  private SwinLayers() {}

  private static void patches(Parts parts) {
    int size = parts.config().get("patch_size").integer();
    VisionLayers.patch(
        parts, "proj", parts.config().get("embed_dim").integer(), new int[] {size, size}, true);
    if (parts.config().get("patch_norm").bool(true)) {
      parts.norm("norm", EPSILON);
    }
  }

  private static Value patches(Block block) {
    Value x = VisionLayers.patched(block, "proj", block.x());
    return block.config().get("patch_norm").bool(true) ? block.apply("norm", x) : x;
  }

  private static void stage(Parts parts) {
    Config config = parts.config();
    int width = config.get("dim").integer();
    int window = config.get("window_size").integer();
    for (int i = 0; i < config.get("depth").integer(); i++) {
      parts.add(
          "blocks[" + i + "]",
          ">SwinTransformerBlock",
          "dim",
          width,
          "input_resolution",
          config.get("input_resolution").integers(2),
          "num_heads",
          config.get("num_heads").integer(),
          "window_size",
          window,
          "shift_size",
          i % 2 == 0 ? 0 : window / 2,
          "mlp_ratio",
          config.get("mlp_ratio").number(4),
          "qkv_bias",
          config.get("qkv_bias").bool(true));
    }
    if (config.get("downsample").bool(false)) {
      parts.norm("downsample.norm", EPSILON).linear("downsample.reduction", 2L * width);
    }
  }

  private static Value stage(Block block) {
    Value x = block.x();
    for (int i = 0; i < block.integer("depth"); i++) {
      x = block.apply("blocks[" + i + "]", x);
    }
    return block.config().get("downsample").bool(false) ? merged(block, x) : x;
  }

  /** The four pixels of each square as one of four times the channels, halved. */
  private static Value merged(Block block, Value x) {
    int[] size = block.config().get("input_resolution").integers(2);
    int width = block.integer("dim");
    Value image = Ops.reshape(x, -1, size[0], size[1], width);
    image =
        Ops.pad(
            image,
            List.of(0L, 0L, 0L, 0L),
            List.of(0L, (long) size[0] % 2, (long) size[1] % 2, 0L));
    Value joined =
        Ops.concatenate(
            List.of(every(image, 0, 0), every(image, 1, 0), every(image, 0, 1), every(image, 1, 1)),
            -1);
    Value reduced = block.apply("downsample.reduction", block.apply("downsample.norm", joined));
    long count = reduced.shape().dim(1) * reduced.shape().dim(2);
    return Ops.reshape(reduced, -1, count, 2L * width);
  }

  private static Value every(Value image, long row, long column) {
    Value rows = Ops.sliceAxis(image, 1, new Range(row, null, 2));
    return Ops.sliceAxis(rows, 2, new Range(column, null, 2));
  }

  private static void block(Parts parts) {
    Config config = parts.config();
    int width = config.get("dim").integer();
    parts
        .norm("norm1", EPSILON)
        .norm("norm2", EPSILON)
        .add(
            "attn",
            ">WindowAttention",
            "dim",
            width,
            "num_heads",
            config.get("num_heads").integer(),
            "window_size",
            config.get("window_size").integer(),
            "qkv_bias",
            config.get("qkv_bias").bool(true))
        .dense("mlp.fc1", (int) (width * config.get("mlp_ratio").number(4)), "activation", "gelu")
        .dense("mlp.fc2", width);
  }

  private static Value block(Block block) {
    Value x = block.x();
    int[] size = block.config().get("input_resolution").integers(2);
    int window = block.integer("window_size");
    int shift = block.integer("shift_size");
    if (Math.min(size[0], size[1]) <= window) {
      shift = 0;
      window = Math.min(size[0], size[1]);
    }
    int width = block.integer("dim");
    Value image = Ops.reshape(block.apply("norm1", x), -1, size[0], size[1], width);
    Value moved = shift == 0 ? image : Ops.roll(image, new int[] {-shift, -shift}, 1, 2);
    Value mixed = windows(block, moved, size, window, shift);
    Value back = shift == 0 ? mixed : Ops.roll(mixed, new int[] {shift, shift}, 1, 2);
    back = Ops.sliceAxis(Ops.sliceAxis(back, 1, Range.of(0, size[0])), 2, Range.of(0, size[1]));
    Value y = Ops.add(x, Ops.reshape(back, -1, (long) size[0] * size[1], width));
    Value inner = block.apply("mlp.fc1", block.apply("norm2", y));
    return Ops.add(y, block.apply("mlp.fc2", inner));
  }

  /** Attention inside of each window of an image, padded to whole windows. */
  private static Value windows(Block block, Value image, int[] size, int window, int shift) {
    int width = block.integer("dim");
    long down = ((long) window - size[0] % window) % window;
    long right = ((long) window - size[1] % window) % window;
    Value padded = Ops.pad(image, List.of(0L, 0L, 0L, 0L), List.of(0L, down, right, 0L));
    long rows = (size[0] + down) / window;
    long columns = (size[1] + right) / window;
    Value tiles = Ops.reshape(padded, -1, rows, window, columns, window, width);
    Value flat =
        Ops.reshape(Ops.transpose(tiles, 0, 1, 3, 2, 4, 5), -1, (long) window * window, width);
    Value mixed =
        shift == 0
            ? block.apply("attn", flat)
            : block.apply("attn", flat, apart(block, size, window, shift, down, right));
    Value back = Ops.reshape(mixed, -1, rows, columns, window, window, width);
    return Ops.reshape(
        Ops.transpose(back, 0, 1, 3, 2, 4, 5), -1, size[0] + down, size[1] + right, width);
  }

  /** A low number for pixels of a window that the shift brought together (windows, n, n). */
  private static Value apart(
      Block block, int[] size, int window, int shift, long down, long right) {
    int height = Math.toIntExact(size[0] + down);
    int width = Math.toIntExact(size[1] + right);
    int columns = width / window;
    int count = height / window * columns;
    int area = window * window;
    float[] low = new float[count * area * area];
    for (int tile = 0; tile < count; tile++) {
      for (int i = 0; i < area; i++) {
        for (int j = 0; j < area; j++) {
          int a = region(tile, i, columns, size, window, shift);
          int b = region(tile, j, columns, size, window, shift);
          low[(tile * area + i) * area + j] = a == b ? 0 : (float) APART;
        }
      }
    }
    return block.call().constant(Tensor.of(low, count, area, area));
  }

  private static int region(int tile, int place, int columns, int[] size, int window, int shift) {
    int row = tile / columns * window + place / window;
    int column = tile % columns * window + place % window;
    if (row >= size[0] || column >= size[1]) {
      return 0; // padding
    }
    return 3 * band(row, size[0], window, shift) + band(column, size[1], window, shift);
  }

  private static int band(int place, int size, int window, int shift) {
    return place < size - window ? 0 : place < size - shift ? 1 : 2;
  }

  private static void attention(Parts parts) {
    int width = parts.config().get("dim").integer();
    int heads = parts.config().get("num_heads").count(1, 1);
    parts
        .dense(
            "qkv",
            3L * (width / heads) * heads,
            "use_bias",
            parts.config().get("qkv_bias").bool(true))
        .dense("proj", width);
  }

  private static Value attention(Block block) {
    Value x = block.x();
    int heads = block.integer("num_heads");
    int window = block.integer("window_size");
    int width = block.integer("dim");
    int area = window * window;
    Value all = Ops.reshape(block.apply("qkv", x), -1, area, 3, heads, width / heads);
    List<Value> parts = Ops.unstack(Ops.transpose(all, 2, 0, 3, 1, 4), 3, 0);
    Value query = Ops.multiply(parts.get(0), 1 / Math.sqrt((double) width / heads));
    Value scores = Ops.add(Ops.matmul(query, parts.get(1), false, true), bias(block, window));
    Value apart = block.x(1);
    if (apart != null) {
      long tiles = apart.shape().dim(0);
      Value each = Ops.reshape(scores, -1, tiles, heads, area, area);
      each = Ops.add(each, Ops.expandDims(apart, 1));
      scores = Ops.reshape(each, -1, heads, area, area);
    }
    Value mixed = Ops.matmul(Ops.softmax(scores, -1), parts.get(2));
    return block.apply("proj", Ops.reshape(Ops.transpose(mixed, 0, 2, 1, 3), -1, area, width));
  }

  /** What the way from pixel to pixel adds to a score (heads, n, n). */
  private static Value bias(Block block, int window) {
    int area = window * window;
    int reach = 2 * window - 1;
    int[] places = new int[area * area];
    for (int i = 0; i < area; i++) {
      for (int j = 0; j < area; j++) {
        int rows = i / window - j / window + window - 1;
        int columns = i % window - j % window + window - 1;
        places[i * area + j] = rows * reach + columns;
      }
    }
    Value table =
        block.weight(
            "relative_position_bias_table", (long) reach * reach, block.integer("num_heads"));
    Value taken = Ops.take(table, block.call().constant(Tensor.of(places, area, area)), 0);
    return Ops.transpose(taken, 2, 0, 1);
  }
}
