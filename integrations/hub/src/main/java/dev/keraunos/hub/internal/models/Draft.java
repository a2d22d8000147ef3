package dev.keraunos.hub.internal.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Layer;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import dev.keraunos.keras.config.Config;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model in the making with the layers that many models have, in the words of KerasHub's classes.
 *
 * @param model what is written
 */
record Draft(Functional model) {
  Config config() {
    return model.config();
  }

  int integer(String key) {
    return config().get(key).integer();
  }

  int integer(String key, int absent) {
    return config().get(key).integer(absent);
  }

  double number(String key, double absent) {
    return config().get(key).number(absent);
  }

  boolean flag(String key, boolean absent) {
    return config().get(key).bool(absent);
  }

  /** A table of vectors per token. */
  Layer tokens(String vocabulary, int width, boolean tied) {
    return model.layer(
        ">ReversibleEmbedding",
        "token_embedding",
        "input_dim",
        integer(vocabulary),
        "output_dim",
        width,
        "tie_weights",
        tied);
  }

  /** The entry of the table of tokens inside a TokenAndPositionEmbedding. */
  static ObjectNode tokensInside(ObjectNode around) {
    JsonNode config = around.get("config");
    return Functional.entry(
        ">ReversibleEmbedding",
        "token_embedding",
        config.path("dtype"),
        "input_dim",
        config.get("vocabulary_size"),
        "output_dim",
        config.get("embedding_dim"));
  }

  Layer embedding(String name, int rows, int width) {
    return model.layer("Embedding", name, "input_dim", rows, "output_dim", width);
  }

  Layer position(String name, int length) {
    return model.layer(">PositionEmbedding", name, "sequence_length", length);
  }

  Layer both(String name, int length) {
    return model.layer(
        ">TokenAndPositionEmbedding",
        name,
        "vocabulary_size",
        integer("vocabulary_size"),
        "sequence_length",
        integer("max_sequence_length", length),
        "embedding_dim",
        integer("hidden_dim"));
  }

  Layer norm(String name, double epsilon) {
    return model.layer("LayerNormalization", name, "epsilon", epsilon);
  }

  Layer dropout(String name) {
    return model.layer("Dropout", name, "rate", 0);
  }

  Layer dense(String name, int units, Object activation) {
    return model.layer("Dense", name, "units", units, "activation", activation);
  }

  Layer add(String name) {
    return model.layer("Add", name);
  }

  /** A call with tensors by name, those that are null left out. */
  static Tensor call(Layer layer, Tensor x, Object... named) {
    Map<String, Object> keywords = new LinkedHashMap<>();
    for (int i = 0; i < named.length; i += 2) {
      if (named[i + 1] != null) {
        keywords.put((String) named[i], named[i + 1]);
      }
    }
    return layer.call(x == null ? List.of() : List.of(x), keywords);
  }
}
