package dev.keraunos.hub.internal.models;

import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** CSPNet: stages that split their channels, or DarkNet's that do not. */
final class CspNetModels {
  private static final double EPSILON = 1e-5;

  private CspNetModels() {}

  static void register(Map<String, HubModels.Builder> builders) {
    builders.put("CSPNetBackbone", CspNetModels::build);
  }

  private static void build(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    Picture x = Picture.input(draft, "image_shape");
    int reduction = 1;
    int[] filters = config.get("stem_filters").integers();
    int kernel = draft.integer("stem_kernel_size", 3);
    int strides = draft.integer("stem_strides", 2);
    boolean pools = !config.get("stem_pooling").isNull();
    for (int i = 0; i < filters.length; i++) {
      boolean late = i == filters.length - 1 && strides > 2 && !pools;
      int stride = (i == 0 && strides > 1) || late ? 2 : 1;
      if (stride > 1) {
        x = x.pad("csp_stem_pad_" + i, (kernel - 1) / 2);
      }
      String padding = i == 0 ? config.get("stem_padding").text("valid") : "valid";
      x = x.linear("csp_stem_conv_" + i, filters[i], kernel, stride, padding);
      x = opened(x.norm("csp_stem_bn_" + i, EPSILON), "csp_stem_activation_" + i);
      reduction *= stride;
    }
    if (pools) {
      config.get("stem_pooling").oneOf("max", "max");
      x = x.padLow().pool("MaxPooling2D", "csp_stem_pool", 3, 2, "valid");
      reduction *= 2;
    }
    model.returns(stages(x, reduction).x());
  }

  /**
   * One stage.
   *
   * @param dilation of its blocks
   * @param first of the convolution that reduces
   */
  private record Stage(
      String name,
      int filters,
      int strides,
      int depth,
      int dilation,
      int first,
      double block,
      double bottle,
      double expand) {}

  private static Picture stages(Picture stem, int reduction) {
    Config config = stem.draft().config();
    int[] depths = config.get("stackwise_depth").integers();
    int[] filters = config.get("stackwise_num_filters").integers();
    int[] strides = padded(config.get("stackwise_strides").integers(), depths.length);
    int most = config.get("output_strides").integer(32);
    String type = config.get("stage_type").text("");
    int dilation = 1;
    int reached = reduction;
    Picture x = stem;
    for (int i = 0; i < depths.length; i++) {
      if (reached >= most && strides[i] > 1) {
        throw config.get("output_strides").unexpected("a number that the strides do not exceed");
      }
      reached *= strides[i];
      Stage stage =
          new Stage(
              "stage_" + i,
              filters[i],
              strides[i],
              depths[i],
              dilation,
              1,
              ratio(config, "block_ratio", i),
              ratio(config, "bottle_ratio", i),
              ratio(config, "expand_ratio", i));
      x =
          switch (type) {
            case "dark" -> dark(x, stage);
            case "csp" -> cross(x, stage);
            default -> cross3(x, stage);
          };
    }
    return x;
  }

  private static int[] padded(int[] values, int length) {
    int[] all = Arrays.copyOf(values, length);
    for (int i = values.length; i < length; i++) {
      all[i] = values[values.length - 1];
    }
    return all;
  }

  private static double ratio(Config config, String key, int i) {
    Setting setting = config.get(key);
    if (setting.isNull()) {
      return 1;
    }
    double[] ratios = setting.numbers();
    return ratios[Math.min(i, ratios.length - 1)];
  }

  /** Through the activation of the model. */
  private static Picture opened(Picture x, String name) {
    Setting activation = x.draft().config().get("activation");
    boolean leaky =
        activation.isNull() || (activation.isText() && activation.text().equals("leaky_relu"));
    return leaky
        ? x.through("LeakyReLU", name, "negative_slope", 0.01)
        : x.activation(name, activation.json());
  }

  private static Picture conv(
      Picture x,
      String name,
      int filters,
      int kernel,
      int strides,
      int dilation,
      int groups,
      String padding) {
    return x.conv(
        name,
        filters,
        kernel,
        strides,
        padding,
        "use_bias",
        false,
        "dilation_rate",
        List.of(dilation, dilation),
        "groups",
        groups);
  }

  private static int groups(Picture x) {
    return x.draft().integer("groups", 1);
  }

  /** A convolution that halves, or with {@code avg_down} a pool before one that does not. */
  private static Picture reduced(Picture x, Stage stage, String kind, String pool, int filters) {
    String name = stage.name() + "_" + kind;
    Picture y = x;
    if (x.draft().flag("avg_down", false)) {
      if (stage.strides() == 2) {
        y = y.through("AveragePooling2D", stage.name() + "_" + pool, "pool_size", List.of(2, 2));
      }
      y = conv(y, name + "_conv_down_1", stage.filters(), 1, 1, 1, groups(x), "valid");
    } else {
      y = stage.strides() > 1 ? y.pad(name + "_conv_pad_1", 1) : y;
      y =
          conv(
              y,
              name + "_conv_down_1",
              filters,
              3,
              stage.strides(),
              stage.first(),
              groups(x),
              "valid");
    }
    return opened(y.norm(name + "_bn_1", EPSILON), name + "_activation_1");
  }

  private static Picture dark(Picture x, Stage stage) {
    x.draft().config().ignore("down_growth", "cross_linear");
    Picture y = reduced(x, stage, "dark", "dark_avg_pool", stage.filters());
    return blocks(y, stage);
  }

  private static Picture blocks(Picture x, Stage stage) {
    int filters = (int) Math.rint(stage.filters() * stage.block());
    int inner = (int) Math.rint(filters * stage.bottle());
    String type = x.draft().config().get("block_type").text("");
    Picture y = x;
    for (int i = 0; i < stage.depth(); i++) {
      String name = stage.name() + "_block_" + i;
      y =
          switch (type) {
            case "dark_block" ->
                darkBlock(y, name + "_dark_block", filters, inner, stage.dilation());
            case "edge_block" ->
                edgeBlock(y, name + "_edge_block", filters, inner, stage.dilation());
            default -> bottleneck(y, name + "_bottleneck_block", filters, inner, stage.dilation());
          };
    }
    return y;
  }

  private static Picture step(Picture x, String name, int place) {
    return opened(x.norm(name + "_bn_" + place, EPSILON), name + "_activation_" + place);
  }

  private static Picture sum(Picture x, String name, Picture shortcut) {
    Tensor sum = x.draft().model().layer("Add", name).ofList(x.x(), shortcut.x());
    return x.with(sum, x.channels());
  }

  private static Picture darkBlock(Picture x, String name, int filters, int inner, int dilation) {
    Picture y = step(conv(x, name + "_conv_1", inner, 1, 1, 1, 1, "valid"), name, 1);
    y = conv(y, name + "_conv_2", filters, 3, 1, dilation, groups(x), "same");
    return sum(step(y, name, 2), name + "_add", x);
  }

  private static Picture edgeBlock(Picture x, String name, int filters, int inner, int dilation) {
    Picture y = conv(x, name + "_conv_1", inner, 3, 1, dilation, groups(x), "same");
    y = step(y, name, 1);
    y = step(conv(y, name + "_conv_2", filters, 1, 1, 1, 1, "valid"), name, 2);
    return sum(y, name + "_add", x);
  }

  private static Picture bottleneck(Picture x, String name, int filters, int inner, int dilation) {
    Picture y = step(conv(x, name + "_conv_1", inner, 1, 1, 1, 1, "valid"), name, 1);
    y = conv(y, name + "_conv_2", inner, 3, 1, dilation, groups(x), "same");
    y = conv(step(y, name, 2), name + "_conv_3", filters, 1, 1, 1, 1, "valid");
    y = sum(y.norm(name + "_bn_3", EPSILON), name + "_add", x);
    return opened(y, name + "_activation_4");
  }

  /** The halves of the channels. */
  private record Halves(Picture first, Picture second) {
    static Halves of(Picture x, int size) {
      int sections = x.channels() / size;
      Tensor split =
          x.draft()
              .model()
              .op(
                  "Split",
                  List.of(x.x()),
                  Map.of(),
                  "indices_or_sections",
                  sections,
                  "axis",
                  x.axis());
      return new Halves(x.with(split, size), x.with(split.output(1), size));
    }
  }

  private static Picture expanded(Picture x, Stage stage, String kind, String pool) {
    Draft draft = x.draft();
    int down = draft.flag("down_growth", false) ? stage.filters() : x.channels();
    boolean reduces = stage.strides() != 1 || stage.first() != stage.dilation();
    Picture y = reduces ? reduced(x, stage, kind, pool, down) : x;
    String name = stage.name() + "_" + kind;
    int wide = (int) Math.rint(stage.filters() * stage.expand());
    y = conv(y, name + "_conv_exp", wide, 1, 1, 1, 1, "valid").norm(name + "_bn_2", EPSILON);
    return draft.flag("cross_linear", false) ? y : opened(y, name + "_activation_2");
  }

  private static Picture cross(Picture x, Stage stage) {
    String name = stage.name() + "_csp";
    Picture y = expanded(x, stage, "csp", "csp_avg_pool");
    Halves halves = Halves.of(y, y.channels() / 2);
    Picture inner = blocks(halves.second(), stage);
    inner = conv(inner, name + "_conv_transition_b", y.channels() / 2, 1, 1, 1, 1, "valid");
    inner =
        opened(inner.norm(name + "_transition_b_bn", EPSILON), name + "_transition_b_activation");
    Picture joined = halves.first().concat(name + "_conv_concat", inner);
    joined = conv(joined, name + "_conv_transition", stage.filters(), 1, 1, 1, 1, "valid");
    return opened(joined.norm(name + "_transition_bn", EPSILON), name + "_transition_activation");
  }

  private static Picture cross3(Picture x, Stage stage) {
    String name = stage.name() + "_cs3";
    Picture y = expanded(x, stage, "cs3", "cross_stage3_avg_pool");
    Halves halves = Halves.of(y, y.channels() / 2);
    Picture inner = blocks(halves.first(), stage);
    Picture joined = inner.concat(name + "_conv_transition_concat", halves.second());
    joined = conv(joined, name + "_conv_transition", y.channels() / 2, 1, 1, 1, 1, "valid");
    return opened(joined.norm(name + "_transition_bn", EPSILON), name + "_activation_3");
  }
}
