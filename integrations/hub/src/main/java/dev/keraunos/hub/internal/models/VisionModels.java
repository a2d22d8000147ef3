package dev.keraunos.hub.internal.models;

import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import dev.keraunos.keras.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Vision transformers. */
final class VisionModels {
  private VisionModels() {}

  static void register(Map<String, HubModels.Builder> builders) {
    builders.put("ViTBackbone", VisionModels::vit);
    builders.put("DeiTBackbone", VisionModels::deit);
    builders.put("DINOV2Backbone", VisionModels::dino);
    builders.put("DINOV3Backbone", VisionModels::dino3);
    builders.put("HGNetV2Backbone", VisionModels::hgnet);
    builders.put("SwinTransformerBackbone", VisionModels::swin);
  }

  /** Height and width of the images. */
  static int[] size(Config config) {
    int[] shape = config.get("image_shape").integers(3);
    boolean last = config.get("data_format").text("channels_last").equals("channels_last");
    return last ? new int[] {shape[0], shape[1]} : new int[] {shape[1], shape[2]};
  }

  private static Tensor images(Functional model) {
    int[] shape = model.config().get("image_shape").integers(3);
    model.takesTensor();
    return model.input("images", "float32", shape[0], shape[1], shape[2]);
  }

  private static void vit(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    int width = draft.integer("hidden_dim");
    config.ignore("dropout_rate");
    Tensor x =
        model
            .layer(
                ">ViTPatchingAndEmbedding",
                "vit_patching_and_embedding",
                "image_size",
                size(config),
                "patch_size",
                config.get("patch_size").integers(2),
                "hidden_dim",
                width,
                "use_class_token",
                draft.flag("use_class_token", true),
                "use_patch_bias",
                draft.flag("use_patch_bias", true),
                "data_format",
                config.get("data_format").text("channels_last"))
            .of(images(model));
    Tensor y =
        model
            .layer(
                ">ViTEncoder",
                "vit_encoder",
                "num_layers",
                draft.integer("num_layers"),
                "num_heads",
                draft.integer("num_heads"),
                "hidden_dim",
                width,
                "mlp_dim",
                draft.integer("mlp_dim"),
                "attention_dropout",
                draft.number("attention_dropout", 0),
                "layer_norm_epsilon",
                draft.number("layer_norm_epsilon", 1e-6),
                "use_mha_bias",
                draft.flag("use_mha_bias", true),
                "use_mlp_bias",
                draft.flag("use_mlp_bias", true))
            .of(x);
    model.returns(y);
  }

  private static void swin(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    config.ignore("dropout_rate", "attention_dropout", "drop_path");
    int[] shape = config.get("image_shape").integers(3);
    int patch = draft.integer("patch_size", 4);
    int width = draft.integer("embed_dim");
    int[] depths = config.get("depths").integers();
    int[] heads = config.get("num_heads").integers();
    model.takesTensor();
    Tensor x =
        model
            .layer(
                ">PatchEmbedding",
                "patch_embedding",
                "patch_size",
                patch,
                "embed_dim",
                width,
                "patch_norm",
                draft.flag("patch_norm", true),
                "data_format",
                config.get("data_format").text("channels_last"))
            .of(model.input("input_layer", "float32", shape[0], shape[1], shape[2]));
    x = draft.dropout("pos_drop").of(x);
    int height = shape[0] / patch;
    int across = shape[1] / patch;
    for (int i = 0; i < depths.length; i++) {
      boolean merges = i < depths.length - 1;
      x =
          model
              .layer(
                  ">SwinTransformerStage",
                  "stage_" + i,
                  "dim",
                  width << i,
                  "depth",
                  depths[i],
                  "num_heads",
                  heads[i],
                  "window_size",
                  draft.integer("window_size"),
                  "mlp_ratio",
                  draft.number("mlp_ratio", 4),
                  "qkv_bias",
                  draft.flag("qkv_bias", true),
                  "downsample",
                  merges,
                  "input_resolution",
                  List.of(height, across))
              .of(x);
      height = merges ? height / 2 : height;
      across = merges ? across / 2 : across;
    }
    model.returns(draft.norm("norm", 1e-5).of(x));
  }

  private static void deit(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    config.ignore("dropout_rate");
    int width = draft.integer("hidden_dim");
    int[] shape = config.get("image_shape").integers(3);
    model.takesTensor();
    Tensor x =
        model
            .layer(
                ">DeiTEmbeddings",
                "deit_patching_and_embedding",
                "patch_size",
                config.get("patch_size").integers(2),
                "hidden_dim",
                width,
                "data_format",
                config.get("data_format").text("channels_last"))
            .of(model.input("input_layer", "float32", shape[0], shape[1], shape[2]));
    Tensor y =
        model
            .layer(
                ">DeiTEncoder",
                "deit_encoder",
                "num_layers",
                draft.integer("num_layers"),
                "num_heads",
                draft.integer("num_heads"),
                "hidden_dim",
                width,
                "intermediate_dim",
                draft.integer("intermediate_dim"),
                "use_mha_bias",
                draft.flag("use_mha_bias", true),
                "attention_dropout",
                draft.number("attention_dropout", 0),
                "layer_norm_epsilon",
                draft.number("layer_norm_epsilon", 1e-6))
            .of(x);
    model.returns(y);
  }

  private static void dino(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    config.ignore("layer_scale_init_value", "drop_path_rate", "apply_layernorm");
    int width = draft.integer("hidden_dim");
    int[] shape = config.get("image_shape").integers(3);
    int[] trained = config.get("position_embedding_shape").integersOr(518, 518, 3);
    boolean last = config.get("data_format").text("channels_last").equals("channels_last");
    String prefix = model.name() + "_";
    Tensor images = model.input("images", "float32", shape[0], shape[1], shape[2]);
    Tensor x =
        model
            .layer(
                ">DINOV2Embedding",
                prefix + "embeddings",
                "hidden_dim",
                width,
                "patch_size",
                draft.integer("patch_size"),
                "image_shape",
                size(config),
                "num_register_tokens",
                draft.integer("num_register_tokens", 0),
                "use_mask_token",
                draft.flag("use_mask_token", true),
                "position_embedding_shape",
                last ? List.of(trained[0], trained[1]) : List.of(trained[1], trained[2]),
                "antialias_in_interpolation",
                draft.flag("antialias_in_interpolation", false),
                "data_format",
                config.get("data_format").text("channels_last"))
            .of(images);
    x =
        model
            .layer(
                ">DINOV2Encoder",
                prefix + "encoder",
                "num_layers",
                draft.integer("num_layers"),
                "hidden_dim",
                width,
                "num_heads",
                draft.integer("num_heads"),
                "intermediate_dim",
                draft.integer("intermediate_dim"),
                "use_swiglu_ffn",
                draft.flag("use_swiglu_ffn", false),
                "dropout_rate",
                draft.number("dropout_rate", 0))
            .of(x);
    model.returns(draft.norm(prefix + "layernorm", 1e-6).of(x));
  }

  private static void dino3(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    config.ignore("layer_scale_init_value", "drop_path_rate", "attention_dropout");
    config.ignore("apply_layernorm");
    int[] shape = config.get("image_shape").integers(3);
    int[] size = size(config);
    int patch = draft.integer("patch_size");
    int registers = draft.integer("num_register_tokens", 4);
    String prefix = model.name() + "_";
    Tensor x =
        model
            .layer(
                ">DINOV3Embedding",
                prefix + "embeddings",
                "hidden_dim",
                draft.integer("hidden_dim"),
                "patch_size",
                patch,
                "num_register_tokens",
                registers,
                "use_mask_token",
                draft.flag("use_mask_token", true),
                "data_format",
                config.get("data_format").text("channels_last"))
            .of(model.input("pixel_values", "float32", shape[0], shape[1], shape[2]));
    List<Object> settings = new ArrayList<>();
    for (String key : List.of("num_layers", "hidden_dim", "num_heads", "intermediate_dim")) {
      settings.addAll(List.of(key, draft.integer(key)));
    }
    for (String kind : List.of("query", "key", "value", "proj", "mlp")) {
      String key = "use_" + kind + "_bias";
      settings.addAll(List.of(key, draft.flag(key, true)));
    }
    settings.addAll(
        List.of(
            "hidden_activation",
            config.get("hidden_activation").json(),
            "use_gated_mlp",
            draft.flag("use_gated_mlp", false),
            "layer_norm_eps",
            draft.number("layer_norm_eps", 1e-5),
            "num_register_tokens",
            registers,
            "rope_theta",
            draft.number("rope_theta", 100),
            "grid",
            List.of(size[0] / patch, size[1] / patch)));
    x = model.layer(">DINOV3Encoder", prefix + "encoder", settings.toArray()).of(x);
    double epsilon = draft.number("layer_norm_eps", 1e-5);
    model.returns(draft.norm(prefix + "layernorm", epsilon).of(x));
  }

  private static void hgnet(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    config.ignore("depths", "embedding_size", "hidden_sizes");
    boolean affine = draft.flag("use_learnable_affine_block", false);
    Picture image = Picture.input(draft, "image_shape", "pixel_values_input");
    Tensor x =
        model
            .layer(
                ">HGNetV2Embeddings",
                model.name() + "_embedder",
                "stem_channels",
                config.get("stem_channels").json(),
                "hidden_act",
                config.get("hidden_act").json(),
                "use_learnable_affine_block",
                affine)
            .of(image.x());
    Tensor stages =
        model
            .layer(
                ">HGNetV2Encoder",
                model.name() + "_encoder",
                "stages",
                config.get("stackwise_stage_filters").json(),
                "apply_downsample",
                config.get("apply_downsample").json(),
                "use_lightweight_conv_block",
                config.get("use_lightweight_conv_block").json(),
                "use_learnable_affine_block",
                affine)
            .of(x);
    int count = config.get("stackwise_stage_filters").list().size();
    List<String> wanted = new ArrayList<>();
    if (!config.get("out_features").isNull()) {
      config.get("out_features").list().forEach(name -> wanted.add(name.text()));
    }
    Map<String, Tensor> all = new TreeMap<>();
    for (int i = 0; i <= count; i++) {
      String name = i == 0 ? "stem" : "stage" + i;
      if (wanted.isEmpty() || wanted.contains(name)) {
        all.put(name, stages.output(i));
      }
    }
    model.returns(all);
  }
}
