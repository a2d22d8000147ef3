package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.primitive.Call;
import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.PackedWeights;
import dev.keraunos.engine.onednn.internal.primitive.PostOps;
import dev.keraunos.engine.onednn.internal.primitive.Primitives;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.graph.Op;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/**
 * {@link Op.MatMul} with a matrix of weights on the right. The axes before the last of the left
 * side become rows, the result is cut into blocks, and the weights of each are packed. Weights of
 * bytes stay bytes, unless oneDNN has nothing that multiplies them with floating numbers.
 */
final class Dense implements Tiling.Work {
  /** The plain product of oneDNN. */
  private static final String PLAIN = "gemm";

  /** What computes the blocks. */
  private enum Form {
    /** The product that oneDNN prefers, weights packed as it likes them. */
    PRODUCT(64, Integer.MAX_VALUE),

    /** The plain product of one row and columns of weights that lie one behind the other. */
    VECTOR(64, 1),

    /**
     * A convolution along the rows, the weights its kernel. It stores whole pixels, so blocks of
     * columns are matrices of their own until they are put side by side. Of more rows it may take
     * several times as long.
     */
    CONVOLUTION(24, 64);

    private final int vector;
    private final int mostRows;

    /**
     * @param vector columns that oneDNN computes together
     * @param mostRows in a block
     */
    Form(int vector, int mostRows) {
      this.vector = vector;
      this.mostRows = mostRows;
    }

    Tiling.Grid grid(View y, double operations) {
      return Tiling.grid(y.dim(0), y.dim(1), operations, vector, mostRows);
    }
  }

  private final Site site;
  private final Form form;
  private final View a;
  private final Weights b;
  private final View y;
  private final Optional<View> bias;
  private final PostOps postOps;

  private Dense(
      Site site, Form form, View a, Weights b, View y, Optional<View> bias, PostOps postOps) {
    this.site = site;
    this.form = form;
    this.a = a;
    this.b = b;
    this.y = y;
    this.bias = bias;
    this.postOps = postOps;
  }

  /**
   * The right side.
   *
   * @param values of inputs and outputs
   * @param packed the type in which they are kept
   * @param scales for each block of inputs, if there are any
   */
  private record Weights(View values, DType packed, Optional<View> scales) {
    static Weights of(View values) {
      return new Weights(values, values.dtype(), Optional.empty());
    }

    Weights columns(long from, long length) {
      return new Weights(
          values.slice(1, from, length), packed, scales.map(view -> view.slice(1, from, length)));
    }

    /** How many inputs share a scale; 0 without scales. */
    long block() {
      return scales.map(view -> values.dim(0) / view.dim(0)).orElse(0L);
    }
  }

  /** The product of a value and a matrix of weights. */
  static Optional<List<Step>> lower(Group group, Site site, View left, View weights) {
    View y = rows(site.view(group.output()));
    View a = rows(left);
    boolean bytes = weights.dtype() == DType.INT8;
    Form form = bytes ? Form.PRODUCT : form(weights, y.dim(0));
    Optional<List<Step>> steps = lower(group, site, form, a, Weights.of(weights), y);
    if (steps.isEmpty() && form != Form.PRODUCT) {
      return lower(group, site, Form.PRODUCT, a, Weights.of(weights), y);
    }
    Weights wide = new Weights(weights, DType.FLOAT32, Optional.empty());
    return steps.isEmpty() && bytes && left.dtype() == DType.FLOAT32
        ? lower(group, site, form(weights, y.dim(0)), a, wide, y)
        : steps;
  }

  /** The same of weights that are bytes with scales. */
  static Optional<List<Step>> lower(Group group, Site site, View left, View bytes, View scales) {
    Weights weights = new Weights(bytes, bytes.dtype(), Optional.of(scales));
    View y = rows(site.view(group.output()));
    return lower(group, site, Form.PRODUCT, rows(left), weights, y);
  }

  /**
   * The fastest for weights and a number of rows. Below AVX-512 what oneDNN prefers takes up to
   * twice as long as others if the weights do not fit a cache.
   */
  private static Form form(View weights, long rows) {
    boolean large = weights.size() * weights.dtype().bytes() > PackedWeights.CACHE;
    if (Library.hasAvx512() || !large) {
      return Form.PRODUCT;
    }
    return rows == 1 ? Form.VECTOR : Form.CONVOLUTION;
  }

  private static Optional<List<Step>> lower(
      Group group, Site site, Form form, View a, Weights b, View y) {
    Function<View, Optional<View>> orient =
        form == Form.CONVOLUTION
            ? operand -> row(operand).map(Dense::pixels)
            : operand -> row(operand).or(() -> rows(operand, y));
    return PostOps.of(group, site, orient)
        .flatMap(
            after -> {
              Optional<View> bias = after.bias(1, y.dim(1));
              PostOps rest = bias.isPresent() ? after.withoutFirst() : after;
              return new Dense(site, form, a, b, y, bias, rest).steps(group);
            });
  }

  private static View rows(View view) {
    long columns = view.dim(view.rank() - 1);
    return view.reshape(view.size() / columns, columns);
  }

  /** An operand that is the same row for all of a result. */
  private static Optional<View> row(View operand) {
    boolean one = operand.size() == operand.dim(operand.rank() - 1);
    return one ? Optional.of(rows(operand)) : Optional.empty();
  }

  /** An operand of a row for each of a result. */
  private static Optional<View> rows(View operand, View y) {
    return operand.size() == y.size() ? Optional.of(rows(operand)) : Optional.empty();
  }

  /** Rows as an image of one axis, channels on axis 1. */
  private static View pixels(View rows) {
    return rows.permute(1, 0).expand(3);
  }

  private Optional<List<Step>> steps(Group group) {
    Tiling.Grid grid = form.grid(y, 2.0 * y.size() * a.dim(1));
    boolean apart = form == Form.CONVOLUTION && grid.columns().size() > 1;
    List<Movement.Copy> copies = new ArrayList<>();
    List<Step.Tile> tiles = new ArrayList<>();
    View blocks = apart ? site.scratch(y.size()) : y;
    for (Tiling.Range range : grid.columns()) {
      View part = y.slice(1, range.from(), range.length());
      View block = apart ? block(blocks, range) : part;
      copies.add(new Movement.Copy(block, part));
      Optional<Step> step = Tiling.tile(group.nodes(), grid.rows(), columns(range, block));
      if (step.isEmpty()) {
        return Optional.empty();
      }
      tiles.addAll(((Step.Native) step.get()).calls());
    }
    List<Step> steps = new ArrayList<>(List.of(new Step.Native(group.nodes(), tiles)));
    if (apart) {
      steps.addAll(Movement.copies(group.nodes(), site, copies).orElseThrow());
    }
    return Optional.of(steps);
  }

  /** The rows of some columns as a matrix of its own. */
  private View block(View blocks, Tiling.Range columns) {
    return blocks
        .slice(0, columns.from() * y.dim(0), columns.length() * y.dim(0))
        .reshape(y.dim(0), columns.length());
  }

  /** The product for some columns of the weights. */
  private Dense columns(Tiling.Range range, View target) {
    long from = range.from();
    long length = range.length();
    return new Dense(
        site,
        form,
        a,
        b.columns(from, length),
        target,
        bias.map(vector -> vector.slice(0, from, length)),
        postOps.slice(1, from, length));
  }

  @Override
  public Optional<Call> call(Tiling.Range range) {
    Primitives primitives = site.primitives();
    return (switch (form) {
          case PRODUCT -> primitives.describe(made -> product(made, range, any()));
          case VECTOR -> primitives.describe(made -> product(made, range, columns()), PLAIN);
          case CONVOLUTION -> primitives.describe(made -> convolution(made, range));
        })
        .map(description -> primitives.create(description, constants(description)));
  }

  private dnnl_memory_desc any() {
    return site.primitives().any(b.packed(), weights().dims());
  }

  private dnnl_memory_desc columns() {
    View values = b.values();
    Shape columns = Shape.of(values.dim(1), values.dim(0));
    return site.primitives().layout(View.of(values.place(), b.packed(), columns).permute(1, 0));
  }

  private int product(dnnl_primitive_desc made, Tiling.Range range, dnnl_memory_desc weights) {
    Primitives primitives = site.primitives();
    boolean widens = a.dtype() == DType.FLOAT32 && b.packed() == DType.INT8;
    return dnnl.dnnl_matmul_primitive_desc_create(
        made,
        Library.engine(),
        primitives.layout(source(range)),
        weights,
        bias().map(primitives::layout).orElse(null),
        primitives.layout(target(range)),
        widens
            ? primitives.widening(after(range), b.block())
            : primitives.attributes(after(range)));
  }

  private int convolution(dnnl_primitive_desc made, Tiling.Range range) {
    Primitives primitives = site.primitives();
    return dnnl.dnnl_convolution_forward_primitive_desc_create(
        made,
        Library.engine(),
        dnnl.dnnl_forward_inference,
        dnnl.dnnl_convolution_direct,
        primitives.layout(source(range)),
        any(),
        bias().map(primitives::layout).orElse(null),
        primitives.layout(target(range)),
        new long[] {1},
        new long[] {0},
        new long[] {0},
        new long[] {0},
        primitives.attributes(after(range)));
  }

  private View source(Tiling.Range range) {
    return oriented(a.slice(0, range.from(), range.length()));
  }

  private View target(Tiling.Range range) {
    return oriented(y.slice(0, range.from(), range.length()));
  }

  private View oriented(View rows) {
    return form == Form.CONVOLUTION ? pixels(rows) : rows;
  }

  private View weights() {
    return form == Form.CONVOLUTION ? b.values().permute(1, 0).insert(2) : b.values();
  }

  private Optional<View> bias() {
    return form == Form.CONVOLUTION ? bias : bias.map(vector -> vector.expand(2));
  }

  private PostOps after(Tiling.Range range) {
    return postOps.slice(0, range.from(), range.length());
  }

  private List<Step.Arg> constants(dnnl_primitive_desc description) {
    Primitives primitives = site.primitives();
    List<Step.Arg> constants = new ArrayList<>();
    dnnl_memory_desc wanted = primitives.wanted(description, dnnl.dnnl_query_weights_md, 0);
    constants.add(primitives.packed(dnnl.DNNL_ARG_WEIGHTS, weights(), wanted));
    int scale = dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_WEIGHTS;
    b.scales().ifPresent(view -> constants.add(primitives.rowMajor(scale, view)));
    bias().ifPresent(vector -> constants.add(primitives.arg(dnnl.DNNL_ARG_BIAS, vector)));
    return constants;
  }

  @Override
  public List<Step.Arg> args(Tiling.Range range) {
    Primitives primitives = site.primitives();
    List<Step.Arg> args = new ArrayList<>();
    args.add(primitives.arg(dnnl.DNNL_ARG_SRC, source(range)));
    args.add(primitives.arg(dnnl.DNNL_ARG_DST, target(range)));
    args.addAll(after(range).args(primitives));
    return args;
  }
}
