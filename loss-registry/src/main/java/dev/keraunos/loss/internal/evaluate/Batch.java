package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.tensor.Tensor;
import java.util.Map;

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

  /** A batch of a model with one output and no activity regularisers. */
  public static Batch of(String output, OutputData data) {
    return new Batch(Map.of(output, data), Map.of());
  }
}
