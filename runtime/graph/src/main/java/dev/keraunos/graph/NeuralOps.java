package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The functions of {@code keras.ops.nn} that take more than a few lines; see {@link Ops}. */
final class NeuralOps {
  /** {@code keras.config.epsilon()}: probabilities are kept this far from 0 and 1. */
  private static final double EPSILON = 1e-7;

  /** What masked scores become: the largest float32 times -0.7. */
  private static final double MASKED = -0.7 * Float.MAX_VALUE;

  private NeuralOps() {}

  // ---- Activations -----------------------------------------------------------------------------

  static Value relu(Value x, double slope, double max, double threshold) {
    if (threshold == 0) {
      Value y = slope == 0 ? Ops.relu(x) : Ops.leakyRelu(x, slope);
      return max == Double.POSITIVE_INFINITY ? y : Ops.minimum(y, max);
    }
    Value above = Ops.where(Ops.greater(x, threshold), x, 0.0);
    Value y = max == Double.POSITIVE_INFINITY ? above : Ops.clip(above, 0, max);
    Value below = Ops.relu(Ops.subtract(threshold, x));
    return slope == 0 ? y : Ops.subtract(y, Ops.multiply(slope, below));
  }

  static Value sparsemax(Value x, int axis) {
    Value sorted = Ops.sort(x, axis, true);
    Value sums = Ops.cumsum(sorted, axis);
    Value rank = Ops.cast(Ops.add(Ops.iota(x, axis), 1), x.dtype());
    Value support = Ops.greater(Ops.subtract(sorted, Ops.divide(Ops.subtract(sums, 1), rank)), 0);
    Value size = Ops.reduce(ReduceKind.SUM, Ops.cast(support, x.dtype()), true, axis);
    Value total = Ops.reduce(ReduceKind.SUM, Ops.where(support, sums, 0.0), true, axis);
    return Ops.relu(Ops.subtract(x, Ops.divide(Ops.subtract(total, 1), size)));
  }

  // ---- Windows ---------------------------------------------------------------------------------

  static Value conv(
      Value x,
      Value kernel,
      List<Integer> strides,
      Padding padding,
      List<Integer> dilations,
      int groups) {
    Op op = new Op.Conv(perAxis(x, strides), perAxis(x, dilations), padding, groups);
    return Ops.apply(op, x, Ops.cast(kernel, x.dtype())).get(0);
  }

  /** One number per spatial axis from none, which are ones, one for all, or all. */
  private static List<Integer> perAxis(Value x, List<Integer> numbers) {
    int rank = x.rank() - 2;
    return numbers.size() == rank || numbers.size() > 1
        ? numbers
        : Collections.nCopies(rank, numbers.isEmpty() ? 1 : numbers.get(0));
  }

  /** The blocks of channels that kernels of this depth see. */
  static int groups(Value x, Value kernel) {
    long depth = kernel.rank() < 2 ? 0 : kernel.shape().dim(-2);
    if (depth < 1) {
      throw new InputException("a kernel of shape " + kernel.shape());
    }
    return Math.toIntExact(Ops.length(x, -1) / depth);
  }

  static Value depthwiseConv(
      Value x, Value given, List<Integer> strides, Padding padding, List<Integer> dilations) {
    Value kernel = Ops.cast(given, x.dtype());
    int rank = kernel.rank();
    long channels = Ops.length(kernel, -2);
    Shape grouped =
        kernel.shape().slice(0, rank - 2).concat(Shape.of(1, channels * Ops.length(kernel, -1)));
    Value one = Ops.reshape(kernel, grouped.toArray());
    return conv(x, one, strides, padding, dilations, Math.toIntExact(channels));
  }

  static Value convTranspose(
      Value x,
      Value kernel,
      List<Integer> strides,
      Padding padding,
      List<Integer> outputPadding,
      List<Integer> dilations,
      List<Long> outputSize) {
    List<Integer> cells = outputPadding.isEmpty() ? outputPadding : perAxis(x, outputPadding);
    Op op =
        new Op.ConvTranspose(
            perAxis(x, strides), perAxis(x, dilations), padding, cells, outputSize);
    return Ops.apply(op, x, Ops.cast(kernel, x.dtype())).get(0);
  }

  static Value pool(
      boolean max, Value x, List<Integer> size, List<Integer> strides, Padding padding) {
    List<Integer> steps = strides.isEmpty() ? size : strides;
    return Ops.apply(new Op.Pool(max, perAxis(x, size), perAxis(x, steps), padding), x).get(0);
  }

  // ---- Normalization ---------------------------------------------------------------------------

  static Value layerNormalization(
      Value given, Value gamma, Value beta, double epsilon, boolean rmsScaling, int... axes) {
    Value x = wide(given);
    Value inverse = Ops.rsqrt(Ops.add(Ops.var(x, true, axes), epsilon));
    if (gamma != null) {
      inverse = Ops.multiply(inverse, Ops.along(wide(gamma), x, axes));
    }
    if (rmsScaling) {
      return Ops.cast(Ops.multiply(x, inverse), given.dtype());
    }
    Value mean = Ops.reduce(ReduceKind.MEAN, x, true, axes);
    Value shift = Ops.negative(Ops.multiply(mean, inverse));
    if (beta != null) {
      shift = Ops.add(shift, Ops.along(wide(beta), x, axes));
    }
    return Ops.cast(Ops.add(Ops.multiply(x, inverse), shift), given.dtype());
  }

  static Value rmsNormalization(Value given, Value scale, double epsilon, int... axes) {
    Value x = wide(given);
    Value squares = Ops.reduce(ReduceKind.MEAN, Ops.square(x), true, axes);
    Value y = Ops.multiply(x, Ops.rsqrt(Ops.add(squares, epsilon)));
    return Ops.cast(scale == null ? y : Ops.multiply(y, wide(scale)), given.dtype());
  }

  /** Half precision is computed in float32. */
  private static Value wide(Value x) {
    return Ops.cast(x, DType.promote(x.dtype(), DType.FLOAT32));
  }

  static Value batchNormalization(
      Value x, Value mean, Value variance, int axis, Value offset, Value scale, double epsilon) {
    Value factor = Ops.rsqrt(Ops.add(vector(variance, x, axis), epsilon));
    if (scale != null) {
      factor = Ops.multiply(factor, vector(scale, x, axis));
    }
    Value shift = Ops.negative(Ops.multiply(vector(mean, x, axis), factor));
    if (offset != null) {
      shift = Ops.add(shift, vector(offset, x, axis));
    }
    return Ops.add(Ops.multiply(x, factor), shift);
  }

  /** A vector along an axis of x; anything else, and along the last, stays as it is. */
  private static Value vector(Value given, Value x, int axis) {
    boolean fits = given.rank() != 1 || x.shape().axis(axis) == x.rank() - 1;
    return fits ? given : Ops.along(given, x, axis);
  }

  static Value normalize(Value x, int order, double epsilon, int... axes) {
    if (order == 2) {
      Value squares = Ops.reduce(ReduceKind.SUM, Ops.square(x), true, axes);
      return Ops.multiply(x, Ops.minimum(Ops.rsqrt(squares), 1 / epsilon));
    }
    Value powers = Ops.power(Ops.absolute(x), order);
    Value norm = Ops.power(Ops.reduce(ReduceKind.SUM, powers, true, axes), 1.0 / order);
    return Ops.divide(x, Ops.maximum(norm, epsilon));
  }

  static Value localResponseNormalization(
      Value x, int radius, double bias, double alpha, double beta) {
    long channels = Ops.length(x, -1);
    List<Long> around = new ArrayList<>(Collections.nCopies(x.rank() - 1, 0L));
    around.add((long) radius);
    Value squares = Ops.pad(Ops.square(x), around, around);
    Value sum = null;
    for (long offset = 0; offset <= 2L * radius; offset++) {
      Value shifted = Ops.sliceAxis(squares, -1, new Range(offset, offset + channels, 1));
      sum = sum == null ? shifted : Ops.add(sum, shifted);
    }
    if (sum == null) {
      throw new InputException("a radius of " + radius);
    }
    Value base = Ops.add(Ops.multiply(sum, alpha), bias);
    return Ops.divide(x, Ops.power(base, beta));
  }

  // ---- Attention -------------------------------------------------------------------------------

  static Value dotProductAttention(
      Value query, Value key, Value value, Value bias, Value mask, Double scale, boolean isCausal) {
    long heads = Ops.length(query, 2);
    float factor =
        scale == null ? 1 / (float) Math.sqrt(Ops.length(query, -1)) : scale.floatValue();
    Value keys = repeated(key, heads);
    Value values = repeated(value, heads);
    Value products = Ops.einsum("btnh,bsnh->bnts", query, keys);
    boolean isHalf = query.dtype() == DType.FLOAT16 || query.dtype() == DType.BFLOAT16;
    Value scores = Ops.multiply(isHalf ? Ops.cast(products, DType.FLOAT32) : products, factor);
    if (bias != null) {
      scores = Ops.add(scores, Ops.cast(bias, scores.dtype()));
    }
    if (mask != null) {
      scores = Ops.where(Ops.cast(mask, DType.BOOL), scores, MASKED);
    }
    if (isCausal) {
      Value past = Ops.lessEqual(Ops.iota(scores, -1), Ops.iota(scores, -2));
      scores = Ops.where(past, scores, MASKED);
    }
    Value weights = Ops.cast(Ops.softmax(scores, -1), values.dtype());
    return Ops.einsum("bnts,bsnh->btnh", weights, values);
  }

  /** Each head of keys and values serves as many consecutive heads of queries. */
  private static Value repeated(Value x, long heads) {
    long own = Ops.length(x, 2);
    if (own < 1 || heads % own != 0) {
      throw new InputException(own + " heads of keys and values for " + heads + " of queries");
    }
    return Ops.repeat(x, (int) (heads / own), 2);
  }

  static Value binaryCrossentropy(Value target, Value output, double shift) {
    Value p = Ops.clip(output, EPSILON, 1 - EPSILON);
    Value positive = Ops.multiply(target, Ops.log(shift == 0 ? p : Ops.add(p, shift)));
    Value rest =
        Ops.multiply(Ops.subtract(1, target), Ops.log(Ops.subtract(shift == 0 ? 1 : 1 + shift, p)));
    return Ops.negative(Ops.add(positive, rest));
  }

  static Value sigmoidCrossentropy(Value target, Value logits) {
    Value rest = Ops.subtract(Ops.relu(logits), Ops.multiply(logits, target));
    return Ops.add(rest, Ops.log1p(Ops.exp(Ops.negative(Ops.abs(logits)))));
  }

  static Value categoricalCrossentropy(Value target, Value output, int axis) {
    Value normal = Ops.divide(output, Ops.reduce(ReduceKind.SUM, output, true, axis));
    Value p = Ops.clip(normal, EPSILON, 1 - EPSILON);
    return Ops.negative(Ops.sum(Ops.multiply(target, Ops.log(p)), axis));
  }

  static Value sparseCategoricalCrossentropy(Value target, Value output, int axis) {
    Value p = Ops.clip(output, EPSILON, 1 - EPSILON);
    return sparseSoftmaxCrossentropy(target, Ops.log(p), axis);
  }

  static Value sparseSoftmaxCrossentropy(Value target, Value logits, int axis) {
    Value logs = Ops.moveaxis(Ops.logSoftmax(logits, axis), axis, -1);
    long classes = Ops.length(logs, -1);
    Value numbers = Ops.cast(target, DType.INT32);
    if (numbers.rank() == logs.rank() && numbers.shape().dim(axis) == 1) {
      numbers = Ops.squeeze(numbers, axis);
    }
    if (numbers.rank() != logs.rank() - 1) {
      throw new InputException(
          "labels of shape " + target.shape() + " do not fit an output of " + logits.shape());
    }
    Value at = Ops.cast(Ops.oneHot(numbers, (int) classes), DType.BOOL);
    Value scores = Ops.negative(Ops.sum(Ops.where(at, logs, 0.0), -1));
    Value known = Ops.logicalAnd(Ops.greaterEqual(numbers, 0), Ops.less(numbers, classes));
    return Ops.where(known, scores, Double.NaN);
  }
}
