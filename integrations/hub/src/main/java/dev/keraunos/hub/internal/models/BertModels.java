package dev.keraunos.hub.internal.models;

import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Layer;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** BERT and what is built like it: encoders of tokens. */
final class BertModels {
  private static final String APPROXIMATE = "gelu_approximate";

  private BertModels() {}

  static void register(Map<String, HubModels.Builder> builders) {
    builders.put("BertBackbone", BertModels::bert);
    builders.put("AlbertBackbone", BertModels::albert);
    builders.put("ElectraBackbone", BertModels::electra);
    builders.put("FNetBackbone", BertModels::fourier);
    builders.put(
        "DistilBertBackbone", model -> roberta(model, 1e-12, "token_and_position_embedding"));
    builders.put("RobertaBackbone", model -> roberta(model, 1e-5, "embeddings"));
    builders.put("XLMRobertaBackbone", model -> roberta(model, 1e-5, "embeddings"));
    builders.put("DebertaV3Backbone", BertModels::deberta);
    builders.put("ESMBackbone", BertModels::esm);
    builders.put("ESM2Backbone", BertModels::esm);
    builders.put("RoformerV2Backbone", BertModels::roformer);
    builders.put("ModernBertBackbone", BertModels::modern);
    builders.put("XLNetBackbone", BertModels::xlnet);
  }

  // ---- with segments: BERT, ALBERT, ELECTRA, FNet

  /** The sum of tokens, positions and segments, normalized. */
  private static Tensor embedded(Draft draft, Ids ids, int width, int segments, String vocabulary) {
    Tensor tokens = draft.tokens(vocabulary, width, true).of(ids.tokens());
    int length = draft.integer("max_sequence_length", 512);
    Tensor positions = draft.position("position_embedding", length).of(tokens);
    int kinds = draft.integer("num_segments", segments);
    Tensor segment = draft.embedding("segment_embedding", kinds, width).of(ids.segments());
    Tensor sum = draft.add("embeddings_add").ofList(tokens, positions, segment);
    return draft.norm("embeddings_layer_norm", 1e-12).of(sum);
  }

  /** The inputs. */
  private record Ids(Tensor tokens, Tensor segments, Tensor padding) {
    static Ids of(Draft draft, boolean padded) {
      return new Ids(
          draft.model().ids("token_ids"),
          draft.model().ids("segment_ids"),
          padded ? draft.model().ids("padding_mask") : null);
    }
  }

  /** The sequence, and its first step through a dense layer. */
  private static void pooled(Draft draft, Tensor x) {
    Tensor first = draft.model().step(x, 0);
    Tensor pooled = draft.dense("pooled_dense", draft.integer("hidden_dim"), "tanh").of(first);
    draft.model().returns(Map.of("sequence_output", x, "pooled_output", pooled));
  }

  private static void bert(Functional model) {
    Draft draft = new Draft(model);
    Ids ids = Ids.of(draft, true);
    Tensor x = embedded(draft, ids, draft.integer("hidden_dim"), 2, "vocabulary_size");
    x = draft.dropout("embeddings_dropout").of(x);
    pooled(draft, encoders(draft, x, ids.padding(), 1e-12, APPROXIMATE));
  }

  private static void electra(Functional model) {
    Draft draft = new Draft(model);
    Ids ids = Ids.of(draft, true);
    int width = draft.integer("embedding_dim");
    int hidden = draft.integer("hidden_dim");
    Tensor x = embedded(draft, ids, width, 2, "vocab_size");
    x = draft.dropout("embeddings_dropout").of(x);
    if (hidden != width) {
      x = draft.dense("embeddings_projection", hidden, "linear").of(x);
    }
    pooled(draft, encoders(draft, x, ids.padding(), 1e-12, APPROXIMATE));
  }

  private static void albert(Functional model) {
    Draft draft = new Draft(model);
    Ids ids = Ids.of(draft, true);
    Tensor x = embedded(draft, ids, draft.integer("embedding_dim"), 2, "vocabulary_size");
    x = draft.dropout("embeddings_dropout").of(x);
    x = draft.dense("embedding_projection", draft.integer("hidden_dim"), "linear").of(x);
    int groups = draft.integer("num_groups", 1);
    int inner = draft.integer("num_inner_repetitions", 1);
    for (int group = 0; group < groups; group++) {
      List<Layer> layers = new ArrayList<>();
      for (int i = 0; i < inner; i++) {
        layers.add(encoder(draft, "group_" + group + "_inner_layer_" + i, 1e-12, APPROXIMATE, 0.0));
      }
      for (int i = 0; i < draft.integer("num_layers") / groups; i++) {
        for (Layer layer : layers) {
          x = layer.of(x, "padding_mask", ids.padding());
        }
      }
    }
    pooled(draft, x);
  }

  private static void fourier(Functional model) {
    Draft draft = new Draft(model);
    Ids ids = Ids.of(draft, false);
    int width = draft.integer("hidden_dim");
    Tensor x = embedded(draft, ids, width, 4, "vocabulary_size");
    x = draft.dense("embedding_projection", width, "linear").of(x);
    x = draft.dropout("embeddings_dropout").of(x);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      x =
          model
              .layer(
                  ">FNetEncoder",
                  "f_net_layer_" + i,
                  "intermediate_dim",
                  draft.integer("intermediate_dim"),
                  "activation",
                  APPROXIMATE,
                  "layer_norm_epsilon",
                  1e-12)
              .of(x);
    }
    draft.number("dropout", 0);
    pooled(draft, x);
  }

  private static Layer encoder(
      Draft draft, String name, double epsilon, Object activation, double dropout) {
    return draft
        .model()
        .layer(
            ">TransformerEncoder",
            name,
            "num_heads",
            draft.integer("num_heads"),
            "intermediate_dim",
            draft.integer("intermediate_dim"),
            "activation",
            activation,
            "dropout",
            draft.number("dropout", dropout),
            "layer_norm_epsilon",
            epsilon);
  }

  private static Tensor encoders(
      Draft draft, Tensor x, Tensor padding, double epsilon, Object activation) {
    Tensor y = x;
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      y =
          encoder(draft, "transformer_layer_" + i, epsilon, activation, 0.1)
              .of(y, "padding_mask", padding);
    }
    return y;
  }

  // ---- without segments: RoBERTa, XLM-R, DistilBERT

  private static void roberta(Functional model, double epsilon, String name) {
    Draft draft = new Draft(model);
    Tensor tokens = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    Tensor x = draft.both(name, 512).of(tokens);
    x = draft.norm("embeddings_layer_norm", epsilon).of(x);
    x = draft.dropout("embeddings_dropout").of(x);
    model.returns(encoders(draft, x, padding, epsilon, "gelu"));
  }

  // ---- with relative positions: DeBERTa, ESM, RoFormer, ModernBERT, XLNet

  private static void deberta(Functional model) {
    Draft draft = new Draft(model);
    Tensor ids = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    Tensor x = draft.tokens("vocabulary_size", draft.integer("hidden_dim"), true).of(ids);
    x = draft.norm("embeddings_layer_norm", 1e-7).of(x);
    x = draft.dropout("embeddings_dropout").of(x);
    int buckets = draft.integer("bucket_size", 256);
    Tensor relative =
        model
            .layer(
                ">RelativeEmbedding",
                "rel_embedding",
                "hidden_dim",
                draft.integer("hidden_dim"),
                "bucket_size",
                buckets,
                "layer_norm_epsilon",
                1e-7)
            .of(x);
    draft.number("dropout", 0);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      Layer layer =
          model.layer(
              ">DisentangledAttentionEncoder",
              "disentangled_attention_encoder_layer_" + i,
              "num_heads",
              draft.integer("num_heads"),
              "intermediate_dim",
              draft.integer("intermediate_dim"),
              "max_position_embeddings",
              draft.integer("max_sequence_length", 512),
              "bucket_size",
              buckets,
              "activation",
              "gelu",
              "layer_norm_epsilon",
              1e-7);
      x = Draft.call(layer, x, "rel_embeddings", relative, "padding_mask", padding);
    }
    model.returns(x);
  }

  private static void esm(Functional model) {
    Draft draft = new Draft(model);
    Tensor ids = model.ids("token_ids");
    int pad = draft.integer("pad_token_id", 0);
    Tensor mask = model.op("NotEqual", ids, pad);
    int width = draft.integer("hidden_dim");
    double epsilon = draft.number("layer_norm_eps", 1e-12);
    String positions = draft.config().get("position_embedding_type").text("rotary");
    Tensor x = draft.embedding("token_embedding", draft.integer("vocabulary_size"), width).of(ids);
    int length = draft.integer("max_sequence_length", 1024);
    if (positions.equals("absolute")) {
      Tensor at = draft.position("position_embedding", length).of(x, "start_index", pad);
      x = draft.add("embeddings_add").ofList(x, at);
    }
    if (draft.flag("use_pre_layer_norm", false)) {
      x = draft.norm("emb_layer_norm", epsilon).of(x);
    }
    draft.number("dropout", 0);
    int heads = draft.integer("num_heads");
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      x =
          model
              .layer(
                  ">ESMEncoder",
                  "transformer_layer_" + i,
                  "heads",
                  heads,
                  "head_size",
                  width / heads,
                  "intermediate_size",
                  draft.integer("intermediate_dim"),
                  "use_bias",
                  draft.flag("use_bias", true),
                  "max_wavelength",
                  draft.number("max_wavelength", 10000),
                  "activation",
                  draft.config().get("activation").json(),
                  "layer_norm_eps",
                  epsilon,
                  "use_rotary",
                  positions.equals("rotary"))
              .of(x, "attention_mask", mask);
    }
    model.returns(draft.norm("output_layer_norm", epsilon).of(x));
  }

  private static void roformer(Functional model) {
    Draft draft = new Draft(model);
    Tensor ids = model.ids("token_ids");
    Tensor segmentIds = model.ids("segment_ids");
    Tensor mask = model.op("NotEqual", ids, 0);
    int width = draft.integer("hidden_dim");
    Tensor tokens = draft.tokens("vocabulary_size", width, true).of(ids);
    Tensor segments =
        draft
            .embedding("segment_embedding", draft.integer("num_segments", 2), width)
            .of(segmentIds);
    Tensor x = draft.add("embeddings_add").ofList(tokens, segments);
    x = model.layer(">RoformerNorm", "embeddings_layer_norm", "epsilon", 1e-7).of(x);
    x = draft.dropout("embeddings_dropout").of(x);
    draft.number("dropout", 0);
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      x =
          model
              .layer(
                  ">RoformerV2Encoder",
                  "transformer_layer_" + i,
                  "heads",
                  draft.integer("num_heads"),
                  "head_size",
                  draft.integer("head_size"),
                  "intermediate_size",
                  draft.integer("intermediate_dim"),
                  "use_bias",
                  draft.flag("use_bias", false),
                  "max_wavelength",
                  draft.number("max_wavelength", 10000),
                  "activation",
                  draft.config().get("activation").json())
              .of(x, "attention_mask", mask);
    }
    model.returns(x);
  }

  private static void modern(Functional model) {
    Draft draft = new Draft(model);
    Tensor ids = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    double epsilon = draft.number("layer_norm_epsilon", 1e-5);
    int width = draft.integer("hidden_dim", 768);
    int every = draft.integer("global_attn_every_n_layers", 3);
    int window = draft.integer("local_attention_window", 128);
    double wave = draft.number("rotary_max_wavelength", 160000);
    double local = draft.number("local_rotary_max_wavelength", wave);
    Tensor x = draft.tokens("vocabulary_size", width, true).of(ids);
    x = centred(draft, "embedding_norm", epsilon).of(x);
    for (int i = 0; i < draft.integer("num_layers", 22); i++) {
      boolean global = i % every == 0;
      x =
          model
              .layer(
                  ">ModernBertEncoderLayer",
                  "transformer_layer_" + i,
                  "hidden_dim",
                  width,
                  "intermediate_dim",
                  draft.integer("intermediate_dim", 1152),
                  "num_heads",
                  draft.integer("num_heads", 12),
                  "layer_idx",
                  i,
                  "max_wavelength",
                  global ? wave : local,
                  "local_attention_window",
                  global ? null : window,
                  "layer_norm_epsilon",
                  epsilon)
              .of(x, "padding_mask", padding);
    }
    model.returns(centred(draft, "final_norm", epsilon).of(x));
  }

  private static Layer centred(Draft draft, String name, double epsilon) {
    return draft.model().layer("LayerNormalization", name, "epsilon", epsilon, "center", false);
  }

  private static void xlnet(Functional model) {
    Draft draft = new Draft(model);
    draft.config().ignore("kernel_initializer_range", "bias_initializer", "dropout");
    Tensor ids = model.ids("token_ids");
    Tensor padding = model.ids("padding_mask");
    Tensor segmentIds = model.ids("segment_ids");
    int width = draft.integer("hidden_dim");
    Tensor words =
        model
            .layer(
                ">ContentAndQueryEmbedding",
                "content_query_embedding",
                "vocabulary_size",
                draft.integer("vocabulary_size"),
                "hidden_dim",
                width)
            .of(ids);
    Tensor mask =
        model.layer(">XLNetAttentionMaskLayer", "encoder_block_attn_mask_layer").of(padding);
    Tensor segments =
        model.layer(">XLNetSegmentMatrixLayer", "encoder_block_seg_mat_layer").of(segmentIds);
    Tensor x = words;
    for (int i = 0; i < draft.integer("num_layers"); i++) {
      Layer layer =
          model.layer(
              ">XLNetEncoder",
              "xlnet_encoder_" + i,
              "num_heads",
              draft.integer("num_heads"),
              "hidden_dim",
              width,
              "head_dim",
              width / draft.integer("num_heads"),
              "intermediate_dim",
              draft.integer("intermediate_dim"),
              "activation",
              draft.config().get("activation").json());
      x =
          Draft.call(
              layer,
              null,
              "output_content",
              x,
              "attn_mask_content",
              mask,
              "attn_mask_query",
              mask.output(1),
              "pos_emb",
              words.output(1),
              "seg_mat",
              segments);
    }
    model.returns(draft.dropout("dropout").of(x));
  }
}
