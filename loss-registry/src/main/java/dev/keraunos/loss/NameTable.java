package dev.keraunos.loss;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Factories by Keras name, whatever its case style. */
final class NameTable<F> {
  /**
   * What a name stands for.
   *
   * @param name of the function, without aliases
   * @param origin who brought it
   */
  record Entry<F>(String name, F factory, String origin) {}

  /** The origin of what Keras itself brings. */
  static final String KERAS = "Keras";

  private final String kind;
  private final String stub;
  private final Map<String, Entry<F>> exact = new LinkedHashMap<>();
  private final Map<String, Entry<F>> snake = new LinkedHashMap<>();

  NameTable(String kind, String stub) {
    this.kind = kind;
    this.stub = stub;
  }

  /** Adds what Keras itself brings. */
  void put(F factory, String name, String... aliases) {
    Entry<F> entry = new Entry<>(name, factory, KERAS);
    put(name, entry);
    for (String alias : aliases) {
      put(alias, entry);
    }
  }

  void put(String name, Entry<F> entry) {
    exact.put(name, entry);
    snake.put(snake(name), entry);
  }

  NameTable<F> copy() {
    NameTable<F> copy = new NameTable<>(kind, stub);
    copy.exact.putAll(exact);
    copy.snake.putAll(snake);
    return copy;
  }

  Entry<F> get(SavedObject saved) {
    return find(saved)
        .orElseThrow(
            () -> {
              String name = saved.name();
              return new UnknownNameException(
                  kind, name, saved.config().toString(), nearest(name), String.format(stub, name));
            });
  }

  Optional<Entry<F>> find(SavedObject saved) {
    for (String name : saved.names()) {
      if (exact.containsKey(name)) {
        return Optional.of(exact.get(name));
      }
    }
    for (String name : saved.names()) {
      if (snake.containsKey(snake(name))) {
        return Optional.of(snake.get(snake(name)));
      }
    }
    return Optional.empty();
  }

  private List<String> nearest(String name) {
    List<String> names = new ArrayList<>(exact.keySet());
    names.sort(Comparator.comparingInt(other -> distance(snake(name), snake(other))));
    return names.subList(0, Math.min(3, names.size()));
  }

  /** Keras' {@code to_snake_case}: {@code MeanIoU} is {@code mean_io_u}. */
  private static String snake(String name) {
    return name.replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
        .replaceAll("([a-z])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }

  /** The edit distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
