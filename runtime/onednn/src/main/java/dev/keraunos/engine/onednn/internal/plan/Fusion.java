package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.engine.onednn.internal.primitive.Eltwise;
import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.PostOps;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gathers the nodes of a graph into {@link Group}s. */
final class Fusion {
  /** Operations whose primitives apply further elementwise operations to their result. */
  private static final Set<Class<? extends Op>> ANCHORS =
      Set.of(
          Op.Conv.class,
          Op.ConvTranspose.class,
          Op.MatMul.class,
          Op.Pool.class,
          Op.Unary.class,
          Op.Binary.class);

  private final Facts facts;
  private final Map<Value, List<Node>> readers = new HashMap<>();
  private final Set<Value> kept;
  private final Set<Node> claimed = new HashSet<>();

  private Fusion(Graph graph, Facts facts) {
    this.facts = facts;
    this.kept = new HashSet<>(graph.outputs().values());
    for (Node node : graph.nodes()) {
      for (Value input : node.inputs()) {
        readers.computeIfAbsent(input, value -> new ArrayList<>()).add(node);
      }
    }
  }

  /** The groups of all nodes that compute, each by its last node, so in an order they can run. */
  static Map<Node, Group> groups(Graph graph, Facts facts) {
    Fusion fusion = new Fusion(graph, facts);
    Map<Node, Group> groups = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (facts.computes(node) && !fusion.claimed.contains(node)) {
        Group group = new Group(node, fusion.tail(node));
        fusion.claimed.addAll(group.nodes());
        groups.put(group.last(), group);
      }
    }
    return groups;
  }

  private List<Node> tail(Node anchor) {
    List<Node> tail = new ArrayList<>();
    boolean computes = facts.isFloat32(anchor) || facts.isProductOfBytes(anchor);
    if (!ANCHORS.contains(anchor.op().getClass()) || !computes) {
      return tail;
    }
    Value value = anchor.output();
    while (tail.size() < PostOps.MOST
        && !kept.contains(value)
        && readers.getOrDefault(value, List.of()).size() == 1) {
      Node next = readers.get(value).get(0);
      if (claimed.contains(next) || !continues(next, value)) {
        break;
      }
      tail.add(next);
      value = next.output();
    }
    return tail;
  }

  /** Whether a node is an elementwise function of the value that oneDNN can append. */
  private boolean continues(Node next, Value value) {
    if (next.op() instanceof Op.Cast cast) {
      return converts(cast.dtype(), value);
    }
    boolean alone = next.outputs().size() == 1 && facts.isFloat32(next);
    if (!alone || !facts.shape(next.output()).equals(facts.shape(value))) {
      return false;
    }
    if (next.op() instanceof Op.Unary unary) {
      return Eltwise.of(unary, facts.finite(value)).isPresent();
    }
    return next.op() instanceof Op.Binary binary
        && PostOps.algorithm(binary.kind(), facts.finite(next)).isPresent()
        && (next.inputs().get(0) == value || PostOps.commutes(binary.kind()));
  }

  /** Whether storing a result in another type gives what a cast does. */
  private boolean converts(DType to, Value value) {
    DType from = facts.type(value).dtype();
    if (from == DType.INT32) {
      return to == DType.FLOAT32;
    }
    return from == DType.FLOAT32 && to == DType.INT8 && isWhole(value);
  }

  /** Whether a value was rounded, and then limited to what a byte holds. */
  private static boolean isWhole(Value value) {
    return value.producer().op() instanceof Op.Unary limit
        && limit.kind() == UnaryKind.CLIP
        && limit.alpha() >= Byte.MIN_VALUE
        && limit.beta() <= Byte.MAX_VALUE
        && limit.alpha() == Math.rint(limit.alpha())
        && limit.beta() == Math.rint(limit.beta())
        && value.producer().inputs().get(0).producer().op() instanceof Op.Unary round
        && round.kind() == UnaryKind.ROUND;
  }
}
