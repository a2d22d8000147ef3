package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.tensor.DType;

/** Attention of heads (batch, time, heads, size) as KerasHub writes it out on TensorFlow. */
final class Attention {
  private Attention() {}

  /** query·key for each pair: (batch, heads, queries, keys). */
  static Value scores(Value query, Value key) {
    return Ops.einsum("aecd,abcd->acbe", key, query);
  }

  /** weights·value: (batch, queries, heads, size). */
  static Value mix(Value weights, Value value) {
    Value cast = Ops.cast(value, wider(weights.dtype(), value.dtype()));
    return Ops.einsum("acbe,aecd->abcd", Ops.cast(weights, cast.dtype()), cast);
  }

  private static DType wider(DType a, DType b) {
    return a == DType.FLOAT64 || b == DType.FLOAT64 ? DType.FLOAT64 : a == b ? a : DType.FLOAT32;
  }

  /**
   * The scores as weights that sum to one.
   *
   * @param softmax the layer inside that makes them
   * @param mask (batch or 1, queries or 1, keys) of the scores that count, or null
   */
  static Value weights(Block block, String softmax, Value scores, Value mask) {
    Value each = mask;
    while (each != null && each.rank() < scores.rank()) {
      each = Ops.expandDims(each, 1);
    }
    return block.masked(softmax, new Masked(scores, each)).value();
  }

  /** softmax(query·key·scale)·value, the weights rounded to the type of the layer. */
  static Value of(
      Block block, String softmax, Value query, Value key, Value value, double scale, Value mask) {
    Value scores = Ops.multiply(scores(query, key), scale);
    Value weights = weights(block, softmax, scores, mask);
    return mix(Ops.cast(weights, block.call().computeType()), value);
  }

  /** Each head of keys or values as often as it serves heads of queries. */
  static Value repeated(Value x, long heads, long groups) {
    return heads == groups ? x : Ops.repeat(x, Math.toIntExact(heads / groups), 2);
  }

  /** Whether keys and queries are less than a window apart, (1, time, time). */
  static Value window(Block block, Value x, long least, long most) {
    Value steps = block.steps(x, 1, DType.INT32);
    Value back = Ops.subtract(Ops.expandDims(steps, 1), Ops.expandDims(steps, 0));
    Value near = Ops.logicalAnd(Ops.greaterEqual(back, least), Ops.lessEqual(back, most));
    return Ops.expandDims(near, 0);
  }

  /** Both masks, either of which may be null. */
  static Value both(Value a, Value b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return Ops.logicalAnd(Ops.cast(a, DType.BOOL), Ops.cast(b, DType.BOOL));
  }
}
