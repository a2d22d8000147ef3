package dev.keraunos.importer.internal.summary;

import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/**
 * A layer as its file has it.
 *
 * @param trainable whether it and every model around it is
 * @param arrays its variables and those of layers that it wraps, not those of models' layers, which
 *     are listed themselves
 * @param calls of the layer, in order
 */
public record SavedLayer(LayerSpec spec, boolean trainable, List<Array> arrays, List<Call> calls) {
  /** Names from the root model down. */
  public String path() {
    return spec.path();
  }

  /** The path of the model that holds it; empty for the model itself. */
  public String parent() {
    int end = path().length() - spec.name().length() - 1;
    return end < 0 ? "" : path().substring(0, end);
  }

  /**
   * One call.
   *
   * @param sources what computes the tensors that it takes, in order: {@code path#1} is the second
   *     call of a layer, {@code path:1} its second tensor
   * @param arguments what else it is given, as text: constants and keywords
   */
  public record Call(List<String> sources, String arguments) {}

  /**
   * A variable.
   *
   * @param name in the layer, such as {@code kernel} or {@code forward_layer/cell/kernel}
   * @param trainable whether training changes it
   */
  public record Array(String name, boolean trainable, Tensor value) {
    /** How many bytes its numbers are in memory. */
    public long bytes() {
      return value.size() * value.dtype().bytes();
    }
  }
}
