package dev.keraunos.importer.internal.lowering;

import dev.keraunos.error.InputException;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.table.CallArguments;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.LayerTable;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.table.Site;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.Call;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.topology.RunOrder;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.importer.internal.weights.LayerWeights;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.tensor.internal.UnknownLengthException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Walks a topology call by call and writes each in operations; collects everything it cannot. */
final class ModelWalk implements Site {
  private final GraphBuilder builder;
  private final LayerTable table;
  private final ModelRegistry registry;
  private final boolean channelsFirst;
  private final Set<Gap> gaps = new LinkedHashSet<>();
  private final Set<Gap> lossGaps = new LinkedHashSet<>();
  private final WeightConstants constants = new WeightConstants();
  private final Map<String, List<Value>> layerOutputs = new LinkedHashMap<>();
  private final Penalties penalties = new Penalties();
  private final List<LoweredModel.Metric> metrics = new ArrayList<>();
  private final List<LoweredModel.State> states = new ArrayList<>();
  private final List<LoweredModel.Draw> draws = new ArrayList<>();
  private final Set<Value> usedUp = new HashSet<>();
  private final Set<Value> ofFunctions = new HashSet<>();
  private final List<LoweredModel.Normalization> normalizations = new ArrayList<>();
  private final TextSteps texts;
  private boolean batchMoments;

  /**
   * Whether the call that is being lowered takes what stands for the output of one that failed, of
   * a shape and type that need not be right.
   */
  private boolean behindGap;

  /** Whether no output depends on the call that is being lowered: it is there for the loss. */
  private boolean forLoss;

  /** Whether the call that is being lowered computes as in training. */
  private boolean training;

  /**
   * A walk.
   *
   * @param builder of the graph of the model, whose layers' outputs are noted
   * @param batchMoments whether normalizations take the moments of the batch at hand
   */
  ModelWalk(
      GraphBuilder builder,
      LayerTable table,
      ModelRegistry registry,
      boolean channelsFirst,
      boolean batchMoments) {
    this.batchMoments = batchMoments;
    this.builder = builder;
    this.texts = new TextSteps(builder);
    this.table = table;
    this.registry = registry;
    this.channelsFirst = channelsFirst;
  }

  /**
   * Lowers all calls of a model. For the output of one that fails its first input stands, so that
   * what lies behind it can tell its gaps too.
   */
  List<Masked> model(
      GraphBuilder target, ModelTopology topology, LayerWeights weights, List<Masked> inputs) {
    Map<TensorRef, Masked> tensors = new HashMap<>();
    List<TensorRef> entries = topology.inputStructure().tensors();
    for (int i = 0; i < inputs.size(); i++) {
      tensors.put(entries.get(i), inputs.get(i));
    }
    Set<TensorRef> guessed = new HashSet<>();
    boolean outside = behindGap;
    boolean lossOutside = forLoss;
    Set<Call> needed = RunOrder.needed(topology);
    for (Call call : order(topology)) {
      LayerSpec layer = call.layer();
      if (layer.kind() == LayerSpec.Kind.INPUT || !tensors.keySet().containsAll(call.tensors())) {
        continue;
      }
      forLoss = lossOutside || !needed.contains(call);
      behindGap = outside || call.tensors().stream().anyMatch(guessed::contains);
      CallArguments given =
          CallArguments.of(call, parameters(layer), ref -> left(tensors.get(ref)), training);
      List<Masked> outputs = layer(target, layer, weights.layer(layer.name()), given);
      boolean known = !outputs.isEmpty() && !behindGap;
      if (target == builder && known) {
        String path = layer.path() + (call.index() == 0 ? "" : "#" + call.index());
        layerOutputs.putIfAbsent(path, outputs.stream().map(Masked::value).toList());
      }
      if (layer.model().isPresent() && layer.dialect().has(Quirk.MASKS_STAY_ON_TENSORS)) {
        leaveMasks(given, tensors);
      }
      if (outputs.isEmpty() && !given.inputs().isEmpty()) {
        outputs = given.inputs().subList(0, 1);
      }
      for (int i = 0; i < outputs.size(); i++) {
        TensorRef ref = new TensorRef(layer.name(), call.index(), i);
        tensors.put(ref, outputs.get(i));
        if (!known) {
          guessed.add(ref);
        }
      }
    }
    behindGap = outside;
    forLoss = lossOutside;
    List<Masked> outputs = new ArrayList<>();
    for (TensorRef ref : topology.outputs()) {
      Masked output = tensors.get(ref);
      if (output == null && gaps.isEmpty()) {
        gaps.add(
            new Gap(ref.layer(), "", "output " + ref.tensor() + " of the model does not exist"));
      }
      outputs.add(output == null ? null : left(output));
    }
    boolean whole =
        !outputs.contains(null) && topology.outputs().stream().noneMatch(guessed::contains);
    return whole ? outputs : List.of();
  }

  /** A tensor with its mask, unless that is used up. */
  private Masked left(Masked tensor) {
    return usedUp.contains(tensor.value()) ? Masked.unmasked(tensor.value()) : tensor;
  }

  @Override
  public void noteFunction(Value made) {
    ofFunctions.add(made);
  }

  @Override
  public boolean isOfFunction(Value value) {
    return ofFunctions.contains(value);
  }

  @Override
  public void useUpMask(Value tensor) {
    usedUp.add(tensor);
  }

  /** Where calls change the masks of their inputs, in the order in which Keras runs them. */
  private List<Call> order(ModelTopology topology) {
    return topology.calls().stream().anyMatch(this::changesMasks)
        ? RunOrder.of(topology)
        : topology.calls();
  }

  private boolean changesMasks(Call call) {
    LayerSpec layer = call.layer();
    return layer.model().isPresent()
        ? layer.dialect().has(Quirk.MASKS_STAY_ON_TENSORS)
            && (call.keywords().containsKey("mask") || call.arguments().size() > 1)
        : table.find(layer).filter(LayerRow::isChangingMasks).isPresent();
  }

  /** A model called with masks leaves them on its inputs, for whatever runs after it. */
  private static void leaveMasks(CallArguments given, Map<TensorRef, Masked> tensors) {
    int next = 0;
    for (Argument argument : given.positional()) {
      for (TensorRef ref : argument.tensors()) {
        tensors.put(ref, given.inputs().get(next++));
      }
    }
  }

  /** Of the layer's {@code call} behind the first; see {@link LayerRow#takes}. */
  private List<String> parameters(LayerSpec layer) {
    return layer.model().isPresent()
        ? List.of("training", "mask")
        : table.find(layer).map(LayerRow::parameters).orElse(List.of());
  }

  @Override
  public List<Masked> layer(
      GraphBuilder target, LayerSpec layer, LayerWeights weights, CallArguments given) {
    boolean outside = training;
    boolean moments = batchMoments;
    training = given.training();
    batchMoments &= !given.forbidsTraining(layer);
    try {
      return layer.model().isPresent()
          ? model(target, nested(layer, given), weights, given.inputs())
          : row(target, layer, weights, given);
    } finally {
      training = outside;
      batchMoments = moments;
    }
  }

  private static ModelTopology nested(LayerSpec layer, CallArguments given) {
    ModelTopology model = layer.model().orElseThrow();
    int entries = model.inputStructure().tensors().size();
    if (given.inputs().size() > entries) {
      throw new ModelFileException(
          layer.path(),
          "a call with " + given.inputs().size() + " tensors",
          "the " + entries + " inputs of the model",
          "");
    }
    return model;
  }

  private List<Masked> row(
      GraphBuilder target, LayerSpec layer, LayerWeights weights, CallArguments given) {
    String before = target.path(layer.path());
    try {
      LayerRow row = table.find(layer).orElse(null);
      if (row == null) {
        return List.of();
      }
      RowCall call = new RowCall(this, target, layer, row, layer.config(), weights, given);
      List<Masked> outputs = row.lowering().lower(call);
      if (behindGap) {
        row.activity(call); // its settings are read all the same
      } else if (!outputs.isEmpty()) {
        penalties.collect(call, outputs, target == builder);
      }
      reportUnread(call, row);
      return outputs;
    } catch (GapException e) {
      if (!e.isTold()) {
        report(layer, e.getMessage() + (behindGap ? "; seen behind what is not supported" : ""));
      }
      return List.of();
    } catch (UnknownLengthException e) {
      if (!behindGap) {
        report(layer, e.getMessage());
      }
      return List.of();
    } catch (RuntimeException e) {
      if (behindGap) {
        return List.of();
      }
      RuntimeException fault = fault(layer, e);
      if (!forLoss || !(fault instanceof KeraunosException)) {
        throw fault;
      }
      report(layer, e.getMessage());
      return List.of();
    } finally {
      target.path(before);
    }
  }

  private static RuntimeException fault(LayerSpec layer, RuntimeException found) {
    if (found instanceof InputException e) {
      return new ModelFileException(
          layer.path(),
          "settings that do not go with the input: " + without(layer.path() + ": ", e.getMessage()),
          "axes and sizes that the input has",
          "",
          e);
    }
    boolean ofFile = found instanceof KeraunosException;
    if (!ofFile) { // it shows itself, with its place
      found.addSuppressed(new IllegalStateException("while lowering " + layer.path()));
    }
    return found;
  }

  /** A message without the place where it begins with one. */
  private static String without(String place, String message) {
    return message != null && message.startsWith(place)
        ? message.substring(place.length())
        : message;
  }

  private void reportUnread(RowCall call, LayerRow row) {
    Config config = call.config();
    for (String key : config.unread()) {
      boolean answered = row.answersFor(key) || table.isIgnored(call.layer(), key);
      if (!answered && !LayerTable.isMeaningless(key, config)) {
        report(call.layer(), table.unread(call.layer(), key));
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

  @Override
  public void report(LayerSpec layer, String problem) {
    report(layer, problem, forLoss);
  }

  /**
   * Notes what cannot be lowered.
   *
   * @param lossAlone whether no output depends on it
   */
  void report(LayerSpec layer, String problem, boolean lossAlone) {
    String where = lossAlone ? " (no output depends on it: predictions are computed)" : "";
    (lossAlone ? lossGaps : gaps).add(new Gap(layer.path(), layer.className(), problem + where));
  }

  /** The calls of a layer would follow each other, so there may be one. */
  @Override
  public void keep(RowCall call, List<Value> before, List<Value> after) {
    String path = call.layer().path();
    boolean called = states.stream().anyMatch(s -> s.after().producer().path().equals(path));
    if (called || call.builder() != builder) {
      throw call.gap("a stateful layer that is called more than once is not supported");
    }
    for (int i = 0; i < before.size(); i++) {
      states.add(new LoweredModel.State(before.get(i), after.get(i)));
    }
  }

  @Override
  public Value draw(RowCall call, Shape shape, boolean normal) {
    if (call.builder() != builder || !shape.slice(1, shape.rank()).isConcrete()) {
      throw call.gap(
          call.builder() == builder
              ? "it draws random numbers of the shape " + shape + "; fix its input's dimensions"
              : "it draws random numbers inside of a layer that repeats it, which is not"
                  + " supported");
    }
    Value input = builder.input("draw " + draws.size(), new TensorType(DType.FLOAT32, shape));
    draws.add(new LoweredModel.Draw(input, normal, call.path()));
    return input;
  }

  @Override
  public Value text(RowCall call, Op.Call.Function function, List<Value> operands) {
    return texts.call(call, function, operands);
  }

  @Override
  public void noteLengths(Op.Call.Function lengths, Value tokens) {
    texts.lengths(lengths, tokens);
  }

  @Override
  public boolean hasRaggedRows() {
    return texts.hasRaggedRows();
  }

  /** An input of texts. */
  Value textInput(String name, TensorType type) {
    return texts.input(name, type);
  }

  @Override
  public boolean takesBatchMoments() {
    return batchMoments;
  }

  @Override
  public void normalize(RowCall call, Value x, Tensor mean, Tensor variance, int axis) {
    if (call.builder() == builder) {
      normalizations.add(
          new LoweredModel.Normalization(call.layer().path(), x, mean, variance, axis));
    }
  }

  @Override
  public void measure(LayerSpec layer, String name, boolean isMean, Value value) {
    metrics.add(new LoweredModel.Metric(layer.path(), name, isMean, value));
  }

  @Override
  public Value constant(GraphBuilder target, Tensor stored, DType type) {
    return constants.of(target, stored, type);
  }

  @Override
  public boolean channelsFirst() {
    return channelsFirst;
  }

  @Override
  public LayerTable table() {
    return table;
  }

  @Override
  public ModelRegistry registry() {
    return registry;
  }

  /** Everything that outputs need and cannot be lowered, in model order. */
  Set<Gap> gaps() {
    return gaps;
  }

  /** What cannot be lowered and no output depends on. */
  List<Gap> lossGaps() {
    return List.copyOf(lossGaps);
  }

  /** As in {@link LoweredModel}. */
  Map<String, List<Value>> layerOutputs() {
    return layerOutputs;
  }

  /** The walk so far as a model, whose outputs a graph and masks are. */
  LoweredModel result(
      Graph graph,
      List<Value> inputs,
      Map<String, Value> outputs,
      Map<String, Value> masks,
      Map<String, Long> parameters) {
    Set<String> made = new LinkedHashSet<>();
    outputs.forEach((name, value) -> made.addAll(isOfFunction(value) ? List.of(name) : List.of()));
    return new LoweredModel(
        graph,
        texts.part(),
        inputs,
        outputs,
        masks,
        layerOutputs,
        penalties.list(),
        parameters,
        states,
        draws,
        metrics,
        normalizations,
        constants.tensors(),
        made,
        lossGaps());
  }
}
