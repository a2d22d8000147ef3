package dev.keraunos.engine.onednn.internal.run;

import dev.keraunos.graph.internal.axis.Samples;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/**
 * Inputs and outputs of a run, seen as consecutive parts of equally many samples.
 *
 * @param samples in the whole batch
 * @param perPart samples in a part
 */
record Batch(List<Tensor> inputs, List<Tensor> outputs, long samples, long perPart) {
  int parts() {
    return Math.toIntExact(samples / perPart);
  }

  List<Tensor> inputs(int part) {
    return rows(inputs, part * perPart, (part + 1) * perPart);
  }

  List<Tensor> outputs(int part) {
    return rows(outputs, part * perPart, (part + 1) * perPart);
  }

  /** The samples that do not fill a part. */
  Batch rest() {
    long from = parts() * perPart;
    long left = samples - from;
    return new Batch(rows(inputs, from, samples), rows(outputs, from, samples), left, left);
  }

  private List<Tensor> rows(List<Tensor> tensors, long from, long to) {
    return Samples.rows(tensors, samples, from, to);
  }
}
