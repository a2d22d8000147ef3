package dev.keraunos.internal.prediction;

import dev.keraunos.tensor.Tensor;
import java.util.List;

/** The states of stateful layers between two batches; zeros before the first. Not thread-safe. */
public final class KeptStates implements AutoCloseable {
  private List<Tensor> tensors = List.of();

  /** In the order in which the model lists them; none before the first batch. */
  public List<Tensor> tensors() {
    return tensors;
  }

  /** The states after further batches, in place of those before, which are freed. */
  public void replace(List<Tensor> after) {
    tensors.forEach(Tensor::close);
    tensors = List.copyOf(after);
  }

  /** Frees the states: the next batch starts from zeros. */
  @Override
  public void close() {
    replace(List.of());
  }
}
