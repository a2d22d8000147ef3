package dev.keraunos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The names of classes, in the order of the model's scores.
 *
 * <pre>{@code
 * for (Labels.Ranked found : Labels.read(Path.of("labels.txt")).top(model.predict(pixels), 5)) {
 *   System.out.println(found.label() + " " + found.score());
 * }
 * }</pre>
 *
 * @param names class 0 first
 */
public record Labels(List<String> names) {
  /**
   * A class among others of one prediction.
   *
   * @param label its name
   * @param index its number
   * @param score what the model computed for it
   */
  public record Ranked(String label, int index, double score) {}

  /**
   * Labels of these names.
   *
   * @throws InputException if there are none
   */
  public Labels {
    names = List.copyOf(names);
    if (names.isEmpty()) {
      throw new InputException("there are no labels; allowed: one for each class");
    }
  }

  /** Labels of these names, class 0 first. */
  public static Labels of(String... names) {
    return new Labels(List.of(names));
  }

  /**
   * Labels from a file of UTF-8 text, one on each line, class 0 first, or in the form of Keras'
   * {@code imagenet_class_index.json}, {@code {"0": ["n01440764", "tench"], ...}}, or a list of
   * names. Blank lines at the end are left out, and so are blanks around a name.
   *
   * @throws InputException if a line in between is blank, a class is missing, or there is none
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Labels read(Path file) {
    try {
      String text = Files.readString(file).replace("\uFEFF", "").strip();
      return text.startsWith("{") || text.startsWith("[")
          ? indexed(new JsonMapper().readTree(text), file)
          : lined(text, file);
    } catch (JsonProcessingException e) {
      throw new InputException(file + ": this JSON is broken: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("the labels '" + file + "' cannot be read: " + e, e);
    }
  }

  private static Labels indexed(JsonNode json, Path file) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      JsonNode entry = json.isArray() ? json.get(i) : json.path(Integer.toString(i));
      JsonNode name = entry.isTextual() && json.isArray() ? entry : entry.path(1);
      if (!name.isTextual()) {
        throw new InputException(
            String.format(
                "%s: key '%d' of %d is %s; allowed: an identifier and a name, such as"
                    + " [\"n01440764\", \"tench\"]",
                file, i, json.size(), entry.isMissingNode() ? "missing" : entry));
      }
      names.add(name.asText());
    }
    return new Labels(names);
  }

  private static Labels lined(String text, Path file) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    lines.replaceAll(String::strip);
    int blank = lines.indexOf("");
    if (blank >= 0) {
      throw new InputException(
          file
              + ": line "
              + (blank + 1)
              + " is blank; allowed: a label for each class, one a line");
    }
    return new Labels(lines);
  }

  /**
   * The classes of the highest scores of one sample, the highest first; of equal ones the later, as
   * {@code keras.applications.imagenet_utils.decode_predictions} has them.
   *
   * @param scores one for each label; of a model with a single number, two labels tell what is
   *     below and above one half, and their scores are 1-p and p
   * @param most how many classes at most
   * @throws InputException if the scores are not as many as the labels, one is NaN, or {@code most}
   *     is below 1
   */
  public List<Ranked> top(float[] scores, int most) {
    double[] exact = IntStream.range(0, scores.length).mapToDouble(i -> scores[i]).toArray();
    return ranked(exact, most);
  }

  /**
   * The same for each position of a prediction of shape (samples, ..., classes): each sample, or
   * each step of each, in row-major order.
   *
   * @throws InputException as {@link #top(float[], int)}
   */
  public List<List<Ranked>> top(Tensor scores, int most) {
    Shape shape = scores.shape();
    int width = shape.rank() == 0 ? 1 : Math.toIntExact(shape.dim(-1));
    List<List<Ranked>> all = new ArrayList<>();
    double[] row = new double[width];
    for (long at = 0; at < scores.size(); at += width) {
      scores.read(at, row, 0, width);
      all.add(ranked(row, most));
    }
    return all;
  }

  private List<Ranked> ranked(double[] given, int most) {
    double[] scores =
        given.length == 1 && names.size() == 2 ? new double[] {1 - given[0], given[0]} : given;
    if (scores.length != names.size()) {
      throw new InputException(
          "there are "
              + names.size()
              + " labels for "
              + scores.length
              + " scores; give the scores of one sample, or a Tensor (samples, classes), and a"
              + " label for each class");
    }
    if (most < 1) {
      throw new InputException("the number of classes to rank must be at least 1, not " + most);
    }
    List<Ranked> ranked = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      if (Double.isNaN(scores[i])) {
        throw new InputException(
            "the score of class " + i + " ('" + names.get(i) + "') is NaN, so none is the highest");
      }
      ranked.add(new Ranked(names.get(i), i, scores[i]));
    }
    ranked.sort(Comparator.comparingDouble(Ranked::score).thenComparing(Ranked::index).reversed());
    return List.copyOf(ranked.subList(0, Math.min(most, ranked.size())));
  }
}
