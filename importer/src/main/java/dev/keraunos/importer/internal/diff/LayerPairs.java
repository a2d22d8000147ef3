package dev.keraunos.importer.internal.diff;

import dev.keraunos.importer.internal.summary.SavedLayer;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which layers of two models are one: those of the same path, else those whose names differ in the
 * number alone that Keras gave them, in order: first those whose weights have the same shapes, then
 * the others, where both models have as many.
 */
final class LayerPairs {
  /** The layers of the second model by the path in the first. */
  private final Map<String, SavedLayer> pairs = new LinkedHashMap<>();

  private final List<SavedLayer> first;
  private final List<SavedLayer> second;

  /** The paths of the second model's layers in the first. */
  private final Map<String, String> paths = new HashMap<>();

  LayerPairs(List<SavedLayer> first, List<SavedLayer> second) {
    this.first = first;
    this.second = second;
    paths.put("", "");
    match("", "");
  }

  private void match(String parentA, String parentB) {
    List<SavedLayer> a = new ArrayList<>(inside(first, parentA));
    List<SavedLayer> b = new ArrayList<>(inside(second, parentB));
    Map<String, SavedLayer> named = new HashMap<>();
    b.forEach(layer -> named.put(layer.spec().name(), layer));
    for (SavedLayer layer : List.copyOf(a)) {
      SavedLayer same = named.get(layer.spec().name());
      if (same != null) {
        pair(layer, same);
        a.remove(layer);
        b.remove(same);
      }
    }
    Map<String, List<SavedLayer>> left = groups(b);
    groups(a).forEach((kind, layers) -> inOrder(layers, left.getOrDefault(kind, List.of())));
    for (SavedLayer layer : inside(first, parentA)) {
      SavedLayer other = pairs.get(layer.path());
      if (other != null && layer.spec().model().isPresent() && other.spec().model().isPresent()) {
        match(layer.path(), other.path());
      }
    }
  }

  /** Those with arrays of the same shapes; the others where there are as many. */
  private void inOrder(List<SavedLayer> a, List<SavedLayer> b) {
    List<SavedLayer> unmatched = new ArrayList<>();
    List<SavedLayer> others = new ArrayList<>(b);
    for (SavedLayer layer : a) {
      Optional<SavedLayer> alike =
          others.stream().filter(other -> shapes(other).equals(shapes(layer))).findFirst();
      alike.ifPresentOrElse(other -> pair(layer, other), () -> unmatched.add(layer));
      alike.ifPresent(others::remove);
    }
    for (int i = 0; i < unmatched.size() && unmatched.size() == others.size(); i++) {
      pair(unmatched.get(i), others.get(i));
    }
  }

  private static List<Shape> shapes(SavedLayer layer) {
    return layer.arrays().stream().map(array -> array.value().shape()).toList();
  }

  private void pair(SavedLayer a, SavedLayer b) {
    pairs.put(a.path(), b);
    paths.put(b.path(), a.path());
  }

  private static List<SavedLayer> inside(List<SavedLayer> layers, String parent) {
    return layers.stream().filter(layer -> layer.parent().equals(parent)).toList();
  }

  private static Map<String, List<SavedLayer>> groups(List<SavedLayer> layers) {
    return layers.stream()
        .collect(
            Collectors.groupingBy(
                layer -> layer.spec().className() + " " + unnumbered(layer.spec().name()),
                LinkedHashMap::new,
                Collectors.toList()));
  }

  /** A name without the number that Keras gave it. */
  static String unnumbered(String name) {
    return name.replaceFirst("_\\d+$", "");
  }

  /** The layer of the second model that a layer of the first is. */
  Optional<SavedLayer> of(SavedLayer layer) {
    return Optional.ofNullable(pairs.get(layer.path()));
  }

  /** The layers of the second model that the first has not. */
  List<SavedLayer> added() {
    return second.stream().filter(layer -> !paths.containsKey(layer.path())).toList();
  }

  /** What a source of a call in the second model is called in the first. */
  String inFirst(String source) {
    for (int end = source.length(); end > 0; end--) {
      String path = paths.get(source.substring(0, end));
      boolean whole = end == source.length() || "#:".indexOf(source.charAt(end)) >= 0;
      if (path != null && whole) {
        return path + source.substring(end);
      }
    }
    return source;
  }
}
