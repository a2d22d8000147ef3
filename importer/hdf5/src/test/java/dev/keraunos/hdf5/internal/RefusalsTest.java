package dev.keraunos.hdf5.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import dev.keraunos.hdf5.internal.file.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no sound file, or one that the reader leaves out, is refused in one way. */
class RefusalsTest {
  private static final int CUTS = 50;
  private static final int FLIPS = 200;
  private static final int FIRST_HEADERS = 2048;
  private static final int SEED = 12;

  private static Hdf5Exception refusal(Path path) throws IOException {
    try (ByteSource file = ByteSource.of(path)) {
      return assertThrows(
          Hdf5Exception.class,
          () -> {
            throw refused(Hdf5Reader.JAVA.read(file, any -> true)).orElseThrow();
          });
    }
  }

  /** What was left alone in a group or one inside it. */
  private static Optional<Hdf5Exception> refused(Hdf5Group group) {
    return Stream.concat(
            group.refused().values().stream(),
            group.groups().values().stream().flatMap(inner -> refused(inner).stream()))
        .findFirst();
  }

  @ParameterizedTest
  @CsvSource({
    "hard_link_twice.h5, SHARED, a second link to the object",
    "soft_link.h5, LINK, a soft link",
    "external_link.h5, LINK, an external link",
    "external_storage.h5, UNSUPPORTED, data stored in another file",
    "compound.h5, UNSUPPORTED, a dataset of compound values",
    "szip.h5, UNSUPPORTED, data packed with szip",
    "virtual.h5, UNSUPPORTED, a virtual dataset",
    "scaleoffset.h5, NEEDS_LIBRARY, data packed with scaleoffset",
    "few_chunks.h5, BROKEN, a dataset that claims",
    "longer_than_file.h5, BROKEN, a file of",
    "text_claim.h5, BROKEN, a text of 4294967295 bytes",
    "unwritten.h5, BROKEN, a dataset that claims",
  })
  void saysWhereAndWhat(String name, Kind kind, String found) throws IOException {
    Hdf5Exception refusal = refusal(Fixtures.hostile().resolve(name));
    assertEquals(kind, refusal.kind());
    assertTrue(refusal.found().startsWith(found), refusal.getMessage());
    assertTrue(refusal.objectPath().startsWith("/"), refusal.getMessage());
    requireHelpful(refusal);
  }

  @Test
  void composesItsMessage() {
    Hdf5Exception refusal = Hdf5Exception.invalid("datatype class 11").under("/a").under("b");
    assertEquals(
        "b, /a: found datatype class 11; allowed: valid HDF5 structures. The file is damaged or"
            + " hostile: fetch it again.",
        refusal.getMessage());
  }

  static List<Path> variants() {
    return Fixtures.variants();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void cutShort(Path path) throws IOException {
    byte[] whole = Files.readAllBytes(path);
    for (int i = 0; i < CUTS; i++) {
      byte[] cut = Arrays.copyOf(whole, (int) ((long) whole.length * i / CUTS));
      requireHelpful(
          assertThrows(
              Hdf5Exception.class,
              () -> Hdf5Reader.JAVA.read(ByteSource.of(cut), any -> true),
              cut.length + " of " + whole.length));
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void bytesChanged(Path path) throws IOException {
    byte[] whole = Files.readAllBytes(path);
    Random random = new Random(SEED);
    for (int i = 0; i < FLIPS; i++) {
      byte[] changed = whole.clone();
      int range = i % 2 == 0 ? Math.min(FIRST_HEADERS, whole.length) : whole.length;
      changed[random.nextInt(range)] ^= (byte) (1 + random.nextInt(255));
      try {
        Hdf5Reader.JAVA.read(ByteSource.of(changed), any -> true).close();
      } catch (Hdf5Exception e) {
        requireHelpful(e);
      }
    }
  }

  private static void requireHelpful(Hdf5Exception refusal) {
    assertFalse(refusal.found().isEmpty());
    assertFalse(refusal.allowed().isEmpty());
    assertTrue(refusal.getMessage().contains(refusal.found()));
  }
}
