package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.weights.WeightMatcher;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.testing.RecordedCases;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers of text and of categories whose settings cannot be followed say so in a sentence. */
class TextRefusalsTest {
  private static final Path TEXT = RecordedCases.file("keras3/text/sequential.keras");
  private static final Path NUMBERS =
      RecordedCases.file("keras3/features/integer_lookup_known.keras");
  private static final String FUNCTION =
      "{\"module\": \"builtins\", \"class_name\": \"function\", \"config\": \"my_split\","
          + " \"registered_name\": \"function\"}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "standardize | \"my_cleaning\" | 'my_cleaning'",
        "split | {\"class_name\": \"function\", \"config\": \"my_split\"} | 'my_split'",
        "vocabulary | \"/etc/vocabulary\" | outside of the model's",
        "vocabulary | null | save the model as .keras",
        "vocabulary | [] | no tokens",
        "vocabulary | [\"a\", \"a\"] | 'a' twice",
        "vocabulary | [\"a\", \"\"] | reserved",
        "vocabulary | [\"\", \"a\"] | reserved",
        "vocabulary | [1, 2] | texts",
        "max_tokens | 2 | max_tokens = 2",
        "pad_to_max_tokens | true | max_tokens",
        "max_tokens | 99999999 | at most",
        "ngrams | 99999999 | at most",
        "output_mode | \"one_hot\" | ragged",
        "output_mode | \"tf_idf\" | arrays for [",
        "output_mode | \"some\" | output_mode",
      })
  void ofText(String key, String value, String reason) throws IOException {
    refused(TEXT, "TextVectorization", key, value, reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "vocabulary | [1.5, 2] | whole numbers",
        "vocabulary | [12, 12] | '12' twice",
        "num_oov_indices | -1 | num_oov_indices",
        "num_oov_indices | 99999999 | at most",
        "output_mode | \"tf_idf\" | arrays for [",
      })
  void ofNumbers(String key, String value, String reason) throws IOException {
    refused(NUMBERS, "IntegerLookup", key, value, reason);
  }

  @Test
  void functionsAreNamedAsKerasRegistersThem() throws IOException {
    refused(TEXT, "TextVectorization", "split", FUNCTION, "split=None");
  }

  private static void refused(Path file, String className, String key, String value, String reason)
      throws IOException {
    try (ModelArchive archive = ModelArchive.open(file)) {
      ObjectNode config = archive.config().deepCopy();
      for (var layer : config.path("config").path("layers")) {
        if (layer.path("class_name").asText().equals(className)) {
          ((ObjectNode) layer.path("config")).set(key, new ObjectMapper().readTree(value));
        }
      }
      ModelTopology topology = ModelTopology.read(config, archive.dialect());
      String message =
          assertThrows(
                  KeraunosException.class,
                  () ->
                      ModelLowering.lower(
                          topology,
                          table -> WeightMatcher.match(archive.weights(), topology, table),
                          ModelRegistry.EMPTY))
              .getMessage();
      assertTrue(message.contains(reason), message);
    }
  }
}
