package dev.keraunos.importer.internal.topology;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.importer.internal.topology.LayerSpec.Kind;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.ModelFileException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads a functional model: layers, the calls between them, inputs and outputs. */
final class FunctionalReader {
  private final JsonNode config;
  private final String path;
  private final Dialect dialect;

  FunctionalReader(JsonNode config, String path, Dialect dialect) {
    this.config = config;
    this.path = path;
    this.dialect = dialect;
  }

  ModelTopology read(String name, String className) {
    Map<String, LayerSpec> layers = layers();
    List<Call> written = calls(layers);
    NodeReader ends = new NodeReader(path, layers.keySet());
    Argument named = ends.ends(config.path("input_layers"));
    Argument out = ends.ends(config.path("output_layers"));

    NodeIndices indices = NodeIndices.of(layers, written, out);
    List<Call> calls = CallOrder.sort(written.stream().map(indices::inCall).toList(), path);
    Argument in = indices.inInputs(named, ref -> entry(ref, layers, calls));
    return new ModelTopology(
        name,
        className,
        ModelTopology.Kind.FUNCTIONAL,
        List.copyOf(layers.values()),
        calls,
        inputs(named, in, layers),
        in,
        indices.inOutputs(out));
  }

  private Map<String, LayerSpec> layers() {
    Map<String, LayerSpec> layers = new LinkedHashMap<>();
    for (JsonNode entry : config.path("layers")) {
      LayerSpec layer = LayerReader.read(entry, path, dialect, "layer_" + layers.size());
      if (layers.putIfAbsent(layer.name(), layer) != null) {
        throw new ModelFileException(
            layer.path(), "a second layer of this name", "unique names in a model", "");
      }
    }
    return layers;
  }

  private List<Call> calls(Map<String, LayerSpec> layers) {
    List<Call> calls = new ArrayList<>();
    Iterator<JsonNode> entries = config.path("layers").iterator();
    for (LayerSpec layer : layers.values()) {
      JsonNode entry = entries.next();
      if (layer.kind() == Kind.INPUT) {
        calls.add(new Call(layer, 0, List.of(), Map.of()));
        continue;
      }
      NodeReader reader = new NodeReader(layer.path(), layers.keySet());
      int index = 0;
      for (JsonNode node : entry.path("inbound_nodes")) {
        NodeReader.Node read = reader.read(node, layer.className());
        calls.add(new Call(layer, index++, read.arguments(), read.keywords()));
      }
    }
    return calls;
  }

  /**
   * The InputLayer behind an input. Keras 1 names an input after the last layer that returned it
   * unchanged, such as {@code Activation("linear")}: that layer is still called.
   */
  private static TensorRef entry(TensorRef input, Map<String, LayerSpec> layers, List<Call> calls) {
    TensorRef behind = input;
    for (int i = calls.size() - 1; i >= 0; i--) {
      Call call = calls.get(i);
      boolean produces = call.layer().name().equals(behind.layer());
      if (produces && call.tensors().size() == 1) {
        behind = call.tensors().get(0);
      }
    }
    LayerSpec layer = layers.get(behind.layer());
    if (layer.kind() != Kind.INPUT) {
      throw new ModelFileException(
          layer.path(), "an input that is a " + layer.className(), "an InputLayer", "");
    }
    return behind;
  }

  private static List<InputSpec> inputs(
      Argument named, Argument in, Map<String, LayerSpec> layers) {
    List<TensorRef> names = named.tensors();
    Map<String, InputSpec> inputs = new LinkedHashMap<>();
    for (TensorRef entry : in.tensors()) {
      InputSpec input = InputSpecs.of(layers.get(entry.layer()));
      inputs.put(entry.layer(), input.named(names.get(inputs.size()).layer()));
    }
    for (LayerSpec layer : new TreeMap<>(layers).values()) {
      if (layer.kind() == Kind.INPUT && !inputs.containsKey(layer.name())) {
        throw new ModelFileException(
            layer.path(), "an InputLayer that input_layers does not list", "only listed ones", "");
      }
    }
    return List.copyOf(inputs.values());
  }
}
