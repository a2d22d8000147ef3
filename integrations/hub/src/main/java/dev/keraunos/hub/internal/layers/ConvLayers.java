package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.keras.config.Config;
import java.util.List;

/** Blocks of convolutions: MobileNet's and EfficientNet's. Images have their channels last. */
final class ConvLayers {
  static final List<LayerRow> ROWS =
      List.of(
          Block.row("DepthwiseConvBlock", ConvLayers::depthwise, ConvLayers::depthwise),
          Block.row("InvertedResidualBlock", ConvLayers::inverted, ConvLayers::inverted),
          Block.row("ConvBnActBlock", ConvLayers::plain, ConvLayers::plain),
          Block.row("CBABlock", ConvLayers::cba, ConvLayers::cba)
              .ignores("expand_ratio", "se_ratio", "projection_activation"),
          Block.row("FusedMBConvBlock", ConvLayers::fused, ConvLayers::fused),
          Block.row("MBConvBlock", ConvLayers::unfused, ConvLayers::unfused)
              .ignores("projection_activation"));

  private ConvLayers() {}

  private static void conv(
      Parts parts, String attribute, int filters, int kernel, int strides, int groups) {
    parts.add(
        attribute,
        "Conv2D",
        "filters",
        filters,
        "kernel_size",
        List.of(kernel, kernel),
        "strides",
        List.of(strides, strides),
        "padding",
        "valid",
        "use_bias",
        false,
        "groups",
        groups);
  }

  private static void biased(Parts parts, String attribute, int filters, Object activation) {
    parts.add(
        attribute,
        "Conv2D",
        "filters",
        filters,
        "kernel_size",
        List.of(1, 1),
        "strides",
        List.of(1, 1),
        "padding",
        "valid",
        "activation",
        activation);
  }

  private static void norm(Parts parts, String attribute, double epsilon) {
    parts.add(attribute, "BatchNormalization", "axis", -1, "epsilon", epsilon);
  }

  private static Value padded(Value x, int by) {
    long size = by;
    return by == 0 ? x : Ops.pad(x, List.of(0L, size, size, 0L), List.of(0L, size, size, 0L));
  }

  private static int rounded(double channels) {
    int near = Math.max(8, (int) (channels + 4) / 8 * 8);
    return near < 0.9 * channels ? near + 8 : near;
  }

  /** x times a share of each channel, which the means of all channels give. */
  private static Value excited(Block block, String at, Value x) {
    Value means = Ops.expandDims(Ops.expandDims(Ops.mean(x, 1, 2), 1), 1);
    Value inner = Ops.relu(block.apply(at + "conv_reduce", means));
    return Ops.multiply(x, Ops.hardSigmoid(block.apply(at + "conv_expand", inner)));
  }

  private static void excited(Parts parts, String at, int filters, double ratio) {
    biased(parts, at + "conv_reduce", rounded(filters * ratio), "linear");
    biased(parts, at + "conv_expand", filters, "linear");
  }

  // ---- MobileNet

  private static final double MOBILE = 1e-5;

  private static void depthwise(Parts parts) {
    Config config = parts.config();
    int filters = config.get("infilters").integer();
    conv(parts, "conv1", filters, 3, config.get("stride").integer(), filters);
    norm(parts, "batch_normalization1", MOBILE);
    double ratio = config.get("squeeze_excite_ratio").number(0);
    if (ratio != 0) {
      excited(parts, "se_layer.", filters, ratio);
    }
    conv(parts, "conv2", config.get("filters").integer(), 1, 1, 1);
    norm(parts, "batch_normalization2", MOBILE);
  }

  private static Value depthwise(Block block) {
    Value x = block.x();
    Value y = block.apply("batch_normalization1", block.apply("conv1", padded(x, 1)));
    y = Ops.relu(y);
    if (block.config().get("squeeze_excite_ratio").number(0) != 0) {
      y = excited(block, "se_layer.", y);
    }
    y = block.apply("batch_normalization2", block.apply("conv2", y));
    return block.config().get("residual").bool(false) ? Ops.add(y, x) : y;
  }

  private static void inverted(Parts parts) {
    Config config = parts.config();
    int inner = rounded(config.get("expansion").number());
    int kernel = config.get("kernel_size").integer();
    conv(parts, "conv1", inner, 1, 1, 1);
    norm(parts, "batch_normalization1", MOBILE);
    conv(parts, "conv2", inner, kernel, config.get("stride").integer(), inner);
    norm(parts, "batch_normalization2", MOBILE);
    double ratio = config.get("squeeze_excite_ratio").number(0);
    if (ratio != 0) {
      excited(parts, "squeeze_excite.", inner, ratio);
    }
    conv(parts, "conv3", config.get("filters").integer(), 1, 1, 1);
    norm(parts, "batch_normalization3", MOBILE);
  }

  private static Value inverted(Block block) {
    Value x = block.x();
    Value y = block.apply("batch_normalization1", block.apply("conv1", x));
    y = padded(block.activate("activation", y), block.integer("padding"));
    y = block.apply("batch_normalization2", block.apply("conv2", y));
    y = block.activate("activation", y);
    if (block.config().get("squeeze_excite_ratio").number(0) != 0) {
      y = excited(block, "squeeze_excite.", y);
    }
    y = block.apply("batch_normalization3", block.apply("conv3", y));
    boolean same = block.integer("infilters") == block.integer("filters");
    return same && block.integer("stride") == 1 ? Ops.add(x, y) : y;
  }

  private static void plain(Parts parts) {
    conv(parts, "conv", parts.config().get("filter").integer(), 1, 1, 1);
    norm(parts, "batch_normalization", MOBILE);
  }

  private static Value plain(Block block) {
    Value y = block.apply("batch_normalization", block.apply("conv", block.x()));
    return block.activate("activation", y);
  }

  // ---- EfficientNet

  private static double epsilon(Parts parts) {
    return parts.config().get("batch_norm_epsilon").number(1e-3);
  }

  private static void cba(Parts parts) {
    Config config = parts.config();
    int kernel = config.get("kernel_size").integer(3);
    conv(parts, "conv1", config.get("output_filters").integer(), kernel, strides(config), 1);
    norm(parts, "bn1", epsilon(parts));
  }

  private static int strides(Config config) {
    return config.get("strides").integer(1);
  }

  private static Value cba(Block block) {
    Value x = block.x();
    Value y = padded(x, block.config().get("kernel_size").integer(3) / 2);
    y = block.activate("activation", block.apply("bn1", block.apply("conv1", y)));
    return residual(block, x, y);
  }

  /** y plus x, where the block keeps the shape and is not told otherwise. */
  private static Value residual(Block block, Value x, Value y) {
    Config config = block.config();
    boolean same = config.get("input_filters").integer() == config.get("output_filters").integer();
    boolean adds = same && strides(config) == 1 && !config.get("nores").bool(false);
    return adds ? Ops.add(y, x) : y;
  }

  private static int inner(Config config) {
    return config.get("input_filters").integer() * config.get("expand_ratio").integer(1);
  }

  /** The layers of the shares of channels, which are there even if they are not called. */
  private static void shares(Parts parts) {
    Config config = parts.config();
    double ratio = config.get("se_ratio").number(0);
    int filters = Math.max(1, (int) (config.get("input_filters").integer() * ratio));
    if (ratio > 0 && ratio <= 1) {
      biased(parts, "se_conv1", filters, config.get("activation").json());
      biased(parts, "se_conv2", inner(config), "sigmoid");
    }
  }

  private static Value shared(Block block, Value x) {
    double ratio = block.config().get("se_ratio").number(0);
    if (ratio <= 0 || ratio > 1) {
      return x;
    }
    Value means = Ops.expandDims(Ops.expandDims(Ops.mean(x, 1, 2), 1), 1);
    return Ops.multiply(x, block.apply("se_conv2", block.apply("se_conv1", means)));
  }

  private static void fused(Parts parts) {
    Config config = parts.config();
    int kernel = config.get("kernel_size").integer(3);
    conv(parts, "conv1", inner(config), kernel, strides(config), 1);
    norm(parts, "bn1", epsilon(parts));
    shares(parts);
    conv(parts, "output_conv", config.get("output_filters").integer(), 1, 1, 1);
    norm(parts, "bn2", epsilon(parts));
  }

  private static Value fused(Block block) {
    Value x = block.x();
    Value y = padded(x, block.config().get("kernel_size").integer(3) / 2);
    y = block.activate("activation", block.apply("bn1", block.apply("conv1", y)));
    y = block.apply("bn2", block.apply("output_conv", shared(block, y)));
    boolean opens = !block.config().get("projection_activation").isNull();
    if (opens && block.config().get("expand_ratio").integer(1) == 1) {
      y = block.activate("projection_activation", y);
    }
    return residual(block, x, y);
  }

  private static void unfused(Parts parts) {
    Config config = parts.config();
    int kernel = config.get("kernel_size").integer(3);
    boolean expands = config.get("expand_ratio").integer(1) != 1;
    if (expands) {
      conv(parts, "conv1", inner(config), 1, 1, 1);
      norm(parts, "bn1", epsilon(parts));
    }
    parts.add(
        "depthwise",
        "DepthwiseConv2D",
        "kernel_size",
        List.of(kernel, kernel),
        "strides",
        List.of(strides(config), strides(config)),
        "padding",
        "same",
        "use_bias",
        false);
    norm(parts, "bn2", epsilon(parts));
    shares(parts);
    int last = expands ? 1 : kernel;
    conv(parts, "output_conv", config.get("output_filters").integer(), last, 1, 1);
    norm(parts, "bn3", epsilon(parts));
  }

  private static Value unfused(Block block) {
    Value x = block.x();
    boolean expands = block.config().get("expand_ratio").integer(1) != 1;
    Value y = x;
    if (expands) {
      y = block.activate("activation", block.apply("bn1", block.apply("conv1", x)));
    }
    y = block.activate("activation", block.apply("bn2", block.apply("depthwise", y)));
    y = shared(block, y);
    int kernel = block.config().get("kernel_size").integer(3);
    y = block.apply("output_conv", padded(y, expands ? 0 : kernel / 2));
    return residual(block, x, block.apply("bn3", y));
  }
}
