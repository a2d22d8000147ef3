package dev.keraunos.importer.layers;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.topology.Call;
import dev.keraunos.importer.topology.InputSpec;
import dev.keraunos.importer.topology.LayerSpec;
import dev.keraunos.importer.topology.ModelTopology;
import dev.keraunos.importer.topology.TensorRef;
import dev.keraunos.importer.weights.LayerWeights;
import dev.keraunos.importer.weights.VariableTable;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.tensor.UnknownLengthException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Walks a topology call by call and writes each in operations; collects everything it cannot. */
public final class ModelLowering {
  private final ModelRegistry registry;
  private final LayerTable table;
  private final Activations activations;
  private final GraphBuilder builder = new GraphBuilder();
  private final Set<Gap> gaps = new LinkedHashSet<>();
  private final IdentityHashMap<GraphBuilder, IdentityHashMap<Tensor, Map<DType, Value>>>
      constants = new IdentityHashMap<>();
  private final Map<String, List<Value>> layerOutputs = new LinkedHashMap<>();
  private final Penalties penalties = new Penalties();
  private final List<LoweredModel.Metric> metrics = new ArrayList<>();
  private final List<LoweredModel.State> states = new ArrayList<>();
  private final Set<Tensor> constantWeights = Collections.newSetFromMap(new IdentityHashMap<>());
  private Map<String, Long> parameters = Map.of();
  private boolean channelsFirst;

  /** Whether the call that is being lowered computes as in training. */
  private boolean training;

  private ModelLowering(ModelRegistry registry) {
    this.registry = registry;
    this.table = new LayerTable(registry);
    this.activations = new Activations(registry);
  }

  /**
   * Lowers a model.
   *
   * @param weights matches the stored weights to the variables that the layer table declares
   * @throws UnsupportedModelException listing every layer and setting that cannot be lowered
   * @throws dev.keraunos.keras.ModelFileException if the config or the weights are inconsistent
   */
  public static LoweredModel lower(
      ModelTopology topology,
      Function<VariableTable, LayerWeights> weights,
      ModelRegistry registry) {
    return new ModelLowering(registry).lower(topology, weights);
  }

  /**
   * Lowers as much of a model as can be lowered.
   *
   * @throws dev.keraunos.keras.ModelFileException if the config or the weights are inconsistent
   */
  public static Survey survey(
      ModelTopology topology,
      Function<VariableTable, LayerWeights> weights,
      ModelRegistry registry) {
    ModelLowering lowering = new ModelLowering(registry);
    try {
      Graph graph = lowering.lower(topology, weights).graph();
      return new Survey(lowering.layerOutputs, graph.outputs(), lowering.parameters, List.of());
    } catch (UnsupportedModelException e) {
      return new Survey(lowering.layerOutputs, Map.of(), lowering.parameters, e.gaps());
    }
  }

  /**
   * What is known of a model, be it supported or not.
   *
   * @param layerOutputs as in {@link LoweredModel}, without the layers behind a gap
   * @param outputs of the model; empty if it has gaps
   * @param parameters as in {@link LoweredModel}; empty if an unknown layer leaves weights over
   * @param gaps everything that cannot be lowered
   */
  public record Survey(
      Map<String, List<Value>> layerOutputs,
      Map<String, Value> outputs,
      Map<String, Long> parameters,
      List<Gap> gaps) {}

  private LoweredModel lower(
      ModelTopology topology, Function<VariableTable, LayerWeights> weights) {
    findUnknown(topology);
    channelsFirst = ChannelsLast.isFirst(topology);
    List<Masked> inputs = new ArrayList<>();
    for (InputSpec input : topology.inputs()) {
      inputs.add(Masked.unmasked(builder.input(input.name(), type(input))));
    }
    LayerWeights stored = matched(weights);
    parameters = stored.parameters();
    List<Masked> outputs = model(builder, topology, stored, inputs);
    requireNoGaps();
    Map<String, Value> named = new LinkedHashMap<>();
    Map<String, Value> masks = new LinkedHashMap<>();
    for (String name : topology.outputNames()) {
      Masked output = outputs.get(named.size());
      named.put(name, output.value());
      if (output.mask() != null) {
        masks.put(name, output.mask());
      }
    }
    return new LoweredModel(
        builder.build(named),
        masks,
        layerOutputs,
        penalties.list(),
        parameters,
        states,
        metrics,
        constantWeights);
  }

  /** Unknown layers may leave their neighbours without weights: then they are what to report. */
  private LayerWeights matched(Function<VariableTable, LayerWeights> weights) {
    try {
      return weights.apply(table);
    } catch (ModelFileException e) {
      requireNoGaps();
      throw e;
    }
  }

  private void requireNoGaps() {
    if (!gaps.isEmpty()) {
      throw new UnsupportedModelException(List.copyOf(gaps));
    }
  }

  private TensorType type(InputSpec input) {
    Shape shape =
        input
            .batchShape()
            .orElseThrow(
                () ->
                    new UnsupportedModelException(
                        List.of(
                            new Gap(
                                input.name(),
                                "InputLayer",
                                "the file does not say the input's shape; save the model after it"
                                    + " was built"))));
    if (input.dtype().equals("string")) {
      gaps.add(new Gap(input.name(), "InputLayer", "text inputs are not supported"));
      return new TensorType(DType.FLOAT32, shape);
    }
    return new TensorType(dtype(input), shape.rank() == 0 ? shape : shape.with(0, Shape.UNKNOWN));
  }

  private static DType dtype(InputSpec input) {
    try {
      return DType.of(input.dtype());
    } catch (InputException e) {
      throw new ModelFileException(input.name(), "an input: " + e.getMessage(), "these", "", e);
    }
  }

  private void findUnknown(ModelTopology topology) {
    for (LayerSpec layer : topology.layersByName().values()) {
      findUnknown(layer);
    }
  }

  private void findUnknown(LayerSpec layer) {
    if (layer.model().isPresent()) {
      findUnknown(layer.model().get());
    } else if (layer.kind() != LayerSpec.Kind.INPUT) {
      table
          .find(layer)
          .ifPresentOrElse(
              row -> row.children(layer).values().forEach(this::findUnknown),
              () -> report(layer, table.unknown(layer)));
    }
  }

  /** Lowers all calls of a model; a call that needs the output of one that failed is left out. */
  private List<Masked> model(
      GraphBuilder target, ModelTopology topology, LayerWeights weights, List<Masked> inputs) {
    Map<TensorRef, Masked> tensors = new HashMap<>();
    List<TensorRef> entries = topology.inputStructure().tensors();
    for (int i = 0; i < inputs.size(); i++) {
      tensors.put(entries.get(i), inputs.get(i));
    }
    for (Call call : topology.calls()) {
      LayerSpec layer = call.layer();
      if (layer.kind() == LayerSpec.Kind.INPUT || !tensors.keySet().containsAll(call.tensors())) {
        continue;
      }
      CallArguments given = CallArguments.of(call, parameters(layer), tensors::get, training);
      List<Masked> outputs = layer(target, layer, weights.layer(layer.name()), given);
      for (int i = 0; i < outputs.size(); i++) {
        tensors.put(new TensorRef(layer.name(), call.index(), i), outputs.get(i));
      }
      if (target == builder && !outputs.isEmpty()) {
        String path = layer.path() + (call.index() == 0 ? "" : "#" + call.index());
        layerOutputs.putIfAbsent(path, outputs.stream().map(Masked::value).toList());
      }
    }
    List<Masked> outputs = new ArrayList<>();
    for (TensorRef ref : topology.outputs()) {
      Masked output = tensors.get(ref);
      if (output == null && gaps.isEmpty()) {
        gaps.add(
            new Gap(ref.layer(), "", "output " + ref.tensor() + " of the model does not exist"));
      }
      outputs.add(output);
    }
    return outputs.contains(null) ? List.of() : outputs;
  }

  /** Of the layer's {@code call} behind the first; see {@link LayerRow#takes}. */
  private List<String> parameters(LayerSpec layer) {
    return layer.model().isPresent()
        ? List.of("training", "mask")
        : table.find(layer).map(LayerRow::parameters).orElse(List.of());
  }

  /** Lowers one call of a layer. */
  List<Masked> layer(
      GraphBuilder target, LayerSpec layer, LayerWeights weights, CallArguments given) {
    boolean outside = training;
    training = given.training();
    try {
      return layer.model().isPresent()
          ? model(target, layer.model().get(), weights, given.inputs())
          : row(target, layer, weights, given);
    } finally {
      training = outside;
    }
  }

  private List<Masked> row(
      GraphBuilder target, LayerSpec layer, LayerWeights weights, CallArguments given) {
    String before = target.path(layer.path());
    try {
      LayerRow row = table.find(layer).orElse(null);
      if (row == null) {
        return List.of();
      }
      LayerCall call = new LayerCall(this, target, layer, row, layer.config(), weights, given);
      List<Masked> outputs = row.lowering().lower(call);
      penalties.collect(call, outputs, target == builder);
      reportUnread(call, row);
      return outputs;
    } catch (LayerCall.GapException | UnknownLengthException e) {
      report(layer, e.getMessage());
      return List.of();
    } catch (InputException | IndexOutOfBoundsException | ArithmeticException e) {
      throw new ModelFileException(
          layer.path(),
          "settings that do not go with the input: " + without(layer.path() + ": ", e.getMessage()),
          "axes and sizes that the input has",
          "",
          e);
    } finally {
      target.path(before);
    }
  }

  /** A message without the place where it begins with one. */
  private static String without(String place, String message) {
    return message != null && message.startsWith(place)
        ? message.substring(place.length())
        : message;
  }

  private void reportUnread(LayerCall call, LayerRow row) {
    Config config = call.config();
    for (String key : config.unread()) {
      if (!row.answersFor(key) && !LayerTable.isMeaningless(key, config)) {
        report(
            call.layer(), "key '" + key + "' = " + config.json().get(key) + " is not understood");
      }
    }
    String trains = call.training() ? row.training(config) : "";
    if (!trains.isEmpty()) {
      report(
          call.layer(),
          "the model calls this layer with training=True, and then it "
              + trains
              + "; build the model without it and save it again");
    }
  }

  /** Adds to the gaps that are told all at once. */
  void report(LayerSpec layer, String problem) {
    gaps.add(new Gap(layer.path(), layer.className(), problem));
  }

  /**
   * Notes the states that a layer keeps; its calls would follow each other, so there may be one.
   */
  void keep(LayerCall call, List<Value> before, List<Value> after) {
    String path = call.layer().path();
    boolean called = states.stream().anyMatch(s -> s.after().producer().path().equals(path));
    if (called || call.builder() != builder) {
      throw call.gap("a stateful layer that is called more than once is not supported");
    }
    for (int i = 0; i < before.size(); i++) {
      states.add(new LoweredModel.State(before.get(i), after.get(i)));
    }
  }

  /** Notes a metric of the model itself. */
  void measure(LoweredModel.Metric metric) {
    metrics.add(metric);
  }

  /** A stored tensor as a constant of a builder, once per type. */
  Value constant(GraphBuilder target, Tensor stored, DType type) {
    Map<DType, Value> types =
        constants
            .computeIfAbsent(target, unused -> new IdentityHashMap<>())
            .computeIfAbsent(stored, unused -> new HashMap<>());
    return types.computeIfAbsent(
        type,
        wanted -> {
          Tensor weight = stored.dtype() == wanted ? stored : stored.cast(wanted);
          constantWeights.add(weight);
          return target.apply(new Op.Constant(weight)).get(0);
        });
  }

  /**
   * The layout of layers that do not say theirs; see {@link ChannelsLast#isFirst(ModelTopology)}.
   */
  boolean channelsFirst() {
    return channelsFirst;
  }

  Activations activations() {
    return activations;
  }

  LayerTable table() {
    return table;
  }

  ModelRegistry registry() {
    return registry;
  }
}
