package dev.keraunos.importer.layers;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.config.Setting;
import dev.keraunos.importer.topology.Argument;
import dev.keraunos.loss.KerasVersion.Line;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Functions that graphs hold beside layers: the operations of {@code keras.ops} under their class
 * names, and the functions of {@code tf} that tf.keras saves, without their modules.
 */
final class Operations {
  private interface Function {
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
    shapes();
    slices();
    products();
    images();
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
      throw call.gap("arguments " + operation.unread() + " of " + name + " are not understood");
    }
    return outputs.stream().map(Masked::unmasked).toList();
  }

  private static void add(String signature, Function function, String... names) {
    for (String name : names) {
      ROWS.put(name, new Row(signature, function));
    }
  }

  private static void one(
      String signature,
      java.util.function.Function<OperationCall, Value> function,
      String... names) {
    add(signature, call -> List.of(function.apply(call)), names);
  }

  private static void unary(UnaryOperator<Value> function, String... names) {
    String signature = "x|input|features|tensor|logits|value|variable|images|inputs|array";
    one(signature, call -> function.apply(call.value("x")), names);
  }

  private static void binary(BinaryOperator<Value> function, String... names) {
    one("x1|x x2|y", call -> function.apply(call.value("x1"), call.value("x2")), names);
  }

  private static boolean isKeras3(OperationCall call) {
    return call.layer().dialect().line() == Line.KERAS_3;
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

  private static double number(OperationCall call, String parameter, double absent) {
    return call.get(parameter).number(absent);
  }

  private static int axis(OperationCall call) {
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
    boolean flat = call.get("axis").isNull() && isKeras3(call);
    Value x = flat ? Ops.reshape(given, -1) : given;
    int axis = x.shape().axis(call.get("axis").integer(0));
    String type = call.get("output_type").text(isKeras3(call) ? "int32" : "int64");
    return call.apply(new Op.ArgReduce(max, axis, keeps(call), DType.of(type)), x);
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
    boolean flat = call.get("axis").isNull() && isKeras3(call);
    Value x = flat ? Ops.reshape(call.value("x"), -1) : call.value("x");
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

  // ---- Shapes ----------------------------------------------------------------------------------

  private static void shapes() {
    String x = "x|tensor|input|a|value";
    one(x + " newshape|shape", ShapeTensors::reshape, "Reshape", "reshape");
    one("x|input|a axes|perm|permutation", Operations::transpose, "Transpose", "transpose");
    one(x + " axis|dim", Operations::expandDims, "ExpandDims", "expand_dims");
    one(
        x + " axis|squeeze_dims",
        call -> Ops.squeeze(call.value("x"), call.axes("axis")),
        "Squeeze",
        "squeeze");
    one(
        "x axis1 axis2",
        call ->
            Ops.swapaxes(call.value("x"), call.get("axis1").integer(), call.get("axis2").integer()),
        "Swapaxes");
    one("x source destination", Operations::moveaxis, "Moveaxis");
    one(x + " shape", Operations::broadcastTo, "BroadcastTo", "broadcast_to");
    unary(v -> Ops.reshape(v, -1), "Ravel");
    unary(ShapeTensors::shapeOf, "shape", "Shape");
    one("xs|values axis", Operations::concatenate, "Concatenate", "concat", "ConcatV2");
    one("xs|values axis", Operations::stack, "Stack", "stack", "Pack");
    add("x|value|array num axis", Operations::unstack, "Unstack", "unstack", "Unpack");
    add("x indices_or_sections axis", Operations::splitAt, "Split");
    add("x|value sizes|num_or_size_splits axis", Operations::splitInto, "split", "SplitV");
    add("axis|split_dim x|value sizes|num_split", Operations::splitInto, "raw:Split");
  }

  private static Value transpose(OperationCall call) {
    Value x = call.value("x");
    int[] reversed = IntStream.range(0, x.rank()).map(i -> x.rank() - 1 - i).toArray();
    return Ops.transpose(x, call.get("axes").isNull() ? reversed : call.get("axes").integers());
  }

  /** Several axes are places in the result. */
  private static Value expandDims(OperationCall call) {
    Value x = call.value("x");
    int[] axes = call.get("axis").integers();
    int rank = x.rank() + axes.length;
    for (int axis : Arrays.stream(axes).map(a -> a < 0 ? a + rank : a).sorted().toArray()) {
      x = Ops.expandDims(x, axis);
    }
    return x;
  }

  private static Value moveaxis(OperationCall call) {
    int[] sources = call.get("source").integers();
    int[] destinations = call.get("destination").integers();
    Value x = call.value("x");
    if (sources.length == 1) {
      return Ops.moveaxis(x, sources[0], destinations[0]);
    }
    Integer[] permutation = new Integer[x.rank()];
    List<Integer> rest = new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
    for (int i = 0; i < sources.length; i++) {
      int source = x.shape().axis(sources[i]);
      permutation[x.shape().axis(destinations[i])] = source;
      rest.remove((Integer) source);
    }
    for (int i = 0; i < permutation.length; i++) {
      permutation[i] = permutation[i] == null ? rest.remove(0) : permutation[i];
    }
    return Ops.transpose(x, Arrays.stream(permutation).mapToInt(i -> i).toArray());
  }

  private static Value broadcastTo(OperationCall call) {
    List<Dim> dims = new ArrayList<>();
    Value x = call.value("x");
    List<Setting> shape = call.get("shape").list();
    for (int i = 0; i < shape.size(); i++) {
      int axis = i - (shape.size() - x.rank());
      boolean kept = shape.get(i).isNull() || shape.get(i).integer() == -1;
      dims.add(kept ? Dim.of(x, 0).get(axis) : new Dim.Fixed(shape.get(i).integer()));
    }
    return call.apply(new Op.BroadcastTo(dims), x);
  }

  private static Value concatenate(OperationCall call) {
    return Ops.concatenate(call.values("xs"), call.get("axis").integer(0));
  }

  private static Value stack(OperationCall call) {
    return Ops.stack(call.values("xs"), call.get("axis").integer(0));
  }

  private static List<Value> unstack(OperationCall call) {
    Value x = call.value("x");
    int axis = x.shape().axis(call.get("axis").integer(0));
    int count = call.get("num").integer(Math.toIntExact(call.layer().dim(x, axis)));
    return Ops.split(x, count, axis).stream().map(part -> Ops.squeeze(part, axis)).toList();
  }

  /** NumPy's split: a number of equal parts, or the indices to cut at. */
  private static List<Value> splitAt(OperationCall call) {
    Value x = call.value("x");
    int axis = call.get("axis").integer(0);
    Setting cuts = call.get("indices_or_sections");
    if (!cuts.isList()) {
      return Ops.split(x, cuts.integer(), axis);
    }
    List<Value> parts = new ArrayList<>();
    Long start = null;
    for (int cut : cuts.integers()) {
      parts.add(Ops.sliceAxis(x, axis, new Range(start, (long) cut, 1)));
      start = (long) cut;
    }
    parts.add(Ops.sliceAxis(x, axis, new Range(start, null, 1)));
    return parts;
  }

  /** TensorFlow's split: a number of equal parts, or the length of each, one of which may be −1. */
  private static List<Value> splitInto(OperationCall call) {
    Value x = call.value("x");
    int axis = call.get("axis").integer(0);
    Setting sizes = call.get("sizes");
    if (!sizes.isList()) {
      return Ops.split(x, sizes.integer(), axis);
    }
    int[] lengths = sizes.integers();
    int known = Arrays.stream(lengths).filter(length -> length >= 0).sum();
    List<Value> parts = new ArrayList<>();
    long start = 0;
    for (int length : lengths) {
      long stop = start + (length >= 0 ? length : call.layer().dim(x, axis) - known);
      parts.add(Ops.sliceAxis(x, axis, Range.of(start, stop)));
      start = stop;
    }
    return parts;
  }

  // ---- Slices and copies -----------------------------------------------------------------------

  private static void slices() {
    one("x|tensor key|slice_spec", Operations::getItem, "GetItem", "getitem");
    one(
        "x|params indices axis batch_dims validate_indices",
        Operations::take,
        "Take",
        "gather",
        "GatherV2");
    one("x indices axis", Operations::takeAlongAxis, "TakeAlongAxis");
    one("x|input repeats axis", Operations::repeat, "Repeat", "repeat");
    one("x|input repeats|multiples", Operations::tile, "Tile", "tile");
    one("x|tensor axis", Operations::flip, "Flip", "reverse", "ReverseV2");
    one("x|input shift axis", Operations::roll, "Roll", "roll");
    one(
        "x|tensor pad_width|paddings mode constant_values",
        Operations::pad,
        "Pad",
        "pad",
        "PadV2",
        "MirrorPad");
    one("x fill_value", Operations::fullLike, "FullLike");
    one(
        "x|indices num_classes|depth on_value off_value axis",
        Operations::oneHot,
        "OneHot",
        "one_hot");
  }

  private static Value getItem(OperationCall call) {
    return Indexing.apply(call.layer(), call.value("x"), call.argument("key"));
  }

  private static Value take(OperationCall call) {
    if (call.get("batch_dims").integer(0) != 0) {
      throw call.get("batch_dims").unexpected("0");
    }
    call.get("validate_indices");
    boolean flat = call.get("axis").isNull() && isKeras3(call);
    Value x = flat ? Ops.reshape(call.value("x"), -1) : call.value("x");
    return Ops.take(x, whole(call.value("indices")), call.get("axis").integer(0));
  }

  private static Value takeAlongAxis(OperationCall call) {
    boolean flat = call.get("axis").isNull();
    Value x = flat ? Ops.reshape(call.value("x"), -1) : call.value("x");
    return Ops.takeAlongAxis(x, whole(call.value("indices")), call.get("axis").integer(0));
  }

  private static Value whole(Value indices) {
    return indices.dtype().isInteger() ? indices : Ops.cast(indices, DType.INT32);
  }

  private static Value repeat(OperationCall call) {
    boolean flat = call.get("axis").isNull();
    Value x = flat ? Ops.reshape(call.value("x"), -1) : call.value("x");
    int axis = call.get("axis").integer(0);
    int[] times = call.get("repeats").integers();
    if (times.length == 1) {
      return Ops.repeat(x, times[0], axis);
    }
    int[] indices =
        IntStream.range(0, times.length)
            .flatMap(i -> IntStream.generate(() -> i).limit(times[i]))
            .toArray();
    return Ops.take(x, Ops.constant(x, Tensor.of(indices, indices.length)), axis);
  }

  /** The whole repeated along each axis: a new axis of copies merges with the old. */
  private static Value tile(OperationCall call) {
    Value x = call.value("x");
    int[] times = call.get("repeats").integers();
    while (x.rank() < times.length) {
      x = Ops.expandDims(x, 0);
    }
    for (int i = 0; i < times.length; i++) {
      int axis = x.rank() - times.length + i;
      if (times[i] != 1) {
        List<Dim> dims = Dim.of(x, 0);
        boolean known = x.shape().isKnown(axis);
        dims.set(axis, known ? new Dim.Fixed(x.shape().dim(axis) * times[i]) : new Dim.Inferred());
        Value copies = Ops.repeat(Ops.expandDims(x, axis), times[i], axis);
        List<Dim> merged = new ArrayList<>();
        for (int a = 0; a < dims.size(); a++) {
          boolean shifted = dims.get(a) instanceof Dim.Same && a > axis;
          merged.add(shifted ? new Dim.Same(0, a + 1) : dims.get(a));
        }
        x = Ops.reshape(copies, merged);
      }
    }
    return x;
  }

  private static Value flip(OperationCall call) {
    Value x = call.value("x");
    int[] all = IntStream.range(0, x.rank()).toArray();
    for (int axis : call.get("axis").isNull() ? all : call.axes("axis")) {
      x = Ops.flip(x, axis);
    }
    return x;
  }

  private static Value roll(OperationCall call) {
    Value x = call.value("x");
    int[] axes = call.get("axis").isNull() ? new int[] {0} : call.axes("axis");
    int[] shifts = call.get("shift").integers(axes.length);
    Value y = call.get("axis").isNull() ? Ops.reshape(x, -1) : x;
    for (int i = 0; i < axes.length; i++) {
      long length = call.layer().dim(y, axes[i]);
      long cut = length - Math.floorMod((long) shifts[i], Math.max(length, 1));
      Value head = Ops.sliceAxis(y, axes[i], new Range(cut, null, 1));
      y = Ops.concatenate(List.of(head, Ops.sliceAxis(y, axes[i], Range.of(0, cut))), axes[i]);
    }
    return call.get("axis").isNull() ? Ops.reshape(y, Dim.of(x, 1), x) : y;
  }

  private static Value pad(OperationCall call) {
    Value x = call.value("x");
    Setting width = call.get("pad_width");
    boolean perAxis = width.isList() && width.list().get(0).isList();
    List<Long> before = new ArrayList<>();
    List<Long> after = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      boolean single = !perAxis || width.list().size() == 1;
      int[] cells = (!perAxis ? width : width.list().get(single ? 0 : axis)).integers(2);
      before.add((long) cells[0]);
      after.add((long) cells[1]);
    }
    String mode = call.get("mode").text("constant").toUpperCase(Locale.ROOT);
    double value = number(call, "constant_values", 0);
    return call.apply(new Op.Pad(Op.Pad.Mode.valueOf(mode), value, before, after), x);
  }

  private static Value fullLike(OperationCall call) {
    Value x = call.value("x");
    return call.isTensor("fill_value")
        ? Ops.broadcastTo(Ops.cast(call.value("fill_value"), x.dtype()), x)
        : Ops.fullLike(x, call.get("fill_value").number());
  }

  private static Value oneHot(OperationCall call) {
    Value x = whole(call.value("x"));
    DType type = DType.of(call.get("dtype").text("float32"));
    Value y = call.apply(new Op.OneHot(call.get("num_classes").integer(), type), x);
    double on = number(call, "on_value", 1);
    double off = number(call, "off_value", 0);
    Value scaled = on == 1 && off == 0 ? y : Ops.add(Ops.multiply(y, on - off), off);
    return Ops.moveaxis(scaled, -1, call.get("axis").integer(-1));
  }

  // ---- Products and norms ----------------------------------------------------------------------

  private static void products() {
    String factors = "x1|a|x x2|b|y transpose_a|adj_x transpose_b|adj_y";
    one(factors, Operations::matmul, "Matmul", "matmul", "MatMul", "BatchMatMulV2", "batch_matmul");
    one("x1 x2", Operations::dot, "Dot");
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
