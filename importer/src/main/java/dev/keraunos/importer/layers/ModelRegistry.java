package dev.keraunos.importer.layers;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.internal.names.Registry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
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
  private final Map<String, Alias> aliases;

  private final boolean acceptsDecodedLambdas;
  private final Optional<ModelRegistry> fallback;

  /**
   * What stands for a class of layers.
   *
   * @param target the name of the class whose layers they are read as
   * @param ignored the keys of their configs that change nothing, beside those of the target
   */
  public record Alias(String target, Set<String> ignored) {
    public Alias {
      ignored = Set.copyOf(ignored);
    }
  }

  private ModelRegistry(Builder builder) {
    lambdas = Map.copyOf(builder.lambdas);
    activations = builder.activations.copy();
    layers = builder.layers.copy();
    aliases = Map.copyOf(builder.aliases);
    acceptsDecodedLambdas = builder.acceptsDecodedLambdas;
    fallback = Optional.empty();
  }

  private ModelRegistry(ModelRegistry first, ModelRegistry second) {
    lambdas = first.lambdas;
    activations = first.activations;
    layers = first.layers;
    aliases = first.aliases;
    acceptsDecodedLambdas = first.acceptsDecodedLambdas || second.acceptsDecodedLambdas;
    fallback = Optional.of(first.fallback.map(own -> own.or(second)).orElse(second));
  }

  /** The entries of this registry, and where it has none those of another. */
  public ModelRegistry or(ModelRegistry other) {
    return other == EMPTY ? this : new ModelRegistry(this, other);
  }

  /** A registry to fill. */
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

  /** The layer of the first of these class names that has one, or an alias. */
  public Optional<CustomLayer> layer(List<String> names) {
    return find(own -> own.entry(names))
        .filter(CustomLayer.class::isInstance)
        .map(CustomLayer.class::cast);
  }

  /** The alias of the first of these class names that has one, or a layer. */
  public Optional<Alias> alias(List<String> names) {
    return find(own -> own.entry(names)).filter(Alias.class::isInstance).map(Alias.class::cast);
  }

  /** The alias or the layer of the first of these names that has either. */
  private Optional<Object> entry(List<String> names) {
    return names.stream()
        .map(
            name ->
                Optional.<Object>ofNullable(aliases.get(name))
                    .or(() -> layers.exact(List.of(name)).map(Registry.Entry::value)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** The same, also of a name in the other case style. */
  public Optional<CustomLayer> layerLike(List<String> names) {
    return find(own -> own.layers.find(names)).map(Registry.Entry::value);
  }

  /** The names that {@link #alias} knows. */
  public Set<String> aliases() {
    Set<String> names = new TreeSet<>(aliases.keySet());
    fallback.ifPresent(behind -> names.addAll(behind.aliases()));
    return names;
  }

  /** The names of the layers that are registered. */
  public Set<String> layers() {
    Set<String> names = new TreeSet<>(layers.names());
    fallback.ifPresent(behind -> names.addAll(behind.layers()));
    return names;
  }

  /** Whether Python functions for which it has no entry are computed as they are decoded. */
  public boolean acceptsDecodedLambdas() {
    return acceptsDecodedLambdas;
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
    private final Map<String, Alias> aliases = new HashMap<>();
    private boolean acceptsDecodedLambdas;

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

    /**
     * Reads layers of a class as those of another: for classes that inherit from a layer of Keras,
     * or are one by another name, and compute what it computes. Config, weights, regularisers and
     * masks are those of the target. Of two entries of one name an alias comes before a layer.
     *
     * @param className as in the file, {@code package>Name} or bare for any package
     * @param target a layer of Keras, one that is registered, or another alias; loading a model
     *     fails with an {@link dev.keraunos.error.InputException} if there is none, or aliases go
     *     round in a circle
     * @param ignoredKeys what the class saves of its own that changes nothing; other keys that the
     *     target does not know are refused
     */
    public Builder alias(String className, String target, String... ignoredKeys) {
      aliases.put(className, new Alias(target, Set.of(ignoredKeys)));
      return this;
    }

    /**
     * Computes Python functions of Lambda layers and activations, for which there is no entry, as
     * the expressions that their bytecode stands for. Without it loading fails and shows the
     * expression.
     */
    public Builder acceptDecodedLambdas() {
      acceptsDecodedLambdas = true;
      return this;
    }

    /** Everything that the {@link LayerProvider}s of a class loader bring. */
    public Builder providers(ClassLoader loader) {
      ServiceLoader.load(LayerProvider.class, loader).forEach(provider -> provider.register(this));
      return this;
    }

    /** The registry as it is now filled; more may be added for the next one. */
    public ModelRegistry build() {
      return new ModelRegistry(this);
    }
  }
}
