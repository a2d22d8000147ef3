package dev.keraunos.importer.internal.weights;

import dev.keraunos.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The stored values of one layer's variables. */
public interface LayerWeights {
  /**
   * The value of a variable, after the conversions its Keras version needs.
   *
   * @param name as the layer's row declares it, or as {@link #find} takes it
   * @throws dev.keraunos.keras.ModelFileException if the file has none
   */
  Tensor get(String name);

  /**
   * The full name of a variable of a layer that declares none.
   *
   * @param name in full, or the end of the only name that ends so: {@code kernel} for {@code
   *     dense/kernel}
   */
  Optional<String> find(String name);

  /** The names of all variables that the file holds for this layer, in file order. */
  Set<String> names();

  /** The text of one of the layer's files among the assets of an archive. */
  Optional<String> asset(String name);

  /** The weights of a layer inside this one, by the attribute that the row declares. */
  LayerWeights child(String attribute);

  /** How many numbers each layer's variables hold, those of layers inside it included, by path. */
  Map<String, Long> parameters();

  /** The weights of a layer of a nested model. */
  LayerWeights layer(String name);
}
