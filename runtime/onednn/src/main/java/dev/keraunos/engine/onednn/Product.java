package dev.keraunos.engine.onednn;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/**
 * {@link Op.MatMul}, cut along the first axis. With a matrix of weights on the right, the axes
 * before the last of the left operand become one, the result is cut into blocks, and the weights of
 * each are packed.
 */
final class Product implements Tiling.Work {
  /**
   * Below AVX-512 oneDNN's plain product of columns is faster than the one it prefers, if the
   * weights of a block have at least {@link #LARGE} elements.
   */
  private static final String PLAIN = "gemm";

  private static final long LARGE = 1 << 18;

  private final Planner plan;
  private final View a;
  private final View b;
  private final View y;
  private final boolean packed;
  private final Optional<View> bias;
  private final PostOps postOps;

  private Product(
      Planner plan, View a, View b, View y, boolean packed, Optional<View> bias, PostOps postOps) {
    this.plan = plan;
    this.a = a;
    this.b = b;
    this.y = y;
    this.packed = packed;
    this.bias = bias;
    this.postOps = postOps;
  }

  /** The product that a primitive computes together with what follows it. */
  private static Product of(Planner plan, View a, View b, View y, boolean packed, PostOps after) {
    Optional<View> bias = after.bias(y.rank() - 1);
    PostOps rest = bias.isPresent() ? after.withoutFirst() : after;
    return new Product(plan, a, b, y, packed, bias, rest);
  }

  static Optional<List<Step>> lower(Group group, Planner plan) {
    Op.MatMul op = (Op.MatMul) group.anchor().op();
    Value right = group.anchor().inputs().get(1);
    View a = plan.view(group.anchor().inputs().get(0));
    View b = op.transposeB() ? swapped(plan.view(right)) : plan.view(right);
    View y = plan.view(group.output());
    int rank = y.rank();
    if (plan.constant(right).isPresent() && right.rank() == 2 && !op.transposeA()) {
      return PostOps.of(group, plan, operand -> rows(operand, y))
          .flatMap(postOps -> of(plan, rows(a), b, rows(y), true, postOps).steps(group));
    }
    View left = (op.transposeA() ? swapped(a) : a).expand(rank);
    return PostOps.of(group, plan, Optional::of)
        .flatMap(postOps -> of(plan, left, b.expand(rank), y, false, postOps).steps(group));
  }

  private static View swapped(View view) {
    int[] axes = new int[view.rank()];
    Arrays.setAll(axes, i -> i);
    axes[axes.length - 1] = axes.length - 2;
    axes[axes.length - 2] = axes.length - 1;
    return view.permute(axes);
  }

  private static View rows(View view) {
    long columns = view.dim(view.rank() - 1);
    return view.reshape(view.size() / columns, columns);
  }

  /** An operand beside a result taken as rows: the same row for all, or a row for each. */
  private static Optional<View> rows(View operand, View result) {
    boolean one = operand.size() == operand.dim(operand.rank() - 1);
    return one || operand.size() == result.size() ? Optional.of(rows(operand)) : Optional.empty();
  }

  private Optional<List<Step>> steps(Group group) {
    double operations = 2.0 * y.size() * a.dim(a.rank() - 1);
    if (!packed) {
      return Tiling.tile(group.nodes(), Tiling.cut(y.dim(0), operations), this).map(List::of);
    }
    Tiling.Grid grid = Tiling.grid(y.dim(0), y.dim(1), operations);
    List<Step.Tile> tiles = new ArrayList<>();
    for (Tiling.Range columns : grid.columns()) {
      Optional<Step> step = Tiling.tile(group.nodes(), grid.rows(), columns(columns));
      if (step.isEmpty()) {
        return Optional.empty();
      }
      tiles.addAll(((Step.Native) step.get()).calls());
    }
    return Optional.of(List.of(new Step.Native(group.nodes(), tiles)));
  }

  /** The product for some columns of the weights. */
  private Product columns(Tiling.Range range) {
    long from = range.from();
    long length = range.length();
    return new Product(
        plan,
        a,
        b.slice(1, from, length),
        y.slice(1, from, length),
        true,
        bias.map(vector -> vector.slice(vector.rank() - 1, from, length)),
        postOps.slice(1, from, length));
  }

  private static View part(View view, Tiling.Range range) {
    return view.dim(0) == 1 ? view : view.slice(0, range.from(), range.length());
  }

  private View right(Tiling.Range range) {
    return b.rank() == 2 ? b : part(b, range);
  }

  @Override
  public Object key(Tiling.Range range) {
    return range.length();
  }

  @Override
  public Optional<Call> call(Tiling.Range range) {
    Primitives primitives = plan.primitives();
    PostOps after = postOps.slice(0, range.from(), range.length());
    Primitives.Creation creation =
        description ->
            dnnl.dnnl_matmul_primitive_desc_create(
                description,
                Library.engine(),
                primitives.layout(part(a, range)),
                packed ? weights() : primitives.layout(right(range)),
                bias.map(this::row).map(primitives::layout).orElse(null),
                primitives.layout(part(y, range)),
                primitives.attributes(after));
    return (isPlain() ? primitives.describe(creation, PLAIN) : primitives.describe(creation))
        .map(description -> primitives.create(description, constants(description)));
  }

  /** The layout of packed weights: the primitive's choice, or columns for a plain product. */
  private dnnl_memory_desc weights() {
    return isPlain()
        ? plan.primitives().plain(dnnl.dnnl_ba, b.dims())
        : plan.primitives().any(b.dims());
  }

  private boolean isPlain() {
    return packed && !Library.hasAvx512() && b.size() >= LARGE;
  }

  /** A vector as a bias: of the result's rank, all axes but the last of length 1. */
  private View row(View vector) {
    return vector.expand(y.rank());
  }

  private List<Step.Arg> constants(dnnl_primitive_desc description) {
    Primitives primitives = plan.primitives();
    List<Step.Arg> constants = new ArrayList<>();
    if (packed) {
      dnnl_memory_desc wanted = primitives.wanted(description, dnnl.dnnl_query_weights_md, 0);
      constants.add(primitives.packed(dnnl.DNNL_ARG_WEIGHTS, b, wanted));
    }
    bias.ifPresent(vector -> constants.add(primitives.arg(dnnl.DNNL_ARG_BIAS, row(vector))));
    return constants;
  }

  @Override
  public List<Step.Arg> args(Tiling.Range range) {
    Primitives primitives = plan.primitives();
    List<Step.Arg> args = new ArrayList<>();
    args.add(primitives.arg(dnnl.DNNL_ARG_SRC, part(a, range)));
    if (!packed) {
      args.add(primitives.arg(dnnl.DNNL_ARG_WEIGHTS, right(range)));
    }
    args.add(primitives.arg(dnnl.DNNL_ARG_DST, part(y, range)));
    args.addAll(postOps.slice(0, range.from(), range.length()).args(primitives));
    return args;
  }
}
