package dev.keraunos.testing;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Set;

/** What results of a single operation are held to. */
public final class OpTolerance {
  /** Operations that choose among elements, or say where they are. */
  private static final Set<Class<? extends Op>> CHOICES =
      Set.of(Op.ArgReduce.class, Op.TopK.class, Op.Sort.class, Op.OneHot.class);

  /** Operations that the recorder computes in several float32 steps, each fed by the one before. */
  private static final Set<Class<? extends Op>> STEPS =
      Set.of(Op.Rnn.class, Op.Resize.class, Op.Standardize.class, Op.Fourier.class);

  private OpTolerance() {}

  /** The level of an operation, over as many terms as it adds up of these inputs. */
  public static Tolerance of(Op op, List<Tensor> inputs) {
    Class<? extends Op> type = op.getClass();
    if (Op.MOVEMENT.contains(type) || Op.SOURCES.contains(type) || CHOICES.contains(type)) {
      return Tolerance.EXACT;
    }
    if (op instanceof Op.Unary unary && unary.kind() == UnaryKind.GELU_TANH) {
      return Tolerance.SUM; // the recorder's float32 loses digits in 1 + tanh
    }
    if (Op.ELEMENTWISE.contains(type)) {
      return Tolerance.ROUNDING;
    }
    return STEPS.contains(type)
        ? Tolerance.STEPS
        : Tolerance.SUM.over(terms(op, inputs.stream().map(Tensor::shape).toList()));
  }

  /** How many numbers make one of the result. */
  private static long terms(Op op, List<Shape> inputs) {
    Shape x = inputs.get(0);
    if (op instanceof Op.Reduce reduce) {
      return along(x, reduce.axes());
    } else if (op instanceof Op.Softmax softmax) {
      return along(x, softmax.axes());
    } else if (op instanceof Op.Cumulative cumulative) {
      return x.dim(cumulative.axis());
    } else if (op instanceof Op.MatMul product) {
      return x.dim(product.transposeA() ? -2 : -1);
    } else if (op instanceof Op.Conv) {
      return inputs.get(1).size() / inputs.get(1).dim(-1);
    } else if (op instanceof Op.ConvTranspose) {
      return inputs.get(1).size() / inputs.get(1).dim(-2);
    } else if (op instanceof Op.Pool pool) {
      return pool.size().stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    } else if (op instanceof Op.AdaptivePool) {
      return x.size(1, x.rank() - 1);
    }
    throw new IllegalArgumentException("how many terms has " + op + "?");
  }

  private static long along(Shape x, List<Integer> axes) {
    return axes.stream().mapToLong(x::dim).reduce(1, Math::multiplyExact);
  }
}
