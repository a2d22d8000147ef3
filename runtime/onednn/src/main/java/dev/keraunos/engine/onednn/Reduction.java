package dev.keraunos.engine.onednn;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;

/**
 * {@link Op.Reduce} over the last axes, or over all axes between the first and the last. Long sums
 * are left to the reference engine, which is more exact.
 */
final class Reduction implements Tiling.Work {
  private static final long MOST_TERMS = 1024;

  private static final Map<ReduceKind, Integer> ALGORITHMS =
      Map.of(
          ReduceKind.SUM, dnnl.dnnl_reduction_sum,
          ReduceKind.MEAN, dnnl.dnnl_reduction_mean,
          ReduceKind.MAX, dnnl.dnnl_reduction_max,
          ReduceKind.MIN, dnnl.dnnl_reduction_min);

  private final Primitives primitives;
  private final int algorithm;

  /** (outer, terms, inner). */
  private final View x;

  /** (outer, 1, inner). */
  private final View y;

  private Reduction(Primitives primitives, int algorithm, View x, View y) {
    this.primitives = primitives;
    this.algorithm = algorithm;
    this.x = x;
    this.y = y;
  }

  static Optional<List<Step>> lower(Group group, Planner plan) {
    Op.Reduce op = (Op.Reduce) group.anchor().op();
    Value input = group.anchor().inputs().get(0);
    Shape shape = plan.shape(input);
    if (op.axes().isEmpty() || !areNeighbours(op.axes()) || !ALGORITHMS.containsKey(op.kind())) {
      return Optional.empty();
    }
    int first = op.axes().get(0);
    int behind = first + op.axes().size();
    long outer = shape.size(0, first);
    long terms = shape.size(first, behind);
    long inner = shape.size(behind, shape.rank());
    boolean sum = op.kind() == ReduceKind.SUM || op.kind() == ReduceKind.MEAN;
    if (terms > MOST_TERMS || (!sum && !plan.finite(input))) {
      return Optional.empty();
    }
    View x = plan.view(input).reshape(outer, terms, inner);
    View y = plan.view(group.output()).reshape(outer, 1, inner);
    Reduction work = new Reduction(plan.primitives(), ALGORITHMS.get(op.kind()), x, y);
    double operations = Tiling.MOVED_ELEMENT * x.size();
    return Tiling.tile(group.nodes(), Tiling.cut(outer, operations), work).map(List::of);
  }

  private static boolean areNeighbours(List<Integer> axes) {
    return axes.get(axes.size() - 1) - axes.get(0) == axes.size() - 1;
  }

  @Override
  public Object key(Tiling.Range range) {
    return range.length();
  }

  @Override
  public Optional<Call> call(Tiling.Range range) {
    return primitives.call(
        description ->
            dnnl.dnnl_reduction_primitive_desc_create(
                description,
                Library.engine(),
                algorithm,
                primitives.layout(x.slice(0, range.from(), range.length())),
                primitives.layout(y.slice(0, range.from(), range.length())),
                0,
                0,
                primitives.attributes(PostOps.NONE)));
  }

  @Override
  public List<Step.Arg> args(Tiling.Range range) {
    return List.of(
        primitives.arg(dnnl.DNNL_ARG_SRC, x.slice(0, range.from(), range.length())),
        primitives.arg(dnnl.DNNL_ARG_DST, y.slice(0, range.from(), range.length())));
  }
}
