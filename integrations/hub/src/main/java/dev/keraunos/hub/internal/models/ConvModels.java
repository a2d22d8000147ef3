package dev.keraunos.hub.internal.models;

import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import java.util.List;
import java.util.Map;

/** Convolutional backbones: DenseNet, ResNet, VGG, Xception, MobileNet. */
final class ConvModels {
  private ConvModels() {}

  static void register(Map<String, HubModels.Builder> builders) {
    builders.put("DenseNetBackbone", ConvModels::dense);
    builders.put("ResNetBackbone", ConvModels::residual);
    builders.put("VGGBackbone", ConvModels::vgg);
    builders.put("XceptionBackbone", ConvModels::xception);
    builders.put("MobileNetBackbone", ConvModels::mobile);
  }

  // ---- DenseNet

  private static void dense(Functional model) {
    Draft draft = new Draft(model.plainTypes());
    double epsilon = 1.001e-5;
    int growth = draft.integer("growth_rate", 32);
    double compression = draft.number("compression_ratio", 0.5);
    Picture x = Picture.input(draft, "image_shape").linear("conv1_conv", 64, 7, 2, "same");
    x = x.norm("conv1_bn", epsilon).activation("conv1_relu", "relu");
    x = x.pool("MaxPooling2D", "pool1", 3, 2, "same");
    int[] repeats = draft.config().get("stackwise_num_repeats").integers();
    for (int stack = 1; stack <= repeats.length; stack++) {
      for (int i = 1; i <= repeats[stack - 1]; i++) {
        String name = "stack" + stack + "_block" + i;
        Picture y = x.norm(name + "_1_bn", epsilon).activation(name + "_1_relu", "relu");
        y = y.linear(name + "_1_conv", 4 * growth, 1, 1, "valid").norm(name + "_2_bn", epsilon);
        y = y.activation(name + "_2_relu", "relu").linear(name + "_2_conv", growth, 3, 1, "same");
        x = x.concat(name + "_concat", y);
      }
      model.level(stack + 1, x.x());
      if (stack < repeats.length) {
        String name = "transition" + stack;
        x = x.norm(name + "_bn", epsilon).activation(name + "_relu", "relu");
        x = x.linear(name + "_conv", (int) (x.channels() * compression), 1, 1, "valid");
        x = x.pool("AveragePooling2D", name + "_pool", 2, 2, "valid");
      }
    }
    model.returns(x.norm("bn", epsilon).activation("relu", "relu").x());
  }

  // ---- ResNet

  private static final double RESIDUAL = 1e-5;

  private static void residual(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    boolean before = draft.flag("use_pre_activation", false);
    int[] filters = config.get("input_conv_filters").integers();
    int[] kernels = config.get("input_conv_kernel_sizes").integers();
    Picture x = Picture.input(draft, "image_shape").pad("conv1_pad", (kernels[0] - 1) / 2);
    x = x.linear("conv1_conv", filters[0], kernels[0], 2, "valid");
    for (int i = 1; i < filters.length; i++) {
      x = x.norm("conv" + i + "_bn", RESIDUAL).activation("conv" + i + "_relu", "relu");
      x = x.linear("conv" + (i + 1) + "_conv", filters[i], kernels[i], 1, "same");
    }
    if (before) {
      x = x.padLow();
    } else {
      x = x.norm("conv" + filters.length + "_bn", RESIDUAL);
      x = x.activation("conv" + filters.length + "_relu", "relu").pad("pool1_pad", 1);
    }
    x = x.pool("MaxPooling2D", "pool1_pool", 3, 2, "valid");
    int[] widths = config.get("stackwise_num_filters").integers();
    int[] blocks = config.get("stackwise_num_blocks").integers();
    int[] strides = config.get("stackwise_num_strides").integers();
    String type =
        config
            .get("block_type")
            .oneOf(
                "basic_block",
                "basic_block",
                "bottleneck_block",
                "basic_block_vd",
                "bottleneck_block_vd");
    for (int stack = 0; stack < widths.length; stack++) {
      for (int i = 0; i < blocks[stack]; i++) {
        boolean first = i == 0 && (!type.equals("basic_block") || stack > 0);
        int stride = i == 0 ? strides[stack] : 1;
        x = block(x, "stack" + stack + "_block" + i, type, widths[stack], stride, first, before);
      }
      model.level(stack + 2, x.x());
    }
    model.returns(before ? x.norm("post_bn", RESIDUAL).activation("post_relu", "relu").x() : x.x());
  }

  private static Picture block(
      Picture x,
      String name,
      String type,
      int width,
      int stride,
      boolean projects,
      boolean before) {
    boolean deep = type.startsWith("bottleneck");
    int filters = deep ? 4 * width : width;
    Picture y = x;
    if (before) {
      y = x.norm(name + "_pre_activation_bn", RESIDUAL);
      y = y.activation(name + "_pre_activation_relu", "relu");
    }
    Picture shortcut = x;
    if (projects) {
      boolean pools = type.endsWith("_vd");
      shortcut = before ? y : x;
      if (pools && !before && stride > 1) {
        shortcut = shortcut.pool("AveragePooling2D", null, 2, stride, "same");
      }
      shortcut = shortcut.linear(name + "_0_conv", filters, 1, pools ? 1 : stride, "valid");
      shortcut = before ? shortcut : shortcut.norm(name + "_0_bn", RESIDUAL);
    }
    if (deep) {
      y = step(y.linear(name + "_1_conv", width, 1, 1, "valid"), name + "_1");
      y = step(strided(y, name + "_2", width, stride), name + "_2");
      y = y.linear(name + "_3_conv", filters, 1, 1, "valid");
    } else {
      y = step(strided(y, name + "_1", width, stride), name + "_1");
      y = y.linear(name + "_2_conv", filters, 3, 1, "same");
    }
    if (before) {
      return y.add(name + "_out", shortcut);
    }
    y = y.norm(name + (deep ? "_3_bn" : "_2_bn"), RESIDUAL).add(name + "_add", shortcut);
    return y.activation(name + "_out", "relu");
  }

  private static Picture step(Picture x, String name) {
    return x.norm(name + "_bn", RESIDUAL).activation(name + "_relu", "relu");
  }

  private static Picture strided(Picture x, String name, int filters, int stride) {
    return stride > 1
        ? x.pad(name + "_pad", 1).linear(name + "_conv", filters, 3, stride, "valid")
        : x.linear(name + "_conv", filters, 3, 1, "same");
  }

  // ---- VGG

  private static void vgg(Functional model) {
    Draft draft = new Draft(model.plainTypes());
    Picture x = Picture.input(draft, "image_shape");
    int[] repeats = draft.config().get("stackwise_num_repeats").integers();
    int[] filters = draft.config().get("stackwise_num_filters").integers();
    for (int stack = 0; stack < repeats.length; stack++) {
      String name = "block" + (stack + 1);
      for (int i = 1; i <= repeats[stack]; i++) {
        x = x.conv(name + "_conv" + i, filters[stack], 3, 1, "same", "activation", "relu");
      }
      x = x.pool("MaxPooling2D", name + "_pool", 2, 2, "valid");
    }
    model.returns(x.x());
  }

  // ---- Xception

  private static void xception(Functional model) {
    Draft draft = new Draft(model);
    Picture x = Picture.input(draft, "image_shape");
    List<Setting> stacks = draft.config().get("stackwise_conv_filters").list();
    List<Setting> pools = draft.config().get("stackwise_pooling").list();
    for (int block = 0; block < stacks.size(); block++) {
      boolean first = block == 0;
      boolean last = block == stacks.size() - 1;
      Picture residual = x;
      int[] filters = stacks.get(block).integers();
      for (int i = 0; i < filters.length; i++) {
        String kind = first ? "_conv" : "_sepconv";
        String name = "block" + (block + 1) + kind + (i + 1);
        if (first) {
          x = x.linear(name, filters[i], 3, i == 0 ? 2 : 1, "valid").norm(name + "_bn", 1e-3);
        } else {
          boolean opens = !last && (block != 1 || i != 0);
          x = separable(opens ? x.activation(name + "_act", "relu") : x, name, filters[i]);
        }
        x = first || last ? x.activation(name + "_act", "relu") : x;
      }
      if (pools.get(block).bool()) {
        x = x.pool("MaxPooling2D", "block" + (block + 1) + "_pool", 3, 2, "same");
      }
      if (!first && !last) {
        x = joined(x, residual, "block" + (block + 1) + "_residual");
      }
    }
    model.returns(x.x());
  }

  private static Picture separable(Picture x, String name, int filters) {
    Picture y =
        x.through(
            "SeparableConv2D",
            name,
            "filters",
            filters,
            "kernel_size",
            List.of(3, 3),
            "padding",
            "same",
            "use_bias",
            false,
            "data_format",
            x.format());
    return y.with(y.x(), filters).norm(name + "_bn", 1e-3);
  }

  private static Picture joined(Picture x, Picture residual, String name) {
    Picture other = residual;
    if (x.channels() != residual.channels()) {
      other = residual.linear(name + "_conv", x.channels(), 1, 2, "same").norm(name + "_bn", 1e-3);
    }
    return other.with(
        x.draft().model().layer("Add", name + "_add").ofList(x.x(), other.x()), x.channels());
  }

  // ---- MobileNet

  /** A number of channels rounded to a multiple of 8. */
  static int rounded(double channels) {
    int near = Math.max(8, (int) (channels + 4) / 8 * 8);
    return near < 0.9 * channels ? near + 8 : near;
  }

  private static void mobile(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    config.ignore("output_num_filters", "output_activation");
    int filters = rounded(draft.integer("input_num_filters", 16));
    Picture x = Picture.input(draft, "image_shape").pad("input_pad", 1);
    x = x.linear("input_conv", filters, 3, 2, "valid").norm("input_batch_norm", 1e-5);
    x = x.activation(null, config.get("input_activation").json());
    x =
        x.through(
            ">DepthwiseConvBlock",
            "block_0_0",
            "infilters",
            filters,
            "filters",
            draft.integer("depthwise_filters"),
            "stride",
            draft.integer("depthwise_stride", 2),
            "squeeze_excite_ratio",
            config.get("squeeze_and_excite").number(0),
            "residual",
            draft.flag("depthwise_residual", false));
    x = x.with(x.x(), draft.integer("depthwise_filters"));
    int[] blocks = config.get("stackwise_num_blocks").integers();
    for (int stack = 0; stack < blocks.length; stack++) {
      for (int i = 0; i < blocks[stack]; i++) {
        x = inverted(x, stack, i);
      }
    }
    String last = "block_" + (blocks.length + 1) + "_0";
    int width = rounded(draft.integer("last_layer_filter"));
    model.returns(
        x.through(">ConvBnActBlock", last, "filter", width, "activation", "hard_swish").x());
  }

  private static Picture inverted(Picture x, int stack, int i) {
    Config config = x.draft().config();
    int filters = rounded(at(config, "stackwise_num_filters", stack, i).integer());
    Picture y =
        x.through(
            ">InvertedResidualBlock",
            "block_" + (stack + 1) + "_" + i,
            "expansion",
            at(config, "stackwise_expansion", stack, i).number(),
            "infilters",
            x.channels(),
            "filters",
            filters,
            "kernel_size",
            at(config, "stackwise_kernel_size", stack, i).integer(),
            "stride",
            at(config, "stackwise_num_strides", stack, i).integer(),
            "squeeze_excite_ratio",
            at(config, "stackwise_se_ratio", stack, i).number(0),
            "activation",
            at(config, "stackwise_activation", stack, i).json(),
            "padding",
            at(config, "stackwise_padding", stack, i).integer());
    return y.with(y.x(), filters);
  }

  private static Setting at(Config config, String key, int stack, int i) {
    return config.get(key).list().get(stack).list().get(i);
  }
}
