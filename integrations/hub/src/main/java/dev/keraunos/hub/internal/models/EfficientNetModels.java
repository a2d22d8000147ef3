package dev.keraunos.hub.internal.models;

import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import java.util.List;
import java.util.Map;

/** EfficientNet 1, 2 and lite: stacks of blocks whose widths and depths are scaled. */
final class EfficientNetModels {
  /** What a file does not say, since KerasHub does not save it. */
  private static final int FEATURES = 1280;

  private EfficientNetModels() {}

  static void register(Map<String, HubModels.Builder> builders) {
    builders.put("EfficientNetBackbone", EfficientNetModels::build);
  }

  private static void build(Functional model) {
    Draft draft = new Draft(model.plainTypes());
    Config config = draft.config();
    config.ignore("dropout", "batch_norm_momentum", "min_depth");
    double epsilon = draft.number("batch_norm_epsilon", 1e-5);
    Object activation = config.get("activation").json();
    Picture x = Picture.input(draft, "input_shape");
    if (draft.flag("include_stem_padding", true)) {
      x = x.pad("stem_conv_pad", 1);
    }
    List<Setting> filters = config.get("stackwise_input_filters").list();
    String padding = config.get("stem_conv_padding").text("valid");
    int stem = rounded(draft, filters.get(0).integer(), 0);
    x = x.linear("stem_conv", stem, 3, 2, padding).norm("stem_bn", epsilon);
    x = x.activation("stem_activation", activation);
    int stacks = config.get("stackwise_kernel_sizes").list().size();
    for (int stack = 0; stack < stacks; stack++) {
      x = stack(x, stack);
    }
    int top = rounded(draft, FEATURES, stacks - 1);
    x = x.linear("top_conv", top, 1, 1, "same").norm("top_bn", epsilon);
    model.returns(x.activation("top_activation", activation).x());
  }

  private static Setting at(Draft draft, String key, int stack) {
    return draft.config().get(key).list().get(stack);
  }

  private static int rounded(Draft draft, int filters, int stack) {
    double scaled = filters * at(draft, "stackwise_width_coefficients", stack).number();
    int divisor = draft.integer("depth_divisor", 8);
    boolean same = draft.flag("use_depth_divisor_as_min_depth", false);
    int least = same ? divisor : draft.integer("min_depth", 8);
    int near = Math.max(least, (int) (scaled + divisor / 2.0) / divisor * divisor);
    boolean caps = draft.flag("cap_round_filter_decrease", false);
    return caps && near < 0.9 * scaled ? near + divisor : near;
  }

  private static Picture stack(Picture picture, int stack) {
    Draft draft = picture.draft();
    int input = rounded(draft, at(draft, "stackwise_input_filters", stack).integer(), stack);
    int output = rounded(draft, at(draft, "stackwise_output_filters", stack).integer(), stack);
    double depth = at(draft, "stackwise_depth_coefficients", stack).number();
    int repeats = (int) Math.ceil(depth * at(draft, "stackwise_num_repeats", stack).integer());
    int forced = forced(draft, stack);
    Picture x = picture;
    for (int i = 0; i < repeats; i++) {
      int from = forced > 0 ? rounded(draft, forced, stack) : i > 0 ? output : input;
      int strides = i > 0 ? 1 : at(draft, "stackwise_strides", stack).integer();
      String name = "block" + (stack + 1) + (char) ('a' + i) + "_";
      x = block(x, stack, name, from, output, strides);
    }
    return x;
  }

  private static int forced(Draft draft, int stack) {
    Setting forced = draft.config().get("stackwise_force_input_filters");
    return forced.isNull() || stack >= forced.list().size()
        ? 0
        : forced.list().get(stack).integer();
  }

  private static Picture block(
      Picture x, int stack, String name, int from, int output, int strides) {
    Draft draft = x.draft();
    String type =
        at(draft, "stackwise_block_types", stack).oneOf("v1", "v1", "fused", "unfused", "cba");
    if (type.equals("v1")) {
      return first(x, stack, name, from, output, strides);
    }
    String className =
        switch (type) {
          case "fused" -> ">FusedMBConvBlock";
          case "unfused" -> ">MBConvBlock";
          default -> ">CBABlock";
        };
    Picture y =
        x.through(
            className,
            name,
            "input_filters",
            from,
            "output_filters",
            output,
            "expand_ratio",
            at(draft, "stackwise_expansion_ratios", stack).json(),
            "kernel_size",
            at(draft, "stackwise_kernel_sizes", stack).integer(),
            "strides",
            strides,
            "se_ratio",
            at(draft, "stackwise_squeeze_and_excite_ratios", stack).number(),
            "batch_norm_epsilon",
            draft.number("batch_norm_epsilon", 1e-5),
            "activation",
            draft.config().get("activation").json(),
            "projection_activation",
            draft.config().get("projection_activation").json());
    return y.with(y.x(), output);
  }

  /** A block of the first EfficientNet, which is of layers of Keras. */
  private static Picture first(
      Picture x, int stack, String name, int from, int output, int strides) {
    Draft draft = x.draft();
    Object activation = draft.config().get("activation").json();
    double epsilon = draft.number("batch_norm_epsilon", 1e-5);
    int ratio = at(draft, "stackwise_expansion_ratios", stack).integer();
    int kernel = at(draft, "stackwise_kernel_sizes", stack).integer();
    double share = at(draft, "stackwise_squeeze_and_excite_ratios", stack).number();
    int filters = from * ratio;
    Picture y = x;
    if (ratio != 1) {
      y = x.linear(name + "expand_conv", filters, 1, 1, "same").norm(name + "expand_bn", epsilon);
      y = y.activation(name + "expand_activation", activation);
    }
    y = y.pad(name + "dwconv_pad", kernel / 2);
    y =
        y.through(
            "DepthwiseConv2D",
            name + "dwconv",
            "kernel_size",
            List.of(kernel, kernel),
            "strides",
            List.of(strides, strides),
            "padding",
            "valid",
            "use_bias",
            false);
    y = y.norm(name + "dwconv_bn", epsilon).activation(name + "dwconv_activation", activation);
    if (share > 0 && share <= 1) {
      y = excited(y, name, filters, Math.max(1, (int) (from * share)), activation);
    }
    y = y.linear(name + "project", output, 1, 1, "same").norm(name + "project_bn", epsilon);
    if (!draft.config().get("projection_activation").isNull()) {
      Object last = draft.config().get("projection_activation").json();
      y = y.activation(name + "projection_activation", last);
    }
    if (strides != 1 || from != output) {
      return y;
    }
    return y.with(draft.model().layer("Add", name + "add").ofList(y.x(), x.x()), output);
  }

  private static Picture excited(
      Picture x, String name, int filters, int inner, Object activation) {
    Picture shares =
        x.through("GlobalAveragePooling2D", name + "se_squeeze")
            .through("Reshape", name + "se_reshape", "target_shape", List.of(1, 1, filters))
            .conv(name + "se_reduce", inner, 1, 1, "same", "activation", activation)
            .conv(name + "se_expand", filters, 1, 1, "same", "activation", "sigmoid");
    return x.with(
        x.draft().model().layer("Multiply", name + "se_excite").ofList(x.x(), shares.x()), filters);
  }
}
