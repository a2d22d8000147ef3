package dev.keraunos.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import java.io.IOException;
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
  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("labels"), text);
  }

  /** The labels of the recorder, in the form of Keras' file. */
  private Labels recorded() throws IOException {
    return Labels.read(
        file(
            IntStream.range(0, 1000)
                .mapToObj(i -> String.format("\"%d\": [\"n%08d\", \"thing %d\"]", i, i, i))
                .collect(Collectors.joining(", ", "{", "}"))));
  }

  @Test
  void predictionsAreThoseOfKeras() throws IOException {
    var arrays = Npz.read(Path.of("src/test/cases/decoded.npz")).arrays();
    List<List<Labels.Prediction>> decoded = recorded().decode(arrays.get("probabilities"), 4);
    assertEquals(3, decoded.size());
    for (int row = 0; row < 3; row++) {
      for (int i = 0; i < 4; i++) {
        Labels.Prediction found = decoded.get(row).get(i);
        assertEquals(arrays.get("indices").getLong(row * 4 + i), found.index());
        assertEquals((float) arrays.get("scores").getDouble(row * 4 + i), found.score());
        assertEquals("thing " + found.index(), found.label());
        assertEquals(String.format("n%08d", found.index()), found.id());
      }
    }
  }

  @Test
  void linesAreNamesToo() throws IOException {
    Labels labels = Labels.read(file("cat\ndog\nred fox\n"));
    List<Labels.Prediction> found = labels.decode(new float[] {0.1f, 0.5f, 0.5f}, 9);
    assertEquals("[red fox, dog, cat]", found.stream().map(p -> p.label()).toList().toString());
    assertEquals(
        found,
        Labels.of(List.of("cat", "dog", "red fox")).decode(new float[] {0.1f, 0.5f, 0.5f}, 3));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"1\": [\"n\", \"x\"]}", "{\"0\": \"x\"}", "{\"0\": [\"n\", 3]}", "{\"0\": "})
  void whatAreNoLabelsIsRefused(String text) throws IOException {
    Path file = file(text);
    InputException e = assertThrows(InputException.class, () -> Labels.read(file));
    assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Labels labels = Labels.of(List.of("cat", "dog"));
    assertThrows(InputException.class, () -> labels.decode(new float[3], 1));
    assertThrows(InputException.class, () -> labels.decode(new float[2], 0));
    assertThrows(InputException.class, () -> labels.decode(Tensor.of(new float[2]), 1));
    assertThrows(InputException.class, () -> Labels.read(folder.resolve("none")));
  }
}
