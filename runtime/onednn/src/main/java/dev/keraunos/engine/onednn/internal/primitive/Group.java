package dev.keraunos.engine.onednn.internal.primitive;

import dev.keraunos.graph.Node;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * A node and the elementwise nodes that follow it, each the only reader of the one before. A
 * primitive may compute them together.
 */
public record Group(Node anchor, List<Node> tail) {
  public Node last() {
    return tail.isEmpty() ? anchor : tail.get(tail.size() - 1);
  }

  /** The only result, or the first of the anchor's. */
  public Value output() {
    return last().outputs().get(0);
  }

  public List<Node> nodes() {
    List<Node> nodes = new ArrayList<>();
    nodes.add(anchor);
    nodes.addAll(tail);
    return nodes;
  }

  /** The first nodes of this group: the anchor and that many of the tail. */
  public Group first(int count) {
    return new Group(anchor, tail.subList(0, count));
  }

  /** What {@link #first} leaves over; the count is less than the length of the tail. */
  public Group rest(int count) {
    return new Group(tail.get(count), tail.subList(count + 1, tail.size()));
  }
}
