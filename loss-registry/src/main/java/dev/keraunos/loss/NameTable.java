package dev.keraunos.loss;

import dev.keraunos.error.NearestNames;
import java.util.LinkedHashMap;
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
                  kind,
                  name,
                  saved.config().toString(),
                  NearestNames.of(name, exact.keySet(), NameTable::snake),
                  String.format(stub, name));
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

  /** Keras' {@code to_snake_case}: {@code MeanIoU} is {@code mean_io_u}. */
  private static String snake(String name) {
    return name.replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
        .replaceAll("([a-z])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }
}
