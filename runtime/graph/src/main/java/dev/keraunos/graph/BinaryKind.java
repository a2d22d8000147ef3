package dev.keraunos.graph;

import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/** Elementwise functions of two broadcast operands, on floating and on integer elements. */
public enum BinaryKind {
  /** x + y. */
  ADD(Double::sum, Long::sum),
  /** x − y. */
  SUBTRACT((x, y) -> x - y, (x, y) -> x - y),
  /** x·y. */
  MULTIPLY((x, y) -> x * y, (x, y) -> x * y),
  /** Integers are divided as float32. */
  DIVIDE((x, y) -> x / y, (x, y) -> x / y),
  /** Rounds towards minus infinity. */
  FLOOR_DIVIDE((x, y) -> Math.floor(x / y), Math::floorDiv),
  /** The sign of the result is that of the divisor. */
  MOD(BinaryKind::mod, Math::floorMod),
  /** x to the power of y. */
  POWER(BinaryKind::power, BinaryKind::power),
  /** The larger. */
  MAXIMUM(Math::max, Math::max),
  /** The smaller. */
  MINIMUM(Math::min, Math::min),
  /** The angle of the point (y, x), in radians; the operands are those of {@link Math#atan2}. */
  ARCTAN2(Math::atan2, (x, y) -> 0),
  /** Of integers, as the others of bits. */
  BITWISE_AND((x, y) -> Double.NaN, (x, y) -> x & y),
  /** The bits that one has. */
  BITWISE_OR((x, y) -> Double.NaN, (x, y) -> x | y),
  /** The bits that exactly one has. */
  BITWISE_XOR((x, y) -> Double.NaN, (x, y) -> x ^ y),
  /** By as many bits as the type has, less one, at most, and not by less than none. */
  LEFT_SHIFT((x, y) -> Double.NaN, (x, y) -> x << y),
  /** The sign moves in; else as {@link #LEFT_SHIFT}. */
  RIGHT_SHIFT((x, y) -> Double.NaN, (x, y) -> x >> y),
  /** x is y; the result is bool, as of all below. */
  EQUAL((x, y) -> x == y ? 1 : 0, (x, y) -> x == y ? 1 : 0),
  /** x is not y. */
  NOT_EQUAL((x, y) -> x != y ? 1 : 0, (x, y) -> x != y ? 1 : 0),
  /** x is above y. */
  GREATER((x, y) -> x > y ? 1 : 0, (x, y) -> x > y ? 1 : 0),
  /** x is y or above. */
  GREATER_EQUAL((x, y) -> x >= y ? 1 : 0, (x, y) -> x >= y ? 1 : 0),
  /** x is below y. */
  LESS((x, y) -> x < y ? 1 : 0, (x, y) -> x < y ? 1 : 0),
  /** x is y or below. */
  LESS_EQUAL((x, y) -> x <= y ? 1 : 0, (x, y) -> x <= y ? 1 : 0),
  /** Both are not 0. */
  LOGICAL_AND((x, y) -> x != 0 && y != 0 ? 1 : 0, (x, y) -> x != 0 && y != 0 ? 1 : 0),
  /** One is not 0. */
  LOGICAL_OR((x, y) -> x != 0 || y != 0 ? 1 : 0, (x, y) -> x != 0 || y != 0 ? 1 : 0),
  /** Exactly one is not 0. */
  LOGICAL_XOR((x, y) -> (x != 0) != (y != 0) ? 1 : 0, (x, y) -> (x != 0) != (y != 0) ? 1 : 0);

  private final DoubleBinaryOperator floating;
  private final LongBinaryOperator integer;

  BinaryKind(DoubleBinaryOperator floating, LongBinaryOperator integer) {
    this.floating = floating;
    this.integer = integer;
  }

  /** The function of floating point numbers. */
  public double apply(double x, double y) {
    return floating.applyAsDouble(x, y);
  }

  /** The function of integers. */
  public long apply(long x, long y) {
    return integer.applyAsLong(x, y);
  }

  /** The function of integers without a sign of 64 bits. */
  public long applyUnsigned(long x, long y) {
    return switch (this) {
      case FLOOR_DIVIDE -> Long.divideUnsigned(x, y);
      case MOD -> Long.remainderUnsigned(x, y);
      case MAXIMUM -> Long.compareUnsigned(x, y) >= 0 ? x : y;
      case MINIMUM -> Long.compareUnsigned(x, y) <= 0 ? x : y;
      case GREATER, GREATER_EQUAL, LESS, LESS_EQUAL ->
          apply(x ^ Long.MIN_VALUE, y ^ Long.MIN_VALUE);
      case RIGHT_SHIFT -> x >>> y;
      default -> apply(x, y);
    };
  }

  /** True if the result is bool. */
  public boolean isPredicate() {
    return ordinal() >= EQUAL.ordinal();
  }

  private static double mod(double x, double y) {
    double remainder = x % y;
    return remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder;
  }

  /** As in C, 1 to any power is 1, NaN included, and so is −1 to an infinite one. */
  private static double power(double base, double exponent) {
    boolean one = base == 1 || (base == -1 && Double.isInfinite(exponent));
    return one ? 1 : Math.pow(base, exponent);
  }

  private static long power(long base, long exponent) {
    long result = 1;
    long square = base;
    for (long left = exponent; left > 0; left >>= 1) {
      result *= (left & 1) == 1 ? square : 1;
      square *= square;
    }
    return result;
  }
}
