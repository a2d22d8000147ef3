package dev.keraunos.engine.onednn;

import dev.keraunos.graph.Node;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * A node and the elementwise nodes that follow it, each the only reader of the one before. A
 * primitive may compute them together.
 */
record Group(Node anchor, List<Node> tail) {
  Node last() {
    return tail.isEmpty() ? anchor : tail.get(tail.size() - 1);
  }

  /** The only result, or the first of the anchor's. */
  Value output() {
    return last().outputs().get(0);
  }

  List<Node> nodes() {
    List<Node> nodes = new ArrayList<>();
    nodes.add(anchor);
    nodes.addAll(tail);
    return nodes;
  }

  /** The first nodes of this group: the anchor and that many of the tail. */
  Group first(int count) {
    return new Group(anchor, tail.subList(0, count));
  }

  /** What {@link #first} leaves over; the count is less than the length of the tail. */
  Group rest(int count) {
    return new Group(tail.get(count), tail.subList(count + 1, tail.size()));
  }
}
