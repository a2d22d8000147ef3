package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.primitive.Call;
import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.PostOps;
import dev.keraunos.engine.onednn.internal.primitive.Primitives;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.engine.onednn.internal.step.Place;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/**
 * {@link Op.Rnn} with the activations that oneDNN's cells have, cut by samples. Gates are in the
 * order of Keras in both. Masked steps are taken out before and put back behind it, see {@link
 * CountedSteps}. Of the steps that it computes in their place the last states are of no use; where
 * the cell state of an LSTM is asked for, one more feature opens its forget gate and shuts its
 * input gate there, so that it stays.
 */
final class Recurrent implements Tiling.Work {
  /** Fewer samples than this do not share the weights well. */
  private static final long SAMPLES_PER_TILE = 8;

  /** So many parts of a sequence keep two recurrences busy, one behind the other. */
  private static final long PARTS = 16;

  /** Shorter parts cost more than they bring. */
  private static final long STEPS_PER_PART = 4;

  /** What shuts or opens a gate for any state: its sigmoid is 0 or 1. */
  private static final double SHUT = 1e4;

  private final Site site;
  private final Node node;
  private final Op.Rnn op;
  private final Shape shape;
  private final long units;
  private final int direction;

  /** (time, batch, features). */
  private final View x;

  /** (time, batch, units), steps in the order of x. */
  private final View sequence;

  /** Of each state before the first step, (batch, units); none where they are zero. */
  private final List<View> before;

  /** Of each state after the last step, (batch, units). */
  private final List<View> after;

  private final View kernel;
  private final View bias;

  private Recurrent(
      Site site, Node node, View given, View sequence, List<View> before, List<View> after) {
    this.site = site;
    this.node = node;
    this.op = (Op.Rnn) node.op();
    this.shape = Shape.of(given.dims());
    this.units = site.shape(node.inputs().get(2)).dim(0);
    this.direction =
        op.recurrence().reverse() && !op.mask()
            ? dnnl.dnnl_unidirectional_right2left
            : dnnl.dnnl_unidirectional_left2right;
    this.x = given.permute(1, 0, 2);
    this.sequence = sequence.permute(1, 0, 2);
    this.before = before;
    this.after = after;
    View own = site.view(node.inputs().get(1));
    this.kernel = given.dim(2) > own.dim(0) ? withGatesShut(own) : own;
    this.bias = bias();
  }

  static Optional<List<Step>> lower(Group group, Site site) {
    Node node = group.anchor();
    Op.Rnn op = (Op.Rnn) node.op();
    int weights = op.bias() ? 4 : 3;
    boolean constant =
        node.inputs().subList(1, weights).stream().allMatch(w -> site.constant(w).isPresent());
    if (!constant || !hasCell(op, site.finite(node))) {
      return Optional.empty();
    }
    return op.mask() ? masked(site, node) : unmasked(site, node);
  }

  private static Optional<List<Step>> unmasked(Site site, Node node) {
    Op.Recurrence recurrence = ((Op.Rnn) node.op()).recurrence();
    boolean direct = recurrence.sequence() && !recurrence.reverse();
    View result = direct ? site.view(node.outputs().get(0)) : sequence(site, node);
    List<View> after = node.outputs().stream().skip(1).map(site::view).toList();
    View x = site.view(node.inputs().get(0));
    List<Step> steps = new ArrayList<>();
    List<View> before = initialStates(site, node);
    for (Tiling.Range part : parts(site, node, x)) {
      List<View> then = part.to() == x.dim(1) ? after : statesOf(site, after);
      View given = x.slice(1, part.from(), part.length());
      View gives = result.slice(1, part.from(), part.length());
      Optional<Step> step = new Recurrent(site, node, given, gives, before, then).step();
      if (step.isEmpty()) {
        return Optional.empty();
      }
      steps.add(step.get());
      before = then;
    }
    if (!direct) {
      steps.add(pick(site, node, result));
    }
    return Optional.of(steps);
  }

  /** One part, or several where another recurrence can run one part behind or ahead. */
  private static List<Tiling.Range> parts(Site site, Node node, View x) {
    boolean cut = site.isStacked(node) && x.dim(0) < 2 * SAMPLES_PER_TILE;
    return Tiling.parts(x.dim(1), cut ? Math.min(PARTS, x.dim(1) / STEPS_PER_PART) : 1);
  }

  private static List<View> initialStates(Site site, Node node) {
    Op.Rnn op = (Op.Rnn) node.op();
    int first = op.bias() ? 4 : 3;
    return op.initialState()
        ? node.inputs().subList(first, first + op.cell().states()).stream().map(site::view).toList()
        : List.of();
  }

  private static List<View> statesOf(Site site, List<View> like) {
    return like.stream().map(view -> site.scratch(view.size()).reshape(view.dims())).toList();
  }

  private static Optional<List<Step>> masked(Site site, Node node) {
    Op.Rnn op = (Op.Rnn) node.op();
    boolean keepsCell = node.outputs().stream().skip(2).anyMatch(site::isRead);
    View x = site.view(node.inputs().get(0));
    View mask = site.view(node.inputs().get(op.maskIndex()));
    if (mask.dtype() != DType.BOOL) {
      return Optional.empty();
    }
    Shape marked = Shape.of(x.dim(0), x.dim(1), x.dim(2) + (keepsCell ? 1 : 0));
    View counted = site.scratch(marked.size()).reshape(marked.toArray());
    View states = sequence(site, node);
    Shape state = site.shape(node.outputs().get(1));
    List<View> after = new ArrayList<>();
    after.add(site.scratch(state.size()).reshape(state.toArray()));
    node.outputs().stream().skip(2).map(site::view).forEach(after::add);
    List<View> behind = new ArrayList<>(List.of(states, mask));
    if (op.initialState()) {
      behind.add(site.view(node.inputs().get(op.bias() ? 4 : 3)));
    }
    return new Recurrent(site, node, counted, states, initialStates(site, node), after)
        .step()
        .map(
            step ->
                List.of(
                    function(
                        new CountedSteps.Gathered(op.recurrence().reverse(), keepsCell),
                        List.of(x, mask),
                        counted),
                    step,
                    function(
                        new CountedSteps.Outputs(op.recurrence()),
                        behind,
                        site.view(node.outputs().get(0))),
                    function(
                        new CountedSteps.LastState(), behind, site.view(node.outputs().get(1)))));
  }

  private static Step function(Op.Call.Function function, List<View> in, View out) {
    return new Step.Reference(List.of(), new Op.Call(function), in, List.of(out));
  }

  /** Memory for (batch, time, units). */
  private static View sequence(Site site, Node node) {
    Shape x = site.shape(node.inputs().get(0));
    Shape all = Shape.of(x.dim(0), x.dim(1), site.shape(node.inputs().get(2)).dim(0));
    return site.scratch(all.size()).reshape(all.toArray());
  }

  private Optional<Step> step() {
    double products = 2.0 * op.cell().gates() * (shape.dim(2) + units);
    double operations = products * shape.dim(0) * shape.dim(1) * units;
    long beside = site.recurrencesOf(node.inputs().get(0));
    double most = Tiling.TILE_OPERATIONS * shape.dim(0) / SAMPLES_PER_TILE / beside;
    List<Tiling.Range> ranges = Tiling.cut(shape.dim(0), Math.min(operations, most));
    return Tiling.tile(List.of(node), ranges, this);
  }

  private static boolean hasCell(Op.Rnn op, boolean finite) {
    UnaryKind activation = op.activation().kind();
    if (op.cell() == Op.Rnn.Cell.SIMPLE_RNN) {
      return activation(op).isPresent() && (finite || activation != UnaryKind.RELU);
    }
    return activation == UnaryKind.TANH && op.recurrentActivation().kind() == UnaryKind.SIGMOID;
  }

  private static Optional<Integer> activation(Op.Rnn op) {
    return switch (op.activation().kind()) {
      case TANH -> Optional.of(dnnl.dnnl_eltwise_tanh);
      case RELU -> Optional.of(dnnl.dnnl_eltwise_relu);
      case SIGMOID -> Optional.of(dnnl.dnnl_eltwise_logistic);
      default -> Optional.empty();
    };
  }

  /** What the node gives first, from the sequence in the order of x. */
  private static Step pick(Site site, Node node, View all) {
    Op.Rnn op = (Op.Rnn) node.op();
    boolean reverse = op.recurrence().reverse();
    View result = site.view(node.outputs().get(0));
    if (op.recurrence().sequence()) {
      Op flip = new Op.Slice(List.of(Range.ALL, Range.REVERSED, Range.ALL));
      return new Step.Reference(List.of(), flip, List.of(all), List.of(result));
    }
    long last = reverse ? 0 : all.dim(1) - 1;
    Op slice = new Op.Slice(List.of(Range.ALL, Range.of(last, last + 1), Range.ALL));
    View step = result.insert(1);
    return new Step.Reference(List.of(), slice, List.of(all), List.of(step));
  }

  // ---- Operands ------------------------------------------------------------------------------

  /** A kernel (inputs, gates·units) as oneDNN has it: (1, 1, inputs, gates, units). */
  private View weights(int input) {
    View weights = input == 1 ? kernel : site.view(node.inputs().get(input));
    return weights.reshape(1, 1, weights.dim(0), op.cell().gates(), units);
  }

  /** The kernel of an LSTM with one more row, which keeps the cell state. */
  private View withGatesShut(View kernel) {
    Tensor weights = site.constant(node.inputs().get(1)).orElseThrow();
    Tensor more = Tensor.zeros(DType.FLOAT32, kernel.dim(0) + 1, kernel.dim(1));
    more.copyFrom(0, weights, 0, weights.size());
    for (long i = 0; i < units; i++) {
      more.setDouble(weights.size() + i, -SHUT);
      more.setDouble(weights.size() + units + i, SHUT);
    }
    return View.of(new Place.Constant(more), DType.FLOAT32, more.shape());
  }

  /** The bias (1, 1, gates, units), or four of a gated unit that resets after the product. */
  private View bias() {
    boolean four = op.cell() == Op.Rnn.Cell.GRU_RESET_AFTER;
    int gates = four ? 4 : op.cell().gates();
    if (op.bias() && !four) {
      return site.view(node.inputs().get(3)).reshape(1, 1, gates, units);
    }
    float[] values = new float[Math.toIntExact(gates * units)];
    if (op.bias()) {
      resetAfter(site.constant(node.inputs().get(3)).orElseThrow().toFloatArray(), values);
    }
    Place place = new Place.Constant(Tensor.of(values));
    return View.of(place, DType.FLOAT32, Shape.of(1, 1, gates, units));
  }

  /** Biases of input and state add up, but those of the candidate h stay apart: z, r, h, h. */
  private void resetAfter(float[] keras, float[] target) {
    int n = (int) units;
    for (int i = 0; i < 2 * n; i++) {
      target[i] = keras[i] + keras[3 * n + i];
    }
    System.arraycopy(keras, 2 * n, target, 2 * n, n);
    System.arraycopy(keras, 5 * n, target, 3 * n, n);
  }

  /** A state (batch, units) of some samples as (1, 1, batch, units). */
  private static View state(View view, Tiling.Range range) {
    return view.slice(0, range.from(), range.length()).insert(0).insert(0);
  }

  private Optional<View> before(int state, Tiling.Range range) {
    return before.isEmpty() ? Optional.empty() : Optional.of(state(before.get(state), range));
  }

  private View after(int state, Tiling.Range range) {
    return state(after.get(state), range);
  }

  private static View samples(View sequence, Tiling.Range range) {
    return sequence.slice(1, range.from(), range.length());
  }

  // ---- Primitives ----------------------------------------------------------------------------

  @Override
  public Optional<Call> call(Tiling.Range range) {
    return site.primitives()
        .describeAny(description -> describe(description, range))
        .map(description -> site.primitives().create(description, constants(description)));
  }

  private int describe(dnnl_primitive_desc made, Tiling.Range range) {
    Layouts layouts = new Layouts(range);
    return switch (op.cell()) {
      case SIMPLE_RNN -> simple(made, layouts);
      case LSTM -> lstm(made, layouts);
      case GRU -> gated(made, layouts, dnnl::dnnl_gru_forward_primitive_desc_create);
      case GRU_RESET_AFTER ->
          gated(made, layouts, dnnl::dnnl_lbr_gru_forward_primitive_desc_create);
    };
  }

  private int simple(dnnl_primitive_desc made, Layouts l) {
    return dnnl.dnnl_vanilla_rnn_forward_primitive_desc_create(
        made,
        Library.engine(),
        dnnl.dnnl_forward_inference,
        activation(op).orElseThrow(),
        direction,
        l.source,
        l.before,
        l.kernel,
        l.recurrent,
        l.bias,
        l.target,
        l.after,
        0,
        slope(),
        0,
        l.attributes);
  }

  private int lstm(dnnl_primitive_desc made, Layouts l) {
    return dnnl.dnnl_lstm_forward_primitive_desc_create(
        made,
        Library.engine(),
        dnnl.dnnl_forward_inference,
        direction,
        l.source,
        l.before,
        l.cellBefore(),
        l.kernel,
        l.recurrent,
        null,
        null,
        l.bias,
        l.target,
        l.after,
        l.cellAfter(),
        0,
        l.attributes);
  }

  /** The function of oneDNN for either gated unit. */
  private interface GatedCreation {
    int create(
        dnnl_primitive_desc made,
        dnnl_engine engine,
        int kind,
        int direction,
        dnnl_memory_desc source,
        dnnl_memory_desc before,
        dnnl_memory_desc kernel,
        dnnl_memory_desc recurrent,
        dnnl_memory_desc bias,
        dnnl_memory_desc target,
        dnnl_memory_desc after,
        int flags,
        dnnl_primitive_attr attributes);
  }

  private int gated(dnnl_primitive_desc made, Layouts l, GatedCreation creation) {
    return creation.create(
        made,
        Library.engine(),
        dnnl.dnnl_forward_inference,
        direction,
        l.source,
        l.before,
        l.kernel,
        l.recurrent,
        l.bias,
        l.target,
        l.after,
        0,
        l.attributes);
  }

  private float slope() {
    return (float) op.activation().alpha();
  }

  /** The layouts of all operands for a range of samples. */
  private final class Layouts {
    final Tiling.Range range;
    final Primitives primitives = site.primitives();
    final dnnl_memory_desc source;
    final dnnl_memory_desc target;
    final dnnl_memory_desc kernel = primitives.any(weights(1).dims());
    final dnnl_memory_desc recurrent = primitives.any(weights(2).dims());
    final dnnl_memory_desc bias = primitives.layout(Recurrent.this.bias);
    final dnnl_memory_desc before;
    final dnnl_memory_desc after;
    final dnnl_primitive_attr attributes = primitives.attributes(PostOps.NONE);

    Layouts(Tiling.Range range) {
      this.range = range;
      this.source = primitives.layout(samples(x, range));
      this.target = primitives.layout(samples(sequence, range));
      this.before = Recurrent.this.before(0, range).map(primitives::layout).orElse(null);
      this.after = primitives.layout(Recurrent.this.after(0, range));
    }

    dnnl_memory_desc cellBefore() {
      return Recurrent.this.before(1, range).map(primitives::layout).orElse(null);
    }

    dnnl_memory_desc cellAfter() {
      return primitives.layout(Recurrent.this.after(1, range));
    }
  }

  private List<Step.Arg> constants(dnnl_primitive_desc description) {
    Primitives primitives = site.primitives();
    List<Step.Arg> args = new ArrayList<>();
    dnnl_memory_desc kernel = primitives.wanted(description, dnnl.dnnl_query_weights_md, 0);
    dnnl_memory_desc recurrent = primitives.wanted(description, dnnl.dnnl_query_weights_md, 1);
    args.add(primitives.packed(dnnl.DNNL_ARG_WEIGHTS_LAYER, weights(1), kernel));
    args.add(primitives.packed(dnnl.DNNL_ARG_WEIGHTS_ITER, weights(2), recurrent));
    args.add(primitives.arg(dnnl.DNNL_ARG_BIAS, bias));
    return args;
  }

  @Override
  public List<Step.Arg> args(Tiling.Range range) {
    Primitives primitives = site.primitives();
    List<Step.Arg> args = new ArrayList<>();
    args.add(primitives.arg(dnnl.DNNL_ARG_SRC_LAYER, samples(x, range)));
    args.add(primitives.arg(dnnl.DNNL_ARG_DST_LAYER, samples(sequence, range)));
    int[] sources = {dnnl.DNNL_ARG_SRC_ITER, dnnl.DNNL_ARG_SRC_ITER_C};
    int[] targets = {dnnl.DNNL_ARG_DST_ITER, dnnl.DNNL_ARG_DST_ITER_C};
    for (int i = 0; i < op.cell().states(); i++) {
      int source = sources[i];
      before(i, range).ifPresent(view -> args.add(primitives.arg(source, view)));
      args.add(primitives.arg(targets[i], after(i, range)));
    }
    return args;
  }
}
