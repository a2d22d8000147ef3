package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.tensor.internal.UnknownLengthException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The vocabulary in which losses, layers and lambdas are written: the names and semantics of {@code
 * keras.ops} (Keras 3.15), so that Python ports line by line, in the groups of Keras. Axes may be
 * negative; axes may be absent, which means all of them; binary functions broadcast and promote
 * their operands; a Java number takes the type of the tensor beside it. A function of Keras' name
 * does what Keras' does; the few of TensorFlow only say so.
 *
 * <p>Every function throws {@link InputException} if its operands do not fit.
 */
public final class Ops {
  private Ops() {}

  // ---- numpy: one operand
  // ------------------------------------------------------------------------

  /** −x. */
  public static Value negative(Value x) {
    return unary(UnaryKind.NEGATIVE, x, 0, 0);
  }

  /** |x|. */
  public static Value absolute(Value x) {
    return unary(UnaryKind.ABSOLUTE, x, 0, 0);
  }

  /** |x|, as {@link #absolute}. */
  public static Value abs(Value x) {
    return unary(UnaryKind.ABSOLUTE, x, 0, 0);
  }

  /** −1, 0 or 1; NaN stays NaN. */
  public static Value sign(Value x) {
    return unary(UnaryKind.SIGN, x, 0, 0);
  }

  /** x². */
  public static Value square(Value x) {
    return unary(UnaryKind.SQUARE, x, 0, 0);
  }

  /** √x; NaN below 0. */
  public static Value sqrt(Value x) {
    return unary(UnaryKind.SQRT, x, 0, 0);
  }

  /** 1/√x. */
  public static Value rsqrt(Value x) {
    return unary(UnaryKind.RSQRT, x, 0, 0);
  }

  /** 1/x. */
  public static Value reciprocal(Value x) {
    return unary(UnaryKind.RECIPROCAL, x, 0, 0);
  }

  /** eˣ. */
  public static Value exp(Value x) {
    return unary(UnaryKind.EXP, x, 0, 0);
  }

  /** eˣ − 1, exact near 0. */
  public static Value expm1(Value x) {
    return unary(UnaryKind.EXPM1, x, 0, 0);
  }

  /** 2 to the power of x. */
  public static Value exp2(Value x) {
    return power(2, NumpyOps.floating(x));
  }

  /** The natural logarithm; −∞ of 0, NaN below. */
  public static Value log(Value x) {
    return unary(UnaryKind.LOG, x, 0, 0);
  }

  /** log(1 + x), exact near 0. */
  public static Value log1p(Value x) {
    return unary(UnaryKind.LOG1P, x, 0, 0);
  }

  /** The logarithm to base 2, as log(x) over log(2). */
  public static Value log2(Value x) {
    return divide(log(x), Math.log(2));
  }

  /** The logarithm to base 10, as log(x) over log(10). */
  public static Value log10(Value x) {
    return divide(log(x), Math.log(10));
  }

  /** The sine of radians. */
  public static Value sin(Value x) {
    return unary(UnaryKind.SIN, x, 0, 0);
  }

  /** The cosine of radians. */
  public static Value cos(Value x) {
    return unary(UnaryKind.COS, x, 0, 0);
  }

  /** The tangent of radians. */
  public static Value tan(Value x) {
    return unary(UnaryKind.TAN, x, 0, 0);
  }

  /** The arc sine in radians; NaN outside of −1..1. */
  public static Value arcsin(Value x) {
    return unary(UnaryKind.ARCSIN, x, 0, 0);
  }

  /** The arc cosine in radians; NaN outside of −1..1. */
  public static Value arccos(Value x) {
    return unary(UnaryKind.ARCCOS, x, 0, 0);
  }

  /** The arc tangent in radians. */
  public static Value arctan(Value x) {
    return unary(UnaryKind.ARCTAN, x, 0, 0);
  }

  /** The hyperbolic sine. */
  public static Value sinh(Value x) {
    return unary(UnaryKind.SINH, x, 0, 0);
  }

  /** The hyperbolic cosine. */
  public static Value cosh(Value x) {
    return unary(UnaryKind.COSH, x, 0, 0);
  }

  /** The hyperbolic tangent. */
  public static Value tanh(Value x) {
    return unary(UnaryKind.TANH, x, 0, 0);
  }

  /** The inverse of {@link #sinh}. */
  public static Value arcsinh(Value x) {
    return NumpyOps.arcsinh(x);
  }

  /** The inverse of {@link #cosh}; NaN below 1. */
  public static Value arccosh(Value x) {
    return NumpyOps.arccosh(x);
  }

  /** The inverse of {@link #tanh}; NaN outside of −1..1. */
  public static Value arctanh(Value x) {
    return NumpyOps.arctanh(x);
  }

  /** Degrees as radians; of int64 in float64. */
  public static Value deg2rad(Value x) {
    return multiply(NumpyOps.wide(x), Math.PI / 180);
  }

  /** Radians as degrees; of int64 in float64. */
  public static Value rad2deg(Value x) {
    return multiply(NumpyOps.wide(x), 180 / Math.PI);
  }

  /** The error function. */
  public static Value erf(Value x) {
    return unary(UnaryKind.ERF, x, 0, 0);
  }

  /** 1 − erf(x), {@code tf.math.erfc}. */
  public static Value erfc(Value x) {
    return subtract(1, erf(x));
  }

  /** The largest whole number that is not above x, in the type of x. */
  public static Value floor(Value x) {
    return unary(UnaryKind.FLOOR, x, 0, 0);
  }

  /** The smallest whole number that is not below x, in the type of x. */
  public static Value ceil(Value x) {
    return unary(UnaryKind.CEIL, x, 0, 0);
  }

  /** The nearest whole number, half to even, in the type of x. */
  public static Value round(Value x) {
    return unary(UnaryKind.ROUND, x, 0, 0);
  }

  /** Rounded to so many digits after the point, before it if negative; half to even. */
  public static Value round(Value x, int decimals) {
    double unit = Math.pow(10, decimals);
    return unit == 1 ? round(x) : divide(round(multiply(x, unit)), unit);
  }

  /** x without its fraction, in the type of x. */
  public static Value trunc(Value x) {
    return unary(UnaryKind.TRUNC, x, 0, 0);
  }

  /** True where x is NaN, as bool. */
  public static Value isnan(Value x) {
    return unary(UnaryKind.IS_NAN, x, 0, 0);
  }

  /** True where x is neither NaN nor infinite, as bool. */
  public static Value isfinite(Value x) {
    return unary(UnaryKind.IS_FINITE, x, 0, 0);
  }

  /** True where x is an infinity of either sign. */
  public static Value isinf(Value x) {
    return equal(absolute(x), Double.POSITIVE_INFINITY);
  }

  /** NaN as 0, infinities as the largest number of their sign; see the other. */
  public static Value nanToNum(Value x) {
    return nanToNum(x, 0, null, null);
  }

  /**
   * NaN and infinities replaced.
   *
   * @param posinf stands for positive infinity; null is the largest float, or double
   * @param neginf stands for negative infinity; null is the lowest
   */
  public static Value nanToNum(Value x, double nan, Double posinf, Double neginf) {
    return NumpyOps.nanToNum(x, nan, posinf, neginf);
  }

  /** True where x is 0, as bool. */
  public static Value logicalNot(Value x) {
    return unary(UnaryKind.LOGICAL_NOT, cast(x, DType.BOOL), 0, 0);
  }

  /** At least min, at most max; where min is the larger of them, min. */
  public static Value clip(Value x, double min, double max) {
    return min > max ? fullLike(x, min) : unary(UnaryKind.CLIP, x, min, max);
  }

  /** x limited from below and above by tensors that broadcast with it. */
  public static Value clip(Value x, Value min, Value max) {
    return minimum(maximum(x, min), max);
  }

  /** Any elementwise function, by kind; alpha and beta mean what the kind says. */
  public static Value unary(UnaryKind kind, Value x, double alpha, double beta) {
    return node(new Op.Unary(kind, alpha, beta), x);
  }

  /** Another element type: floating to integer truncates, non-zero is true. */
  public static Value cast(Value x, DType dtype) {
    return x.dtype() == dtype ? x : node(new Op.Cast(dtype), x);
  }

  /** Floating point numbers as integers, limited to these, {@code keras.ops.saturate_cast}. */
  public static Value saturateCast(Value x, DType dtype) {
    int bits = 8 * dtype.bytes();
    double most = Math.scalb(1.0, dtype.isUnsigned() ? bits : bits - 1) - 1;
    return cast(clip(x, dtype.isUnsigned() ? 0 : -most - 1, most), dtype);
  }

  // ---- numpy: two operands
  // -----------------------------------------------------------------------

  /** x + y. */
  public static Value add(Value x, Value y) {
    return binary(BinaryKind.ADD, x, y);
  }

  /** x + y. */
  public static Value add(Value x, double y) {
    return binary(BinaryKind.ADD, x, like(x, y));
  }

  /** x + y. */
  public static Value add(double x, Value y) {
    return binary(BinaryKind.ADD, like(y, x), y);
  }

  /** The sum of all, from the first on. */
  public static Value addN(List<Value> values) {
    return values.stream()
        .reduce(Ops::add)
        .orElseThrow(() -> new InputException("nothing is there to add"));
  }

  /** x − y. */
  public static Value subtract(Value x, Value y) {
    return binary(BinaryKind.SUBTRACT, x, y);
  }

  /** x − y. */
  public static Value subtract(Value x, double y) {
    return binary(BinaryKind.SUBTRACT, x, like(x, y));
  }

  /** x − y. */
  public static Value subtract(double x, Value y) {
    return binary(BinaryKind.SUBTRACT, like(y, x), y);
  }

  /** x·y. */
  public static Value multiply(Value x, Value y) {
    return binary(BinaryKind.MULTIPLY, x, y);
  }

  /** x·y. */
  public static Value multiply(Value x, double y) {
    return binary(BinaryKind.MULTIPLY, x, like(x, y));
  }

  /** x·y. */
  public static Value multiply(double x, Value y) {
    return binary(BinaryKind.MULTIPLY, like(y, x), y);
  }

  /** x/y; integers are divided as float32. */
  public static Value divide(Value x, Value y) {
    return binary(BinaryKind.DIVIDE, x, y);
  }

  /** x/y; integers are divided as float32. */
  public static Value divide(Value x, double y) {
    return binary(BinaryKind.DIVIDE, x, like(x, y));
  }

  /** x/y; integers are divided as float32. */
  public static Value divide(double x, Value y) {
    return binary(BinaryKind.DIVIDE, like(y, x), y);
  }

  /** x/y, and 0 where y is 0. */
  public static Value divideNoNan(Value x, Value y) {
    Value none = equal(y, 0);
    return where(none, 0, divide(x, where(none, 1, y)));
  }

  /** x·y, and 0 where y is 0 whatever x is, {@code tf.math.multiply_no_nan}. */
  public static Value multiplyNoNan(Value x, Value y) {
    return where(equal(y, 0), 0, multiply(x, y));
  }

  /** x·log(y), and 0 where x is 0 whatever y is, {@code tf.math.xlogy}. */
  public static Value xlogy(Value x, Value y) {
    return where(equal(x, 0), 0, multiply(x, log(y)));
  }

  /** The floor of the quotient, which is rounded to its type before. */
  public static Value floorDivide(Value x, Value y) {
    return DType.promote(x.dtype(), y.dtype()).isFloating()
        ? floor(divide(x, y))
        : binary(BinaryKind.FLOOR_DIVIDE, x, y);
  }

  /** x/y, rounded towards −∞. */
  public static Value floorDivide(Value x, double y) {
    return floorDivide(x, like(x, y));
  }

  /** x/y, rounded towards −∞. */
  public static Value floorDivide(double x, Value y) {
    return floorDivide(like(y, x), y);
  }

  /** The remainder of x/y, with the sign of y. */
  public static Value mod(Value x, Value y) {
    return binary(BinaryKind.MOD, x, y);
  }

  /** The remainder of x/y, with the sign of y. */
  public static Value mod(Value x, double y) {
    return binary(BinaryKind.MOD, x, like(x, y));
  }

  /** The remainder of x/y, with the sign of y. */
  public static Value mod(double x, Value y) {
    return binary(BinaryKind.MOD, like(y, x), y);
  }

  /** x to the power of y. */
  public static Value power(Value x, Value y) {
    return binary(BinaryKind.POWER, x, y);
  }

  /** x to the power of y. */
  public static Value power(Value x, double y) {
    return binary(BinaryKind.POWER, x, like(x, y));
  }

  /** x to the power of y. */
  public static Value power(double x, Value y) {
    return binary(BinaryKind.POWER, like(y, x), y);
  }

  /** The larger of both; NaN where one is. */
  public static Value maximum(Value x, Value y) {
    return binary(BinaryKind.MAXIMUM, x, y);
  }

  /** The larger of both; NaN where one is. */
  public static Value maximum(Value x, double y) {
    return binary(BinaryKind.MAXIMUM, x, like(x, y));
  }

  /** The larger of both; NaN where one is. */
  public static Value maximum(double x, Value y) {
    return binary(BinaryKind.MAXIMUM, like(y, x), y);
  }

  /** The smaller of both; NaN where one is. */
  public static Value minimum(Value x, Value y) {
    return binary(BinaryKind.MINIMUM, x, y);
  }

  /** The smaller of both; NaN where one is. */
  public static Value minimum(Value x, double y) {
    return binary(BinaryKind.MINIMUM, x, like(x, y));
  }

  /** The smaller of both; NaN where one is. */
  public static Value minimum(double x, Value y) {
    return binary(BinaryKind.MINIMUM, like(y, x), y);
  }

  /** The angle of the point (y, x). */
  public static Value arctan2(Value y, Value x) {
    return binary(BinaryKind.ARCTAN2, NumpyOps.floating(y), NumpyOps.floating(x));
  }

  /** √(x² + y²), without overflow; of int64 in float64. */
  public static Value hypot(Value x, Value y) {
    return NumpyOps.hypot(x, y);
  }

  /** log(exp(x) + exp(y)), stable. */
  public static Value logaddexp(Value x, Value y) {
    return NumpyOps.logaddexp(x, y);
  }

  /** (x−y)². */
  public static Value squaredDifference(Value x, Value y) {
    return square(subtract(x, y));
  }

  /** True where x is y, as bool. */
  public static Value equal(Value x, Value y) {
    return binary(BinaryKind.EQUAL, x, y);
  }

  /** True where x is y, as bool. */
  public static Value equal(Value x, double y) {
    return binary(BinaryKind.EQUAL, x, like(x, y));
  }

  /** True where x is not y, as bool. */
  public static Value notEqual(Value x, Value y) {
    return binary(BinaryKind.NOT_EQUAL, x, y);
  }

  /** True where x is not y, as bool. */
  public static Value notEqual(Value x, double y) {
    return binary(BinaryKind.NOT_EQUAL, x, like(x, y));
  }

  /** True where x is above y, as bool. */
  public static Value greater(Value x, Value y) {
    return binary(BinaryKind.GREATER, x, y);
  }

  /** True where x is above y, as bool. */
  public static Value greater(Value x, double y) {
    return binary(BinaryKind.GREATER, x, like(x, y));
  }

  /** True where x is y or above, as bool. */
  public static Value greaterEqual(Value x, Value y) {
    return binary(BinaryKind.GREATER_EQUAL, x, y);
  }

  /** True where x is y or above, as bool. */
  public static Value greaterEqual(Value x, double y) {
    return binary(BinaryKind.GREATER_EQUAL, x, like(x, y));
  }

  /** True where x is below y, as bool. */
  public static Value less(Value x, Value y) {
    return binary(BinaryKind.LESS, x, y);
  }

  /** True where x is below y, as bool. */
  public static Value less(Value x, double y) {
    return binary(BinaryKind.LESS, x, like(x, y));
  }

  /** True where x is y or below, as bool. */
  public static Value lessEqual(Value x, Value y) {
    return binary(BinaryKind.LESS_EQUAL, x, y);
  }

  /** True where x is y or below, as bool. */
  public static Value lessEqual(Value x, double y) {
    return binary(BinaryKind.LESS_EQUAL, x, like(x, y));
  }

  /** True where both are not 0, as bool. */
  public static Value logicalAnd(Value x, Value y) {
    return binary(BinaryKind.LOGICAL_AND, cast(x, DType.BOOL), cast(y, DType.BOOL));
  }

  /** True where one is not 0, as bool. */
  public static Value logicalOr(Value x, Value y) {
    return binary(BinaryKind.LOGICAL_OR, cast(x, DType.BOOL), cast(y, DType.BOOL));
  }

  /** True where exactly one is not 0, as bool. */
  public static Value logicalXor(Value x, Value y) {
    return binary(BinaryKind.LOGICAL_XOR, cast(x, DType.BOOL), cast(y, DType.BOOL));
  }

  /** The bits that both have; of bools as {@link #logicalAnd}. */
  public static Value bitwiseAnd(Value x, Value y) {
    return bits(BinaryKind.BITWISE_AND, BinaryKind.LOGICAL_AND, x, y);
  }

  /** The bits that either has; of bools as {@link #logicalOr}. */
  public static Value bitwiseOr(Value x, Value y) {
    return bits(BinaryKind.BITWISE_OR, BinaryKind.LOGICAL_OR, x, y);
  }

  /** The bits that one of them has; of bools as {@link #logicalXor}. */
  public static Value bitwiseXor(Value x, Value y) {
    return bits(BinaryKind.BITWISE_XOR, BinaryKind.LOGICAL_XOR, x, y);
  }

  private static Value bits(BinaryKind ofIntegers, BinaryKind ofBools, Value x, Value y) {
    boolean bools = x.dtype() == DType.BOOL && y.dtype() == DType.BOOL;
    return binary(bools ? ofBools : ofIntegers, x, y);
  }

  /** All bits the other way round: −1 − x; of bools as {@link #logicalNot}. */
  public static Value bitwiseNot(Value x) {
    return x.dtype() == DType.BOOL ? logicalNot(x) : subtract(negative(x), 1);
  }

  /** The same as {@link #bitwiseNot}. */
  public static Value bitwiseInvert(Value x) {
    return bitwiseNot(x);
  }

  /**
   * x with its bits moved up by y, in the type that both meet in; y is held between 0 and the
   * number of bits less one, as in TensorFlow.
   */
  public static Value leftShift(Value x, Value y) {
    return shift(BinaryKind.LEFT_SHIFT, x, y);
  }

  /** x with its bits moved down by y, else as {@link #leftShift}; the sign of x stays. */
  public static Value rightShift(Value x, Value y) {
    return shift(BinaryKind.RIGHT_SHIFT, x, y);
  }

  /** The same as {@link #leftShift}. */
  public static Value bitwiseLeftShift(Value x, Value y) {
    return leftShift(x, y);
  }

  /** The same as {@link #rightShift}. */
  public static Value bitwiseRightShift(Value x, Value y) {
    return rightShift(x, y);
  }

  private static Value shift(BinaryKind kind, Value x, Value y) {
    DType dtype = DType.promote(x.dtype(), y.dtype());
    Value count = cast(y, dtype);
    Value held = dtype.isUnsigned() ? count : maximum(count, 0);
    return binary(kind, x, minimum(held, 8.0 * dtype.bytes() - 1));
  }

  /** Any elementwise function of two operands, by kind. */
  public static Value binary(BinaryKind kind, Value x, Value y) {
    DType dtype = DType.promote(x.dtype(), y.dtype());
    return node(new Op.Binary(kind), cast(x, dtype), cast(y, dtype));
  }

  /** x where the condition holds, else y. */
  public static Value where(Value condition, Value x, Value y) {
    DType dtype = DType.promote(x.dtype(), y.dtype());
    return node(new Op.Select(), cast(condition, DType.BOOL), cast(x, dtype), cast(y, dtype));
  }

  /** x where the condition holds, else y. */
  public static Value where(Value condition, Value x, double y) {
    return where(condition, x, like(x, y));
  }

  /** x where the condition holds, else y. */
  public static Value where(Value condition, double x, Value y) {
    return where(condition, like(y, x), y);
  }

  // ---- numpy: constants
  // --------------------------------------------------------------------------

  /** A tensor as a value beside another. */
  public static Value constant(Value beside, Tensor tensor) {
    return beside.producer().builder().constant(tensor);
  }

  /** x itself, under a name by which explanations and errors call it. */
  public static Value named(String name, Value x) {
    GraphBuilder builder = x.producer().builder();
    String before = builder.path(name);
    Value named = builder.apply(new Op.Cast(x.dtype()), x).get(0);
    builder.path(before);
    return named;
  }

  /** A scalar of the type of x; a fraction beside an integer or bool tensor is float32. */
  public static Value like(Value x, double value) {
    boolean fits = x.dtype().isFloating() || value == Math.rint(value);
    DType dtype = !fits ? DType.FLOAT32 : x.dtype() == DType.BOOL ? DType.INT32 : x.dtype();
    return constant(x, Tensor.scalar(dtype, value));
  }

  /** 0 everywhere, in the shape and type of x. */
  public static Value zerosLike(Value x) {
    return fullLike(x, 0);
  }

  /** 1 everywhere, in the shape and type of x. */
  public static Value onesLike(Value x) {
    return fullLike(x, 1);
  }

  /** One value everywhere, in the shape and type of x. */
  public static Value fullLike(Value x, double value) {
    return full(x.dtype(), value, Dim.of(x, 0), x);
  }

  /** A scalar, or what broadcasts to x, in the shape and type of x. */
  public static Value fullLike(Value x, Value value) {
    return broadcastTo(cast(value, x.dtype()), x);
  }

  /** One value everywhere; {@link Dim.Same} refers to {@code references}. */
  public static Value full(DType dtype, double value, List<Dim> shape, Value... references) {
    return node(new Op.Fill(dtype, value, shape), references);
  }

  /** The index along an axis, in the shape of x, as int32. */
  public static Value iota(Value x, int axis) {
    return node(new Op.Iota(DType.INT32, Dim.of(x, 0), x.shape().axis(axis)), x);
  }

  // ---- numpy: reductions
  // -------------------------------------------------------------------------

  /** {@code keras.ops.size}: how many numbers there are, in int32. */
  public static Value size(Value x) {
    return sum(cast(onesLike(x), DType.INT32));
  }

  /** The sum over axes, which go; of bools as int32. */
  public static Value sum(Value x, int... axis) {
    return reduce(ReduceKind.SUM, x, false, axis);
  }

  /** The mean over axes, which go; of integers and bools as float32. */
  public static Value mean(Value x, int... axis) {
    return reduce(ReduceKind.MEAN, x, false, axis);
  }

  /** The largest over axes, which go; NaN if one is. */
  public static Value max(Value x, int... axis) {
    return reduce(ReduceKind.MAX, x, false, axis);
  }

  /** The smallest over axes, which go; NaN if one is. */
  public static Value min(Value x, int... axis) {
    return reduce(ReduceKind.MIN, x, false, axis);
  }

  /** The product over axes, which go; of bools as int32. */
  public static Value prod(Value x, int... axis) {
    return reduce(ReduceKind.PROD, x, false, axis);
  }

  /** True if an element over axes, which go, is not 0. */
  public static Value any(Value x, int... axis) {
    return reduce(ReduceKind.ANY, x, false, axis);
  }

  /** True if every element over axes, which go, is not 0. */
  public static Value all(Value x, int... axis) {
    return reduce(ReduceKind.ALL, x, false, axis);
  }

  /**
   * A reduction by kind, as {@code keras.ops.sum} and its like with all arguments. The sum, mean or
   * product of bools is that of int32; any and all ask whether numbers are not 0.
   */
  public static Value reduce(ReduceKind kind, Value x, boolean keepDims, int... axis) {
    boolean logical = kind == ReduceKind.ANY || kind == ReduceKind.ALL;
    boolean counts = x.dtype() == DType.BOOL && !logical;
    Value operand = logical ? cast(x, DType.BOOL) : counts ? cast(x, DType.INT32) : x;
    List<Integer> axes = axes(x, axis);
    return axes.isEmpty() && kind != ReduceKind.MEAN
        ? operand
        : node(new Op.Reduce(kind, axes, keepDims), operand);
  }

  /** The biased variance. */
  public static Value var(Value x, boolean keepDims, int... axis) {
    return reduce(
        ReduceKind.MEAN,
        squaredDifference(x, reduce(ReduceKind.MEAN, x, true, axis)),
        keepDims,
        axis);
  }

  /** The square root of {@link #var}. */
  public static Value std(Value x, boolean keepDims, int... axis) {
    return sqrt(var(x, keepDims, axis));
  }

  /** The mean and the biased variance, {@code keras.ops.moments}. */
  public static List<Value> moments(Value x, boolean keepDims, int... axis) {
    return List.of(reduce(ReduceKind.MEAN, x, keepDims, axis), var(x, keepDims, axis));
  }

  /** The mean weighted by a tensor of the shape of x, or by a vector along the one axis. */
  public static Value average(Value x, Value weights, int... axis) {
    return NumpyOps.average(x, weights, axis);
  }

  /** The largest element minus the smallest. */
  public static Value ptp(Value x, boolean keepDims, int... axis) {
    return subtract(
        reduce(ReduceKind.MAX, x, keepDims, axis), reduce(ReduceKind.MIN, x, keepDims, axis));
  }

  /** How many elements are not 0, int32. */
  public static Value countNonzero(Value x, boolean keepDims, int... axis) {
    return reduce(ReduceKind.SUM, cast(notEqual(x, 0), DType.INT32), keepDims, axis);
  }

  /** log Σ exp(x), stable. */
  public static Value logsumexp(Value x, boolean keepDims, int... axis) {
    Value top = reduce(ReduceKind.MAX, x, true, axis);
    Value finite = where(isfinite(top), top, 0.0);
    Value sum = reduce(ReduceKind.SUM, exp(subtract(x, finite)), true, axis);
    Value result = add(log(sum), finite);
    return keepDims ? result : squeeze(result, axes(x, axis).stream().mapToInt(i -> i).toArray());
  }

  /** The index of the largest element, int32, the lowest on ties. */
  public static Value argmax(Value x, int axis) {
    return argmax(x, axis, false);
  }

  /**
   * The same; Keras 3.9 and later do not take zeros of either sign for equal.
   *
   * @param signedZeros true if negative zero is less than the other
   */
  public static Value argmax(Value x, int axis, boolean signedZeros) {
    return node(new Op.ArgReduce(true, x.shape().axis(axis), false, DType.INT32, signedZeros), x);
  }

  /**
   * The same, in an integer type, and with an axis of length 1 left if {@code keepDims}.
   *
   * @param signedZeros true if negative zero is less than the other
   */
  public static Value argmax(
      Value x, int axis, boolean keepDims, DType dtype, boolean signedZeros) {
    return node(new Op.ArgReduce(true, x.shape().axis(axis), keepDims, dtype, signedZeros), x);
  }

  /** The index of the smallest element, int32, the lowest on ties. */
  public static Value argmin(Value x, int axis) {
    return node(new Op.ArgReduce(false, x.shape().axis(axis), false, DType.INT32, false), x);
  }

  /**
   * The same, in an integer type, and with an axis of length 1 left if {@code keepDims}.
   *
   * @param signedZeros true if negative zero is less than the other
   */
  public static Value argmin(
      Value x, int axis, boolean keepDims, DType dtype, boolean signedZeros) {
    return node(new Op.ArgReduce(false, x.shape().axis(axis), keepDims, dtype, signedZeros), x);
  }

  /** The sum up to each element of an axis, it included. */
  public static Value cumsum(Value x, int axis) {
    return node(new Op.Cumulative(ReduceKind.SUM, x.shape().axis(axis)), x);
  }

  /** The product up to each element of an axis, it included. */
  public static Value cumprod(Value x, int axis) {
    return node(new Op.Cumulative(ReduceKind.PROD, x.shape().axis(axis)), x);
  }

  /** The k largest of the last axis: values, and indices (int32). */
  public static List<Value> topK(Value x, int k) {
    return x.producer().builder().apply(new Op.TopK(k), x);
  }

  /** Ascending along an axis. */
  public static Value sort(Value x, int axis) {
    return sort(x, axis, false);
  }

  /** In order along an axis. */
  public static Value sort(Value x, int axis, boolean descending) {
    return node(new Op.Sort(x.shape().axis(axis), descending), x);
  }

  // ---- numpy: shapes and movement
  // ----------------------------------------------------------------

  /** One dimension may be −1. */
  public static Value reshape(Value x, long... shape) {
    return node(new Op.Reshape(Dim.of(shape)), x);
  }

  /** {@link Dim.Same} refers to x as input 0, then to {@code references}. */
  public static Value reshape(Value x, List<Dim> shape, Value... references) {
    List<Value> inputs = new ArrayList<>(List.of(x));
    inputs.addAll(Arrays.asList(references));
    return x.producer().builder().apply(new Op.Reshape(shape), inputs).get(0);
  }

  /** The axes in another order; none given means reversed. */
  public static Value transpose(Value x, int... axes) {
    if (axes.length == 0 && x.rank() > 0) {
      return transpose(x, IntStream.range(0, x.rank()).map(i -> x.rank() - 1 - i).toArray());
    }
    List<Integer> permutation = new ArrayList<>();
    for (int axis : axes) {
      permutation.add(x.shape().axis(axis));
    }
    boolean identity = permutation.equals(axes(x));
    return identity ? x : node(new Op.Transpose(permutation), x);
  }

  /** Two axes in the place of each other. */
  public static Value swapaxes(Value x, int axis1, int axis2) {
    int[] axes = IntStream.range(0, x.rank()).toArray();
    int first = x.shape().axis(axis1);
    int second = x.shape().axis(axis2);
    axes[first] = second;
    axes[second] = first;
    return transpose(x, axes);
  }

  /** An axis to another place; the others keep their order. */
  public static Value moveaxis(Value x, int source, int destination) {
    List<Integer> axes = new ArrayList<>(axes(x));
    Integer moved = axes.remove(x.shape().axis(source));
    axes.add(x.shape().axis(destination), moved);
    return transpose(x, axes.stream().mapToInt(i -> i).toArray());
  }

  /** Several axes to new places at once; the others keep their order. */
  public static Value moveaxis(Value x, int[] sources, int... destinations) {
    return NumpyOps.moveaxis(x, sources, destinations);
  }

  /** A new axis of length 1; a negative axis counts from the end of the result. */
  public static Value expandDims(Value x, int axis) {
    int at = axis < 0 ? axis + x.rank() + 1 : axis;
    if (at < 0 || at > x.rank()) {
      throw new InputException("a new axis " + axis + " is outside shape " + x.shape());
    }
    List<Dim> dims = Dim.of(x, 0);
    dims.add(at, new Dim.Fixed(1));
    return node(new Op.Reshape(dims), x);
  }

  /** Several new axes of length 1, at these places of the result. */
  public static Value expandDims(Value x, int... axis) {
    int rank = x.rank() + axis.length;
    Value y = x;
    for (int at : Arrays.stream(axis).map(a -> a < 0 ? a + rank : a).sorted().toArray()) {
      y = expandDims(y, at);
    }
    return y;
  }

  /** Without the given axes of length 1; without axes, all that are known to have length 1. */
  public static Value squeeze(Value x, int... axis) {
    List<Integer> axes = axis.length > 0 ? axes(x, axis) : new ArrayList<>();
    for (int i = 0; axis.length == 0 && i < x.rank(); i++) {
      if (x.shape().dim(i) == 1) {
        axes.add(i);
      }
    }
    List<Dim> dims = Dim.of(x, 0);
    for (int i = axes.size() - 1; i >= 0; i--) {
      int at = axes.get(i);
      if (x.shape().isKnown(at) && x.shape().dim(at) != 1) {
        throw new InputException("axis " + at + " of " + x.shape() + " is not of length 1");
      }
      dims.remove(at);
    }
    return node(new Op.Reshape(dims), x);
  }

  /** x repeated to the shape of another value. */
  public static Value broadcastTo(Value x, Value like) {
    return node(new Op.BroadcastTo(Dim.of(like, 1)), x, like);
  }

  /**
   * x repeated to a shape that is not known before the data; {@link Dim.Same} refers to x as input
   * 0.
   */
  public static Value broadcastTo(Value x, List<Dim> shape) {
    return node(new Op.BroadcastTo(shape), x);
  }

  /**
   * A parameter over some axes of x, its lengths at their places and 1 elsewhere, so that it
   * broadcasts with x; one that has the rank of x already stays as it is.
   */
  public static Value along(Value parameter, Value x, int... axes) {
    return parameter.rank() == x.rank()
        ? parameter
        : reshape(parameter, x.shape().along(axes).toArray());
  }

  /**
   * Python slices, one per leading axis; the others are taken whole.
   *
   * @throws InputException if there are more than axes
   */
  public static Value slice(Value x, Range... ranges) {
    if (ranges.length > x.rank()) {
      throw new InputException(ranges.length + " slices of a tensor of shape " + x.shape());
    }
    List<Range> all = new ArrayList<>(Arrays.asList(ranges));
    all.addAll(Collections.nCopies(x.rank() - ranges.length, Range.ALL));
    return node(new Op.Slice(all), x);
  }

  /** A block of these lengths from a corner on, {@code keras.ops.slice}; −1 goes to the end. */
  public static Value slice(Value x, long[] startIndices, long... shape) {
    return NumpyOps.block(x, startIndices, shape);
  }

  /** A Python slice of one axis. */
  public static Value sliceAxis(Value x, int axis, Range range) {
    List<Range> all = new ArrayList<>(Collections.nCopies(x.rank(), Range.ALL));
    all.set(x.shape().axis(axis), range);
    return node(new Op.Slice(all), x);
  }

  /** Backwards along axes; none given means all. */
  public static Value flip(Value x, int... axis) {
    Value y = x;
    for (int one : axis.length > 0 ? axis : IntStream.range(0, x.rank()).toArray()) {
      y = sliceAxis(y, one, Range.REVERSED);
    }
    return y;
  }

  /** All elements in a row, rolled, in the shape of x; see the other. */
  public static Value roll(Value x, int shift) {
    Value rolled = NumpyOps.roll(reshape(x, -1), new int[] {shift}, 0);
    return reshape(rolled, Dim.of(x, 1), x);
  }

  /** Elements moved along an axis of known length; those that leave the end come in front. */
  public static Value roll(Value x, int shift, int axis) {
    return NumpyOps.roll(x, new int[] {shift}, axis);
  }

  /** The same along several axes. */
  public static Value roll(Value x, int[] shift, int... axis) {
    return NumpyOps.roll(x, shift, axis);
  }

  /** x without what lies more than k places above the diagonal of its last two axes. */
  public static Value tril(Value x, int k) {
    return NumpyOps.band(x, NumpyOps.ANY, k);
  }

  /** x without what lies less than k places above the diagonal of its last two axes. */
  public static Value triu(Value x, int k) {
    return NumpyOps.band(x, -k, NumpyOps.ANY);
  }

  /**
   * x with so many diagonals below and above that of its last two axes, zero elsewhere, {@code
   * tf.linalg.band_part}; a negative number keeps all.
   */
  public static Value bandPart(Value x, long lower, long upper) {
    return NumpyOps.band(x, lower < 0 ? NumpyOps.ANY : lower, upper < 0 ? NumpyOps.ANY : upper);
  }

  /** The n-th difference of neighbours along an axis, which becomes n shorter. */
  public static Value diff(Value x, int n, int axis) {
    return NumpyOps.diff(x, n, axis);
  }

  /** Joined along an axis; types are promoted to one, the other dimensions must be the same. */
  public static Value concatenate(List<Value> values, int axis) {
    if (values.isEmpty()) {
      throw new InputException("nothing is there to join");
    }
    DType dtype = values.stream().map(Value::dtype).reduce(DType::promote).orElseThrow();
    List<Value> cast = new ArrayList<>();
    values.forEach(value -> cast.add(cast(value, dtype)));
    Value first = cast.get(0);
    return cast.size() == 1
        ? first
        : first.producer().builder().apply(new Op.Concat(first.shape().axis(axis)), cast).get(0);
  }

  /** Values joined along a new axis. */
  public static Value stack(List<Value> values, int axis) {
    List<Value> expanded = new ArrayList<>();
    values.forEach(value -> expanded.add(expandDims(value, axis)));
    return concatenate(expanded, axis);
  }

  /** The parts of an axis of known length, without it. */
  public static List<Value> unstack(Value x, int axis) {
    return unstack(x, Math.toIntExact(length(x, axis)), axis);
  }

  /** The same where the number of parts is said. */
  public static List<Value> unstack(Value x, int num, int axis) {
    return split(x, num, axis).stream().map(part -> squeeze(part, axis)).toList();
  }

  /** An axis of known length cut into equal parts. */
  public static List<Value> split(Value x, int sections, int axis) {
    long length = x.shape().dim(axis);
    if (length < 0 || sections < 1 || length % sections != 0) {
      throw new InputException(
          "axis " + axis + " of " + x.shape() + " does not divide into " + sections);
    }
    List<Value> parts = new ArrayList<>();
    for (long i = 0; i < length; i += length / sections) {
      parts.add(sliceAxis(x, axis, Range.of(i, i + length / sections)));
    }
    return parts;
  }

  /** An axis cut before these indices, {@code keras.ops.split}. */
  public static List<Value> split(Value x, int[] indices, int axis) {
    return NumpyOps.splitAt(x, indices, axis);
  }

  /** An axis cut into these lengths, one of which may be −1, {@code tf.split}. */
  public static List<Value> splitInto(Value x, int[] lengths, int axis) {
    return NumpyOps.splitInto(x, lengths, axis);
  }

  /** Zeros added before and after every axis. */
  public static Value pad(Value x, List<Long> before, List<Long> after) {
    return node(new Op.Pad(Op.Pad.Mode.CONSTANT, 0, before, after), x);
  }

  /** Cells added before and after every axis: a value, or what the mode takes from x. */
  public static Value pad(
      Value x, List<Long> before, List<Long> after, Op.Pad.Mode mode, double value) {
    return node(new Op.Pad(mode, value, before, after), x);
  }

  /** Every entry of an axis several times in a row. */
  public static Value repeat(Value x, int times, int axis) {
    return times == 1 ? x : node(new Op.Repeat(x.shape().axis(axis), times), x);
  }

  /** Every entry of an axis as often as its number says; one number holds for all. */
  public static Value repeat(Value x, int[] repeats, int axis) {
    return NumpyOps.repeat(x, repeats, axis);
  }

  /** The whole repeated along the last axes; more numbers than axes add axes in front. */
  public static Value tile(Value x, int... repeats) {
    return NumpyOps.tile(x, repeats);
  }

  /**
   * Entries of an axis picked by indices, which take the axis' place; negative indices count from
   * the end.
   */
  public static Value take(Value x, Value indices, int axis) {
    return node(new Op.Gather(x.shape().axis(axis)), x, whole(indices));
  }

  /** Elements picked along an axis by indices of the same rank. */
  public static Value takeAlongAxis(Value x, Value indices, int axis) {
    return node(new Op.GatherAlong(x.shape().axis(axis)), x, whole(indices));
  }

  private static Value whole(Value indices) {
    return indices.dtype().isInteger() ? indices : cast(indices, DType.INT32);
  }

  // ---- numpy and linalg: products and norms
  // ------------------------------------------------------

  /** One or two operands; the output is explicit and no label repeats within an operand. */
  public static Value einsum(String subscripts, Value... operands) {
    return Einsum.apply(subscripts, List.of(operands));
  }

  /**
   * NumPy's matmul: the last two axes are matrices, those before broadcast; vectors too. Products
   * of int8 are summed in int32, as {@code keras.ops.matmul} does.
   */
  public static Value matmul(Value x, Value y) {
    return matmul(x, y, false, false);
  }

  /** The same of transposed matrices, {@code tf.linalg.matmul}. */
  public static Value matmul(Value x, Value y, boolean transposeX, boolean transposeY) {
    return NumpyOps.matmul(x, y, transposeX, transposeY);
  }

  /** NumPy's dot: over the last axis of x and the last but one of y. */
  public static Value dot(Value x, Value y) {
    if (x.rank() == 0 || y.rank() == 0) {
      return multiply(x, y);
    }
    return y.rank() > 2 ? tensordot(x, new int[] {-1}, y, -2) : matmul(x, y);
  }

  /** Products summed over the last axes of x and the first of y, as many of each. */
  public static Value tensordot(Value x, Value y, int axes) {
    return NumpyOps.tensordot(x, y, axes);
  }

  /** Products summed over pairs of axes; the other axes of x come before those of y. */
  public static Value tensordot(Value x, int[] axesOfX, Value y, int... axesOfY) {
    return NumpyOps.tensordot(x, axesOfX, y, axesOfY);
  }

  /** {@code tf.reduce_mean} of integers: in their type, without a fraction. */
  public static Value truncatedMean(Value x, boolean keepDims, int... axis) {
    return NumpyOps.truncatedMean(x, keepDims, axis);
  }

  /** The root of the sum of squares, {@code keras.ops.norm} of order 2. */
  public static Value norm(Value x, boolean keepDims, int... axis) {
    return sqrt(reduce(ReduceKind.SUM, square(NumpyOps.floating(x)), keepDims, axis));
  }

  /**
   * The norm of vectors, {@code keras.ops.norm}.
   *
   * @param order any number; 0 counts what is not 0, infinity is the largest, −infinity the
   *     smallest size
   */
  public static Value norm(Value x, double order, boolean keepDims, int... axis) {
    return NumpyOps.norm(x, order, keepDims, axis);
  }

  /**
   * The largest or smallest sum of sizes along the columns or rows of matrices, {@code
   * keras.ops.norm} of two axes.
   *
   * @param order 1, −1, infinity or −infinity
   */
  public static Value matrixNorm(Value x, double order, boolean keepDims, int rows, int columns) {
    return NumpyOps.matrixNorm(x, order, keepDims, rows, columns);
  }

  // ---- nn: activations
  // ---------------------------------------------------------------------------

  /** max(x, 0). */
  public static Value relu(Value x) {
    return unary(UnaryKind.RELU, x, 0, 0);
  }

  /**
   * {@code keras.activations.relu} with all its settings: 0 up to the threshold and slope·(x −
   * threshold) below it, at most max.
   */
  public static Value relu(Value x, double negativeSlope, double maxValue, double threshold) {
    return NeuralOps.relu(x, negativeSlope, maxValue, threshold);
  }

  /** x limited to 0..6. */
  public static Value relu6(Value x) {
    return clip(x, 0, 6);
  }

  /** x above zero, slope·x below, where the slope is a float32; of integers in float32. */
  public static Value leakyRelu(Value x, double negativeSlope) {
    return unary(UnaryKind.RELU, NumpyOps.floating(x), (float) negativeSlope, 0);
  }

  /** relu of x, then of −x, side by side, {@code tf.nn.crelu}. */
  public static Value crelu(Value x, int axis) {
    return concatenate(List.of(relu(x), relu(negative(x))), axis);
  }

  /** x above zero, alpha·(eˣ − 1) below. */
  public static Value elu(Value x, double alpha) {
    return unary(UnaryKind.ELU, x, alpha, 0);
  }

  /** max(x, 0) + alpha·(exp(min(x, 0)/alpha) − 1). */
  public static Value celu(Value x, double alpha) {
    return add(maximum(x, 0), multiply(alpha, expm1(divide(minimum(x, 0), alpha))));
  }

  /** {@link #elu} with the alpha and the scale of self-normalizing networks. */
  public static Value selu(Value x) {
    return unary(UnaryKind.SELU, x, 0, 0);
  }

  /** 1/(1 + e⁻ˣ). */
  public static Value sigmoid(Value x) {
    return unary(UnaryKind.SIGMOID, x, 0, 0);
  }

  /** log(sigmoid(x)), stable. */
  public static Value logSigmoid(Value x) {
    return negative(softplus(negative(x)));
  }

  /** clip(x/6 + 1/2, 0, 1): the definition of Keras 3. */
  public static Value hardSigmoid(Value x) {
    return unary(UnaryKind.HARD_SIGMOID, x, 1 / 6.0, 0.5);
  }

  /** clip(x/5 + 1/2, 0, 1): the definition of Keras 1 and 2. */
  public static Value hardSigmoidOfAFifth(Value x) {
    return unary(UnaryKind.HARD_SIGMOID, x, 0.2, 0.5);
  }

  /** x·sigmoid(x), also called swish. */
  public static Value silu(Value x) {
    return unary(UnaryKind.SILU, x, 0, 0);
  }

  /** x·clip(x/6 + 1/2, 0, 1). */
  public static Value hardSilu(Value x) {
    return unary(UnaryKind.HARD_SILU, x, 0, 0);
  }

  /** log(1 + eˣ), stable. */
  public static Value softplus(Value x) {
    return unary(UnaryKind.SOFTPLUS, x, 0, 0);
  }

  /** x/(1 + |x|). */
  public static Value softsign(Value x) {
    return unary(UnaryKind.SOFTSIGN, x, 0, 0);
  }

  /** x·tanh(softplus(x)). */
  public static Value mish(Value x) {
    return unary(UnaryKind.MISH, x, 0, 0);
  }

  /** The tanh approximation if {@code approximate}, else exact. */
  public static Value gelu(Value x, boolean approximate) {
    return unary(approximate ? UnaryKind.GELU_TANH : UnaryKind.GELU, x, 0, 0);
  }

  /** The first half of an axis times the sigmoid of the second. */
  public static Value glu(Value x, int axis) {
    List<Value> halves = split(x, 2, axis);
    return multiply(halves.get(0), sigmoid(halves.get(1)));
  }

  /** (x + √(x² + b))/2. */
  public static Value squareplus(Value x, double b) {
    return divide(add(x, sqrt(add(square(x), b))), 2);
  }

  /** x limited to −1..1. */
  public static Value hardTanh(Value x) {
    return clip(x, -1, 1);
  }

  /** x − tanh(x). */
  public static Value tanhShrink(Value x) {
    return subtract(x, tanh(x));
  }

  /** x where |x| exceeds the threshold, else 0. */
  public static Value hardShrink(Value x, double threshold) {
    return where(greater(absolute(x), threshold), x, 0.0);
  }

  /** x moved towards 0 by the threshold, 0 within it. */
  public static Value softShrink(Value x, double threshold) {
    Value below = where(less(x, -threshold), add(x, threshold), 0.0);
    return where(greater(x, threshold), subtract(x, threshold), below);
  }

  /** 0 up to −1, (x + 1)²/4 up to 1, then x. */
  public static Value sparsePlus(Value x) {
    Value within = multiply(0.25, square(add(x, 1)));
    return where(lessEqual(x, -1), 0.0, where(less(x, 1), within, x));
  }

  /** 0 up to −1, (x + 1)/2 up to 1, then 1. */
  public static Value sparseSigmoid(Value x) {
    return clip(multiply(0.5, add(x, 1)), 0, 1);
  }

  /** x above the threshold, else the default. */
  public static Value threshold(Value x, double threshold, double defaultValue) {
    return where(greater(x, threshold), x, defaultValue);
  }

  /** Jointly over the axes; without axes, over the last. */
  public static Value softmax(Value x, int... axis) {
    return node(new Op.Softmax(axis.length == 0 ? List.of(x.rank() - 1) : axes(x, axis), false), x);
  }

  /** Jointly over the axes; without axes, over the last. */
  public static Value logSoftmax(Value x, int... axis) {
    return node(new Op.Softmax(axis.length == 0 ? List.of(x.rank() - 1) : axes(x, axis), true), x);
  }

  /**
   * max(x − tau, 0) along an axis. As in every release of Keras to 3.15, tau is taken from the sum
   * of all cumulative sums in the support, so the result is the projection on the simplex only
   * where one element is left.
   */
  public static Value sparsemax(Value x, int axis) {
    return NeuralOps.sparsemax(x, axis);
  }

  // ---- nn: windows
  // -------------------------------------------------------------------------------

  /**
   * A function of (batch, spatial..., channels), such as those below, applied to (batch, channels,
   * spatial...): what {@code data_format="channels_first"} asks for.
   */
  public static Value channelsFirst(Value x, UnaryOperator<Value> function) {
    return moveaxis(function.apply(moveaxis(x, 1, -1)), -1, 1);
  }

  /**
   * A kernel slid over x, {@code keras.ops.conv}.
   *
   * @param x (batch, spatial..., channels)
   * @param kernel (cells..., depth, filters); channels/depth blocks of filters see their own block
   *     of channels
   * @param strides one per spatial axis, or one for all, or none, which is 1
   * @param dilations likewise
   * @return (batch, spatial..., filters)
   */
  public static Value conv(
      Value x, Value kernel, List<Integer> strides, Padding padding, List<Integer> dilations) {
    return conv(x, kernel, strides, padding, dilations, NeuralOps.groups(x, kernel));
  }

  /** The same where the number of blocks is said. */
  public static Value conv(
      Value x,
      Value kernel,
      List<Integer> strides,
      Padding padding,
      List<Integer> dilations,
      int groups) {
    return NeuralOps.conv(x, kernel, strides, padding, dilations, groups);
  }

  /**
   * Every channel under kernels of its own, {@code keras.ops.depthwise_conv}; see {@link #conv}.
   *
   * @param kernel (cells..., channels, multiplier)
   * @return (batch, spatial..., channels·multiplier), channel c under its m-th kernel at
   *     c·multiplier + m
   */
  public static Value depthwiseConv(
      Value x, Value kernel, List<Integer> strides, Padding padding, List<Integer> dilations) {
    return NeuralOps.depthwiseConv(x, kernel, strides, padding, dilations);
  }

  /**
   * A depthwise convolution, then one over single cells, {@code keras.ops.separable_conv}.
   *
   * @param depthwise (cells..., channels, multiplier)
   * @param pointwise (ones..., channels·multiplier, filters)
   */
  public static Value separableConv(
      Value x,
      Value depthwise,
      Value pointwise,
      List<Integer> strides,
      Padding padding,
      List<Integer> dilations) {
    Value deep = depthwiseConv(x, depthwise, strides, padding, dilations);
    return conv(deep, pointwise, List.of(), Padding.VALID, List.of(), 1);
  }

  /**
   * The gradient of a convolution, {@code keras.ops.conv_transpose}; see {@link #conv}.
   *
   * @param kernel (cells..., filters, channels)
   * @param outputPadding cells added to the output per spatial axis; none is what Keras takes
   */
  public static Value convTranspose(
      Value x,
      Value kernel,
      List<Integer> strides,
      Padding padding,
      List<Integer> outputPadding,
      List<Integer> dilations) {
    return convTranspose(x, kernel, strides, padding, outputPadding, dilations, List.of());
  }

  /** The same with the lengths of the output's spatial axes, as Keras 1 has them. */
  public static Value convTranspose(
      Value x,
      Value kernel,
      List<Integer> strides,
      Padding padding,
      List<Integer> outputPadding,
      List<Integer> dilations,
      List<Long> outputSize) {
    return NeuralOps.convTranspose(
        x, kernel, strides, padding, outputPadding, dilations, outputSize);
  }

  /**
   * The largest element of windows, {@code keras.ops.max_pool} on TensorFlow: it passes over NaN,
   * and where nothing is left it is the type's least number.
   *
   * @param x (batch, spatial..., channels)
   * @param size one length per spatial axis, or one for all
   * @param strides likewise; none is the size
   */
  public static Value maxPool(Value x, List<Integer> size, List<Integer> strides, Padding padding) {
    return NeuralOps.pool(true, x, size, strides, padding);
  }

  /** The mean of windows over their cells inside x, {@code keras.ops.average_pool}. */
  public static Value averagePool(
      Value x, List<Integer> size, List<Integer> strides, Padding padding) {
    return NeuralOps.pool(false, x, size, strides, padding);
  }

  /** {@link #maxPool} over windows chosen so that the spatial axes get these lengths. */
  public static Value adaptiveMaxPool(Value x, List<Integer> outputSize) {
    return node(new Op.AdaptivePool(true, outputSize), x);
  }

  /** The mean of windows chosen so that the spatial axes get these lengths. */
  public static Value adaptiveAveragePool(Value x, List<Integer> outputSize) {
    return node(new Op.AdaptivePool(false, outputSize), x);
  }

  // ---- math: Fourier transforms
  // -----------------------------------------------------------

  /**
   * The discrete Fourier transform of numbers along the last axis, its real and imaginary part on
   * an axis behind it; only the frequencies from 0 to the middle one, the others being their
   * conjugates. {@code keras.ops.rfft} gives the two apart.
   */
  public static Value rfft(Value x) {
    Value complex = stack(List.of(x, zerosLike(x)), -1);
    long kept = x.shape().dim(-1) / 2 + 1;
    return sliceAxis(node(new Op.Fourier(false), complex), -2, Range.of(0, kept));
  }

  // ---- nn: normalization and attention
  // -----------------------------------------------------------

  /**
   * (x − mean)·rsqrt(variance + epsilon) over axes, of which there may be none, as one operation:
   * what layers compute where {@link #layerNormalization} is what the function does.
   */
  public static Value standardize(Value x, double epsilon, List<Integer> axis) {
    return node(
        new Op.Standardize(axis.stream().map(x.shape()::axis).sorted().toList(), epsilon), x);
  }

  /**
   * x·inverse + shift with the moments over axes, {@code keras.ops.layer_normalization}; computed
   * in float32 at least. Without axes, over the last.
   *
   * @param gamma scales, a parameter over the axes, or null
   * @param beta shifts, or null
   */
  public static Value layerNormalization(
      Value x, Value gamma, Value beta, double epsilon, int... axis) {
    return layerNormalization(x, gamma, beta, epsilon, false, axis);
  }

  /** The same; with {@code rmsScaling} the mean stays and beta has no effect. */
  public static Value layerNormalization(
      Value x, Value gamma, Value beta, double epsilon, boolean rmsScaling, int... axis) {
    return NeuralOps.layerNormalization(x, gamma, beta, epsilon, rmsScaling, lastIfNone(axis));
  }

  /**
   * x over the root of its mean square over axes, {@code keras.ops.rms_normalization}; computed in
   * float32 at least. Without axes, over the last.
   *
   * @param scale broadcasts with x, or null
   */
  public static Value rmsNormalization(Value x, Value scale, double epsilon, int... axis) {
    return NeuralOps.rmsNormalization(x, scale, epsilon, lastIfNone(axis));
  }

  /**
   * x normalised by given moments, as x·factor + shift, {@code keras.ops.batch_normalization}.
   *
   * @param mean like the others a vector along the axis, or what broadcasts with x
   * @param offset added in the end, or null
   * @param scale multiplied before, or null
   */
  public static Value batchNormalization(
      Value x, Value mean, Value variance, int axis, Value offset, Value scale, double epsilon) {
    return NeuralOps.batchNormalization(x, mean, variance, axis, offset, scale, epsilon);
  }

  /**
   * x over its norm along axes, {@code keras.ops.normalize}. Without axes, along the last.
   *
   * @param order of the norm, such as 2
   * @param epsilon the least that the norm counts as
   */
  public static Value normalize(Value x, int order, double epsilon, int... axis) {
    return NeuralOps.normalize(x, order, epsilon, lastIfNone(axis));
  }

  /**
   * x·rsqrt(max(Σ x², floor)), {@code tf.math.l2_normalize}.
   *
   * @param floor the least that the square of the norm counts as
   */
  public static Value l2Normalize(Value x, double floor, int... axis) {
    Value squares = reduce(ReduceKind.SUM, square(x), true, axis);
    return multiply(x, rsqrt(maximum(squares, floor)));
  }

  /**
   * x over a power of the squares of its neighbours among the channels, {@code
   * tf.nn.local_response_normalization}: x/(bias + alpha·Σ x²)^beta.
   */
  public static Value localResponseNormalization(
      Value x, int depthRadius, double bias, double alpha, double beta) {
    return NeuralOps.localResponseNormalization(x, depthRadius, bias, alpha, beta);
  }

  /**
   * softmax(query·key·scale + bias)·value, {@code keras.ops.dot_product_attention} of (batch, time,
   * heads, size); each head of keys and values serves as many consecutive heads of queries. The
   * scores of float16 and bfloat16 are float32.
   *
   * @param bias added to the scores (batch, heads, time of query, time of key), or null
   * @param mask true for the scores that count, or null
   * @param scale null is one over the root of the size
   * @param isCausal leaves out keys later than the query
   */
  public static Value dotProductAttention(
      Value query, Value key, Value value, Value bias, Value mask, Double scale, boolean isCausal) {
    return NeuralOps.dotProductAttention(query, key, value, bias, mask, scale, isCausal);
  }

  /**
   * {@code keras.ops.binary_crossentropy} of probabilities, element by element.
   *
   * @param shift added to both probabilities before the logarithm, as Keras 2.3 to tf_keras do; 0
   *     for none. TensorFlow's graph optimizer makes (1 + shift) - p of the second, which rounds
   *     differently
   */
  public static Value binaryCrossentropy(Value target, Value output, double shift) {
    return NeuralOps.binaryCrossentropy(cast(target, output.dtype()), output, shift);
  }

  /** {@code tf.nn.sigmoid_cross_entropy_with_logits}, element by element. */
  public static Value sigmoidCrossentropy(Value target, Value logits) {
    return NeuralOps.sigmoidCrossentropy(cast(target, logits.dtype()), logits);
  }

  /** {@code keras.ops.categorical_crossentropy} of probabilities, summed over an axis. */
  public static Value categoricalCrossentropy(Value target, Value output, int axis) {
    return NeuralOps.categoricalCrossentropy(cast(target, output.dtype()), output, axis);
  }

  /** {@code tf.nn.softmax_cross_entropy_with_logits}, summed over an axis. */
  public static Value softmaxCrossentropy(Value target, Value logits, int axis) {
    return negative(sum(multiply(cast(target, logits.dtype()), logSoftmax(logits, axis)), axis));
  }

  /**
   * {@code keras.ops.sparse_categorical_crossentropy} of probabilities on TensorFlow: labels of the
   * shape of the output without the axis, or with 1 there. A label that is no class gives NaN.
   */
  public static Value sparseCategoricalCrossentropy(Value target, Value output, int axis) {
    return NeuralOps.sparseCategoricalCrossentropy(target, output, axis);
  }

  /** {@code tf.nn.sparse_softmax_cross_entropy_with_logits} along an axis; labels as there. */
  public static Value sparseSoftmaxCrossentropy(Value target, Value logits, int axis) {
    return NeuralOps.sparseSoftmaxCrossentropy(target, logits, axis);
  }

  /** Integers as vectors with a one at that index, on a new last axis. */
  public static Value oneHot(Value x, int numClasses) {
    return oneHot(x, numClasses, -1, DType.FLOAT32);
  }

  /** The same of a type, on a new axis at that place of the result. */
  public static Value oneHot(Value x, int numClasses, int axis, DType dtype) {
    return moveaxis(node(new Op.OneHot(numClasses, dtype), whole(x)), -1, axis);
  }

  /** The same with other numbers than one and zero, {@code tf.one_hot}. */
  public static Value oneHot(
      Value x, int numClasses, int axis, DType dtype, double on, double off) {
    Value y = oneHot(x, numClasses, -1, dtype);
    Value scaled = on == 1 && off == 0 ? y : add(multiply(y, on - off), off);
    return moveaxis(scaled, -1, axis);
  }

  // ---- image
  // -------------------------------------------------------------------------------------

  /**
   * Images of another size, {@code tf.image.resize}; whole numbers and float64 become float32 but
   * for the nearest.
   *
   * @param images (batch, height, width, channels) or one of them
   * @param size height and width
   * @param channelsFirst true if channels come before height
   */
  public static Value resize(
      Value images,
      List<Integer> size,
      Interpolation interpolation,
      boolean antialias,
      boolean channelsFirst) {
    return ImageOps.resize(images, size, interpolation, antialias, channelsFirst);
  }

  /**
   * The middle of images, as large as it can be in the proportions of a size: what {@code
   * crop_to_aspect_ratio} and {@code smart_resize} resize.
   *
   * @param images (batch, height, width, channels) or one of them, of known height and width
   */
  public static Value cropToAspectRatio(Value images, List<Integer> size, boolean channelsFirst) {
    return ImageOps.cropToAspectRatio(images, size, channelsFirst);
  }

  /**
   * Images between equal borders above and below, or left and right, that give them about the
   * proportions of a size: what {@code pad_to_aspect_ratio} resizes.
   *
   * @param images as in {@link #cropToAspectRatio}
   */
  public static Value padToAspectRatio(
      Value images, List<Integer> size, double fill, boolean channelsFirst) {
    return ImageOps.padToAspectRatio(images, size, fill, channelsFirst);
  }

  /** The size in which images fit into another without distortion, {@code tf.image.resize}. */
  public static List<Integer> fittingSize(Value images, List<Integer> size, boolean channelsFirst) {
    return ImageOps.fitting(images, size, channelsFirst);
  }

  /**
   * Images that are larger by whole factors, in the types of {@link #resize}.
   *
   * @param images (batch, height, width, channels)
   * @param factors of height and width
   */
  public static Value upsample(Value images, List<Integer> factors, Interpolation interpolation) {
    return ImageOps.upsample(images, factors, interpolation);
  }

  /** The luma of colours in one channel, {@code keras.ops.image.rgb_to_grayscale}. */
  public static Value rgbToGrayscale(Value images, boolean channelsFirst) {
    return ImageOps.rgbToGrayscale(images, channelsFirst);
  }

  /**
   * Images without their borders, {@code keras.ops.image.crop_images}. Of every axis two of three
   * numbers are said, the others are null: the cells before, after, and the length that remains.
   */
  public static Value cropImages(
      Value images,
      Integer top,
      Integer left,
      Integer bottom,
      Integer right,
      Integer targetHeight,
      Integer targetWidth,
      boolean channelsFirst) {
    return ImageOps.crop(
        images,
        new ImageOps.Border(top, bottom, targetHeight),
        new ImageOps.Border(left, right, targetWidth),
        channelsFirst);
  }

  /** Images with zeros around, {@code keras.ops.image.pad_images}; see {@link #cropImages}. */
  public static Value padImages(
      Value images,
      Integer top,
      Integer left,
      Integer bottom,
      Integer right,
      Integer targetHeight,
      Integer targetWidth,
      boolean channelsFirst) {
    return ImageOps.pad(
        images,
        new ImageOps.Border(top, bottom, targetHeight),
        new ImageOps.Border(left, right, targetWidth),
        channelsFirst);
  }

  /**
   * Blocks of channels as blocks of cells, {@code keras.ops.depth_to_space}: (batch, height, width,
   * block²·channels) to (batch, height·block, width·block, channels).
   */
  public static Value depthToSpace(Value x, int blockSize) {
    return ImageOps.depthToSpace(x, blockSize);
  }

  /** The way back, {@code keras.ops.space_to_depth}. */
  public static Value spaceToDepth(Value x, int blockSize) {
    return ImageOps.spaceToDepth(x, blockSize);
  }

  // ---- Shared
  // ------------------------------------------------------------------------------------

  /** Axes as ascending indices from 0; none given means all. */
  static List<Integer> axes(Value x, int... axis) {
    List<Integer> axes = new ArrayList<>();
    if (axis.length == 0) {
      IntStream.range(0, x.rank()).forEach(axes::add);
    }
    for (int a : axis) {
      int index = x.shape().axis(a);
      if (axes.contains(index)) {
        throw new InputException("axis " + a + " is given twice");
      }
      axes.add(index);
    }
    Collections.sort(axes);
    return axes;
  }

  private static int[] lastIfNone(int... axis) {
    return axis.length == 0 ? new int[] {-1} : axis;
  }

  /**
   * The length of an axis.
   *
   * @throws InputException if it is not known
   */
  static long length(Value x, int axis) {
    if (!x.shape().isKnown(axis)) {
      throw new UnknownLengthException(axis, x.shape());
    }
    return x.shape().dim(axis);
  }

  /** Any operation, for what has no function here: its outputs. */
  public static List<Value> apply(Op op, Value... inputs) {
    return inputs[0].producer().builder().apply(op, inputs);
  }

  private static Value node(Op op, Value... inputs) {
    return inputs[0].producer().builder().apply(op, inputs).get(0);
  }
}
