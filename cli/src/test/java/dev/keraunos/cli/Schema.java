package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** What a published schema says, and the width of text. */
final class Schema {
  private static final Path FOLDER = Path.of("../src/site/resources");
  private static final int WIDTH = 80;

  private Schema() {}

  /** Reads a schema by its file's name. */
  static JsonSchema named(String name) throws IOException {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(Files.readString(FOLDER.resolve(name)));
  }

  /** Fails unless the JSON fits. */
  static void check(String name, JsonNode json) throws IOException {
    assertEquals(Set.of(), named(name).validate(json));
  }

  /** Fails if a line is wider than terminals are. */
  static void checkWidth(String text) {
    text.lines().forEach(line -> assertTrue(line.length() <= WIDTH, line));
  }
}
