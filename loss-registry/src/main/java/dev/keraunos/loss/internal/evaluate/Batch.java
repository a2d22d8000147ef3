package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Tensor;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What evaluate sees at once: {@code batch_size} samples, fewer at the end. Results depend on this
 * size wherever Keras' do.
 *
 * @param outputs by output name; outputs without loss and metrics may be absent
 * @param inputs of the model, by name, for those who explain; empty for none
 * @param activities the regularised activities, by the path given to {@link
 *     Evaluation.Builder#activity}
 */
public record Batch(
    Map<String, OutputData> outputs, Map<String, Tensor> inputs, Map<String, Tensor> activities) {
  /** A batch without inputs. */
  public Batch(Map<String, OutputData> outputs, Map<String, Tensor> activities) {
    this(outputs, Map.of(), activities);
  }

  /**
   * How many samples it has; where no output has targets, as many as the inputs.
   *
   * @throws InputException if it holds neither
   */
  long samples() {
    return Stream.concat(
            outputs.values().stream().map(OutputData::yPred),
            inputs.values().stream().filter(input -> input.shape().rank() > 0))
        .findFirst()
        .map(data -> data.shape().dim(0))
        .orElseThrow(
            () -> new InputException("the batch holds no targets and no input of numbers"));
  }

  /** A batch of a model with one output and no activity regularisers. */
  public static Batch of(String output, OutputData data) {
    return new Batch(Map.of(output, data), Map.of());
  }
}
