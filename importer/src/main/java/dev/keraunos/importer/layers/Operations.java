package dev.keraunos.importer.layers;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.topology.Argument;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * Functions that graphs hold beside layers: the operations of {@code keras.ops} under their class
 * names, and the functions of {@code tf} that tf.keras saves, without their modules.
 */
final class Operations {
  interface Function {
    List<Value> apply(OperationCall call);
  }

  /** A function with its parameters, as {@link OperationCall} reads them. */
  private record Row(String signature, Function function) {}

  private static final Map<String, Row> ROWS = new TreeMap<>();

  private Operations() {}

  static {
    arithmetic();
    comparisons();
    mathematics();
    activations();
    reductions();
    ShapeOperations.shapes();
    ShapeOperations.slices();
    products();
    images();
    ArrayOperations.register();
    NeuralOperations.register();
  }

  /** Rows for the operations of Keras 3; none has a mask. */
  static List<LayerRow> rows() {
    return ROWS.keySet().stream()
        .filter(name -> Character.isUpperCase(name.charAt(0)))
        .map(name -> LayerRow.of(Operations::keras, name).ignoresAll())
        .toList();
  }

  private static List<Masked> keras(LayerCall call) {
    String name = call.layer().className();
    return lower(call, name, call.arguments(), call.keywords(), call.config().json());
  }

  /** True if there is a function of this name. */
  static boolean has(String name) {
    return ROWS.containsKey(name);
  }

  /** Lowers one call of a function; an argument that has no effect is a gap. */
  static List<Masked> lower(
      LayerCall call,
      String name,
      List<Argument> positional,
      Map<String, Argument> keywords,
      JsonNode attributes) {
    Row row = ROWS.get(name);
    OperationCall operation =
        new OperationCall(call, row.signature(), positional, keywords, attributes);
    List<Value> outputs = row.function().apply(operation);
    if (!operation.unread().isEmpty()) {
      String problem = "arguments " + operation.unread() + " of " + name + " are not understood";
      call.lowering().report(call.layer(), problem);
    }
    return outputs.stream().map(Masked::unmasked).toList();
  }

  static void add(String signature, Function function, String... names) {
    for (String name : names) {
      ROWS.put(name, new Row(signature, function));
    }
  }

  static void one(
      String signature,
      java.util.function.Function<OperationCall, Value> function,
      String... names) {
    add(signature, call -> List.of(function.apply(call)), names);
  }

  static void unary(UnaryOperator<Value> function, String... names) {
    String signature = "x|input|features|tensor|logits|value|variable|images|inputs|array";
    one(signature, call -> function.apply(call.value("x")), names);
  }

  private static void binary(BinaryOperator<Value> function, String... names) {
    one("x1|x x2|y", call -> function.apply(call.value("x1"), call.value("x2")), names);
  }

  /** True for a function over an axis that is given none, and so takes all elements in a row. */
  static boolean flattens(OperationCall call) {
    return call.get("axis").isNull() && call.layer().dialect().has(Quirk.NO_AXIS_FLATTENS);
  }

  // ---- Elementwise -----------------------------------------------------------------------------

  private static void arithmetic() {
    binary(Ops::add, "Add", "add", "AddV2", "bias_add", "BiasAdd");
    binary(Ops::subtract, "Subtract", "subtract", "sub", "Sub");
    binary(Ops::multiply, "Multiply", "multiply", "mul", "Mul");
    binary(Ops::divide, "Divide", "TrueDivide", "truediv", "divide", "div", "RealDiv");
    binary(Ops::floorDivide, "FloorDivide", "floordiv", "floor_div", "FloorDiv");
    binary(Ops::mod, "Mod", "floormod", "mod", "FloorMod");
    binary(Ops::power, "Power", "pow", "Pow");
    binary(Ops::maximum, "Maximum", "maximum");
    binary(Ops::minimum, "Minimum", "minimum");
    binary(Ops::squaredDifference, "squared_difference", "SquaredDifference");
    binary((x, y) -> Ops.binary(BinaryKind.ARCTAN2, x, y), "Arctan2", "atan2", "Atan2");
    one("inputs", call -> sum(call.values("inputs")), "add_n", "accumulate_n", "AddN");
    unary(Ops::negative, "Negative", "negative", "neg", "Neg");
    unary(Ops::absolute, "Absolute", "Abs", "abs");
    unary(Ops::square, "Square", "square");
    unary(Ops::sqrt, "Sqrt", "sqrt");
    unary(Ops::rsqrt, "Rsqrt", "rsqrt");
    unary(Ops::reciprocal, "Reciprocal", "reciprocal");
    unary(Ops::sign, "Sign", "sign");
    one("x|t x_min|clip_value_min x_max|clip_value_max", Operations::clip, "Clip", "clip_by_value");
  }

  private static Value sum(List<Value> values) {
    return values.stream().reduce(Ops::add).orElseThrow();
  }

  private static Value clip(OperationCall call) {
    Value x = call.value("x");
    if (call.isTensor("x_min") || call.isTensor("x_max")) {
      return Ops.minimum(Ops.maximum(x, call.value("x_min")), call.value("x_max"));
    }
    return Ops.clip(
        x,
        call.get("x_min").number(Double.NEGATIVE_INFINITY),
        call.get("x_max").number(Double.POSITIVE_INFINITY));
  }

  private static void comparisons() {
    binary(Ops::equal, "Equal", "equal", "eq");
    binary(Ops::notEqual, "NotEqual", "not_equal", "ne");
    binary(Ops::greater, "Greater", "greater", "gt");
    binary(Ops::greaterEqual, "GreaterEqual", "greater_equal", "ge");
    binary(Ops::less, "Less", "less", "lt");
    binary(Ops::lessEqual, "LessEqual", "less_equal", "le");
    binary(Ops::logicalAnd, "LogicalAnd", "logical_and", "and");
    binary(Ops::logicalOr, "LogicalOr", "logical_or", "or");
    binary(Ops::logicalXor, "LogicalXor", "logical_xor", "xor");
    unary(Ops::logicalNot, "LogicalNot", "logical_not", "invert");
    one(
        "condition x1|x x2|y",
        call -> Ops.where(call.value("condition"), call.value("x1"), call.value("x2")),
        "Where",
        "where",
        "where_v2",
        "Select",
        "SelectV2");
  }

  private static void mathematics() {
    unary(Ops::exp, "Exp", "exp");
    unary(Ops::expm1, "Expm1", "expm1");
    unary(Ops::log, "Log", "log");
    unary(Ops::log1p, "Log1p", "log1p");
    unary(x -> Ops.divide(Ops.log(x), Math.log(2)), "Log2");
    unary(x -> Ops.divide(Ops.log(x), Math.log(10)), "Log10");
    unary(Ops::sin, "Sin", "sin");
    unary(Ops::cos, "Cos", "cos");
    unary(Ops::tan, "Tan", "tan");
    unary(Ops::arcsin, "Arcsin", "asin", "Asin");
    unary(Ops::arccos, "Arccos", "acos", "Acos");
    unary(Ops::arctan, "Arctan", "atan", "Atan");
    unary(Ops::sinh, "Sinh", "sinh");
    unary(Ops::cosh, "Cosh", "cosh");
    unary(Ops::erf, "Erf", "erf");
    unary(Ops::floor, "Floor", "floor");
    unary(Ops::ceil, "Ceil", "ceil");
    unary(Ops::round, "round", "rint", "Rint");
    one("x decimals", Operations::round, "Round");
    unary(Ops::trunc, "Trunc", "trunc");
    unary(Ops::isnan, "Isnan", "is_nan", "IsNan");
    unary(Ops::isfinite, "Isfinite", "is_finite", "IsFinite");
    unary(x -> x, "identity", "Identity", "stop_gradient", "StopGradient", "Copy");
    one("x dtype|DstT", Operations::cast, "Cast", "cast");
    one("value|x dtype", call -> call.value("value"), "convert_to_tensor", "ConvertToTensor");
    unary(Ops::zerosLike, "ZerosLike", "zeros_like");
    unary(Ops::onesLike, "OnesLike", "ones_like");
  }

  private static Value round(OperationCall call) {
    double unit = Math.pow(10, call.get("decimals").integer(0));
    return unit == 1
        ? Ops.round(call.value("x"))
        : Ops.divide(Ops.round(Ops.multiply(call.value("x"), unit)), unit);
  }

  private static Value cast(OperationCall call) {
    return Ops.cast(call.value("x"), DType.of(call.get("dtype").text()));
  }

  private static void activations() {
    String x = "x|features|logits";
    unary(Ops::relu, "Relu", "relu");
    unary(Ops::relu6, "Relu6", "relu6");
    unary(Ops::sigmoid, "Sigmoid", "sigmoid");
    unary(Ops::tanh, "Tanh", "tanh");
    unary(Ops::silu, "Silu", "silu", "swish");
    unary(Ops::softplus, "Softplus", "softplus");
    unary(Ops::softsign, "Softsign", "softsign");
    unary(Ops::selu, "Selu", "selu");
    unary(Ops::hardSilu, "HardSilu", "hard_silu");
    unary(Ops::mish, "Mish", "mish");
    unary(Ops::logSigmoid, "LogSigmoid", "log_sigmoid");
    unary(Ops::hardTanh, "HardTanh");
    unary(Ops::tanhShrink, "TanhShrink");
    unary(Ops::sparsePlus, "SparsePlus");
    unary(Ops::sparseSigmoid, "SparseSigmoid");
    unary(Ops::hardSigmoid, "HardSigmoid");
    unary(v -> Ops.unary(UnaryKind.HARD_SIGMOID, v, 0.2, 0.5), "hard_sigmoid");
    one(x + " negative_slope|alpha", Operations::leakyRelu, "LeakyRelu", "leaky_relu");
    one(x + " alpha", call -> Ops.elu(call.value("x"), number(call, "alpha", 1)), "Elu", "elu");
    one("x alpha", call -> Ops.celu(call.value("x"), number(call, "alpha", 1)), "Celu");
    one("x b", call -> Ops.squareplus(call.value("x"), number(call, "b", 4)), "Squareplus");
    one("x axis", call -> Ops.glu(call.value("x"), call.get("axis").integer(-1)), "Glu");
    one(
        "x threshold",
        call -> Ops.softShrink(call.value("x"), number(call, "threshold", 0.5)),
        "SoftShrink");
    one(
        "x threshold",
        call -> Ops.hardShrink(call.value("x"), number(call, "threshold", 0.5)),
        "HardShrink");
    one("x threshold default_value", Operations::threshold, "Threshold");
    one("x negative_slope max_value threshold", Operations::relu, "ReLU");
    one("x approximate", call -> gelu(call, true), "Gelu");
    one(x + " approximate", call -> gelu(call, false), "gelu");
    one(x + " axis|dim", call -> Ops.softmax(call.value("x"), axis(call)), "Softmax", "softmax");
    one(
        x + " axis|dim",
        call -> Ops.logSoftmax(call.value("x"), axis(call)),
        "LogSoftmax",
        "log_softmax");
    one("x axis", call -> Ops.sparsemax(call.value("x"), axis(call)), "Sparsemax");
  }

  static double number(OperationCall call, String parameter, double absent) {
    return call.get(parameter).number(absent);
  }

  static int axis(OperationCall call) {
    return call.get("axis").integer(-1);
  }

  private static Value leakyRelu(OperationCall call) {
    return Ops.leakyRelu(call.value("x"), number(call, "negative_slope", 0.2));
  }

  private static Value threshold(OperationCall call) {
    return Ops.threshold(
        call.value("x"), call.get("threshold").number(), call.get("default_value").number());
  }

  private static Value relu(OperationCall call) {
    return Activations.relu(
        call.value("x"),
        number(call, "negative_slope", 0),
        number(call, "max_value", Double.POSITIVE_INFINITY),
        number(call, "threshold", 0));
  }

  private static Value gelu(OperationCall call, boolean approximate) {
    return Ops.gelu(call.value("x"), call.get("approximate").bool(approximate));
  }

  // ---- Reductions ------------------------------------------------------------------------------

  private static void reductions() {
    reduce(ReduceKind.SUM, "Sum", "reduce_sum");
    reduce(ReduceKind.MEAN, "Mean", "reduce_mean");
    reduce(ReduceKind.MAX, "Max", "Amax", "reduce_max");
    reduce(ReduceKind.MIN, "Min", "Amin", "reduce_min");
    reduce(ReduceKind.PROD, "Prod", "reduce_prod");
    reduce(ReduceKind.ANY, "Any", "reduce_any");
    reduce(ReduceKind.ALL, "All", "reduce_all");
    String signature = "x|input_tensor|input axis|reduction_indices|dimension keepdims|keep_dims";
    one(
        signature,
        call -> Ops.var(decimal(call.value("x")), keeps(call), call.axes("axis")),
        "Var",
        "reduce_variance");
    one(
        signature,
        call -> Ops.std(decimal(call.value("x")), keeps(call), call.axes("axis")),
        "Std",
        "reduce_std");
    one(
        signature,
        call -> Ops.logsumexp(call.value("x"), keeps(call), call.axes("axis")),
        "Logsumexp",
        "reduce_logsumexp");
    one(signature + " output_type", call -> argReduce(call, true), "Argmax", "argmax", "ArgMax");
    one(signature + " output_type", call -> argReduce(call, false), "Argmin", "argmin", "ArgMin");
    add("x axes|axis keepdims", Operations::moments, "Moments", "moments");
    one("x|a axis", call -> cumulative(call, Ops::cumsum), "Cumsum", "cumsum");
    one("x axis", call -> cumulative(call, Ops::cumprod), "Cumprod", "cumprod");
    add("x|input k sorted", Operations::topK, "TopK", "top_k");
    one("x|values axis direction", Operations::sort, "Sort", "sort");
  }

  private static void reduce(ReduceKind kind, String... names) {
    one(
        "x|input_tensor|input axis|reduction_indices keepdims|keep_dims",
        call -> {
          boolean logical = kind == ReduceKind.ANY || kind == ReduceKind.ALL;
          Value x = logical ? Ops.cast(call.value("x"), DType.BOOL) : call.value("x");
          return Ops.reduce(kind, x, keeps(call), call.axes("axis"));
        },
        names);
  }

  private static boolean keeps(OperationCall call) {
    return call.get("keepdims").bool(false);
  }

  private static Value decimal(Value x) {
    return x.dtype().isFloating() ? x : Ops.cast(x, DType.FLOAT32);
  }

  /** Keras counts in int32, over all elements without an axis; TensorFlow in int64, over axis 0. */
  private static Value argReduce(OperationCall call, boolean max) {
    Value given = call.value("x");
    Value x = flattens(call) ? Ops.reshape(given, -1) : given;
    int axis = x.shape().axis(call.get("axis").integer(0));
    boolean narrow = call.layer().dialect().has(Quirk.ARGMAX_COUNTS_IN_INT32);
    String type = call.get("output_type").text(narrow ? "int32" : "int64");
    return call.apply(new Op.ArgReduce(max, axis, keeps(call), DType.of(type), false), x);
  }

  private static List<Value> moments(OperationCall call) {
    Value x = call.value("x");
    int[] axes = call.axes("axes");
    return List.of(
        Ops.reduce(ReduceKind.MEAN, x, keeps(call), axes), Ops.var(x, keeps(call), axes));
  }

  private interface AlongAxis {
    Value apply(Value x, int axis);
  }

  private static Value cumulative(OperationCall call, AlongAxis function) {
    Value x = flattens(call) ? Ops.reshape(call.value("x"), -1) : call.value("x");
    return function.apply(x, call.get("axis").integer(0));
  }

  private static List<Value> topK(OperationCall call) {
    call.get("sorted");
    return Ops.topK(call.value("x"), call.get("k").integer());
  }

  private static Value sort(OperationCall call) {
    Value x = call.value("x");
    boolean descending = call.get("direction").text("ASCENDING").equals("DESCENDING");
    Op op = new Op.Sort(x.shape().axis(axis(call)), descending);
    return x.producer().builder().apply(op, x).get(0);
  }

  // ---- Products and norms ----------------------------------------------------------------------

  private static void products() {
    String factors = "x1|a|x x2|b|y transpose_a|adj_x transpose_b|adj_y";
    one(factors, Operations::matmul, "Matmul", "matmul", "MatMul", "BatchMatMulV2", "batch_matmul");
    one("x1 x2", Operations::dot, "Dot");
    one("x1 x2", Operations::einsum, "Einsum");
    one("x axis order epsilon", Operations::normalize, "Normalize");
    one("x axis epsilon", Operations::l2Normalize, "l2_normalize");
    one("x|tensor ord axis keepdims", Operations::norm, "Norm", "norm");
    one(
        "x mean variance offset scale epsilon|variance_epsilon axis",
        Operations::batchNormalization,
        "BatchNorm",
        "batch_normalization");
  }

  /** Vectors are a row on the left and a column on the right, and vanish again. */
  private static Value matmul(OperationCall call) {
    Value x = call.value("x1");
    Value y = call.value("x2");
    Value left = x.rank() == 1 ? Ops.expandDims(x, 0) : x;
    Value right = y.rank() == 1 ? Ops.expandDims(y, 1) : y;
    boolean transposeA = call.get("transpose_a").bool(false);
    boolean transposeB = call.get("transpose_b").bool(false);
    Value product = product(call, left, right, transposeA, transposeB);
    Value rows = y.rank() == 1 ? Ops.squeeze(product, -1) : product;
    return x.rank() == 1 ? Ops.squeeze(rows, y.rank() == 1 ? -1 : -2) : rows;
  }

  private static Value product(
      OperationCall call, Value x, Value y, boolean transposeA, boolean transposeB) {
    DType dtype = DType.promote(x.dtype(), y.dtype());
    return call.apply(
        new Op.MatMul(transposeA, transposeB), Ops.cast(x, dtype), Ops.cast(y, dtype));
  }

  private static Value einsum(OperationCall call) {
    Value x = call.value("x1");
    String subscripts = call.get("subscripts").text();
    return call.has("x2") ? Ops.einsum(subscripts, x, call.value("x2")) : Ops.einsum(subscripts, x);
  }

  /** NumPy's dot where it is a matrix product. */
  private static Value dot(OperationCall call) {
    Value x = call.value("x1");
    Value y = call.value("x2");
    if (x.rank() == 0 || y.rank() == 0) {
      return Ops.multiply(x, y);
    }
    if (y.rank() > 2) {
      throw call.layer().gap("dot with " + y.shape() + " is not supported; matmul is");
    }
    return matmul(call);
  }

  /** x over its norm of an order, which has a floor. */
  private static Value normalize(OperationCall call) {
    Value x = call.value("x");
    int[] axes = call.get("axis").isNull() ? new int[] {-1} : call.axes("axis");
    int order = call.get("order").integer(2);
    double floor = number(call, "epsilon", 1e-7);
    if (order == 2) {
      Value squares = Ops.reduce(ReduceKind.SUM, Ops.square(x), true, axes);
      return Ops.multiply(x, Ops.rsqrt(Ops.maximum(squares, floor * floor)));
    }
    Value powers = Ops.power(Ops.absolute(x), order);
    Value norm = Ops.power(Ops.reduce(ReduceKind.SUM, powers, true, axes), 1.0 / order);
    return Ops.divide(x, Ops.maximum(norm, floor));
  }

  private static Value l2Normalize(OperationCall call) {
    Value x = call.value("x");
    Value squares = Ops.reduce(ReduceKind.SUM, Ops.square(x), true, call.axes("axis"));
    return Ops.multiply(x, Ops.rsqrt(Ops.maximum(squares, number(call, "epsilon", 1e-12))));
  }

  /** The Euclidean norm, the sum or the maximum of absolute values. */
  private static Value norm(OperationCall call) {
    Value x = call.value("x");
    Setting order = call.get("ord");
    String name = order.isNull() ? "2" : order.json().asText();
    boolean keeps = keeps(call);
    int[] axes = call.axes("axis");
    switch (name) {
      case "2", "2.0", "euclidean", "fro":
        return Ops.sqrt(Ops.reduce(ReduceKind.SUM, Ops.square(x), keeps, axes));
      case "1", "1.0":
        return Ops.reduce(ReduceKind.SUM, Ops.absolute(x), keeps, axes);
      case "inf", "Infinity":
        return Ops.reduce(ReduceKind.MAX, Ops.absolute(x), keeps, axes);
      default:
        throw order.unexpected("1, 2, inf or nothing");
    }
  }

  private static Value batchNormalization(OperationCall call) {
    Value x = call.value("x");
    int axis = x.shape().axis(axis(call));
    double epsilon = number(call, "epsilon", 1e-3);
    Value scale = Ops.rsqrt(Ops.add(along(call, "variance", x, axis), epsilon));
    if (call.has("scale")) {
      scale = Ops.multiply(scale, along(call, "scale", x, axis));
    }
    Value shift = Ops.negative(Ops.multiply(along(call, "mean", x, axis), scale));
    if (call.has("offset")) {
      shift = Ops.add(shift, along(call, "offset", x, axis));
    }
    return Ops.add(Ops.multiply(x, scale), shift);
  }

  /** A vector along an axis of x; anything else stays as it is. */
  private static Value along(OperationCall call, String parameter, Value x, int axis) {
    Value vector = call.value(parameter);
    if (vector.rank() != 1 || axis == x.rank() - 1) {
      return vector;
    }
    long[] dims = new long[x.rank()];
    Arrays.fill(dims, 1);
    dims[axis] = -1;
    return Ops.reshape(vector, dims);
  }

  // ---- Images ----------------------------------------------------------------------------------

  private static void images() {
    one(
        "images|x size interpolation|method antialias data_format",
        Operations::resize,
        "Resize",
        "image.resize",
        "image.resize_v2");
    one(
        "x|input block_size data_format",
        Operations::depthToSpace,
        "DepthToSpace",
        "depth_to_space");
    one(
        "x|input block_size data_format",
        Operations::spaceToDepth,
        "SpaceToDepth",
        "space_to_depth");
  }

  private static Value resize(OperationCall call) {
    for (String key :
        List.of("crop_to_aspect_ratio", "pad_to_aspect_ratio", "preserve_aspect_ratio")) {
      if (call.get(key).bool(false)) {
        throw call.get(key).unexpected("false");
      }
    }
    call.get("fill_mode");
    call.get("fill_value");
    String name = call.get("interpolation").text("bilinear").toUpperCase(Locale.ROOT);
    boolean antialias = call.get("antialias").bool(false);
    List<Integer> size = Windows.list(call.get("size").integers(2));
    Op op = new Op.Resize(Interpolation.valueOf(name), false, size, antialias);
    Value given = call.value("images");
    boolean first = call.get("data_format").text("channels_last").equals("channels_first");
    Value batch = given.rank() == 3 ? Ops.expandDims(given, 0) : given;
    Value x = first ? Ops.moveaxis(batch, 1, -1) : batch;
    boolean whole = x.dtype().isInteger() && !name.equals("NEAREST");
    Value sampled = call.apply(op, whole ? Ops.cast(x, DType.FLOAT32) : x);
    Value y = first ? Ops.moveaxis(sampled, -1, 1) : sampled;
    return given.rank() == 3 ? Ops.squeeze(y, 0) : y;
  }

  private static Value depthToSpace(OperationCall call) {
    return inChannelsLast(
        call,
        x -> {
          long block = call.get("block_size").integer();
          List<Dim> dims = Dim.of(x, 0);
          long depth = call.layer().dim(x, 3) / (block * block);
          Dim side = new Dim.Fixed(block);
          Dim channels = new Dim.Fixed(depth);
          Value blocks =
              Ops.reshape(x, List.of(dims.get(0), dims.get(1), dims.get(2), side, side, channels));
          Value interleaved = Ops.transpose(blocks, 0, 1, 3, 2, 4, 5);
          return Ops.reshape(
              interleaved,
              List.of(dims.get(0), scaled(x, 1, block, 1), scaled(x, 2, block, 1), channels));
        });
  }

  private static Value spaceToDepth(OperationCall call) {
    return inChannelsLast(
        call,
        x -> {
          long block = call.get("block_size").integer();
          Dim batch = Dim.of(x, 0).get(0);
          long depth = call.layer().dim(x, 3);
          Dim side = new Dim.Fixed(block);
          Dim rows = scaled(x, 1, 1, block);
          Dim columns = scaled(x, 2, 1, block);
          Value blocks =
              Ops.reshape(x, List.of(batch, rows, side, columns, side, new Dim.Fixed(depth)));
          Value gathered = Ops.transpose(blocks, 0, 1, 3, 2, 4, 5);
          Dim channels = new Dim.Fixed(depth * block * block);
          return Ops.reshape(gathered, List.of(batch, rows, columns, channels));
        });
  }

  private static Value inChannelsLast(OperationCall call, UnaryOperator<Value> function) {
    String format = call.get("data_format").text("channels_last");
    Value x = call.value("x");
    return format.equals("channels_first") || format.equals("NCHW")
        ? Ops.moveaxis(function.apply(Ops.moveaxis(x, 1, -1)), -1, 1)
        : function.apply(x);
  }

  private static Dim scaled(Value x, int axis, long factor, long divisor) {
    return x.shape().isKnown(axis)
        ? new Dim.Fixed(x.shape().dim(axis) * factor / divisor)
        : new Dim.Inferred();
  }
}
