package dev.keraunos.hub.internal.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import dev.keraunos.keras.config.Config;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** What sees images at several sizes: ViTDet, and DeepLabV3 on the levels of a backbone. */
final class PyramidModels {
  private PyramidModels() {}

  static void register(Map<String, HubModels.Builder> builders) {
    builders.put("ViTDetBackbone", PyramidModels::detector);
    builders.put("DeepLabV3Backbone", PyramidModels::deepLab);
    builders.put("DeepLabV3ImageSegmenter", PyramidModels::segments);
  }

  // ---- ViTDet

  private static Map<String, Object> numbers(Double... values) {
    return Map.of(
        "class_name", "__tensor__", "config", Map.of("value", List.of(values), "dtype", "float32"));
  }

  private static ObjectNode entry(String className, String name, Object... settings) {
    return Functional.entry(className, name, Functional.noType(), settings);
  }

  private static void detector(Functional model) {
    Draft draft = new Draft(model.plainTypes());
    Config config = draft.config();
    config.ignore("layer_norm_epsilon");
    int[] shape = config.get("image_shape").integers(3);
    int patch = draft.integer("patch_size", 16);
    int width = draft.integer("hidden_size");
    model.takesTensor();
    Tensor x = model.input("images", "float32", shape[0], shape[1], shape[2]);
    x = model.op("Subtract", x, numbers(0.485, 0.456, 0.406));
    x = model.op("TrueDivide", x, numbers(0.229, 0.224, 0.225));
    List<Integer> patches = List.of(patch, patch);
    x =
        model
            .layer(
                ">ViTDetPatchingAndEmbedding",
                null,
                "kernel_size",
                patches,
                "strides",
                patches,
                "embed_dim",
                width)
            .of(x);
    if (draft.flag("use_abs_pos", true)) {
      x =
          model
              .layer(
                  ">AddPositionalEmbedding",
                  null,
                  "img_size",
                  shape[0],
                  "patch_size",
                  patch,
                  "embed_dim",
                  width)
              .of(x);
    }
    int[] whole = config.get("global_attention_layer_indices").integers();
    int window = draft.integer("window_size", 14);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      int layer = i;
      boolean all = IntStream.of(whole).anyMatch(index -> index == layer);
      x = windowed(draft, all ? 0 : window, shape[0] / patch).of(x);
    }
    model.returns(neck(model, draft.integer("num_output_channels", 256)).of(x));
  }

  private static Functional.Layer windowed(Draft draft, int window, int side) {
    return draft
        .model()
        .layer(
            ">WindowedTransformerEncoder",
            null,
            "project_dim",
            draft.integer("hidden_size"),
            "intermediate_dim",
            draft.integer("intermediate_dim"),
            "num_heads",
            draft.integer("num_heads"),
            "use_bias",
            draft.flag("use_bias", true),
            "use_rel_pos",
            draft.flag("use_rel_pos", true),
            "window_size",
            window,
            "input_size",
            List.of(side, side));
  }

  private static Functional.Layer neck(Functional model, int channels) {
    return model.sequential(
        "sequential",
        conv("conv2d", channels, 1),
        entry("LayerNormalization", "layer_normalization", "epsilon", 1e-6),
        conv("conv2d_1", channels, 3),
        entry("LayerNormalization", "layer_normalization_1", "epsilon", 1e-6));
  }

  private static ObjectNode conv(String name, int filters, int size) {
    List<Integer> kernel = List.of(size, size);
    return entry(
        "Conv2D",
        name,
        "filters",
        filters,
        "kernel_size",
        kernel,
        "padding",
        "same",
        "use_bias",
        false);
  }

  // ---- DeepLabV3

  private static Picture grown(Picture x, String name, Object size) {
    return x.through("UpSampling2D", name, "size", size, "interpolation", "bilinear");
  }

  private static int[] pair(Config config, String key) {
    JsonNode json = config.get(key).json();
    return json.isArray()
        ? config.get(key).integers(2)
        : new int[] {config.get(key).integer(), config.get(key).integer()};
  }

  private static void deepLab(Functional model) {
    Draft draft = new Draft(model.plainTypes());
    Config config = draft.config();
    JsonNode entry = config.get("image_encoder").json();
    Functional encoder = HubModels.build(entry, config.path() + "/image_encoder");
    Map<String, Tensor> levels = new TreeMap<>(encoder.levels());
    String key = config.get("spatial_pyramid_pooling_key").text();
    String low = config.get("low_level_feature_key").text("");
    if (!levels.containsKey(key)) {
      throw config.get("spatial_pyramid_pooling_key").unexpected("one of " + levels.keySet());
    }
    encoder.returns(levels);
    Picture image = Picture.input(draft, "image_shape", "inputs");
    Tensor features = model.functional("functional", encoder).of(image.x());
    int[] dilations = config.get("dilation_rates").integers();
    Tensor pooled =
        model
            .layer(">SpatialPyramidPooling", null, "dilation_rates", dilations)
            .of(features.output(encoder.place(key)));
    int[] size = pair(config, "upsampling_size");
    Picture x =
        grown(image.with(pooled, 256), "encoder_output_upsampling", List.of(size[0], size[1]));
    int filters = draft.integer("projection_filters", 48);
    if (!low.isEmpty()) {
      Picture near = image.with(features.output(encoder.place(low)), 1);
      near = near.linear("decoder_conv", filters, 1, 1, "same").norm("decoder_norm", 1e-3);
      x = x.concat("encoder_decoder_concat", near.through("ReLU", "decoder_relu"));
    }
    x = x.linear("segmentation_head_conv", 256, 1, 1, "same");
    x = x.norm("segmentation_head_norm", 1e-3).through("ReLU", "segmentation_head_relu");
    int rest = (1 << (key.charAt(key.length() - 1) - '0')) / size[0];
    model.returns(grown(x, "backbone_output_upsampling", List.of(rest, rest)).x());
  }

  private static void segments(Functional task) {
    Tasks.Called called = Tasks.Called.of(task);
    Config config = task.config();
    task.returns(
        task.layer(
                "Conv2D",
                "segmentation_output",
                "filters",
                config.get("num_classes").integer(),
                "kernel_size",
                List.of(1, 1),
                "padding",
                "same",
                "use_bias",
                false,
                "activation",
                config.get("activation").json())
            .of(called.output("")));
  }
}
