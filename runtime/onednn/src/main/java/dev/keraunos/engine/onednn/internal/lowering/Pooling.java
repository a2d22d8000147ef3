package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.primitive.Call;
import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.PostOps;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;

/** {@link Op.Pool}. */
final class Pooling extends SlidingWork {
  private final int algorithm;

  private Pooling(Site site, Group group, List<SpatialAxis> axes, PostOps postOps, int algorithm) {
    super(site, group, axes, postOps);
    this.algorithm = algorithm;
  }

  static Optional<List<Step>> lower(Group group, Site site) {
    Op.Pool op = (Op.Pool) group.anchor().op();
    Shape x = site.shape(group.anchor().inputs().get(0));
    Shape y = site.shape(group.output());
    if (op.size().size() > 3 || (op.max() && !site.finite(group.anchor()))) {
      return Optional.empty();
    }
    List<SpatialAxis> axes = new ArrayList<>();
    for (int i = 0; i < op.size().size(); i++) {
      int size = op.size().get(i);
      int stride = op.strides().get(i);
      axes.add(SpatialAxis.Window.of(op.padding(), i, x.dim(i + 1), y.dim(i + 1), size, stride, 1));
    }
    int algorithm = op.max() ? dnnl.dnnl_pooling_max : dnnl.dnnl_pooling_avg_exclude_padding;
    double operations = Tiling.MOVED_ELEMENT * x.size();
    return orient(group, site)
        .flatMap(postOps -> new Pooling(site, group, axes, postOps, algorithm).steps(operations));
  }

  @Override
  public Optional<Call> call(Tiling.Range range) {
    List<SpatialAxis> local = axes(range);
    return primitives()
        .call(
            description ->
                dnnl.dnnl_pooling_forward_primitive_desc_create(
                    description,
                    Library.engine(),
                    dnnl.dnnl_forward_inference,
                    algorithm,
                    primitives().layout(source(range)),
                    primitives().layout(target(range)),
                    SpatialAxis.each(local, SpatialAxis::stride),
                    SpatialAxis.each(local, SpatialAxis::extent),
                    new long[local.size()],
                    SpatialAxis.each(local, SpatialAxis::before),
                    SpatialAxis.each(local, SpatialAxis::after),
                    primitives().attributes(postOps(range))));
  }
}
