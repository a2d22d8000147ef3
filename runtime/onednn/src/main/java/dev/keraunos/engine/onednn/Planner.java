package dev.keraunos.engine.onednn;

import dev.keraunos.engine.reference.ReferenceKernels;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Turns a graph into a {@link Plan} for given types of its inputs. */
final class Planner implements AutoCloseable {
  private static final Map<Class<? extends Op>, Lowering> LOWERINGS =
      Map.ofEntries(
          Map.entry(Op.Conv.class, Convolution::forward),
          Map.entry(Op.ConvTranspose.class, Convolution::transposed),
          Map.entry(Op.Pool.class, Pooling::lower),
          Map.entry(Op.MatMul.class, Product::lower),
          Map.entry(Op.Unary.class, Elementwise::lower),
          Map.entry(Op.Binary.class, Elementwise::lower),
          Map.entry(Op.Reduce.class, Reduction::lower),
          Map.entry(Op.Softmax.class, Normalization::softmax),
          Map.entry(Op.Standardize.class, Normalization::standardize),
          Map.entry(Op.Resize.class, Resampling::lower),
          Map.entry(Op.Rnn.class, Recurrent::lower),
          Map.entry(Op.Concat.class, Movement::concat),
          Map.entry(Op.Transpose.class, Movement::transpose),
          Map.entry(Op.Slice.class, Movement::slice),
          Map.entry(Op.Cast.class, Movement::cast));

  private final Graph graph;
  private final Natives lasting = new Natives();
  private final Natives passing = new Natives();
  private final Primitives primitives;
  private final Map<Value, TensorType> types = new HashMap<>();
  private final Map<Value, Tensor> constants = new HashMap<>();
  private final Finiteness finiteness = new Finiteness();
  private final Map<Value, Place> places = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private boolean done;

  private Planner(Graph graph, PackedWeights weights) {
    this.graph = graph;
    this.primitives = new Primitives(lasting, passing, weights);
  }

  /**
   * A plan.
   *
   * @param finite whether the inputs hold neither NaN nor infinities
   */
  static Plan plan(Graph graph, List<TensorType> inputs, boolean finite, PackedWeights weights) {
    OpenMp.single();
    try (Planner planner = new Planner(graph, weights)) {
      planner.infer(inputs, finite);
      return planner.plan();
    } finally {
      OpenMp.restore();
    }
  }

  /** Frees what only planning needed, and everything if it failed. */
  @Override
  public void close() {
    passing.close();
    if (!done) {
      lasting.close();
    }
  }

  private Plan plan() {
    assignPlaces();
    Map<Node, Group> groups = Fusion.groups(graph, this);
    for (Node node : graph.nodes()) {
      if (groups.containsKey(node)) {
        lower(groups.get(node));
      }
    }
    copyOutputs();
    long bytes = Arena.layOut(steps.stream().map(Step::places).toList());
    List<TensorType> outputs = graph.outputs().values().stream().map(types::get).toList();
    done = true;
    return new Plan(steps, bytes, outputs, lasting);
  }

  // ---- What is known beforehand --------------------------------------------------------------

  private void infer(List<TensorType> inputs, boolean finite) {
    for (int i = 0; i < inputs.size(); i++) {
      types.put(graph.inputs().get(i), inputs.get(i));
      places.put(graph.inputs().get(i), new Place.Input(i));
      if (!finite) {
        finiteness.doubt(graph.inputs().get(i));
      }
    }
    for (Node node : graph.nodes()) {
      if (!(node.op() instanceof Op.Input)) {
        List<TensorType> out = node.infer(node.inputs().stream().map(types::get).toList());
        node.outputs().forEach(value -> types.put(value, out.get(value.index())));
        fold(node);
        noteFiniteness(node);
      }
    }
  }

  /** Computes a node now if nothing it reads depends on the data of a run. */
  private void fold(Node node) {
    if (node.op() instanceof Op.Constant constant) {
      constants.put(node.output(), constant.value());
    } else if (operands(node).allMatch(constants::containsKey)) {
      List<Tensor> results = node.outputs().stream().map(this::allocate).toList();
      ReferenceKernels.run(concrete(node), operands(node).map(constants::get).toList(), results);
      node.outputs().forEach(value -> constants.put(value, results.get(value.index())));
    }
  }

  private void noteFiniteness(Node node) {
    if (constants.containsKey(node.outputs().get(0))) {
      node.outputs().forEach(value -> finiteness.add(value, constants.get(value)));
    } else {
      Value second = node.inputs().get(node.inputs().size() - 1);
      finiteness.add(node, constants.get(second));
    }
  }

  private Tensor allocate(Value value) {
    return Tensor.allocate(types.get(value).dtype(), shape(value));
  }

  /** The inputs of a node that carry data and do not only lend dimensions. */
  private static Stream<Value> operands(Node node) {
    if (node.op() instanceof Op.Fill || node.op() instanceof Op.Iota) {
      return Stream.empty();
    }
    boolean one = node.op() instanceof Op.Reshape || node.op() instanceof Op.BroadcastTo;
    return node.inputs().stream().limit(one ? 1 : node.inputs().size());
  }

  /** The operation of a node in terms of its operands alone. */
  private Op concrete(Node node) {
    List<Dim> dims = Dim.of(shape(node.outputs().get(0)).toArray());
    if (node.op() instanceof Op.Fill fill) {
      return new Op.Fill(fill.dtype(), fill.value(), dims);
    } else if (node.op() instanceof Op.Iota iota) {
      return new Op.Iota(iota.dtype(), dims, iota.axis());
    } else if (node.op() instanceof Op.Reshape) {
      return new Op.Reshape(dims);
    }
    return node.op() instanceof Op.BroadcastTo ? new Op.BroadcastTo(dims) : node.op();
  }

  // ---- Places --------------------------------------------------------------------------------

  /** Lets the steps write outputs of the graph where they belong, where that is possible. */
  private void assignPlaces() {
    int index = 0;
    for (Value output : graph.outputs().values()) {
      Value owner = owner(output);
      if (!constants.containsKey(owner)) {
        places.putIfAbsent(owner, new Place.Output(index));
      }
      index++;
    }
  }

  /** Outputs that are inputs, constants or outputs before. */
  private void copyOutputs() {
    int index = 0;
    for (Value output : graph.outputs().values()) {
      Place target = new Place.Output(index++);
      if (!place(output).equals(target)) {
        TensorType type = types.get(output);
        View to = View.of(target, type.dtype(), type.shape());
        Op copy = new Op.Reshape(Dim.of(type.shape().toArray()));
        steps.add(new Step.Reference(List.of(), copy, List.of(view(output)), List.of(to)));
      }
    }
  }

  /** The value whose memory a value shares. */
  private Value owner(Value value) {
    Value owner = value;
    while (owner.producer().op() instanceof Op.Reshape && !constants.containsKey(owner)) {
      owner = owner.producer().inputs().get(0);
    }
    return owner;
  }

  private Place place(Value value) {
    Value owner = owner(value);
    return constants.containsKey(owner)
        ? new Place.Constant(constants.get(owner))
        : places.computeIfAbsent(
            owner, key -> new Place.Scratch(shape(key).size() * types.get(key).dtype().bytes()));
  }

  // ---- Steps ---------------------------------------------------------------------------------

  /** Computes as much of a group as possible at once, then the rest. */
  private void lower(Group group) {
    for (int n = group.tail().size(); n >= 0; n--) {
      Optional<List<Step>> lowered = tryLower(group.first(n));
      if (lowered.isPresent() || n == 0) {
        steps.addAll(lowered.orElseGet(() -> List.of(reference(group.anchor()))));
        if (n < group.tail().size()) {
          lower(group.rest(n));
        }
        return;
      }
    }
  }

  private Optional<List<Step>> tryLower(Group group) {
    Lowering lowering = LOWERINGS.get(group.anchor().op().getClass());
    boolean eligible = isFloat32(group.anchor()) || group.anchor().op() instanceof Op.Cast;
    return lowering == null || !eligible ? Optional.empty() : lowering.lower(group, this);
  }

  private Step reference(Node node) {
    return new Step.Reference(
        List.of(node),
        concrete(node),
        operands(node).map(this::view).toList(),
        node.outputs().stream().map(this::view).toList());
  }

  // ---- What lowerings ask --------------------------------------------------------------------

  Primitives primitives() {
    return primitives;
  }

  /** Whether a value is known to hold neither NaN nor infinities. */
  boolean finite(Value value) {
    return finiteness.holds(value);
  }

  /** Whether all that a node reads is known to hold neither NaN nor infinities. */
  boolean finite(Node node) {
    return operands(node).allMatch(finiteness::holds);
  }

  Shape shape(Value value) {
    return types.get(value).shape();
  }

  /** The value's tensor if it is the same in every run. */
  Optional<Tensor> constant(Value value) {
    return Optional.ofNullable(constants.get(value));
  }

  /** The row-major elements of a value. */
  View view(Value value) {
    return View.of(place(value), types.get(value).dtype(), shape(value));
  }

  /** Memory for so many float32 elements that lie nowhere yet. */
  View scratch(long size) {
    Place place = new Place.Scratch(size * DType.FLOAT32.bytes());
    return View.of(place, DType.FLOAT32, Shape.of(size));
  }

  /** Whether a node's results must be computed in every run. */
  boolean computes(Node node) {
    Value first = node.outputs().get(0);
    boolean source = node.op() instanceof Op.Input || constants.containsKey(first);
    return !source && !(node.op() instanceof Op.Reshape);
  }

  /** Whether all that a node reads and writes are float32 elements, at least one each. */
  boolean isFloat32(Node node) {
    return Stream.concat(operands(node), node.outputs().stream())
        .map(types::get)
        .allMatch(type -> type.dtype() == DType.FLOAT32 && type.shape().size() > 0);
  }
}
