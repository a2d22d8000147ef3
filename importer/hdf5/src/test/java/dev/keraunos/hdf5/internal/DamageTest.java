package dev.keraunos.hdf5.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.file.Checksum;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files whose structures carry checksums, damaged by accident and on purpose. */
class DamageTest {
  private static final int CHANGES = 400;
  private static final int SEED = 15;
  private static final Set<String> SIGNATURES =
      Set.of(
          "OHDR", "OCHK", "BTHD", "BTIN", "BTLF", "FRHP", "FHIB", "FAHD", "FADB", "EAHD", "EAIB",
          "EASB", "EADB");

  /** A structure of a file, its checksum included. */
  private record Structure(int start, int end) {}

  /** One of each index, and heaps. */
  static Stream<Path> files() {
    return Stream.of(
            "v110_single_gzip",
            "v110_fixed_all",
            "v110_larger_gzip",
            "v110_first_extensible_lzf",
            "v110_tree_gzip",
            "v200_extensible_shuffle",
            "v200_tree_none",
            "v200_implicit_none",
            "v200_unwritten",
            "v110_many_extensible",
            "v110_many_filtered_tree")
        .map(name -> Fixtures.variant("storage/" + name + ".h5"));
  }

  private static List<Structure> structures(byte[] file) {
    List<Structure> found = new ArrayList<>();
    for (int start = 0; start + 8 < file.length; start++) {
      if (SIGNATURES.contains(new String(file, start, 4, StandardCharsets.US_ASCII))) {
        int end = end(file, start);
        if (end > 0) {
          found.add(new Structure(start, end));
        }
      }
    }
    return found;
  }

  /** Where a structure ends, by its checksum; 0 if nowhere near. */
  private static int end(byte[] file, int start) {
    int last = Math.min(file.length, start + 4096);
    for (int end = start + 12; end <= last; end++) {
      if (checksum(file, start, end) == intAt(file, end - Checksum.BYTES)) {
        return end;
      }
    }
    return 0;
  }

  private static int checksum(byte[] file, int start, int end) {
    return Checksum.of(ByteBuffer.wrap(file, start, end - Checksum.BYTES - start));
  }

  private static int intAt(byte[] file, int at) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
  }

  private static String outcome(byte[] file) {
    try {
      Hdf5Group group = Hdf5Reader.JAVA.read(ByteSource.of(file), any -> true);
      String read = group.groups().keySet() + " " + group.datasets().keySet() + group.refused();
      group.close();
      return read;
    } catch (Hdf5Exception e) {
      assertTrue(!e.found().isEmpty(), e.getMessage());
      return "refused: " + e.getMessage();
    }
  }

  /** What differs from the file that was written is noticed. */
  @ParameterizedTest
  @MethodSource("files")
  void changedStructuresAreRefused(Path path) throws IOException {
    byte[] whole = Files.readAllBytes(path);
    List<Structure> structures = structures(whole);
    assertTrue(structures.size() >= 3, path + ": " + structures);
    Random random = new Random(SEED);
    for (Structure structure : structures) {
      int at = structure.start + 5 + random.nextInt(structure.end - structure.start - 5);
      byte[] changed = whole.clone();
      changed[at] ^= (byte) (1 + random.nextInt(255));
      String outcome = outcome(changed);
      assertTrue(outcome.startsWith("refused"), path + " byte " + at + ": " + outcome);
    }
  }

  /** Whoever changes a file on purpose makes its checksums right again. */
  @ParameterizedTest
  @MethodSource("files")
  void changedStructuresWithRightChecksumsEndInASentence(Path path) throws IOException {
    byte[] whole = Files.readAllBytes(path);
    List<Structure> structures = structures(whole);
    Random random = new Random(SEED);
    for (int i = 0; i < CHANGES; i++) {
      Structure structure = structures.get(random.nextInt(structures.size()));
      byte[] changed = whole.clone();
      int size = structure.end - Checksum.BYTES - structure.start - 4;
      int at = structure.start + 4 + random.nextInt(size);
      changed[at] = (byte) (random.nextBoolean() ? 0xff : random.nextInt(256));
      ByteBuffer.wrap(changed)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(
              structure.end - Checksum.BYTES, checksum(changed, structure.start, structure.end));
      outcome(changed);
    }
  }

  @Test
  void checksumIsLookup3() {
    byte[] text = "Four score and seven years ago".getBytes(StandardCharsets.US_ASCII);
    assertEquals(0x17770551, Checksum.of(ByteBuffer.wrap(text)));
  }
}
