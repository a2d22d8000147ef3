package dev.keraunos.importer.internal.weights;

import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Tensor;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The variables of one layer and of the layers inside it. */
record StoredWeights(String path, Map<String, Tensor> variables, Map<String, StoredWeights> inside)
    implements LayerWeights {

  @Override
  public Tensor get(String name) {
    Tensor value = variables.get(name);
    if (value == null) {
      throw new ModelFileException(
          path,
          "no variable '" + name + "' in the file",
          "the variables " + variables.keySet() + " that the file holds for this layer",
          "The weights belong to another model.");
    }
    return value;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(variables.keySet());
  }

  @Override
  public Map<String, Long> parameters() {
    Map<String, Long> parameters = new HashMap<>();
    count(parameters);
    return parameters;
  }

  private long count(Map<String, Long> parameters) {
    long sum = variables.values().stream().mapToLong(Tensor::size).sum();
    for (StoredWeights below : inside.values()) {
      sum += below.count(parameters);
    }
    parameters.put(path, sum);
    return sum;
  }

  @Override
  public LayerWeights child(String attribute) {
    return below(attribute, ".");
  }

  @Override
  public LayerWeights layer(String name) {
    return below(name, path.isEmpty() ? "" : "/");
  }

  private LayerWeights below(String name, String separator) {
    StoredWeights found = inside.get(name);
    return found == null ? new StoredWeights(path + separator + name, Map.of(), Map.of()) : found;
  }
}
