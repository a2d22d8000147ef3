package dev.keraunos.loss.internal.evidence;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.internal.builtin.LossInputs;
import dev.keraunos.loss.internal.builtin.Ranks;
import dev.keraunos.loss.internal.compile.CompiledOutput;
import dev.keraunos.loss.internal.observe.ScoreGraph;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the same predictions would have as loss if it had been written otherwise. The graph of the
 * loss computes it beside the loss, only where the other way of writing it may be meant.
 */
public final class Alternatives {
  /** Another way of writing the loss. */
  public enum Way {
    /** {@code from_logits=True}. */
    FROM_LOGITS,
    /** Without {@code from_logits}. */
    FROM_PROBABILITIES,
    /** Of the predictions themselves, not of what went into their activation. */
    OF_PREDICTIONS,
    /** Without {@code label_smoothing}. */
    UNSMOOTHED
  }

  private static final class Running {
    private double batch;
    private double total;
  }

  private static final String NAME = "alternative ";

  private final CompiledOutput setup;
  private final Map<Way, Running> found = new EnumMap<>(Way.class);
  private double weights;

  Alternatives(CompiledOutput setup) {
    this.setup = setup;
  }

  /** Adds what is to be computed to the outputs of the graph. */
  void watch(ScoreGraph graph, Optional<String> activation) {
    if (!Errors.isCrossentropy(setup)) {
      return;
    }
    boolean fromLogits = setup.settings().path("from_logits").asBoolean(false);
    boolean several = graph.yPred().shape().rank() > 0 && graph.yPred().shape().dim(-1) > 1;
    if (!fromLogits && graph.logits().isEmpty()) {
      put(graph, Way.FROM_LOGITS, setup.with("from_logits", true), graph.logits());
    }
    if (fromLogits) {
      put(graph, Way.FROM_PROBABILITIES, setup.with("from_logits", false), graph.logits());
    }
    boolean remembered = setup.output().activation().filter(a -> a.isOfFunction()).isEmpty();
    boolean soft = activation.filter("softmax"::equals).isPresent();
    if (Errors.isBinary(setup) && several && soft && remembered) {
      put(graph, Way.OF_PREDICTIONS, setup.loss(), Optional.empty());
    }
    if (setup.settings().path("label_smoothing").asDouble(0) != 0) {
      put(graph, Way.UNSMOOTHED, setup.with("label_smoothing", 0.0), graph.logits());
    }
  }

  private void put(ScoreGraph graph, Way way, Optional<Loss> loss, Optional<Value> logits) {
    if (loss.isEmpty()) {
      return;
    }
    Prediction prediction =
        new Prediction(graph.yPred(), logits, graph.dialect(), setup.output().activation());
    Ranks ranks = LossInputs.forLoss(loss.get(), graph.yTrue(), prediction);
    Value scores = loss.get().scores(ranks.yTrue(), ranks.yPred()).values();
    graph
        .outputs()
        .put(NAME + way, scores.dtype().isFloating() ? scores : Ops.cast(scores, DType.FLOAT32));
    found.computeIfAbsent(way, w -> new Running());
  }

  void add(ScoredBatch batch) {
    found.forEach(
        (way, running) -> {
          Tensor scores = batch.computed().get(NAME + way);
          running.batch =
              scores == null ? Double.NaN : Grid.of(scores).dotRepeated(batch.coefficients());
        });
  }

  void endBatch(double weight) {
    weights += weight;
    found.values().forEach(running -> running.total += running.batch * weight);
  }

  /** The loss of the output if it were written so; empty where that was not computed. */
  public Optional<Double> loss(Way way) {
    return Optional.ofNullable(found.get(way)).map(running -> running.total / weights);
  }
}
