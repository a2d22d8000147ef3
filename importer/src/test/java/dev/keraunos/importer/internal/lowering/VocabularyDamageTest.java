package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.importer.internal.ImportedModel;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.testing.RecordedCases;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Archives with vocabularies among their assets, damaged: opened or refused with a sentence. */
class VocabularyDamageTest {
  private static final Path TEXTS = RecordedCases.file("keras3/text/adapted.keras");
  private static final Path NUMBERS =
      RecordedCases.file("keras3/features/integer_lookup_adapted.keras");
  private static final String MASKED = "assets/layers/integer_lookup_1/vocabulary.txt";

  @TempDir Path folder;

  @Test
  void bytesOfTheArchive() throws IOException {
    for (Path file :
        new Path[] {TEXTS, NUMBERS, RecordedCases.file("tfk/text/feature_space.keras")}) {
      byte[] whole = Files.readAllBytes(file);
      for (int i = 0; i < whole.length; i += 11) {
        byte[] damaged = whole.clone();
        damaged[i] ^= 0x55;
        openedOrRefused(damaged);
        openedOrRefused(Arrays.copyOf(whole, i));
      }
    }
  }

  @Test
  void bytesOfTheVocabulary() throws IOException {
    Path unzipped = unzip(NUMBERS);
    Path vocabulary = unzipped.resolve(MASKED);
    byte[] whole = Files.readAllBytes(vocabulary);
    Random random = new Random(1);
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] = (byte) random.nextInt(256);
      Files.write(vocabulary, damaged);
      openedOrRefused(unzipped);
      Files.write(vocabulary, Arrays.copyOf(whole, i));
      openedOrRefused(unzipped);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1.5,'1.5'",
    "'0\n-1\n-1\n7\n7','7' twice",
    "'',no tokens",
    "'0\n-1\n-1\n',no tokens"
  })
  void whatIsNoVocabularyIsRefused(String content, String reason) throws IOException {
    Path unzipped = unzip(NUMBERS);
    Files.writeString(unzipped.resolve(MASKED), content);
    refused(unzipped, reason);
  }

  @Test
  void aMissingVocabularyIsRefused() throws IOException {
    Path unzipped = unzip(NUMBERS);
    Files.delete(unzipped.resolve(MASKED));
    refused(unzipped, "masked: found no vocabulary in its config and no vocabulary.txt");
  }

  @Test
  void pathsOfManyFoldersAreRefused() throws IOException {
    Path file = folder.resolve("deep.keras");
    try (ZipFile zip = new ZipFile(TEXTS.toFile());
        var out = new java.util.zip.ZipOutputStream(Files.newOutputStream(file))) {
      for (ZipEntry entry : java.util.Collections.list(zip.entries())) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(zip.getInputStream(entry).readAllBytes());
      }
      out.putNextEntry(new ZipEntry("assets/" + "a/".repeat(9000) + "vocabulary.txt"));
      out.write("a".getBytes(StandardCharsets.US_ASCII));
    }
    refused(file, "more than 64 folders");
  }

  private static void refused(Path file, String reason) {
    String message = assertThrows(KeraunosException.class, () -> open(file)).getMessage();
    assertTrue(message.contains(reason), message);
  }

  private static void open(Path file) {
    try (ModelArchive archive = ModelArchive.open(file)) {
      ImportedModel.of(archive, ModelRegistry.EMPTY);
    }
  }

  private static void openedOrRefused(Path file) {
    try {
      open(file);
    } catch (KeraunosException e) {
      assertFalse(e.getMessage().isEmpty());
    }
  }

  private static void openedOrRefused(byte[] content) {
    try (ModelArchive archive = ModelArchive.open(content, "damaged")) {
      ImportedModel.of(archive, ModelRegistry.EMPTY);
    } catch (KeraunosException e) {
      assertFalse(e.getMessage().isEmpty());
    }
  }

  private Path unzip(Path file) throws IOException {
    Path unzipped = folder.resolve("unzipped");
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : java.util.Collections.list(zip.entries())) {
        Path target = unzipped.resolve(entry.getName());
        Files.createDirectories(target.getParent());
        Files.write(target, zip.getInputStream(entry).readAllBytes());
      }
    }
    return unzipped;
  }
}
