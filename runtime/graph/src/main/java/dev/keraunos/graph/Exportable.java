package dev.keraunos.graph;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What can be written in the format of another tool: a graph, and where it comes from. */
public interface Exportable {
  /** The names of the outputs, in their order. */
  List<String> outputNames();

  /**
   * The graph of outputs and layers.
   *
   * @param wanted names of outputs, or paths of layers
   * @throws dev.keraunos.error.InputException if there is no such output or layer, or what is
   *     wanted is not computed by a graph alone
   */
  Graph graph(Collection<String> wanted);

  /** Who made it, as keys and texts: the version of Keras, the digest of the file. */
  Map<String, String> provenance();
}
