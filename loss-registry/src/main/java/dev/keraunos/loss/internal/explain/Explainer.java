package dev.keraunos.loss.internal.explain;

import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.compile.CompiledOutput;
import dev.keraunos.loss.internal.evaluate.Batch;
import dev.keraunos.loss.internal.evaluate.Evaluation;
import dev.keraunos.loss.internal.observe.EvaluationObserver;
import dev.keraunos.loss.internal.observe.OutputObserver;
import dev.keraunos.loss.internal.reduce.RunningMean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An evaluation that tells how its loss comes about:
 *
 * <pre>{@code
 * try (Explainer explainer = Explainer.of(Evaluation.builder(spec, outputs, dialect))) {
 *   for (...) {
 *     explainer.update(Batch.of("out", OutputData.of(yTrue, yPred)));
 *   }
 *   Explanation explanation = explainer.explanation();
 * }
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class Explainer implements AutoCloseable {
  private final boolean whatIf;
  private final Evaluation evaluation;
  private final List<Attribution> outputs = new ArrayList<>();
  private final RunningMean loss = new RunningMean();
  private final Parts byBatch = new Parts();
  private long samples;
  private long batches;

  private Explainer(Evaluation.Builder builder, boolean whatIf) {
    this.whatIf = whatIf;
    evaluation = builder.observer(new Watch()).build();
  }

  /**
   * Starts an evaluation with an explanation.
   *
   * @throws dev.keraunos.error.InputException as {@link Evaluation.Builder#build} does
   */
  public static Explainer of(Evaluation.Builder evaluation) {
    return new Explainer(evaluation, false);
  }

  /**
   * The same, which says also of losses that couple the samples of a batch what other predictions
   * would make of them. This runs such a loss twice more for every class.
   *
   * @throws dev.keraunos.error.InputException as {@link Evaluation.Builder#build} does
   */
  public static Explainer whatIf(Evaluation.Builder evaluation) {
    return new Explainer(evaluation, true);
  }

  private final class Watch implements EvaluationObserver {
    @Override
    public OutputObserver output(CompiledOutput output, int threads) {
      Attribution attribution = new Attribution(output, threads, whatIf);
      outputs.add(attribution);
      return attribution;
    }

    @Override
    public void endBatch(long size, double value, double weight) {
      outputs.forEach(output -> output.endBatch(weight));
      loss.add(value, weight);
      samples += size;
      batches++;
      byBatch.add(batches, value * weight);
    }
  }

  /**
   * Adds a batch.
   *
   * @throws dev.keraunos.error.InputException as {@link Evaluation#update} does
   */
  public void update(Batch batch) {
    evaluation.update(batch);
  }

  /** What {@code model.evaluate} returns of the batches so far. */
  public Map<String, Double> result() {
    return evaluation.result();
  }

  /** How the loss of the batches so far came about. */
  public Explanation explanation() {
    List<Explanation.Output> explained = new ArrayList<>();
    outputs.forEach(output -> explained.add(output.result(loss.result())));
    return new Explanation(
        evaluation.dialect().toString(),
        loss.result(),
        samples,
        batches,
        evaluation.dialect().has(Quirk.BATCHES_COUNT_ONCE)
            ? "every batch counts once, whatever its size"
            : "batches count by their size",
        byBatch.times(1 / loss.weight()),
        explained,
        evaluation.penalties().stream()
            .map(mean -> new Explanation.Penalty(mean.path(), mean.kind(), mean.value()))
            .toList(),
        evaluation.notes());
  }

  @Override
  public void close() {
    evaluation.close();
  }
}
