package dev.keraunos.engine.internal.reference;

import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/**
 * Computes one operation into outputs of the inferred types, whose contents are undefined before.
 */
interface Kernel<O extends Op> {
  void run(O op, List<Tensor> in, List<Tensor> out, Workers workers);
}
