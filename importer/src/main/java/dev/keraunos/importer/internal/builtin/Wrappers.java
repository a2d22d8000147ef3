package dev.keraunos.importer.internal.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.weights.Variable;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Layers around layers: TimeDistributed, SpectralNormalization, Pipeline, Bidirectional. */
final class Wrappers {
  static final List<LayerRow> ROWS =
      List.of(
          LayerRow.of(Wrappers::timeDistributed, "TimeDistributed")
              .children(Wrappers::wrapped)
              .takes("training", "mask"),
          LayerRow.of(Wrappers::spectralNormalization, "SpectralNormalization")
              .weight(
                  new Variable("kernel", true, Variable.Place.V3_UNREAD), (config, layer) -> true)
              .weight("vector_u", false, config -> true)
              .children(Wrappers::wrapped)
              .trains("changes its kernel with every call")
              .ignores("power_iterations"),
          LayerRow.of(Wrappers::pipeline, "Pipeline")
              .children(Wrappers::stages)
              .takes("training", "mask"),
          LayerRow.of(Wrappers::bidirectional, "Bidirectional")
              .children(Wrappers::directions)
              .takes(RecurrentLayers.PARAMETERS)
              .ignores(
                  "layer", "backward_layer", "num_constants", "return_sequences", "return_state"));

  private Wrappers() {}

  private static Map<String, LayerSpec> wrapped(LayerSpec layer) {
    return Map.of("layer", layer.inner(layer.config().get("layer").json(), "layer"));
  }

  /** Training divides the inner layer's kernel by its spectral norm; the file has the quotient. */
  private static List<Masked> spectralNormalization(RowCall call) {
    LayerSpec inner = call.layer().inner(call.config().get("layer").json(), "layer");
    return call.outputs(inner, "layer", call.inputs());
  }

  /** The inner layer on every step. */
  private static List<Masked> timeDistributed(RowCall call) {
    LayerSpec inner = call.layer().inner(call.config().get("layer").json(), "layer");
    Value x = call.input(0).value();
    Value mask = call.mask();
    Value innerMask = mask == null || mask.rank() < 3 ? null : TimeAxis.fold(mask);
    List<Masked> outputs =
        call.bareOutputs(inner, "layer", List.of(new Masked(TimeAxis.fold(x), innerMask)));
    List<Masked> unfolded = new ArrayList<>();
    for (Masked output : outputs) {
      unfolded.add(new Masked(TimeAxis.unfold(output.value(), x), mask(call, output, x)));
    }
    return unfolded;
  }

  /** Keras 3 hands the mask on; earlier versions prefer the one that the inner layer makes. */
  private static Value mask(RowCall call, Masked inner, Value x) {
    Value mask = call.passedMask();
    if (call.dialect().has(Quirk.TIME_DISTRIBUTED_KEEPS_MASK)) {
      return mask;
    }
    if (inner.mask() != null) {
      return TimeAxis.unfold(inner.mask(), x);
    }
    while (mask != null && mask.rank() > 2) {
      mask = Ops.any(mask, -1);
    }
    return mask;
  }

  private static Map<String, LayerSpec> stages(LayerSpec layer) {
    Map<String, LayerSpec> stages = new LinkedHashMap<>();
    for (Setting stage : layer.config().get("layers").list()) {
      String key = "layers[" + stages.size() + "]";
      stages.put(key, layer.inner(stage.json(), key));
    }
    return stages;
  }

  /** One layer after the other. */
  private static List<Masked> pipeline(RowCall call) {
    call.config().get("layers");
    List<Masked> given = call.inputs();
    for (Map.Entry<String, LayerSpec> stage : stages(call.layer()).entrySet()) {
      given = call.inner(stage.getValue(), stage.getKey(), given);
    }
    return given;
  }

  private static Map<String, LayerSpec> directions(LayerSpec layer) {
    Config config = layer.config();
    Setting forward = config.get("layer");
    Setting own = config.get("backward_layer");
    Map<String, LayerSpec> directions = new LinkedHashMap<>();
    directions.put(
        "forward_layer",
        layer.inner(direction(layer, forward, "forward_", false), "forward_layer"));
    boolean given = own.isObject();
    directions.put(
        "backward_layer",
        layer.inner(
            direction(layer, given ? own : forward, "backward_", !given), "backward_layer"));
    return directions;
  }

  /** One direction's layer as Keras recreates it from the config. */
  private static JsonNode direction(LayerSpec layer, Setting saved, String prefix, boolean invert) {
    JsonNode copy = saved.json().deepCopy();
    if (!(copy.path("config") instanceof ObjectNode config)) {
      throw saved.unexpected("a layer with class_name and config");
    }
    String name = config.path("name").asText("");
    config.put("name", name.startsWith(prefix) ? name : prefix + name);
    if (invert) {
      config.put("go_backwards", !config.path("go_backwards").asBoolean(false));
    }
    boolean backward = prefix.equals("backward_");
    if (backward && layer.dialect().has(Quirk.BIDIRECTIONAL_FORGETS_PENALTIES)) {
      config
          .properties()
          .removeIf(key -> key.getKey().endsWith("_regularizer")); // as Keras forgets
    }
    if (layer.dialect().has(Quirk.BIDIRECTIONAL_ZEROES_MASKED)) {
      config.put("zero_output_for_mask", config.path("return_sequences").asBoolean(false));
    }
    return copy;
  }

  private static List<Masked> bidirectional(RowCall call) {
    Map<String, LayerSpec> directions = directions(call.layer());
    List<Masked> states = new ArrayList<>(call.states());
    call.keyword("initial_state").ifPresent(argument -> states.addAll(call.tensors(argument)));
    int half = states.size() / 2;
    List<Masked> forward = run(call, directions, "forward_layer", states.subList(0, half));
    List<Masked> backward =
        run(call, directions, "backward_layer", states.subList(half, states.size()));
    if (forward.isEmpty() || backward.isEmpty()) {
      return List.of();
    }
    boolean sequence = directions.get("forward_layer").config().get("return_sequences").bool(false);
    Value y = backward.get(0).value();
    Value flipped = sequence ? Ops.flip(y, 1) : y;
    Value mask = sequence ? call.passedMask() : null;
    List<Masked> outputs = new ArrayList<>();
    for (Value merged : merge(call, forward.get(0).value(), flipped)) {
      outputs.add(new Masked(merged, mask));
    }
    outputs.addAll(forward.subList(1, forward.size()));
    outputs.addAll(backward.subList(1, backward.size()));
    return outputs;
  }

  private static List<Masked> run(
      RowCall call, Map<String, LayerSpec> directions, String attribute, List<Masked> states) {
    Masked sequence = new Masked(call.input(0).value(), call.mask());
    List<Masked> given = new ArrayList<>(List.of(sequence));
    given.addAll(states);
    return call.outputs(directions.get(attribute), attribute, given);
  }

  private static List<Value> merge(RowCall call, Value forward, Value backward) {
    if (call.config().has("merge_mode") && call.config().get("merge_mode").isNull()) {
      return List.of(forward, backward);
    }
    switch (call.config().get("merge_mode").oneOf("concat", "concat", "sum", "mul", "ave")) {
      case "sum":
        return List.of(Ops.add(forward, backward));
      case "mul":
        return List.of(Ops.multiply(forward, backward));
      case "ave":
        return List.of(Ops.divide(Ops.add(forward, backward), 2));
      default:
        return List.of(Ops.concatenate(List.of(forward, backward), -1));
    }
  }
}
