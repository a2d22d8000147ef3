package dev.keraunos.graph.internal.axis;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which axis of every value counts the samples of a batch, followed from where they come in. A
 * value either does not depend on the batch, or holds the same number of rows of each sample along
 * an axis, in order, each of which depends on no other sample; else it couples samples.
 */
public final class Samples {
  /**
   * How samples lie in a value.
   *
   * @param axis that counts them
   * @param each entries of the axis for each sample; {@link #SOME} where it is not known
   */
  private record Rows(int axis, long each) {
    private static final long SOME = 0;

    /** Rows that are those of both; coupled if they cannot be. */
    Rows and(Rows other) {
      boolean agree = each == other.each || each == SOME || other.each == SOME;
      return axis == other.axis && agree ? new Rows(axis, Math.max(each, other.each)) : COUPLED;
    }
  }

  private static final Rows COUPLED = new Rows(AxisFlow.NONE, Rows.SOME);

  private final Map<Value, Optional<Rows>> found = new HashMap<>();

  /** Follows the samples that the first axis of these values counts. */
  public Samples(Collection<Value> batches) {
    batches.forEach(batch -> found.put(batch, Optional.of(new Rows(0, 1))));
  }

  /** The values of a graph that depend on what its inputs hold, or on their shapes. */
  public static Set<Value> dependent(Graph graph) {
    Set<Value> dependent = new HashSet<>(graph.inputs());
    for (Node node : graph.nodes()) {
      if (node.inputs().stream().anyMatch(dependent::contains)) {
        dependent.addAll(node.outputs());
      }
    }
    return dependent;
  }

  /**
   * Whether all inputs of a graph are batches and a batch of them may be run in parts: the outputs
   * of the parts, one after the other, are those of the whole.
   */
  public static boolean independent(Graph graph) {
    boolean batched =
        graph.inputs().stream().allMatch(input -> input.rank() > 0 && !input.shape().isKnown(0));
    return batched && !graph.inputs().isEmpty() && independent(graph, graph.inputs());
  }

  /**
   * Whether the steps of a recurrence treat samples independently that the sequence, the states and
   * an input count.
   */
  static boolean keeps(Op.Scan scan, int input) {
    Set<Value> counted = new HashSet<>(scan.body().inputs().subList(0, 1 + scan.states()));
    stepInput(scan, input).ifPresent(counted::add);
    return new Samples(counted).keeps(scan.body());
  }

  /** What an input of a recurrence is in its steps; empty for the mask. */
  private static Optional<Value> stepInput(Op.Scan scan, int input) {
    int mask = scan.mask() ? 1 + scan.states() : Integer.MAX_VALUE;
    return input == mask
        ? Optional.empty()
        : Optional.of(scan.body().inputs().get(input < mask ? input : input - 1));
  }

  /** Whether the first axis of all outputs counts samples. */
  private boolean keeps(Graph graph) {
    return graph.outputs().values().stream()
        .allMatch(output -> rows(output).map(Rows::axis).equals(Optional.of(0)));
  }

  private static boolean independent(Graph graph, Collection<Value> batches) {
    Samples samples = new Samples(batches);
    return graph.nodes().stream().allMatch(samples::divides) && samples.keeps(graph);
  }

  /** Some samples of tensors that hold the same number of rows of each along their first axis. */
  public static List<Tensor> rows(List<Tensor> tensors, long samples, long from, long to) {
    List<Tensor> rows = new ArrayList<>();
    for (Tensor tensor : tensors) {
      long each = tensor.shape().dim(0) / samples;
      rows.add(tensor.rows(from * each, to * each));
    }
    return rows;
  }

  /** True if an entry of the value depends on several samples. */
  public boolean couples(Value value) {
    return rows(value).equals(Optional.of(COUPLED));
  }

  private Optional<Rows> rows(Value value) {
    Optional<Rows> known = found.get(value);
    if (known == null) {
      Node node = value.producer();
      known =
          IntStream.range(0, node.inputs().size())
              .mapToObj(input -> through(node, input, value))
              .flatMap(Optional::stream)
              .reduce(Rows::and);
      found.put(value, known);
    }
    return known;
  }

  /** What an input makes of the rows of an output; empty if it has no part in them. */
  private Optional<Rows> through(Node node, int input, Value output) {
    Optional<Rows> in = rows(node.inputs().get(input));
    if (in.isEmpty() || in.get().equals(COUPLED)) {
      return in;
    }
    int axis = in.get().axis();
    int[] targets = AxisFlow.targets(node, input, axis, output.index());
    List<Dim> dims = AxisFlow.dims(node.op());
    long lent = dims.stream().filter(new Dim.Same(input, axis)::equals).count();
    if (targets.length == 0 && lent == 0 && !AxisFlow.reads(node.op(), input)) {
      return Optional.empty();
    }
    boolean kept =
        targets.length == 1
            && (lent == 0 || (lent == 1 && dims.indexOf(new Dim.Same(input, axis)) == targets[0]));
    return Optional.of(kept ? moved(node, input, in.get(), targets[0]) : COUPLED);
  }

  private static Rows moved(Node node, int input, Rows rows, int target) {
    if (node.op() instanceof Op.Repeat repeat && repeat.axis() == target) {
      return new Rows(target, rows.each() * repeat.times());
    } else if (node.op() instanceof Op.Reshape reshape && input == 0) {
      Regrouping regrouping = Regrouping.of(reshape, node.inputs().get(0).shape());
      return regrouped(regrouping, rows, target);
    }
    return new Rows(target, rows.each());
  }

  private static Rows regrouped(Regrouping regrouping, Rows rows, int target) {
    Optional<Long> before = Regrouping.behind(regrouping.from(), rows.axis());
    Optional<Long> after = Regrouping.behind(regrouping.to(), target);
    if (before.isEmpty() || after.isEmpty() || after.get() == 0) {
      return new Rows(target, Rows.SOME);
    }
    long elements = rows.each() * before.get();
    return elements % after.get() == 0 ? new Rows(target, elements / after.get()) : COUPLED;
  }

  /** Whether a node gives for part of a batch that part of what it gives for the whole. */
  private boolean divides(Node node) {
    return node.outputs().stream()
        .map(this::rows)
        .flatMap(Optional::stream)
        .allMatch(rows -> !rows.equals(COUPLED) && divides(node, rows.axis()));
  }

  /** Whether nothing but the batch runs along the axis that counts samples. */
  private boolean divides(Node node, int axis) {
    if (node.op() instanceof Op.Input) {
      return true;
    }
    List<Dim> dims = AxisFlow.dims(node.op());
    boolean fixed = !dims.isEmpty() && dims.get(axis) instanceof Dim.Fixed;
    boolean counts = node.op() instanceof Op.Iota iota && iota.axis() == axis;
    return !fixed
        && !counts
        && (!(node.op() instanceof Op.Scan scan) || dividesSteps(node, scan))
        && IntStream.range(0, node.inputs().size())
            .filter(input -> AxisFlow.reads(node.op(), input))
            .filter(input -> rows(node.inputs().get(input)).isEmpty())
            .allMatch(input -> isBroadcast(node, input, axis));
  }

  private static boolean isBroadcast(Node node, int input, int axis) {
    int source = AxisFlow.source(node, input, axis);
    Shape shape = node.inputs().get(input).shape();
    return source == AxisFlow.NONE || shape.dim(source) == 1;
  }

  private boolean dividesSteps(Node node, Op.Scan scan) {
    Set<Value> batches = new HashSet<>();
    for (int input = 0; input < node.inputs().size(); input++) {
      if (rows(node.inputs().get(input)).isPresent()) {
        stepInput(scan, input).ifPresent(batches::add);
      }
    }
    return independent(scan.body(), batches);
  }
}
