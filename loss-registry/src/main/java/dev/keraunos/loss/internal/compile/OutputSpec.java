package dev.keraunos.loss.internal.compile;

import dev.keraunos.loss.Prediction;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * An output of the model.
 *
 * @param name unique among the outputs
 * @param reported as Keras names it in results: the layer's name, which all but tf.keras repeat for
 *     a layer with several outputs
 * @param shape with the batch dimension; dimensions may be unknown
 * @param path where it is in the structure that {@code model.predict} returns: keys of dicts and
 *     positions in lists from the outside in; empty for the only output and in a plain list
 * @param activation that made it, where it is a sigmoid or softmax
 */
public record OutputSpec(
    String name,
    String reported,
    Shape shape,
    List<String> path,
    Optional<Prediction.Activation> activation) {
  public OutputSpec {
    path = List.copyOf(path);
  }

  /** One of a plain list of outputs, or the only one. */
  public OutputSpec(String name, String reported, Shape shape) {
    this(name, reported, shape, List.of(), Optional.empty());
  }

  /** An output that is reported under its own name. */
  public OutputSpec(String name, Shape shape) {
    this(name, name, shape);
  }
}
