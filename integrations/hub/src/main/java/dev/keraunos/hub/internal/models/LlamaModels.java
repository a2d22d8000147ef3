package dev.keraunos.hub.internal.models;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import dev.keraunos.keras.config.Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Decoders with rotary positions and gated feed-forward layers. */
final class LlamaModels {
  private LlamaModels() {}

  static void register(Map<String, HubModels.Builder> builders) {
    builders.put("LlamaBackbone", LlamaModels::llama);
    builders.put("Llama3Backbone", LlamaModels::llama);
    builders.put("MistralBackbone", LlamaModels::mistral);
    builders.put("MixtralBackbone", LlamaModels::mixtral);
    builders.put("QwenBackbone", LlamaModels::qwen);
    builders.put("Qwen2Backbone", LlamaModels::qwen);
    builders.put("Qwen3Backbone", LlamaModels::qwen3);
    builders.put("QwenMoeBackbone", LlamaModels::qwenMoe);
    builders.put("Qwen3MoeBackbone", LlamaModels::qwen3Moe);
    builders.put("Phi3Backbone", LlamaModels::phi3);
    builders.put("GptOssBackbone", LlamaModels::gptOss);
    builders.put("SmolLM3Backbone", LlamaModels::smol);
    builders.put("SmolLMBackbone", LlamaModels::smol);
    builders.put("GemmaBackbone", GemmaModels::gemma);
    builders.put("Gemma3Backbone", GemmaModels::gemma3);
  }

  /** What decoders of all these have in common. */
  private static List<Object> common(Draft draft, double epsilon) {
    draft.config().ignore("dropout");
    List<Object> settings = new ArrayList<>();
    for (String key : List.of("num_query_heads", "num_key_value_heads", "intermediate_dim")) {
      settings.addAll(List.of(key, draft.integer(key)));
    }
    settings.addAll(
        List.of(
            "rope_max_wavelength",
            draft.number("rope_max_wavelength", 10000),
            "layer_norm_epsilon",
            draft.number("layer_norm_epsilon", epsilon),
            "activation",
            "silu"));
    return settings;
  }

  /** The settings of one layer by its index. */
  private interface Own {
    List<Object> of(int index);
  }

  private static void decoder(
      Draft draft, String className, String norm, boolean tied, List<Object> settings, Own own) {
    Functional model = draft.model();
    Tensor ids = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    Tensor x = draft.tokens("vocabulary_size", draft.integer("hidden_dim"), tied).of(ids);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      List<Object> all = new ArrayList<>(settings);
      all.addAll(own.of(i));
      x =
          model
              .layer(className, "transformer_layer_" + i, all.toArray())
              .of(x, "decoder_padding_mask", padding);
    }
    double epsilon = draft.number("layer_norm_epsilon", 1e-6);
    model.returns(model.layer(norm, "sequence_output_layernorm", "epsilon", epsilon).of(x));
  }

  private static List<Object> all(List<Object> settings, Object... more) {
    List<Object> all = new ArrayList<>(settings);
    all.addAll(Arrays.asList(more));
    return all;
  }

  private static void llama(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    config.ignore("rope_position_scaling_factor");
    List<Object> settings = all(common(draft, 1e-6), "rope", "llama");
    for (String key :
        List.of(
            "rope_frequency_adjustment_factor",
            "rope_low_freq_factor",
            "rope_high_freq_factor",
            "rope_pretraining_sequence_length")) {
      settings.addAll(List.of(key, value(config, key)));
    }
    boolean tied = draft.flag("tie_word_embeddings", false);
    decoder(draft, ">LlamaTransformerDecoder", ">LlamaLayerNorm", tied, settings, i -> List.of());
  }

  static JsonNode value(Config config, String key) {
    return config.get(key).isMissing()
        ? com.fasterxml.jackson.databind.node.NullNode.instance
        : config.get(key).json();
  }

  /** The most steps that a query looks back, one less than the window; negative for all. */
  private static Object back(Draft draft, String key, int absent) {
    boolean none = draft.config().has(key) && draft.config().get(key).isNull();
    return none ? -1 : draft.integer(key, absent) - 1;
  }

  private static void mistral(Functional model) {
    Draft draft = new Draft(model);
    draft.config().ignore("head_dim");
    List<Object> settings =
        all(
            common(draft, 1e-6),
            "rope_scaling_factor",
            draft.number("rope_scaling_factor", 1),
            "window",
            back(draft, "sliding_window", 512));
    decoder(
        draft,
        ">MistralTransformerDecoder",
        ">MistralLayerNormalization",
        false,
        settings,
        i -> List.of());
  }

  private static void mixtral(Functional model) {
    Draft draft = new Draft(model);
    draft.config().ignore("router_jitter_noise", "router_aux_loss_coef", "output_router_logits");
    List<Object> settings =
        all(
            common(draft, 1e-6),
            "rope_scaling_factor",
            draft.number("rope_scaling_factor", 1),
            "window",
            back(draft, "sliding_window", 512),
            "experts",
            "mixtral",
            "num_experts",
            draft.integer("num_experts"),
            "top_k",
            draft.integer("top_k", 2));
    decoder(
        draft,
        ">MixtralTransformerDecoder",
        ">MixtralLayerNormalization",
        false,
        settings,
        i -> List.of());
  }

  private static void qwen(Functional model) {
    Draft draft = new Draft(model);
    boolean slides = draft.flag("use_sliding_window_attention", false);
    int window = draft.integer("sliding_window_size", 32768);
    List<Object> settings =
        all(
            common(draft, 1e-6),
            "rope_scaling_factor",
            draft.number("rope_scaling_factor", 1),
            "use_bias",
            true,
            "window",
            slides ? window - 1 : -1);
    boolean tied = draft.flag("tie_word_embeddings", true);
    decoder(draft, ">QwenTransformerDecoder", ">QwenLayerNorm", tied, settings, i -> List.of());
  }

  private static void qwen3(Functional model) {
    Draft draft = new Draft(model);
    draft.config().ignore("head_dim");
    int window = draft.integer("sliding_window_size", 0);
    List<Object> settings =
        all(
            common(draft, 1e-6),
            "rope_scaling_factor",
            draft.number("rope_scaling_factor", 1),
            "head_norms",
            true,
            "window",
            window == 0 ? -1 : window - 1);
    boolean tied = draft.flag("tie_word_embeddings", true);
    decoder(draft, ">Qwen3TransformerDecoder", ">Qwen3LayerNorm", tied, settings, i -> List.of());
  }

  private static void qwenMoe(Functional model) {
    Draft draft = new Draft(model);
    draft
        .config()
        .ignore("moe_intermediate_dim", "router_aux_loss_coefficient", "output_router_logits");
    boolean slides = draft.flag("use_sliding_window_attention", false);
    int window = draft.integer("sliding_window_size", 32768);
    List<Object> settings =
        all(
            experts(draft),
            "use_bias",
            true,
            "shared_expert_intermediate_dim",
            draft.integer("shared_expert_intermediate_dim"),
            "window",
            slides ? window - 1 : -1);
    boolean tied = draft.flag("tie_word_embeddings", false);
    Own first = sparse(draft); // KerasHub tells no layer its index
    decoder(
        draft, ">QwenMoeTransformerDecoder", ">QwenLayerNorm", tied, settings, i -> first.of(0));
  }

  private static void qwen3Moe(Functional model) {
    Draft draft = new Draft(model);
    draft.config().ignore("head_dim", "moe_intermediate_dim", "router_aux_loss_coefficient");
    int window = draft.integer("sliding_window_size", 0);
    List<Object> settings =
        all(
            experts(draft),
            "head_norms",
            true,
            "head_norm_epsilon",
            1e-6,
            "window",
            window == 0 ? -1 : window - 1);
    boolean tied = draft.flag("tie_word_embeddings", false);
    decoder(
        draft, ">Qwen3MoeTransformerDecoder", ">Qwen3MoeLayerNorm", tied, settings, sparse(draft));
  }

  private static List<Object> experts(Draft draft) {
    return all(
        common(draft, 1e-6),
        "rope_scaling_factor",
        draft.number("rope_scaling_factor", 1),
        "num_experts",
        draft.integer("num_experts"),
        "top_k",
        draft.integer("top_k", 4),
        "norm_top_k_prob",
        draft.flag("norm_top_k_prob", false));
  }

  /** Experts in every so many layers, but for those that are said to have none. */
  private static Own sparse(Draft draft) {
    int step = draft.integer("decoder_sparse_step", 1);
    int[] plain = draft.config().get("mlp_only_layers").integersOr();
    return i -> {
      boolean has = (i + 1) % step == 0 && Arrays.stream(plain).noneMatch(layer -> layer == i);
      return List.of("experts", has && draft.integer("num_experts") > 0 ? "qwen" : "none");
    };
  }

  private static void phi3(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    List<Object> settings = common(draft, 1e-6);
    String type = config.get("rope_scaling_type").text("linear");
    settings.addAll(List.of("rope", type));
    settings.addAll(List.of("max_sequence_length", draft.integer("max_sequence_length", 4096)));
    settings.addAll(
        List.of("pretraining_sequence_length", draft.integer("pretraining_sequence_length", 4096)));
    for (String key : List.of("rope_scaling_short_factor", "rope_scaling_long_factor")) {
      settings.addAll(List.of(key, value(config, key)));
    }
    decoder(draft, ">Phi3Decoder", ">Phi3LayerNorm", false, settings, i -> List.of());
  }

  private static void gptOss(Functional model) {
    Draft draft = new Draft(model);
    draft.config().ignore("head_dim", "output_router_logits");
    int window = draft.integer("sliding_window", 4096);
    List<Object> settings =
        all(
            common(draft, 1e-6),
            "rope",
            "yarn",
            "rope_scaling_factor",
            draft.number("rope_scaling_factor", 1),
            "use_bias",
            true,
            "sinks",
            true,
            "experts",
            "oss",
            "num_experts",
            draft.integer("num_experts"),
            "top_k",
            draft.integer("top_k", 2));
    decoder(
        draft,
        ">GptOssTransformerDecoder",
        ">GptOssLayerNormalization",
        false,
        settings,
        i -> List.of("window", i % 2 == 1 ? window : -1));
  }

  private static void smol(Functional model) {
    Draft draft = new Draft(model);
    Config config = draft.config();
    config.ignore("attention_dropout", "layer_types", "max_position_embeddings", "rope_theta");
    config.ignore("partial_rotary_factor");
    Tensor ids = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    int width = draft.integer("hidden_dim");
    double epsilon = draft.number("layer_norm_epsilon", 1e-6);
    Tensor x = draft.tokens("vocabulary_size", width, true).of(ids);
    JsonNode ropes = config.get("rope_layer_enabled_list").json();
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      x =
          model
              .layer(
                  ">SmolLM3DecoderLayer",
                  "transformer_layer_" + i,
                  "hidden_size",
                  width,
                  "num_attention_heads",
                  draft.integer("num_attention_heads"),
                  "num_key_value_heads",
                  draft.integer("num_key_value_heads"),
                  "attention_bias",
                  draft.flag("attention_bias", false),
                  "mlp_bias",
                  draft.flag("mlp_bias", false),
                  "intermediate_size",
                  draft.integer("intermediate_dim"),
                  "layer_norm_epsilon",
                  epsilon,
                  "use_rope",
                  i >= ropes.size() || ropes.get(i).asBoolean(ropes.get(i).asInt() != 0))
              .of(x, "decoder_padding_mask", padding);
    }
    model.returns(
        model.layer("RMSNormalization", "sequence_output_layernorm", "epsilon", epsilon).of(x));
  }
}
