package dev.keraunos.importer.layers;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.internal.names.Registry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What a model refers to and its file cannot hold: the functions behind Lambda layers, custom
 * activations and custom layers. Immutable; entries take precedence over what Keraunos brings.
 */
public final class ModelRegistry {
  /** A registry without entries. */
  public static final ModelRegistry EMPTY = builder().build();

  private static final String ORIGIN = "the caller";

  private final Map<String, Function<List<Value>, Value>> lambdas;
  private final Registry<UnaryOperator<Value>> activations;
  private final Registry<CustomLayer> layers;

  private final Optional<ModelRegistry> fallback;

  private ModelRegistry(Builder builder) {
    lambdas = Map.copyOf(builder.lambdas);
    activations = builder.activations.copy();
    layers = builder.layers.copy();
    fallback = Optional.empty();
  }

  private ModelRegistry(ModelRegistry first, ModelRegistry second) {
    lambdas = first.lambdas;
    activations = first.activations;
    layers = first.layers;
    fallback = Optional.of(first.fallback.map(own -> own.or(second)).orElse(second));
  }

  /** The entries of this registry, and where it has none those of another. */
  public ModelRegistry or(ModelRegistry other) {
    return other == EMPTY ? this : new ModelRegistry(this, other);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The function bound under the first of these names that has one. */
  public Optional<Function<List<Value>, Value>> lambda(String... names) {
    return find(
        own -> Stream.of(names).filter(own.lambdas::containsKey).findFirst().map(own.lambdas::get));
  }

  /** The activation of the first of these names that has one. */
  public Optional<UnaryOperator<Value>> activation(List<String> names) {
    return find(own -> own.activations.find(names)).map(Registry.Entry::value);
  }

  /** The layer of the first of these class names that has one. */
  public Optional<CustomLayer> layer(List<String> names) {
    return find(own -> own.layers.exact(names)).map(Registry.Entry::value);
  }

  /** The same, also of a name in the other case style. */
  public Optional<CustomLayer> layerLike(List<String> names) {
    return find(own -> own.layers.find(names)).map(Registry.Entry::value);
  }

  /** What this registry has, else what the one behind it has. */
  private <T> Optional<T> find(Function<ModelRegistry, Optional<T>> entry) {
    return entry.apply(this).or(() -> fallback.flatMap(behind -> behind.find(entry)));
  }

  /** Collects entries; a later one replaces an earlier one of the same name. */
  public static final class Builder {
    private final Map<String, Function<List<Value>, Value>> lambdas = new HashMap<>();
    private final Registry<UnaryOperator<Value>> activations = new Registry<>("activation", "");
    private final Registry<CustomLayer> layers = new Registry<>("layer", "");

    private Builder() {}

    /**
     * The function of a Lambda layer with one input, written with {@link dev.keraunos.graph.Ops}.
     *
     * @param name the layer's name or the Python function's
     */
    public Builder lambda(String name, UnaryOperator<Value> function) {
      return lambdaOfList(name, inputs -> function.apply(inputs.get(0)));
    }

    /** The function of a Lambda layer with several inputs; see {@link #lambda}. */
    public Builder lambdaOfList(String name, Function<List<Value>, Value> function) {
      lambdas.put(name, function);
      return this;
    }

    /** A custom activation by the name in the file, {@code package>name} or bare. */
    public Builder activation(String name, UnaryOperator<Value> function) {
      activations.putOwn(name, function, ORIGIN);
      return this;
    }

    /** A custom layer by the class name in the file, {@code package>Name} or bare. */
    public Builder layer(String className, CustomLayer layer) {
      layers.putOwn(className, layer, ORIGIN);
      return this;
    }

    /** Everything that the {@link LayerProvider}s of a class loader bring. */
    public Builder providers(ClassLoader loader) {
      ServiceLoader.load(LayerProvider.class, loader).forEach(provider -> provider.register(this));
      return this;
    }

    public ModelRegistry build() {
      return new ModelRegistry(this);
    }
  }
}
