package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.engine.onednn.internal.library.Natives;
import dev.keraunos.engine.onednn.internal.library.OpenMp;
import dev.keraunos.engine.onednn.internal.lowering.Lowerings;
import dev.keraunos.engine.onednn.internal.primitive.BlockWeights;
import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.PackedWeights;
import dev.keraunos.engine.onednn.internal.primitive.Primitives;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.step.Arena;
import dev.keraunos.engine.onednn.internal.step.Place;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns a graph into a {@link Plan} for given types of its inputs. */
public final class Planner implements Site, AutoCloseable {
  private final Graph graph;
  private final Facts facts;
  private final Places places;
  private final Natives lasting = new Natives();
  private final Natives passing = new Natives();
  private final Primitives primitives;
  private final List<Step> steps = new ArrayList<>();
  private boolean done;

  private Planner(Graph graph, Facts facts, PackedWeights weights) {
    this.graph = graph;
    this.facts = facts;
    this.places = new Places(graph, facts);
    this.primitives = new Primitives(lasting, passing, weights);
  }

  /**
   * A plan.
   *
   * @param finite whether the inputs hold neither NaN nor infinities
   */
  public static Plan plan(
      Graph graph, List<TensorType> inputs, boolean finite, PackedWeights weights) {
    OpenMp.single();
    try (Planner planner = new Planner(graph, new Facts(graph, inputs, finite, weights), weights)) {
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
    Map<Node, Group> groups = Fusion.groups(graph, facts);
    for (Node node : graph.nodes()) {
      if (groups.containsKey(node)) {
        lower(groups.get(node));
      }
    }
    copyOutputs();
    List<Step> ordered = SideBySide.join(Pipeline.join(steps));
    long bytes = Arena.layOut(ordered.stream().map(Step::places).toList());
    List<TensorType> outputs = graph.outputs().values().stream().map(facts::type).toList();
    done = true;
    return new Plan(ordered, bytes, outputs, lasting);
  }

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
    boolean eligible =
        facts.isFloat32(group.anchor())
            || facts.isProductOfBytes(group.anchor())
            || group.anchor().op() instanceof Op.Cast;
    return eligible ? Lowerings.lower(group, this) : Optional.empty();
  }

  private Step reference(Node node) {
    return new Step.Reference(
        List.of(node),
        facts.concrete(node),
        Facts.operands(node).map(this::view).toList(),
        node.outputs().stream().map(this::view).toList());
  }

  /** Outputs that are inputs, constants or outputs before. */
  private void copyOutputs() {
    int index = 0;
    for (Value output : graph.outputs().values()) {
      Place target = new Place.Output(index++);
      if (!places.of(output).equals(target)) {
        TensorType type = facts.type(output);
        View to = View.of(target, type.dtype(), type.shape());
        Op copy = new Op.Reshape(Dim.of(type.shape().toArray()));
        steps.add(new Step.Reference(List.of(), copy, List.of(view(output)), List.of(to)));
      }
    }
  }

  // ---- What lowerings ask --------------------------------------------------------------------

  @Override
  public Primitives primitives() {
    return primitives;
  }

  @Override
  public Shape shape(Value value) {
    return facts.shape(value);
  }

  @Override
  public Optional<Tensor> constant(Value value) {
    return facts.constant(value);
  }

  @Override
  public Optional<BlockWeights> blocks(Value value, boolean transposed) {
    return Dequantized.of(value, transposed, facts)
        .map(found -> new BlockWeights(view(found.bytes()), view(found.scales())));
  }

  @Override
  public boolean finite(Value value) {
    return facts.finite(value);
  }

  @Override
  public boolean finite(Node node) {
    return facts.finite(node);
  }

  @Override
  public long recurrencesOf(Value value) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof Op.Rnn && node.inputs().get(0).equals(value))
        .count();
  }

  @Override
  public boolean isStacked(Node recurrence) {
    return graph.nodes().stream()
            .filter(node -> node.op() instanceof Op.Rnn)
            .anyMatch(
                node -> Pipeline.follows(node, recurrence) || Pipeline.follows(recurrence, node))
        && recurrencesOf(recurrence.inputs().get(0)) == 1
        && recurrencesOf(recurrence.outputs().get(0)) <= 1;
  }

  @Override
  public boolean isRead(Value value) {
    return graph.outputs().containsValue(value)
        || graph.nodes().stream().anyMatch(node -> node.inputs().contains(value));
  }

  @Override
  public View view(Value value) {
    return places.view(value);
  }

  @Override
  public View scratch(long size) {
    Place place = new Place.Scratch(size * DType.FLOAT32.bytes());
    return View.of(place, DType.FLOAT32, Shape.of(size));
  }
}
