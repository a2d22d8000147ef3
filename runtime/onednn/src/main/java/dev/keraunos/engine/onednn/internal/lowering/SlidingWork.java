package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.PostOps;
import dev.keraunos.engine.onednn.internal.primitive.Primitives;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;

/**
 * An operation with windows over images, channels on axis 1 as oneDNN has it. It is cut by samples
 * or, if there is only one, by the first spatial axis.
 */
abstract class SlidingWork implements Tiling.Work {
  private final Site site;
  private final Group group;
  private final List<SpatialAxis> axes;
  private final View x;
  private final View y;
  private final PostOps postOps;

  SlidingWork(Site site, Group group, List<SpatialAxis> axes, PostOps postOps) {
    this.site = site;
    this.group = group;
    this.axes = axes;
    this.x = site.view(group.anchor().inputs().get(0)).channelsFirst();
    this.y = site.view(group.output()).channelsFirst();
    this.postOps = postOps;
  }

  /** The tail of a group, for a primitive with channels on axis 1. */
  static Optional<PostOps> orient(Group group, Site site) {
    return PostOps.of(group, site, view -> Optional.of(view.channelsFirst()));
  }

  /**
   * @param operations of the windows, without the elementwise operations that follow
   */
  final Optional<List<Step>> steps(double operations) {
    double all = operations + Tiling.MOVED_ELEMENT * y.size();
    return Tiling.tile(group.nodes(), ranges(all), this).map(List::of);
  }

  final Primitives primitives() {
    return site.primitives();
  }

  private boolean bySample() {
    return y.dim(0) > 1;
  }

  private int axis() {
    return bySample() ? 0 : 2;
  }

  /** The cut; none if a part cannot stand alone. */
  private List<Tiling.Range> ranges(double operations) {
    List<Tiling.Range> ranges = Tiling.cut(y.dim(axis()), operations);
    boolean standAlone =
        bySample() || ranges.stream().allMatch(r -> axes.get(0).part(r.from(), r.to()).isPresent());
    return standAlone ? ranges : Tiling.cut(y.dim(axis()), 0);
  }

  private SpatialAxis first(Tiling.Range range) {
    SpatialAxis whole = axes.get(0);
    return bySample() || range.length() == y.dim(2)
        ? whole
        : whole.part(range.from(), range.to()).orElseThrow();
  }

  /** The axes for the part of the input that a range needs. */
  final List<SpatialAxis> axes(Tiling.Range range) {
    List<SpatialAxis> local = new ArrayList<>(axes);
    local.set(0, first(range));
    return local;
  }

  final View source(Tiling.Range range) {
    if (range.length() == y.dim(axis())) {
      return x;
    }
    return bySample()
        ? x.slice(0, range.from(), range.length())
        : x.slice(2, axes.get(0).first(range.from()), first(range).in());
  }

  final View target(Tiling.Range range) {
    return y.slice(axis(), range.from(), range.length());
  }

  final PostOps postOps(Tiling.Range range) {
    return postOps.slice(axis(), range.from(), range.length());
  }

  @Override
  public final Object key(Tiling.Range range) {
    return List.of(range.length(), first(range));
  }

  @Override
  public final List<Step.Arg> args(Tiling.Range range) {
    List<Step.Arg> args = new ArrayList<>();
    args.add(primitives().arg(dnnl.DNNL_ARG_SRC, source(range)));
    args.add(primitives().arg(dnnl.DNNL_ARG_DST, target(range)));
    args.addAll(postOps(range).args(primitives()));
    return args;
  }
}
