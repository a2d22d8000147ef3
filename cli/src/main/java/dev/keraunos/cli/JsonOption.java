package dev.keraunos.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.keraunos.tensor.Shape;
import java.io.PrintWriter;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Writes a result for machines. */
final class JsonOption {
  /** Of the formats of reports; one that takes something away or changes its meaning counts up. */
  private static final int VERSION = 1;

  private static final ObjectMapper JSON =
      new ObjectMapper().registerModule(new Jdk8Module()).addMixIn(Shape.class, AsDimensions.class);

  private interface AsDimensions {
    @JsonValue
    long[] toArray();
  }

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Writes the result as JSON; '-' is standard output, which then shows nothing else.")
  private String file;

  private Destination destination() {
    return new Destination("--json", file);
  }

  /** True if standard output belongs to the JSON. */
  boolean takesOutput() {
    return destination().takesOutput();
  }

  /** True if JSON is asked for. */
  boolean isWanted() {
    return file != null;
  }

  /** Declares the file, if one is to be written. */
  void declare(Outputs outputs) {
    destination().declare(outputs);
  }

  /** Writes a record, with the version of the formats before its components. */
  void write(Object report, PrintWriter out) {
    writeText(() -> json(report), out);
  }

  private static String json(Object report) {
    ObjectNode json = JSON.createObjectNode().put("version", VERSION);
    json.setAll((ObjectNode) JSON.valueToTree(report));
    return json.toPrettyString();
  }

  /** Writes what is JSON already. */
  void writeText(Supplier<String> json, PrintWriter out) {
    destination().write(() -> json.get() + System.lineSeparator(), out);
  }
}
