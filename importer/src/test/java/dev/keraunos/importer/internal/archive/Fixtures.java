package dev.keraunos.importer.internal.archive;

import dev.keraunos.testing.RecordedCases;
import java.nio.file.Path;
import java.util.List;

/** The recorded models of the repository, and files made from them. */
public final class Fixtures {
  private static final Path CASES = RecordedCases.folder();

  private Fixtures() {}

  /** All recorded models that are one file. */
  public static List<Path> models() {
    return RecordedCases.files(CASES).stream()
        .filter(file -> !file.startsWith(CASES.resolve("hostile")))
        .filter(file -> !file.startsWith(CASES.resolve("variants")))
        .filter(file -> file.toString().endsWith(".h5") || file.toString().endsWith(".keras"))
        .filter(file -> !file.toString().endsWith(".weights.h5"))
        .toList();
  }

  /** Where the models of an oracle lie. */
  public static Path folder(String oracle) {
    return CASES.resolve(oracle);
  }

  /** The folder of files that must be refused. */
  static Path hostile() {
    return CASES.resolve("hostile");
  }
}
