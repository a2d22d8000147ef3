package dev.keraunos.hub.internal.models;

import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Layer;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import java.util.List;
import java.util.Map;

/** Decoders with plain feed-forward layers, and pairs of encoder and decoder. */
final class GptModels {
  private static final String APPROXIMATE = "gelu_approximate";
  private static final String PADDING = "decoder_padding_mask";

  private GptModels() {}

  static void register(Map<String, HubModels.Builder> builders) {
    builders.put("GPT2Backbone", GptModels::gpt2);
    builders.put("OPTBackbone", GptModels::opt);
    builders.put("GPTNeoXBackbone", GptModels::neox);
    builders.put("BloomBackbone", GptModels::bloom);
    builders.put("FalconBackbone", GptModels::falcon);
    builders.put("BartBackbone", GptModels::bart);
    builders.put("T5Backbone", GptModels::t5);
    builders.put("WhisperBackbone", GptModels::whisper);
  }

  private static Layer decoder(Draft draft, String name, Object activation, boolean first) {
    return draft
        .model()
        .layer(
            ">TransformerDecoder",
            name,
            "num_heads",
            draft.integer("num_heads"),
            "intermediate_dim",
            draft.integer("intermediate_dim"),
            "activation",
            activation,
            "dropout",
            draft.number("dropout", 0.1),
            "layer_norm_epsilon",
            1e-5,
            "normalize_first",
            first,
            "encoder_sequence_shape",
            first ? null : List.of());
  }

  private static void gpt2(Functional model) {
    Draft draft = new Draft(model);
    Tensor ids = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    Tensor tokens = draft.tokens("vocabulary_size", draft.integer("hidden_dim"), true).of(ids);
    int length = draft.integer("max_sequence_length", 1024);
    Tensor positions = draft.position("position_embedding", length).of(tokens);
    Tensor x = draft.add("embeddings_add").ofList(tokens, positions);
    x = draft.dropout("embeddings_dropout").of(x);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      x = decoder(draft, "transformer_layer_" + i, APPROXIMATE, true).of(x, PADDING, padding);
    }
    model.returns(draft.norm("layer_norm", 1e-5).of(x));
  }

  private static void opt(Functional model) {
    Draft draft = new Draft(model);
    Tensor ids = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    Tensor x = draft.both("embeddings", 2048).of(ids);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      x = decoder(draft, "transformer_layer_" + i, "relu", true).of(x, PADDING, padding);
    }
    model.returns(draft.norm("layer_norm", 1e-5).of(x));
  }

  private static void neox(Functional model) {
    Draft draft = new Draft(model);
    Tensor ids = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    draft.config().ignore("max_sequence_length", "dropout");
    double epsilon = draft.number("layer_norm_epsilon", 1e-5);
    Tensor x = draft.tokens("vocabulary_size", draft.integer("hidden_dim"), true).of(ids);
    x = draft.dropout("embeddings_dropout").of(x);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      x =
          model
              .layer(
                  ">GPTNeoXDecoder",
                  "transformer_layer_" + i,
                  "num_heads",
                  draft.integer("num_heads"),
                  "intermediate_dim",
                  draft.integer("intermediate_dim"),
                  "rotary_percentage",
                  draft.number("rotary_percentage", 0.25),
                  "rotary_max_wavelength",
                  draft.number("rotary_max_wavelength", 10000),
                  "layer_norm_epsilon",
                  epsilon,
                  "activation",
                  APPROXIMATE)
              .of(x, PADDING, padding);
    }
    model.returns(draft.norm("layer_norm", epsilon).of(x));
  }

  private static void bloom(Functional model) {
    Draft draft = new Draft(model);
    Tensor ids = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    draft.config().ignore("dropout");
    double epsilon = draft.number("layer_norm_epsilon", 1e-5);
    Tensor x = draft.tokens("vocabulary_size", draft.integer("hidden_dim"), true).of(ids);
    x = draft.norm("embedding_layernorm", epsilon).of(x);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      x =
          model
              .layer(
                  ">BloomDecoder",
                  "transformer_layer_" + i,
                  "num_heads",
                  draft.integer("num_heads"),
                  "intermediate_dim",
                  draft.integer("intermediate_dim"),
                  "layer_norm_epsilon",
                  epsilon)
              .of(x, PADDING, padding);
    }
    model.returns(draft.norm("final_layernorm", epsilon).of(x));
  }

  private static void falcon(Functional model) {
    Draft draft = new Draft(model);
    Tensor ids = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    draft.config().ignore("attention_dropout_rate", "feedforward_dropout_rate");
    Tensor x = draft.tokens("vocabulary_size", draft.integer("hidden_dim"), true).of(ids);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      Layer layer =
          model.layer(
              ">FalconTransformerDecoder",
              "transformer_layer_" + i,
              "num_attention_heads",
              draft.integer("num_attention_heads"),
              "intermediate_dim",
              draft.integer("intermediate_dim"));
      x = Draft.call(layer, null, "inputs", x, PADDING, padding);
    }
    double epsilon = draft.number("layer_norm_epsilon", 1e-5);
    model.returns(draft.norm("final_layernorm", epsilon).of(x));
  }

  // ---- encoder and decoder

  /** The inputs. */
  private record Pair(Tensor ids, Tensor padding, Tensor decoderIds, Tensor decoderPadding) {
    static Pair of(Functional model) {
      return new Pair(
          model.ids("encoder_token_ids"),
          model.ids("encoder_padding_mask"),
          model.ids("decoder_token_ids"),
          model.ids("decoder_padding_mask"));
    }
  }

  private static void bart(Functional model) {
    Draft draft = new Draft(model);
    Pair pair = Pair.of(model);
    Layer tokens = draft.tokens("vocabulary_size", draft.integer("hidden_dim"), true);
    Tensor x = bartEmbedded(draft, "encoder", tokens.of(pair.ids()));
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      x =
          model
              .layer(
                  ">TransformerEncoder",
                  "transformer_encoder_layer_" + i,
                  "num_heads",
                  draft.integer("num_heads"),
                  "intermediate_dim",
                  draft.integer("intermediate_dim"),
                  "activation",
                  "gelu",
                  "dropout",
                  draft.number("dropout", 0.1),
                  "layer_norm_epsilon",
                  1e-5)
              .of(x, "padding_mask", pair.padding());
    }
    Tensor encoded = x;
    x = bartEmbedded(draft, "decoder", tokens.of(pair.decoderIds()));
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      x =
          Draft.call(
              decoder(draft, "transformer_decoder_layer_" + i, "gelu", false),
              null,
              "decoder_sequence",
              x,
              "encoder_sequence",
              encoded,
              PADDING,
              pair.decoderPadding(),
              "encoder_padding_mask",
              pair.padding());
    }
    model.returns(Map.of("encoder_sequence_output", encoded, "decoder_sequence_output", x));
  }

  private static Tensor bartEmbedded(Draft draft, String side, Tensor tokens) {
    int length = draft.integer("max_sequence_length", 1024);
    Tensor positions = draft.position(side + "_position_embedding", length).of(tokens);
    Tensor sum = draft.add(side + "_embeddings_add").ofList(tokens, positions);
    Tensor normed = draft.norm(side + "_embeddings_layer_norm", 1e-5).of(sum);
    return draft.dropout(side + "_embeddings_dropout").of(normed);
  }

  private static void t5(Functional model) {
    Draft draft = new Draft(model);
    Pair pair = Pair.of(model);
    boolean tied = draft.flag("tie_embedding_weights", true);
    Layer tokens = draft.tokens("vocabulary_size", draft.integer("hidden_dim"), tied);
    draft.config().ignore("dropout");
    List<Object> keys =
        List.of(
            Functional.slice(null, null),
            com.fasterxml.jackson.databind.node.NullNode.instance,
            Functional.slice(null, null));
    Tensor x = draft.dropout("encoder_embedding_dropout").of(tokens.of(pair.ids()));
    Tensor mask = model.op("GetItem", pair.padding(), keys);
    x = t5Layers(draft, "encoder", x, mask, null, null);
    Tensor encoded = x;
    x = draft.dropout("decoder_embedding_dropout").of(tokens.of(pair.decoderIds()));
    Tensor decoderMask = model.op("GetItem", pair.decoderPadding(), keys);
    x = t5Layers(draft, "decoder", x, decoderMask, encoded, mask);
    model.returns(Map.of("encoder_sequence_output", encoded, "decoder_sequence_output", x));
  }

  private static Tensor t5Layers(
      Draft draft, String side, Tensor x, Tensor mask, Tensor encoded, Tensor encoderMask) {
    boolean decodes = encoded != null;
    int width = draft.integer("hidden_dim");
    double epsilon = draft.number("layer_norm_epsilon", 1e-6);
    Tensor y = x;
    Tensor bias = null;
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      Layer layer =
          draft
              .model()
              .layer(
                  ">T5TransformerLayer",
                  "transformer_" + side + "_layer_" + i,
                  "is_decoder",
                  decodes,
                  "hidden_dim",
                  width,
                  "intermediate_dim",
                  draft.integer("intermediate_dim"),
                  "key_value_dim",
                  draft.integer("key_value_dim", width / draft.integer("num_heads")),
                  "activation",
                  draft.config().get("activation").json(),
                  "layer_norm_epsilon",
                  epsilon,
                  "num_heads",
                  draft.integer("num_heads"),
                  "use_gated_activation",
                  draft.flag("use_gated_activation", true),
                  "use_relative_attention_bias",
                  i == 0);
      y =
          Draft.call(
              layer,
              y,
              "attention_mask",
              mask,
              "position_bias",
              bias,
              "encoder_hidden_states",
              encoded,
              "encoder_attention_mask",
              encoderMask,
              "use_causal_mask",
              decodes);
      bias = y.output(1);
    }
    y = draft.model().layer(">T5LayerNorm", side + "_output_layer_norm", "epsilon", epsilon).of(y);
    return draft.dropout(side + "_output_dropout").of(y);
  }

  private static Layer whisper(Draft draft, String className, String name, boolean decodes) {
    return draft
        .model()
        .layer(
            className,
            name,
            "num_heads",
            draft.integer("num_heads"),
            "intermediate_dim",
            draft.integer("intermediate_dim"),
            "activation",
            "gelu",
            "dropout",
            draft.number("dropout", 0),
            "layer_norm_epsilon",
            1e-5,
            "normalize_first",
            true,
            "encoder_sequence_shape",
            decodes ? List.of() : null);
  }

  private static Tensor sounds(Draft draft, Tensor features) {
    Tensor x = features;
    for (int i = 1; i <= 2; i++) {
      Tensor y =
          draft
              .model()
              .layer(
                  "Conv1D",
                  "encoder_token_embedding_conv_layer_" + i,
                  "filters",
                  draft.integer("hidden_dim"),
                  "kernel_size",
                  List.of(3),
                  "strides",
                  List.of(i),
                  "padding",
                  i == 1 ? "same" : "valid")
              .of(x);
      x = draft.model().op("Gelu", List.of(y), Map.of(), "approximate", false);
      x = i == 1 ? draft.model().layer(">Padder", "encoder_padder").of(x) : x;
    }
    int length = draft.integer("max_encoder_sequence_length", 3000) / 2;
    Tensor positions = draft.position("encoder_position_embedding", length).of(x);
    Tensor sum = draft.add("encoder_embeddings_add").ofList(x, positions);
    return draft.dropout("encoder_embeddings_dropout").of(sum);
  }

  private static void whisper(Functional model) {
    Draft draft = new Draft(model);
    Tensor features =
        model.input("encoder_features", "float32", null, draft.integer("num_mels", 80));
    Tensor ids = model.ids("decoder_token_ids");
    Tensor padding = model.ids("decoder_padding_mask");
    Tensor x = sounds(draft, features);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      x = whisper(draft, ">WhisperEncoder", "transformer_encoder_layer_" + i, false).of(x);
    }
    Tensor encoded = draft.norm("encoder_layer_norm", 1e-5).of(x);
    Tensor y =
        model
            .layer(
                ">TokenAndPositionEmbedding",
                "decoder_token_and_position_embedding",
                "vocabulary_size",
                draft.integer("vocabulary_size"),
                "sequence_length",
                draft.integer("max_decoder_sequence_length", 448),
                "embedding_dim",
                draft.integer("hidden_dim"))
            .of(ids);
    y = draft.dropout("decoder_embeddings_dropout").of(y);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      Layer layer = whisper(draft, ">WhisperDecoder", "transformer_decoder_layer_" + i, true);
      y =
          Draft.call(
              layer, null, "decoder_sequence", y, "encoder_sequence", encoded, PADDING, padding);
    }
    y = draft.norm("decoder_layer_norm", 1e-5).of(y);
    model.returns(Map.of("encoder_sequence_output", encoded, "decoder_sequence_output", y));
  }
}
