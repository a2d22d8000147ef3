package dev.keraunos.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Where the repository lies. */
final class Repository {
  private Repository() {}

  /** The root folder; tests run in {@code src/it}. */
  static Path root() {
    try {
      return Path.of("../..").toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
