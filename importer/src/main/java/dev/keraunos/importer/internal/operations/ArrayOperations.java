package dev.keraunos.importer.internal.operations;

import static dev.keraunos.importer.internal.operations.Operations.add;
import static dev.keraunos.importer.internal.operations.Operations.binary;
import static dev.keraunos.importer.internal.operations.Operations.flattens;
import static dev.keraunos.importer.internal.operations.Operations.one;
import static dev.keraunos.importer.internal.operations.Operations.unary;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;

/** The part of {@link Operations} that computes with elements: arithmetic, reductions, products. */
final class ArrayOperations {
  private ArrayOperations() {}

  static void register() {
    arithmetic();
    comparisons();
    mathematics();
    reductions();
    searches();
    products();
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
    binary(Ops::arctan2, "Arctan2", "atan2", "Atan2");
    binary(Ops::logaddexp, "Logaddexp");
    binary(Ops::hypot, "Hypot");
    binary(Ops::divideNoNan, "divide_no_nan", "div_no_nan");
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

  private static Value clip(OperationCall call) {
    Value x = call.value("x");
    return call.isTensor("x_min") || call.isTensor("x_max")
        ? Ops.clip(x, call.value("x_min"), call.value("x_max"))
        : Ops.clip(
            x,
            call.number("x_min", Double.NEGATIVE_INFINITY),
            call.number("x_max", Double.POSITIVE_INFINITY));
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
    unary(x -> x, "identity", "Identity", "stop_gradient", "StopGradient", "Copy");
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
    reduce(ReduceKind.SUM, "Sum", "reduce_sum");
    reduce(ReduceKind.MEAN, "Mean", "reduce_mean");
    reduce(ReduceKind.MAX, "Max", "Amax", "reduce_max");
    reduce(ReduceKind.MIN, "Min", "Amin", "reduce_min");
    reduce(ReduceKind.PROD, "Prod", "reduce_prod");
    reduce(ReduceKind.ANY, "Any", "reduce_any");
    reduce(ReduceKind.ALL, "All", "reduce_all");
    reduce((x, keeps, axes) -> Ops.var(decimal(x), keeps, axes), "Var", "reduce_variance");
    reduce((x, keeps, axes) -> Ops.std(decimal(x), keeps, axes), "Std", "reduce_std");
    reduce(Ops::logsumexp, "Logsumexp", "reduce_logsumexp");
    reduce(Ops::ptp, "Ptp");
    reduce(Ops::norm, "reduce_euclidean_norm");
    reduce(Ops::countNonzero, "CountNonzero");
    add(
        "x axes|axis keepdims",
        call -> Ops.moments(call.value("x"), call.flag("keepdims"), call.axes("axes")),
        "Moments",
        "moments");
    one("x weights axis", ArrayOperations::average, "Average");
    one("x|tensor ord axis keepdims", ArrayOperations::norm, "Norm", "norm");
  }

  private static void reduce(ReduceKind kind, String... names) {
    reduce((x, keeps, axes) -> Ops.reduce(kind, x, keeps, axes), names);
  }

  private static void reduce(Reduction reduction, String... names) {
    one(
        "x|input_tensor|input axis|reduction_indices|dimension keepdims|keep_dims",
        call -> reduction.apply(call.value("x"), call.flag("keepdims"), call.axes("axis")),
        names);
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
    Setting order = call.get("ord");
    boolean isText = order.isText();
    double number =
        order.isNull() || (isText && order.text().matches("euclidean|fro"))
            ? 2
            : isText && order.text().matches("inf|Infinity")
                ? Double.POSITIVE_INFINITY
                : order.number();
    return Ops.norm(call.value("x"), number, call.flag("keepdims"), call.axes("axis"));
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
    one("x|a axis", call -> cumulative(call, Ops::cumsum), "Cumsum", "cumsum");
    one("x axis", call -> cumulative(call, Ops::cumprod), "Cumprod", "cumprod");
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

  private static Value cumulative(OperationCall call, AlongAxis function) {
    Value x = flattens(call) ? Ops.reshape(call.value("x"), -1) : call.value("x");
    return function.apply(x, call.integer("axis", 0));
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
            Ops.matmul(
                call.value("x1"),
                call.value("x2"),
                call.flag("transpose_a"),
                call.flag("transpose_b")),
        "Matmul",
        "matmul",
        "MatMul",
        "BatchMatMulV2",
        "batch_matmul");
    binary(Ops::dot, "Dot");
    one("x1 x2", ArrayOperations::einsum, "Einsum");
    one("x1|a x2|b axes", ArrayOperations::tensordot, "Tensordot", "tensordot");
  }

  private static Value einsum(OperationCall call) {
    Value x = call.value("x1");
    String subscripts = call.get("subscripts").text();
    return call.has("x2") ? Ops.einsum(subscripts, x, call.value("x2")) : Ops.einsum(subscripts, x);
  }

  private static Value tensordot(OperationCall call) {
    Value x = call.value("x1");
    Value y = call.value("x2");
    Setting axes = call.get("axes");
    if (!axes.isList()) {
      return Ops.tensordot(x, y, axes.integer(2));
    }
    if (axes.list().size() != 2) {
      throw axes.unexpected("a whole number or two lists of axes");
    }
    return Ops.tensordot(x, axes.list().get(0).integers(), y, axes.list().get(1).integers());
  }
}
