package dev.keraunos.graph.internal.pass;

import dev.keraunos.engine.internal.reference.ReferenceKernels;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Values known beforehand, and operations on them. */
final class Constants {
  private Constants() {}

  static boolean isConstant(Value value) {
    return value.producer().op() instanceof Op.Constant;
  }

  /** The tensor of a value that is a constant. */
  static Optional<Tensor> tensor(Value value) {
    return value.producer().op() instanceof Op.Constant constant
        ? Optional.of(constant.value())
        : Optional.empty();
  }

  /** The results of an operation on tensors. */
  static List<Tensor> compute(Op op, List<Tensor> inputs) {
    List<Tensor> outputs = new ArrayList<>();
    for (TensorType type : op.infer(TensorType.of(inputs))) {
      outputs.add(Tensor.allocate(type.dtype(), type.shape()));
    }
    ReferenceKernels.run(op, inputs, outputs);
    return outputs;
  }

  /** The only result of an operation on tensors. */
  static Tensor compute(Op op, Tensor... inputs) {
    return compute(op, List.of(inputs)).get(0);
  }
}
