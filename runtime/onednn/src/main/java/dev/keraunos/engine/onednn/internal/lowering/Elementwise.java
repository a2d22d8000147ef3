package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.primitive.Call;
import dev.keraunos.engine.onednn.internal.primitive.Eltwise;
import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.PostOps;
import dev.keraunos.engine.onednn.internal.primitive.Primitives;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.dnnl.global.dnnl;

/**
 * {@link Op.Unary} and {@link Op.Binary}, cut along the first of the collapsed axes. Rows beside a
 * vector are given to oneDNN as the positions of an image, for which it reads the vector as such.
 */
final class Elementwise implements Tiling.Work {
  private final Site site;
  private final Node node;
  private final List<View> operands;
  private final View y;
  private final PostOps postOps;

  /** The axis that is cut. */
  private final int axis;

  private Elementwise(
      Site site, Node node, List<View> operands, View y, PostOps postOps, int axis) {
    this.axis = axis;
    this.site = site;
    this.node = node;
    this.operands = operands;
    this.y = y;
    this.postOps = postOps;
  }

  static Optional<List<Step>> lower(Group group, Site site) {
    Node node = group.anchor();
    Shape result = site.shape(group.output());
    List<View> read = new ArrayList<>();
    for (Node each : group.nodes()) {
      each.inputs().forEach(input -> read.add(site.view(input)));
    }
    Collapse collapse = Collapse.of(result, read);
    List<Value> inputs = ordered(node, result, site);
    if (!site.shape(inputs.get(0)).equals(result)) {
      return outer(group, site, collapse, result.rank());
    }
    boolean image =
        besideRows(read.stream().map(view -> collapse.apply(view, result.rank())).toList());
    UnaryOperator<View> orient =
        view -> {
          View own = collapse.apply(view, result.rank());
          return image ? own.insert(0).channelsFirst() : own;
        };
    List<View> operands = inputs.stream().map(site::view).map(orient).toList();
    View y = orient.apply(site.view(group.output()));
    return PostOps.of(group, site, view -> Optional.of(orient.apply(view)))
        .flatMap(
            postOps ->
                new Elementwise(site, node, operands, y, postOps, image ? 2 : 0).steps(group));
  }

  /** Each number of a column times a row, which oneDNN multiplies as matrices. */
  private static Optional<List<Step>> outer(Group group, Site site, Collapse collapse, int rank) {
    Node node = group.anchor();
    List<View> views =
        node.inputs().stream()
            .map(input -> collapse.apply(site.view(input), rank))
            .sorted(Comparator.comparing((View view) -> view.dim(0)).reversed())
            .toList();
    boolean times = node.op() instanceof Op.Binary b && b.kind() == BinaryKind.MULTIPLY;
    boolean crossed =
        views.stream().allMatch(view -> view.rank() == 2 && view.dtype() == DType.FLOAT32)
            && views.get(0).dim(1) == 1
            && views.get(1).dim(0) == 1;
    return times && crossed && group.nodes().size() == 1 && site.finite(node)
        ? Product.lower(
            group,
            site,
            views.get(0),
            views.get(1),
            collapse.apply(site.view(group.output()), rank))
        : Optional.empty();
  }

  /** Whether there are rows, vectors as long as these, and nothing else but numbers. */
  private static boolean besideRows(List<View> views) {
    boolean rows = views.stream().allMatch(view -> view.rank() == 2);
    boolean columns =
        views.stream().anyMatch(view -> view.dim(0) > 1 && view.dim(view.rank() - 1) == 1);
    return rows && !columns && views.stream().anyMatch(view -> view.dim(0) == 1 && view.dim(1) > 1);
  }

  /** The inputs, the one that is not broadcast first if they may change places. */
  private static List<Value> ordered(Node node, Shape result, Site site) {
    List<Value> inputs = node.inputs();
    boolean swap =
        node.op() instanceof Op.Binary binary
            && PostOps.commutes(binary.kind())
            && !site.shape(inputs.get(0)).equals(result);
    return swap ? List.of(inputs.get(1), inputs.get(0)) : inputs;
  }

  private Optional<List<Step>> steps(Group group) {
    double operations = Tiling.MOVED_ELEMENT * y.size();
    return Tiling.tile(group.nodes(), Tiling.cut(y.dim(axis), operations), this).map(List::of);
  }

  private View part(View view, Tiling.Range range) {
    return view.dim(axis) == 1 ? view : view.slice(axis, range.from(), range.length());
  }

  private PostOps postOps(Tiling.Range range) {
    return postOps.slice(axis, range.from(), range.length());
  }

  @Override
  public Optional<Call> call(Tiling.Range range) {
    boolean finite = site.finite(node);
    return node.op() instanceof Op.Unary unary
        ? Eltwise.of(unary, finite).flatMap(function -> unary(function, range))
        : PostOps.algorithm(((Op.Binary) node.op()).kind(), finite)
            .flatMap(algorithm -> binary(algorithm, range));
  }

  private Optional<Call> unary(Eltwise f, Tiling.Range range) {
    Primitives primitives = site.primitives();
    return primitives.call(
        description ->
            dnnl.dnnl_eltwise_forward_primitive_desc_create(
                description,
                Library.engine(),
                dnnl.dnnl_forward_inference,
                f.algorithm(),
                primitives.layout(part(operands.get(0), range)),
                primitives.layout(part(y, range)),
                f.alpha(),
                f.beta(),
                primitives.attributes(postOps(range))));
  }

  private Optional<Call> binary(int algorithm, Tiling.Range range) {
    Primitives primitives = site.primitives();
    return primitives.call(
        description ->
            dnnl.dnnl_binary_primitive_desc_create(
                description,
                Library.engine(),
                algorithm,
                primitives.layout(part(operands.get(0), range)),
                primitives.layout(part(operands.get(1), range)),
                primitives.layout(part(y, range)),
                primitives.attributes(postOps(range))));
  }

  @Override
  public List<Step.Arg> args(Tiling.Range range) {
    Primitives primitives = site.primitives();
    List<Step.Arg> args = new ArrayList<>();
    args.add(primitives.arg(dnnl.DNNL_ARG_SRC_0, part(operands.get(0), range)));
    if (operands.size() > 1) {
      args.add(primitives.arg(dnnl.DNNL_ARG_SRC_1, part(operands.get(1), range)));
    }
    args.add(primitives.arg(dnnl.DNNL_ARG_DST, part(y, range)));
    args.addAll(postOps(range).args(primitives));
    return args;
  }
}
