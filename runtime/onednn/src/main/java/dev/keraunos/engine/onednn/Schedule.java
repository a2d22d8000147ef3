package dev.keraunos.engine.onednn;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import java.util.List;
import java.util.Map;

/**
 * How inputs of certain types are run: whole, or in parts of so many samples.
 *
 * @param samples in the batch
 * @param perPart samples in a part
 */
record Schedule(List<TensorType> inputs, long samples, long perPart) {
  /**
   * Parts as small as they can be without reading the weights more often than data: one sample
   * where activations outweigh the weights, so that they stay in the cache of one core.
   */
  static Schedule of(Graph graph, boolean independent, List<TensorType> inputs, int threads) {
    long samples = independent ? inputs.get(0).shape().dim(0) : 1;
    boolean agree = inputs.stream().allMatch(type -> type.shape().dim(0) == samples);
    if (!independent || samples <= 1 || !agree) {
      return new Schedule(inputs, 1, 1);
    }
    Map<Value, TensorType> single;
    try {
      single = graph.types(withSamples(inputs, 1));
    } catch (InputException e) {
      return new Schedule(inputs, 1, 1); // one sample alone does not divide as the batch does
    }
    long ratio = weights(graph) / Math.max(1, activations(single));
    long perThread = (samples + threads - 1) / threads;
    return new Schedule(inputs, samples, Math.max(1, Math.min(ratio, perThread)));
  }

  /** The types of the inputs of a part, or of any number of samples. */
  static List<TensorType> withSamples(List<TensorType> inputs, long count) {
    return inputs.stream()
        .map(type -> new TensorType(type.dtype(), type.shape().with(0, count)))
        .toList();
  }

  private static long weights(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof Op.Constant)
        .mapToLong(node -> ((Op.Constant) node.op()).value().byteSize())
        .sum();
  }

  private static long activations(Map<Value, TensorType> types) {
    return types.entrySet().stream()
        .filter(entry -> !(entry.getKey().producer().op() instanceof Op.Constant))
        .map(Map.Entry::getValue)
        .mapToLong(type -> type.shape().size() * type.dtype().bytes())
        .sum();
  }
}
