package dev.keraunos.engine.internal.reference;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** The kernel of every operation: what engines run that have none of their own. */
public final class ReferenceKernels {
  private static final KernelTable TABLE = new KernelTable();

  static {
    TABLE.add(Op.Input.class, ReferenceKernels::nothing);
    TABLE.add(Op.Constant.class, ReferenceKernels::nothing);
    Elementwise.addTo(TABLE);
    Reductions.addTo(TABLE);
    Movement.addTo(TABLE);
    Product.addTo(TABLE);
    Convolution.addTo(TABLE);
    Resampling.addTo(TABLE);
    Normalisation.addTo(TABLE);
    TABLE.add(Op.Fourier.class, Fourier::run);
    RnnKernel.addTo(TABLE);
    ScanKernel.addTo(TABLE);
    TABLE.add(Op.Call.class, ReferenceKernels::call);
    TABLE.requireAll();
  }

  private ReferenceKernels() {}

  private static void nothing(Op op, List<Tensor> in, List<Tensor> out, Workers workers) {
    throw new IllegalArgumentException("there is nothing to compute for " + op);
  }

  private static void call(Op.Call op, List<Tensor> in, List<Tensor> out, Workers workers) {
    try (Tensor result = op.function().apply(in)) {
      TensorType wanted = TensorType.of(out.get(0));
      if (!TensorType.of(result).equals(wanted)) {
        throw new InputException(
            op.function() + " gives " + TensorType.of(result) + " where " + wanted + " was said");
      }
      out.get(0).copyFrom(0, result, 0, result.size());
    }
  }

  /**
   * Computes an operation on the calling thread.
   *
   * @param outputs tensors of the types that {@link Op#infer} gives; their contents may be anything
   * @throws dev.keraunos.error.InputException if the data does not fit, such as an index out of
   *     range
   * @throws IllegalArgumentException for an input or constant, which there is nothing to compute of
   */
  public static void run(Op op, List<Tensor> inputs, List<Tensor> outputs) {
    run(op, inputs, outputs, Workers.CALLER);
  }

  static void run(Op op, List<Tensor> inputs, List<Tensor> outputs, Workers workers) {
    TABLE.of(op).run(op, inputs, outputs, workers);
  }
}
