package dev.keraunos.importer.layers;

import dev.keraunos.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What a model refers to and its file cannot hold: the functions behind Lambda layers, custom
 * activations and custom layers. Immutable; entries take precedence over what Keraunos brings.
 */
public final class ModelRegistry {
  /** A registry without entries. */
  public static final ModelRegistry EMPTY = builder().build();

  private final Map<String, Function<List<Value>, Value>> lambdas;
  private final Map<String, UnaryOperator<Value>> activations;
  private final Map<String, Function<LayerCall, Value>> layers;

  private ModelRegistry(Builder builder) {
    lambdas = Map.copyOf(builder.lambdas);
    activations = Map.copyOf(builder.activations);
    layers = Map.copyOf(builder.layers);
  }

  public static Builder builder() {
    return new Builder();
  }

  Optional<Function<List<Value>, Value>> lambda(String name) {
    return Optional.ofNullable(lambdas.get(name));
  }

  /** The names that Lambda functions are bound to. */
  public Set<String> lambdaNames() {
    return lambdas.keySet();
  }

  Optional<UnaryOperator<Value>> activation(String name) {
    return Optional.ofNullable(activations.get(name));
  }

  Optional<Function<LayerCall, Value>> layer(String name) {
    return Optional.ofNullable(layers.get(name));
  }

  /** Collects entries; a later one replaces an earlier one of the same name. */
  public static final class Builder {
    private final Map<String, Function<List<Value>, Value>> lambdas = new HashMap<>();
    private final Map<String, UnaryOperator<Value>> activations = new HashMap<>();
    private final Map<String, Function<LayerCall, Value>> layers = new HashMap<>();

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
      activations.put(name, function);
      return this;
    }

    /**
     * A custom layer by the class name in the file, {@code package>Name} or bare. The mask of the
     * first input is handed on.
     */
    public Builder layer(String className, Function<LayerCall, Value> lowering) {
      layers.put(className, lowering);
      return this;
    }

    public ModelRegistry build() {
      return new ModelRegistry(this);
    }
  }
}
