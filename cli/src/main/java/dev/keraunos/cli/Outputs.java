package dev.keraunos.cli;

import dev.keraunos.error.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that a command is to write: none of them is one that it reads, and no two are one. */
final class Outputs {
  private final List<Path> inputs;
  private final List<Path> outputs = new ArrayList<>();

  /** Starts with what the command reads, files and folders. */
  Outputs(List<Path> inputs) {
    this.inputs = List.copyOf(inputs);
  }

  /**
   * Checks one file that will be written.
   *
   * @param option as the user gave it
   * @throws InputException if writing it would destroy an input, by whatever path, or another
   *     output
   */
  Outputs write(String option, Path file) {
    for (Path input : inputs) {
      if (isPartOf(file, input)) {
        throw new InputException(
            option
                + ": '"
                + file
                + "' is part of what is read: '"
                + input
                + "'; give another file");
      }
    }
    for (Path other : outputs) {
      if (isSame(file, other) || absolute(file).equals(absolute(other))) {
        throw new InputException(
            option + ": '" + file + "' is written for another option too; give another file");
      }
    }
    outputs.add(file);
    return this;
  }

  private static boolean isPartOf(Path file, Path input) {
    if (isSame(file, input)) {
      return true;
    }
    try {
      return Files.isDirectory(input)
          && Files.exists(file)
          && file.toRealPath().startsWith(input.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }

  /** True for one file, be it through links or another spelling of its path. */
  private static boolean isSame(Path one, Path other) {
    try {
      return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
    } catch (IOException e) {
      return false;
    }
  }

  private static Path absolute(Path file) {
    return file.toAbsolutePath().normalize();
  }
}
