package dev.keraunos.hub.internal.models;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Layer;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import dev.keraunos.keras.config.Config;
import java.util.List;
import java.util.Map;

/** CLIP and SigLIP. */
final class ClipModels {
  private ClipModels() {}

  static void register(Map<String, HubModels.Builder> builders) {
    builders.put("CLIPVisionEncoder", ClipModels::vision);
    builders.put("CLIPTextEncoder", ClipModels::text);
    builders.put("CLIPBackbone", ClipModels::clip);
    builders.put("SigLIPVisionEncoder", ClipModels::siglipVision);
    builders.put("SigLIPTextEncoder", ClipModels::siglipText);
    builders.put("SigLIPBackbone", ClipModels::siglip);
  }

  private static Tensor images(Functional model) {
    int[] shape = model.config().get("image_shape").integersOr(224, 224, 3);
    return model.input("images", "float32", shape[0], shape[1], shape[2]);
  }

  private static Layer embedding(Draft draft, String className) {
    Config config = draft.config();
    String format = config.get("data_format").text("channels_last");
    int[] shape = config.get("image_shape").integersOr(224, 224, 3);
    return draft
        .model()
        .layer(
            className,
            draft.model().name() + "_embedding",
            "hidden_dim",
            draft.integer("hidden_dim"),
            "patch_size",
            draft.integer("patch_size"),
            "image_size",
            format.equals("channels_last") ? shape[0] : shape[1],
            "data_format",
            format);
  }

  /** The encoder; the output of one layer is handed out too if the config says so. */
  private static void encoded(
      Draft draft, Tensor embedded, boolean causal, double epsilon, String activation) {
    Functional model = draft.model();
    int layers = draft.integer("num_layers");
    int shown = draft.integer("intermediate_output_index", layers);
    shown = shown < 0 ? shown + layers : shown;
    Tensor middle = null;
    Tensor x = embedded;
    for (int i = 0; i < layers; i++) {
      x = block(draft, ">CLIPEncoderLayer", i, causal, activation).of(x);
      middle = i == shown ? x : middle;
    }
    Tensor last = draft.norm(model.name() + "_layer_norm", epsilon).of(x);
    model.returns(
        middle == null ? last : Map.of("sequence_output", last, "intermediate_output", middle));
  }

  private static Layer block(
      Draft draft, String className, int i, boolean causal, String activation) {
    JsonNode own = draft.config().get("intermediate_activation").json();
    Object given = own.isMissingNode() ? activation : own;
    return draft
        .model()
        .layer(
            className,
            draft.model().name() + "_encoder_block_" + i,
            "hidden_dim",
            draft.integer("hidden_dim"),
            "num_heads",
            draft.integer("num_heads"),
            "intermediate_dim",
            draft.integer("intermediate_dim"),
            "intermediate_activation",
            given,
            "use_causal_mask",
            causal);
  }

  private static void vision(Functional model) {
    Draft draft = new Draft(model);
    Tensor x = embedding(draft, ">CLIPVisionEmbedding").of(images(model));
    x = draft.norm(model.name() + "_pre_layer_norm", 1e-5).of(x);
    encoded(draft, x, false, 1e-5, "quick_gelu");
  }

  private static void text(Functional model) {
    Draft draft = new Draft(model);
    Layer embedding =
        model.layer(
            ">TokenAndPositionEmbedding",
            model.name() + "_embedding",
            "vocabulary_size",
            draft.integer("vocabulary_size"),
            "sequence_length",
            draft.integer("max_sequence_length", 77),
            "embedding_dim",
            draft.integer("embedding_dim"));
    encoded(draft, embedding.of(model.ids("token_ids")), true, 1e-6, "quick_gelu");
  }

  /** What an encoder makes of the inputs that it has. */
  private record Encoder(Functional model, Layer layer) {
    static Encoder of(Functional around, String key) {
      JsonNode entry = around.config().get(key).json();
      Functional model = HubModels.build(entry, around.config().path() + "/" + key);
      return new Encoder(model, around.model(entry, model));
    }

    /** The sequence, whatever else it hands out. */
    Tensor of(String input, Tensor x) {
      Tensor all = layer.call(List.of(Map.of(input, x)), Map.of());
      return all.output(Math.max(0, model.place("sequence_output")));
    }
  }

  private static void clip(Functional model) {
    Draft draft = new Draft(model);
    Encoder vision = Encoder.of(model, "vision_encoder");
    Encoder text = Encoder.of(model, "text_encoder");
    int width = draft.integer("projection_dim");
    int[] shape = vision.model().config().get("image_shape").integersOr(224, 224, 3);
    Tensor images = model.input("images", "float32", shape[0], shape[1], shape[2]);
    Tensor ids = model.ids("token_ids");
    Tensor image =
        model.layer(">CLIPVisionPooler", "vision_pooler").of(vision.of("images", images));
    Tensor words = model.layer(">CLIPTextPooler", "text_pooler").of(text.of("token_ids", ids), ids);
    Tensor head =
        model
            .layer(">CLIPHead", "clip_head")
            .of(
                projection(model, "vision_projection", width).of(image),
                projection(model, "text_projection", width).of(words));
    model.returns(Map.of("vision_logits", head, "text_logits", head.output(1)));
  }

  private static Layer projection(Functional model, String name, int width) {
    return model.layer("Dense", name, "units", width, "use_bias", false);
  }

  // ---- SigLIP

  private static Layer siglipBlock(Draft draft, int i) {
    JsonNode own = draft.config().get("intermediate_activation").json();
    return draft
        .model()
        .layer(
            ">SigLIPEncoderLayer",
            draft.model().name() + "_encoder_block_" + i,
            "hidden_dim",
            draft.integer("hidden_dim"),
            "num_heads",
            draft.integer("num_heads"),
            "intermediate_dim",
            draft.integer("intermediate_dim"),
            "layer_norm_epsilon",
            draft.number("layer_norm_epsilon", 1e-6),
            "intermediate_activation",
            own.isMissingNode() ? "gelu_approximate" : own);
  }

  private static Tensor siglipBlocks(Draft draft, Tensor x, double epsilon) {
    Tensor y = x;
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      y = siglipBlock(draft, i).of(y);
    }
    return draft.norm(draft.model().name() + "_post_layer_norm", epsilon).of(y);
  }

  private static void siglipVision(Functional model) {
    Draft draft = new Draft(model);
    Tensor x = embedding(draft, ">SigLIPVisionEmbedding").of(images(model));
    JsonNode own = draft.config().get("intermediate_activation").json();
    Tensor pooled =
        model
            .layer(
                ">SigLIPMultiHeadAttentionPooling",
                model.name() + "_head",
                "hidden_dim",
                draft.integer("hidden_dim"),
                "intermediate_dim",
                draft.integer("intermediate_dim"),
                "num_heads",
                draft.integer("num_heads"),
                "activation",
                own.isMissingNode() ? "gelu_approximate" : own,
                "layer_norm_epsilon",
                draft.number("layer_norm_epsilon", 1e-6))
            .of(siglipBlocks(draft, x, 1e-6));
    model.returns(pooled);
  }

  private static void siglipText(Functional model) {
    Draft draft = new Draft(model);
    Layer embedding =
        model.layer(
            ">SigLIPTextEmbedding",
            model.name() + "_embedding",
            "vocabulary_size",
            draft.integer("vocabulary_size"),
            "sequence_length",
            draft.integer("max_sequence_length", 64),
            "embedding_dim",
            draft.integer("embedding_dim"));
    double epsilon = draft.number("layer_norm_epsilon", 1e-6);
    Tensor x = siglipBlocks(draft, embedding.of(model.ids("token_ids")), epsilon);
    int width = draft.integer("projection_dim", draft.integer("hidden_dim"));
    model.returns(draft.dense(model.name() + "_head", width, "linear").of(model.step(x, -1)));
  }

  private static void siglip(Functional model) {
    Encoder vision = Encoder.of(model, "vision_encoder");
    Encoder text = Encoder.of(model, "text_encoder");
    int[] shape = vision.model().config().get("image_shape").integersOr(224, 224, 3);
    Tensor images = model.input("images", "float32", shape[0], shape[1], shape[2]);
    Tensor ids = model.ids("token_ids");
    Tensor head =
        model
            .layer(">SigLIPHead", "siglip_head")
            .of(vision.of("images", images), text.of("token_ids", ids));
    model.returns(Map.of("vision_logits", head, "text_logits", head.output(1)));
  }
}
