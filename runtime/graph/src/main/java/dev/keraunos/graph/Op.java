package dev.keraunos.graph;

import static dev.keraunos.graph.Inference.one;
import static dev.keraunos.graph.Inference.require;
import static dev.keraunos.graph.Inference.same;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The operations of the intermediate representation: a closed set, one record each. The components
 * are the attributes; {@link #infer} gives the types of the outputs for types of the inputs, whose
 * dimensions may be unknown.
 *
 * <p>Channels are last. Axes are never negative. Spatial attributes have one entry per spatial
 * axis, so 1D, 2D and 3D are one operation.
 */
public sealed interface Op {
  /**
   * The types of the outputs.
   *
   * @throws dev.keraunos.error.InputException if the operation does not take such inputs
   */
  List<TensorType> infer(List<TensorType> in);

  // ---- Sources
  // -------------------------------------------------------------------------------------------------

  /** A named input of the graph. */
  record Input(String name, TensorType type) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return one(type);
    }
  }

  /** A tensor known beforehand; whoever builds the graph must not change it afterwards. */
  record Constant(Tensor value) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return one(value.dtype(), value.shape());
    }
  }

  /** One value everywhere. The inputs only lend dimensions. */
  record Fill(DType dtype, double value, List<Dim> shape) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return one(dtype, Shape.of(Dim.resolve(shape, in)));
    }
  }

  /** The index along an axis. The inputs only lend dimensions. */
  record Iota(DType dtype, List<Dim> shape, int axis) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return one(dtype, Shape.of(Dim.resolve(shape, in)));
    }
  }

  // ---- Elementwise
  // ---------------------------------------------------------------------------------------------

  /** A function of one operand. */
  record Unary(UnaryKind kind, double alpha, double beta) implements Op {
    /** The operand itself, where a function is wanted: the linear activation. */
    public static final Unary IDENTITY = new Unary(UnaryKind.RELU, 1, 0);

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      DType x = in.get(0).dtype();
      DType y =
          kind.isPredicate()
              ? DType.BOOL
              : x.isFloating() || kind.keepsIntegers() ? x : DType.FLOAT32;
      return one(y, in.get(0).shape());
    }
  }

  /** A function of two operands of the same type, broadcast as NumPy does. */
  record Binary(BinaryKind kind) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      DType x = in.get(0).dtype();
      require(
          x == in.get(1).dtype(),
          "operands %s and %s; allowed: all of one type",
          x,
          in.get(1).dtype());
      DType y =
          kind.isPredicate()
              ? DType.BOOL
              : kind == BinaryKind.DIVIDE && !x.isFloating() ? DType.FLOAT32 : x;
      return one(y, in.get(0).shape().broadcast(in.get(1).shape()));
    }
  }

  /** Input 1 where input 0 (bool) is true, else input 2; broadcast. */
  record Select() implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      require(
          in.get(0).dtype() == DType.BOOL, "a condition of %s; allowed: bool", in.get(0).dtype());
      require(
          in.get(1).dtype() == in.get(2).dtype(),
          "branches %s and %s; allowed: all of one type",
          in.get(1).dtype(),
          in.get(2).dtype());
      Shape branches = in.get(1).shape().broadcast(in.get(2).shape());
      return one(in.get(1).dtype(), in.get(0).shape().broadcast(branches));
    }
  }

  /** Another element type: floating to integer truncates, non-zero is true. */
  record Cast(DType dtype) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return one(dtype, in.get(0).shape());
    }
  }

  // ---- Reductions
  // ----------------------------------------------------------------------------------------------

  /** A reduction over axes in ascending order. The mean of integers is float32. */
  record Reduce(ReduceKind kind, List<Integer> axes, boolean keepDims) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      DType x = in.get(0).dtype();
      DType y = kind == ReduceKind.MEAN && !x.isFloating() ? DType.FLOAT32 : x;
      return one(y, Inference.reduce(in.get(0).shape(), axes, keepDims));
    }
  }

  /**
   * The index of the largest (or smallest) element along an axis, the lowest on ties.
   *
   * @param signedZeros true if negative zero is less than the other, false if they tie
   */
  record ArgReduce(boolean max, int axis, boolean keepDims, DType dtype, boolean signedZeros)
      implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return one(dtype, Inference.reduce(in.get(0).shape(), List.of(axis), keepDims));
    }
  }

  /** Running SUM, PROD, MAX or MIN along an axis. */
  record Cumulative(ReduceKind kind, int axis) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return same(in);
    }
  }

  /**
   * The k largest of the last axis in descending order, lower index first on ties: values, and
   * indices (int32).
   */
  record TopK(int k) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Shape x = in.get(0).shape();
      require(!x.isKnown(-1) || k <= x.dim(-1), "top %s of %s; allowed: up to %s", k, x, x.dim(-1));
      return List.of(
          new TensorType(in.get(0).dtype(), x.with(-1, k)),
          new TensorType(DType.INT32, x.with(-1, k)));
    }
  }

  /**
   * The elements along an axis in ascending (or descending) order: values, and indices (int32).
   * Stable.
   */
  record Sort(int axis, boolean descending) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return List.of(in.get(0), new TensorType(DType.INT32, in.get(0).shape()));
    }
  }

  // ---- Movement
  // ------------------------------------------------------------------------------------------------

  /** The same elements under another shape. Inputs after the first only lend dimensions. */
  record Reshape(List<Dim> shape) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return one(in.get(0).dtype(), Inference.reshape(in.get(0).shape(), Dim.resolve(shape, in)));
    }
  }

  /** Output axis i is input axis permutation[i]. */
  record Transpose(List<Integer> permutation) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Shape x = in.get(0).shape();
      require(
          permutation.size() == x.rank(),
          "permutation %s of %s; allowed: every axis once",
          permutation,
          x);
      return one(in.get(0).dtype(), Shape.of(permutation.stream().mapToLong(x::dim).toArray()));
    }
  }

  /** Input 0 repeated to a shape, as NumPy's broadcast_to. Further inputs only lend dimensions. */
  record BroadcastTo(List<Dim> shape) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return one(in.get(0).dtype(), in.get(0).shape().broadcast(Shape.of(Dim.resolve(shape, in))));
    }
  }

  /** Python slices, one per axis. */
  record Slice(List<Range> ranges) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Shape x = in.get(0).shape();
      require(
          ranges.size() == x.rank(),
          "%s slices of %s; allowed: one for each axis",
          ranges.size(),
          x);
      long[] dims = new long[x.rank()];
      for (int i = 0; i < dims.length; i++) {
        dims[i] = ranges.get(i).length(x.dim(i));
      }
      return one(in.get(0).dtype(), Shape.of(dims));
    }
  }

  /** Inputs joined along an axis. */
  record Concat(int axis) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return one(in.get(0).dtype(), Inference.concat(in, axis));
    }
  }

  /** Cells added before and after every axis; mode CONSTANT fills them with a value. */
  record Pad(Mode mode, double value, List<Long> before, List<Long> after) implements Op {
    /** What the added cells hold, in the names of {@code keras.ops.pad}. */
    public enum Mode {
      /** The value. */
      CONSTANT,
      /** What lies inside, mirrored at the outermost cell. */
      REFLECT,
      /** What lies inside, mirrored behind the outermost cell. */
      SYMMETRIC
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Shape x = in.get(0).shape();
      require(
          before.size() == x.rank() && after.size() == x.rank(),
          "padding %s, %s of %s; allowed: one for each axis",
          before,
          after,
          x);
      long[] dims = x.toArray();
      for (int i = 0; i < dims.length; i++) {
        requireMirrored(x, i);
        dims[i] = x.isKnown(i) ? dims[i] + before.get(i) + after.get(i) : Shape.UNKNOWN;
      }
      return one(in.get(0).dtype(), Shape.of(dims));
    }

    /** A mirror shows no more cells than there are. */
    private void requireMirrored(Shape x, int axis) {
      long added = Math.max(before.get(axis), after.get(axis));
      long most = mode == Mode.REFLECT ? x.dim(axis) - 1 : x.dim(axis);
      require(
          mode == Mode.CONSTANT || !x.isKnown(axis) || added == 0 || added <= most,
          "%s padding of %s cells on axis %s of %s; allowed: up to %s",
          mode,
          added,
          axis,
          x,
          most);
    }
  }

  /** Every entry of an axis several times in a row. */
  record Repeat(int axis, int times) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Shape x = in.get(0).shape();
      return one(in.get(0).dtype(), x.isKnown(axis) ? x.with(axis, x.dim(axis) * times) : x);
    }
  }

  /**
   * Entries of an axis of input 0 picked by the integer indices of input 1, which take the axis'
   * place.
   */
  record Gather(int axis) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Shape x = in.get(0).shape();
      Shape indices = in.get(1).shape();
      require(
          in.get(1).dtype().isInteger(),
          "indices of %s; allowed: an integer type",
          in.get(1).dtype());
      return one(
          in.get(0).dtype(), x.slice(0, axis).concat(indices).concat(x.slice(axis + 1, x.rank())));
    }
  }

  /**
   * Elements picked along an axis by indices of the same rank: {@code keras.ops.take_along_axis}.
   */
  record GatherAlong(int axis) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Shape x = in.get(0).shape().with(axis, 1);
      Shape indices = in.get(1).shape();
      return one(
          in.get(0).dtype(), x.broadcast(indices.with(axis, 1)).with(axis, indices.dim(axis)));
    }
  }

  /**
   * Integers as vectors with a one at that index, zeros where it is outside the depth; a new last
   * axis.
   */
  record OneHot(int depth, DType dtype) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return one(dtype, in.get(0).shape().concat(Shape.of(depth)));
    }
  }

  // ---- Linear algebra and windows
  // --------------------------------------------------------------------------------

  /**
   * Matrix products over the last two axes, the others broadcast; either operand may be read
   * transposed. Both are of one type, or the right one is int8 beside a floating left one, of whose
   * type the result is then. The sums of int8 are int32.
   */
  record MatMul(boolean transposeA, boolean transposeB) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      DType left = in.get(0).dtype();
      return one(
          left == DType.INT8 ? DType.INT32 : left,
          Inference.matMul(in.get(0).shape(), in.get(1).shape(), transposeA, transposeB));
    }
  }

  /**
   * Correlation of x (batch, spatial..., channels) with a kernel (spatial..., channels/groups,
   * filters). Depthwise is groups = channels.
   */
  record Conv(List<Integer> strides, List<Integer> dilations, Padding padding, int groups)
      implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return one(in.get(0).dtype(), Inference.conv(in.get(0).shape(), in.get(1).shape(), this));
    }
  }

  /**
   * The gradient of {@link Conv} with respect to x: x (batch, spatial..., channels) and a kernel
   * (spatial..., filters, channels). The length along an axis is that of {@code outputSize} or,
   * where that is empty, of Keras' deconv_output_length; an empty {@code outputPadding} stands for
   * None. The padding is VALID or SAME.
   */
  record ConvTranspose(
      List<Integer> strides,
      List<Integer> dilations,
      Padding padding,
      List<Integer> outputPadding,
      List<Long> outputSize)
      implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return one(
          in.get(0).dtype(), Inference.convTranspose(in.get(0).shape(), in.get(1).shape(), this));
    }

    /** The length of the output along a spatial axis of input length n. */
    public long output(int axis, long n, long window) {
      if (!outputSize.isEmpty()) {
        return outputSize.get(axis);
      }
      long stride = strides.get(axis);
      long extent = (window - 1) * dilations.get(axis) + 1;
      boolean same = padding.mode() == Padding.Mode.SAME;
      if (n < 0) {
        return n;
      }
      if (outputPadding.isEmpty()) {
        return same ? n * stride : n * stride + Math.max(extent - stride, 0);
      }
      return (n - 1) * stride + (same ? extent % 2 : extent) + outputPadding.get(axis);
    }

    /** How many cells of the full scatter are cut off before the first. */
    public long cut(int axis, long n, long window) {
      long extent = (window - 1) * dilations.get(axis) + 1;
      long full = (n - 1) * strides.get(axis) + extent;
      return padding.mode() == Padding.Mode.SAME
          ? Math.max(full - output(axis, n, window), 0) / 2
          : 0;
    }
  }

  /**
   * The maximum, or the mean of the cells inside x, over windows of (batch, spatial..., channels).
   * As in TensorFlow the maximum passes over NaN; where nothing else is, or only negative infinity,
   * it is the least number.
   */
  record Pool(boolean max, List<Integer> size, List<Integer> strides, Padding padding)
      implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Shape x = in.get(0).shape();
      require(
          x.rank() == size.size() + 2,
          "a window of %s axes on %s; allowed: samples, as many, channels",
          size.size(),
          x);
      long[] dims = x.toArray();
      for (int i = 0; i < size.size(); i++) {
        dims[i + 1] = padding.output(i, dims[i + 1], size.get(i), strides.get(i), 1);
      }
      return one(in.get(0).dtype(), Shape.of(dims));
    }
  }

  /** Pooling to a fixed size: window i covers floor(i·n/o) to ceil((i+1)·n/o). */
  record AdaptivePool(boolean max, List<Integer> outputSize) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      long[] dims = in.get(0).shape().toArray();
      for (int i = 0; i < outputSize.size(); i++) {
        dims[i + 1] = outputSize.get(i);
      }
      return one(in.get(0).dtype(), Shape.of(dims));
    }
  }

  /**
   * Images (batch, height, width, channels) sampled at another size: the sizes given or, if {@code
   * scale} is set, the sizes times these factors.
   */
  record Resize(Interpolation interpolation, boolean scale, List<Integer> size, boolean antialias)
      implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Shape x = in.get(0).shape();
      require(
          x.rank() == 4 && size.size() == 2,
          "resizing %s to %s; allowed: (samples, rows, columns, channels)",
          x,
          size);
      require(x.dim(1) != 0 && x.dim(2) != 0, "resizing %s; allowed: images with pixels", x);
      for (int i = 0; i < 2; i++) {
        long factor = !scale ? 1 : x.isKnown(i + 1) ? x.dim(i + 1) : Shape.UNKNOWN;
        x = x.with(i + 1, factor < 0 ? factor : factor * size.get(i));
      }
      return one(in.get(0).dtype(), x);
    }
  }

  // ---- Normalisation
  // -------------------------------------------------------------------------------------------

  /** exp(x)/Σexp(x) jointly over axes, or its logarithm. */
  record Softmax(List<Integer> axes, boolean log) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return same(in);
    }
  }

  /**
   * (x − mean)·rsqrt(variance + epsilon) with the biased moments over axes. Scale and offset are
   * further operations.
   */
  record Standardize(List<Integer> axes, double epsilon) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return same(in);
    }
  }

  /**
   * The discrete Fourier transform of complex numbers along the last axis but one: {@code sum_j x_j
   * exp(-2πi jk/n)}, {@code +} in the inverse, neither divided by n. The last axis has the real and
   * the imaginary part. Floating point only.
   */
  record Fourier(boolean inverse) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return same(in);
    }
  }

  // ---- Recurrence
  // ----------------------------------------------------------------------------------------------

  /**
   * How a recurrence runs over time, as {@code keras.backend.rnn}. At a masked step the states
   * stay; its output is the output before (zeros at first).
   *
   * @param reverse steps run from the last to the first; the sequence keeps the order of processing
   * @param sequence the output is the sequence of outputs, else the last one
   * @param zeroOutputForMask the output of a masked step is zero instead
   * @param stateOutputForMask the output of a masked step is the first state instead (Keras 1.1 to
   *     2.2)
   */
  record Recurrence(
      boolean reverse, boolean sequence, boolean zeroOutputForMask, boolean stateOutputForMask) {
    TensorType output(TensorType step, Shape x) {
      return sequence ? new TensorType(step.dtype(), step.shape().insert(1, x.dim(1))) : step;
    }
  }

  /**
   * A recurrent layer over x (batch, time, features). Inputs: x, kernel (features, gates·units),
   * recurrent kernel (units, gates·units), then where declared bias (gates·units; (2, gates·units)
   * for GRU_RESET_AFTER), initial states (batch, units) each, mask (batch, time) bool. Gates are in
   * Keras' order: i, f, c, o; z, r, h. Outputs: the sequence (batch, time, units) or the last
   * output (batch, units), then the last states.
   */
  record Rnn(
      Cell cell,
      Unary activation,
      Unary recurrentActivation,
      boolean bias,
      boolean initialState,
      boolean mask,
      Recurrence recurrence)
      implements Op {
    /** The cells that have a kernel of their own; every other cell is a {@link Scan}. */
    public enum Cell {
      /** One state. */
      SIMPLE_RNN(1, 1),
      /** States h and c. */
      LSTM(4, 2),
      /** Keras' {@code reset_after=False}. */
      GRU(3, 1),
      /** Keras' {@code reset_after=True}. */
      GRU_RESET_AFTER(3, 1);

      private final int gates;
      private final int states;

      Cell(int gates, int states) {
        this.gates = gates;
        this.states = states;
      }

      /** How many kernels lie side by side. */
      public int gates() {
        return gates;
      }

      /** How many states go from step to step. */
      public int states() {
        return states;
      }
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Shape x = in.get(0).shape();
      require(x.rank() == 3, "a sequence %s; allowed: (batch, time, features)", x);
      Shape kernel = in.get(1).shape();
      long units = in.get(2).shape().dim(0);
      require(
          kernel.dim(1) == units * cell.gates(),
          "kernel %s; allowed: (features, %s * %s)",
          kernel,
          cell.gates(),
          units);
      require(
          !x.isKnown(2) || x.dim(2) == kernel.dim(0),
          "sequence %s; allowed: %s features, as the kernel has",
          x,
          kernel.dim(0));
      Inference.recurrence(
          x,
          in.subList(3 + (bias ? 1 : 0), maskIndex()),
          in.subList(maskIndex(), maskIndex() + (mask ? 1 : 0)));
      TensorType state = new TensorType(in.get(0).dtype(), Shape.of(x.dim(0), units));
      List<TensorType> types = new ArrayList<>();
      types.add(recurrence.output(state, x));
      for (int i = 0; i < cell.states(); i++) {
        types.add(state);
      }
      return types;
    }

    /** The position of the mask among the inputs. */
    public int maskIndex() {
      return 3 + (bias ? 1 : 0) + (initialState ? cell.states() : 0);
    }
  }

  /**
   * A body graph applied to every step of x (batch, time, ...). Inputs: x, initial states, mask
   * (batch, time) bool where declared, then values the body takes unchanged at every step. The body
   * takes the step of x, the states and those values, in this order, and gives the output of the
   * step and the new states, which have the types of the old.
   */
  record Scan(Graph body, int states, boolean mask, Recurrence recurrence) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return Inference.scan(this, in);
    }
  }

  // ---- Property sets
  // -------------------------------------------------------------------------------------------

  /** Operations that move or rename elements and compute none. */
  Set<Class<? extends Op>> MOVEMENT =
      Set.of(
          Reshape.class,
          Transpose.class,
          BroadcastTo.class,
          Slice.class,
          Concat.class,
          Pad.class,
          Repeat.class,
          Gather.class,
          GatherAlong.class);

  /** Those of them that move elements of their first operand alone. */
  Set<Class<? extends Op>> MOVEMENT_OF_ONE =
      Set.of(
          Reshape.class,
          Transpose.class,
          BroadcastTo.class,
          Slice.class,
          Repeat.class,
          Gather.class);

  /** Operations whose every output element depends on the elements at the same place only. */
  Set<Class<? extends Op>> ELEMENTWISE =
      Set.of(Unary.class, Binary.class, Select.class, Cast.class);

  /** Operations without inputs that carry data. */
  Set<Class<? extends Op>> SOURCES = Set.of(Input.class, Constant.class, Fill.class, Iota.class);

  /**
   * Checks a table by operation, when it is made.
   *
   * @throws IllegalStateException naming the operations without a row
   */
  static void requireAll(Set<Class<? extends Op>> rows) {
    Set<Class<?>> missing = new LinkedHashSet<>(List.of(Op.class.getPermittedSubclasses()));
    missing.removeAll(rows);
    if (!missing.isEmpty()) {
      throw new IllegalStateException("operations without a row in this table: " + missing);
    }
  }

  // ---- Functions in Java
  // ---------------------------------------------------------------------------------------

  /** What no other operation says; of it nothing is known but what the function tells. */
  record Call(Function function) implements Op {
    /**
     * A function of tensors written in Java, for what {@link Ops} cannot say. Stateless, as several
     * threads may call it at once.
     */
    public interface Function {
      /** The type of the result for types of the operands, whose dimensions may be unknown. */
      TensorType type(List<TensorType> in);

      /**
       * How many leading axes of the result depend, entry by entry, on those of all operands alone.
       */
      default int alignedAxes() {
        return 0;
      }

      /**
       * Where elements of the first operand must lie, if all this does is to refuse others and to
       * give the operand as it is.
       */
      default Optional<Bounds> check() {
        return Optional.empty();
      }

      /**
       * Computes the result, a new tensor that the caller closes.
       *
       * @param in to be read only, and only until this returns
       */
      Tensor apply(List<Tensor> in);
    }

    /** From the least, inclusive, to a bound above, exclusive. */
    public record Bounds(long least, long below) {}

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return List.of(function.type(in));
    }
  }
}
