package dev.keraunos.importer.internal.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.keraunos.importer.internal.summary.ModelContents;
import dev.keraunos.importer.internal.summary.SavedLayer;
import dev.keraunos.importer.internal.summary.Settings;
import dev.keraunos.importer.internal.topology.InputSpec;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How the files of two models differ, whatever format and Keras they are of. Layers are matched by
 * path; where Keras numbered them otherwise, in order.
 *
 * @param a the name of the first file
 * @param b that of the second
 * @param layers how many layers both have
 * @param compared how many arrays both have
 * @param topology layers, names, connections, inputs and outputs
 * @param settings of layers, by key
 * @param arrays the weights
 * @param compiled what the models were compiled with
 */
public record FileDiff(
    String a,
    String b,
    int layers,
    int compared,
    List<Change> topology,
    List<Change> settings,
    List<ArrayChange> arrays,
    List<Change> compiled) {

  /**
   * One difference.
   *
   * @param path of the layer, in the first model where it has it; empty for the model itself
   * @param a in the first model; null where it has nothing
   * @param b in the second
   */
  public record Change(String path, String key, JsonNode a, JsonNode b) {}

  /** Compares two models. */
  public static FileDiff of(ModelContents a, ModelContents b) {
    return new Comparison(a, b).compare();
  }

  /** Whether nothing differs. */
  public boolean isEmpty() {
    return topology.isEmpty() && settings.isEmpty() && arrays.isEmpty() && compiled.isEmpty();
  }

  /** What has been found so far. */
  private static final class Comparison {
    private static final String OPTIMIZER = "optimizer";

    private final ModelContents a;
    private final ModelContents b;
    private final LayerPairs pairs;
    private final List<Change> topology = new ArrayList<>();
    private final List<Change> settings = new ArrayList<>();
    private final List<ArrayChange> arrays = new ArrayList<>();
    private int layers;
    private int compared;

    Comparison(ModelContents a, ModelContents b) {
      this.a = a;
      this.b = b;
      this.pairs = new LayerPairs(a.layers(), b.layers());
    }

    FileDiff compare() {
      ports();
      for (SavedLayer layer : a.layers()) {
        Optional<SavedLayer> other = pairs.of(layer);
        if (other.isPresent()) {
          layers++;
          pair(layer, other.get());
        } else {
          change(topology, layer.path(), "layer", text(layer.spec().className()), none());
          layer.arrays().forEach(x -> arrays.add(ArrayChange.onlyInFirst(layer.path(), x)));
        }
      }
      for (SavedLayer layer : pairs.added()) {
        change(topology, layer.path(), "layer", none(), text(layer.spec().className()));
        layer.arrays().forEach(x -> arrays.add(ArrayChange.onlyInSecond(layer.path(), x)));
      }
      List<Change> compiled = new ArrayList<>();
      maps("", Settings.compiled(a.training()), Settings.compiled(b.training()), compiled);
      if (compiled.stream().anyMatch(change -> change.key().equals(OPTIMIZER))) {
        compiled.removeIf( // settings that only one of two optimizers has
            c -> c.key().startsWith(OPTIMIZER + ".") && (c.a().isNull() || c.b().isNull()));
        compiled.removeIf( // Adam, beside one that was given by its name
            c -> c.key().equals(OPTIMIZER) && c.a().asText().equalsIgnoreCase(c.b().asText()));
      }
      return new FileDiff(
          a.archive().name(),
          b.archive().name(),
          layers,
          compared,
          List.copyOf(topology),
          List.copyOf(settings),
          List.copyOf(arrays),
          List.copyOf(compiled));
    }

    private void pair(SavedLayer one, SavedLayer other) {
      String path = one.path();
      change(topology, path, "name", text(one.spec().name()), text(other.spec().name()));
      String classA = one.spec().registeredName();
      String classB = other.spec().registeredName();
      boolean same = one.spec().className().equals(other.spec().className());
      if (!same || (classA.contains(">") && classB.contains(">"))) {
        change(topology, path, "class", text(classA), text(classB));
      }
      if (same) {
        maps(path, Settings.of(one.spec()), Settings.of(other.spec()), settings);
      }
      int calls = Math.max(one.calls().size(), other.calls().size());
      for (int i = 0; i < calls; i++) {
        String key = calls == 1 ? "connected to" : "call " + i + " connected to";
        change(topology, path, key, call(one, i, false), call(other, i, true));
      }
      weights(one, other);
    }

    /** What a call takes, in the names of the first model. */
    private JsonNode call(SavedLayer layer, int index, boolean second) {
      if (index >= layer.calls().size()) {
        return none();
      }
      SavedLayer.Call call = layer.calls().get(index);
      List<String> given = new ArrayList<>(call.sources());
      if (second) {
        given.replaceAll(pairs::inFirst);
        given.replaceAll(this::input);
      }
      if (!call.arguments().isEmpty()) {
        given.add("(" + call.arguments() + ")");
      }
      return text(String.join(", ", given));
    }

    /** An input that is no layer, as a Sequential has it, counts by its place. */
    private String input(String source) {
      List<InputSpec> inputs = b.topology().inputs();
      for (int i = 0; i < inputs.size() && i < a.topology().inputs().size(); i++) {
        if (inputs.get(i).name().equals(source)) {
          return a.topology().inputs().get(i).name();
        }
      }
      return source;
    }

    private void weights(SavedLayer one, SavedLayer other) {
      Map<String, SavedLayer.Array> left = new LinkedHashMap<>();
      other.arrays().forEach(array -> left.put(array.name(), array));
      List<SavedLayer.Array> unmatched = new ArrayList<>();
      for (SavedLayer.Array array : one.arrays()) {
        SavedLayer.Array same = left.remove(array.name());
        if (same == null) {
          unmatched.add(array);
        } else {
          array(one.path(), array, same);
        }
      }
      List<SavedLayer.Array> added = new ArrayList<>(left.values());
      boolean inOrder = unmatched.size() == added.size(); // one format has names, another numbers
      for (int i = 0; i < unmatched.size() && inOrder; i++) {
        array(one.path(), unmatched.get(i), added.get(i));
      }
      if (!inOrder) {
        unmatched.forEach(array -> arrays.add(ArrayChange.onlyInFirst(one.path(), array)));
        added.forEach(array -> arrays.add(ArrayChange.onlyInSecond(one.path(), array)));
      }
    }

    private void array(String path, SavedLayer.Array one, SavedLayer.Array other) {
      compared++;
      ArrayChange.of(path, one, other).ifPresent(arrays::add);
    }

    private void ports() {
      List<InputSpec> inputsA = a.topology().inputs();
      List<InputSpec> inputsB = b.topology().inputs();
      for (int i = 0; i < Math.max(inputsA.size(), inputsB.size()); i++) {
        JsonNode one = i < inputsA.size() ? text(describe(inputsA.get(i))) : none();
        JsonNode other = i < inputsB.size() ? text(describe(inputsB.get(i))) : none();
        change(topology, "", "input " + i, one, other);
      }
      JsonNode outputsA = text(String.join(", ", a.topology().outputNames()));
      JsonNode outputsB = text(String.join(", ", b.topology().outputNames()));
      change(topology, "", "outputs", outputsA, outputsB);
    }

    private static String describe(InputSpec input) {
      String shape = input.batchShape().map(Shape::toString).orElse("of unknown shape");
      return input.name() + " " + input.dtype() + " " + shape;
    }

    private static void maps(
        String path, Map<String, JsonNode> a, Map<String, JsonNode> b, List<Change> found) {
      Set<String> keys = new LinkedHashSet<>(a.keySet());
      keys.addAll(b.keySet());
      for (String key : keys) {
        change(found, path, key, a.getOrDefault(key, none()), b.getOrDefault(key, none()));
      }
    }

    private static void change(
        List<Change> found, String path, String key, JsonNode a, JsonNode b) {
      if (!a.equals(b)) {
        found.add(new Change(path, key, a, b));
      }
    }

    private static JsonNode text(String text) {
      return TextNode.valueOf(text);
    }

    private static JsonNode none() {
      return NullNode.instance;
    }
  }
}
