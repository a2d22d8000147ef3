package dev.keraunos.engine.internal;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** A library that computes some operations in place of the reference kernels. Thread-safe. */
public interface Accelerator {
  /** Accelerates nothing. */
  Accelerator NONE = (op, in, out) -> Optional.empty();

  /** Computes one operation into outputs of the inferred types, as the reference kernels do. */
  interface Computation {
    void run(List<Tensor> in, List<Tensor> out);
  }

  /** What computes an operation on operands of these types; empty where a reference kernel does. */
  Optional<Computation> computation(Op op, List<TensorType> in, List<TensorType> out);
}
