package dev.keraunos.graph;

import dev.keraunos.tensor.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Whether a graph treats the samples of a batch independently, so that a batch may be run in parts.
 *
 * <p>A value is a batch if its first axis counts samples (or equally many rows of each sample, in
 * order) and no element depends on another sample. Every other value must not depend on the batch
 * at all. Operations that this table does not know make the answer no.
 */
public final class Samples {
  private final Set<Value> batches = new HashSet<>();

  private Samples() {}

  /** Whether all inputs and outputs of a graph are batches. */
  public static boolean independent(Graph graph) {
    boolean batched =
        graph.inputs().stream().allMatch(input -> input.rank() > 0 && !input.shape().isKnown(0));
    return batched && !graph.inputs().isEmpty() && independent(graph, graph.inputs());
  }

  private static boolean independent(Graph graph, List<Value> batchInputs) {
    Samples samples = new Samples();
    samples.batches.addAll(batchInputs);
    return graph.nodes().stream().allMatch(samples::visit)
        && samples.batches.containsAll(graph.outputs().values());
  }

  /** Notes what a node gives; false if the answer is no. */
  private boolean visit(Node node) {
    if (node.op() instanceof Op.Input || node.inputs().stream().noneMatch(batches::contains)) {
      return true;
    }
    if (!keepsSamples(node)) {
      return false;
    }
    batches.addAll(node.outputs());
    return true;
  }

  private boolean keepsSamples(Node node) {
    Op op = node.op();
    if (op instanceof Op.Unary || op instanceof Op.Cast || op instanceof Op.OneHot) {
      return true;
    } else if (op instanceof Op.Binary || op instanceof Op.Select) {
      return broadcasts(node);
    } else if (op instanceof Op.Fill fill) {
      return lendsSamples(node, fill.shape());
    } else if (op instanceof Op.Iota iota) {
      return iota.axis() > 0 && lendsSamples(node, iota.shape());
    } else if (op instanceof Op.BroadcastTo broadcast) {
      return lendsSamples(node, broadcast.shape())
          && (batch(node, 0)
              ? node.inputs().get(0).rank() == node.output().rank()
              : smaller(node, 0));
    } else if (op instanceof Op.Reshape reshape) {
      return batch(node, 0) && reshapes(node, reshape);
    }
    return alongAxes(node, op) || windows(node, op) || recurs(node, op);
  }

  /** Operations that act along axes: the first must not be among them. */
  private boolean alongAxes(Node node, Op op) {
    if (op instanceof Op.Reduce reduce) {
      return !reduce.axes().contains(0);
    } else if (op instanceof Op.ArgReduce reduce) {
      return reduce.axis() > 0;
    } else if (op instanceof Op.Cumulative cumulative) {
      return cumulative.axis() > 0;
    } else if (op instanceof Op.Sort sort) {
      return sort.axis() > 0;
    } else if (op instanceof Op.TopK) {
      return node.inputs().get(0).rank() > 1;
    } else if (op instanceof Op.Softmax softmax) {
      return !softmax.axes().contains(0);
    } else if (op instanceof Op.Standardize standardize) {
      return !standardize.axes().contains(0);
    } else if (op instanceof Op.Transpose transpose) {
      return transpose.permutation().get(0) == 0;
    } else if (op instanceof Op.Slice slice) {
      return slice.ranges().get(0).equals(Range.ALL);
    } else if (op instanceof Op.Concat concat) {
      return concat.axis() > 0 && batches.containsAll(node.inputs());
    } else if (op instanceof Op.Pad pad) {
      return pad.before().get(0) == 0 && pad.after().get(0) == 0;
    } else if (op instanceof Op.Repeat) {
      return true;
    } else if (op instanceof Op.Gather gather) {
      return batch(node, 0) != batch(node, 1) && (gather.axis() == 0) == batch(node, 1);
    }
    return op instanceof Op.GatherAlong along
        && along.axis() > 0
        && batches.containsAll(node.inputs());
  }

  /** Operations of a batch with weights. */
  private boolean windows(Node node, Op op) {
    if (op instanceof Op.MatMul product) {
      return node.output().rank() == 2
          ? batch(node, 0) && !batch(node, 1) && !product.transposeA()
          : broadcasts(node);
    }
    boolean image =
        op instanceof Op.Conv
            || op instanceof Op.ConvTranspose
            || op instanceof Op.Pool
            || op instanceof Op.AdaptivePool
            || op instanceof Op.Resize;
    return image && batch(node, 0) && (node.inputs().size() < 2 || !batch(node, 1));
  }

  /** Recurrences: the sequence, states and mask are batches, everything else is not. */
  private boolean recurs(Node node, Op op) {
    if (op instanceof Op.Rnn rnn) {
      int weights = rnn.bias() ? 4 : 3;
      return batch(node, 0)
          && IntStream.range(1, weights).noneMatch(i -> batch(node, i))
          && IntStream.range(weights, node.inputs().size()).allMatch(i -> batch(node, i));
    }
    if (!(op instanceof Op.Scan scan)) {
      return false;
    }
    int batched = 1 + scan.states() + (scan.mask() ? 1 : 0);
    List<Value> body = scan.body().inputs().subList(0, 1 + scan.states());
    return IntStream.range(0, node.inputs().size()).allMatch(i -> batch(node, i) == i < batched)
        && independent(scan.body(), body);
  }

  private boolean batch(Node node, int input) {
    return batches.contains(node.inputs().get(input));
  }

  /** Whether an operand is broadcast along the samples. */
  private boolean smaller(Node node, int input) {
    Shape shape = node.inputs().get(input).shape();
    return shape.rank() < node.output().rank() || shape.dim(0) == 1;
  }

  private boolean broadcasts(Node node) {
    return IntStream.range(0, node.inputs().size())
        .allMatch(
            i ->
                batch(node, i)
                    ? node.inputs().get(i).rank() == node.output().rank()
                    : smaller(node, i));
  }

  private boolean lendsSamples(Node node, List<Dim> dims) {
    return dims.get(0) instanceof Dim.Same same
        && same.axis() == 0
        && batch(node, same.input())
        && dims.stream()
            .skip(1)
            .noneMatch(
                dim ->
                    dim instanceof Dim.Same other
                        && other.axis() == 0
                        && batch(node, other.input()));
  }

  /** Whether the first axis, and no other, counts samples or rows of samples. */
  private boolean reshapes(Node node, Op.Reshape reshape) {
    Dim first = reshape.shape().get(0);
    List<Dim> others = reshape.shape().subList(1, reshape.shape().size());
    boolean counted = others.stream().noneMatch(dim -> dim instanceof Dim.Same s && s.axis() == 0);
    boolean same = first instanceof Dim.Same s && s.axis() == 0 && batch(node, s.input());
    return counted && (same || first instanceof Dim.Inferred);
  }
}
