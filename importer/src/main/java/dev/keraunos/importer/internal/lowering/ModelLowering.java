package dev.keraunos.importer.internal.lowering;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.builtin.KerasLayers;
import dev.keraunos.importer.internal.library.Libraries;
import dev.keraunos.importer.internal.table.ChannelsLast;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.LayerTable;
import dev.keraunos.importer.internal.topology.InputSpec;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.topology.RunOrder;
import dev.keraunos.importer.internal.weights.LayerWeights;
import dev.keraunos.importer.internal.weights.VariableTable;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.importer.layers.UnsupportedModelException;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.internal.config.Quantization;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** From a model's layers and calls to its graph. */
public final class ModelLowering {
  private final ModelTopology topology;
  private final LayerTable table;
  private final GraphBuilder builder = new GraphBuilder();
  private final ModelWalk walk;
  private Map<String, Long> parameters = Map.of();

  private ModelLowering(ModelTopology topology, ModelRegistry registry, boolean batchMoments) {
    this.topology = topology;
    this.table = KerasLayers.table(registry);
    this.walk =
        new ModelWalk(builder, table, registry, ChannelsLast.isFirst(topology), batchMoments);
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
    return new ModelLowering(topology, registry, false).lower(weights);
  }

  /**
   * The same with normalizations that take the moments of the batch, as in training.
   *
   * @throws UnsupportedModelException as {@link #lower} does, or if one cannot
   */
  public static LoweredModel withBatchMoments(
      ModelTopology topology,
      Function<VariableTable, LayerWeights> weights,
      ModelRegistry registry) {
    return new ModelLowering(topology, registry, true).lower(weights);
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
    ModelLowering lowering = new ModelLowering(topology, registry, false);
    Map<String, List<Value>> outputs = lowering.walk.layerOutputs();
    try {
      return Survey.of(lowering.lower(weights));
    } catch (UnsupportedModelException e) {
      return new Survey(outputs, Map.of(), Set.of(), Set.of(), e.gaps());
    }
  }

  /**
   * What is known of a model, be it supported or not.
   *
   * @param layerOutputs as in {@link LoweredModel}, without the layers behind a gap
   * @param outputs of the model; empty if it has gaps
   * @param stateful the paths of the layers that keep states; empty if the model has gaps
   * @param drawing the paths of the layers that draw random numbers; empty if the model has gaps
   * @param gaps everything that cannot be lowered, be it for the loss alone
   */
  public record Survey(
      Map<String, List<Value>> layerOutputs,
      Map<String, Value> outputs,
      Set<String> stateful,
      Set<String> drawing,
      List<Gap> gaps) {
    /** What is known of a model that could be lowered. */
    public static Survey of(LoweredModel model) {
      return new Survey(
          model.layerOutputs(),
          model.outputs(),
          model.statefulLayers(),
          model.drawingLayers(),
          model.lossGaps());
    }
  }

  private LoweredModel lower(Function<VariableTable, LayerWeights> weights) {
    findUnknown(topology, false);
    List<Masked> inputs = new ArrayList<>();
    for (InputSpec input : topology.inputs()) {
      TensorType type = type(input);
      boolean text = type.dtype() == DType.STRING;
      inputs.add(
          Masked.unmasked(
              text ? walk.textInput(input.name(), type) : builder.input(input.name(), type)));
    }
    LayerWeights stored = matched(weights);
    parameters = stored.parameters();
    List<Masked> outputs = walk.model(builder, topology, stored, inputs);
    requireNoGaps();
    Map<String, Value> named = new LinkedHashMap<>();
    Map<String, Value> numbers = new LinkedHashMap<>();
    Map<String, Value> masks = new LinkedHashMap<>();
    for (String name : topology.outputNames()) {
      Masked output = outputs.get(named.size());
      named.put(name, output.value());
      if (output.value().dtype() != DType.STRING) {
        numbers.put(name, output.value());
      }
      if (output.mask() != null) {
        masks.put(name, output.mask());
      }
    }
    return walk.result(
        builder.build(numbers),
        inputs.stream().map(Masked::value).toList(),
        named,
        masks,
        parameters);
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
    if (!walk.gaps().isEmpty()) {
      List<Gap> all = new ArrayList<>(walk.gaps());
      all.addAll(walk.lossGaps());
      throw new UnsupportedModelException(all);
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
    return new TensorType(dtype(input), shape.rank() == 0 ? shape : shape.with(0, Shape.UNKNOWN));
  }

  private static DType dtype(InputSpec input) {
    try {
      return DType.of(input.dtype());
    } catch (InputException e) {
      throw new ModelFileException(input.name(), "an input: " + e.getMessage(), "these", "", e);
    }
  }

  private void findUnknown(ModelTopology model, boolean forLoss) {
    Set<String> needed = new HashSet<>();
    RunOrder.needed(model).forEach(call -> needed.add(call.layer().name()));
    Set<String> called = new HashSet<>();
    model.calls().forEach(call -> called.add(call.layer().name()));
    for (LayerSpec layer : model.layersByName().values()) {
      boolean lossAlone = called.contains(layer.name()) && !needed.contains(layer.name());
      findUnknown(layer, forLoss || lossAlone);
    }
  }

  private void findUnknown(LayerSpec layer, boolean forLoss) {
    if (layer.model().isPresent()) {
      findUnknown(layer.model().get(), forLoss);
    } else if (layer.kind() != LayerSpec.Kind.INPUT) {
      table
          .find(layer)
          .ifPresentOrElse(
              row -> {
                row.children(layer).values().forEach(child -> findUnknown(child, forLoss));
                reportQuantization(layer, row, forLoss);
              },
              () ->
                  walk.report(
                      layer,
                      Libraries.unknown(layer.registeredName())
                          .orElseGet(() -> table.unknown(layer)),
                      forLoss));
    }
  }

  private void reportQuantization(LayerSpec layer, LayerRow row, boolean forLoss) {
    String name = layer.quantizationMode();
    Optional<Quantization> quantization = layer.quantization();
    boolean known = quantization.map(found -> row.takes(found.mode())).orElse(name.isEmpty());
    if (!known && !row.isCustom()) {
      String problem = "its dtype policy names the quantization '" + name + "', ";
      String which =
          quantization.isPresent()
              ? "which Keras does not have for " + layer.className()
              : "known are " + Quantization.NAMES;
      walk.report(layer, problem + which + "; save the model before quantize()", forLoss);
    }
  }
}
