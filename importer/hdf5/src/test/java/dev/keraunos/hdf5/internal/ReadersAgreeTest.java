package dev.keraunos.hdf5.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** libhdf5 is the oracle of the Java reader: both must read the same from every recorded file. */
class ReadersAgreeTest {
  private static final String MEMBER = "model.weights.h5";

  static List<Path> recorded() {
    return Fixtures.sound();
  }

  @Test
  void thereAreFiles() {
    assertTrue(recorded().size() > 50);
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void onEveryRecordedFile(Path path) throws IOException {
    if (Fixtures.isHdf5(path)) {
      try (ByteSource file = ByteSource.of(path)) {
        compare(file, file);
      }
      byte[] bytes = Files.readAllBytes(path);
      compare(ByteSource.of(bytes), ByteSource.of(new ByteArrayInputStream(bytes)));
      compare(ByteSource.of(new ByteArrayInputStream(bytes)), ByteSource.of(bytes));
    } else {
      compare(member(path), member(path));
    }
  }

  /** The HDF5 file in an archive. */
  private static ByteSource member(Path archive) throws IOException {
    try (ZipFile zip = new ZipFile(archive.toFile());
        InputStream stream = zip.getInputStream(zip.getEntry(MEMBER))) {
      return ByteSource.of(stream);
    }
  }

  static List<Path> variants() {
    return Fixtures.variants();
  }

  /** What other tools may make of a file; {@code numbers.h5} holds every element type. */
  @ParameterizedTest
  @MethodSource("variants")
  void onEveryStorage(Path variant) throws IOException {
    try (ByteSource file = ByteSource.of(variant)) {
      Predicate<String> known = path -> !path.equals("/packed"); // LZF, in foreign.h5
      Hdf5Group nativ = new NativeReader().read(file, known);
      Hdf5Group java = new JavaReader().read(file, known);
      compare("", java, nativ);
      if (!variant.endsWith("numbers.h5")) {
        Hdf5Group original;
        try (ByteSource plain = ByteSource.of(variant.resolveSibling("plain.h5"))) {
          original = new NativeReader().read(plain, path -> true);
        }
        compareData("", java, original);
      }
    }
  }

  static void compareData(String path, Hdf5Group one, Hdf5Group other) {
    assertEquals(other.groups().keySet(), one.groups().keySet(), path);
    other
        .datasets()
        .forEach((name, data) -> compare(path + "/" + name, one.datasets().get(name), data));
    other
        .groups()
        .forEach((name, group) -> compareData(path + "/" + name, one.groups().get(name), group));
  }

  private static void compare(ByteSource one, ByteSource again) {
    Hdf5Group java = new JavaReader().read(one, path -> true);
    Hdf5Group nativ = new NativeReader().read(again, path -> true);
    compare("", java, nativ);
    java.close();
    nativ.close();
  }

  static void compare(String path, Hdf5Group java, Hdf5Group nativ) {
    assertEquals(nativ.attributes(), java.attributes(), path);
    assertEquals(nativ.groups().keySet(), java.groups().keySet(), path);
    assertEquals(nativ.datasets().keySet(), java.datasets().keySet(), path);
    nativ
        .datasets()
        .forEach((name, data) -> compare(path + "/" + name, java.datasets().get(name), data));
    nativ
        .groups()
        .forEach((name, group) -> compare(path + "/" + name, java.groups().get(name), group));
  }

  private static void compare(String path, Tensor java, Tensor nativ) {
    assertEquals(nativ.dtype(), java.dtype(), path);
    assertEquals(nativ.shape(), java.shape(), path);
    for (long at = 0; at < nativ.byteSize(); at += 1 << 20) {
      assertEquals(nativ.bytes(at, 1 << 20), java.bytes(at, 1 << 20), path);
    }
  }
}
