package dev.keraunos.engine.internal.reference;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The kernel of every operation: what engines run that have none of their own. */
public final class ReferenceKernels {
  private static final Map<Class<? extends Op>, Kernel<?>> TABLE = new HashMap<>();

  static {
    put(Op.Fill.class, Elementwise::fill);
    put(Op.Iota.class, Elementwise::iota);

    put(Op.Unary.class, Elementwise::unary);
    put(Op.Binary.class, Elementwise::binary);
    put(Op.Select.class, Elementwise::select);
    put(Op.Cast.class, Elementwise::cast);

    put(Op.Reduce.class, Reductions::reduce);
    put(Op.ArgReduce.class, Reductions::argReduce);
    put(Op.Cumulative.class, Reductions::cumulative);
    put(Op.TopK.class, Reductions::topK);
    put(Op.Sort.class, Reductions::sort);

    put(Op.Reshape.class, Movement::reshape);
    put(Op.Transpose.class, Movement::transpose);
    put(Op.BroadcastTo.class, Movement::broadcast);
    put(Op.Slice.class, Movement::slice);
    put(Op.Concat.class, Movement::concat);
    put(Op.Pad.class, Movement::pad);
    put(Op.Repeat.class, Movement::repeat);
    put(Op.Gather.class, Movement::gather);
    put(Op.GatherAlong.class, Movement::gatherAlong);
    put(Op.OneHot.class, Movement::oneHot);

    put(Op.MatMul.class, Product::matMul);
    put(Op.Conv.class, Convolution::conv);
    put(Op.ConvTranspose.class, Convolution::convTranspose);
    put(Op.Pool.class, Resampling::pool);
    put(Op.AdaptivePool.class, Resampling::adaptivePool);
    put(Op.Resize.class, Resampling::resize);

    put(Op.Softmax.class, Normalisation::softmax);
    put(Op.Standardize.class, Normalisation::standardize);

    put(Op.Rnn.class, RnnKernel::run);
    put(Op.Scan.class, ScanKernel::run);

    put(Op.Call.class, ReferenceKernels::call);
  }

  private ReferenceKernels() {}

  private static <O extends Op> void put(Class<O> type, Kernel<O> kernel) {
    TABLE.put(type, kernel);
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

  @SuppressWarnings("unchecked") // put() ties the class of the key to that of the kernel
  static void run(Op op, List<Tensor> inputs, List<Tensor> outputs, Workers workers) {
    Kernel<Op> kernel = (Kernel<Op>) TABLE.get(op.getClass());
    if (kernel == null) {
      throw new IllegalArgumentException("there is nothing to compute for " + op);
    }
    kernel.run(op, inputs, outputs, workers);
  }
}
