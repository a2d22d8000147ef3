package dev.keraunos.hub.internal.models;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** T5Gemma. */
final class T5GemmaModels {
  private static final String DECODED = "decoder_sequence_output";

  private T5GemmaModels() {}

  static void register(Map<String, HubModels.Builder> builders) {
    builders.put("T5GemmaBackbone", T5GemmaModels::backbone);
    builders.put("T5GemmaSeq2SeqLM", T5GemmaModels::task);
  }

  /** What the config says of a layer of one side. */
  private static Object[] layer(Draft draft, String side, int index) {
    Config config = draft.config();
    List<Object> settings = new ArrayList<>();
    for (String key :
        List.of(
            "rms_norm_eps",
            "query_pre_attn_scalar",
            "attention_bias",
            "hidden_activation",
            "attn_logit_softcapping",
            "sliding_window",
            "rope_max_wavelength")) {
      settings.addAll(Arrays.asList(key, LlamaModels.value(config, key)));
    }
    Map<String, String> own = new LinkedHashMap<>();
    own.put("hidden_size", "_hidden_dim");
    own.put("intermediate_size", "_intermediate_dim");
    own.put("num_attention_heads", "_num_attention_heads");
    own.put("num_key_value_heads", "_num_key_value_heads");
    own.forEach((key, rest) -> settings.addAll(List.of(key, draft.integer(side + rest))));
    List<Setting> types = config.get(side + "_layer_types").list();
    settings.addAll(List.of("layer_type", types.get(index).text()));
    return settings.toArray();
  }

  private static Tensor normed(Draft draft, Tensor x) {
    double epsilon = draft.number("rms_norm_eps", 1e-6);
    return draft.model().layer(">gemma.RMSNormalization", null, "epsilon", epsilon).of(x);
  }

  private static void backbone(Functional model) {
    Draft draft = new Draft(model);
    draft
        .config()
        .ignore(
            "dropout_rate",
            "attention_dropout",
            "initializer_range",
            "encoder_head_dim",
            "decoder_head_dim",
            "cross_attention_hidden_size",
            "final_logit_softcapping");
    Tensor encoderIds = model.ids("encoder_token_ids");
    Tensor encoderPadding = model.ids("encoder_padding_mask");
    Tensor decoderIds = model.ids("decoder_token_ids");
    Tensor decoderPadding = model.ids("decoder_padding_mask");
    int words = draft.integer("vocabulary_size");
    int width = draft.integer("encoder_hidden_dim");
    Tensor x = draft.embedding("encoder_token_embedding", words, width).of(encoderIds);
    x = model.op("Multiply", x, Math.sqrt(width));
    for (int i = 0; i < draft.integer("encoder_num_layers"); i++) {
      x =
          model
              .layer(">T5GemmaEncoderLayer", "encoder_layer_" + i, layer(draft, "encoder", i))
              .of(x, "padding_mask", encoderPadding);
    }
    Tensor encoded = draft.dropout(null).of(normed(draft, x));
    int inner = draft.integer("decoder_hidden_dim");
    Tensor y =
        model
            .layer(
                ">ReversibleEmbedding",
                "decoder_token_embedding",
                "input_dim",
                words,
                "output_dim",
                inner,
                "tie_weights",
                draft.flag("tie_word_embeddings", true))
            .of(decoderIds);
    y = model.op("Multiply", y, Math.sqrt(inner));
    Map<String, Object> paddings =
        Map.of(
            "self_attention_padding_mask",
            decoderPadding,
            "cross_attention_padding_mask",
            encoderPadding);
    for (int i = 0; i < draft.integer("decoder_num_layers"); i++) {
      y =
          model
              .layer(">T5GemmaDecoderLayer", "decoder_layer_" + i, layer(draft, "decoder", i))
              .call(List.of(List.of(y, encoded)), paddings);
    }
    model.returns(
        Map.of(
            "encoder_sequence_output", encoded, DECODED, draft.dropout(null).of(normed(draft, y))));
  }

  private static void task(Functional task) {
    Tasks.Called called = Tasks.Called.of(task);
    Functional backbone = called.backbone();
    ObjectNode tokens = backbone.layer("decoder_token_embedding").entry();
    Tensor x =
        task.shared(Functional.identified(tokens, backbone.name()))
            .of(called.output(DECODED), "reverse", true);
    double cap = backbone.config().get("final_logit_softcapping").number(0);
    if (cap != 0) {
      x = task.op("Multiply", task.op("Tanh", task.op("TrueDivide", x, cap)), cap);
    }
    task.returns(x);
  }
}
