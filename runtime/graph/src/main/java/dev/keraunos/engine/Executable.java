package dev.keraunos.engine;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * A graph ready to run, any number of times, from any number of threads at once. Every result is
 * bit for bit that of the same call alone.
 */
public interface Executable extends AutoCloseable {
  /** What is computed. */
  Graph graph();

  /**
   * Runs the graph.
   *
   * @param inputs one tensor per input of the graph, in its order
   * @return one tensor per output of the graph, in its order; the caller owns them
   * @throws InputException if an input does not fit
   * @throws IllegalStateException after {@link #close}
   */
  List<Tensor> run(List<Tensor> inputs);

  /**
   * Runs the graph into tensors of the caller.
   *
   * @param outputs one tensor of the right type per output of the graph, in its order
   * @throws InputException if an input or output does not fit
   */
  void run(List<Tensor> inputs, List<Tensor> outputs);

  /**
   * What each step of a run takes, in their order.
   *
   * @param inputs as {@link #run(List)} takes them
   * @param runs how many are timed
   * @return empty for an engine that does not tell
   */
  default List<StepTime> profile(List<Tensor> inputs, int runs) {
    return List.of();
  }

  /** Which engine runs which node. */
  Map<Node, String> placement();

  /** Frees native memory once running calls are done. Idempotent. */
  @Override
  void close();
}
