package dev.keraunos.importer.internal.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.keras.ModelFileException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** One model by every way in. */
class ModelArchiveTest {
  private static final Path H5 = Fixtures.folder("keras3/core/dense-h5.h5");
  private static final Path KERAS = Fixtures.folder("keras3/core/dense.keras");
  private static final int THREADS = 16;

  @TempDir Path folder;

  private static void assertSame(ModelArchive expected, ModelArchive actual) {
    assertEquals(expected.config(), actual.config());
    assertEquals(expected.dialect(), actual.dialect());
    assertEquals(values(expected), values(actual));
  }

  private static List<String> values(ModelArchive archive) {
    List<String> values = new ArrayList<>();
    for (StoredArray array : archive.weights().arrays()) {
      values.add(array.path() + " " + array.value());
    }
    return values;
  }

  private Path unzipped() throws IOException {
    try (ByteSource file = ByteSource.of(KERAS)) {
      ZipArchive zip = new ZipArchive(file);
      for (String name : zip.names()) {
        try (ByteSource member = zip.open(name)) {
          Files.write(folder.resolve(name), new SourceStream(member).readAllBytes());
        }
      }
    }
    return folder;
  }

  @Test
  void fromMemoryAndStream() throws IOException {
    for (Path file : List.of(H5, KERAS)) {
      byte[] bytes = Files.readAllBytes(file);
      ModelArchive expected = ModelArchive.open(file);
      assertSame(expected, ModelArchive.open(bytes, "bytes"));
      assertSame(expected, ModelArchive.open(new ByteArrayInputStream(bytes), "stream"));
    }
  }

  @Test
  void fromAnUnzippedFolder() throws IOException {
    assertSame(ModelArchive.open(KERAS), ModelArchive.open(unzipped()));
  }

  @Test
  void fromAnArchiveThatWasCompressedAgain() throws IOException {
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    try (ByteSource file = ByteSource.of(KERAS);
        ZipOutputStream out = new ZipOutputStream(deflated)) {
      ZipArchive zip = new ZipArchive(file);
      for (String name : zip.names()) {
        out.putNextEntry(new ZipEntry(name));
        out.write(new SourceStream(zip.open(name)).readAllBytes());
      }
    }
    assertSame(ModelArchive.open(KERAS), ModelArchive.open(deflated.toByteArray(), "deflated"));
  }

  @Test
  void fromArchitectureAndWeights() throws IOException {
    ModelArchive whole = ModelArchive.open(H5);
    Path json = folder.resolve("model.json");
    Files.writeString(json, whole.config().toString());
    ModelArchive parts = ModelArchive.open(json, H5);
    assertEquals(ArchiveFormat.ARCHITECTURE, parts.format());
    assertEquals(whole.config(), parts.config());
    assertEquals(values(whole), values(parts));
    assertSame(whole, ModelArchive.open(H5, H5));
  }

  @Test
  void fromShards() throws IOException {
    Path weights = unzipped().resolve("model.weights.h5");
    ModelArchive whole = ModelArchive.open(KERAS);
    List<String> entries = new ArrayList<>();
    for (StoredArray array : whole.weights().arrays()) {
      String group = array.path().substring(0, array.path().lastIndexOf('/'));
      String entry = "\"" + group + "\":[\"" + weights.getFileName() + "\"]";
      if (!entries.contains(entry)) {
        entries.add(entry);
      }
    }
    Path index = folder.resolve("model.weights.json");
    Files.writeString(index, "{\"weight_map\":{" + String.join(",", entries) + "}}");
    assertEquals(values(whole), values(ModelArchive.open(KERAS, index)));
  }

  @Test
  void fromSeveralShardsThatKerasWrote() {
    Path recorded = Path.of("src", "test", "resources", "sharded");
    Path model = recorded.resolve("model.keras");
    ModelArchive whole = ModelArchive.open(model);
    ModelArchive parts = ModelArchive.open(model, recorded.resolve("model.weights.json"));
    assertTrue(whole.weights().arrays().size() > 10);
    assertEquals(Set.copyOf(values(whole)), Set.copyOf(values(parts)));
  }

  @Test
  void shardsLieBesideTheirIndex() throws IOException {
    Path index = folder.resolve("model.weights.json");
    Files.writeString(index, "{\"weight_map\":{\"/vars\":\"../other.h5\"}}");
    ModelFileException refusal =
        assertThrows(ModelFileException.class, () -> ModelArchive.open(KERAS, index));
    assertTrue(refusal.found().contains("../other.h5"));
  }

  @Test
  void weightsAloneAndArchitectureAlone() throws IOException {
    Path weights = unzipped().resolve("model.weights.h5");
    ModelFileException refusal =
        assertThrows(ModelFileException.class, () -> ModelArchive.open(weights));
    assertTrue(refusal.remedy().contains("two files"));
    assertThrows(ModelFileException.class, () -> ModelArchive.open(weights, weights));
  }

  @Test
  void foldersThatAreNoModel() throws IOException {
    Files.writeString(folder.resolve("saved_model.pb"), "");
    ModelFileException refusal =
        assertThrows(ModelFileException.class, () -> ModelArchive.open(folder));
    assertEquals("saved_model.pb", refusal.objectPath());
  }

  /** A crafted file ends the JVM inside libhdf5. */
  @Test
  void libhdf5IsUsedOnlyWhenAskedFor() throws IOException {
    Path packed = Fixtures.folder("hostile/scaleoffset.h5");
    byte[] content = Files.readAllBytes(packed);
    for (Executable opening :
        List.<Executable>of(
            () -> ModelArchive.open(packed),
            () -> ModelArchive.open(content, "bytes"),
            () -> ModelArchive.open(H5, packed))) {
      ModelFileException refusal = assertThrows(ModelFileException.class, opening);
      assertTrue(refusal.found().contains("scaleoffset"), refusal.getMessage());
      assertTrue(refusal.remedy().contains("--libhdf5"), refusal.getMessage());
    }
    assertEquals(
        values(ArchiveReader.WITH_LIBHDF5.open(packed)),
        values(ArchiveReader.WITH_LIBHDF5.open(content, "bytes")));
  }

  @Test
  void fromManyThreads() throws Exception {
    Path packed = Fixtures.folder("hostile/scaleoffset.h5");
    ArchiveReader reader = ArchiveReader.WITH_LIBHDF5;
    List<String> expected = values(reader.open(packed));
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<List<String>>> results = new ArrayList<>();
    for (int i = 0; i < 4 * THREADS; i++) {
      results.add(threads.submit(() -> values(reader.open(packed))));
    }
    for (Future<List<String>> result : results) {
      assertEquals(expected, result.get());
    }
    threads.shutdown();
  }
}
