package dev.keraunos.nd4j.internal;

import dev.keraunos.engine.internal.Accelerator.Computation;
import dev.keraunos.engine.internal.reference.ReferenceKernels;
import dev.keraunos.graph.Op;
import dev.keraunos.nd4j.Nd4jTensors;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A choice among elements, in which ND4J passes over NaN: with one among the operands the reference
 * kernel makes it.
 */
record NumbersOnly(Op op, Computation call) implements Computation {
  @Override
  public void run(List<Tensor> in, List<Tensor> out) {
    if (in.stream().anyMatch(NumbersOnly::mayHoldNan)) {
      ReferenceKernels.run(op, in, out);
    } else {
      call.run(in, out);
    }
  }

  private static boolean mayHoldNan(Tensor x) {
    INDArray array = Nd4jTensors.array(x);
    try {
      return Double.isNaN(array.sumNumber().doubleValue());
    } finally {
      array.close();
    }
  }
}
