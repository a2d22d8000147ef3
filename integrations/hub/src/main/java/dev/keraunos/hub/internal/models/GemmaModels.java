package dev.keraunos.hub.internal.models;

import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import dev.keraunos.keras.config.Config;
import java.util.Map;

/** Gemma and Gemma 3, of which images are left aside. */
final class GemmaModels {
  private GemmaModels() {}

  /** The vectors of tokens, longer by the root of their size. */
  private static Tensor scaled(Draft draft, Tensor ids) {
    int width = draft.integer("hidden_dim");
    Tensor x =
        draft
            .model()
            .layer(
                ">ReversibleEmbedding",
                "token_embedding",
                "input_dim",
                draft.integer("vocabulary_size"),
                "output_dim",
                width,
                "logit_soft_cap",
                LlamaModels.value(draft.config(), "final_logit_soft_cap"))
            .of(ids);
    return draft.model().op("Multiply", x, Math.sqrt(width));
  }

  static void gemma(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    config.ignore("head_dim", "query_head_dim_normalize", "dropout", "intermediate_dim");
    Tensor ids = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    double epsilon = draft.number("layer_norm_epsilon", 1e-6);
    Tensor x = scaled(draft, ids);
    boolean slides = draft.flag("use_sliding_window_attention", false);
    int window = draft.integer("sliding_window_size", 4096);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      x =
          model
              .layer(
                  ">GemmaDecoderBlock",
                  "decoder_block_" + i,
                  "num_query_heads",
                  draft.integer("num_query_heads"),
                  "num_key_value_heads",
                  draft.integer("num_key_value_heads"),
                  "use_post_ffw_norm",
                  draft.flag("use_post_ffw_norm", false),
                  "use_post_attention_norm",
                  draft.flag("use_post_attention_norm", false),
                  "logit_soft_cap",
                  LlamaModels.value(config, "attention_logit_soft_cap"),
                  "window",
                  slides && i % 2 == 0 ? window - 1 : -1)
              .of(x, "padding_mask", padding);
    }
    model.returns(
        model.layer(">gemma.RMSNormalization", "final_normalization", "epsilon", epsilon).of(x));
  }

  static void gemma3(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    config.ignore("head_dim", "query_head_dim_normalize", "dropout", "intermediate_dim");
    config.ignore("image_size");
    if (!config.get("vision_encoder").isNull()) {
      throw config.get("vision_encoder").unexpected("null, a model of texts alone");
    }
    Tensor ids = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    Tensor x = scaled(draft, ids);
    boolean slides = draft.flag("use_sliding_window_attention", false);
    int window = draft.integer("sliding_window_size", 1024);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      boolean local = slides && i % 6 < 5;
      String scaling = local ? "local_rope_scaling_factor" : "global_rope_scaling_factor";
      x =
          model
              .layer(
                  ">Gemma3DecoderBlock",
                  "decoder_block_" + i,
                  "num_query_heads",
                  draft.integer("num_query_heads"),
                  "num_key_value_heads",
                  draft.integer("num_key_value_heads"),
                  "use_query_key_norm",
                  draft.flag("use_query_key_norm", true),
                  "use_post_ffw_norm",
                  draft.flag("use_post_ffw_norm", false),
                  "use_post_attention_norm",
                  draft.flag("use_post_attention_norm", false),
                  "logit_soft_cap",
                  LlamaModels.value(config, "attention_logit_soft_cap"),
                  "window",
                  local ? window - 1 : -1,
                  "rope_wavelength",
                  local ? 1e4 : 1e6,
                  "rope_scaling_factor",
                  draft.number(scaling, 1),
                  "bidirectional",
                  draft.flag("use_bidirectional_attention", false))
              .of(x, "padding_mask", padding);
    }
    config.ignore("local_rope_scaling_factor", "global_rope_scaling_factor");
    double epsilon = draft.number("layer_norm_epsilon", 1e-6);
    Tensor sequence =
        model.layer(">gemma.RMSNormalization", "final_normalization", "epsilon", epsilon).of(x);
    model.returns(
        draft.flag("is_embedding_model", false) ? pooled(draft, sequence, padding) : sequence);
    config.ignore("embedding_dim", "pooling_intermediate_dim");
  }

  private static Map<String, Tensor> pooled(Draft draft, Tensor sequence, Tensor padding) {
    Functional model = draft.model();
    Tensor x =
        model.layer(">Gemma3MeanPooling", "mean_pooling").of(sequence, "padding_mask", padding);
    int inner = draft.integer("pooling_intermediate_dim");
    x = model.layer("Dense", "pooling_dense_1", "units", inner, "use_bias", false).of(x);
    int width = draft.integer("embedding_dim");
    x = model.layer("Dense", "embedding_projection", "units", width, "use_bias", false).of(x);
    x = model.layer("UnitNormalization", "unit_normalization", "axis", -1).of(x);
    return Map.of("sequence_output", sequence, "pooled_output", x);
  }
}
