package dev.keraunos.loss.internal.crossentropy;

import static dev.keraunos.graph.Ops.abs;
import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.binaryCrossentropy;
import static dev.keraunos.graph.Ops.clip;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.exp;
import static dev.keraunos.graph.Ops.less;
import static dev.keraunos.graph.Ops.log;
import static dev.keraunos.graph.Ops.log1p;
import static dev.keraunos.graph.Ops.logSoftmax;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.negative;
import static dev.keraunos.graph.Ops.reduce;
import static dev.keraunos.graph.Ops.relu;
import static dev.keraunos.graph.Ops.sigmoid;
import static dev.keraunos.graph.Ops.sigmoidCrossentropy;
import static dev.keraunos.graph.Ops.softmax;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.where;

import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.internal.builtin.Ranks;

/**
 * The element functions of Keras' crossentropies: {@code backend.binary_crossentropy} and
 * relatives, which differ between versions in clipping, in epsilons and in whether they look at
 * logits.
 */
public final class Crossentropy {
  public static final double EPSILON = 1e-7;

  /** Differences of rounding between one activation computed in two ways. */
  private static final double SAME = 1e-4;

  private Crossentropy() {}

  /** Where the loss starts: at logits or at probabilities. */
  record Source(Value value, boolean isLogits) {
    /**
     * TensorFlow's Keras from 2.6 on replaces an output by the logits it remembers; otherwise the
     * user's {@code from_logits} says what the output is.
     *
     * @param own the activation that belongs to the loss
     */
    static Source of(Prediction yPred, boolean fromLogits, String own) {
      return yPred.logits().isPresent() && looks(yPred, fromLogits, own)
          ? new Source(yPred.logits().get(), true)
          : new Source(yPred.value(), fromLogits);
    }

    private static boolean looks(Prediction yPred, boolean fromLogits, String own) {
      Dialect dialect = yPred.dialect();
      boolean searches = dialect.has(Quirk.SEARCHES_LOGITS);
      if (yPred.activation().isEmpty() || !(searches || yPred.activation().get().isOfFunction())) {
        return dialect.has(Quirk.REMEMBERS_LOGITS) && !(fromLogits && searches);
      }
      boolean told = fromLogits && dialect.has(Quirk.FROM_LOGITS_COMES_FIRST);
      return dialect.has(Quirk.REMEMBERS_LOGITS)
          && yPred.activation().get().name().equals(own)
          && !told;
    }
  }

  /**
   * −(y ln p + (1−y) ln(1−p)) per element. Keras 2.3 to tf_keras add an epsilon to p and to 1 − p.
   */
  static Value binary(Value y, Prediction yPred, boolean fromLogits) {
    if (searchesLogits(yPred, fromLogits)) {
      Value x = yPred.logits().get();
      Value own = binary(y, yPred.with(yPred.value()), fromLogits);
      return where(isClose(yPred.value(), sigmoid(x)), sigmoidCrossentropy(y, x), own);
    }
    Source source = Source.of(yPred, fromLogits, "sigmoid");
    Dialect dialect = yPred.dialect();
    boolean ofLogits = source.isLogits() && dialect.has(Quirk.LOGITS_INSIST_ON_SHAPE);
    if (ofLogits || dialect.has(Quirk.BINARY_CROSSENTROPY_INSISTS_ON_SHAPE)) {
      new Ranks(y, yPred).requireSameShape();
    }
    if (source.isLogits() && !dialect.has(Quirk.SQUASHES_LOGITS_FIRST)) {
      return sigmoidCrossentropy(y, source.value());
    }
    Value p = source.isLogits() ? sigmoid(source.value()) : source.value();
    if (dialect.has(Quirk.GOES_BACK_TO_LOGITS)) {
      Value clipped = clip(p, EPSILON, 1 - EPSILON);
      Value x = log(divide(clipped, subtract(1, clipped)));
      Value rest =
          log1p(
              exp(
                  negative(
                      abs(x)))); // before the others, so that gradients add up in TensorFlow 1's
      // order
      return add(subtract(relu(x), multiply(x, y)), rest);
    }
    if (dialect.has(Quirk.CROSSENTROPY_ADDS_EPSILON_LAST)) {
      Value clipped = clip(p, EPSILON, 1 - EPSILON);
      Value zero = multiply(subtract(1, y), log(add(subtract(1, clipped), EPSILON)));
      return negative(add(multiply(y, log(add(clipped, EPSILON))), zero));
    }
    return binaryCrossentropy(y, p, dialect.has(Quirk.CROSSENTROPY_ADDS_EPSILON) ? EPSILON : 0);
  }

  /**
   * Whether it takes a comparison to tell if the activation is the one that belongs to the loss.
   */
  private static boolean searchesLogits(Prediction yPred, boolean fromLogits) {
    return !fromLogits
        && yPred.logits().isPresent()
        && yPred.activation().isEmpty()
        && yPred.dialect().has(Quirk.SEARCHES_LOGITS);
  }

  /** Where a prediction is what an activation makes of the logits. */
  private static Value isClose(Value p, Value activated) {
    return less(abs(subtract(p, activated)), SAME);
  }

  /** ln of the probabilities that a categorical crossentropy takes, normalised over an axis. */
  static Value logProbabilities(Prediction yPred, boolean fromLogits, int axis) {
    if (searchesLogits(yPred, fromLogits)) {
      Value x = yPred.logits().get();
      Value own = logProbabilities(yPred.with(yPred.value()), fromLogits, axis);
      return where(isClose(yPred.value(), softmax(x, axis)), logSoftmax(x, axis), own);
    }
    Source source = Source.of(yPred, fromLogits, "softmax");
    if (source.isLogits()) {
      return logSoftmax(source.value(), axis);
    }
    Value normal = divide(source.value(), reduce(ReduceKind.SUM, source.value(), true, axis));
    return log(clip(normal, EPSILON, 1 - EPSILON));
  }

  /**
   * The same for integer targets: TensorFlow clips first and normalises by a softmax of the
   * logarithms.
   */
  static Value sparseLogProbabilities(Prediction yPred, boolean fromLogits, int axis) {
    if (searchesLogits(yPred, fromLogits)) {
      Value x = yPred.logits().get();
      Value own = sparseLogProbabilities(yPred.with(yPred.value()), fromLogits, axis);
      return where(isClose(yPred.value(), softmax(x, axis)), logSoftmax(x, axis), own);
    }
    Source source = Source.of(yPred, fromLogits, "softmax");
    if (source.isLogits() || !yPred.dialect().has(Quirk.SPARSE_LOSS_TAKES_SOFTMAX_OF_LOGS)) {
      return logProbabilities(yPred, fromLogits, axis);
    }
    return logSoftmax(log(clip(source.value(), EPSILON, 1 - EPSILON)), axis);
  }
}
