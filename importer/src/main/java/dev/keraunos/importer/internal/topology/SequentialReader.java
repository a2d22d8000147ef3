package dev.keraunos.importer.internal.topology;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.topology.LayerSpec.Kind;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a Sequential model as a chain of calls behind an input layer, which most files leave out.
 */
final class SequentialReader {
  private final JsonNode config;
  private final JsonNode entries;
  private final String path;
  private final Dialect dialect;

  private final List<LayerSpec> layers = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();
  private final List<InputSpec> inputs = new ArrayList<>();
  private final List<Argument> inputTensors = new ArrayList<>();
  private final Map<String, LayerSpec> byName = new HashMap<>();
  private final Map<String, Integer> callCount = new HashMap<>();

  SequentialReader(JsonNode config, String path, Dialect dialect) {
    this.config = config;
    this.entries = config.isArray() ? config : config.path("layers");
    this.path = path;
    this.dialect = dialect;
  }

  ModelTopology read(String name, String className) {
    if (!entries.isArray() || entries.isEmpty()) {
      throw new ModelFileException(path, "a Sequential without layers", "at least one layer", "");
    }
    Argument tensor = first(layer(entries.get(0)));
    for (int i = 1; i < entries.size(); i++) {
      LayerSpec layer = layer(entries.get(i));
      layers.add(layer);
      tensor = call(layer, tensor);
    }
    Argument in = inputTensors.size() == 1 ? inputTensors.get(0) : new Argument.Items(inputTensors);
    return new ModelTopology(
        name, className, ModelTopology.Kind.SEQUENTIAL, layers, calls, inputs, in, tensor);
  }

  private LayerSpec layer(JsonNode entry) {
    String unnamed = "sequential_" + (byName.size() + 1);
    LayerSpec layer = LayerReader.read(entry, path, dialect, unnamed);
    LayerSpec earlier = byName.putIfAbsent(layer.name(), layer);
    if (earlier == null) {
      return layer;
    }
    if (!earlier.json().equals(layer.json())) {
      throw new ModelFileException(
          layer.path(), "two different layers of this name", "unique names in a model", "");
    }
    return earlier;
  }

  /** Adds the inputs, and the first layer unless it is the input layer itself. */
  private Argument first(LayerSpec layer) {
    if (layer.kind() == Kind.INPUT) {
      return input(layer);
    }
    if (layer.mergesBranches()) {
      return branches(layer);
    }
    layers.add(layer);
    return call(layer, input(inputFor(layer)));
  }

  private TensorRef input(LayerSpec layer) {
    inputs.add(InputSpecs.of(layer));
    TensorRef tensor = call(layer, List.of());
    inputTensors.add(tensor);
    return tensor;
  }

  private TensorRef call(LayerSpec layer, Argument argument) {
    return call(layer, List.of(argument));
  }

  private TensorRef call(LayerSpec layer, List<Argument> arguments) {
    int index = callCount.merge(layer.name(), 1, Integer::sum) - 1;
    calls.add(new Call(layer, index, arguments, Map.of()));
    return new TensorRef(layer.name(), index, 0);
  }

  /** Keras 1's multi-branch Sequential: a Merge of whole models comes first. */
  private Argument branches(LayerSpec merge) {
    List<Argument> outputs = new ArrayList<>();
    for (JsonNode entry : merge.json().path("layers")) {
      LayerSpec branch = layer(entry);
      layers.add(branch);
      List<Argument> branchInputs = new ArrayList<>();
      if (branch.kind() == Kind.MODEL) {
        for (InputSpec input : branch.model().orElseThrow().inputs()) {
          branchInputs.add(input(inputLayer(input)));
        }
      } else {
        branchInputs.add(input(inputFor(branch)));
      }
      outputs.add(
          call(
              branch,
              branchInputs.size() == 1 ? branchInputs.get(0) : new Argument.Items(branchInputs)));
    }
    layers.add(merge);
    return call(merge, new Argument.Items(outputs));
  }

  /** The input layer that Keras makes from the first layer's {@code batch_input_shape}. */
  private LayerSpec inputFor(LayerSpec first) {
    Config own = first.config();
    boolean nested = first.kind() == Kind.MODEL;
    if (nested && own.get("batch_input_shape").isNull()) {
      InputSpec inner = first.model().orElseThrow().inputs().get(0);
      boolean keepsName = dialect.has(Quirk.KEEPS_NAME_OF_INNER_INPUT);
      String name = keepsName ? inner.name() : first.name() + "_input";
      return inputLayer(
          new InputSpec(name, inner.batchShape(), inner.dtype(), false, inner.ragged()));
    }
    Optional<Shape> shape = firstShape(own);
    String dtype =
        own.get("input_dtype", "dtype").isText()
            ? own.get("input_dtype", "dtype").text()
            : "float32";
    return inputLayer(new InputSpec(first.name() + "_input", shape, dtype, false, false));
  }

  private Optional<Shape> firstShape(Config first) {
    if (!first.get("batch_input_shape", "batch_shape").isNull()) {
      return Optional.of(first.get("batch_input_shape", "batch_shape").shape());
    }
    if (first.get("layer").isObject()) { // Bidirectional may leave the shape on the layer it wraps
      Config wrapped = first.get("layer").config().get("config").config();
      if (!wrapped.get("batch_input_shape").isNull() && !first.get("merge_mode").isMissing()) {
        return Optional.of(wrapped.get("batch_input_shape").shape());
      }
    }
    JsonNode built = config.path("build_input_shape");
    return built.isArray() || built.has("items")
        ? Optional.of(new Config(config, path).get("build_input_shape").shape())
        : Optional.empty();
  }

  private LayerSpec inputLayer(InputSpec input) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", input.name());
    json.put("dtype", input.dtype());
    input.batchShape().ifPresent(shape -> json.set("batch_shape", InputSpecs.json(shape)));
    String inputPath = path.isEmpty() ? input.name() : path + "/" + input.name();
    return new LayerSpec(
        input.name(),
        inputPath,
        Kind.INPUT,
        "InputLayer",
        "InputLayer",
        "",
        json,
        Optional.empty(),
        Optional.empty(),
        dialect);
  }
}
