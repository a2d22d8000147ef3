package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The functions of {@code keras.ops.numpy} that take more than a few lines; see {@link Ops}. */
final class NumpyOps {
  /** Of an axis whose entries have counts of their own. */
  private static final int MOST_REPEATS = 1 << 24;

  /** Its square fits every type that has it, and 1 is nothing beside it. */
  private static final double FAR = 1e10;

  /** A distance from the diagonal that every element keeps. */
  static final long ANY = Long.MAX_VALUE;

  private NumpyOps() {}

  // ---- Elementwise -----------------------------------------------------------------------------

  /** Integers and bools as float32. */
  static Value floating(Value x) {
    return x.dtype().isFloating() ? x : Ops.cast(x, DType.FLOAT32);
  }

  /** Integers and bools as float32, int64 as float64. */
  static Value wide(Value x) {
    return x.dtype() == DType.INT64 ? Ops.cast(x, DType.FLOAT64) : floating(x);
  }

  static Value arcsinh(Value given) {
    return precise(
        given,
        x -> {
          Value size = Ops.absolute(x);
          Value square = Ops.square(x);
          Value root = Ops.add(Ops.sqrt(Ops.add(square, 1)), 1);
          Value near = Ops.log1p(Ops.add(size, Ops.divide(square, root)));
          return Ops.multiply(Ops.sign(x), farOr(near, size));
        });
  }

  static Value arccosh(Value given) {
    return precise(
        given,
        x -> {
          Value above = Ops.subtract(x, 1);
          Value root = Ops.sqrt(Ops.multiply(above, Ops.add(x, 1)));
          return farOr(Ops.log1p(Ops.add(above, root)), x);
        });
  }

  static Value arctanh(Value given) {
    return precise(
        given,
        x -> {
          Value ratio = Ops.divide(Ops.multiply(2, x), Ops.subtract(1, x));
          return Ops.multiply(0.5, Ops.log1p(ratio));
        });
  }

  /** A function in float32 or float64, rounded once if x has half precision. */
  private static Value precise(Value x, UnaryOperator<Value> function) {
    boolean half = x.dtype().isFloating() && x.dtype().bytes() == 2;
    Value y = function.apply(half ? Ops.cast(x, DType.FLOAT32) : floating(x));
    return half ? Ops.cast(y, x.dtype()) : y;
  }

  /** log(2x) where the square of x may be past the type, and 1 is nothing beside it. */
  private static Value farOr(Value near, Value x) {
    return Ops.where(Ops.greater(x, FAR), Ops.add(Ops.log(x), Math.log(2)), near);
  }

  static Value hypot(Value a, Value b) {
    DType dtype = DType.promote(wide(a).dtype(), wide(b).dtype());
    Value x = Ops.absolute(Ops.cast(a, dtype));
    Value y = Ops.absolute(Ops.cast(b, dtype));
    Value most = Ops.maximum(x, y);
    Value ratio = Ops.divideNoNan(Ops.minimum(x, y), most);
    return Ops.multiply(most, Ops.sqrt(Ops.add(1, Ops.square(ratio))));
  }

  static Value logaddexp(Value a, Value b) {
    Value x = floating(a);
    Value y = floating(b);
    Value delta = Ops.subtract(x, y);
    Value sum = Ops.log1p(Ops.exp(Ops.negative(Ops.absolute(delta))));
    return Ops.where(Ops.isnan(delta), Ops.add(x, y), Ops.add(Ops.maximum(x, y), sum));
  }

  static Value nanToNum(Value x, double nan, Double posinf, Double neginf) {
    double most = x.dtype() == DType.FLOAT64 ? Double.MAX_VALUE : Float.MAX_VALUE;
    Value above = Ops.equal(x, Double.POSITIVE_INFINITY);
    Value below = Ops.equal(x, Double.NEGATIVE_INFINITY);
    Value y = Ops.where(Ops.isnan(x), nan, x);
    y = Ops.where(above, posinf == null ? most : posinf, y);
    return Ops.where(below, neginf == null ? -most : neginf, y);
  }

  /** The elements at most so many places below and above the main diagonal, others zero. */
  static Value band(Value x, long lower, long upper) {
    Value right = Ops.subtract(Ops.iota(x, -1), Ops.iota(x, -2));
    Value kept = null;
    if (lower != ANY) {
      kept = Ops.greaterEqual(right, -lower);
    }
    if (upper != ANY) {
      Value below = Ops.lessEqual(right, upper);
      kept = kept == null ? below : Ops.logicalAnd(kept, below);
    }
    return kept == null ? x : Ops.where(kept, x, 0.0);
  }

  static Value average(Value x, Value weights, int... axis) {
    boolean vector = weights.rank() == 1 && x.rank() > 1;
    if (vector && axis.length != 1) {
      throw new InputException("weights " + weights.shape() + " need the one axis they run along");
    }
    Value own = vector ? Ops.along(weights, x, axis) : weights;
    Value all = Ops.multiply(own, Ops.onesLike(x));
    return Ops.divide(Ops.sum(Ops.multiply(x, own), axis), Ops.sum(all, axis));
  }

  // ---- Movement --------------------------------------------------------------------------------

  static Value moveaxis(Value x, int[] sources, int[] destinations) {
    requireSame("sources", sources, "destinations", destinations);
    if (sources.length == 1) {
      return Ops.moveaxis(x, sources[0], destinations[0]);
    }
    Integer[] permutation = new Integer[x.rank()];
    List<Integer> rest = new ArrayList<>(Ops.axes(x));
    for (int i = 0; i < sources.length; i++) {
      int source = x.shape().axis(sources[i]);
      permutation[x.shape().axis(destinations[i])] = source;
      if (!rest.remove((Integer) source)) {
        throw new InputException("axis " + sources[i] + " is given twice");
      }
    }
    for (int i = 0; i < permutation.length; i++) {
      permutation[i] = permutation[i] == null ? rest.remove(0) : permutation[i];
    }
    return Ops.transpose(x, Arrays.stream(permutation).mapToInt(i -> i).toArray());
  }

  private static void requireSame(String one, int[] first, String other, int... second) {
    if (first.length != second.length) {
      throw new InputException(
          first.length + " " + one + " and " + second.length + " " + other + " are given");
    }
  }

  /** The whole repeated along each axis: a new axis of copies merges with the old. */
  static Value tile(Value x, int... repeats) {
    Value y = x;
    while (y.rank() < repeats.length) {
      y = Ops.expandDims(y, 0);
    }
    for (int i = 0; i < repeats.length; i++) {
      if (repeats[i] != 1) {
        y = tileAxis(y, repeats[i], y.rank() - repeats.length + i);
      }
    }
    return y;
  }

  private static Value tileAxis(Value x, int times, int axis) {
    List<Dim> dims = Dim.of(x, 0);
    boolean known = x.shape().isKnown(axis);
    dims.set(axis, known ? new Dim.Fixed(x.shape().dim(axis) * times) : new Dim.Inferred());
    Value copies = Ops.repeat(Ops.expandDims(x, axis), times, axis);
    List<Dim> merged = new ArrayList<>();
    for (int a = 0; a < dims.size(); a++) {
      boolean shifted = dims.get(a) instanceof Dim.Same && a > axis;
      merged.add(shifted ? new Dim.Same(0, a + 1) : dims.get(a));
    }
    return Ops.reshape(copies, merged);
  }

  static Value repeat(Value x, int[] repeats, int axis) {
    if (repeats.length == 1) {
      return Ops.repeat(x, repeats[0], axis);
    }
    if (Arrays.stream(repeats).anyMatch(times -> times < 0)) {
      throw new InputException("repeats " + Arrays.toString(repeats) + " are below 0");
    }
    if (Arrays.stream(repeats).asLongStream().sum() > MOST_REPEATS) {
      throw new InputException("repeats make more than " + MOST_REPEATS + " entries");
    }
    int[] indices =
        IntStream.range(0, repeats.length)
            .flatMap(i -> IntStream.generate(() -> i).limit(repeats[i]))
            .toArray();
    return Ops.take(x, Ops.constant(x, Tensor.of(indices, indices.length)), axis);
  }

  static Value roll(Value x, int[] shifts, int... axes) {
    requireSame("shifts", shifts, "axes", axes);
    Value y = x;
    for (int i = 0; i < axes.length; i++) {
      long length = Ops.length(y, axes[i]);
      long cut = length - Math.floorMod((long) shifts[i], Math.max(length, 1));
      Value head = Ops.sliceAxis(y, axes[i], new Range(cut, null, 1));
      y = Ops.concatenate(List.of(head, Ops.sliceAxis(y, axes[i], Range.of(0, cut))), axes[i]);
    }
    return y;
  }

  static Value diff(Value x, int n, int axis) {
    Value y = x;
    for (int i = n; i > 0; i--) {
      Value later = Ops.sliceAxis(y, axis, new Range(1L, null, 1));
      y = Ops.subtract(later, Ops.sliceAxis(y, axis, new Range(0L, -1L, 1)));
    }
    return y;
  }

  static Value block(Value x, long[] starts, long... sizes) {
    if (starts.length != x.rank() || sizes.length != x.rank()) {
      throw new InputException(
          starts.length + " corners and " + sizes.length + " lengths of a block of " + x.shape());
    }
    Range[] ranges = new Range[x.rank()];
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = new Range(starts[i], sizes[i] < 0 ? null : Long.valueOf(starts[i] + sizes[i]), 1);
    }
    return Ops.slice(x, ranges);
  }

  static List<Value> splitAt(Value x, int[] indices, int axis) {
    List<Value> parts = new ArrayList<>();
    Long start = null;
    for (int cut : indices) {
      parts.add(Ops.sliceAxis(x, axis, new Range(start, (long) cut, 1)));
      start = (long) cut;
    }
    parts.add(Ops.sliceAxis(x, axis, new Range(start, null, 1)));
    return parts;
  }

  static List<Value> splitInto(Value x, int[] lengths, int axis) {
    int known = Arrays.stream(lengths).filter(length -> length >= 0).sum();
    List<Value> parts = new ArrayList<>();
    long start = 0;
    for (int length : lengths) {
      long stop = start + (length >= 0 ? length : Ops.length(x, axis) - known);
      parts.add(Ops.sliceAxis(x, axis, Range.of(start, stop)));
      start = stop;
    }
    return parts;
  }

  /** The quotient of integers without its fraction. */
  static Value truncatedMean(Value given, boolean keepDims, int... axis) {
    Value x = Ops.cast(given, DType.INT64);
    Value sum = Ops.reduce(ReduceKind.SUM, x, keepDims, axis);
    Value count = Ops.reduce(ReduceKind.SUM, Ops.onesLike(x), keepDims, axis);
    Value size = Ops.floorDivide(Ops.absolute(sum), count);
    return Ops.cast(Ops.multiply(Ops.sign(sum), size), given.dtype());
  }

  // ---- Products --------------------------------------------------------------------------------

  /** Vectors are a row on the left and a column on the right, and vanish again. */
  static Value matmul(Value x, Value y, boolean transposeX, boolean transposeY) {
    Value left = x.rank() == 1 ? Ops.expandDims(x, 0) : x;
    Value right = y.rank() == 1 ? Ops.expandDims(y, 1) : y;
    DType dtype = DType.promote(x.dtype(), y.dtype());
    boolean weighs = dtype.isFloating() && y.dtype() == DType.INT8;
    Value factor = weighs ? right : Ops.cast(right, dtype);
    Op product = new Op.MatMul(transposeX, transposeY);
    Value matrix = Ops.apply(product, Ops.cast(left, dtype), factor).get(0);
    Value rows = y.rank() == 1 ? Ops.squeeze(matrix, -1) : matrix;
    return x.rank() == 1 ? Ops.squeeze(rows, y.rank() == 1 ? -1 : -2) : rows;
  }

  static Value tensordot(Value x, Value y, int count) {
    if (count < 0 || count > Math.min(x.rank(), y.rank())) {
      throw new InputException(count + " axes of " + x.shape() + " and " + y.shape());
    }
    int[] left = IntStream.range(x.rank() - count, x.rank()).toArray();
    return tensordot(x, left, y, IntStream.range(0, count).toArray());
  }

  static Value tensordot(Value x, int[] left, Value y, int... right) {
    requireSame("axes on the left", left, "on the right", right);
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

  static Value norm(Value given, double order, boolean keepDims, int... axis) {
    Value x = floating(given);
    if (order == 2) {
      return Ops.norm(x, keepDims, axis);
    }
    if (order == 0) {
      Value counted = Ops.cast(Ops.notEqual(x, 0), x.dtype());
      return Ops.reduce(ReduceKind.SUM, counted, keepDims, axis);
    }
    Value sizes = Ops.absolute(x);
    if (order == 1 || Double.isInfinite(order)) {
      ReduceKind kind = order == 1 ? ReduceKind.SUM : order > 0 ? ReduceKind.MAX : ReduceKind.MIN;
      return Ops.reduce(kind, sizes, keepDims, axis);
    }
    Value sum = Ops.reduce(ReduceKind.SUM, Ops.power(sizes, order), keepDims, axis);
    return Ops.power(sum, 1 / order);
  }

  static Value matrixNorm(Value x, double order, boolean keepDims, int rows, int columns) {
    if (Math.abs(order) != 1 && !Double.isInfinite(order)) {
      throw new InputException(
          "a matrix norm of order " + order + "; allowed: fro, 1, -1, inf and -inf");
    }
    boolean alongRows = Math.abs(order) == 1;
    Value sizes = Ops.absolute(floating(x));
    Value sums = Ops.reduce(ReduceKind.SUM, sizes, true, alongRows ? rows : columns);
    ReduceKind kind = order > 0 ? ReduceKind.MAX : ReduceKind.MIN;
    Value norm = Ops.reduce(kind, sums, true, alongRows ? columns : rows);
    return keepDims ? norm : Ops.squeeze(norm, rows, columns);
  }

  private static char[] letters(int count, char from) {
    char[] letters = new char[count];
    for (int i = 0; i < count; i++) {
      letters[i] = (char) (from + i);
    }
    return letters;
  }
}
