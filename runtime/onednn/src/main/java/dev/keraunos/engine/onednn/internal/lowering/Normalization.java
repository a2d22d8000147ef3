package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.global.dnnl;

/** {@link Op.Softmax} and {@link Op.Standardize} over the last axes, cut by rows. */
final class Normalization {
  /** An element costs as much as this many of an elementwise operation. */
  private static final int PASSES = 3;

  private Normalization() {}

  static Optional<List<Step>> softmax(Group group, Site site) {
    Op.Softmax op = (Op.Softmax) group.anchor().op();
    boolean exact = site.finite(group.anchor().inputs().get(0)) && !op.log();
    return exact
        ? rows(
            group,
            site,
            op.axes(),
            (description, from, to, attributes) ->
                dnnl.dnnl_softmax_forward_primitive_desc_create(
                    description,
                    Library.engine(),
                    dnnl.dnnl_forward_inference,
                    dnnl.dnnl_softmax_accurate,
                    from,
                    to,
                    1,
                    attributes))
        : Optional.empty();
  }

  static Optional<List<Step>> standardize(Group group, Site site) {
    Op.Standardize op = (Op.Standardize) group.anchor().op();
    return rows(
        group,
        site,
        op.axes(),
        (description, from, to, attributes) ->
            dnnl.dnnl_layer_normalization_forward_primitive_desc_create(
                description,
                Library.engine(),
                dnnl.dnnl_forward_inference,
                from,
                to,
                (dnnl_memory_desc) null,
                (float) op.epsilon(),
                dnnl.dnnl_normalization_flags_none,
                attributes));
  }

  /** Work on rows of the elements along some axes, if these are the last. */
  private static Optional<List<Step>> rows(
      Group group, Site site, List<Integer> axes, RowWork.Creation creation) {
    Shape shape = site.shape(group.output());
    if (!areLast(axes, shape)) {
      return Optional.empty();
    }
    long rows = shape.size(0, shape.rank() - axes.size());
    View x = site.view(group.anchor().inputs().get(0)).reshape(rows, shape.size() / rows);
    View y = site.view(group.output()).reshape(rows, shape.size() / rows);
    double operations = PASSES * Tiling.MOVED_ELEMENT * y.size();
    RowWork work = new RowWork(site.primitives(), x, y, creation);
    return Tiling.tile(group.nodes(), Tiling.cut(rows, operations), work).map(List::of);
  }

  private static boolean areLast(List<Integer> axes, Shape shape) {
    return axes.equals(IntStream.range(shape.rank() - axes.size(), shape.rank()).boxed().toList());
  }
}
