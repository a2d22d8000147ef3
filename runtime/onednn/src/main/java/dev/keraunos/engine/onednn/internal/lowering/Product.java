package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.primitive.BlockWeights;
import dev.keraunos.engine.onednn.internal.primitive.Call;
import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.PostOps;
import dev.keraunos.engine.onednn.internal.primitive.Primitives;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;

/** {@link Op.MatMul}, cut along the first axis; by {@link Dense} if its right side is weights. */
final class Product implements Tiling.Work {
  private final Site site;
  private final View a;
  private final View b;
  private final View y;
  private final Optional<View> bias;
  private final PostOps postOps;

  private Product(Site site, View a, View b, View y, PostOps after) {
    this.site = site;
    this.a = a;
    this.b = b;
    this.y = y;
    this.bias = after.bias(y.rank() - 1, y.dim(y.rank() - 1));
    this.postOps = bias.isPresent() ? after.withoutFirst() : after;
  }

  static Optional<List<Step>> lower(Group group, Site site) {
    Op.MatMul op = (Op.MatMul) group.anchor().op();
    Value right = group.anchor().inputs().get(1);
    View a = site.view(group.anchor().inputs().get(0));
    Optional<List<Step>> blocks =
        op.transposeA()
            ? Optional.empty()
            : site.blocks(right, op.transposeB())
                .flatMap(weights -> blocks(group, site, a, weights, op.transposeB()));
    if (blocks.isPresent()) {
      return blocks;
    }
    View b = op.transposeB() ? swapped(site.view(right)) : site.view(right);
    if (site.constant(right).isPresent() && right.rank() == 2 && !op.transposeA()) {
      return Dense.lower(group, site, a, b);
    }
    View y = site.view(group.output());
    return lower(group, site, op.transposeA() ? swapped(a) : a, b, y);
  }

  /** The product of two matrices, or of several of them, and what follows it in the group. */
  static Optional<List<Step>> lower(Group group, Site site, View a, View b, View y) {
    View left = a.expand(y.rank());
    return PostOps.of(group, site, Optional::of)
        .flatMap(postOps -> new Product(site, left, b.expand(y.rank()), y, postOps).steps(group));
  }

  private static Optional<List<Step>> blocks(
      Group group, Site site, View a, BlockWeights weights, boolean transposed) {
    return transposed
        ? Dense.lower(group, site, a, swapped(weights.bytes()), swapped(weights.scales()))
        : Dense.lower(group, site, a, weights.bytes(), weights.scales());
  }

  private static View swapped(View view) {
    int[] axes = new int[view.rank()];
    Arrays.setAll(axes, i -> i);
    axes[axes.length - 1] = axes.length - 2;
    axes[axes.length - 2] = axes.length - 1;
    return view.permute(axes);
  }

  private Optional<List<Step>> steps(Group group) {
    double operations = 2.0 * y.size() * a.dim(a.rank() - 1);
    return Tiling.tile(group.nodes(), Tiling.cut(y.dim(0), operations), this).map(List::of);
  }

  private static View part(View view, Tiling.Range range) {
    return view.dim(0) == 1 ? view : view.slice(0, range.from(), range.length());
  }

  private View right(Tiling.Range range) {
    return b.rank() == 2 ? b : part(b, range);
  }

  @Override
  public Optional<Call> call(Tiling.Range range) {
    Primitives primitives = site.primitives();
    PostOps after = postOps.slice(0, range.from(), range.length());
    return primitives
        .describe(
            description ->
                dnnl.dnnl_matmul_primitive_desc_create(
                    description,
                    Library.engine(),
                    primitives.layout(part(a, range)),
                    primitives.layout(right(range)),
                    bias.map(this::row).map(primitives::layout).orElse(null),
                    primitives.layout(part(y, range)),
                    primitives.attributes(after)))
        .map(description -> primitives.create(description, constants()));
  }

  /** A vector as a bias: of the result's rank, all axes but the last of length 1. */
  private View row(View vector) {
    return vector.expand(y.rank());
  }

  private List<Step.Arg> constants() {
    return bias.map(vector -> site.primitives().arg(dnnl.DNNL_ARG_BIAS, row(vector))).stream()
        .toList();
  }

  @Override
  public List<Step.Arg> args(Tiling.Range range) {
    Primitives primitives = site.primitives();
    List<Step.Arg> args = new ArrayList<>();
    args.add(primitives.arg(dnnl.DNNL_ARG_SRC, part(a, range)));
    args.add(primitives.arg(dnnl.DNNL_ARG_WEIGHTS, right(range)));
    args.add(primitives.arg(dnnl.DNNL_ARG_DST, part(y, range)));
    args.addAll(postOps.slice(0, range.from(), range.length()).args(primitives));
    return args;
  }
}
