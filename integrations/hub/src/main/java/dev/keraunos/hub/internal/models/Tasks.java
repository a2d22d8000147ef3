package dev.keraunos.hub.internal.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Layer;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.internal.config.DTypePolicy;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Models on top of a backbone. Preprocessors are left aside: predict takes what they return. */
final class Tasks {
  private static final String POOLED = "pooled_output";
  private static final String SEQUENCE = "sequence_output";

  private Tasks() {}

  static void register(Map<String, HubModels.Builder> builders) {
    for (String suffix : List.of("TextClassifier", "Classifier")) {
      builders.put("Bert" + suffix, task -> ofPooled(task, "classifier_dropout"));
      builders.put("Albert" + suffix, task -> ofPooled(task, "output_dropout"));
      builders.put("FNet" + suffix, task -> ofPooled(task, "output_dropout"));
      builders.put("DistilBert" + suffix, task -> ofFirst(task, Pool.PLAIN, "relu"));
      builders.put("Roberta" + suffix, task -> ofFirst(task, Pool.DROPPED, "tanh"));
      builders.put("XLMRoberta" + suffix, task -> ofFirst(task, Pool.DROPPED, "tanh"));
      builders.put("DebertaV3" + suffix, task -> ofFirst(task, Pool.NAMED, "gelu"));
    }
    builders.put("RoformerV2TextClassifier", task -> ofFirst(task, Pool.DROPPED, "tanh"));
    builders.put("ModernBertTextClassifier", task -> ofFirst(task, Pool.DROPPED, "tanh"));
    builders.put("ESMProteinClassifier", task -> ofFirst(task, Pool.DROPPED, "tanh"));
    for (String name : List.of("Bert", "FNet")) {
      builders.put(name + "MaskedLM", task -> masked(task, SEQUENCE, "gelu"));
    }
    builders.put("AlbertMaskedLM", task -> masked(task, SEQUENCE, "gelu_approximate"));
    for (String name : List.of("DistilBert", "Roberta", "XLMRoberta", "DebertaV3")) {
      builders.put(name + "MaskedLM", task -> masked(task, "", "gelu"));
    }
    builders.put("RoformerV2MaskedLM", Tasks::roformer);
    builders.put("ESMMaskedPLM", Tasks::esm);
    builders.put("ESM2MaskedPLM", Tasks::esm);
    builders.put("BertTextEmbedder", task -> embedder(task, SEQUENCE, 1e-9));
    builders.put("XLMRobertaTextEmbedder", task -> embedder(task, "", 1e-5));
    for (String name :
        List.of(
            "GPT2",
            "OPT",
            "GPTNeoX",
            "Bloom",
            "Falcon",
            "Llama",
            "Llama3",
            "Mistral",
            "Mixtral",
            "Gemma",
            "Phi3",
            "Qwen",
            "Qwen2",
            "Qwen3",
            "QwenMoe",
            "Qwen3Moe",
            "GptOss",
            "SmolLM3",
            "SmolLM")) {
      builders.put(name + "CausalLM", task -> next(task, ""));
    }
    builders.put("Gemma3CausalLM", task -> next(task, ""));
    builders.put("Gemma3TextEmbedder", Tasks::lastToken);
    builders.put("Qwen3TextEmbedder", Tasks::lastToken);
    builders.put("BartSeq2SeqLM", task -> next(task, "decoder_sequence_output"));
    builders.put("T5Seq2SeqLM", Tasks::t5);
  }

  /** The backbone of a task, called with the inputs of the task, which are its own. */
  record Called(Functional task, Functional backbone, Map<String, Object> inputs, Tensor all) {
    static Called of(Functional task) {
      Config config = task.config();
      config.ignore("preprocessor");
      JsonNode entry = config.get("backbone").json();
      Functional backbone = HubModels.build(entry, config.path() + "/backbone");
      Map<String, Object> inputs = new TreeMap<>(task.inputs(backbone));
      Object given =
          inputs.size() == 1 && backbone.isPlain() ? inputs.values().iterator().next() : inputs;
      Tensor all = task.model(entry, backbone).call(List.of(given), Map.of());
      return new Called(task, backbone, inputs, all);
    }

    /** An output by its name; the only one for none. */
    Tensor output(String key) {
      return key.isEmpty() ? all : all.output(backbone.place(key));
    }

    /** A layer in the type of the backbone. */
    Layer layer(String className, String name, Object... settings) {
      Object[] typed = new Object[settings.length + 2];
      typed[0] = "dtype";
      typed[1] = backbone.dtype();
      System.arraycopy(settings, 0, typed, 2, settings.length);
      return task.layer(className, name, typed);
    }

    Tensor dense(String name, int units, Object activation, Tensor x) {
      return layer("Dense", name, "units", units, "activation", activation).of(x);
    }

    Tensor dropout(String name, Tensor x) {
      return layer("Dropout", name, "rate", 0).of(x);
    }

    /** The scores of classes. */
    Tensor logits(Tensor x) {
      Config config = task.config();
      config.ignore("dropout");
      return dense(
          "logits", config.get("num_classes").integer(), config.get("activation").json(), x);
    }

    int width() {
      return backbone.config().get("hidden_dim").integer();
    }
  }

  private static void ofPooled(Functional task, String dropout) {
    Called called = Called.of(task);
    task.returns(called.logits(called.dropout(dropout, called.output(POOLED))));
  }

  /** How the first step is made ready for the scores. */
  private enum Pool {
    PLAIN,
    DROPPED,
    NAMED
  }

  private static void ofFirst(Functional task, Pool pool, String activation) {
    Called called = Called.of(task);
    Tensor x = task.step(called.output(""), 0);
    if (pool != Pool.PLAIN) {
      x = called.dropout("pooled_dropout", x);
    }
    int width = task.config().get("hidden_dim").integer(called.width());
    x = called.dense("pooled_dense", width, activation, x);
    x = called.dropout(pool == Pool.NAMED ? "classifier_dropout" : "output_dropout", x);
    task.returns(called.logits(x));
  }

  /** The scores of all tokens at the positions that are masked. */
  private static void masked(Functional task, String output, String activation) {
    Called called = Called.of(task);
    ObjectNode tokens = tokens(called);
    Layer head =
        called.layer(
            ">MaskedLMHead",
            "mlm_head",
            "vocabulary_size",
            called.backbone().config().get("vocabulary_size").integer(),
            "token_embedding",
            tokens,
            "intermediate_activation",
            activation);
    Tensor positions = task.ids("mask_positions");
    task.returns(head.of(called.output(output), positions));
  }

  private static void esm(Functional task) {
    Called called = Called.of(task);
    Config backbone = called.backbone().config();
    Layer head =
        called.layer(
            ">MaskedLMHead",
            "mlm_head",
            "vocabulary_size",
            backbone.get("vocabulary_size").integer(),
            "intermediate_activation",
            backbone.get("activation").json(),
            "layer_norm_epsilon",
            backbone.get("layer_norm_eps").number(1e-12));
    task.returns(head.of(called.output(""), task.ids("mask_positions")));
  }

  private static void roformer(Functional task) {
    Called called = Called.of(task);
    ObjectNode tokens = tokens(called);
    Layer head = task.layer(">RoformerV2MaskedLMHead", "mlm_head", "token_embedding", tokens);
    task.returns(head.of(called.output(""), task.ids("mask_positions")));
  }

  /** The table of tokens, whose weights are stored with the backbone. */
  private static ObjectNode tokens(Called called) {
    Functional backbone = called.backbone();
    Layer own = backbone.layer("token_embedding");
    if (own != null) {
      return Functional.identified(own.entry(), backbone.name());
    }
    Layer both = backbone.layer("embeddings");
    Layer around = both == null ? backbone.layer("token_and_position_embedding") : both;
    ObjectNode inner = Draft.tokensInside(around.entry());
    Functional.identified(inner, backbone.name());
    ((ObjectNode) around.entry().get("config")).set("token_embedding", inner);
    return inner;
  }

  /** The scores of the next token. */
  private static void next(Functional task, String output) {
    Called called = Called.of(task);
    task.returns(reversed(called, called.output(output)));
  }

  private static Tensor reversed(Called called, Tensor x) {
    return called.task().shared(tokens(called)).of(x, "reverse", true);
  }

  private static void t5(Functional task) {
    Called called = Called.of(task);
    Tensor x = called.output("decoder_sequence_output");
    if (called.backbone().config().get("tie_embedding_weights").bool(true)) {
      x = task.op("Multiply", x, 1 / Math.sqrt(called.width()));
    }
    task.returns(reversed(called, x));
  }

  /** The last step that counts, or the mean; what the backbone has pooled stays. */
  private static void lastToken(Functional task) {
    Called called = Called.of(task);
    String pooling = task.config().get("pooling_mode").oneOf("last", "last", "mean");
    boolean normalizes = task.config().get("normalize").bool(true);
    if (called.backbone().place(POOLED) >= 0 && called.backbone().outputs() instanceof Map) {
      task.returns(called.output(POOLED));
      return;
    }
    Object padding = called.inputs().get("padding_mask");
    Tensor x = called.output("");
    Tensor pooled = pooling.equals("mean") ? mean(task, x, padding, 1e-5) : last(task, x, padding);
    task.returns(normalizes ? unit(task, pooled) : pooled);
  }

  private static Tensor last(Functional task, Tensor x, Object padding) {
    Tensor mask = task.op("Cast", List.of(padding), Map.of(), "dtype", type(task));
    List<List<Integer>> behind = List.of(List.of(0, 0), List.of(0, 1));
    Tensor padded =
        task.op("Pad", List.of(mask), Map.of(), "pad_width", behind, "mode", "constant");
    List<Object> rest = List.of(Functional.slice(null, null), Functional.slice(1, null));
    Tensor next = task.op("GetItem", padded, rest);
    Tensor is = task.op("Multiply", mask, task.op("Subtract", 1.0, next));
    Tensor each = task.op("Multiply", x, steps(task, is));
    return task.op("Sum", List.of(each), Map.of(), "axis", 1);
  }

  private static Tensor unit(Functional task, Tensor x) {
    return task.op("Normalize", List.of(x), Map.of(), "axis", -1, "order", 2);
  }

  /** The mean, the largest or the first of the steps that count, at length 1. */
  private static void embedder(Functional task, String output, double least) {
    Called called = Called.of(task);
    Tensor x = called.output(output);
    Object padding = called.inputs().get("padding_mask");
    Tensor pooled =
        switch (task.config().get("pooling_mode").oneOf("mean", "mean", "cls", "max")) {
          case "cls" -> task.step(x, 0);
          case "max" -> largest(task, x, padding);
          default -> mean(task, x, padding, least);
        };
    if (task.config().get("normalize").bool(true)) {
      pooled = unit(task, pooled);
    }
    task.returns(pooled);
  }

  private static Tensor mean(Functional task, Tensor x, Object padding, double least) {
    Tensor mask = task.op("Cast", List.of(steps(task, padding)), Map.of(), "dtype", type(task));
    Tensor sum = task.op("Sum", List.of(task.op("Multiply", x, mask)), Map.of(), "axis", 1);
    Tensor count = task.op("Sum", List.of(mask), Map.of(), "axis", 1);
    return task.op("TrueDivide", sum, task.op("Maximum", count, least));
  }

  private static Tensor largest(Functional task, Tensor x, Object padding) {
    Tensor mask = task.op("Cast", List.of(steps(task, padding)), Map.of(), "dtype", "bool");
    Tensor kept = task.op("Where", mask, x, Double.NEGATIVE_INFINITY);
    return task.op("Max", List.of(kept), Map.of(), "axis", 1);
  }

  private static Tensor steps(Functional task, Object padding) {
    return task.op("ExpandDims", List.of(padding), Map.of(), "axis", -1);
  }

  /** The type that the backbone computes in. */
  private static String type(Functional task) {
    return DTypePolicy.read(
            task.config().get("backbone").config().get("config").config().get("dtype").json(),
            task.name())
        .compute()
        .kerasName();
  }
}
