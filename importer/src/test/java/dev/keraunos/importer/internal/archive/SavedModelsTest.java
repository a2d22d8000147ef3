package dev.keraunos.importer.internal.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.importer.internal.ImportedModel;
import dev.keraunos.keras.ModelFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SavedModelsTest {
  private static final String NEW = "saved_model/tf_keras2.21.0/functional";
  private static final String OLD = "saved_model/tensorflow2.4.4/functional";
  private static final String TABLES = "saved_model/tf_keras2.21.0/lookups";
  private static final String OLD_TABLES = "saved_model/tensorflow2.4.4/texts";
  private static final int FLIPS = 150;

  @TempDir Path folder;

  private static List<String> values(ModelArchive archive) {
    List<String> values = new ArrayList<>();
    for (StoredArray array : archive.weights().arrays()) {
      values.add(array.name() + Arrays.toString(array.value().toDoubleArray()));
    }
    values.add(archive.config().toString());
    values.add(archive.training().toString());
    return values;
  }

  private void unzip(Path zip) throws IOException {
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Path file = folder.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, in.readAllBytes());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {NEW, OLD})
  void isTheSameInEveryForm(String model) throws IOException {
    Path zip = Fixtures.folder(model + ".zip");
    List<String> values = values(ModelArchive.open(zip));
    assertTrue(values.size() > 15);
    unzip(zip);
    assertEquals(values, values(ModelArchive.open(folder)));
    assertEquals(values, values(ModelArchive.open(folder.resolve("saved_model.pb"))));
    assertEquals(values, values(ModelArchive.open(folder, folder)));
    assertEquals(values, values(ModelArchive.open(zip, zip)));
    byte[] content = Files.readAllBytes(zip);
    assertEquals(values, values(ModelArchive.open(content, "bytes")));
    assertEquals(values, values(ModelArchive.open(new ByteArrayInputStream(content), "stream")));
    assertEquals(values, values(ModelArchive.open(inAFolder(), "zip")));
  }

  /** A zip archive of the folder itself, as file managers make it. */
  private byte[] inAFolder() throws IOException {
    Path target = Files.createTempFile("keraunos", ".zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(target))) {
      for (String name :
          List.of(
              "saved_model.pb",
              "keras_metadata.pb",
              "variables/variables.index",
              "variables/variables.data-00000-of-00001")) {
        if (Files.exists(folder.resolve(name))) {
          out.putNextEntry(new ZipEntry("model/" + name));
          out.write(Files.readAllBytes(folder.resolve(name)));
          out.closeEntry();
        }
      }
    }
    byte[] content = Files.readAllBytes(target);
    Files.delete(target);
    return content;
  }

  @Test
  void checkpointsAreFoundByEveryName() throws IOException {
    Path json = Fixtures.folder(NEW + "-checkpoint.json");
    Path prefix = json.resolveSibling("functional-checkpoint");
    List<String> values = values(ModelArchive.open(json, prefix));
    assertTrue(values.size() > 15);
    assertEquals(
        values,
        values(ModelArchive.open(json, prefix.resolveSibling("functional-checkpoint.index"))));
    for (String suffix : List.of(".index", ".data-00000-of-00001")) {
      Files.copy(Path.of(prefix + suffix), folder.resolve("functional-checkpoint" + suffix));
    }
    Files.writeString(
        folder.resolve("checkpoint"), "model_checkpoint_path: \"functional-checkpoint\"\n");
    assertEquals(values, values(ModelArchive.open(json, folder)));
    ModelFileException alone =
        assertThrows(ModelFileException.class, () -> ModelArchive.open(folder));
    assertTrue(alone.getMessage().contains("two files"), alone.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "exported.zip, what model.export of Keras 3 writes",
    "module.zip, a SavedModel of no Keras model",
    "subclassed.zip, 'a subclassed model Own with the variables [own/inside/kernel,'",
    "tensorflow1.zip, an export of TensorFlow 1",
    "frozen.pb, 'a graph of TensorFlow operations, as of a frozen model'"
  })
  void whatIsNoKerasModelIsNamed(String file, String found) throws IOException {
    Path path = Fixtures.folder("saved_model/refused/" + file);
    byte[] content = Files.readAllBytes(path);
    for (ModelFileException refusal :
        List.of(
            assertThrows(ModelFileException.class, () -> ModelArchive.open(path)),
            assertThrows(ModelFileException.class, () -> ModelArchive.open(content, file)))) {
      assertTrue(refusal.found().contains(found), refusal.getMessage());
      assertTrue(!refusal.remedy().isEmpty(), refusal.getMessage());
    }
  }

  @Test
  void variablesOfASubclassedModelAreNamed() {
    try (ModelArchive archive =
        ModelArchive.open(Fixtures.folder("saved_model/refused/subclassed_keras3.zip"))) {
      ModelFileException refusal =
          assertThrows(ModelFileException.class, () -> ImportedModel.topology(archive));
      assertTrue(refusal.getMessage().contains("Own"), refusal.getMessage());
      assertTrue(refusal.found().contains("[/inside/vars/0, /inside/vars/1]"), refusal.found());
      assertTrue(refusal.remedy().contains("functional API"), refusal.remedy());
    }
  }

  @Test
  void pointersOfGitLfsAndPartsOfSavedModelsAreNamed() throws IOException {
    byte[] pointer =
        "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8);
    assertTrue(refusal(pointer).remedy().contains("git lfs pull"));
    unzip(Fixtures.folder(NEW + ".zip"));
    byte[] graph = Files.readAllBytes(folder.resolve("saved_model.pb"));
    assertTrue(refusal(graph).remedy().contains("folder"));
    byte[] index = Files.readAllBytes(folder.resolve("variables/variables.index"));
    assertTrue(refusal(index).found().contains("index"));
    Files.delete(folder.resolve("variables/variables.data-00000-of-00001"));
    ModelFileException missing =
        assertThrows(ModelFileException.class, () -> ModelArchive.open(folder));
    assertTrue(missing.getMessage().contains("variables.data-00000-of-00001"));
  }

  private static ModelFileException refusal(byte[] content) {
    return assertThrows(ModelFileException.class, () -> ModelArchive.open(content, "file"));
  }

  /** Checksums cover the index and the numbers; of the texts only the shape is known. */
  @ParameterizedTest
  @CsvSource({
    NEW + ", variables/variables.index, true",
    NEW + ", variables/variables.data-00000-of-00001, true",
    NEW + ", keras_metadata.pb, false",
    NEW + ", saved_model.pb, false",
    OLD + ", saved_model.pb, false",
    TABLES + ", saved_model.pb, false",
    OLD_TABLES + ", variables/variables.data-00000-of-00001, true"
  })
  void damageIsRefusedOrDoesNoHarm(String model, String file, boolean checked) throws IOException {
    unzip(Fixtures.folder(model + ".zip"));
    List<String> values = values(ModelArchive.open(folder));
    byte[] good = Files.readAllBytes(folder.resolve(file));
    for (int i = 0; i < FLIPS; i++) {
      byte[] flipped = good.clone();
      flipped[(int) ((long) good.length * i / FLIPS)] ^= (byte) (1 << i % 8);
      open(file, flipped, checked ? values : List.of());
      open(file, Arrays.copyOf(good, good.length * i / FLIPS), checked ? values : List.of());
    }
  }

  @Test
  void vocabulariesComeFromTablesAndFiles() throws IOException {
    unzip(Fixtures.folder(TABLES + ".zip"));
    String config = ModelArchive.open(folder).config().toString();
    for (String vocabulary :
        List.of("[\"red\",\"green\",\"blue\"]", "[\"b\",\"d\",\"é\",\"a\"]", "[5,9,-7]")) {
      assertTrue(config.contains("\"vocabulary\":" + vocabulary), config);
    }
    Files.delete(folder.resolve("assets/letters.txt"));
    ModelFileException missing =
        assertThrows(ModelFileException.class, () -> ModelArchive.open(folder));
    assertTrue(missing.getMessage().contains("assets/letters.txt"), missing.getMessage());
  }

  private void open(String file, byte[] content, List<String> values) throws IOException {
    Files.write(folder.resolve(file), content);
    try (ModelArchive archive = ModelArchive.open(folder)) {
      if (!values.isEmpty()) {
        assertEquals(values, values(archive));
      }
    } catch (ModelFileException e) {
      assertTrue(!e.found().isEmpty());
    }
  }
}
