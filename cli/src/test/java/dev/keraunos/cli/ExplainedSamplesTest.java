package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Classes by their names, what they are taken for, and the samples to look at. */
class ExplainedSamplesTest {
  private static final Path RARE = Cli.CASES.resolve("reference");
  private static final List<String> NAMES = List.of("road", "sky", "tree", "car", "pole");

  @TempDir private Path folder;

  private static Cli explain(Path model, Path data, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("explain-loss", model, data));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray());
  }

  private static Cli rare(Object... more) {
    return explain(RARE.resolve("rare_class.h5"), RARE.resolve("rare_class.npz"), more);
  }

  private Path labels(List<String> names) throws IOException {
    return Files.write(folder.resolve("labels" + names.size() + ".txt"), names);
  }

  @Test
  void classesAreCalledByTheirNames() throws IOException {
    String out = rare("--labels", labels(NAMES)).fine().out();
    assertTrue(out.startsWith("Class 4 (pole) has IoU 23 %, "), out);
    String first = out.replaceAll("\\s+", " ");
    assertTrue(first.contains("* 73 % of class 4 (pole) is taken for class 0 (road)"), out);
    assertTrue(out.contains("0 (road) 73.2 %, 2 (tree) 2.5 %, 3 (car)"), out);
    rare("--labels", labels(NAMES.subList(0, 4))).refused("names of 4 classes, but");
    assertTrue(out.contains("\n     1 (sky)      0.0114181 right"), out);
  }

  @Test
  void namesFitTheOutputs() throws IOException {
    Path prices = Cli.CASES.resolve("keras3/questions/prices_unscaled.keras");
    Cli.run(
            "explain-loss",
            prices,
            prices.resolveSibling("prices_unscaled.npz"),
            "--labels",
            labels(NAMES))
        .refused("but no output has classes");
    Path shifted = Cli.CASES.resolve("keras3/questions/labels_shifted.keras");
    Cli run =
        Cli.run(
            "explain-loss",
            shifted,
            shifted.resolveSibling("labels_shifted.npz"),
            "--labels",
            labels(NAMES.subList(0, 3)));
    assertTrue(run.out().contains("0 (road) for 2 (tree)"), run.out());
  }

  /** What is in the data is what the option says, which wins. */
  @Test
  void theDataMayNameTheClasses() throws IOException {
    Npz data = Npz.read(RARE.resolve("rare_class.npz"));
    Map<String, Tensor> arrays = new LinkedHashMap<>(data.arrays());
    arrays.put("class_names", Tensor.of(NAMES.toArray(String[]::new), NAMES.size()));
    Path named = folder.resolve("named.npz");
    Npz.write(named, arrays);
    Path model = RARE.resolve("rare_class.h5");
    String own = explain(model, named, "--accept-lambda").fine().out();
    assertTrue(own.startsWith("Class 4 (pole) has"), own);
    List<String> others = List.of("a", "b", "c", "d", "e");
    String out = explain(model, named, "--accept-lambda", "--labels", labels(others)).fine().out();
    assertTrue(out.startsWith("Class 4 (e) has"), out);
    arrays.put("class_names", Tensor.of(new float[] {1}, 1));
    Npz.write(named, arrays);
    explain(model, named, "--accept-lambda").refused("class_names: is float32 (1); allowed: texts");
  }

  @Test
  void jsonTellsWhatClassesAreTakenFor() {
    JsonNode classes = rare("--json", "-").fine().json().get("outputs").get(0).get("classes");
    JsonNode taken = classes.get(4).get("takenFor");
    assertEquals(0, taken.get(0).get("index").asInt());
    long missed = 0;
    for (JsonNode other : taken) {
      missed += other.get("positions").asLong();
    }
    double recall = classes.get(4).get("recall").asDouble();
    assertTrue(missed <= Math.round(512 * (1 - recall)), taken::toString);
    assertEquals(375, taken.get(0).get("positions").asLong());
    assertTrue(classes.get(4).get("name").isNull());
  }

  private Document page(Path model, Path data) throws Exception {
    Path file = folder.resolve("page.html");
    explain(model, data, "--html", file).fine();
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(Files.readString(file).getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> texts(Document page, String tag) {
    List<String> texts = new ArrayList<>();
    NodeList all = page.getElementsByTagName(tag);
    for (int i = 0; i < all.getLength(); i++) {
      texts.add(all.item(i).getTextContent());
    }
    return texts;
  }

  private static long count(Document page, String tag, String kind) {
    long count = 0;
    NodeList all = page.getElementsByTagName(tag);
    for (int i = 0; i < all.getLength(); i++) {
      count += ((Element) all.item(i)).getAttribute("class").equals(kind) ? 1 : 0;
    }
    return count;
  }

  /** The input lies beside the classes and scores, of samples of the worst class too. */
  @Test
  void thePageShowsWhatWentIn() throws Exception {
    Document page = page(RARE.resolve("rare_class.h5"), RARE.resolve("rare_class.npz"));
    List<String> captions = texts(page, "figcaption");
    int input = 1;
    assertTrue(captions.get(input).startsWith("image: black "), captions::toString);
    assertTrue(captions.get(input + 1).startsWith("true class"), captions::toString);
    assertTrue(captions.get(input + 2).startsWith("predicted class"), captions::toString);
    assertTrue(captions.get(input + 3).startsWith("score: black "), captions::toString);
    List<String> samples = texts(page, "h4");
    assertTrue(samples.get(4).startsWith("Class 4: sample "), samples::toString);
  }

  /** Padding of a sequence is shaded, where it counts as where it is masked. */
  @Test
  void paddingIsShaded() throws Exception {
    Path questions = Cli.CASES.resolve("keras3/questions");
    for (String name : List.of("padding_counted", "healthy_sequences")) {
      Document page = page(questions.resolve(name + ".keras"), questions.resolve(name + ".npz"));
      assertTrue(count(page, "span", "step pad") > 0, name);
      assertTrue(count(page, "span", "shade") > 0, name);
      assertTrue(count(page, "span", "step") > 0, name);
    }
  }

  /** A regression of one number tells target and prediction; its sum is a bar. */
  @Test
  void theEquationIsABar() throws Exception {
    Path questions = Cli.CASES.resolve("keras3/questions");
    Document page =
        page(
            questions.resolve("multi_output_with_l2.keras"),
            questions.resolve("multi_output_with_l2.npz"));
    assertEquals(1, count(page, "div", "summands"));
    assertTrue(texts(page, "span").contains("regularisers 7.1 %"), texts(page, "span")::toString);
    assertTrue(texts(page, "h4").get(0).contains(": target "), texts(page, "h4")::toString);
    assertFalse(texts(page, "h3").contains("How each class is found"));
  }
}
