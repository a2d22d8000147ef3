package dev.keraunos.hdf5.internal;

import dev.keraunos.testing.RecordedCases;
import java.nio.file.Path;
import java.util.List;

/** The recorded files of the repository. */
final class Fixtures {
  private static final Path CASES = RecordedCases.folder();

  private Fixtures() {}

  /** All recorded files that are sound, and archives that hold one as {@code model.weights.h5}. */
  static List<Path> sound() {
    return RecordedCases.files(CASES).stream()
        .filter(file -> !file.startsWith(hostile()))
        .filter(file -> !file.startsWith(CASES.resolve("variants")))
        .filter(file -> isHdf5(file) || file.toString().endsWith(".keras"))
        .toList();
  }

  /** One file in every storage that HDF5 tools may give it. */
  static List<Path> variants() {
    Path folder = CASES.resolve("variants");
    return RecordedCases.files(folder).stream().filter(f -> f.getParent().equals(folder)).toList();
  }

  /** The same numbers in every storage that HDF5 knows; see {@code hdf5_variants.py}. */
  static List<Path> storages() {
    return RecordedCases.files(CASES.resolve("variants/storage"));
  }

  /** One of those. */
  static Path variant(String name) {
    return CASES.resolve("variants").resolve(name);
  }

  /** The folder of files that must be refused. */
  static Path hostile() {
    return CASES.resolve("hostile");
  }

  static boolean isHdf5(Path file) {
    return file.toString().endsWith(".h5");
  }
}
