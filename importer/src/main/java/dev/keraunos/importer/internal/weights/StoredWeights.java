package dev.keraunos.importer.internal.weights;

import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Tensor;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The variables of one layer and of the layers inside it.
 *
 * @param variables by name
 * @param holdsAll whether the variables are also those of the layers inside, by path: of a layer
 *     that declares none
 * @param assets the texts of its files in the archive, by name
 */
record StoredWeights(
    String path,
    Map<String, Tensor> variables,
    Map<String, StoredWeights> inside,
    boolean holdsAll,
    Map<String, String> assets)
    implements LayerWeights {
  StoredWeights(String path, Map<String, Tensor> variables, Map<String, StoredWeights> inside) {
    this(path, variables, inside, false);
  }

  StoredWeights(
      String path,
      Map<String, Tensor> variables,
      Map<String, StoredWeights> inside,
      boolean holdsAll) {
    this(path, variables, inside, holdsAll, Map.of());
  }

  StoredWeights(
      String path,
      Map<String, Tensor> variables,
      Map<String, StoredWeights> inside,
      Map<String, String> assets) {
    this(path, variables, inside, false, assets);
  }

  @Override
  public Optional<String> asset(String name) {
    return Optional.ofNullable(assets.get(name));
  }

  @Override
  public Tensor get(String name) {
    return variables.get(find(name).orElseThrow(() -> missing(name)));
  }

  private ModelFileException missing(String name) {
    return new ModelFileException(
        path,
        "no variable '" + name + "' in the file",
        "the variables " + variables.keySet() + " that the file holds for this layer",
        "The weights belong to another model.");
  }

  @Override
  public Optional<String> find(String name) {
    if (variables.containsKey(name)) {
      return Optional.of(name);
    }
    List<String> ends =
        variables.keySet().stream().filter(whole -> whole.endsWith("/" + name)).toList();
    return holdsAll && ends.size() == 1 ? Optional.of(ends.get(0)) : Optional.empty();
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
      long inner = below.count(parameters);
      sum += holdsAll ? 0 : inner;
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
