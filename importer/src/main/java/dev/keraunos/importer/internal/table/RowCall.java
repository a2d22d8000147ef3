package dev.keraunos.importer.internal.table;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.operations.Scope;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.importer.internal.weights.LayerWeights;
import dev.keraunos.importer.layers.LayerCall;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.keras.internal.config.DTypePolicy;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a row sees of one call of its layer: all that a user's layer does, the row itself, and the
 * {@link Site} of the call.
 */
public final class RowCall implements LayerCall, Scope {
  private final Site site;
  private final GraphBuilder builder;
  private final LayerSpec layer;
  private final LayerRow row;
  private final Config config;
  private final LayerWeights weights;
  private final CallArguments given;
  private final DTypePolicy policy;
  private final Map<String, List<String>> regularized = new HashMap<>();
  private final Map<List<Object>, List<Masked>> held = new HashMap<>();

  public RowCall(
      Site site,
      GraphBuilder builder,
      LayerSpec layer,
      LayerRow row,
      Config config,
      LayerWeights weights,
      CallArguments given) {
    this.site = site;
    this.builder = builder;
    this.layer = layer;
    this.row = row;
    this.config = config;
    this.weights = weights;
    this.given = given;
    this.policy = DTypePolicy.read(config.get("dtype").json(), config.path());
  }

  /** The layer as the file describes it. */
  public LayerSpec layer() {
    return layer;
  }

  @Override
  public Config config() {
    return config;
  }

  @Override
  public GraphBuilder builder() {
    return builder;
  }

  @Override
  public String path() {
    return layer.path();
  }

  @Override
  public Dialect dialect() {
    return layer.dialect();
  }

  @Override
  public boolean training() {
    return given.training();
  }

  @Override
  public List<Masked> inputs() {
    return given.inputs();
  }

  @Override
  public Value x() {
    return autocast(input(0).value());
  }

  @Override
  public List<Value> xs() {
    List<Value> values = new ArrayList<>();
    inputs().forEach(input -> values.add(autocast(input.value())));
    return values;
  }

  /**
   * All inputs, cast as {@link #x}.
   *
   * @param least how many the layer takes at least
   * @throws InputException if there are fewer
   */
  public List<Value> xs(int least) {
    requireInputs(least);
    return xs();
  }

  /**
   * An input by its place, as it came.
   *
   * @throws InputException if there are fewer
   */
  public Masked input(int place) {
    requireInputs(place + 1);
    return inputs().get(place);
  }

  /** The inputs behind the first: states. */
  public List<Masked> states() {
    requireInputs(1);
    return inputs().subList(1, inputs().size());
  }

  private void requireInputs(int least) {
    if (inputs().size() < least) {
      throw new InputException(
          "its call gives " + inputs().size() + " tensors, it takes " + least + " or more");
    }
  }

  @Override
  public Value floating() {
    return Ops.cast(input(0).value(), policy.compute());
  }

  /** True if a layer for data gets its input as {@link #floating}, whatever its type. */
  public boolean castsData() {
    return dialect().has(Quirk.DATA_IS_CAST_IN_GRAPHS) && !dialect().runsEagerly();
  }

  /** The input of a layer for data whose numbers otherwise keep their type. */
  public Value data() {
    return castsData() ? floating() : x();
  }

  @Override
  public Value mask() {
    return inputs().isEmpty() ? null : inputs().get(0).mask();
  }

  @Override
  public Value passedMask() {
    return given.passedMask();
  }

  @Override
  public DType computeType() {
    return policy.compute();
  }

  /** The type that the layer keeps its variables in. */
  public DType variableType() {
    return policy.variable();
  }

  /** The text of one of the layer's files among the assets of the archive. */
  public Optional<String> asset(String name) {
    return weights.asset(name);
  }

  /** Whether a layer around it calls its {@code call} itself, which knows no quantization. */
  public boolean isBare() {
    return given.bare();
  }

  public Value autocast(Value value) {
    boolean casts = value.dtype().isFloating() && policy.compute().isFloating();
    return casts ? Ops.cast(value, policy.compute()) : value;
  }

  /** Appends an operation with one output. */
  public Value apply(Op op, Value... operands) {
    return builder.apply(op, operands).get(0);
  }

  /** A function of texts, computed on the host; see {@link Site#text}. */
  public Value text(Op.Call.Function function, Value... operands) {
    return site.text(this, function, List.of(operands));
  }

  /** Notes that the rows of tokens of texts are not filled up; see {@link Site#noteLengths}. */
  public void keepRagged(Op.Call.Function lengths, Value texts) {
    site.noteLengths(lengths, texts);
  }

  /** See {@link Site#hasRaggedRows}. */
  public boolean hasRaggedRows() {
    return site.hasRaggedRows();
  }

  /**
   * Refuses models with ragged rows, of a layer that fills them up to the longest of the batch.
   *
   * @throws GapException if there are some
   */
  public void requireEvenRows() {
    if (site.hasRaggedRows()) {
      throw gap(
          "it fills ragged rows up and takes what it filled in for data, so that samples depend on"
              + " each other; save the text layer with ragged=False");
    }
  }

  /** A tensor known beforehand. */
  public Value constant(Tensor tensor) {
    return builder.constant(tensor);
  }

  /** All positional arguments, in their structure. */
  public List<Argument> arguments() {
    return given.positional();
  }

  /** All keyword arguments. */
  public Map<String, Argument> keywords() {
    return given.keywords();
  }

  /** A keyword argument; null literals count as absent. */
  public Optional<Argument> keyword(String name) {
    return Optional.ofNullable(given.keywords().get(name)).filter(CallArguments::given);
  }

  @Override
  public List<Masked> inputs(String keyword) {
    return keyword(keyword).map(this::tensors).orElse(List.of());
  }

  @Override
  public Setting constant(String keyword) {
    return constant(keyword, given.keywords().get(keyword));
  }

  @Override
  public Setting constant(int position) {
    boolean there = position < given.positional().size();
    return constant(
        "argument " + position + " of its call", there ? given.positional().get(position) : null);
  }

  private Setting constant(String name, Argument argument) {
    ObjectNode constants = JsonNodeFactory.instance.objectNode();
    if (argument instanceof Argument.Literal literal) {
      constants.set(name, literal.json());
    }
    return new Config(constants, layer.path()).get(name);
  }

  /** What an argument refers to. */
  public Masked tensor(TensorRef ref) {
    return given.tensors().apply(ref);
  }

  @Override
  public Value value(TensorRef ref) {
    return tensor(ref).value();
  }

  @Override
  public boolean isOfFunction(Value value) {
    return site.isOfFunction(value);
  }

  @Override
  public void noteFunction(Value made) {
    site.noteFunction(made);
  }

  @Override
  public Value beside() {
    return input(0).value();
  }

  /** The tensors inside an argument, flattened. */
  public List<Masked> tensors(Argument argument) {
    List<Masked> found = new ArrayList<>();
    argument.tensors().forEach(ref -> found.add(tensor(ref)));
    return found;
  }

  @Override
  public Value weight(String name, long... dims) {
    Tensor stored = tensor(name, dims);
    DType type = stored.dtype().isFloating() ? policy.compute() : stored.dtype();
    return site.constant(builder, stored, type);
  }

  /** A variable as a constant of a type; see {@link #weight(String, long...)}. */
  public Value weight(DType type, String name, long... dims) {
    return site.constant(builder, tensor(name, dims), type);
  }

  @Override
  public Tensor tensor(String name, long... dims) {
    Tensor stored = weights.get(name);
    Shape expected = Shape.of(dims);
    if (!expected.accepts(stored.shape())) {
      throw new ModelFileException(
          layer.path(),
          "variable '" + name + "' of shape " + stored.shape(),
          "the shape "
              + expected
              + " that the config and the input "
              + describeInputs()
              + " ask for",
          "The weights belong to another model, or the file is damaged.");
    }
    return stored;
  }

  @Override
  public void regularize(String key, String variable) {
    regularized.computeIfAbsent(key, unused -> new ArrayList<>()).add(variable);
  }

  public Map<String, List<String>> regularized() {
    return regularized;
  }

  private String describeInputs() {
    List<String> shapes = new ArrayList<>();
    inputs().forEach(input -> shapes.add(input.value().shape().toString()));
    return String.join(", ", shapes);
  }

  @Override
  public long dim(Value x, int axis) {
    long dim = x.shape().dim(axis);
    if (dim == Shape.UNKNOWN) {
      throw gap(
          "axis " + axis + " of the input " + x.shape() + " is unknown, but this layer needs it");
    }
    return dim;
  }

  /** y plus the variable {@code bias} of this shape, unless the config switches it off. */
  public Value addBias(Value y, long... dims) {
    boolean biased = config.get("use_bias", "bias").bool(true);
    return biased ? Ops.add(y, weight("bias", dims)) : y;
  }

  @Override
  public Value activate(String key, Value x) {
    return activation(config.get(key)).apply(x);
  }

  /** The activation that an entry of a config names. */
  public Activation activation(Setting entry) {
    return new Activation(entry, this);
  }

  @Override
  public List<Masked> inner(String key, List<Masked> inputs) {
    List<Object> call = List.of(key, List.copyOf(inputs));
    if (!held.containsKey(call)) {
      held.put(call, inner(layer.inner(entry(key).json(), key), key, inputs));
    }
    return held.get(call);
  }

  /** The entry of a key, or of an element as in {@code layers[1]}. */
  private Setting entry(String key) {
    int bracket = key.indexOf('[');
    if (bracket < 0) {
      return config.get(key);
    }
    List<Setting> list = config.get(key.substring(0, bracket)).list();
    String index = key.substring(bracket + 1, key.length() - 1);
    if (!index.matches("\\d{1,9}") || Integer.parseInt(index) >= list.size()) {
      throw gap("the config has no '" + key + "'");
    }
    return list.get(Integer.parseInt(index));
  }

  /**
   * Lowers a layer inside this one. If that is impossible, neither is this layer lowered.
   *
   * @param attribute that holds it in Python
   */
  public List<Masked> inner(LayerSpec inner, String attribute, List<Masked> inputs) {
    List<Masked> outputs = outputs(inner, attribute, inputs);
    if (outputs.isEmpty()) {
      throw GapException.told();
    }
    return outputs;
  }

  /** The same; without outputs where the layer inside cannot be lowered, which is told. */
  public List<Masked> outputs(LayerSpec inner, String attribute, List<Masked> inputs) {
    return site.layer(
        builder, inner, weights.child(attribute), CallArguments.of(inputs, training()));
  }

  /** The same layer called with this alone. */
  public RowCall on(Masked input) {
    CallArguments alone = CallArguments.of(List.of(input), training());
    return new RowCall(site, builder, layer, row, config, weights, alone);
  }

  /** The same of a layer whose {@code call} this layer calls itself. */
  public List<Masked> bareOutputs(LayerSpec inner, String attribute, List<Masked> inputs) {
    CallArguments arguments = CallArguments.of(inputs, training()).asBare();
    return site.layer(builder, inner, weights.child(attribute), arguments);
  }

  /** This call seen from a body graph: the same layer, its operations appended there. */
  public RowCall in(GraphBuilder body) {
    return new RowCall(site, body, layer, row, config, weights, given);
  }

  /** The row of the layer's class. */
  public LayerRow row() {
    return row;
  }

  public LayerWeights weights() {
    return weights;
  }

  public Site site() {
    return site;
  }

  @Override
  public void report(String problem) {
    site.report(layer, problem);
  }

  @Override
  public GapException gap(String problem) {
    return new GapException(problem);
  }
}
