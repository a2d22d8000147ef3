package dev.keraunos.testing;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;
import java.util.Set;

/** How near two tensors must be. NaN equals NaN and infinities must agree. */
public enum Level {
  /** Every element is the same; zeros may differ in sign. */
  EXACT(0, 0),
  /** A few roundings apart: elementwise functions that the recorder approximates. */
  ROUNDING(8, 0.25),
  /** Sums of up to some hundred terms, a rounding error each. */
  SUM(64, 8),
  /** Chains of sums, each fed by the one before. */
  CHAIN(256, 64);

  /** Operations that the recorder computes in several float32 steps, each fed by the one before. */
  private static final Set<Class<? extends Op>> CHAINS =
      Set.of(Op.Rnn.class, Op.Resize.class, Op.Standardize.class);

  private final double ulps;
  private final double absolute;

  /**
   * A level.
   *
   * @param ulps how many roundings of the element's size may lie between
   * @param absolute how many roundings of 1 may lie between besides, for results of cancellation
   */
  Level(double ulps, double absolute) {
    this.ulps = ulps;
    this.absolute = absolute;
  }

  /** What results of a single operation are held to. */
  public static Level of(Op op) {
    if (Op.MOVEMENT.contains(op.getClass()) || Op.SOURCES.contains(op.getClass())) {
      return EXACT;
    }
    if (op instanceof Op.Unary unary && unary.kind() == UnaryKind.GELU_TANH) {
      return SUM; // the recorder's float32 loses digits in 1 + tanh
    }
    if (Op.ELEMENTWISE.contains(op.getClass())) {
      return ROUNDING;
    }
    return CHAINS.contains(op.getClass()) ? CHAIN : SUM;
  }

  /** What differs most, or nothing if the tensors are near enough. */
  public Optional<String> difference(Tensor expected, Tensor actual) {
    if (expected.dtype() != actual.dtype() || !expected.shape().equals(actual.shape())) {
      return Optional.of(
          "expected "
              + expected.dtype()
              + " "
              + expected.shape()
              + ", got "
              + actual.dtype()
              + " "
              + actual.shape());
    }
    double unit = unit(expected.dtype());
    for (long i = 0; i < expected.size(); i++) {
      double e = expected.getDouble(i);
      double a = actual.getDouble(i);
      boolean same = e == a && (e % 1 != 0 || expected.getLong(i) == actual.getLong(i));
      boolean near = Math.abs(e - a) <= unit * (ulps * Math.abs(e) + absolute);
      if (!same && !near && !(Double.isNaN(e) && Double.isNaN(a))) {
        return Optional.of(
            "element " + i + " of " + expected.shape() + ": expected " + e + ", got " + a);
      }
    }
    return Optional.empty();
  }

  /** Half the distance from 1 to the next number of a type. */
  private static double unit(DType dtype) {
    return switch (dtype) {
      case FLOAT16 -> 0x1p-11;
      case BFLOAT16 -> 0x1p-8;
      case FLOAT32 -> 0x1p-24;
      case FLOAT64 -> 0x1p-53;
      default -> 0;
    };
  }
}
