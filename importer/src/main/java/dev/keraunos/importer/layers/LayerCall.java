package dev.keraunos.importer.layers;

import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.topology.Argument;
import dev.keraunos.importer.topology.LayerSpec;
import dev.keraunos.importer.topology.TensorRef;
import dev.keraunos.importer.weights.LayerWeights;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.DTypePolicy;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a row sees of one call of its layer: inputs, config, weights, and where to append
 * operations.
 */
public final class LayerCall implements OperationCall.Scope {
  private final ModelLowering lowering;
  private final GraphBuilder builder;
  private final LayerSpec layer;
  private final LayerRow row;
  private final Config config;
  private final LayerWeights weights;
  private final CallArguments given;
  private final DTypePolicy policy;
  private final Map<String, String> regularized = new HashMap<>();

  LayerCall(
      ModelLowering lowering,
      GraphBuilder builder,
      LayerSpec layer,
      LayerRow row,
      Config config,
      LayerWeights weights,
      CallArguments given) {
    this.lowering = lowering;
    this.builder = builder;
    this.layer = layer;
    this.row = row;
    this.config = config;
    this.weights = weights;
    this.given = given;
    this.policy = config.get("dtype").dtypePolicy();
  }

  public LayerSpec layer() {
    return layer;
  }

  /** The layer's config; keys never read are reported unless the row ignores them. */
  public Config config() {
    return config;
  }

  public GraphBuilder builder() {
    return builder;
  }

  @Override
  public Dialect dialect() {
    return layer.dialect();
  }

  /** Whether the model calls the layer as in training, which Keras 3 never does in predict. */
  public boolean training() {
    return given.training();
  }

  /** The tensors given positionally, flattened, as they came. */
  @Override
  public List<Masked> inputs() {
    return given.inputs();
  }

  /** The only or first input, its floating type cast to the layer's compute type. */
  public Value x() {
    return autocast(inputs().get(0).value());
  }

  /** All inputs, cast as {@link #x}. */
  public List<Value> xs() {
    List<Value> values = new ArrayList<>();
    inputs().forEach(input -> values.add(autocast(input.value())));
    return values;
  }

  /** The first input as the layer's compute type, whatever it was. */
  public Value floating() {
    return Ops.cast(inputs().get(0).value(), policy.compute());
  }

  /** The mask of the first input to compute with, or null. */
  public Value mask() {
    return inputs().isEmpty() ? null : inputs().get(0).mask();
  }

  /** The mask of the first input to hand on, or null; mostly that of {@link #mask}. */
  Value passedMask() {
    return given.passedMask();
  }

  /** The type the layer computes in. */
  public DType computeType() {
    return policy.compute();
  }

  Value autocast(Value value) {
    boolean casts = value.dtype().isFloating() && policy.compute().isFloating();
    return casts ? Ops.cast(value, policy.compute()) : value;
  }

  /** Appends an operation with one output. */
  Value apply(Op op, Value... operands) {
    return builder.apply(op, operands).get(0);
  }

  /** A tensor known beforehand. */
  Value constant(Tensor tensor) {
    return builder.constant(tensor);
  }

  /** All positional arguments, in their structure. */
  public List<Argument> arguments() {
    return given.positional();
  }

  /** All keyword arguments. */
  Map<String, Argument> keywords() {
    return given.keywords();
  }

  /** A keyword argument; null literals count as absent. */
  public Optional<Argument> keyword(String name) {
    return Optional.ofNullable(given.keywords().get(name)).filter(CallArguments::given);
  }

  /** What an argument refers to. */
  @Override
  public Masked tensor(TensorRef ref) {
    return given.tensors().apply(ref);
  }

  /** The tensors inside an argument, flattened. */
  public List<Masked> tensors(Argument argument) {
    List<Masked> found = new ArrayList<>();
    argument.tensors().forEach(ref -> found.add(given.tensors().apply(ref)));
    return found;
  }

  /**
   * A variable as a constant of the compute type.
   *
   * @param name as the row declares it
   * @param dims its shape; {@link Shape#UNKNOWN} where anything goes
   * @throws ModelFileException if the file has no such variable or it has another shape
   */
  public Value weight(String name, long... dims) {
    Tensor stored = tensor(name, dims);
    DType type = stored.dtype().isFloating() ? policy.compute() : stored.dtype();
    return lowering.constant(builder, stored, type);
  }

  /** A variable as a constant of a type; see {@link #weight(String, long...)}. */
  Value weight(DType type, String name, long... dims) {
    return lowering.constant(builder, tensor(name, dims), type);
  }

  /** A variable as stored; see {@link #weight(String, long...)}. */
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

  /**
   * Says which variable of a custom layer a regulariser of its config penalises. Needed where the
   * file does not tell: {@code .keras} files number the variables.
   *
   * @param key of the config, such as {@code kernel_regularizer}
   * @param variable as {@link #weight(String, long...)} takes it
   */
  public void regularize(String key, String variable) {
    regularized.put(key, variable);
  }

  Map<String, String> regularized() {
    return regularized;
  }

  private String describeInputs() {
    List<String> shapes = new ArrayList<>();
    inputs().forEach(input -> shapes.add(input.value().shape().toString()));
    return String.join(", ", shapes);
  }

  /** The dimension of an axis of an input, which must be known. */
  public long dim(Value x, int axis) {
    long dim = x.shape().dim(axis);
    if (dim == Shape.UNKNOWN) {
      throw gap(
          "axis " + axis + " of the input " + x.shape() + " is unknown, but this layer needs it");
    }
    return dim;
  }

  /** y plus the variable {@code bias} of this shape, unless the config switches it off. */
  Value addBias(Value y, long... dims) {
    boolean biased = config.get("use_bias", "bias").bool(true);
    return biased ? Ops.add(y, weight("bias", dims)) : y;
  }

  /** The activation that a config key names, applied; absent and null are linear. */
  public Value activate(String key, Value x) {
    return lowering.activations().apply(config.get(key), x, this);
  }

  /**
   * Lowers a layer inside this one.
   *
   * @param attribute as the row declares it
   */
  public List<Masked> inner(LayerSpec inner, String attribute, List<Masked> inputs) {
    return lowering.layer(
        builder, inner, weights.child(attribute), CallArguments.of(inputs, training()));
  }

  /** This call seen from a body graph: the same layer, its operations appended there. */
  LayerCall in(GraphBuilder body) {
    return new LayerCall(lowering, body, layer, row, config, weights, given);
  }

  /** The row of the layer's class. */
  LayerRow row() {
    return row;
  }

  LayerWeights weights() {
    return weights;
  }

  ModelLowering lowering() {
    return lowering;
  }

  /** This call cannot be lowered; thrown, then collected with all others. */
  @Override
  public GapException gap(String problem) {
    return new GapException(problem);
  }

  /** Carries one gap to where all are collected. */
  public static final class GapException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GapException(String problem) {
      super(problem, null, false, false);
    }
  }
}
