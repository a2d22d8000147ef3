package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;

/**
 * One run of the command, in this process.
 *
 * @param code the exit code
 */
record Cli(int code, String out, String err) {
  static final Path CASES = Path.of("../fixtures/cases");

  /** Gives the custom loss and metric of the reference model. */
  static final String EXAMPLE =
      "--loss=weighted_bce_dice=dev.keraunos.fixtures.example.WeightedBceDice";

  static Cli run(Object... arguments) {
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(buffered(out), buffered(err), texts);
    return new Cli(code, out.toString(), err.toString());
  }

  /** As for a terminal: what nobody flushes is not seen. */
  private static PrintWriter buffered(StringWriter target) {
    return new PrintWriter(new BufferedWriter(target), true);
  }

  /** Fails unless the run ended well. */
  Cli fine() {
    assertEquals(0, code, () -> out + err);
    return this;
  }

  /** Fails unless the run ended with a message for the user that holds all the words. */
  Cli refused(String... words) {
    assertEquals(2, code, () -> out + err);
    assertFalse(err.contains("\tat "), err);
    for (String word : words) {
      if (!err.contains(word)) {
        assertEquals(word, err);
      }
    }
    return this;
  }

  JsonNode json() {
    try {
      return new ObjectMapper().readTree(out);
    } catch (JsonProcessingException e) {
      throw new AssertionError(out, e);
    }
  }
}
