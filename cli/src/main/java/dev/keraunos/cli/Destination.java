package dev.keraunos.cli;

import dev.keraunos.error.InputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Where an option wants a text.
 *
 * @param option its name
 * @param file as given; null if it was not; {@code -} for standard output
 */
record Destination(String option, String file) {
  /** True if standard output belongs to the text. */
  boolean takesOutput() {
    return "-".equals(file);
  }

  /** Declares the file, if one is to be written. */
  void declare(Outputs outputs) {
    if (file != null && !takesOutput()) {
      outputs.write(option, Path.of(file));
    }
  }

  /** Writes the text, which is made only if it is wanted. */
  void write(Supplier<String> text, PrintWriter out) {
    if (takesOutput()) {
      out.print(text.get());
    } else if (file != null) {
      try {
        Files.writeString(Path.of(file), text.get());
      } catch (IOException e) {
        throw new InputException(option + ": '" + file + "' cannot be written: " + e.getMessage());
      }
    }
  }
}
