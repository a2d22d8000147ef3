package dev.keraunos.importer.internal.operations;

import static dev.keraunos.importer.internal.operations.Operations.add;
import static dev.keraunos.importer.internal.operations.Operations.binary;
import static dev.keraunos.importer.internal.operations.Operations.flattens;
import static dev.keraunos.importer.internal.operations.Operations.one;
import static dev.keraunos.importer.internal.operations.Operations.unary;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import java.util.List;
import java.util.function.BinaryOperator;

/** The part of {@link Operations} that computes with elements: arithmetic, reductions, products. */
final class ArrayOperations {
  private static final String REDUCTION =
      "x|input_tensor|input axis|reduction_indices|dimension keepdims|keep_dims";

  private ArrayOperations() {}

  static void register() {
    arithmetic();
    comparisons();
    bits();
    mathematics();
    reductions();
    searches();
    products();
  }

  // ---- Elementwise -----------------------------------------------------------------------------

  private static void arithmetic() {
    one("x1|x x2|y", ArrayOperations::sum, "Add", "add", "AddV2", "bias_add", "BiasAdd");
    binary(Ops::subtract, "Subtract", "subtract", "sub", "Sub");
    binary(Ops::multiply, "Multiply", "multiply", "mul", "Mul");
    quotient(Ops::divide, "Divide", "TrueDivide", "truediv", "divide", "div", "RealDiv");
    quotient(Ops::divideNoNan, "divide_no_nan", "div_no_nan");
    binary(Ops::floorDivide, "FloorDivide", "floordiv", "floor_div", "FloorDiv");
    own(Ops::mod, "Mod", "floormod", "mod", "FloorMod");
    binary(Ops::power, "Power", "pow", "Pow");
    binary(Ops::maximum, "Maximum", "maximum");
    binary(Ops::minimum, "Minimum", "minimum");
    binary(Ops::squaredDifference, "squared_difference", "SquaredDifference");
    own(Ops::arctan2, "Arctan2");
    one("y x", call -> Ops.arctan2(call.value("y"), call.value("x")), "atan2", "Atan2");
    own(Ops::logaddexp, "Logaddexp");
    binary(Ops::hypot, "Hypot");
    binary(Ops::multiplyNoNan, "multiply_no_nan");
    binary(Ops::xlogy, "xlogy");
    one("inputs", call -> Ops.addN(call.values("inputs")), "add_n", "accumulate_n", "AddN");
    unary(Ops::negative, "Negative", "negative", "neg", "Neg");
    unary(Ops::absolute, "Absolute", "Abs", "abs");
    unary(Ops::square, "Square", "square");
    unary(Ops::sqrt, "Sqrt", "sqrt");
    unary(Ops::rsqrt, "Rsqrt", "rsqrt");
    unary(Ops::reciprocal, "Reciprocal", "reciprocal");
    unary(Ops::sign, "Sign", "sign");
    String bounds = "x|t x_min|clip_value_min x_max|clip_value_max";
    one(bounds, ArrayOperations::clip, "Clip", "clip_by_value");
  }

  private static Value sum(OperationCall call) {
    Dialect dialect = call.scope().dialect();
    return IntegerArithmetic.pair(
        call.value("x1"), call.value("x2"), dialect, (x, y) -> Sums.add(x, y, dialect));
  }

  private static void quotient(BinaryOperator<Value> function, String... names) {
    one("x1|x x2|y", call -> quotient(call, function), names);
  }

  /** TensorFlow divides integers of 32 bits and more in float64. */
  private static Value quotient(OperationCall call, BinaryOperator<Value> function) {
    Value x = call.ownWhole("x1");
    Value y = call.ownWhole("x2");
    DType dtype = DType.promote(x.dtype(), y.dtype());
    boolean wide =
        dtype.isInteger()
            && dtype.bytes() >= Integer.BYTES
            && call.has(Quirk.DIVIDES_INTEGERS_IN_FLOAT64);
    return wide
        ? function.apply(Ops.cast(x, DType.FLOAT64), Ops.cast(y, DType.FLOAT64))
        : function.apply(x, y);
  }

  private static Value clip(OperationCall call) {
    Value x = call.value("x");
    return call.isTensor("x_min") || call.isTensor("x_max")
        ? Ops.clip(x, call.value("x_min"), call.value("x_max"))
        : Ops.clip(
            x,
            bound(x, call.number("x_min", Double.NEGATIVE_INFINITY)),
            bound(x, call.number("x_max", Double.POSITIVE_INFINITY)));
  }

  /** A limit in the type of x: negative ones of unsigned integers count from the other end. */
  private static double bound(Value x, double limit) {
    boolean wraps = x.dtype().isUnsigned() && limit < 0 && !Double.isInfinite(limit);
    return wraps ? limit + Math.scalb(1.0, 8 * x.dtype().bytes()) : limit;
  }

  private static void comparisons() {
    own(Ops::equal, "Equal", "equal", "eq");
    own(Ops::notEqual, "NotEqual", "not_equal", "ne");
    own(Ops::greater, "Greater", "greater", "gt");
    own(Ops::greaterEqual, "GreaterEqual", "greater_equal", "ge");
    own(Ops::less, "Less", "less", "lt");
    own(Ops::lessEqual, "LessEqual", "less_equal", "le");
    binary(Ops::logicalAnd, "LogicalAnd", "logical_and");
    binary(Ops::logicalOr, "LogicalOr", "logical_or");
    binary(Ops::logicalXor, "LogicalXor", "logical_xor");
    unary(Ops::logicalNot, "LogicalNot", "logical_not");
    one(
        "condition|condlist x1|x|choicelist x2|y|default",
        ArrayOperations::select,
        "Where",
        "where",
        "where_v2",
        "Select",
        "SelectV2");
  }

  /** A function for which Keras 3 makes a tensor of its own of a number. */
  private static void own(BinaryOperator<Value> function, String... names) {
    one(
        "x1|x x2|y",
        call ->
            IntegerArithmetic.pair(
                call.own("x1"), call.own("x2"), call.scope().dialect(), function),
        names);
  }

  private static void bits() {
    binary(Ops::bitwiseAnd, "BitwiseAnd", "bitwise_and", "and");
    binary(Ops::bitwiseOr, "BitwiseOr", "bitwise_or", "or");
    binary(Ops::bitwiseXor, "BitwiseXor", "bitwise_xor", "xor");
    unary(Ops::bitwiseNot, "BitwiseNot", "BitwiseInvert", "invert", "Invert");
    shift(Ops::leftShift, "LeftShift", "BitwiseLeftShift", "left_shift");
    shift(Ops::rightShift, "RightShift", "BitwiseRightShift", "right_shift");
  }

  /** By a number, which leaves the type alone, or by a tensor. */
  private static void shift(BinaryOperator<Value> function, String... names) {
    one("x1|x x2|y", call -> shifted(call, function), names);
  }

  private static Value shifted(OperationCall call, BinaryOperator<Value> function) {
    Value x = call.value("x1");
    Value y = call.value("x2");
    return call.isTensor("x2")
        ? IntegerArithmetic.pair(x, y, call.scope().dialect(), function)
        : function.apply(x, y);
  }

  /** The first of several choices whose condition holds, or one of two. */
  private static Value select(OperationCall call) {
    List<Value> conditions = call.values("condition");
    List<Value> choices = call.values("x1");
    Value chosen = call.has("x2") ? call.value("x2") : Ops.zerosLike(choices.get(0));
    for (int i = conditions.size() - 1; i >= 0; i--) {
      Value condition = conditions.get(i);
      chosen =
          IntegerArithmetic.pair(
              choices.get(i), chosen, call.scope().dialect(), (x, y) -> Ops.where(condition, x, y));
    }
    return chosen;
  }

  private static void mathematics() {
    unary(Ops::exp, "Exp", "exp");
    unary(Ops::exp2, "Exp2");
    unary(Ops::expm1, "Expm1", "expm1");
    unary(Ops::log, "Log", "log");
    unary(Ops::log1p, "Log1p", "log1p");
    unary(Ops::log2, "Log2");
    unary(Ops::log10, "Log10");
    unary(Ops::sin, "Sin", "sin");
    unary(Ops::cos, "Cos", "cos");
    unary(Ops::tan, "Tan", "tan");
    unary(Ops::arcsin, "Arcsin", "asin", "Asin");
    unary(Ops::arccos, "Arccos", "acos", "Acos");
    unary(Ops::arctan, "Arctan", "atan", "Atan");
    unary(Ops::sinh, "Sinh", "sinh");
    unary(Ops::cosh, "Cosh", "cosh");
    unary(Ops::arcsinh, "Arcsinh", "asinh");
    unary(Ops::arccosh, "Arccosh", "acosh");
    unary(Ops::arctanh, "Arctanh", "atanh");
    unary(Ops::deg2rad, "Deg2rad");
    unary(Ops::rad2deg, "Rad2deg");
    unary(Ops::erf, "Erf", "erf");
    unary(Ops::erfc, "Erfc", "erfc");
    unary(Ops::floor, "Floor", "floor");
    unary(Ops::ceil, "Ceil", "ceil");
    unary(Ops::round, "round", "rint", "Rint");
    one("x decimals", call -> Ops.round(call.value("x"), call.integer("decimals", 0)), "Round");
    unary(Ops::trunc, "Trunc", "trunc");
    unary(Ops::isnan, "Isnan", "is_nan", "IsNan");
    unary(Ops::isinf, "Isinf", "is_inf");
    unary(Ops::isfinite, "Isfinite", "is_finite", "IsFinite");
    one("x nan posinf neginf", ArrayOperations::nanToNum, "NanToNum");
    one(
        Operations.X,
        call -> Activations.copied(call.value("x"), call.scope().dialect()),
        "identity",
        "Identity",
        "stop_gradient",
        "StopGradient",
        "Copy");
    one(
        "x dtype|DstT",
        call -> Ops.cast(call.value("x"), DType.of(call.get("dtype").text())),
        "Cast",
        "cast");
    one("value|x dtype", call -> call.value("value"), "convert_to_tensor", "ConvertToTensor");
  }

  private static Value nanToNum(OperationCall call) {
    return Ops.nanToNum(
        call.value("x"),
        call.number("nan", 0),
        optionalNumber(call, "posinf"),
        optionalNumber(call, "neginf"));
  }

  private static Double optionalNumber(OperationCall call, String parameter) {
    return call.get(parameter).isNull() ? null : Double.valueOf(call.get(parameter).number());
  }

  // ---- Reductions ------------------------------------------------------------------------------

  private interface Reduction {
    Value apply(Value x, boolean keepDims, int... axes);
  }

  private static void reductions() {
    one(REDUCTION, call -> total(call, ReduceKind.SUM), "Sum", "reduce_sum");
    one(REDUCTION, ArrayOperations::mean, "Mean", "reduce_mean");
    reduce(ReduceKind.MAX, "Max", "Amax", "reduce_max");
    reduce(ReduceKind.MIN, "Min", "Amin", "reduce_min");
    one(REDUCTION + " dtype", call -> total(call, ReduceKind.PROD), "Prod", "reduce_prod");
    reduce(ReduceKind.ANY, "Any", "reduce_any");
    reduce(ReduceKind.ALL, "All", "reduce_all");
    reduce((x, keeps, axes) -> Ops.var(decimal(x), keeps, axes), "Var", "reduce_variance");
    reduce((x, keeps, axes) -> Ops.std(decimal(x), keeps, axes), "Std", "reduce_std");
    reduce(Ops::logsumexp, "Logsumexp", "reduce_logsumexp");
    reduce(Ops::ptp, "Ptp");
    reduce(ArrayOperations::euclideanNorm, "reduce_euclidean_norm");
    reduce(Ops::countNonzero, "CountNonzero");
    one(REDUCTION + " dtype", ArrayOperations::count, "count_nonzero");
    add("x axes|axis keepdims", ArrayOperations::moments, "Moments", "moments");
    one("x weights axis", ArrayOperations::average, "Average");
    one("x|tensor ord axis keepdims", ArrayOperations::norm, "Norm", "norm");
  }

  private static void reduce(ReduceKind kind, String... names) {
    reduce((x, keeps, axes) -> Ops.reduce(kind, x, keeps, axes), names);
  }

  private static void reduce(Reduction reduction, String... names) {
    one(
        REDUCTION,
        call -> reduction.apply(call.value("x"), call.flag("keepdims"), call.axes("axis")),
        names);
  }

  /** That of TensorFlow, which counts in int64. */
  private static Value count(OperationCall call) {
    Value count = Ops.countNonzero(call.value("x"), call.flag("keepdims"), call.axes("axis"));
    return Ops.cast(count, DType.of(call.get("dtype").text("int64")));
  }

  private static Value total(OperationCall call, ReduceKind kind) {
    Value x = call.value("x");
    boolean narrow = !x.dtype().isFloating() && x.dtype().bytes() < Integer.BYTES;
    if (narrow && call.has(Quirk.SUMS_OF_INTEGERS_WIDEN) && call.get("dtype").isNull()) {
      x = Ops.cast(x, x.dtype().isUnsigned() ? DType.UINT32 : DType.INT32);
    }
    return Ops.reduce(kind, x, call.flag("keepdims"), call.axes("axis"));
  }

  private static Value mean(OperationCall call) {
    return IntegerArithmetic.mean(
        call.value("x"), call.scope().dialect(), call.flag("keepdims"), call.axes("axis"));
  }

  /** Of integers in their type. */
  private static List<Value> moments(OperationCall call) {
    Value x = call.value("x");
    int[] axes = call.axes("axes");
    boolean keeps = call.flag("keepdims");
    if (x.dtype().isFloating()) {
      return Ops.moments(x, keeps, axes);
    }
    Value distance = Ops.subtract(x, Ops.truncatedMean(x, true, axes));
    return List.of(
        Ops.truncatedMean(x, keeps, axes), Ops.truncatedMean(Ops.square(distance), keeps, axes));
  }

  /** Of integers in their type. */
  private static Value euclideanNorm(Value x, boolean keepDims, int... axes) {
    return x.dtype().isFloating()
        ? Ops.norm(x, keepDims, axes)
        : Ops.cast(
            Ops.sqrt(
                Ops.cast(Ops.reduce(ReduceKind.SUM, Ops.square(x), keepDims, axes), DType.FLOAT64)),
            x.dtype());
  }

  private static Value decimal(Value x) {
    return x.dtype().isFloating() ? x : Ops.cast(x, DType.FLOAT32);
  }

  private static Value average(OperationCall call) {
    Value weights = call.optional("weights");
    return weights == null
        ? Ops.mean(call.value("x"), call.axes("axis"))
        : Ops.average(call.value("x"), weights, call.axes("axis"));
  }

  private static Value norm(OperationCall call) {
    Value x = call.value("x");
    Setting order = call.get("ord");
    int[] axes = call.axes("axis");
    if (order.isNull() || (order.isText() && order.text().matches("euclidean|fro"))) {
      return Ops.norm(x, call.flag("keepdims"), axes);
    }
    boolean all = axes.length == 0 && x.rank() == 2 && flattens(call);
    return axes.length == 2 || all
        ? Ops.matrixNorm(
            x, number(order), call.flag("keepdims"), all ? 0 : axes[0], all ? 1 : axes[1])
        : Ops.norm(x, number(order), call.flag("keepdims"), axes);
  }

  private static double number(Setting order) {
    if (order.isText() && order.text().matches("-?inf|-?Infinity")) {
      return order.text().startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    return order.number();
  }

  // ---- Along an axis ---------------------------------------------------------------------------

  private interface AlongAxis {
    Value apply(Value x, int axis);
  }

  private interface Search {
    Value apply(Value x, int axis, boolean keepDims, DType dtype, boolean signedZeros);
  }

  private static void searches() {
    String arguments =
        "x|input_tensor|input axis|reduction_indices|dimension keepdims|keep_dims output_type";
    one(arguments, call -> search(call, Ops::argmax), "Argmax", "argmax", "ArgMax");
    one(arguments, call -> search(call, Ops::argmin), "Argmin", "argmin", "ArgMin");
    one("x axis dtype", call -> cumulative(call, typed(call), Ops::cumsum), "Cumsum");
    one("x axis dtype", call -> cumulative(call, typed(call), Ops::cumprod), "Cumprod");
    one("x|a axis", call -> cumulative(call, call.value("x"), Ops::cumsum), "cumsum");
    one("x axis", call -> cumulative(call, call.value("x"), Ops::cumprod), "cumprod");
    add(
        "x|input k sorted",
        call -> {
          call.get("sorted");
          return Ops.topK(call.value("x"), call.get("k").integer());
        },
        "TopK",
        "top_k");
    one("x|values axis direction", ArrayOperations::sort, "Sort", "sort");
    one(
        "x|a n axis",
        call -> Ops.diff(call.value("x"), call.integer("n", 1), call.integer("axis", -1)),
        "Diff");
  }

  /** Keras counts in int32, over all elements without an axis; TensorFlow in int64, over axis 0. */
  private static Value search(OperationCall call, Search function) {
    Value x = flattens(call) ? Ops.reshape(call.value("x"), -1) : call.value("x");
    String absent = call.has(Quirk.ARGMAX_COUNTS_IN_INT32) ? "int32" : "int64";
    DType dtype = DType.of(call.get("output_type").text(absent));
    boolean zeros = call.has(Quirk.ARGMAX_TELLS_ZEROS_APART);
    return function.apply(x, call.integer("axis", 0), call.flag("keepdims"), dtype, zeros);
  }

  private static Value cumulative(OperationCall call, Value x, AlongAxis function) {
    return function.apply(flattens(call) ? Ops.reshape(x, -1) : x, call.integer("axis", 0));
  }

  /** In the type that is asked for; bools are counted. */
  private static Value typed(OperationCall call) {
    Setting dtype = call.get("dtype");
    Value x = call.value("x");
    Value cast = dtype.isNull() ? x : Ops.cast(x, DType.of(dtype.text()));
    return cast.dtype() == DType.BOOL ? Ops.cast(cast, DType.INT32) : cast;
  }

  private static Value sort(OperationCall call) {
    boolean descending = call.get("direction").text("ASCENDING").equals("DESCENDING");
    return Ops.sort(call.value("x"), call.integer("axis", -1), descending);
  }

  // ---- Products --------------------------------------------------------------------------------

  private static void products() {
    one(
        "x1|a|x x2|b|y transpose_a|adj_x transpose_b|adj_y",
        call ->
            product(
                call,
                (x, y) -> Ops.matmul(x, y, call.flag("transpose_a"), call.flag("transpose_b"))),
        "Matmul",
        "matmul",
        "MatMul",
        "BatchMatMulV2",
        "batch_matmul");
    one("x1 x2", call -> product(call, Ops::dot), "Dot");
    one("x1 x2", ArrayOperations::einsum, "Einsum");
    one("x1|a x2|b axes", ArrayOperations::tensordot, "Tensordot", "tensordot");
  }

  private static Value einsum(OperationCall call) {
    String subscripts = call.get("subscripts").text();
    return call.has("x2")
        ? product(call, (x, y) -> Ops.einsum(subscripts, x, y))
        : Ops.einsum(subscripts, call.value("x1"));
  }

  /** Keras 3 multiplies integers in float32, but pairs of int8 in int32. */
  private static Value product(OperationCall call, BinaryOperator<Value> function) {
    return IntegerArithmetic.product(
        call.value("x1"), call.value("x2"), call.scope().dialect(), function);
  }

  private static Value tensordot(OperationCall call) {
    Setting axes = call.get("axes");
    if (!axes.isList()) {
      return product(call, (x, y) -> Ops.tensordot(x, y, axes.integer(2)));
    }
    if (axes.list().size() != 2) {
      throw axes.unexpected("a whole number or two lists of axes");
    }
    int[] left = axes.list().get(0).integers();
    int[] right = axes.list().get(1).integers();
    return product(call, (x, y) -> Ops.tensordot(x, left, y, right));
  }
}
