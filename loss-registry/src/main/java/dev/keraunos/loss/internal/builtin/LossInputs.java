package dev.keraunos.loss.internal.builtin;

import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.expandDims;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.internal.reduce.Precision;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;

/** What {@code model.evaluate} hands to losses and metrics. */
public final class LossInputs {
  private LossInputs() {}

  /**
   * What a loss function is given. Graphs take targets for as many axes as the output has, and so
   * do not match ranks; for Keras' own losses they insist on the shape of the output.
   *
   * @throws InputException where that Keras refuses targets of this shape
   */
  public static Ranks forLoss(Loss loss, Value yTrue, Prediction yPred) {
    return checked(loss, forLoss(yTrue, yPred));
  }

  /**
   * The same of a loss that is called by itself, which computes in the prediction's own type; Keras
   * 3 casts whole numbers first.
   */
  public static Ranks forCall(Loss loss, Value yTrue, Prediction yPred) {
    DType type = yPred.value().dtype();
    if (!yPred.dialect().has(Quirk.LOSSES_COMPUTE_IN_FLOAT32) || !type.isFloating()) {
      return forLoss(loss, yTrue, yPred);
    }
    boolean holds = yTrue.dtype().isFloating() || Precision.of(type) == Precision.FULL;
    return checked(loss, new Ranks(holds ? cast(yTrue, type) : yTrue, yPred).equal());
  }

  private static Ranks checked(Loss loss, Ranks ranks) {
    boolean numbers = loss instanceof BuiltInLoss builtIn && builtIn.takesClassNumbers();
    boolean own = loss instanceof BuiltInLoss && !numbers;
    Dialect dialect = ranks.yPred().dialect();
    if (!numbers && dialect.has(Quirk.LOSSES_INSIST_ON_SHAPE)) {
      requireNoMoreAxes(ranks);
    }
    if (numbers && dialect.has(Quirk.LOSSES_INSIST_ON_RANK)) {
      requireColumn(ranks);
    }
    boolean insists =
        own
            && dialect.has(Quirk.LOSSES_INSIST_ON_SHAPE)
            && (((BuiltInLoss) loss).insistsOnShape()
                || !dialect.has(Quirk.SOME_LOSSES_INSIST_ON_SHAPE));
    if (insists) {
      ranks.requireSameShape(dialect.has(Quirk.LOSSES_INSIST_ON_RANK));
    }
    return ranks;
  }

  private static Ranks forLoss(Value yTrue, Prediction yPred) {
    Dialect dialect = yPred.dialect();
    if (!dialect.has(Quirk.LOSSES_COMPUTE_IN_FLOAT32)) {
      Ranks fed = fed(yTrue, yPred);
      return dialect.has(Quirk.SQUEEZES_TARGETS) ? fed.squeezed() : fed;
    }
    boolean casts = yPred.value().dtype() != DType.FLOAT32;
    Prediction p = casts ? yPred.with(cast(yPred.value(), DType.FLOAT32)) : yPred;
    return new Ranks(cast(yTrue, DType.FLOAT32), p).equal();
  }

  private static void requireColumn(Ranks ranks) {
    Shape y = ranks.yTrue().shape();
    Shape p = ranks.yPred().value().shape();
    if (y.rank() != p.rank()) {
      throw new InputException(
          ranks.yPred().dialect().keras()
              + " wants class numbers of as many axes as the predictions "
              + p
              + ", the last of length 1; given are "
              + y);
    }
  }

  /** A graph that is made for fewer axes sums some of them up: it gives several losses, or none. */
  private static void requireNoMoreAxes(Ranks ranks) {
    Shape y = ranks.yTrue().shape();
    Shape p = ranks.yPred().value().shape();
    if (y.rank() > p.rank()) {
      throw new InputException(
          "targets of the shape "
              + y
              + " have more axes than the predictions "
              + p
              + ", of which "
              + ranks.yPred().dialect().keras()
              + " computes no loss; give them as many");
    }
  }

  /** What a metric function is given; Keras 3 leaves it to the function. */
  public static Ranks forMetric(Value yTrue, Prediction yPred) {
    Ranks fed = forState(yTrue, yPred);
    return yPred.dialect().has(Quirk.SQUEEZES_TARGETS) ? fed.squeezed() : fed;
  }

  /** What a metric with a state of its own is given. */
  public static Ranks forState(Value yTrue, Prediction yPred) {
    boolean fed = yPred.dialect().has(Quirk.TARGETS_BECOME_COLUMNS);
    return fed ? fed(yTrue, yPred) : new Ranks(yTrue, yPred);
  }

  /** Targets of rank 1 become a column: up to 2.6 always, then beside outputs of rank 2. */
  private static Ranks fed(Value yTrue, Prediction yPred) {
    Dialect dialect = yPred.dialect();
    DType wanted = yPred.value().dtype();
    boolean always = dialect.has(Quirk.TARGETS_BECOME_COLUMNS_BESIDE_ALL);
    boolean column = yTrue.rank() == 1 && (always || yPred.value().rank() == 2);
    boolean casts =
        dialect.has(Quirk.CASTS_ALL_TARGETS) || yTrue.dtype().isFloating() == wanted.isFloating();
    Value y = column ? expandDims(yTrue, -1) : yTrue;
    return new Ranks(casts ? cast(y, wanted) : y, yPred);
  }
}
