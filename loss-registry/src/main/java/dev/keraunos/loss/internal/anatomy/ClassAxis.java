package dev.keraunos.loss.internal.anatomy;

import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.axis.AxisFlow;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The axis of the prediction that holds the classes: the one that the loss reduces to make scores
 * of positions, or the only one besides the samples' that it keeps; else the last.
 *
 * @param axis from 0
 * @param decides true if the loss reduces it to make scores of positions
 */
public record ClassAxis(int axis, boolean decides) {
  /** The class axis of a loss. */
  public static ClassAxis of(Value scores, Value yPred, Dependence dependence) {
    int last = Math.max(0, yPred.rank() - 1);
    int axis =
        reduction(scores, yPred.rank(), dependence)
            .flatMap(reduce -> axis(reduce, yPred.rank(), dependence))
            .orElse(last);
    return new ClassAxis(axis, fits(yPred.shape(), axis, scores.shape()));
  }

  /** True if every position of the prediction has a score. */
  private static boolean fits(Shape p, int axis, Shape scores) {
    return p.rank() > 0
        && scores.rank() > 0
        && (p.without(axis).accepts(scores) || (p.dim(-1) == 1 && p.accepts(scores)));
  }

  /** The first reduction of something as large as the prediction. */
  private static Optional<Value> reduction(Value x, int rank, Dependence dependence) {
    Op op = x.producer().op();
    List<Value> in = x.producer().inputs();
    if (!dependence.on(x) || dependence.isPrediction(x)) {
      return Optional.empty();
    }
    if (op instanceof Op.Reduce reduce && in.get(0).rank() == rank && !reduce.keepDims()) {
      return Optional.of(x);
    }
    return in.stream()
        .filter(dependence::on)
        .map(operand -> reduction(operand, rank, dependence))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<Integer> axis(Value reduced, int rank, Dependence dependence) {
    Op.Reduce reduce = (Op.Reduce) reduced.producer().op();
    List<Integer> axes = reduce.axes();
    List<Integer> kept =
        IntStream.range(1, rank).boxed().filter(axis -> !axes.contains(axis)).toList();
    Value elements = reduced.producer().inputs().get(0);
    if (axes.size() == 1 && axes.get(0) > 0) {
      return ofPrediction(elements, axes.get(0), dependence);
    }
    return kept.size() == 1 ? ofPrediction(elements, kept.get(0), dependence) : Optional.empty();
  }

  /** The axis of the prediction that an axis of a value runs along. */
  private static Optional<Integer> ofPrediction(Value x, int axis, Dependence dependence) {
    if (dependence.isPrediction(x)) {
      return Optional.of(axis);
    }
    Node node = x.producer();
    return IntStream.range(0, node.inputs().size())
        .filter(input -> dependence.on(node.inputs().get(input)))
        .mapToObj(
            input ->
                before(node, input, axis)
                    .flatMap(source -> ofPrediction(node.inputs().get(input), source, dependence)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Where an axis was in an input: what mixes its entries without moving them leaves it there. */
  private static Optional<Integer> before(Node node, int input, int axis) {
    int source = AxisFlow.source(node, input, axis);
    if (source != AxisFlow.NONE) {
      return Optional.of(source);
    }
    boolean inPlace = node.inputs().get(input).shape().equals(node.outputs().get(0).shape());
    return inPlace ? Optional.of(axis) : Optional.empty();
  }
}
