package dev.keraunos.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.PrintWriter;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Writes a result for machines. */
final class JsonOption {
  private static final ObjectWriter WRITER =
      new ObjectMapper().registerModule(new Jdk8Module()).writerWithDefaultPrettyPrinter();

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

  /** Declares the file, if one is to be written. */
  void declare(Outputs outputs) {
    destination().declare(outputs);
  }

  void write(Object result, PrintWriter out) {
    writeText(() -> json(result), out);
  }

  private static String json(Object result) {
    try {
      return WRITER.writeValueAsString(result);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes what is JSON already. */
  void writeText(Supplier<String> json, PrintWriter out) {
    destination().write(() -> json.get() + System.lineSeparator(), out);
  }
}
