package dev.keraunos.keras.internal.names;

import dev.keraunos.keras.UnknownNameException;
import dev.keraunos.keras.config.SavedObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What names stand for: those of one kind of thing, whether Keras brings it or a user. A name
 * matches exactly or in the other case style ({@code MeanSquaredError}, {@code
 * mean_squared_error}); what is put later wins.
 *
 * <p>Not thread-safe while names are put.
 */
public final class Registry<F> {
  /**
   * What a name stands for.
   *
   * @param name the first of its names
   * @param origin who brought it
   */
  public record Entry<F>(String name, F value, String origin) {
    /** True for what Keras itself brings. */
    public boolean isOfKeras() {
      return origin.equals(KERAS);
    }
  }

  private static final String KERAS = "Keras";

  private final String kind;
  private final String stub;
  private final Map<String, Entry<F>> exact = new LinkedHashMap<>();
  private final Map<String, Entry<F>> snake = new LinkedHashMap<>();

  /**
   * An empty registry.
   *
   * @param kind what it holds, for messages: {@code loss}, {@code layer}
   * @param stub Java that registers a name, {@code %s}, for the message about one that is missing
   */
  public Registry(String kind, String stub) {
    this.kind = kind;
    this.stub = stub;
  }

  /** Puts what Keras itself brings, under all its names. */
  public void put(F value, String name, String... aliases) {
    Entry<F> entry = new Entry<>(name, value, KERAS);
    put(name, entry);
    for (String alias : aliases) {
      put(alias, entry);
    }
  }

  /** Puts what someone else brings. */
  public void putOwn(String name, F value, String origin) {
    put(name, new Entry<>(name, value, origin));
  }

  private void put(String name, Entry<F> entry) {
    exact.put(name, entry);
    snake.put(snake(name), entry);
  }

  /** A registry of the same names, which may go its own way from here. */
  public Registry<F> copy() {
    Registry<F> copy = new Registry<>(kind, stub);
    copy.exact.putAll(exact);
    copy.snake.putAll(snake);
    return copy;
  }

  /** All names, in the order in which they came. */
  public Set<String> names() {
    return Collections.unmodifiableSet(exact.keySet());
  }

  /**
   * What a saved object stands for.
   *
   * @throws UnknownNameException if no name of it is known
   */
  public Entry<F> get(SavedObject saved) {
    return find(saved.names())
        .orElseThrow(
            () -> {
              String name = saved.registeredName();
              return new UnknownNameException(
                  kind,
                  name,
                  saved.config().json().toString(),
                  NearestNames.of(name, exact.keySet(), Registry::snake),
                  String.format(stub, name));
            });
  }

  /** What the first of these names that is known stands for; exact names come first. */
  public Optional<Entry<F>> find(List<String> names) {
    return exact(names)
        .or(
            () ->
                names.stream()
                    .map(name -> snake.get(snake(name)))
                    .filter(Objects::nonNull)
                    .findFirst());
  }

  /** What the first of these names that is known exactly stands for. */
  public Optional<Entry<F>> exact(List<String> names) {
    return names.stream().map(exact::get).filter(Objects::nonNull).findFirst();
  }

  /** Keras' {@code to_snake_case}: {@code MeanIoU} is {@code mean_io_u}. */
  private static String snake(String name) {
    return name.replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
        .replaceAll("([a-z])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }
}
