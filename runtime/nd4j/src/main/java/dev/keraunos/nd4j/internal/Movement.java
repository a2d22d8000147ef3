package dev.keraunos.nd4j.internal;

import dev.keraunos.engine.internal.Accelerator.Computation;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Range;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** Operations that copy elements, whatever their type. */
final class Movement {
  private Movement() {}

  static void addTo(Rows rows) {
    rows.add(Op.Reshape.class, Row.none("the same memory, or one copy of it"));
    rows.add(
        Op.Transpose.class,
        Row.of("permute", site -> Call.of("permute", Lanes.longs(site.op().permutation()))));
    rows.add(
        Op.BroadcastTo.class,
        Row.<Op.BroadcastTo>of("tile_to_shape", site -> Call.of("tile_to_shape", dims(site)))
            .except("more axes: wrong", site -> site.in(0).rank() != site.y().rank())
            .except("scalars", site -> site.in(0).rank() == 0));
    rows.add(
        Op.Slice.class,
        Row.of("strided_slice", Movement::slice)
            .except("steps backwards: the JVM ends", Movement::hasStepBack)
            .except("scalars", site -> site.in(0).rank() == 0));
    rows.add(Op.Concat.class, Row.of("concat", site -> Call.of("concat", site.op().axis())));
    rows.add(
        Op.Pad.class,
        Row.of("pad", Movement::pad).except("scalars", site -> site.in(0).rank() == 0));
    rows.add(
        Op.Repeat.class,
        Row.of("repeat", site -> Call.of("repeat", site.op().times(), site.op().axis())));
    rows.add(
        Op.Gather.class,
        Row.none("the JVM ends: on indices outside or negative, and on some that are inside"));
    rows.add(Op.GatherAlong.class, Row.none("no such operation"));
    rows.add(
        Op.OneHot.class,
        Row.<Op.OneHot>of("onehot", Movement::oneHot)
            .except("to types but float32: refused", site -> site.op().dtype() != DType.FLOAT32));
  }

  private static long[] dims(Site<?> site) {
    return site.y().toArray();
  }

  private static boolean hasStepBack(Site<Op.Slice> site) {
    return site.op().ranges().stream().anyMatch(range -> range.step() < 0);
  }

  private static Computation oneHot(Site<Op.OneHot> site) {
    return Call.of("onehot", site.in(0).rank(), site.op().depth()).reals(1, 0);
  }

  /** All bounds are given, and inside: what ND4J makes of others ends the JVM. */
  private static Computation slice(Site<Op.Slice> site) {
    int rank = site.in(0).rank();
    long[] arguments = new long[5 + 3 * rank];
    for (int axis = 0; axis < rank; axis++) {
      Range range = site.op().ranges().get(axis);
      long first = range.first(site.in(0).dim(axis));
      arguments[5 + axis] = first;
      arguments[5 + rank + axis] = first + (site.y().dim(axis) - 1) * range.step() + 1;
      arguments[5 + 2 * rank + axis] = range.step();
    }
    return Call.of("strided_slice", arguments);
  }

  private static Computation pad(Site<Op.Pad> site) {
    Op.Pad op = site.op();
    int rank = site.in(0).rank();
    long[] cells = new long[2 * rank];
    for (int axis = 0; axis < rank; axis++) {
      cells[2 * axis] = op.before().get(axis);
      cells[2 * axis + 1] = op.after().get(axis);
    }
    Call call = Call.of("pad", op.mode().ordinal()).reals(op.value());
    return (in, out) -> {
      try (Tensor paddings = Tensor.of(cells, rank, 2)) {
        call.run(List.of(in.get(0), paddings), out);
      }
    };
  }
}
