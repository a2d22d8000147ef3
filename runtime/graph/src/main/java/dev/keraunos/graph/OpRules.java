package dev.keraunos.graph;

import static dev.keraunos.graph.Inference.require;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What attributes and inputs every operation allows, beyond what inferring its types finds out. */
final class OpRules {
  private interface Rule<O extends Op> {
    void check(O op, List<TensorType> in);
  }

  private record Entry(int least, int most, Rule<Op> rule) {
    String inputs() {
      return most == ANY ? least + " or more" : least == most ? "" + most : least + " to " + most;
    }
  }

  private static final int ANY = Integer.MAX_VALUE;

  /** The longest stride, dilation, window or padding: longer than the axes of any tensor in use. */
  private static final int LONGEST = 1 << 24;

  /** The longest kernel with the gaps that dilation makes: kernels count in ints. */
  private static final long LONGEST_EXTENT = 1L << 30;

  private static final Set<ReduceKind> RUNNING =
      Set.of(ReduceKind.SUM, ReduceKind.PROD, ReduceKind.MAX, ReduceKind.MIN);
  private static final Map<Class<? extends Op>, Entry> TABLE = new HashMap<>();

  static {
    add(Op.Input.class, 0, 0, (op, in) -> {});
    add(Op.Constant.class, 0, 0, (op, in) -> {});
    add(Op.Fill.class, 0, ANY, (op, in) -> dims(op.shape(), in, false));
    add(Op.Iota.class, 0, ANY, OpRules::iota);

    add(Op.Unary.class, 1, 1, OpRules::unary);
    add(Op.Binary.class, 2, 2, OpRules::binary);
    add(Op.Select.class, 3, 3, (op, in) -> {});
    add(Op.Cast.class, 1, 1, (op, in) -> {});

    add(Op.Reduce.class, 1, 1, OpRules::reduce);
    add(Op.ArgReduce.class, 1, 1, OpRules::argReduce);
    add(Op.Cumulative.class, 1, 1, OpRules::cumulative);
    add(Op.TopK.class, 1, 1, (op, in) -> atLeast(1, List.of(op.k()), "k"));
    add(Op.Sort.class, 1, 1, (op, in) -> axis(op.axis(), in.get(0)));

    add(Op.Reshape.class, 1, ANY, (op, in) -> dims(op.shape(), in, true));
    add(Op.Transpose.class, 1, 1, OpRules::transpose);
    add(Op.BroadcastTo.class, 1, ANY, OpRules::broadcast);
    add(Op.Slice.class, 1, 1, (op, in) -> {});
    add(Op.Concat.class, 1, ANY, (op, in) -> axis(op.axis(), in.get(0)));
    add(Op.Pad.class, 1, 1, OpRules::pad);
    add(Op.Repeat.class, 1, 1, OpRules::repeat);
    add(Op.Gather.class, 2, 2, (op, in) -> axis(op.axis(), in.get(0)));
    add(Op.GatherAlong.class, 2, 2, OpRules::gatherAlong);
    add(Op.OneHot.class, 1, 1, OpRules::oneHot);

    add(Op.MatMul.class, 2, 2, (op, in) -> factors(in));
    add(Op.Conv.class, 2, 2, OpRules::conv);
    add(Op.ConvTranspose.class, 2, 2, OpRules::convTranspose);
    add(Op.Pool.class, 1, 1, OpRules::pool);
    add(Op.AdaptivePool.class, 1, 1, OpRules::adaptivePool);
    add(Op.Resize.class, 1, 1, (op, in) -> within(1, op.size(), "size"));

    add(Op.Softmax.class, 1, 1, (op, in) -> lanes(op.axes(), in.get(0)));
    add(Op.Standardize.class, 1, 1, OpRules::standardize);
    add(Op.Fourier.class, 1, 1, (op, in) -> fourier(in.get(0)));

    add(Op.Rnn.class, 3, 7, OpRules::rnn);
    add(Op.Scan.class, 1, ANY, OpRules::scan);

    add(Op.Call.class, 1, ANY, (op, in) -> {});
    Op.requireAll(TABLE.keySet());
  }

  private OpRules() {}

  @SuppressWarnings("unchecked") // the class of the key is that of the rule
  private static <O extends Op> void add(Class<O> type, int least, int most, Rule<O> rule) {
    TABLE.put(type, new Entry(least, most, (Rule<Op>) rule));
  }

  /** Throws an InputException that says which rule is broken. */
  static void check(Op op, List<TensorType> in) {
    Entry entry = TABLE.get(op.getClass());
    require(
        in.size() >= entry.least() && in.size() <= entry.most(),
        "%s inputs; allowed: %s",
        in.size(),
        entry.inputs());
    entry.rule().check(op, in);
  }

  private static void axis(int axis, TensorType in) {
    int rank = in.shape().rank();
    require(axis >= 0 && axis < rank, "axis %s of %s; allowed: from 0, below %s", axis, in, rank);
  }

  /** Axes inside the rank, ascending, none twice. */
  private static void axes(List<Integer> axes, TensorType in) {
    int last = -1;
    for (int axis : axes) {
      axis(axis, in);
      require(axis > last, "axes %s; allowed: ascending, none twice", axes);
      last = axis;
    }
  }

  private static void lanes(List<Integer> axes, TensorType in) {
    axes(axes, in);
    floating(in);
  }

  private static void floating(TensorType in) {
    require(in.dtype().isFloating(), "%s; allowed: floating point", in.dtype());
  }

  /** Weights of int8 go with any floating type. */
  private static void factors(List<TensorType> in) {
    boolean weighs = in.get(0).dtype().isFloating() && in.get(1).dtype() == DType.INT8;
    if (!weighs) {
      sameType(in);
    }
  }

  private static void sameType(List<TensorType> in) {
    for (TensorType type : in) {
      require(type.dtype() == in.get(0).dtype(), "operands %s; allowed: all of one type", in);
    }
  }

  private static void bool(TensorType in) {
    require(in.dtype() == DType.BOOL, "%s; allowed: bool", in.dtype());
  }

  private static void atLeast(int least, List<Integer> values, String what) {
    require(
        values.stream().allMatch(value -> value >= least),
        "%s %s; allowed: %s or more",
        what,
        values,
        least);
  }

  private static void within(int least, List<? extends Number> values, String what) {
    require(
        values.stream().allMatch(v -> v.longValue() >= least && v.longValue() <= LONGEST),
        "%s %s; allowed: %s to %s each",
        what,
        values,
        least,
        LONGEST);
  }

  private static void spatial(List<?> attribute, TensorType in, String what) {
    int wanted = in.shape().rank() - 2;
    require(
        attribute.size() == wanted,
        "%s %s; allowed: %s, one for each spatial axis",
        what,
        attribute,
        wanted);
  }

  private static void dims(List<Dim> dims, List<TensorType> in, boolean mayInfer) {
    int inferred = 0;
    for (Dim dim : dims) {
      if (dim instanceof Dim.Fixed fixed) {
        require(fixed.size() >= 0, "dimension %s; allowed: 0 or more", fixed.size());
      } else if (dim instanceof Dim.Same same) {
        require(
            same.input() >= 0 && same.input() < in.size(),
            "a dimension of input %s; allowed: from 0, below %s",
            same.input(),
            in.size());
        axis(same.axis(), in.get(same.input()));
      } else {
        inferred++;
      }
    }
    int most = mayInfer ? 1 : 0;
    require(inferred <= most, "%s dimensions to infer; allowed: at most %s", inferred, most);
  }

  private static void iota(Op.Iota op, List<TensorType> in) {
    dims(op.shape(), in, false);
    require(
        op.axis() >= 0 && op.axis() < op.shape().size(),
        "axis %s; allowed: from 0, below %s",
        op.axis(),
        op.shape().size());
  }

  private static void unary(Op.Unary op, List<TensorType> in) {
    if (op.kind() == UnaryKind.LOGICAL_NOT) {
      bool(in.get(0));
    }
    require(
        op.kind() != UnaryKind.CLIP || op.alpha() <= op.beta(),
        "limits %s, %s; allowed: the first no larger than the second",
        op.alpha(),
        op.beta());
    boolean whole = op.kind() == UnaryKind.CLIP || in.get(0).dtype() == DType.FLOAT64;
    require(
        whole || (isFloat(op.alpha()) && isFloat(op.beta())),
        "attributes %s, %s; allowed: numbers of float32",
        op.alpha(),
        op.beta());
  }

  private static boolean isFloat(double attribute) {
    return Double.isInfinite(attribute) || !Float.isInfinite((float) attribute);
  }

  private static void binary(Op.Binary op, List<TensorType> in) {
    switch (op.kind()) {
      case LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR -> bool(in.get(0));
      case ARCTAN2 -> floating(in.get(0));
      case BITWISE_AND, BITWISE_OR, BITWISE_XOR, LEFT_SHIFT, RIGHT_SHIFT ->
          require(
              in.get(0).dtype().isInteger(),
              "bits of %s; allowed: an integer type",
              in.get(0).dtype());
      default -> {}
    }
  }

  private static void reduce(Op.Reduce op, List<TensorType> in) {
    axes(op.axes(), in.get(0));
    if (op.kind() == ReduceKind.ANY || op.kind() == ReduceKind.ALL) {
      bool(in.get(0));
    }
  }

  private static void argReduce(Op.ArgReduce op, List<TensorType> in) {
    axis(op.axis(), in.get(0));
    require(op.dtype().isInteger(), "an index of %s; allowed: an integer type", op.dtype());
  }

  private static void cumulative(Op.Cumulative op, List<TensorType> in) {
    axis(op.axis(), in.get(0));
    require(RUNNING.contains(op.kind()), "a running %s; allowed: %s", op.kind(), RUNNING);
  }

  private static void transpose(Op.Transpose op, List<TensorType> in) {
    List<Integer> sorted = new ArrayList<>(op.permutation());
    sorted.sort(null);
    axes(sorted, in.get(0));
  }

  private static void broadcast(Op.BroadcastTo op, List<TensorType> in) {
    dims(op.shape(), in, false);
    Shape target = Shape.of(Dim.resolve(op.shape(), in));
    Shape reached = in.get(0).shape().broadcast(target);
    require(
        reached.rank() == target.rank() && target.accepts(reached),
        "%s to %s; allowed: each axis as long or of length 1",
        in.get(0),
        target);
  }

  private static void pad(Op.Pad op, List<TensorType> in) {
    List<Long> all = new ArrayList<>(op.before());
    all.addAll(op.after());
    within(0, all, "padding");
  }

  private static void repeat(Op.Repeat op, List<TensorType> in) {
    axis(op.axis(), in.get(0));
    atLeast(0, List.of(op.times()), "times");
  }

  private static void gatherAlong(Op.GatherAlong op, List<TensorType> in) {
    axis(op.axis(), in.get(0));
    require(
        in.get(1).dtype().isInteger() && in.get(1).shape().rank() == in.get(0).shape().rank(),
        "indices %s into %s; allowed: an integer type, of as many axes",
        in.get(1),
        in.get(0));
  }

  private static void oneHot(Op.OneHot op, List<TensorType> in) {
    DType indices = in.get(0).dtype();
    require(indices.isInteger(), "indices of %s; allowed: an integer type", indices);
    atLeast(1, List.of(op.depth()), "depth");
  }

  private static void conv(Op.Conv op, List<TensorType> in) {
    sameType(in);
    window(op.strides(), op.dilations(), op.padding(), in.get(0));
    concrete(in.get(1));
    extent(op.dilations(), in.get(1).shape());
    atLeast(1, List.of(op.groups()), "groups");
  }

  private static void concrete(TensorType kernel) {
    require(kernel.shape().isConcrete(), "kernel %s; allowed: known dimensions", kernel);
  }

  private static void extent(List<Integer> dilations, Shape kernel) {
    for (int i = 0; i < Math.min(dilations.size(), kernel.rank()); i++) {
      require(
          (kernel.dim(i) - 1) * dilations.get(i) < LONGEST_EXTENT,
          "dilation %s of a kernel of %s cells; allowed: %s cells with the gaps",
          dilations.get(i),
          kernel.dim(i),
          LONGEST_EXTENT);
    }
  }

  private static void convTranspose(Op.ConvTranspose op, List<TensorType> in) {
    sameType(in);
    window(op.strides(), op.dilations(), op.padding(), in.get(0));
    concrete(in.get(1));
    extent(op.dilations(), in.get(1).shape());
    Padding.Mode mode = op.padding().mode();
    require(
        mode == Padding.Mode.VALID || mode == Padding.Mode.SAME,
        "padding %s; allowed: VALID, SAME",
        mode);
    if (!op.outputPadding().isEmpty()) {
      spatial(op.outputPadding(), in.get(0), "output padding");
      within(0, op.outputPadding(), "output padding");
    }
    if (!op.outputSize().isEmpty()) {
      spatial(op.outputSize(), in.get(0), "output size");
      within(1, op.outputSize(), "output size");
      require(op.outputPadding().isEmpty(), "output size and output padding; allowed: one of them");
    }
  }

  private static void window(
      List<Integer> strides, List<Integer> dilations, Padding padding, TensorType x) {
    spatial(strides, x, "strides");
    spatial(dilations, x, "dilations");
    within(1, strides, "strides");
    within(1, dilations, "dilations");
    if (padding.mode() == Padding.Mode.EXPLICIT) {
      spatial(padding.before(), x, "padding");
      spatial(padding.after(), x, "padding");
    }
  }

  private static void pool(Op.Pool op, List<TensorType> in) {
    window(op.strides(), op.strides(), op.padding(), in.get(0));
    spatial(op.size(), in.get(0), "window");
    within(1, op.size(), "window");
  }

  private static void adaptivePool(Op.AdaptivePool op, List<TensorType> in) {
    spatial(op.outputSize(), in.get(0), "output size");
    within(1, op.outputSize(), "output size");
  }

  private static void standardize(Op.Standardize op, List<TensorType> in) {
    lanes(op.axes(), in.get(0));
    require(op.epsilon() >= 0, "epsilon %s; allowed: 0 or more", op.epsilon());
  }

  private static void fourier(TensorType x) {
    require(x.dtype().isFloating(), "%s; allowed: floating point", x.dtype());
    require(
        x.shape().rank() >= 2 && x.shape().dim(-1) == 2,
        "%s; allowed: shapes that end in a length and 2",
        x.shape());
  }

  private static void rnn(Op.Rnn op, List<TensorType> in) {
    int taken = op.maskIndex() + (op.mask() ? 1 : 0);
    require(in.size() == taken, "%s inputs; allowed: %s", in.size(), taken);
    sameType(in.subList(0, op.maskIndex()));
    Shape recurrent = in.get(2).shape();
    Shape kernel = in.get(1).shape();
    require(kernel.rank() == 2, "kernel %s; allowed: (features, gates * units)", kernel);
    long gates = op.cell().gates();
    long units = recurrent.rank() == 2 ? recurrent.dim(0) : 0;
    require(
        units > 0 && recurrent.equals(Shape.of(units, gates * units)),
        "recurrent kernel %s; allowed: (units, %s * units)",
        recurrent,
        gates);
    if (op.bias()) {
      boolean two = op.cell() == Op.Rnn.Cell.GRU_RESET_AFTER;
      Shape wanted = two ? Shape.of(2, gates * units) : Shape.of(gates * units);
      require(in.get(3).shape().equals(wanted), "bias %s; allowed: %s", in.get(3), wanted);
    }
    Shape x = in.get(0).shape();
    for (int i = 3 + (op.bias() ? 1 : 0); i < op.maskIndex(); i++) {
      Shape state = Shape.of(x.dim(0), units);
      require(state.accepts(in.get(i).shape()), "state %s; allowed: %s", in.get(i), state);
    }
    if (op.mask()) {
      mask(in.get(op.maskIndex()), x);
    }
    recurrence(op.recurrence());
  }

  private static void mask(TensorType mask, Shape x) {
    bool(mask);
    require(x.slice(0, 2).accepts(mask.shape()), "mask %s; allowed: %s", mask, x.slice(0, 2));
  }

  private static void recurrence(Op.Recurrence recurrence) {
    require(
        !recurrence.zeroOutputForMask() || !recurrence.stateOutputForMask(),
        "a masked output of zero and of the state; allowed: one of them");
  }

  private static void scan(Op.Scan op, List<TensorType> in) {
    op.body().verify();
    int taken = op.body().inputs().size() + (op.mask() ? 1 : 0);
    require(in.size() == taken, "%s inputs; allowed: %s", in.size(), taken);
    require(
        op.body().outputs().size() == 1 + op.states(),
        "a body of %s outputs; allowed: %s, the output and the states",
        op.body().outputs().size(),
        1 + op.states());
    List<TensorType> out = Inference.scan(op, in);
    for (int i = 1; i <= op.states(); i++) {
      TensorType before = in.get(i);
      boolean same =
          out.get(i).dtype() == before.dtype() && before.shape().accepts(out.get(i).shape());
      require(same, "a step makes %s of state %s; allowed: the same", out.get(i), before);
    }
    if (op.mask()) {
      mask(in.get(1 + op.states()), in.get(0).shape());
    }
    recurrence(op.recurrence());
  }
}
