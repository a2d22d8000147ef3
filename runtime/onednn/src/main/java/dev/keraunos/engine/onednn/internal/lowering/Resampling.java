package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;

/** {@link Op.Resize} where oneDNN samples the same places, cut by samples. */
final class Resampling {
  private Resampling() {}

  static Optional<List<Step>> lower(Group group, Site site) {
    Op.Resize op = (Op.Resize) group.anchor().op();
    Shape from = site.shape(group.anchor().inputs().get(0));
    Shape to = site.shape(group.output());
    boolean nearest = op.interpolation() == Interpolation.NEAREST && multiplies(from, to);
    boolean linear = op.interpolation() == Interpolation.BILINEAR && grows(from, to);
    if (!nearest && !linear) {
      return Optional.empty();
    }
    View x = site.view(group.anchor().inputs().get(0)).channelsFirst();
    View y = site.view(group.output()).channelsFirst();
    int algorithm = nearest ? dnnl.dnnl_resampling_nearest : dnnl.dnnl_resampling_linear;
    RowWork work =
        new RowWork(
            site.primitives(),
            x,
            y,
            (description, source, target, attributes) ->
                dnnl.dnnl_resampling_forward_primitive_desc_create(
                    description,
                    Library.engine(),
                    dnnl.dnnl_forward_inference,
                    algorithm,
                    (float[]) null,
                    source,
                    target,
                    attributes));
    double operations = 2 * Tiling.MOVED_ELEMENT * y.size();
    return Tiling.tile(group.nodes(), Tiling.cut(y.dim(0), operations), work).map(List::of);
  }

  /** Whether no source lies between two pixels, where rounding decides. */
  private static boolean multiplies(Shape from, Shape to) {
    return to.dim(1) % from.dim(1) == 0 && to.dim(2) % from.dim(2) == 0;
  }

  /** Whether antialiasing makes no difference. */
  private static boolean grows(Shape from, Shape to) {
    return to.dim(1) >= from.dim(1) && to.dim(2) >= from.dim(2);
  }
}
