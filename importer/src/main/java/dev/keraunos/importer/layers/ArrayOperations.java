package dev.keraunos.importer.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;

/** Rarer functions of numpy and TensorFlow, in terms of the common ones. */
final class ArrayOperations {
  private ArrayOperations() {}

  static void register() {
    elementwise();
    triangles();
    reductions();
    parts();
    Operations.one("x1|a x2|b axes", ArrayOperations::tensordot, "Tensordot", "tensordot");
  }

  private static void binary(BinaryOperator<Value> function, String... names) {
    Operations.one("x1|x x2|y", call -> function.apply(call.value("x1"), call.value("x2")), names);
  }

  private static void elementwise() {
    binary(ArrayOperations::logAddExp, "Logaddexp");
    binary((x, y) -> Ops.sqrt(Ops.add(Ops.square(x), Ops.square(y))), "Hypot");
    binary(ArrayOperations::divideNoNan, "divide_no_nan", "div_no_nan");
    binary((x, y) -> Ops.where(Ops.equal(y, 0), 0, Ops.multiply(x, y)), "multiply_no_nan");
    binary((x, y) -> Ops.where(Ops.equal(x, 0), 0, Ops.multiply(x, Ops.log(y))), "xlogy");
    Operations.unary(ArrayOperations::arcsinh, "Arcsinh", "asinh");
    Operations.unary(ArrayOperations::arccosh, "Arccosh", "acosh");
    Operations.unary(ArrayOperations::arctanh, "Arctanh", "atanh");
    Operations.unary(x -> Ops.power(2, x), "Exp2");
    Operations.unary(x -> Ops.multiply(x, Math.PI / 180), "Deg2rad");
    Operations.unary(x -> Ops.multiply(x, 180 / Math.PI), "Rad2deg");
    Operations.unary(x -> Ops.subtract(1, Ops.erf(x)), "Erfc", "erfc");
    Operations.unary(x -> Ops.equal(Ops.absolute(x), Double.POSITIVE_INFINITY), "Isinf", "is_inf");
    Operations.one(
        "features axis",
        call -> {
          Value x = call.value("features");
          return Ops.concatenate(
              List.of(Ops.relu(x), Ops.relu(Ops.negative(x))), Operations.axis(call));
        },
        "crelu");
    Operations.one("x nan posinf neginf", ArrayOperations::nanToNum, "NanToNum");
  }

  private static Value logAddExp(Value x, Value y) {
    Value apart = Ops.negative(Ops.absolute(Ops.subtract(x, y)));
    return Ops.add(Ops.maximum(x, y), Ops.log1p(Ops.exp(apart)));
  }

  private static Value divideNoNan(Value x, Value y) {
    Value none = Ops.equal(y, 0);
    return Ops.where(none, 0, Ops.divide(x, Ops.where(none, 1, y)));
  }

  private static Value arcsinh(Value x) {
    Value size = Ops.absolute(x);
    Value square = Ops.square(x);
    Value root = Ops.add(Ops.sqrt(Ops.add(square, 1)), 1);
    return Ops.multiply(Ops.sign(x), Ops.log1p(Ops.add(size, Ops.divide(square, root))));
  }

  private static Value arccosh(Value x) {
    Value above = Ops.subtract(x, 1);
    Value root = Ops.sqrt(Ops.multiply(above, Ops.add(x, 1)));
    return Ops.log1p(Ops.add(above, root));
  }

  private static Value arctanh(Value x) {
    Value ratio = Ops.divide(Ops.multiply(2, x), Ops.subtract(1, x));
    return Ops.multiply(0.5, Ops.log1p(ratio));
  }

  private static Value nanToNum(OperationCall call) {
    Value x = call.value("x");
    double most = x.dtype() == DType.FLOAT64 ? Double.MAX_VALUE : Float.MAX_VALUE;
    Value above = Ops.equal(x, Double.POSITIVE_INFINITY);
    Value below = Ops.equal(x, Double.NEGATIVE_INFINITY);
    Value y = Ops.where(Ops.isnan(x), Operations.number(call, "nan", 0), x);
    y = Ops.where(above, Operations.number(call, "posinf", most), y);
    return Ops.where(below, Operations.number(call, "neginf", -most), y);
  }

  private static void triangles() {
    Operations.one("x k", call -> band(call, Long.MAX_VALUE, diagonal(call)), "Tril");
    Operations.one("x k", call -> band(call, -diagonal(call), Long.MAX_VALUE), "Triu");
    Operations.one(
        "input num_lower num_upper",
        call -> band(call, limit(call.get("num_lower")), limit(call.get("num_upper"))),
        "band_part");
  }

  private static long diagonal(OperationCall call) {
    return call.get("k").integer(0);
  }

  private static long limit(Setting count) {
    return count.integer() < 0 ? Long.MAX_VALUE : count.integer();
  }

  /** The elements at most so many places below and above the main diagonal, others zero. */
  private static Value band(OperationCall call, long lower, long upper) {
    Value x = call.value(call.isTensor("x") ? "x" : "input");
    Value right = Ops.subtract(Ops.iota(x, -1), Ops.iota(x, -2));
    Value kept = null;
    if (lower != Long.MAX_VALUE) {
      kept = Ops.greaterEqual(right, -lower);
    }
    if (upper != Long.MAX_VALUE) {
      Value below = Ops.lessEqual(right, upper);
      kept = kept == null ? below : Ops.logicalAnd(kept, below);
    }
    return kept == null ? x : Ops.where(kept, x, 0.0);
  }

  private static void reductions() {
    String signature = "x|input_tensor axis keepdims";
    Operations.one(
        signature,
        call ->
            Ops.subtract(
                reduce(call, ReduceKind.MAX, call.value("x")),
                reduce(call, ReduceKind.MIN, call.value("x"))),
        "Ptp");
    Operations.one(
        signature,
        call -> Ops.sqrt(reduce(call, ReduceKind.SUM, Ops.square(call.value("x")))),
        "reduce_euclidean_norm");
    Operations.one(
        signature,
        call -> {
          Value counted = Ops.cast(Ops.notEqual(call.value("x"), 0), DType.INT32);
          return reduce(call, ReduceKind.SUM, counted);
        },
        "CountNonzero");
    Operations.one("x weights axis", ArrayOperations::average, "Average");
  }

  private static Value reduce(OperationCall call, ReduceKind kind, Value x) {
    return Ops.reduce(kind, x, call.get("keepdims").bool(false), call.axes("axis"));
  }

  private static Value average(OperationCall call) {
    Value x = call.value("x");
    if (!call.has("weights")) {
      return reduce(call, ReduceKind.MEAN, x);
    }
    Value weights = call.value("weights");
    if (weights.rank() == 1 && x.rank() > 1) {
      long[] dims = new long[x.rank()];
      Arrays.fill(dims, 1);
      dims[x.shape().axis(call.get("axis").integer())] = -1;
      weights = Ops.reshape(weights, dims);
    }
    Value all = Ops.multiply(weights, Ops.onesLike(x));
    return Ops.divide(
        reduce(call, ReduceKind.SUM, Ops.multiply(x, weights)), reduce(call, ReduceKind.SUM, all));
  }

  private static void parts() {
    Operations.one("x|a n axis", ArrayOperations::diff, "Diff");
    Operations.one("inputs|input_ start_indices|begin shape|size", ArrayOperations::slice, "Slice");
    Operations.one("inputs|input_ start_indices|begin shape|size", ArrayOperations::slice, "slice");
    Operations.one(
        "images top_cropping left_cropping bottom_cropping right_cropping target_height"
            + " target_width data_format",
        ArrayOperations::crop,
        "CropImages");
    Operations.one(
        "images top_padding left_padding bottom_padding right_padding target_height target_width"
            + " data_format",
        ArrayOperations::padImages,
        "PadImages");
  }

  private static Value diff(OperationCall call) {
    Value x = call.value("x");
    int axis = x.shape().axis(Operations.axis(call));
    for (int i = call.get("n").integer(1); i > 0; i--) {
      Value later = Ops.sliceAxis(x, axis, new Range(1L, null, 1));
      x = Ops.subtract(later, Ops.sliceAxis(x, axis, new Range(0L, -1L, 1)));
    }
    return x;
  }

  /** A block from a corner on; -1 goes to the end. */
  private static Value slice(OperationCall call) {
    Value x = call.value("inputs");
    int[] starts = call.get("start_indices").integers(x.rank());
    Setting shape = call.get("shape");
    Range[] ranges = new Range[x.rank()];
    for (int i = 0; i < ranges.length; i++) {
      boolean whole = shape.json().get(i).isNull() || shape.json().get(i).asLong() < 0;
      Long stop = whole ? null : Long.valueOf(starts[i] + shape.json().get(i).asLong());
      ranges[i] = new Range((long) starts[i], stop, 1);
    }
    return Ops.slice(x, ranges);
  }

  /** Two of: what comes before, the size that remains, what comes after. */
  private static long[] sides(
      OperationCall call, String before, String after, String target, long change) {
    Setting first = call.get(before);
    Setting last = call.get(after);
    call.get(target);
    if (first.isNull()) {
      return new long[] {change - last.integer(), last.integer()};
    }
    return new long[] {first.integer(), last.isNull() ? change - first.integer() : last.integer()};
  }

  private static Value crop(OperationCall call) {
    return borders(call, "cropping", false);
  }

  private static Value padImages(OperationCall call) {
    return borders(call, "padding", true);
  }

  private static Value borders(OperationCall call, String kind, boolean adds) {
    Value x = call.value("images");
    boolean first = call.get("data_format").text("channels_last").equals("channels_first");
    int rows = first ? x.rank() - 2 : x.rank() - 3;
    long[] vertical =
        sides(call, "top_" + kind, "bottom_" + kind, "target_height", change(call, x, rows, adds));
    long[] level =
        sides(
            call, "left_" + kind, "right_" + kind, "target_width", change(call, x, rows + 1, adds));
    if (!adds) {
      Value cut = Ops.sliceAxis(x, rows, within(call, x, rows, vertical));
      return Ops.sliceAxis(cut, rows + 1, within(call, x, rows + 1, level));
    }
    List<Long> before = new ArrayList<>();
    List<Long> after = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      long[] sides = axis == rows ? vertical : axis == rows + 1 ? level : new long[2];
      before.add(sides[0]);
      after.add(sides[1]);
    }
    return Ops.pad(x, before, after);
  }

  private static Range within(OperationCall call, Value x, int axis, long... sides) {
    return new Range(sides[0], call.layer().dim(x, axis) - sides[1], 1);
  }

  /** By how much the target size differs from the present one; 0 without a target. */
  private static long change(OperationCall call, Value x, int axis, boolean adds) {
    boolean height = axis == x.rank() - 3 || (axis == x.rank() - 2 && isFirst(call));
    Setting target = call.get(height ? "target_height" : "target_width");
    if (target.isNull()) {
      return 0;
    }
    long change = target.integer() - call.layer().dim(x, axis);
    return adds ? change : -change;
  }

  private static boolean isFirst(OperationCall call) {
    return call.get("data_format").text("channels_last").equals("channels_first");
  }

  /** The sum over the last axes of x and the first of y, or over lists of axes. */
  private static Value tensordot(OperationCall call) {
    Value x = call.value("x1");
    Value y = call.value("x2");
    int[] left;
    int[] right;
    Setting axes = call.get("axes");
    if (axes.json().isArray()) {
      left = axes.list().get(0).integers();
      right = axes.list().get(1).integers();
    } else {
      int count = axes.integer(2);
      left = new int[count];
      right = new int[count];
      for (int i = 0; i < count; i++) {
        left[i] = x.rank() - count + i;
        right[i] = i;
      }
    }
    char[] first = letters(x.rank(), 'a');
    char[] second = letters(y.rank(), (char) ('a' + x.rank()));
    StringBuilder result = new StringBuilder(new String(first));
    for (int i = 0; i < left.length; i++) {
      char shared = first[x.shape().axis(left[i])];
      second[y.shape().axis(right[i])] = shared;
      result.deleteCharAt(result.indexOf(String.valueOf(shared)));
    }
    for (char letter : second) {
      if (letter >= 'a' + x.rank()) {
        result.append(letter);
      }
    }
    String subscripts = new String(first) + "," + new String(second) + "->" + result;
    return Ops.einsum(subscripts, x, Ops.cast(y, x.dtype()));
  }

  private static char[] letters(int count, char from) {
    char[] letters = new char[count];
    for (int i = 0; i < count; i++) {
      letters[i] = (char) (from + i);
    }
    return letters;
  }
}
