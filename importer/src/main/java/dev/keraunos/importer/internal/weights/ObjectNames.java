package dev.keraunos.importer.internal.weights;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names that objects in a list get in a v3 store, from their classes and how often those came
 * before.
 */
enum ObjectNames {
  /** Keras 3: every object of the list counts. */
  KERAS_3 {
    @Override
    List<String> of(List<Saveable> layers) {
      Saveable.Counter counter = new Saveable.Counter();
      List<String> names = new ArrayList<>();
      for (Saveable layer : layers) {
        String name = snakeCase(layer);
        names.add(numbered(name, counter.next(name)));
      }
      return names;
    }
  },

  /** TF-Keras 2.14 and later: an object seen before keeps its name and does not count. */
  TF_KERAS_2_14 {
    @Override
    List<String> of(List<Saveable> layers) {
      Saveable.Counter counter = new Saveable.Counter();
      Map<Saveable, String> known = new HashMap<>();
      List<String> names = new ArrayList<>();
      for (Saveable layer : layers) {
        String name = snakeCase(layer);
        names.add(known.computeIfAbsent(layer, unused -> numbered(name, counter.next(name))));
      }
      return names;
    }
  },

  /** Keras 2.12 and 2.13 walk a dict that lists each layer with weights twice. */
  TF_KERAS_2_12 {
    @Override
    List<String> of(List<Saveable> layers) {
      Saveable.Counter counter = new Saveable.Counter();
      Set<Saveable> known = new HashSet<>();
      List<String> names = new ArrayList<>();
      for (Saveable layer : layers) {
        String name = snakeCase(layer);
        names.add(numbered(name, counter.count(name)));
        boolean weighted = layer.takesArrays();
        counter.add(name, weighted && known.add(layer) ? 2 : 1);
      }
      return names;
    }
  };

  private static final Pattern NON_WORD = Pattern.compile("\\W+");
  private static final Pattern WORD_START = Pattern.compile("(.)([A-Z][a-z]+)");
  private static final Pattern CAPITAL = Pattern.compile("([a-z])([A-Z])");

  /** The name of each layer of a container; a repeated layer may get several. */
  abstract List<String> of(List<Saveable> layers);

  static String numbered(String name, int earlier) {
    return earlier == 0 ? name : name + "_" + earlier;
  }

  /** The name of a layer's Python class in snake case. */
  static String snakeCase(Saveable layer) {
    String className = layer.layer().orElseThrow().className();
    boolean exportedOtherwise = className.equals("GroupQueryAttention");
    return snakeCase(exportedOtherwise ? "GroupedQueryAttention" : className);
  }

  /** Keras' {@code to_snake_case} (keras/src/utils/naming.py). */
  static String snakeCase(String className) {
    String name = NON_WORD.matcher(className).replaceAll("");
    name = WORD_START.matcher(name).replaceAll("$1_$2");
    return CAPITAL.matcher(name).replaceAll("$1_$2").toLowerCase(Locale.ROOT);
  }
}
