package dev.keraunos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {
  private static final Labels ANIMALS = Labels.of("cat", "dog", "eel");

  @TempDir Path folder;

  @Test
  void theHighestComeFirstAndTheLaterOfEqualOnes() {
    float[] scores = {0.25f, 0.5f, 0.25f};
    assertEquals(
        List.of(
            new Labels.Ranked("dog", 1, 0.5),
            new Labels.Ranked("eel", 2, 0.25),
            new Labels.Ranked("cat", 0, 0.25)),
        ANIMALS.top(scores, 5));
    assertEquals(List.of(new Labels.Ranked("dog", 1, 0.5)), ANIMALS.top(scores, 1));
  }

  @Test
  void everyStepOfEverySampleIsRanked() {
    float[][][] scores = {{{1, 2, 3}, {3, 2, 1}}};
    assertEquals(
        List.of("eel", "cat"),
        ANIMALS.top(Tensor.of(scores), 1).stream().map(top -> top.get(0).label()).toList());
  }

  @Test
  void twoLabelsOfOneNumber() {
    assertEquals(
        List.of(new Labels.Ranked("no", 0, 0.75), new Labels.Ranked("yes", 1, 0.25)),
        Labels.of("no", "yes").top(new float[] {0.25f}, 2));
  }

  @Test
  void aFileHasALabelOnEachLine() throws IOException {
    Path file = folder.resolve("labels.txt");
    Files.writeString(file, "\uFEFFcat\r\nZürich dog \n eel\n\n");
    assertEquals(List.of("cat", "Zürich dog", "eel"), Labels.read(file).names());
    Files.writeString(file, "cat\n\neel\n");
    assertTrue(refused(() -> Labels.read(file)).contains("line 2 is blank"));
    Files.writeString(file, "[\"cat\", \"eel\"]");
    assertEquals(List.of("cat", "eel"), Labels.read(file).names());
    Files.writeString(file, "\n");
    assertThrows(InputException.class, () -> Labels.read(file));
    assertThrows(UncheckedIOException.class, () -> Labels.read(folder.resolve("none.txt")));
  }

  /** The labels of {@code fixtures/recorder/pictures.py}, in the form of Keras' file. */
  @Test
  void predictionsAreDecodedAsKerasDoes() throws IOException {
    Path file = folder.resolve("imagenet_class_index.json");
    Files.writeString(
        file,
        IntStream.range(0, 1000)
            .mapToObj(i -> String.format("\"%d\": [\"n%08d\", \"thing %d\"]", i, i, i))
            .collect(Collectors.joining(", ", "{", "}")));
    var arrays = Npz.read(Path.of("../integrations/images/src/test/cases/decoded.npz")).arrays();
    List<List<Labels.Ranked>> decoded = Labels.read(file).top(arrays.get("probabilities"), 4);
    for (int i = 0; i < 12; i++) {
      Labels.Ranked found = decoded.get(i / 4).get(i % 4);
      assertEquals(arrays.get("indices").getLong(i), found.index());
      assertEquals(arrays.get("scores").getDouble(i), found.score());
      assertEquals("thing " + found.index(), found.label());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"1\": [\"n\", \"x\"]}",
        "{\"0\": \"x\"}",
        "{\"0\": [\"n\", 3]}",
        "{\"0\": ",
        "{}"
      })
  void brokenJsonIsRefused(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("labels.json"), text);
    assertFalse(refused(() -> Labels.read(file)).isEmpty());
  }

  @Test
  void whatCannotBeRankedIsRefused() {
    assertTrue(refused(() -> ANIMALS.top(new float[6], 1)).contains("3 labels for 6 scores"));
    assertTrue(refused(() -> ANIMALS.top(new float[3], 0)).contains("at least 1"));
    float[] broken = {1, Float.NaN, 0};
    assertTrue(refused(() -> ANIMALS.top(broken, 1)).contains("class 1 ('dog') is NaN"));
    assertThrows(InputException.class, Labels::of);
  }

  private static String refused(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(InputException.class, call).getMessage();
  }
}
