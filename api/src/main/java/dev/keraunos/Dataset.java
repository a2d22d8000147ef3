package dev.keraunos;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Samples to evaluate. The first axis of every tensor counts the samples.
 *
 * @param inputs by input name
 * @param targets by output name
 * @param sampleWeights by output name; empty for none
 */
public record Dataset(
    Map<String, Tensor> inputs, Map<String, Tensor> targets, Map<String, Tensor> sampleWeights) {
  public Dataset {
    inputs = Map.copyOf(inputs);
    targets = Map.copyOf(targets);
    sampleWeights = Map.copyOf(sampleWeights);
  }

  /** Samples without weights. */
  public static Dataset of(Map<String, Tensor> inputs, Map<String, Tensor> targets) {
    return new Dataset(inputs, targets, Map.of());
  }

  /**
   * The number of samples.
   *
   * @throws InputException if there is no input or the tensors do not agree
   */
  public long samples() {
    long samples = -1;
    for (Map<String, Tensor> group : List.of(inputs, targets, sampleWeights)) {
      for (Map.Entry<String, Tensor> entry : group.entrySet()) {
        long rows = entry.getValue().shape().rank() == 0 ? -1 : entry.getValue().shape().dim(0);
        if (rows < 0 || (samples >= 0 && rows != samples)) {
          throw new InputException(
              "'"
                  + entry.getKey()
                  + "' of shape "
                  + entry.getValue().shape()
                  + " has not the "
                  + samples
                  + " samples that others have");
        }
        samples = rows;
      }
    }
    if (samples < 0) {
      throw new InputException("the data holds no inputs");
    }
    return samples;
  }
}
