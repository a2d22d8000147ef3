package dev.keraunos.loss.internal.distance;

import static dev.keraunos.graph.Ops.abs;
import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.lessEqual;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.minimum;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.square;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.where;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;
import dev.keraunos.loss.internal.builtin.Ranks;

/** {@code keras.losses.huber}: (..., C) to (...). In 2.3 the elements are not averaged. */
public final class Huber extends BuiltInLoss {
  private final double delta;

  public Huber(Config config) {
    delta = config.get("delta").number(1);
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    Dialect dialect = yPred.dialect();
    Ranks given = new Ranks(yTrue, yPred);
    Ranks ranks = dialect.has(Quirk.MATCHES_RANKS) ? given.equal() : given;
    Value p = ranks.yPred().value();
    Value error = subtract(p, cast(ranks.yTrue(), p.dtype()));
    if (dialect.has(Quirk.HUBER_KEEPS_ELEMENTS)) {
      Value quadratic = minimum(abs(error), delta);
      Value linear = subtract(abs(error), quadratic);
      return Scores.of(add(multiply(0.5, square(quadratic)), multiply(delta, linear)));
    }
    Value outer = subtract(multiply(delta, abs(error)), 0.5 * delta * delta);
    return Scores.of(
        mean(where(lessEqual(abs(error), delta), multiply(0.5, square(error)), outer), -1));
  }
}
