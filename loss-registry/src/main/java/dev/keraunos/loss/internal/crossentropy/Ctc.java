package dev.keraunos.loss.internal.crossentropy;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.concatenate;
import static dev.keraunos.graph.Ops.equal;
import static dev.keraunos.graph.Ops.expandDims;
import static dev.keraunos.graph.Ops.fullLike;
import static dev.keraunos.graph.Ops.iota;
import static dev.keraunos.graph.Ops.logSoftmax;
import static dev.keraunos.graph.Ops.logicalOr;
import static dev.keraunos.graph.Ops.logsumexp;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.negative;
import static dev.keraunos.graph.Ops.notEqual;
import static dev.keraunos.graph.Ops.reshape;
import static dev.keraunos.graph.Ops.sliceAxis;
import static dev.keraunos.graph.Ops.squeeze;
import static dev.keraunos.graph.Ops.stack;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.sum;
import static dev.keraunos.graph.Ops.takeAlongAxis;
import static dev.keraunos.graph.Ops.where;
import static dev.keraunos.graph.Ops.zerosLike;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Op.Recurrence;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;
import dev.keraunos.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code keras.losses.ctc}: labels (batch, L), 0 for blank and padding, and logits (batch, T, C) to
 * (batch), the negative log probability of all alignments. From 3.4 on a label ends at its first
 * zeros, before it had the full length.
 */
public final class Ctc extends BuiltInLoss {
  /** The logarithm of an impossible event; finite, so that it can be subtracted from itself. */
  private static final double NEVER = -1e30;

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    if (yTrue.rank() != 2 || yPred.value().rank() != 3 || !yTrue.shape().isKnown(1)) {
      throw new InputException(
          "ctc takes labels (batch, length) and logits (batch, time, classes), not "
              + yTrue.shape()
              + " and "
              + yPred.value().shape());
    }
    Value labels = cast(yTrue, DType.INT32);
    Value states = withBlanks(labels);
    Value steps = takeAlongAxis(logSoftmax(yPred.value()), expandDims(states, 1), 2);
    Value first = squeeze(sliceAxis(steps, 1, Range.of(0, 1)), 1);
    Value start = where(equal(iota(first, 1), 0), zerosLike(first), NEVER);
    Value last = Ops.apply(forward(first), steps, start, skips(states, first)).get(0);
    Value ends = multiply(2, labelLength(labels, yPred.dialect()));
    Value position = iota(last, 1);
    Value ending =
        logicalOr(
            equal(position, expandDims(ends, -1)),
            equal(position, expandDims(subtract(ends, 1), -1)));
    return Scores.of(negative(logsumexp(where(ending, last, NEVER), false, 1)));
  }

  /** (batch, L) to (batch, 2L + 1): a blank before, between and after labels. */
  private static Value withBlanks(Value labels) {
    long length = labels.shape().dim(1);
    Value pairs = reshape(stack(List.of(zerosLike(labels), labels), 2), -1, 2 * length);
    return concatenate(List.of(pairs, zerosLike(sliceAxis(labels, 1, Range.of(0, 1)))), 1);
  }

  /**
   * 0 where a state can be reached past the blank before it, else never. Keras takes a label of 0
   * for one like the others.
   */
  private static Value skips(Value states, Value like) {
    Value before =
        concatenate(List.of(head(states, 2, 0), sliceAxis(states, 1, Range.of(0, -2))), 1);
    return where(notEqual(states, before), zerosLike(like), NEVER);
  }

  private static Value head(Value x, int count, double value) {
    return fullLike(sliceAxis(x, 1, Range.of(0, count)), value);
  }

  /**
   * The forward recursion over time: each state is reached from itself, its neighbour or past a
   * blank.
   */
  private static Op.Scan forward(Value step) {
    GraphBuilder body = new GraphBuilder();
    Value x = body.input("x", step.type());
    Value alpha = body.input("alpha", step.type());
    Value skip = body.input("skip", step.type());
    Value neighbour =
        concatenate(List.of(head(alpha, 1, NEVER), sliceAxis(alpha, 1, Range.of(0, -1))), 1);
    Value leap =
        concatenate(List.of(head(alpha, 2, NEVER), sliceAxis(alpha, 1, Range.of(0, -2))), 1);
    Value next = add(logsumexp(stack(List.of(alpha, neighbour, add(leap, skip)), 2), false, 2), x);
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("output", next);
    outputs.put("state", next);
    Graph graph = body.build(outputs);
    return new Op.Scan(graph, 1, false, new Recurrence(false, false, false, false));
  }

  private static Value labelLength(Value labels, Dialect dialect) {
    Value counted = notEqual(labels, 0);
    Value flags =
        dialect.has(Quirk.CTC_COUNTS_ALL_LABELS) ? logicalOr(counted, equal(labels, 0)) : counted;
    return sum(cast(flags, DType.INT32), -1);
  }
}
