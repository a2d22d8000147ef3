package dev.keraunos.importer.internal.builtin;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.Windows;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** {@code keras.layers.normalization}, with the layers that scale by constants. */
final class NormalizationLayers {
  static final List<LayerRow> ROWS =
      List.of(
          batch(
              NormalizationLayers::isFrozen,
              "BatchNormalization",
              "BatchNormalizationV2",
              "SyncBatchNormalization"),
          batch(call -> false, "BatchNormalizationV1"),
          LayerRow.passes(NormalizationLayers::layer, "LayerNormalization")
              .weight("gamma", true, config -> flag(config, "scale") || rms(config))
              .weight("beta", true, config -> flag(config, "center") && !rms(config)),
          LayerRow.passes(NormalizationLayers::group, "GroupNormalization")
              .takes("mask")
              .weight("gamma", true, config -> flag(config, "scale"))
              .weight("beta", true, config -> flag(config, "center")),
          LayerRow.passes(NormalizationLayers::unit, "UnitNormalization"),
          LayerRow.drops(NormalizationLayers::rootMeanSquare, "RMSNormalization").weights("scale"));

  private NormalizationLayers() {}

  private static LayerRow batch(Predicate<RowCall> frozen, String... names) {
    return LayerRow.passes(call -> batch(call, frozen.test(call)), names)
        .takes("training", "mask")
        .weight("gamma", true, config -> config.get("scale").bool(true))
        .weight("beta", true, config -> config.get("center").bool(true))
        .weight("moving_mean", false, config -> true)
        .weight("moving_variance", false, config -> true)
        .weight("moving_stddev", false, NormalizationLayers::renormalizes)
        .weight("renorm_mean", false, NormalizationLayers::renormalizes)
        .weight("renorm_stddev", false, NormalizationLayers::renormalizes)
        .ignores(
            "axis",
            "momentum",
            "synchronized",
            "renorm",
            "renorm_clipping",
            "renorm_momentum",
            "virtual_batch_size",
            "fused",
            "adjustment");
  }

  private static boolean flag(Config config, String key) {
    return config.get(key).bool(true);
  }

  private static boolean rms(Config config) {
    return config.get("rms_scaling").bool(false);
  }

  private static boolean renormalizes(Config config) {
    return config.get("renorm").bool(false);
  }

  /** Half precision and integers are computed in float32. */
  private static Value widened(Value x) {
    boolean whole = !x.dtype().isFloating();
    return whole || x.dtype().bytes() == 2 ? Ops.cast(x, DType.FLOAT32) : x;
  }

  /** What was computed of an input, rounded to its type as Keras 3 does. */
  private static Value rounded(RowCall call, Value y) {
    boolean asGiven = call.dialect().has(Quirk.NORMALIZES_UNCAST_INPUTS);
    Value own = asGiven ? Ops.cast(y, call.input(0).value().dtype()) : y;
    return Ops.cast(own, call.computeType());
  }

  // ---- Batch normalization ---------------------------------------------------------------------

  /** Stored moments; with several axes the variables have the rank of x. */
  private static Value batch(RowCall call, boolean frozen) {
    boolean trains = !frozen && (call.training() || call.site().takesBatchMoments());
    Value x = widened(call.floating());
    int mode = call.config().get("mode").integer(0);
    int[] axes = mode == 1 ? new int[] {x.rank() - 1} : axes(call, x);
    long[] dims = axes.length > 1 ? x.shape().along(axes).toArray() : parameterShape(call, x, axes);
    Value y =
        mode != 0
            ? withOwnMoments(call, x, mode)
            : trains
                ? withBatchMoments(call, x, axes, dims)
                : withStoredMoments(call, x, axes, dims);
    boolean told = mode == 0 && !frozen && axes.length == 1 && call.layer().trainable();
    if (told && !call.dialect().has(Quirk.STORES_DEVIATIONS)) {
      Tensor mean = call.tensor("moving_mean", dims);
      call.site().normalize(call, x, mean, call.tensor("moving_variance", dims), axes[0]);
    }
    return Ops.cast(y, call.computeType());
  }

  /** From TensorFlow 2 on a frozen layer computes as outside of training. */
  private static boolean isFrozen(RowCall call) {
    return !call.layer().trainable() && call.dialect().has(Quirk.FREEZES_BATCH_NORMALIZATION);
  }

  /** The moments of the batch at hand, as in training. */
  private static Value withBatchMoments(RowCall call, Value x, int[] axes, long[] dims) {
    if (renormalizes(call.config()) || !call.config().get("virtual_batch_size").isNull()) {
      throw call.gap("training=True with renorm or virtual_batch_size is not supported");
    }
    if (call.site().takesBatchMoments() && call.mask() != null && x.rank() > 3) {
      throw call.gap("the moments of batches of masked images are not known");
    }
    List<Integer> others = others(x, axes);
    Value y =
        masksMoments(call, x)
            ? standardized(x, Ops.expandDims(call.mask(), -1), epsilon(call), others)
            : Ops.standardize(x, epsilon(call), others);
    long[] broadcast = x.shape().along(axes).toArray();
    if (flag(call.config(), "scale")) {
      y = Ops.multiply(y, Ops.reshape(call.weight(x.dtype(), "gamma", dims), broadcast));
    }
    if (flag(call.config(), "center")) {
      y = Ops.add(y, Ops.reshape(call.weight(x.dtype(), "beta", dims), broadcast));
    }
    return y;
  }

  /** From Keras 2.12 on masked entries do not count, but in images, which a fused kernel takes. */
  private static boolean masksMoments(RowCall call, Value x) {
    return call.mask() != null && x.rank() < 4 && call.dialect().has(Quirk.BATCH_MOMENTS_TAKE_MASK);
  }

  /** (x − mean)·rsqrt(variance + epsilon) with the moments of what the mask leaves. */
  private static Value standardized(Value x, Value mask, double epsilon, List<Integer> over) {
    int[] axes = over.stream().mapToInt(axis -> axis).toArray();
    Value ones = Ops.full(x.dtype(), 1, Dim.of(x, 0), x);
    Value weights = Ops.multiply(ones, Ops.cast(mask, x.dtype()));
    Value count = Ops.reduce(ReduceKind.SUM, weights, true, axes);
    Value mean =
        Ops.divide(Ops.reduce(ReduceKind.SUM, Ops.multiply(weights, x), true, axes), count);
    Value distance = Ops.subtract(x, mean);
    Value squares = Ops.multiply(weights, Ops.square(distance));
    Value variance = Ops.divide(Ops.reduce(ReduceKind.SUM, squares, true, axes), count);
    return Ops.multiply(distance, Ops.rsqrt(Ops.add(variance, epsilon)));
  }

  /**
   * gamma·(x − mean)·rsqrt(variance + epsilon) + beta, computed as x·scale + offset like Keras: the
   * offset takes the rounded scale.
   */
  private static Value withStoredMoments(RowCall call, Value x, int[] axes, long[] dims) {
    Tensor mean = call.tensor("moving_mean", dims);
    Tensor variance = call.tensor("moving_variance", dims);
    double epsilon = epsilon(call);
    boolean deviation = call.dialect().has(Quirk.STORES_DEVIATIONS);
    double[] scales = factors(call, "scale", "gamma", 1, dims);
    double[] offsets = factors(call, "center", "beta", 0, dims);
    for (int i = 0; i < scales.length; i++) {
      double spread = variance.getDouble(i);
      scales[i] /= deviation ? spread + epsilon : Math.sqrt(spread + epsilon);
    }
    Tensor scale = Tensor.of(scales, dims).cast(x.dtype());
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] -= mean.getDouble(i) * scale.getDouble(i);
    }
    Tensor offset = Tensor.of(offsets, dims).cast(x.dtype());
    long[] broadcast = x.shape().along(axes).toArray();
    return Ops.add(
        Ops.multiply(x, Ops.constant(x, scale.reshape(broadcast))),
        Ops.constant(x, offset.reshape(broadcast)));
  }

  private static double[] factors(
      RowCall call, String switchKey, String name, double absent, long[] dims) {
    if (flag(call.config(), switchKey)) {
      return call.tensor(name, dims).toDoubleArray();
    }
    double[] values = new double[Math.toIntExact(Shape.of(dims).size())];
    Arrays.fill(values, absent);
    return values;
  }

  /** The default changed twice in Keras 1. */
  private static double epsilon(RowCall call) {
    Dialect dialect = call.dialect();
    double absent =
        dialect.has(Quirk.BATCH_EPSILON_1E_6)
            ? 1e-6
            : dialect.has(Quirk.BATCH_EPSILON_1E_5) ? 1e-5 : 1e-3;
    return call.config().get("epsilon").number(absent);
  }

  /** Keras 1: mode 1 takes the moments of each sample, mode 2 those of the batch at hand. */
  private static Value withOwnMoments(RowCall call, Value x, int mode) {
    double epsilon = epsilon(call);
    int last = x.rank() - 1;
    int[] axes = mode == 1 ? new int[] {last} : axes(call, x);
    if (axes.length == 0) {
      throw call.config().get("axis").unexpected("an axis");
    }
    Value gamma = parameter(call, "gamma", x, axes);
    Value beta = parameter(call, "beta", x, axes);
    if (mode == 1) {
      Value mean = Ops.reduce(ReduceKind.MEAN, x, true, last);
      Value deviation = Ops.sqrt(Ops.add(Ops.var(x, true, last), epsilon));
      Value normal = Ops.divide(Ops.subtract(x, mean), Ops.add(deviation, epsilon));
      return Ops.add(Ops.multiply(gamma, normal), beta);
    }
    if (mode != 2) {
      throw call.config().get("mode").unexpected("0, 1 or 2");
    }
    List<Integer> others = others(x, axes[0]);
    if (call.dialect().has(Quirk.STORES_DEVIATIONS)) {
      int[] space = others.stream().mapToInt(axis -> axis).toArray();
      Value distance = Ops.subtract(x, Ops.reduce(ReduceKind.MEAN, x, true, space));
      Value spread = Ops.add(Ops.sqrt(Ops.add(Ops.var(x, true, space), epsilon)), epsilon);
      return Ops.add(Ops.multiply(gamma, Ops.divide(distance, spread)), beta);
    }
    Value normal = Ops.standardize(x, epsilon, others);
    return Ops.add(Ops.multiply(gamma, normal), beta);
  }

  /** Keras 3 leaves the type of x to these layers and casts their result. */
  private static Value ownPrecision(RowCall call) {
    boolean asGiven = call.dialect().has(Quirk.NORMALIZES_UNCAST_INPUTS);
    return widened(asGiven ? call.input(0).value() : call.floating());
  }

  // ---- Moments of the sample -------------------------------------------------------------------

  /**
   * Moments over the axes of each sample; rms_scaling divides by the deviation but keeps the mean.
   */
  private static Value layer(RowCall call) {
    Value x = ownPrecision(call);
    int[] axes = axes(call, x);
    double epsilon = call.config().get("epsilon").number(1e-3);
    Value y =
        rms(call.config())
            ? Ops.multiply(x, Ops.rsqrt(Ops.add(Ops.var(x, true, axes), epsilon)))
            : Ops.standardize(x, epsilon, Windows.list(axes));
    if (flag(call.config(), "scale") || rms(call.config())) {
      y = Ops.multiply(y, parameter(call, "gamma", x, axes));
    }
    if (flag(call.config(), "center") && !rms(call.config())) {
      y = Ops.add(y, parameter(call, "beta", x, axes));
    }
    return call.dialect().has(Quirk.LAYER_NORM_ROUNDS_TO_INPUT)
        ? rounded(call, y)
        : Ops.cast(y, call.computeType());
  }

  /** Moments over space and over each block of channels. */
  private static Value group(RowCall call) {
    Value x = ownPrecision(call);
    int axis = x.shape().axis(call.config().get("axis").integer(-1));
    long channels = call.dim(x, axis);
    long groups = call.config().get("groups").integer(32);
    groups = groups == -1 ? channels : groups;
    if (groups <= 0 || channels % groups != 0) {
      throw call.config().get("groups").unexpected("a divisor of the " + channels + " channels");
    }
    List<Dim> dims = Dim.of(x, 0);
    dims.set(axis, new Dim.Fixed(channels / groups));
    dims.add(axis, new Dim.Fixed(groups));
    List<Integer> others =
        IntStream.rangeClosed(1, x.rank()).filter(i -> i != axis).boxed().toList();
    double epsilon = call.config().get("epsilon").number(1e-3);
    Value blocks = Ops.reshape(x, dims);
    Value normal =
        call.mask() != null && call.dialect().has(Quirk.GROUP_MOMENTS_TAKE_MASK)
            ? standardized(blocks, Ops.reshape(ofElements(call.mask(), x), dims), epsilon, others)
            : Ops.standardize(blocks, epsilon, others);
    Value y = Ops.reshape(normal, Dim.of(x, 1), x);
    if (flag(call.config(), "scale")) {
      y = Ops.multiply(y, parameter(call, "gamma", x, axis));
    }
    if (flag(call.config(), "center")) {
      y = Ops.add(y, parameter(call, "beta", x, axis));
    }
    return rounded(call, y);
  }

  /** A mask repeated over x, with which it shares all axes: Keras takes none of steps. */
  private static Value ofElements(Value mask, Value x) {
    if (mask.rank() != x.rank()) {
      throw new InputException(
          "its mask has the shape "
              + mask.shape()
              + "; allowed: one of elements, "
              + x.shape()
              + ", as Keras does");
    }
    Value number = Ops.cast(mask, x.dtype());
    return x.producer().builder().apply(new Op.BroadcastTo(Dim.of(x, 1)), number, x).get(0);
  }

  /** x over its norm, which has a floor. */
  private static Value unit(RowCall call) {
    Value x = call.floating();
    double floor = call.dialect().has(Quirk.UNIT_NORM_OF_1E_12) ? 1e-24 : 1e-12;
    return Ops.l2Normalize(x, floor, axes(call, x));
  }

  private static Value rootMeanSquare(RowCall call) {
    Value x = call.x();
    int[] axes = axes(call, x);
    double epsilon = call.config().get("epsilon").number(1e-6);
    Value scale = parameter(call, "scale", widened(x), axes);
    return Ops.rmsNormalization(x, scale, epsilon, axes);
  }

  // ---- Axes and parameters ---------------------------------------------------------------------

  /** The axes of the config in its order; Keras 3 sorts them as written. */
  private static int[] axes(RowCall call, Value x) {
    int[] axes = call.config().get("axis").integersOr(-1);
    if (call.dialect().has(Quirk.SORTS_NORMALIZED_AXES)) {
      Arrays.sort(axes);
    }
    return Arrays.stream(axes).map(x.shape()::axis).toArray();
  }

  private static List<Integer> others(Value x, int... axes) {
    return IntStream.range(0, x.rank())
        .filter(axis -> Arrays.stream(axes).noneMatch(own -> own == axis))
        .boxed()
        .toList();
  }

  /** The lengths of the axes, in the order of the axes. */
  private static long[] parameterShape(RowCall call, Value x, int... axes) {
    return Arrays.stream(axes).mapToLong(axis -> call.dim(x, axis)).toArray();
  }

  /** A variable over some axes of x, in the type of x; axes out of order are not transposed. */
  private static Value parameter(RowCall call, String name, Value x, int... axes) {
    Value parameter = call.weight(x.dtype(), name, parameterShape(call, x, axes));
    boolean last = axes.length == 1 && axes[0] == x.rank() - 1;
    return last ? parameter : Ops.reshape(parameter, x.shape().along(axes).toArray());
  }
}
