package dev.keraunos.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keraunos.error.InputException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The config of a tokenizer, read entry by entry; every error names the key. */
final class TokenizerFile {
  private static final JsonMapper MAPPER =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxStringLength(Integer.MAX_VALUE)
                      .maxNameLength(Integer.MAX_VALUE)
                      .build())
              .build());

  private final JsonNode config;
  private final String where;

  /** Of what {@code to_json} gives, which may stand in the file as one text of JSON. */
  TokenizerFile(String text, String where) {
    this.where = where;
    JsonNode json = parsed(text, "the file");
    if (json.isTextual()) {
      json = parsed(json.asText(), "the text in the file");
    }
    this.config = json.path("config");
    if (!json.path("class_name").asText().equals("Tokenizer") || !config.isObject()) {
      throw refused(
          "this is not what Tokenizer.to_json() of Keras gives, an object with class_name"
              + " 'Tokenizer' and config");
    }
  }

  private JsonNode parsed(String text, String what) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw refused(what + " is no JSON: " + e.getOriginalMessage());
    }
  }

  InputException refused(String reason) {
    return new InputException(where + ": " + reason);
  }

  private InputException unexpected(String key, JsonNode found, String allowed) {
    return refused("'" + key + "' is " + found + ", it should be " + allowed);
  }

  /** A text, or null. */
  String text(String key) {
    JsonNode value = config.path(key);
    if (value.isNull() || value.isMissingNode()) {
      return null;
    }
    if (!value.isTextual()) {
      throw unexpected(key, value, "a text or null");
    }
    return value.asText();
  }

  /** Characters, as a text or a list of them. */
  String characters(String key) {
    JsonNode value = config.path(key);
    StringBuilder characters = new StringBuilder();
    if (value.isArray()) {
      for (JsonNode one : value) {
        if (one.asText().codePointCount(0, one.asText().length()) != 1) {
          throw unexpected(key, value, "a list of single characters");
        }
        characters.append(one.asText());
      }
    } else if (value.isTextual()) {
      characters.append(value.asText());
    } else {
      throw unexpected(key, value, "a text of characters, with which Keras splits texts");
    }
    return characters.toString();
  }

  boolean flag(String key) {
    return config.path(key).asBoolean();
  }

  /** A whole number from 0 on; 0 where there is none. */
  int count(String key) {
    JsonNode value = config.path(key);
    return value.isNull() || value.isMissingNode() ? 0 : count(key, value);
  }

  private int count(String key, JsonNode value) {
    if (!value.isNumber() || value.asDouble() != value.asInt() || value.asInt() < 0) {
      throw unexpected(key, value, "a whole number from 0 on");
    }
    return value.asInt();
  }

  private JsonNode table(String key) {
    JsonNode value = config.path(key);
    JsonNode table = value.isTextual() ? parsed(value.asText(), "'" + key + "'") : value;
    if (!table.isObject()) {
      throw unexpected(key, value, "an object");
    }
    return table;
  }

  /** An object of numbers by word. */
  Map<String, Integer> byWord(String key) {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    table(key).properties().forEach(e -> numbers.put(e.getKey(), count(key, e.getValue())));
    return numbers;
  }

  /** An object of numbers by index. */
  Map<Integer, Integer> byIndex(String key) {
    Map<Integer, Integer> numbers = new LinkedHashMap<>();
    table(key)
        .properties()
        .forEach(e -> numbers.put(index(key, e.getKey()), count(key, e.getValue())));
    return numbers;
  }

  /** An object of words by index. */
  Map<Integer, String> words(String key) {
    Map<Integer, String> words = new LinkedHashMap<>();
    table(key).properties().forEach(e -> words.put(index(key, e.getKey()), e.getValue().asText()));
    return words;
  }

  private int index(String key, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw refused("'" + key + "' has the key '" + text + "', it should be a whole number");
    }
  }
}
