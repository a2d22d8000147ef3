package dev.keraunos.importer.internal.archive;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.keras.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every recorded model, cut short and with bytes changed, is refused with one kind of exception or
 * reads as something. A crash of libhdf5 would take the test run with it.
 */
class HostileFilesTest {
  private static final Path HOSTILE = Fixtures.hostile();
  private static final int FEWEST = 30;
  private static final int CUTS = 20;
  private static final int FLIPS = 10;
  private static final int FIRST_HEADERS = 2048;
  private static final int SEED = 11;

  static List<Path> models() {
    return Fixtures.models();
  }

  @TestFactory
  Stream<DynamicTest> refused() throws IOException {
    JsonNode expected = new ObjectMapper().readTree(HOSTILE.resolve("expected.json").toFile());
    List<DynamicTest> tests = new ArrayList<>();
    for (Iterator<String> names = expected.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      tests.add(DynamicTest.dynamicTest(name, () -> refused(name, expected.get(name).asText())));
    }
    assertTrue(tests.size() > FEWEST);
    return tests.stream();
  }

  private static void refused(String name, String message) {
    Path file = HOSTILE.resolve(name);
    ModelFileException refusal =
        assertThrows(ModelFileException.class, () -> read(ModelArchive.open(file)));
    requireHelpful(refusal);
    assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
    assertTrue(refusal.getMessage().startsWith(file.toString()), refusal.getMessage());
  }

  /** The topology names no file: the archive does. */
  private static void read(ModelArchive archive) {
    try {
      ModelTopology.read(archive.config(), archive.dialect());
    } catch (ModelFileException e) {
      throw e.in(archive.name());
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void cutShort(Path model) throws IOException {
    byte[] whole = Files.readAllBytes(model);
    for (int i = 0; i < CUTS; i++) {
      byte[] cut = Arrays.copyOf(whole, (int) ((long) whole.length * i / CUTS));
      ModelFileException refusal =
          assertThrows(
              ModelFileException.class,
              () -> ModelArchive.open(cut, "cut").close(),
              cut.length + " of " + whole.length);
      requireHelpful(refusal);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void bytesChanged(Path model) throws IOException {
    byte[] whole = Files.readAllBytes(model);
    Random random = new Random(SEED);
    for (int i = 0; i < FLIPS; i++) {
      byte[] changed = whole.clone();
      int range = i % 2 == 0 ? Math.min(FIRST_HEADERS, whole.length) : whole.length;
      changed[random.nextInt(range)] ^= (byte) (1 + random.nextInt(255));
      readOrRefuse(changed);
    }
  }

  private static void readOrRefuse(byte[] file) {
    try {
      ModelArchive.open(file, "changed").close();
    } catch (ModelFileException e) {
      requireHelpful(e);
    }
  }

  private static void requireHelpful(ModelFileException refusal) {
    assertFalse(refusal.file().isEmpty());
    assertFalse(refusal.found().isEmpty());
    assertFalse(refusal.allowed().isEmpty());
    String plain = refusal.found().split("\\p{Cntrl}", 2)[0]; // messages spell the others out
    assertTrue(refusal.getMessage().contains(plain), refusal.getMessage());
  }
}
