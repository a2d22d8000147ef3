package dev.keraunos.loss.internal.check;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.keras.Dialect;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What Python computed with a loss function.
 *
 * @param name of the Python function or class
 * @param saved the loss as a model file would name it: its name, or class and settings
 * @param dialect the Keras that computed it
 * @param cases the first is the whole batch that the other kinds take their data from
 * @param refused what Python would not compute, by the name of the case, with its message
 */
public record LossRecording(
    String name, JsonNode saved, Dialect dialect, List<Case> cases, Map<String, String> refused) {

  public LossRecording {
    cases = List.copyOf(cases);
    refused = Map.copyOf(refused);
  }

  /** What a case is for. */
  public enum Kind {
    /** All samples in one batch. */
    WHOLE,
    /** Some samples of the whole batch, or all in another order. */
    ROWS,
    /** A single position of the first sample. */
    PART,
    /** The whole batch with sample weights. */
    WEIGHTS,
    /** The whole batch with a mask. */
    MASK,
    /** Targets and predictions at the limits. */
    EXTREME
  }

  /**
   * One call of the function.
   *
   * @param rows which samples of the whole batch these are, of {@link Kind#ROWS}
   * @param scores what the function returned
   * @param gradient of the sum of the scores by the prediction, in its shape
   * @param loss what {@code evaluate} returned for this one batch
   */
  public record Case(
      String name,
      Kind kind,
      int[] rows,
      Tensor yTrue,
      Tensor yPred,
      Optional<Tensor> scores,
      Optional<Tensor> gradient,
      Optional<Tensor> sampleWeights,
      Optional<Tensor> mask,
      OptionalDouble loss) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** All samples in one batch. */
  public Case whole() {
    return cases.get(0);
  }

  /** The cases of a kind, in order. */
  public List<Case> of(Kind kind) {
    return cases.stream().filter(c -> c.kind() == kind).toList();
  }
}
