package dev.keraunos.importer.internal.table;

import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.weights.LayerWeights;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** Where a layer is called: what a row asks of whoever walks through the model around it. */
public interface Site {
  /** The rows of all layers. */
  LayerTable table();

  /** What the caller brought along: functions of Lambdas, activations, layers. */
  ModelRegistry registry();

  /** Whether channels come first in layers of Keras 1 that do not say their layout. */
  boolean channelsFirst();

  /** A stored tensor as a constant of a builder, once per type. */
  Value constant(GraphBuilder target, Tensor stored, DType type);

  /** Lowers one call of a layer; no outputs if that is impossible, which is told later. */
  List<Masked> layer(
      GraphBuilder target, LayerSpec layer, LayerWeights weights, CallArguments given);

  /**
   * Notes the states that a stateful layer keeps from batch to batch.
   *
   * @param before zeros, which stand for the states before the batch
   * @param after the states after the batch, of the same types
   * @throws GapException if the layer has been called before
   */
  void keep(RowCall call, List<Value> before, List<Value> after);

  /**
   * A function of texts, computed on the host.
   *
   * @param operands texts, or numbers of the graph
   * @return texts, or numbers as a value of the graph
   * @throws GapException for numbers of texts that were made of the graph's numbers, and in a layer
   *     that lies in one that repeats it
   */
  Value text(RowCall call, Op.Call.Function function, List<Value> operands);

  /** Notes how many tokens texts have whose rows are not filled up to the longest of a batch. */
  void noteLengths(Op.Call.Function lengths, Value texts);

  /** Whether a layer gives rows of tokens that are not filled up. */
  boolean hasRaggedRows();

  /**
   * Numbers that are drawn anew for every batch, in float32.
   *
   * @param shape all dimensions known but the first, which is that of the samples if it is not
   * @param normal true for the standard normal distribution, false for numbers evenly spread over 0
   *     (inclusive) to 1 (exclusive)
   * @throws GapException if further dimensions are unknown, or the layer lies in one that repeats
   *     it
   */
  Value draw(RowCall call, Shape shape, boolean normal);

  /**
   * Notes a metric of the model itself.
   *
   * @param name as evaluate reports it
   * @param isMean whether it is the mean over all numbers of the value; else it is not known
   */
  void measure(LayerSpec layer, String name, boolean isMean, Value value);

  /** Takes the mask of a tensor away, also from calls that come later. */
  void useUpMask(Value tensor);

  /** Notes that a function of TensorFlow made a value; see {@link #isOfFunction}. */
  void noteFunction(Value made);

  /** Whether a function of TensorFlow made a value, behind which Keras remembers no logits. */
  boolean isOfFunction(Value value);

  /** Whether normalizations take the moments of the batch at hand, as in training. */
  boolean takesBatchMoments();

  /**
   * Notes a normalization by stored moments.
   *
   * @param axis of x that the moments run along
   */
  void normalize(RowCall call, Value x, Tensor mean, Tensor variance, int axis);

  /** Notes something that cannot be lowered, and goes on. */
  void report(LayerSpec layer, String problem);
}
