package dev.keraunos.graph.internal.gradient;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.subtract;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How a gradient passes back through each operation. */
final class GradientRules {
  /**
   * The gradients of the inputs, null or missing where there is none; broadcasts are undone later.
   */
  interface Rule<O extends Op> {
    List<Value> apply(O op, Step step);
  }

  private static final Map<Class<? extends Op>, Rule<Op>> TABLE = new HashMap<>();

  static {
    put(Op.Fill.class, (op, step) -> List.of());
    put(Op.Iota.class, (op, step) -> List.of());
    put(Op.ArgReduce.class, (op, step) -> List.of());
    put(Op.OneHot.class, (op, step) -> List.of());
    put(Op.Unary.class, GradientRules::unary);
    put(
        Op.Binary.class,
        (op, step) ->
            BinaryDerivatives.of(op.kind(), step.in(0), step.in(1), step.out(), step.gradient()));
    put(Op.Select.class, GradientRules::select);
    put(Op.Cast.class, (op, step) -> List.of(Ops.cast(step.gradient(), step.in(0).dtype())));
    put(Op.Reduce.class, GradientRules::reduce);
    put(Op.Cumulative.class, GradientRules::cumulative);
    put(Op.TopK.class, (op, step) -> picked(step, step.out().rank() - 1));
    put(Op.Sort.class, (op, step) -> picked(step, op.axis()));
    put(Op.Reshape.class, (op, step) -> List.of(Shapes.like(step.gradient(), step.in(0))));
    put(Op.Transpose.class, GradientRules::transpose);
    put(Op.BroadcastTo.class, (op, step) -> List.of(step.gradient()));
    put(Op.Slice.class, Slices::slice);
    put(Op.Concat.class, Slices::concat);
    put(Op.Pad.class, Slices::pad);
    put(Op.Repeat.class, GradientRules::repeat);
    put(Op.Gather.class, Picks::gather);
    put(
        Op.GatherAlong.class,
        (op, step) -> List.of(Picks.along(step, step.gradient(), step.in(1), op.axis())));
    put(Op.MatMul.class, GradientRules::matMul);
    put(Op.Softmax.class, GradientRules::softmax);
    put(Op.Standardize.class, GradientRules::standardize);
    put(
        Op.Fourier.class,
        (op, step) -> List.of(step.apply(new Op.Fourier(!op.inverse()), step.gradient())));
  }

  private GradientRules() {}

  @SuppressWarnings("unchecked") // the class of the key is that of the rule
  private static <O extends Op> void put(Class<O> type, Rule<O> rule) {
    TABLE.put(type, (Rule<Op>) rule);
  }

  /** The rule of an operation, or null. */
  static Rule<Op> of(Op op) {
    return TABLE.get(op.getClass());
  }

  private static List<Value> unary(Op.Unary op, Step step) {
    return Collections.singletonList(
        UnaryDerivatives.of(op, step.in(0), step.out(), step.gradient()));
  }

  private static List<Value> select(Op.Select op, Step step) {
    Value zeros = Ops.zerosLike(step.gradient());
    return Arrays.asList(
        null,
        Ops.where(step.in(0), step.gradient(), zeros),
        Ops.where(step.in(0), zeros, step.gradient()));
  }

  private static List<Value> reduce(Op.Reduce op, Step step) {
    Value x = step.in(0);
    Value g = Shapes.expanded(step.gradient(), op.axes(), op.keepDims());
    return List.of(
        switch (op.kind()) {
          case SUM -> Ops.broadcastTo(g, x);
          case MEAN -> Ops.broadcastTo(divide(g, count(x, op.axes())), x);
          case PROD -> product(x, g, op.axes());
          default -> {
            Value extreme = Shapes.expanded(step.out(), op.axes(), op.keepDims());
            yield shared(x, extreme, g, Shapes.array(op.axes()));
          }
        });
  }

  /** How many elements are reduced to one; a scalar. */
  private static Value count(Value x, List<Integer> axes) {
    double known = 1;
    Value unknown = null;
    for (int axis : axes) {
      if (x.shape().isKnown(axis)) {
        known *= x.shape().dim(axis);
      } else {
        Value length = Ops.sum(Ops.full(x.dtype(), 1, List.of(new Dim.Same(0, axis)), x), 0);
        unknown = unknown == null ? length : multiply(unknown, length);
      }
    }
    return unknown == null ? Ops.like(x, known) : multiply(unknown, known);
  }

  /** The largest or smallest elements share the gradient. */
  private static Value shared(Value x, Value extreme, Value g, int[] axes) {
    Value is = Ops.cast(Ops.equal(x, extreme), x.dtype());
    return multiply(divide(is, Ops.reduce(ReduceKind.SUM, is, true, axes)), g);
  }

  /** Of a product, axis by axis: the product of all other elements. */
  private static Value product(Value x, Value g, List<Integer> axes) {
    List<Value> partial = new ArrayList<>(List.of(x));
    for (int axis : axes) {
      partial.add(Ops.reduce(ReduceKind.PROD, partial.get(partial.size() - 1), true, axis));
    }
    Value gradient = g;
    for (int i = axes.size() - 1; i >= 0; i--) {
      int axis = axes.get(i);
      Value before = productBefore(partial.get(i), axis);
      Value after = Ops.flip(productBefore(Ops.flip(partial.get(i), axis), axis), axis);
      gradient = multiply(gradient, multiply(before, after));
    }
    return gradient;
  }

  /** The product of all elements before each, along an axis. */
  private static Value productBefore(Value x, int axis) {
    Value one = Ops.onesLike(Ops.sliceAxis(x, axis, Range.of(0, 1)));
    Value all = Ops.sliceAxis(Ops.cumprod(x, axis), axis, new Range(null, -1L, 1));
    return Ops.concatenate(List.of(one, all), axis);
  }

  private static List<Value> cumulative(Op.Cumulative op, Step step) {
    return switch (op.kind()) {
      case SUM -> List.of(sumFrom(step.gradient(), op.axis()));
      case PROD ->
          List.of(divide(sumFrom(multiply(step.out(), step.gradient()), op.axis()), step.in(0)));
      default ->
          throw new KeraunosException(
              "there is no derivative of a running " + op.kind() + " at " + step.node());
    };
  }

  /** The sum of each element and those after it. */
  private static Value sumFrom(Value x, int axis) {
    return Ops.flip(Ops.cumsum(Ops.flip(x, axis), axis), axis);
  }

  private static List<Value> picked(Step step, int axis) {
    return Collections.singletonList(
        step.gradient() == null
            ? null
            : Picks.along(step, step.gradient(), step.node().outputs().get(1), axis));
  }

  private static List<Value> transpose(Op.Transpose op, Step step) {
    int[] inverse = new int[op.permutation().size()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[op.permutation().get(i)] = i;
    }
    return List.of(Ops.transpose(step.gradient(), inverse));
  }

  private static List<Value> repeat(Op.Repeat op, Step step) {
    List<Dim> dims = Dim.of(step.in(0), 1);
    dims.add(op.axis() + 1, new Dim.Fixed(op.times()));
    Value apart = Ops.reshape(step.gradient(), dims, step.in(0));
    return List.of(Ops.sum(apart, op.axis() + 1));
  }

  private static List<Value> matMul(Op.MatMul op, Step step) {
    Value a = step.in(0);
    Value b = step.in(1);
    Value g = step.gradient();
    boolean ta = op.transposeA();
    boolean tb = op.transposeB();
    Value da =
        ta
            ? step.apply(new Op.MatMul(tb, true), b, g)
            : step.apply(new Op.MatMul(false, !tb), g, b);
    Value db =
        tb
            ? step.apply(new Op.MatMul(true, ta), g, a)
            : step.apply(new Op.MatMul(!ta, false), a, g);
    return List.of(da, db);
  }

  private static List<Value> softmax(Op.Softmax op, Step step) {
    Value y = step.out();
    Value g = step.gradient();
    int[] axes = Shapes.array(op.axes());
    if (op.log()) {
      Value total = Ops.reduce(ReduceKind.SUM, g, true, axes);
      return List.of(subtract(g, multiply(Ops.exp(y), total)));
    }
    Value mean = Ops.reduce(ReduceKind.SUM, multiply(g, y), true, axes);
    return List.of(multiply(y, subtract(g, mean)));
  }

  private static List<Value> standardize(Op.Standardize op, Step step) {
    Value y = step.out();
    Value g = step.gradient();
    int[] axes = Shapes.array(op.axes());
    Value scale = Ops.rsqrt(add(Ops.var(step.in(0), true, axes), op.epsilon()));
    Value shift = Ops.reduce(ReduceKind.MEAN, g, true, axes);
    Value tilt = multiply(y, Ops.reduce(ReduceKind.MEAN, multiply(g, y), true, axes));
    return List.of(multiply(scale, subtract(subtract(g, shift), tilt)));
  }
}
