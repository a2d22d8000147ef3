package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.engine.onednn.internal.primitive.PackedWeights;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.axis.Samples;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How inputs of certain types are run: whole, or in parts of so many samples. It depends on the
 * work alone, so that results do not depend on threads.
 *
 * @param samples in the batch
 * @param perPart samples in a part
 */
public record Schedule(long samples, long perPart) {
  private static final Schedule WHOLE = new Schedule(1, 1);

  /** So many parts of a batch keep threads busy. */
  private static final long PARTS = 16;

  /** Samples that share weights well. */
  private static final long SHARING = 8;

  /**
   * Parts as small as they can be without reading the weights more often than data: one sample
   * where activations outweigh the weights, so that they stay in the cache of one core; the whole
   * batch where weights outweigh all of it and do not fit the cache. No part is too small to be
   * worth handing to another thread.
   */
  public static Schedule of(Graph graph, boolean independent, List<TensorType> inputs) {
    if (!independent) {
      return WHOLE;
    }
    long samples = inputs.get(0).shape().dim(0);
    boolean agree = inputs.stream().allMatch(type -> type.shape().dim(0) == samples);
    if (samples <= 1 || !agree) {
      return WHOLE;
    }
    Map<Value, TensorType> single;
    try {
      single = graph.types(withSamples(inputs, 1));
    } catch (InputException e) {
      return WHOLE; // one sample alone does not divide as the batch does
    }
    long weights = weights(graph);
    Set<Value> computed = Samples.dependent(graph);
    long ratio = weights / Math.max(1, activations(computed, single));
    boolean whole = weights > PackedWeights.CACHE && ratio >= samples;
    long shared = Math.min(ratio, Math.max(SHARING, (samples + PARTS - 1) / PARTS));
    long worth = (long) Math.ceil(Tiling.TILE_OPERATIONS / operations(graph, computed, single));
    long perPart = Math.max(whole ? samples : shared, worth);
    return new Schedule(samples, Math.max(1, Math.min(samples, perPart)));
  }

  /** The types of the inputs of a part, or of any number of samples. */
  public static List<TensorType> withSamples(List<TensorType> inputs, long count) {
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

  private static long activations(Set<Value> computed, Map<Value, TensorType> types) {
    return types.entrySet().stream()
        .filter(entry -> computed.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .mapToLong(type -> type.shape().size() * type.dtype().bytes())
        .sum();
  }

  /** Roughly how many multiplications and sums a run takes. */
  private static double operations(Graph graph, Set<Value> computed, Map<Value, TensorType> types) {
    double sum = 1;
    for (Node node : graph.nodes()) {
      boolean free = node.op() instanceof Op.Reshape || !computed.contains(node.outputs().get(0));
      if (!free && !(node.op() instanceof Op.Input)) {
        sum += operations(node, types);
      }
    }
    return sum;
  }

  private static double operations(Node node, Map<Value, TensorType> types) {
    double flops = Work.flops(node, types);
    if (flops > 0) {
      return flops;
    }
    double out = types.get(node.outputs().get(0)).shape().size();
    boolean steps = node.op() instanceof Op.Scan;
    double in = steps ? types.get(node.inputs().get(0)).shape().size() : 0;
    return Tiling.MOVED_ELEMENT * Math.max(out, in);
  }
}
