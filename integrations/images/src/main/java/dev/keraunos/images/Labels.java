package dev.keraunos.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The names of classes, to tell the likeliest of them: {@code decode_predictions} with labels of
 * your own. None are shipped.
 */
public final class Labels {
  /**
   * A class that a model takes for likely.
   *
   * @param index its place among the outputs
   * @param id its identifier in the file of labels ({@code n02123045}), or empty
   * @param label its name
   * @param score what the model gave
   */
  public record Prediction(int index, String id, String label, float score) {}

  private record Entry(String id, String label) {}

  private final List<Entry> entries;

  private Labels(List<Entry> entries) {
    this.entries = entries;
  }

  /** Names in the order of the outputs. */
  public static Labels of(List<String> names) {
    return new Labels(names.stream().map(name -> new Entry("", name)).toList());
  }

  /**
   * Reads a file in the form of Keras' {@code imagenet_class_index.json}, {@code {"0":
   * ["n01440764", "tench"], ...}}, or of any other text, which holds a name in each line.
   *
   * @throws InputException if it cannot be read, or misses an index
   */
  public static Labels read(Path file) {
    try {
      String text = Files.readString(file).strip();
      return text.startsWith("{")
          ? indexed(new JsonMapper().readTree(text), file)
          : of(text.lines().toList());
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read as labels: " + e.getMessage(), e);
    }
  }

  private static Labels indexed(JsonNode json, Path file) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      JsonNode entry = json.path(Integer.toString(i));
      if (!entry.path(0).isTextual() || !entry.path(1).isTextual()) {
        throw new InputException(
            file
                + ": key '"
                + i
                + "' of "
                + json.size()
                + " should be an identifier and a name, such as [\"n01440764\", \"tench\"]; found "
                + (entry.isMissingNode() ? "nothing" : entry));
      }
      entries.add(new Entry(entry.path(0).asText(), entry.path(1).asText()));
    }
    return new Labels(entries);
  }

  /**
   * The {@code top} likeliest classes of one picture, the likeliest first; of equal ones the later.
   *
   * @param scores one for each label
   * @throws InputException if there are more or fewer, or {@code top} is below 1
   */
  public List<Prediction> decode(float[] scores, int top) {
    if (scores.length != entries.size()) {
      throw new InputException(
          scores.length + " scores of a picture for " + entries.size() + " labels; give one each");
    }
    if (top < 1) {
      throw new InputException("the " + top + " likeliest classes; ask for 1 or more");
    }
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(
            Comparator.<Integer>comparingDouble(i -> scores[i] + 0.0)
                .thenComparing(i -> i)
                .reversed())
        .limit(top)
        .map(i -> new Prediction(i, entries.get(i).id, entries.get(i).label, scores[i]))
        .toList();
  }

  /**
   * The same of every picture of a batch.
   *
   * @param scores (pictures, labels)
   */
  public List<List<Prediction>> decode(Tensor scores, int top) {
    if (scores.shape().rank() != 2) {
      throw new InputException(
          "scores of the shape " + scores.shape() + "; they should be (pictures, labels)");
    }
    List<List<Prediction>> decoded = new ArrayList<>();
    for (long i = 0; i < scores.shape().dim(0); i++) {
      decoded.add(decode(scores.rows(i, i + 1).toFloatArray(), top));
    }
    return decoded;
  }
}
