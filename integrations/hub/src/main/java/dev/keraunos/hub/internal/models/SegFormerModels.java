package dev.keraunos.hub.internal.models;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Layer;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import dev.keraunos.keras.config.Config;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** MiT, and SegFormer that joins its levels. */
final class SegFormerModels {
  private SegFormerModels() {}

  static void register(Map<String, HubModels.Builder> builders) {
    builders.put("MiTBackbone", model -> model.returns(levels(model).get("P" + count(model))));
    builders.put("SegFormerBackbone", SegFormerModels::segformer);
  }

  private static int count(Functional model) {
    return model.config().get("num_layers").integer();
  }

  /** Height and width of the images of a SegFormer. */
  static int[] shape(Functional backbone) {
    JsonNode encoder = backbone.config().get("image_encoder").json().path("config");
    return new Config(encoder, backbone.name()).get("image_shape").integers(3);
  }

  /** Images, level by level smaller. */
  private static Map<String, Tensor> levels(Functional model) {
    Draft draft = new Draft(model.plainTypes());
    Config config = draft.config();
    config.ignore("max_drop_path_rate");
    int[] shape = config.get("image_shape").integers(3);
    int[] depths = config.get("layerwise_depths").integers();
    int[] heads = config.get("layerwise_num_heads").integers();
    int[] ratios = config.get("layerwise_sr_ratios").integers();
    int[] patches = config.get("layerwise_patch_sizes").integers();
    int[] strides = config.get("layerwise_strides").integers();
    int[] widths = config.get("hidden_dims").integers();
    model.takesTensor();
    Tensor x = model.input("input_layer", "float32", shape[0], shape[1], shape[2]);
    int height = shape[0];
    int across = shape[1];
    Map<String, Tensor> levels = new LinkedHashMap<>();
    for (int i = 0; i < count(model); i++) {
      height /= strides[i];
      across /= strides[i];
      x =
          model
              .layer(
                  ">OverlappingPatchingAndEmbedding",
                  "patch_and_embed_" + i,
                  "project_dim",
                  widths[i],
                  "patch_size",
                  patches[i],
                  "stride",
                  strides[i])
              .of(x);
      for (int k = 0; k < depths[i]; k++) {
        x =
            model
                .layer(
                    ">HierarchicalTransformerEncoder",
                    "hierarchical_encoder_" + i + "_" + k,
                    "project_dim",
                    widths[i],
                    "num_heads",
                    heads[i],
                    "sr_ratio",
                    ratios[i])
                .of(x);
      }
      x = model.layer("LayerNormalization", null, "epsilon", 1e-5).of(x);
      List<Integer> size = List.of(height, across, widths[i]);
      x = model.layer("Reshape", "output_level_" + i, "target_shape", size).of(x);
      levels.put("P" + (i + 1), x);
    }
    return levels;
  }

  private static void segformer(Functional model) {
    Draft draft = new Draft(model.plainTypes());
    JsonNode entry = draft.config().get("image_encoder").json();
    Functional encoder = HubModels.build(entry, model.config().path() + "/image_encoder");
    int[] shape = shape(model);
    Config config = encoder.config();
    int[] widths = config.get("hidden_dims").integers();
    int[] strides = config.get("layerwise_strides").integers();
    Map<String, Tensor> levels = new LinkedHashMap<>();
    for (int i = 0; i < widths.length; i++) {
      levels.put("P" + (i + 1), encoder.layer("output_level_" + i).tensor());
    }
    encoder.returns(levels);
    model.takesTensor();
    Tensor image = model.input("input_layer", "float32", shape[0], shape[1], shape[2]);
    Tensor features = model.functional("functional", encoder).of(image);
    int height = shape[0] / strides[0];
    int across = shape[1] / strides[0];
    int width = draft.integer("projection_filters");
    Layer resizing = resized(model, height, across);
    List<Tensor> all = new ArrayList<>();
    for (int i = 0; i < widths.length; i++) {
      Tensor level = draft.dense("linear_" + widths[i], width, "linear").of(features.output(i));
      all.add(resizing.of(level));
    }
    Collections.reverse(all);
    Tensor joined = model.layer("Concatenate", null, "axis", -1).ofList(all.toArray(new Tensor[0]));
    Layer fuse =
        model.sequential(
            "sequential",
            Functional.entry(
                "Conv2D",
                "conv2d",
                Functional.noType(),
                "filters",
                width,
                "kernel_size",
                List.of(1, 1),
                "strides",
                List.of(1, 1),
                "padding",
                "valid",
                "use_bias",
                false),
            Functional.entry(
                "BatchNormalization",
                "batch_normalization",
                Functional.noType(),
                "axis",
                -1,
                "epsilon",
                1e-5),
            Functional.entry(
                "Activation", "activation", Functional.noType(), "activation", "relu"));
    model.returns(fuse.of(joined));
  }

  static Layer resized(Functional model, int height, int across) {
    return model.layer(
        "Resizing", null, "height", height, "width", across, "interpolation", "bilinear");
  }
}
