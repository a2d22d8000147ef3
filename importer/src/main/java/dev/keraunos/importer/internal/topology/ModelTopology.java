package dev.keraunos.importer.internal.topology;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The layers of a model and the calls between them. Immutable.
 *
 * @param name the model's name; empty if the file gives none (a Sequential of Keras 1)
 * @param className as saved: {@code Sequential}, {@code Functional}, {@code Model} or a user's
 *     class
 * @param kind whether it was written as a list or as a graph
 * @param layers in the order of {@code model.layers}, input layers included where the file has
 *     them; a layer that occurs twice in a Sequential is listed twice
 * @param calls in an order in which every call comes after the calls whose outputs it takes
 * @param inputs in the order of {@code model.inputs}
 * @param inputStructure tensors of input layers in the structure the model was built with
 * @param outputStructure the outputs in the structure that {@code model.predict} returns
 */
public record ModelTopology(
    String name,
    String className,
    Kind kind,
    List<LayerSpec> layers,
    List<Call> calls,
    List<InputSpec> inputs,
    Argument inputStructure,
    Argument outputStructure) {

  /** How a model was written. */
  public enum Kind {
    SEQUENTIAL,
    FUNCTIONAL
  }

  public ModelTopology {
    layers = List.copyOf(layers);
    calls = List.copyOf(calls);
    inputs = List.copyOf(inputs);
  }

  /**
   * Reads a model's config: the object with {@code class_name} and {@code config} that a file holds
   * as {@code model_config} or {@code config.json}.
   *
   * @throws ModelFileException if it is no model, or its calls refer to missing layers or to each
   *     other in a circle
   */
  public static ModelTopology read(JsonNode modelConfig, Dialect dialect) {
    return read(modelConfig, dialect, List::of);
  }

  /**
   * The same, with what a subclassed model is told by.
   *
   * @param variables their names in the file
   */
  public static ModelTopology read(
      JsonNode modelConfig, Dialect dialect, Supplier<List<String>> variables) {
    return LayerReader.model(modelConfig, dialect, variables);
  }

  /**
   * The model as Keras 3 runs it with {@code None} for some of its optional inputs.
   *
   * @param absent the names of these inputs
   */
  public ModelTopology without(Set<String> absent) {
    List<InputSpec> given = new ArrayList<>();
    List<Argument> structure = new ArrayList<>();
    Set<String> left = new HashSet<>();
    for (int i = 0; i < inputs.size(); i++) {
      TensorRef entry = inputStructure.tensors().get(i);
      if (absent.contains(inputs.get(i).name())) {
        left.add(entry.layer());
      } else {
        given.add(inputs.get(i));
        structure.add(entry);
      }
    }
    List<Call> rest =
        calls.stream()
            .filter(call -> !left.contains(call.layer().name()))
            .map(call -> call.without(left))
            .toList();
    return new ModelTopology(
        name, className, kind, layers, rest, given, new Argument.Items(structure), outputStructure);
  }

  /** The tensors that {@code model.outputs} lists. */
  public List<TensorRef> outputs() {
    return outputStructure.tensors();
  }

  /** Keras' {@code model.input_names}. */
  public List<String> inputNames() {
    return inputs.stream().map(InputSpec::name).toList();
  }

  /**
   * Keras' {@code model.output_names}: the layers' names; a second output of one layer gets the
   * suffix {@code _1} and so on as tf.keras names it (Keras 3 repeats the bare name).
   */
  public List<String> outputNames() {
    List<String> names = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    Map<String, Integer> repeats = new HashMap<>();
    for (TensorRef output : outputs()) {
      String proposal = output.layer();
      while (!taken.add(proposal)) {
        proposal = output.layer() + "_" + repeats.merge(output.layer(), 1, Integer::sum);
      }
      names.add(proposal);
    }
    return names;
  }

  /**
   * Where each of {@link #outputs} is in the structure that {@code model.predict} returns: keys of
   * dicts and positions in lists, from the outside in. All are empty for a plain list of outputs
   * and for a single one.
   */
  public List<List<String>> outputPaths() {
    boolean plain =
        outputStructure instanceof Argument.Items list
            && list.items().stream().allMatch(TensorRef.class::isInstance);
    List<List<String>> paths = new ArrayList<>();
    collect(outputStructure, List.of(), paths);
    return plain ? paths.stream().map(path -> List.<String>of()).toList() : paths;
  }

  private static void collect(Argument argument, List<String> path, List<List<String>> paths) {
    if (argument instanceof TensorRef) {
      paths.add(path);
    } else if (argument instanceof Argument.Items list) {
      for (int i = 0; i < list.items().size(); i++) {
        collect(list.items().get(i), append(path, String.valueOf(i)), paths);
      }
    } else if (argument instanceof Argument.Entries dict) {
      new TreeMap<>(dict.entries()).forEach((key, item) -> collect(item, append(path, key), paths));
    }
  }

  private static List<String> append(List<String> path, String step) {
    return Stream.concat(path.stream(), Stream.of(step)).toList();
  }

  /**
   * Keras' {@code floatx} where the model was built, as far as the file tells: the type of most
   * layers, if that is float64.
   */
  public DType floatx() {
    List<DType> types = computeTypes().toList();
    long wide = types.stream().filter(DType.FLOAT64::equals).count();
    return 2 * wide > types.size() ? DType.FLOAT64 : DType.FLOAT32;
  }

  private Stream<DType> computeTypes() {
    return layersByName().values().stream()
        .flatMap(
            layer ->
                layer.model().isPresent()
                    ? layer.model().get().computeTypes()
                    : layer.kind() == LayerSpec.Kind.LAYER ? layer.computeType() : Stream.of());
  }

  /** The layers by name. */
  public Map<String, LayerSpec> layersByName() {
    Map<String, LayerSpec> byName = new LinkedHashMap<>();
    layers.forEach(layer -> byName.putIfAbsent(layer.name(), layer));
    calls.forEach(call -> byName.putIfAbsent(call.layer().name(), call.layer()));
    return Collections.unmodifiableMap(byName);
  }
}
