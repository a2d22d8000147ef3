package dev.keraunos.loss.internal.builtin;

import dev.keraunos.graph.Value;
import dev.keraunos.loss.MetricFunction;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;

/** A metric function of Keras. */
public record BuiltInMetric(
    BiFunction<Value, Prediction, Value> function, DoubleUnaryOperator finish, boolean isMasked)
    implements MetricFunction {
  public BuiltInMetric(BiFunction<Value, Prediction, Value> function) {
    this(function, DoubleUnaryOperator.identity(), true);
  }

  @Override
  public Value values(Value yTrue, Value yPred) {
    return function.apply(yTrue, Prediction.of(yPred));
  }

  @Override
  public Scores values(Value yTrue, Prediction yPred) {
    return Scores.of(function.apply(yTrue, yPred));
  }

  @Override
  public double result(double average) {
    return finish.applyAsDouble(average);
  }
}
