package dev.keraunos.loss.internal.anatomy;

import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.axis.Samples;
import dev.keraunos.tensor.Shape;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a value of a loss graph depends on. */
public final class Dependence {
  private final Shape shape;
  private final Set<Value> predictions = new HashSet<>();
  private final Map<Value, Boolean> on = new HashMap<>();
  private final Samples samples;
  private final Map<Value, Optional<Layout>> layouts = new HashMap<>();

  public Dependence(Value yPred, Optional<Value> logits) {
    shape = yPred.shape();
    predictions.add(yPred);
    logits.ifPresent(predictions::add);
    predictions.forEach(value -> on.put(value, true));
    samples = new Samples(predictions.stream().filter(value -> value.rank() > 0).toList());
  }

  /** The shape of the prediction. */
  Shape shape() {
    return shape;
  }

  /** What {@link Layout#of} found before. */
  Map<Value, Optional<Layout>> layouts() {
    return layouts;
  }

  /** True for the prediction itself and the logits behind it. */
  boolean isPrediction(Value value) {
    return predictions.contains(value);
  }

  /** True if the value depends on the prediction. */
  boolean on(Value value) {
    Boolean known = on.get(value);
    if (known == null) {
      known = value.producer().inputs().stream().anyMatch(this::on);
      on.put(value, known);
    }
    return known;
  }

  /** True if an entry of the value depends on the predictions of several samples of the batch. */
  boolean couples(Value value) {
    return samples.couples(value);
  }
}
