package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;

/**
 * {@link Op.Reduce}: over the last axes as a reduction of rows, over neighbouring axes before as
 * pooling. Long sums are sums of sums; those that do not divide are left to the reference engine,
 * which is more exact.
 */
final class Reduction {
  private static final long MOST_TERMS = 1024;

  private static final Map<ReduceKind, Integer> ROWS =
      Map.of(
          ReduceKind.SUM, dnnl.dnnl_reduction_sum,
          ReduceKind.MEAN, dnnl.dnnl_reduction_mean,
          ReduceKind.MAX, dnnl.dnnl_reduction_max,
          ReduceKind.MIN, dnnl.dnnl_reduction_min);

  private static final Map<ReduceKind, Integer> POOLS =
      Map.of(
          ReduceKind.MEAN, dnnl.dnnl_pooling_avg_exclude_padding,
          ReduceKind.MAX, dnnl.dnnl_pooling_max);

  private Reduction() {}

  static Optional<List<Step>> lower(Group group, Site site) {
    Op.Reduce op = (Op.Reduce) group.anchor().op();
    Value input = group.anchor().inputs().get(0);
    Shape shape = site.shape(input);
    if (op.axes().isEmpty() || !areNeighbours(op.axes())) {
      return Optional.empty();
    }
    int first = op.axes().get(0);
    int behind = first + op.axes().size();
    long outer = shape.size(0, first);
    long terms = shape.size(first, behind);
    long inner = shape.size(behind, shape.rank());
    boolean known = (inner == 1 ? ROWS : POOLS).containsKey(op.kind());
    boolean sum = op.kind() == ReduceKind.SUM || op.kind() == ReduceKind.MEAN;
    long part = sum ? part(terms) : terms;
    if (!known || part == 0 || (!sum && !site.finite(input))) {
      return Optional.empty();
    }
    View x = site.view(input);
    View y = site.view(group.output());
    if (part == terms) {
      return step(group, site, x.reshape(outer, terms, inner), y).map(List::of);
    }
    View parts = site.scratch(outer * (terms / part) * inner);
    return step(group, site, x.reshape(outer * (terms / part), part, inner), parts)
        .flatMap(
            below ->
                step(group, site, parts.reshape(outer, terms / part, inner), y)
                    .map(above -> List.of(below, above)));
  }

  /** How many terms are added up at once: the most that divide all; 0 if they are too few. */
  private static long part(long terms) {
    for (long part = Math.min(terms, MOST_TERMS); part * MOST_TERMS >= terms; part--) {
      if (terms % part == 0) {
        return part;
      }
    }
    return 0;
  }

  /** From (outer, terms, inner) to (outer, inner). */
  private static Optional<Step> step(Group group, Site site, View x, View y) {
    ReduceKind kind = ((Op.Reduce) group.anchor().op()).kind();
    long outer = x.dim(0);
    long terms = x.dim(1);
    long inner = x.dim(2);
    RowWork work =
        inner == 1
            ? new RowWork(
                site.primitives(), x.reshape(outer, terms), y.reshape(outer, 1), rows(kind))
            : new RowWork(
                site.primitives(),
                x.channelsFirst(),
                y.reshape(outer, 1, inner).channelsFirst(),
                pool(kind, terms));
    double operations = Tiling.MOVED_ELEMENT * x.size();
    return Tiling.tile(group.nodes(), Tiling.cut(outer, operations), work);
  }

  private static boolean areNeighbours(List<Integer> axes) {
    return axes.get(axes.size() - 1) - axes.get(0) == axes.size() - 1;
  }

  /** From (rows, terms) to (rows, 1). */
  private static RowWork.Creation rows(ReduceKind kind) {
    return (description, from, to, attributes) ->
        dnnl.dnnl_reduction_primitive_desc_create(
            description, Library.engine(), ROWS.get(kind), from, to, 0, 0, attributes);
  }

  /** From (samples, channels, terms) to (samples, channels, 1). */
  private static RowWork.Creation pool(ReduceKind kind, long terms) {
    return (description, from, to, attributes) ->
        dnnl.dnnl_pooling_forward_primitive_desc_create(
            description,
            Library.engine(),
            dnnl.dnnl_forward_inference,
            POOLS.get(kind),
            from,
            to,
            new long[] {1},
            new long[] {terms},
            new long[1],
            new long[1],
            new long[1],
            attributes);
  }
}
