package dev.keraunos.importer.internal.lowering;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.Activations;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model as a graph.
 *
 * @param graph its outputs are those of the model that are numbers, by Keras' output names
 * @param texts what is computed with texts beside it
 * @param inputs of the model in its order: of the graph, those of texts of the part beside it
 * @param outputs of the model in its order, by name
 * @param masks the outputs' masks, where they have one
 * @param layerOutputs what every layer computes, by path; a layer called several times has {@code
 *     path#1} and so on
 * @param penalties the regularisers
 * @param parameters how many numbers the variables of each layer hold, by path
 * @param states what stateful layers keep from batch to batch
 * @param draws inputs of the graph behind those of the model, which are drawn anew for every batch
 * @param metrics what was given to {@code Model.add_metric}
 * @param normalizations by stored moments, of layers that are not frozen
 * @param weights the variables that the graph holds as constants; other constants may be those of
 *     functions that were registered, and belong to whoever made them
 * @param ofFunctions names of outputs that a function of TensorFlow made, no activation of Keras
 * @param lossGaps what cannot be lowered and no output depends on: without it there is no loss
 */
public record LoweredModel(
    Graph graph,
    TextPart texts,
    List<Value> inputs,
    Map<String, Value> outputs,
    Map<String, Value> masks,
    Map<String, List<Value>> layerOutputs,
    List<Penalty> penalties,
    Map<String, Long> parameters,
    List<State> states,
    List<Draw> draws,
    List<Metric> metrics,
    List<Normalization> normalizations,
    Set<Tensor> weights,
    Set<String> ofFunctions,
    List<Gap> lossGaps) {

  /** Whether anything is computed with texts, or one of the inputs is of texts. */
  public boolean hasTexts() {
    return !texts.isEmpty() || inputs.stream().anyMatch(input -> input.dtype() == DType.STRING);
  }

  /**
   * A state of a layer with {@code stateful=True}.
   *
   * @param before zeros, which stand for the state before the batch
   * @param after the state after the batch, of the same type
   */
  public record State(Value before, Value after) {}

  /**
   * Random numbers that a layer takes.
   *
   * @param input of the graph; of its dimensions the first alone may be unknown
   * @param normal true for the standard normal distribution, false for numbers evenly spread over 0
   *     (inclusive) to 1 (exclusive)
   * @param path of the layer
   */
  public record Draw(Value input, boolean normal, String path) {}

  /**
   * What {@code Model.add_metric} of tf.keras was given.
   *
   * @param path of the layer that stands for it
   * @param name as evaluate reports it
   * @param isMean whether it is the mean over all numbers of the value; else it is not known
   */
  public record Metric(String path, String name, boolean isMean, Value value) {}

  /**
   * A batch normalization by stored moments.
   *
   * @param path of the layer
   * @param input what it normalizes
   * @param mean the moving mean, in whatever shape the layer stores it
   * @param variance the moving variance
   * @param axis of the input that the moments run along
   */
  public record Normalization(String path, Value input, Tensor mean, Tensor variance, int axis) {}

  /** What a final activation is: {@code softmax} or {@code sigmoid}; empty for others. */
  public Optional<String> activation(String output) {
    Value value = graph.outputs().get(output);
    boolean soft = value != null && value.producer().op() instanceof Op.Softmax;
    return value == null || logits(output).isEmpty()
        ? Optional.empty()
        : Optional.of(soft ? "softmax" : "sigmoid");
  }

  /** A final {@code tanh} or {@code relu}, of which no crossentropy is made; empty for others. */
  public Optional<String> otherEnd(String output) {
    Value value = graph.outputs().get(output);
    if (value == null || !(value.producer().op() instanceof Op.Unary unary)) {
      return Optional.empty();
    }
    boolean plain = unary.kind() == UnaryKind.RELU && unary.alpha() == 0;
    return unary.kind() == UnaryKind.TANH
        ? Optional.of("tanh")
        : plain ? Optional.of("relu") : Optional.empty();
  }

  /** The paths of the layers that draw random numbers. */
  public Set<String> drawingLayers() {
    Set<String> paths = new LinkedHashSet<>();
    draws.forEach(draw -> paths.add(draw.path()));
    return paths;
  }

  /** The paths of the layers that keep states. */
  public Set<String> statefulLayers() {
    Set<String> paths = new LinkedHashSet<>();
    states.forEach(state -> paths.add(state.after().producer().path()));
    return paths;
  }

  /**
   * What a final sigmoid or softmax was applied to: Keras on TensorFlow computes crossentropies
   * from it.
   */
  public Optional<Value> logits(String output) {
    Value value = graph.outputs().get(output);
    return ofFunctions.contains(output)
        ? Activations.logitsOfFunction(value)
        : Activations.logits(value);
  }
}
