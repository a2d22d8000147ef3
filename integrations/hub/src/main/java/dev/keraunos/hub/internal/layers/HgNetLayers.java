package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.keras.config.Config;
import java.util.ArrayList;
import java.util.List;

/** HGNetV2: stages of blocks that join all that they computed. Channels are last. */
final class HgNetLayers {
  static final List<LayerRow> ROWS =
      List.of(
          Block.row("HGNetV2ConvLayer", HgNetLayers::conv, HgNetLayers::conv),
          Block.row("HGNetV2ConvLayerLight", HgNetLayers::light, HgNetLayers::light),
          Block.row("HGNetV2LearnableAffineBlock", parts -> {}, HgNetLayers::affine)
              .weights("scale", "bias"),
          Block.row("HGNetV2Embeddings", HgNetLayers::stem, HgNetLayers::stem),
          Block.row("HGNetV2BasicLayer", HgNetLayers::basic, HgNetLayers::basic),
          Block.row("HGNetV2Stage", HgNetLayers::stage, HgNetLayers::stage),
          Block.rows("HGNetV2Encoder", HgNetLayers::encoder, HgNetLayers::encoder));

  private HgNetLayers() {}

  private static void add(
      Parts parts,
      String attribute,
      int filters,
      int kernel,
      int stride,
      int groups,
      Object opened) {
    parts.add(
        attribute,
        ">HGNetV2ConvLayer",
        "out_channels",
        filters,
        "kernel_size",
        kernel,
        "stride",
        stride,
        "groups",
        groups,
        "activation",
        opened,
        "use_learnable_affine_block",
        opened != null && parts.config().get("use_learnable_affine_block").bool(false));
  }

  private static void conv(Parts parts) {
    Config config = parts.config();
    int kernel = config.get("kernel_size").integer();
    int stride = config.get("stride").integer();
    parts
        .add(
            "convolution",
            "Conv2D",
            "filters",
            config.get("out_channels").integer(),
            "kernel_size",
            List.of(kernel, kernel),
            "strides",
            List.of(stride, stride),
            "groups",
            config.get("groups").integer(),
            "padding",
            "valid",
            "use_bias",
            false)
        .add("normalization", "BatchNormalization", "axis", -1, "epsilon", 1e-5);
    if (config.get("use_learnable_affine_block").bool(false)) {
      parts.add("lab", ">HGNetV2LearnableAffineBlock");
    }
  }

  private static Value conv(Block block) {
    long by = ((long) block.integer("kernel_size") - 1) / 2;
    List<Long> around = List.of(0L, by, by, 0L);
    Value x = by == 0 ? block.x() : Ops.pad(block.x(), around, around);
    Value y = block.apply("normalization", block.apply("convolution", x));
    y = block.activate("activation", y);
    boolean affine = block.config().get("use_learnable_affine_block").bool(false);
    return affine ? block.apply("lab", y) : y;
  }

  private static Value affine(Block block) {
    Value scaled = Ops.multiply(block.weight("scale"), block.x());
    return Ops.add(scaled, block.weight("bias"));
  }

  private static void light(Parts parts) {
    int filters = parts.config().get("out_channels").integer();
    int kernel = parts.config().get("kernel_size").integer();
    add(parts, "conv1_layer", filters, 1, 1, 1, null);
    add(parts, "conv2_layer", filters, kernel, 1, filters, "relu");
  }

  private static Value light(Block block) {
    return block.apply("conv2_layer", block.apply("conv1_layer", block.x()));
  }

  private static void stem(Parts parts) {
    int[] channels = parts.config().get("stem_channels").integers(3);
    Object opened = parts.config().get("hidden_act").json();
    add(parts, "stem1_layer", channels[1], 3, 2, 1, opened);
    add(parts, "stem2a_layer", channels[1] / 2, 2, 1, 1, opened);
    add(parts, "stem2b_layer", channels[1], 2, 1, 1, opened);
    add(parts, "stem3_layer", channels[1], 3, 2, 1, opened);
    add(parts, "stem4_layer", channels[2], 1, 1, 1, opened);
    parts.add(
        "pool_layer",
        "MaxPooling2D",
        "pool_size",
        List.of(2, 2),
        "strides",
        List.of(1, 1),
        "padding",
        "valid");
  }

  private static Value stem(Block block) {
    Value x = behind(block.apply("stem1_layer", block.x()));
    Value y = block.apply("stem2b_layer", behind(block.apply("stem2a_layer", x)));
    Value joined = Ops.concatenate(List.of(block.apply("pool_layer", x), y), -1);
    return block.apply("stem4_layer", block.apply("stem3_layer", joined));
  }

  /** A row and a column of zeros more. */
  private static Value behind(Value x) {
    return Ops.pad(x, List.of(0L, 0L, 0L, 0L), List.of(0L, 1L, 1L, 0L));
  }

  private static void basic(Parts parts) {
    Config config = parts.config();
    int middle = config.get("middle_channels").integer();
    int kernel = config.get("kernel_size").integer();
    boolean light = config.get("light_block").bool(false);
    for (int i = 0; i < config.get("layer_num").integer(); i++) {
      String attribute = "layer_list[" + i + "]";
      if (light) {
        parts.add(
            attribute,
            ">HGNetV2ConvLayerLight",
            "out_channels",
            middle,
            "kernel_size",
            kernel,
            "use_learnable_affine_block",
            config.get("use_learnable_affine_block").bool(false));
      } else {
        add(parts, attribute, middle, kernel, 1, 1, "relu");
      }
    }
    int filters = config.get("out_channels").integer();
    add(parts, "aggregation_squeeze_conv", filters / 2, 1, 1, 1, "relu");
    add(parts, "aggregation_excitation_conv", filters, 1, 1, 1, "relu");
  }

  private static Value basic(Block block) {
    Value x = block.x();
    List<Value> all = new ArrayList<>(List.of(x));
    Value y = x;
    for (int i = 0; i < block.integer("layer_num"); i++) {
      y = block.apply("layer_list[" + i + "]", y);
      all.add(y);
    }
    Value squeezed = block.apply("aggregation_squeeze_conv", Ops.concatenate(all, -1));
    Value joined = block.apply("aggregation_excitation_conv", squeezed);
    return block.config().get("residual").bool(false) ? Ops.add(joined, x) : joined;
  }

  private static void stage(Parts parts) {
    Config config = parts.config();
    int channels = config.get("in_channels").integer();
    if (config.get("downsample").bool(false)) {
      add(parts, "downsample_layer", channels, 3, 2, channels, null);
    }
    for (int i = 0; i < config.get("blocks").integer(); i++) {
      parts.add(
          "blocks_list[" + i + "]",
          ">HGNetV2BasicLayer",
          "middle_channels",
          config.get("middle_channels").integer(),
          "out_channels",
          config.get("out_channels").integer(),
          "layer_num",
          config.get("layer_num").integer(),
          "kernel_size",
          config.get("kernel_size").integer(),
          "light_block",
          config.get("light_block").bool(false),
          "residual",
          i > 0,
          "use_learnable_affine_block",
          config.get("use_learnable_affine_block").bool(false));
    }
  }

  private static Value stage(Block block) {
    Value x = block.x();
    if (block.config().get("downsample").bool(false)) {
      x = block.apply("downsample_layer", x);
    }
    for (int i = 0; i < block.integer("blocks"); i++) {
      x = block.apply("blocks_list[" + i + "]", x);
    }
    return x;
  }

  private static void encoder(Parts parts) {
    List<String> names =
        List.of(
            "in_channels", "middle_channels", "out_channels", "blocks", "layer_num", "kernel_size");
    for (int i = 0; i < count(parts.config()); i++) {
      int[] filters = parts.config().get("stages").list().get(i).integers(6);
      List<Object> settings = new ArrayList<>();
      for (int k = 0; k < names.size(); k++) {
        settings.addAll(List.of(names.get(k), filters[k]));
      }
      settings.addAll(List.of("downsample", flag(parts.config(), "apply_downsample", i)));
      settings.addAll(
          List.of("light_block", flag(parts.config(), "use_lightweight_conv_block", i)));
      boolean affine = parts.config().get("use_learnable_affine_block").bool(false);
      settings.addAll(List.of("use_learnable_affine_block", affine));
      parts.add("stages_list[" + i + "]", ">HGNetV2Stage", settings.toArray());
    }
  }

  private static int count(Config config) {
    return config.get("stages").list().size();
  }

  private static boolean flag(Config config, String key, int i) {
    return config.get(key).list().get(i).bool();
  }

  private static List<Value> encoder(Block block) {
    List<Value> all = new ArrayList<>(List.of(block.x()));
    for (int i = 0; i < count(block.config()); i++) {
      all.add(block.apply("stages_list[" + i + "]", all.get(i)));
    }
    return all;
  }
}
