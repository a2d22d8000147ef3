package dev.keraunos.loss.internal.distance;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.equal;
import static dev.keraunos.graph.Ops.greater;
import static dev.keraunos.graph.Ops.iota;
import static dev.keraunos.graph.Ops.logicalAnd;
import static dev.keraunos.graph.Ops.logicalNot;
import static dev.keraunos.graph.Ops.logsumexp;
import static dev.keraunos.graph.Ops.matmul;
import static dev.keraunos.graph.Ops.maximum;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.notEqual;
import static dev.keraunos.graph.Ops.reshape;
import static dev.keraunos.graph.Ops.softplus;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.transpose;
import static dev.keraunos.graph.Ops.where;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;
import dev.keraunos.tensor.DType;
import java.util.Optional;

/**
 * {@code keras.losses.circle}: labels (batch) and embeddings (batch, E) to (batch), every sample
 * compared with all others of the batch. Samples without a pair of either sort score 0 and do not
 * count.
 */
public final class Circle extends BuiltInLoss {
  private final double gamma;
  private final double margin;
  private final boolean removeDiagonal;

  public Circle(Config config) {
    gamma = config.get("gamma").number(80);
    margin = config.get("margin").number(0.4);
    removeDiagonal = config.get("remove_diagonal").bool(true);
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    Value p = yPred.value();
    Value labels = reshape(cast(yTrue, DType.INT32), -1, 1);
    Value same = equal(labels, transpose(labels, 1, 0));
    Value distances = maximum(subtract(1, matmul(p, transpose(p, 1, 0))), 0);
    Value others = notEqual(iota(distances, 0), iota(distances, 1));
    Value positives = removeDiagonal ? logicalAnd(same, others) : same;
    Value attracted = multiply(maximum(add(margin, distances), 0), subtract(margin, distances));
    Value repelled =
        multiply(maximum(subtract(1 + margin, distances), 0), subtract(1 - margin, distances));
    Value pull = pooled(multiply(-gamma, attracted), positives);
    Value push = pooled(multiply(gamma, repelled), logicalNot(same));
    Value scores = softplus(add(pull, push));
    return new Scores(scores, Optional.of(greater(scores, 0)));
  }

  private static Value pooled(Value x, Value mask) {
    return logsumexp(where(mask, x, Double.NEGATIVE_INFINITY), false, 1);
  }
}
