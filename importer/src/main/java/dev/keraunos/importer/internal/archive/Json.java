package dev.keraunos.importer.internal.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keraunos.keras.ModelFileException;

/** JSON as Python's json module writes it: NaN and the infinities are numbers. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(ArchiveLimits.JSON_DEPTH)
                          .maxStringLength((int) ArchiveLimits.JSON_BYTES)
                          .build())
                  .build())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /**
   * Parses a document.
   *
   * @param where the attribute or member it comes from
   * @throws ModelFileException if it is no JSON object, nested too deep or too large
   */
  static JsonNode object(String text, String where) {
    if (text.length() > ArchiveLimits.JSON_BYTES) {
      throw new ModelFileException(
          where,
          "a document of " + text.length() + " characters",
          "at most " + ArchiveLimits.JSON_BYTES,
          "");
    }
    JsonNode json;
    try {
      json = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(
          where,
          "text that is no JSON: " + e.getOriginalMessage(),
          "the JSON that Keras writes",
          "The file is damaged: fetch it again.",
          e);
    }
    if (!json.isObject()) {
      throw new ModelFileException(where, "JSON of type " + json.getNodeType(), "an object", "");
    }
    return json;
  }
}
