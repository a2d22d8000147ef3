package dev.keraunos.engine.onednn;

import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.global.dnnl;

/** {@link Op.Softmax} and {@link Op.Standardize} over the last axes, cut by rows. */
final class Normalization implements Tiling.Work {
  /** An element costs as much as this many of an elementwise operation. */
  private static final int PASSES = 3;

  /** Describes the primitive for rows of elements. */
  private interface Kind {
    Optional<Call> call(dnnl_memory_desc rows);
  }

  private final Primitives primitives;
  private final View x;
  private final View y;
  private final Kind kind;

  private Normalization(Site site, Group group, List<Integer> axes, Kind kind) {
    this.primitives = site.primitives();
    Shape shape = site.shape(group.output());
    long rows = shape.size(0, shape.rank() - axes.size());
    this.x = site.view(group.anchor().inputs().get(0)).reshape(rows, shape.size() / rows);
    this.y = site.view(group.output()).reshape(rows, shape.size() / rows);
    this.kind = kind;
  }

  static Optional<List<Step>> softmax(Group group, Site site) {
    Op.Softmax op = (Op.Softmax) group.anchor().op();
    boolean exact = site.finite(group.anchor().inputs().get(0)) && !op.log();
    if (!exact || !areLast(op.axes(), site.shape(group.output()))) {
      return Optional.empty();
    }
    Primitives primitives = site.primitives();
    Kind kind =
        rows ->
            primitives.call(
                description ->
                    dnnl.dnnl_softmax_forward_primitive_desc_create(
                        description,
                        Library.engine(),
                        dnnl.dnnl_forward_inference,
                        dnnl.dnnl_softmax_accurate,
                        rows,
                        rows,
                        1,
                        primitives.attributes(PostOps.NONE)));
    return new Normalization(site, group, op.axes(), kind).steps(group);
  }

  static Optional<List<Step>> standardize(Group group, Site site) {
    Op.Standardize op = (Op.Standardize) group.anchor().op();
    if (!areLast(op.axes(), site.shape(group.output()))) {
      return Optional.empty();
    }
    Primitives primitives = site.primitives();
    Kind kind =
        rows ->
            primitives.call(
                description ->
                    dnnl.dnnl_layer_normalization_forward_primitive_desc_create(
                        description,
                        Library.engine(),
                        dnnl.dnnl_forward_inference,
                        rows,
                        rows,
                        (dnnl_memory_desc) null,
                        (float) op.epsilon(),
                        dnnl.dnnl_normalization_flags_none,
                        primitives.attributes(PostOps.NONE)));
    return new Normalization(site, group, op.axes(), kind).steps(group);
  }

  /** Whether these are the last axes of a shape. */
  static boolean areLast(List<Integer> axes, Shape shape) {
    return axes.equals(IntStream.range(shape.rank() - axes.size(), shape.rank()).boxed().toList());
  }

  private Optional<List<Step>> steps(Group group) {
    double operations = PASSES * Tiling.MOVED_ELEMENT * y.size();
    return Tiling.tile(group.nodes(), Tiling.cut(y.dim(0), operations), this).map(List::of);
  }

  @Override
  public Object key(Tiling.Range range) {
    return range.length();
  }

  @Override
  public Optional<Call> call(Tiling.Range range) {
    return kind.call(primitives.layout(x.slice(0, range.from(), range.length())));
  }

  @Override
  public List<Step.Arg> args(Tiling.Range range) {
    return List.of(
        primitives.arg(dnnl.DNNL_ARG_SRC, x.slice(0, range.from(), range.length())),
        primitives.arg(dnnl.DNNL_ARG_DST, y.slice(0, range.from(), range.length())));
  }
}
