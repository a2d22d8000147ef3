package dev.keraunos.loss;

import static dev.keraunos.graph.Ops.abs;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.square;
import static dev.keraunos.graph.Ops.subtract;

import dev.keraunos.graph.Value;
import java.util.function.UnaryOperator;

/**
 * {@code mean_squared_error} and relatives: (..., C) to (...), the mean over the last axis of a
 * function of p − y.
 */
final class Errors extends BuiltInLoss {
  private final UnaryOperator<Value> element;

  private Errors(UnaryOperator<Value> element) {
    this.element = element;
  }

  static Errors squared() {
    return new Errors(difference -> square(difference));
  }

  static Errors absolute() {
    return new Errors(difference -> abs(difference));
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    Ranks given = new Ranks(yTrue, yPred);
    Ranks ranks = yPred.dialect().isAtLeast(Profile.K30) ? given.equal() : given;
    Value p = ranks.yPred().value();
    return Scores.of(mean(element.apply(subtract(p, cast(ranks.yTrue(), p.dtype()))), -1));
  }
}
