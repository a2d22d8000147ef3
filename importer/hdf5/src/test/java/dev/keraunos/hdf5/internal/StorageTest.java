package dev.keraunos.hdf5.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The same numbers come from every storage: layouts, chunk indexes, filters, versions. */
class StorageTest {
  private static final String PACKED = "packed_";

  static List<Path> readable() {
    return Fixtures.storages().stream().filter(file -> !name(file).startsWith(PACKED)).toList();
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private static Hdf5Group read(Hdf5Reader reader, Path path) throws IOException {
    try (ByteSource file = ByteSource.of(path)) {
      return reader.read(file, any -> true);
    }
  }

  @Test
  void thereAreFiles() {
    assertTrue(readable().size() > 200);
  }

  @ParameterizedTest
  @MethodSource("readable")
  void holdsTheSameNumbers(Path path) throws IOException {
    Hdf5Group java = read(Hdf5Reader.JAVA, path);
    Hdf5Group original = read(new NativeReader(), path.resolveSibling(original(name(path))));
    ReadersAgreeTest.compareData("", java, original);
    ReadersAgreeTest.compareData("", original, java);
    assertEquals(Set.of(), java.refused().keySet());
    java.close();
    original.close();
  }

  /** The file in the format of the earliest version. */
  private static String original(String name) {
    String storage = name.substring(name.indexOf('_') + 1);
    boolean ofOneContent = storage.matches("(many|unwritten|attributes).*");
    return "earliest_" + (ofOneContent ? storage : "contiguous_none.h5");
  }

  /** libhdf5 1.14 does not know the chunks of HDF5 2.0, and never LZF. */
  static List<Path> readableByLibrary() {
    return readable().stream()
        .filter(file -> !name(file).matches("v200_.*(?<!_none).h5|.*_(lzf|all|filtered_tree).h5"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("readableByLibrary")
  void readersAgree(Path path) throws IOException {
    Hdf5Group java = read(Hdf5Reader.JAVA, path);
    Hdf5Group library = read(new NativeReader(), path);
    ReadersAgreeTest.compare("", java, library);
    java.close();
    library.close();
  }

  @Test
  void readsAttributesThatNoHeaderHolds() throws IOException {
    for (String version : List.of("v108", "v110", "v200")) {
      Path file = Fixtures.variant("storage/" + version + "_attributes.h5");
      Hdf5Group group = read(Hdf5Reader.JAVA, file);
      assertEquals(List.of("x".repeat(70_000)), group.attributes().get("huge"));
      group.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "blosc, UNSUPPORTED",
    "blosc2, UNSUPPORTED",
    "bzip2, UNSUPPORTED",
    "lz4, UNSUPPORTED",
    "bitshuffle, UNSUPPORTED",
    "zstd, UNSUPPORTED",
    "szip, UNSUPPORTED",
    "scaleoffset, NEEDS_LIBRARY",
  })
  void refusesOtherFiltersByName(String filter, Kind kind) throws IOException {
    Path file = Fixtures.variant("storage/" + PACKED + filter + ".h5");
    Hdf5Exception refusal =
        assertThrows(
            Hdf5Exception.class,
            () -> {
              throw read(Hdf5Reader.JAVA, file).refused().get("kernel");
            });
    assertEquals(kind, refusal.kind());
    assertEquals("data packed with " + filter, refusal.found());
    assertEquals("/kernel", refusal.objectPath());
  }

  @Test
  void libraryReadsWhatJavaDoesNotUnpack() throws IOException {
    Path file = Fixtures.variant("storage/packed_scaleoffset.h5");
    Tensor kernel = read(Hdf5Reader.WITH_LIBRARY, file).datasets().get("kernel");
    long[] values = LongStream.range(0, kernel.size()).map(kernel::getLong).toArray();
    assertArrayEquals(LongStream.range(0, 64).toArray(), values);
    kernel.close();
  }
}
