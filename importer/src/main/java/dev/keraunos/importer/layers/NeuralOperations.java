package dev.keraunos.importer.layers;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Convolutions, pooling, normalization and attention called as functions, without a layer. */
final class NeuralOperations {
  /** What {@code keras.ops} takes for an epsilon that is not given. */
  private static final double EPSILON = 1e-7;

  /** What masked scores become: the largest float32 times -0.7. */
  private static final double MASKED = -0.7 * Float.MAX_VALUE;

  private NeuralOperations() {}

  static void register() {
    String window = "inputs|input|value pool_size|ksize strides padding data_format";
    Operations.one(
        window,
        call -> pool(call, true),
        "MaxPool",
        "max_pool",
        "max_pool1d",
        "max_pool2d",
        "raw:MaxPool");
    Operations.one(
        window,
        call -> pool(call, false),
        "AveragePool",
        "avg_pool",
        "avg_pool1d",
        "avg_pool2d",
        "AvgPool");
    String kernel =
        "inputs|input|value kernel|filters|filter strides|stride padding data_format"
            + " dilation_rate|dilations|rate";
    Operations.one(kernel, NeuralOperations::conv, "Conv", "conv1d", "conv2d", "conv3d");
    Operations.one(
        kernel, NeuralOperations::depthwise, "DepthwiseConv", "depthwise_conv2d", "depthwise");
    Operations.one(
        "inputs|input depthwise_kernel|depthwise_filter pointwise_kernel|pointwise_filter"
            + " strides padding data_format dilation_rate|dilations",
        NeuralOperations::separable,
        "SeparableConv",
        "separable_conv2d");
    Operations.one("x gamma beta axis epsilon", NeuralOperations::layerNorm, "LayerNorm");
    Operations.one("x scale axis epsilon", NeuralOperations::rmsNorm, "RMSNorm");
    Operations.one("query key value bias mask scale", Attention::of, "DotProductAttention");
    Operations.one(
        "input depth_radius bias alpha beta",
        NeuralOperations::localResponse,
        "local_response_normalization",
        "lrn");
    Operations.one("images data_format", NeuralOperations::grey, "RGBToGrayscale");
    Operations.one("images", NeuralOperations::grey, "image.rgb_to_grayscale");
  }

  // ---- Windows ---------------------------------------------------------------------------------

  private static Value channelsLast(OperationCall call, UnaryOperator<Value> function) {
    Value x = call.value("inputs");
    return isFirst(call)
        ? Ops.moveaxis(function.apply(Ops.moveaxis(x, 1, -1)), -1, 1)
        : function.apply(x);
  }

  private static boolean isFirst(OperationCall call) {
    String format = call.get("data_format").text("channels_last");
    return format.equals("channels_first") || format.startsWith("NC");
  }

  /** One number per spatial axis; TensorFlow may give those of batch and channels too. */
  private static List<Integer> window(OperationCall call, String key, int rank, int absent) {
    Setting setting = call.get(key);
    if (setting.isNull()) {
      return Collections.nCopies(rank, absent);
    }
    int[] given = setting.integers();
    if (given.length == rank + 2) {
      int from = isFirst(call) ? 2 : 1;
      given = Arrays.copyOfRange(given, from, from + rank);
    }
    return Windows.list(given.length == 1 ? setting.integers(rank) : given);
  }

  private static Padding padding(OperationCall call) {
    Setting padding = call.get("padding");
    switch (padding.text("valid").toLowerCase(Locale.ROOT)) {
      case "valid":
        return Padding.VALID;
      case "same":
        return Padding.SAME;
      default:
        throw padding.unexpected("valid or same");
    }
  }

  private static Value pool(OperationCall call, boolean max) {
    return channelsLast(
        call,
        x -> {
          int rank = x.rank() - 2;
          List<Integer> size = window(call, "pool_size", rank, 2);
          List<Integer> strides =
              call.get("strides").isNull() ? size : window(call, "strides", rank, 1);
          return call.apply(new Op.Pool(max, size, strides, padding(call)), x);
        });
  }

  private static Value conv(OperationCall call) {
    call.get("use_cudnn_on_gpu");
    return channelsLast(
        call,
        x -> {
          Value kernel = Ops.cast(call.value("kernel"), x.dtype());
          long groups = call.layer().dim(x, -1) / kernel.shape().dim(-2);
          return conv(call, x, kernel, (int) groups);
        });
  }

  private static Value conv(OperationCall call, Value x, Value kernel, int groups) {
    int rank = x.rank() - 2;
    List<Integer> strides = window(call, "strides", rank, 1);
    List<Integer> dilations = window(call, "dilation_rate", rank, 1);
    return call.apply(new Op.Conv(strides, dilations, padding(call), groups), x, kernel);
  }

  private static Value depthwise(OperationCall call) {
    return channelsLast(call, x -> perChannel(call, x, call.value("kernel")));
  }

  /** Every channel with kernels of its own: (cells..., channels, multiplier). */
  private static Value perChannel(OperationCall call, Value x, Value given) {
    Value kernel = Ops.cast(given, x.dtype());
    int rank = kernel.rank();
    long channels = kernel.shape().dim(-2);
    Shape shape =
        kernel.shape().slice(0, rank - 2).concat(Shape.of(1, channels * kernel.shape().dim(-1)));
    return conv(call, x, Ops.reshape(kernel, shape.toArray()), (int) channels);
  }

  private static Value separable(OperationCall call) {
    return channelsLast(
        call,
        x -> {
          Value deep = perChannel(call, x, call.value("depthwise_kernel"));
          Value kernel = Ops.cast(call.value("pointwise_kernel"), x.dtype());
          List<Integer> one = Collections.nCopies(x.rank() - 2, 1);
          return call.apply(new Op.Conv(one, one, Padding.VALID, 1), deep, kernel);
        });
  }

  // ---- Normalization ---------------------------------------------------------------------------

  private static Value layerNorm(OperationCall call) {
    Value given = call.value("x");
    Value x = wide(given);
    int[] axes = call.get("axis").isNull() ? new int[] {-1} : call.axes("axis");
    Value inverse =
        Ops.rsqrt(Ops.add(Ops.var(x, true, axes), Operations.number(call, "epsilon", EPSILON)));
    if (call.has("gamma")) {
      inverse = Ops.multiply(inverse, along(call, "gamma", x, axes));
    }
    if (call.get("rms_scaling").bool(false)) {
      return Ops.cast(Ops.multiply(x, inverse), given.dtype());
    }
    Value mean = Ops.reduce(ReduceKind.MEAN, x, true, axes);
    Value shift = Ops.negative(Ops.multiply(mean, inverse));
    if (call.has("beta")) {
      shift = Ops.add(shift, along(call, "beta", x, axes));
    }
    return Ops.cast(Ops.add(Ops.multiply(x, inverse), shift), given.dtype());
  }

  private static Value rmsNorm(OperationCall call) {
    Value given = call.value("x");
    Value x = wide(given);
    int[] axes = call.get("axis").isNull() ? new int[] {-1} : call.axes("axis");
    Value squares = Ops.reduce(ReduceKind.MEAN, Ops.square(x), true, axes);
    double epsilon = Operations.number(call, "epsilon", EPSILON);
    Value y = Ops.multiply(x, Ops.rsqrt(Ops.add(squares, epsilon)));
    Value scaled = call.has("scale") ? Ops.multiply(y, wide(call.value("scale"))) : y;
    return Ops.cast(scaled, given.dtype());
  }

  private static Value wide(Value x) {
    return Ops.cast(x, DType.promote(x.dtype(), DType.FLOAT32));
  }

  /** A parameter in the place of the axes of x that it belongs to. */
  private static Value along(OperationCall call, String name, Value x, int... axes) {
    Value vector = wide(call.value(name));
    if (vector.rank() == x.rank()) {
      return vector;
    }
    long[] dims = new long[x.rank()];
    Arrays.fill(dims, 1);
    for (int axis : axes) {
      dims[x.shape().axis(axis)] = x.shape().dim(axis);
    }
    return Ops.reshape(vector, dims);
  }

  /** x over a power of the squares of its neighbours among the channels. */
  private static Value localResponse(OperationCall call) {
    Value x = call.value("input");
    long radius = call.get("depth_radius").integer(5);
    long channels = call.layer().dim(x, -1);
    List<Long> before = new ArrayList<>(Collections.nCopies(x.rank() - 1, 0L));
    before.add(radius);
    Value squares = Ops.pad(Ops.square(x), before, before);
    Value sum = null;
    for (long offset = 0; offset <= 2 * radius; offset++) {
      Value shifted = Ops.sliceAxis(squares, x.rank() - 1, new Range(offset, offset + channels, 1));
      sum = sum == null ? shifted : Ops.add(sum, shifted);
    }
    Value base =
        Ops.add(
            Ops.multiply(sum, Operations.number(call, "alpha", 1)),
            Operations.number(call, "bias", 1));
    return Ops.divide(x, Ops.power(base, Operations.number(call, "beta", 0.5)));
  }

  /** The luma of colours, in one channel. */
  private static Value grey(OperationCall call) {
    Value images = call.value("images");
    boolean first = call.get("data_format").text("channels_last").equals("channels_first");
    Value x = first ? Ops.moveaxis(images, -3, -1) : images;
    Value weights = call.layer().constant(Tensor.of(new float[] {0.2989f, 0.5870f, 0.1140f}, 3, 1));
    Value grey = Ops.matmul(x, Ops.cast(weights, x.dtype()));
    return first ? Ops.moveaxis(grey, -1, -3) : grey;
  }

  // ---- Attention -------------------------------------------------------------------------------

  /** {@code dot_product_attention} of (batch, time, heads, size) tensors. */
  private static final class Attention {
    private Attention() {}

    static Value of(OperationCall call) {
      call.get("flash_attention");
      if (!call.get("attn_logits_soft_cap").isNull()) {
        throw call.get("attn_logits_soft_cap").unexpected("nothing");
      }
      Value query = call.value("query");
      long heads = query.shape().dim(2);
      Value key = repeated(call.value("key"), heads);
      Value value = repeated(call.value("value"), heads);
      double scale = Operations.number(call, "scale", 1 / Math.sqrt(call.layer().dim(query, -1)));
      Value scores = Ops.multiply(Ops.einsum("btnh,bsnh->bnts", query, key), scale);
      if (call.has("bias")) {
        scores = Ops.add(scores, call.value("bias"));
      }
      if (call.has("mask")) {
        scores = Ops.where(Ops.cast(call.value("mask"), DType.BOOL), scores, MASKED);
      }
      if (call.get("is_causal").bool(false)) {
        Value past = Ops.lessEqual(Ops.iota(scores, -1), Ops.iota(scores, -2));
        scores = Ops.where(past, scores, MASKED);
      }
      return Ops.einsum("bnts,bsnh->btnh", Ops.softmax(scores, -1), value);
    }

    /** Each head of keys and values serves as many consecutive heads of queries. */
    private static Value repeated(Value x, long heads) {
      return x.shape().dim(2) == heads ? x : Ops.repeat(x, (int) (heads / x.shape().dim(2)), 2);
    }
  }
}
