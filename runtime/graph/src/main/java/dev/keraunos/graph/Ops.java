package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The vocabulary in which losses, layers and lambdas are written: the names and semantics of {@code
 * keras.ops} (Keras 3.15), so that Python ports line by line. Axes may be negative; axes may be
 * absent, which means all of them; binary functions broadcast and promote their operands; a Java
 * number takes the type of the tensor beside it.
 *
 * <p>Every function throws {@link InputException} if its operands do not fit.
 */
public final class Ops {
  private Ops() {}

  // ---- Elementwise, one operand ----

  public static Value negative(Value x) {
    return unary(UnaryKind.NEGATIVE, x, 0, 0);
  }

  public static Value absolute(Value x) {
    return unary(UnaryKind.ABSOLUTE, x, 0, 0);
  }

  public static Value abs(Value x) {
    return unary(UnaryKind.ABSOLUTE, x, 0, 0);
  }

  public static Value sign(Value x) {
    return unary(UnaryKind.SIGN, x, 0, 0);
  }

  public static Value square(Value x) {
    return unary(UnaryKind.SQUARE, x, 0, 0);
  }

  public static Value sqrt(Value x) {
    return unary(UnaryKind.SQRT, x, 0, 0);
  }

  public static Value rsqrt(Value x) {
    return unary(UnaryKind.RSQRT, x, 0, 0);
  }

  public static Value reciprocal(Value x) {
    return unary(UnaryKind.RECIPROCAL, x, 0, 0);
  }

  public static Value exp(Value x) {
    return unary(UnaryKind.EXP, x, 0, 0);
  }

  public static Value expm1(Value x) {
    return unary(UnaryKind.EXPM1, x, 0, 0);
  }

  public static Value log(Value x) {
    return unary(UnaryKind.LOG, x, 0, 0);
  }

  public static Value log1p(Value x) {
    return unary(UnaryKind.LOG1P, x, 0, 0);
  }

  public static Value sin(Value x) {
    return unary(UnaryKind.SIN, x, 0, 0);
  }

  public static Value cos(Value x) {
    return unary(UnaryKind.COS, x, 0, 0);
  }

  public static Value tan(Value x) {
    return unary(UnaryKind.TAN, x, 0, 0);
  }

  public static Value arcsin(Value x) {
    return unary(UnaryKind.ARCSIN, x, 0, 0);
  }

  public static Value arccos(Value x) {
    return unary(UnaryKind.ARCCOS, x, 0, 0);
  }

  public static Value arctan(Value x) {
    return unary(UnaryKind.ARCTAN, x, 0, 0);
  }

  public static Value sinh(Value x) {
    return unary(UnaryKind.SINH, x, 0, 0);
  }

  public static Value cosh(Value x) {
    return unary(UnaryKind.COSH, x, 0, 0);
  }

  public static Value tanh(Value x) {
    return unary(UnaryKind.TANH, x, 0, 0);
  }

  public static Value erf(Value x) {
    return unary(UnaryKind.ERF, x, 0, 0);
  }

  public static Value floor(Value x) {
    return unary(UnaryKind.FLOOR, x, 0, 0);
  }

  public static Value ceil(Value x) {
    return unary(UnaryKind.CEIL, x, 0, 0);
  }

  public static Value round(Value x) {
    return unary(UnaryKind.ROUND, x, 0, 0);
  }

  public static Value trunc(Value x) {
    return unary(UnaryKind.TRUNC, x, 0, 0);
  }

  public static Value isnan(Value x) {
    return unary(UnaryKind.IS_NAN, x, 0, 0);
  }

  public static Value isfinite(Value x) {
    return unary(UnaryKind.IS_FINITE, x, 0, 0);
  }

  public static Value relu(Value x) {
    return unary(UnaryKind.RELU, x, 0, 0);
  }

  public static Value sigmoid(Value x) {
    return unary(UnaryKind.SIGMOID, x, 0, 0);
  }

  public static Value softplus(Value x) {
    return unary(UnaryKind.SOFTPLUS, x, 0, 0);
  }

  public static Value softsign(Value x) {
    return unary(UnaryKind.SOFTSIGN, x, 0, 0);
  }

  public static Value silu(Value x) {
    return unary(UnaryKind.SILU, x, 0, 0);
  }

  public static Value hardSilu(Value x) {
    return unary(UnaryKind.HARD_SILU, x, 0, 0);
  }

  public static Value selu(Value x) {
    return unary(UnaryKind.SELU, x, 0, 0);
  }

  public static Value mish(Value x) {
    return unary(UnaryKind.MISH, x, 0, 0);
  }

  public static Value logicalNot(Value x) {
    return unary(UnaryKind.LOGICAL_NOT, cast(x, DType.BOOL), 0, 0);
  }

  /** x above zero, slope·x below. */
  public static Value leakyRelu(Value x, double negativeSlope) {
    return unary(UnaryKind.RELU, x, negativeSlope, 0);
  }

  public static Value relu6(Value x) {
    return clip(x, 0, 6);
  }

  public static Value elu(Value x, double alpha) {
    return unary(UnaryKind.ELU, x, alpha, 0);
  }

  /** clip(x/6 + 1/2, 0, 1): the definition of Keras 3. */
  public static Value hardSigmoid(Value x) {
    return unary(UnaryKind.HARD_SIGMOID, x, 1 / 6.0, 0.5);
  }

  /** The tanh approximation if {@code approximate}, else exact. */
  public static Value gelu(Value x, boolean approximate) {
    return unary(approximate ? UnaryKind.GELU_TANH : UnaryKind.GELU, x, 0, 0);
  }

  public static Value clip(Value x, double min, double max) {
    return unary(UnaryKind.CLIP, x, min, max);
  }

  /** log(sigmoid(x)), stable. */
  public static Value logSigmoid(Value x) {
    return negative(softplus(negative(x)));
  }

  /** max(x, 0) + alpha·(exp(min(x, 0)/alpha) − 1). */
  public static Value celu(Value x, double alpha) {
    return add(maximum(x, 0), multiply(alpha, expm1(divide(minimum(x, 0), alpha))));
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

  /**
   * max(x − tau, 0) along an axis. As in every release of Keras to 3.15, tau is taken from the sum
   * of all cumulative sums in the support, so the result is the projection on the simplex only
   * where one element is left.
   */
  public static Value sparsemax(Value x, int axis) {
    Value sorted = x.producer().builder().apply(new Op.Sort(x.shape().axis(axis), true), x).get(0);
    Value sums = cumsum(sorted, axis);
    Value rank = cast(add(iota(x, axis), 1), x.dtype());
    Value support = greater(subtract(sorted, divide(subtract(sums, 1), rank)), 0);
    Value size = reduce(ReduceKind.SUM, cast(support, x.dtype()), true, axis);
    Value total = reduce(ReduceKind.SUM, where(support, sums, 0.0), true, axis);
    return relu(subtract(x, divide(subtract(total, 1), size)));
  }

  /** Any elementwise function, by kind; alpha and beta mean what the kind says. */
  public static Value unary(UnaryKind kind, Value x, double alpha, double beta) {
    return node(new Op.Unary(kind, alpha, beta), x);
  }

  /** Another element type: floating to integer truncates, non-zero is true. */
  public static Value cast(Value x, DType dtype) {
    return x.dtype() == dtype ? x : node(new Op.Cast(dtype), x);
  }

  // ---- Elementwise, two operands ----

  public static Value add(Value x, Value y) {
    return binary(BinaryKind.ADD, x, y);
  }

  public static Value add(Value x, double y) {
    return binary(BinaryKind.ADD, x, like(x, y));
  }

  public static Value add(double x, Value y) {
    return binary(BinaryKind.ADD, like(y, x), y);
  }

  public static Value subtract(Value x, Value y) {
    return binary(BinaryKind.SUBTRACT, x, y);
  }

  public static Value subtract(Value x, double y) {
    return binary(BinaryKind.SUBTRACT, x, like(x, y));
  }

  public static Value subtract(double x, Value y) {
    return binary(BinaryKind.SUBTRACT, like(y, x), y);
  }

  public static Value multiply(Value x, Value y) {
    return binary(BinaryKind.MULTIPLY, x, y);
  }

  public static Value multiply(Value x, double y) {
    return binary(BinaryKind.MULTIPLY, x, like(x, y));
  }

  public static Value multiply(double x, Value y) {
    return binary(BinaryKind.MULTIPLY, like(y, x), y);
  }

  public static Value divide(Value x, Value y) {
    return binary(BinaryKind.DIVIDE, x, y);
  }

  public static Value divide(Value x, double y) {
    return binary(BinaryKind.DIVIDE, x, like(x, y));
  }

  public static Value divide(double x, Value y) {
    return binary(BinaryKind.DIVIDE, like(y, x), y);
  }

  public static Value floorDivide(Value x, Value y) {
    return binary(BinaryKind.FLOOR_DIVIDE, x, y);
  }

  public static Value floorDivide(Value x, double y) {
    return binary(BinaryKind.FLOOR_DIVIDE, x, like(x, y));
  }

  public static Value floorDivide(double x, Value y) {
    return binary(BinaryKind.FLOOR_DIVIDE, like(y, x), y);
  }

  public static Value mod(Value x, Value y) {
    return binary(BinaryKind.MOD, x, y);
  }

  public static Value mod(Value x, double y) {
    return binary(BinaryKind.MOD, x, like(x, y));
  }

  public static Value mod(double x, Value y) {
    return binary(BinaryKind.MOD, like(y, x), y);
  }

  public static Value power(Value x, Value y) {
    return binary(BinaryKind.POWER, x, y);
  }

  public static Value power(Value x, double y) {
    return binary(BinaryKind.POWER, x, like(x, y));
  }

  public static Value power(double x, Value y) {
    return binary(BinaryKind.POWER, like(y, x), y);
  }

  public static Value maximum(Value x, Value y) {
    return binary(BinaryKind.MAXIMUM, x, y);
  }

  public static Value maximum(Value x, double y) {
    return binary(BinaryKind.MAXIMUM, x, like(x, y));
  }

  public static Value maximum(double x, Value y) {
    return binary(BinaryKind.MAXIMUM, like(y, x), y);
  }

  public static Value minimum(Value x, Value y) {
    return binary(BinaryKind.MINIMUM, x, y);
  }

  public static Value minimum(Value x, double y) {
    return binary(BinaryKind.MINIMUM, x, like(x, y));
  }

  public static Value minimum(double x, Value y) {
    return binary(BinaryKind.MINIMUM, like(y, x), y);
  }

  public static Value equal(Value x, Value y) {
    return binary(BinaryKind.EQUAL, x, y);
  }

  public static Value equal(Value x, double y) {
    return binary(BinaryKind.EQUAL, x, like(x, y));
  }

  public static Value notEqual(Value x, Value y) {
    return binary(BinaryKind.NOT_EQUAL, x, y);
  }

  public static Value notEqual(Value x, double y) {
    return binary(BinaryKind.NOT_EQUAL, x, like(x, y));
  }

  public static Value greater(Value x, Value y) {
    return binary(BinaryKind.GREATER, x, y);
  }

  public static Value greater(Value x, double y) {
    return binary(BinaryKind.GREATER, x, like(x, y));
  }

  public static Value greaterEqual(Value x, Value y) {
    return binary(BinaryKind.GREATER_EQUAL, x, y);
  }

  public static Value greaterEqual(Value x, double y) {
    return binary(BinaryKind.GREATER_EQUAL, x, like(x, y));
  }

  public static Value less(Value x, Value y) {
    return binary(BinaryKind.LESS, x, y);
  }

  public static Value less(Value x, double y) {
    return binary(BinaryKind.LESS, x, like(x, y));
  }

  public static Value lessEqual(Value x, Value y) {
    return binary(BinaryKind.LESS_EQUAL, x, y);
  }

  public static Value lessEqual(Value x, double y) {
    return binary(BinaryKind.LESS_EQUAL, x, like(x, y));
  }

  public static Value logicalAnd(Value x, Value y) {
    return binary(BinaryKind.LOGICAL_AND, cast(x, DType.BOOL), cast(y, DType.BOOL));
  }

  public static Value logicalOr(Value x, Value y) {
    return binary(BinaryKind.LOGICAL_OR, cast(x, DType.BOOL), cast(y, DType.BOOL));
  }

  public static Value logicalXor(Value x, Value y) {
    return binary(BinaryKind.LOGICAL_XOR, cast(x, DType.BOOL), cast(y, DType.BOOL));
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

  public static Value where(Value condition, Value x, double y) {
    return where(condition, x, like(x, y));
  }

  public static Value where(Value condition, double x, Value y) {
    return where(condition, like(y, x), y);
  }

  /** (x−y)². */
  public static Value squaredDifference(Value x, Value y) {
    return square(subtract(x, y));
  }

  // ---- Constants ----

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

  public static Value zerosLike(Value x) {
    return fullLike(x, 0);
  }

  public static Value onesLike(Value x) {
    return fullLike(x, 1);
  }

  /** One value everywhere, in the shape and type of x. */
  public static Value fullLike(Value x, double value) {
    return full(x.dtype(), value, Dim.of(x, 0), x);
  }

  /** One value everywhere; {@link Dim.Same} refers to {@code references}. */
  public static Value full(DType dtype, double value, List<Dim> shape, Value... references) {
    return node(new Op.Fill(dtype, value, shape), references);
  }

  /** The index along an axis, in the shape of x, as int32. */
  public static Value iota(Value x, int axis) {
    return node(new Op.Iota(DType.INT32, Dim.of(x, 0), x.shape().axis(axis)), x);
  }

  // ---- Reductions ----

  public static Value sum(Value x, int... axis) {
    return reduce(ReduceKind.SUM, x, false, axis);
  }

  public static Value mean(Value x, int... axis) {
    return reduce(ReduceKind.MEAN, x, false, axis);
  }

  public static Value max(Value x, int... axis) {
    return reduce(ReduceKind.MAX, x, false, axis);
  }

  public static Value min(Value x, int... axis) {
    return reduce(ReduceKind.MIN, x, false, axis);
  }

  public static Value prod(Value x, int... axis) {
    return reduce(ReduceKind.PROD, x, false, axis);
  }

  public static Value any(Value x, int... axis) {
    return reduce(ReduceKind.ANY, cast(x, DType.BOOL), false, axis);
  }

  public static Value all(Value x, int... axis) {
    return reduce(ReduceKind.ALL, cast(x, DType.BOOL), false, axis);
  }

  /** A reduction by kind. The sum, mean or product of bools is that of int32. */
  public static Value reduce(ReduceKind kind, Value x, boolean keepDims, int... axis) {
    boolean count = x.dtype() == DType.BOOL && kind != ReduceKind.ANY && kind != ReduceKind.ALL;
    Value operand = count ? cast(x, DType.INT32) : x;
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

  public static Value std(Value x, boolean keepDims, int... axis) {
    return sqrt(var(x, keepDims, axis));
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

  /** The index of the smallest element, int32, the lowest on ties. */
  public static Value argmin(Value x, int axis) {
    return node(new Op.ArgReduce(false, x.shape().axis(axis), false, DType.INT32, false), x);
  }

  public static Value cumsum(Value x, int axis) {
    return node(new Op.Cumulative(ReduceKind.SUM, x.shape().axis(axis)), x);
  }

  public static Value cumprod(Value x, int axis) {
    return node(new Op.Cumulative(ReduceKind.PROD, x.shape().axis(axis)), x);
  }

  /** The k largest of the last axis: values, and indices (int32). */
  public static List<Value> topK(Value x, int k) {
    return x.producer().builder().apply(new Op.TopK(k), x);
  }

  // ---- Movement ----

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

  public static Value transpose(Value x, int... axes) {
    List<Integer> permutation = new ArrayList<>();
    for (int axis : axes) {
      permutation.add(x.shape().axis(axis));
    }
    boolean identity = permutation.equals(axes(x));
    return identity ? x : node(new Op.Transpose(permutation), x);
  }

  public static Value swapaxes(Value x, int axis1, int axis2) {
    int[] axes = IntStream.range(0, x.rank()).toArray();
    int first = x.shape().axis(axis1);
    int second = x.shape().axis(axis2);
    axes[first] = second;
    axes[second] = first;
    return transpose(x, axes);
  }

  public static Value moveaxis(Value x, int source, int destination) {
    List<Integer> axes = new ArrayList<>(axes(x));
    Integer moved = axes.remove(x.shape().axis(source));
    axes.add(x.shape().axis(destination), moved);
    return transpose(x, axes.stream().mapToInt(i -> i).toArray());
  }

  /** A new axis of length 1; a negative axis counts from the end of the result. */
  public static Value expandDims(Value x, int axis) {
    int at = axis < 0 ? axis + x.rank() + 1 : axis;
    List<Dim> dims = Dim.of(x, 0);
    dims.add(at, new Dim.Fixed(1));
    return node(new Op.Reshape(dims), x);
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

  /** Python slices, one per leading axis; the others are taken whole. */
  public static Value slice(Value x, Range... ranges) {
    List<Range> all = new ArrayList<>(Arrays.asList(ranges));
    all.addAll(Collections.nCopies(x.rank() - ranges.length, Range.ALL));
    return node(new Op.Slice(all), x);
  }

  /** A Python slice of one axis. */
  public static Value sliceAxis(Value x, int axis, Range range) {
    List<Range> all = new ArrayList<>(Collections.nCopies(x.rank(), Range.ALL));
    all.set(x.shape().axis(axis), range);
    return node(new Op.Slice(all), x);
  }

  public static Value flip(Value x, int axis) {
    return sliceAxis(x, axis, Range.REVERSED);
  }

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

  /** Zeros added before and after every axis. */
  public static Value pad(Value x, List<Long> before, List<Long> after) {
    return node(new Op.Pad(Op.Pad.Mode.CONSTANT, 0, before, after), x);
  }

  /** Every entry of an axis several times in a row. */
  public static Value repeat(Value x, int times, int axis) {
    return times == 1 ? x : node(new Op.Repeat(x.shape().axis(axis), times), x);
  }

  /**
   * Entries of an axis picked by indices, which take the axis' place; negative indices count from
   * the end.
   */
  public static Value take(Value x, Value indices, int axis) {
    return node(new Op.Gather(x.shape().axis(axis)), x, indices);
  }

  /** Elements picked along an axis by indices of the same rank. */
  public static Value takeAlongAxis(Value x, Value indices, int axis) {
    return node(new Op.GatherAlong(x.shape().axis(axis)), x, indices);
  }

  /** Integers as vectors with a one at that index, on a new last axis. */
  public static Value oneHot(Value x, int numClasses) {
    return node(new Op.OneHot(numClasses, DType.FLOAT32), x);
  }

  // ---- Linear algebra and windows ----

  /** One or two operands; the output is explicit and no label repeats within an operand. */
  public static Value einsum(String subscripts, Value... operands) {
    return Einsum.apply(subscripts, List.of(operands));
  }

  /** NumPy's matmul of operands of rank 2 or more. */
  public static Value matmul(Value x, Value y) {
    return node(new Op.MatMul(false, false), x, y);
  }

  // ---- Normalisation ----

  /** Jointly over the axes; without axes, over the last. */
  public static Value softmax(Value x, int... axis) {
    return node(new Op.Softmax(axis.length == 0 ? List.of(x.rank() - 1) : axes(x, axis), false), x);
  }

  /** Jointly over the axes; without axes, over the last. */
  public static Value logSoftmax(Value x, int... axis) {
    return node(new Op.Softmax(axis.length == 0 ? List.of(x.rank() - 1) : axes(x, axis), true), x);
  }

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

  /** Any operation, for what has no function here: its outputs. */
  public static List<Value> apply(Op op, Value... inputs) {
    return inputs[0].producer().builder().apply(op, inputs);
  }

  private static Value node(Op op, Value... inputs) {
    return inputs[0].producer().builder().apply(op, inputs).get(0);
  }
}
