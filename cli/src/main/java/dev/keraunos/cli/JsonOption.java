package dev.keraunos.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.keraunos.error.InputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** True if standard output belongs to the JSON. */
  boolean takesOutput() {
    return "-".equals(file);
  }

  /** Declares the file, if one is to be written. */
  void declare(Outputs outputs) {
    if (file != null && !takesOutput()) {
      outputs.write("--json", Path.of(file));
    }
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
    if (file == null) {
      return;
    }
    try {
      if (takesOutput()) {
        out.println(json.get());
      } else {
        Files.writeString(Path.of(file), json.get() + System.lineSeparator());
      }
    } catch (IOException e) {
      throw new InputException("--json: '" + file + "' cannot be written: " + e.getMessage());
    }
  }
}
