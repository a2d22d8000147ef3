package dev.keraunos.nd4j.internal;

import dev.keraunos.engine.internal.Accelerator.Computation;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.nd4j.Nd4jTensors;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.function.BiFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.factory.Nd4j;

/** A custom operation of ND4J with its arguments, which libnd4j tells apart by type and place. */
record Call(String name, long[] integers, double[] reals, boolean[] flags) implements Computation {
  static Call of(String name, long... integers) {
    return new Call(name, integers, new double[0], new boolean[0]);
  }

  Call reals(double... values) {
    return new Call(name, integers, values, flags);
  }

  Call flags(boolean... values) {
    return new Call(name, integers, reals, values);
  }

  @Override
  public void run(List<Tensor> in, List<Tensor> out) {
    onArrays(
        name,
        in,
        out,
        (x, y) -> {
          OpContext context = Nd4j.getExecutioner().buildContext();
          try {
            context.setInputArrays(x);
            context.setOutputArrays(y);
            context.setIArguments(integers);
            context.setTArguments(reals);
            context.setBArguments(flags);
            Nd4j.exec(DynamicCustomOp.builder(name).build(), context);
          } finally {
            context.purge();
          }
        });
  }

  /** A function of one array, elementwise, which ND4J has as a class of its own. */
  static Computation transform(BiFunction<INDArray, INDArray, Op> transform) {
    return (in, out) ->
        onArrays("a transform", in, out, (x, y) -> Nd4j.exec(transform.apply(x.get(0), y.get(0))));
  }

  private interface Work {
    void run(List<INDArray> in, List<INDArray> out);
  }

  private static void onArrays(String name, List<Tensor> in, List<Tensor> out, Work work) {
    List<INDArray> x = in.stream().map(Nd4jTensors::array).toList();
    List<INDArray> y = out.stream().map(Nd4jTensors::array).toList();
    try {
      work.run(x, y);
      Nd4j.getExecutioner().commit();
    } catch (RuntimeException e) {
      throw new KeraunosException(
          "ND4J refuses " + name + " (" + e.getMessage() + "); the engine 'reference' computes it",
          e);
    } finally {
      x.forEach(INDArray::close);
      y.forEach(INDArray::close);
    }
  }
}
