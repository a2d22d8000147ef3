package dev.keraunos.nd4j.internal;

import dev.keraunos.engine.internal.Accelerator.Computation;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.tensor.DType;
import java.util.List;
import java.util.Locale;

/** Operations along axes. */
final class Lanes {
  private Lanes() {}

  static void addTo(Rows rows) {
    rows.add(
        Op.Reduce.class,
        Row.<Op.Reduce>ofFloats("reduce_sum and the like", Lanes::reduce)
            .except("no axis: ND4J takes all", site -> site.op().axes().isEmpty()));
    rows.add(
        Op.ArgReduce.class,
        Row.<Op.ArgReduce>ofFloats("argmax, argmin", Lanes::argReduce)
            .except("zeros that their signs tell apart", site -> site.op().signedZeros()));
    rows.add(
        Op.Cumulative.class,
        Row.<Op.Cumulative>ofFloats("cumsum, cumprod", Lanes::cumulative)
            .except(
                "MAX, MIN: no such operation",
                site -> site.op().kind() == ReduceKind.MAX || site.op().kind() == ReduceKind.MIN));
    rows.add(
        Op.Softmax.class,
        Row.<Op.Softmax>ofFloats("softmax", site -> Call.of("softmax", site.op().axes().get(0)))
            .except(
                "float64: NaN where all are below the least float32",
                site -> site.in().get(0).dtype() == DType.FLOAT64)
            .except("the logarithm: of a softmax that has become 0", site -> site.op().log())
            .except(
                "axes but the last: wrong with oneDNN inside ND4J",
                site -> !site.op().axes().equals(List.of(site.in(0).rank() - 1))));
    rows.add(Op.Standardize.class, Row.none("no epsilon"));
    rows.add(Op.TopK.class, Row.none("wrong on ties"));
    rows.add(Op.Sort.class, Row.none("no indices"));
    rows.add(
        Op.Rnn.class,
        Row.none("LSTM with tanh and sigmoid, without states and masks, would be all there is"));
  }

  private static Computation reduce(Site<Op.Reduce> site) {
    Op.Reduce op = site.op();
    Call call =
        Call.of("reduce_" + op.kind().name().toLowerCase(Locale.ROOT), longs(op.axes()))
            .reals(op.keepDims() ? 1 : 0);
    boolean chooses = op.kind() == ReduceKind.MAX || op.kind() == ReduceKind.MIN;
    return chooses ? new NumbersOnly(op, call) : call;
  }

  private static Computation argReduce(Site<Op.ArgReduce> site) {
    Op.ArgReduce op = site.op();
    Call call = Call.of(op.max() ? "argmax" : "argmin", op.axis()).flags(op.keepDims());
    return new NumbersOnly(op, call);
  }

  private static Computation cumulative(Site<Op.Cumulative> site) {
    boolean sum = site.op().kind() == ReduceKind.SUM;
    return Call.of(sum ? "cumsum" : "cumprod", 0, 0, site.op().axis());
  }

  static long[] longs(List<Integer> values) {
    return values.stream().mapToLong(Integer::longValue).toArray();
  }
}
