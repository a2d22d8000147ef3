package dev.keraunos.loss.internal.explain;

import dev.keraunos.error.InputException;
import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.compile.CompiledOutput;
import dev.keraunos.loss.internal.evaluate.Batch;
import dev.keraunos.loss.internal.evaluate.Evaluation;
import dev.keraunos.loss.internal.evidence.Errors;
import dev.keraunos.loss.internal.evidence.Evidence;
import dev.keraunos.loss.internal.evidence.Labels;
import dev.keraunos.loss.internal.evidence.Seen;
import dev.keraunos.loss.internal.evidence.Subject;
import dev.keraunos.loss.internal.finding.Case;
import dev.keraunos.loss.internal.finding.Rules;
import dev.keraunos.loss.internal.finding.Whole;
import dev.keraunos.loss.internal.observe.EvaluationObserver;
import dev.keraunos.loss.internal.observe.OutputObserver;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.loss.internal.reduce.RunningMean;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

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
  private static final double HALF = 0.5;

  private final Set<Explanation.Detail> details;
  private final Subject subject;
  private final Evaluation evaluation;
  private final List<Attribution> outputs = new ArrayList<>();
  private final List<Evidence> evidence = new ArrayList<>();
  private final RunningMean loss = new RunningMean();
  private final RunningMean bySize = new RunningMean();
  private Map<String, Tensor> inputs = Map.of();
  private boolean classWeighted;
  private ClassNames classNames = new ClassNames(List.of());
  private final Parts byBatch = new Parts();
  private long samples;
  private long batches;

  private Explainer(Evaluation.Builder builder, Set<Explanation.Detail> details, Subject subject) {
    this.details = details;
    this.subject = subject;
    evaluation = builder.observer(new Watch()).build();
  }

  /**
   * Starts an evaluation with an explanation.
   *
   * @throws InputException as {@link Evaluation.Builder#build} does
   */
  public static Explainer of(Evaluation.Builder evaluation) {
    return new Explainer(evaluation, Set.of(), Subject.UNKNOWN);
  }

  /**
   * The same, which says also of losses that couple the samples of a batch what other predictions
   * would make of them. This runs such a loss twice more for every class.
   *
   * @throws InputException as {@link Evaluation.Builder#build} does
   */
  public static Explainer whatIf(Evaluation.Builder evaluation) {
    return new Explainer(evaluation, Set.of(Explanation.Detail.WHAT_IF), Subject.UNKNOWN);
  }

  /**
   * The same of a model that findings may ask for more.
   *
   * @param details what else to tell
   * @throws InputException as {@link Evaluation.Builder#build} does
   */
  public static Explainer of(
      Evaluation.Builder evaluation, Set<Explanation.Detail> details, Subject subject) {
    return new Explainer(evaluation, details, subject);
  }

  private final class Watch implements EvaluationObserver {
    @Override
    public OutputObserver output(CompiledOutput output, int threads) {
      boolean logits = Errors.areLogits(output, subject.activation(output.output().name()));
      Attribution attribution = new Attribution(output, threads, details, logits ? 0 : HALF);
      Evidence gathered = new Evidence(output, subject);
      outputs.add(attribution);
      evidence.add(gathered);
      return graph -> {
        gathered.watch(graph);
        Consumer<ScoredBatch> attributed = attribution.watch(graph);
        return batch -> {
          attribution.of(inputs, samples);
          attributed.accept(batch);
          gathered.add(new Seen(batch, inputs, samples, attribution.namesOneClass(), logits));
        };
      };
    }

    @Override
    public void endBatch(long size, double value, double weight) {
      outputs.forEach(output -> output.endBatch(weight));
      evidence.forEach(gathered -> gathered.endBatch(weight));
      bySize.add(value, size);
      loss.add(value, weight);
      samples += size;
      batches++;
      byBatch.add(batches, value * weight);
    }
  }

  /**
   * Adds a batch.
   *
   * @throws InputException as {@link Evaluation#update} does
   */
  public void update(Batch batch) {
    inputs = batch.inputs();
    classWeighted |=
        batch.outputs().values().stream().anyMatch(data -> data.classWeight().isPresent());
    evaluation.update(batch);
    inputs = Map.of();
  }

  /** What {@code model.evaluate} returns of the batches so far. */
  public Map<String, Double> result() {
    return evaluation.result();
  }

  /** How the loss of the batches so far came about. */
  public Explanation explanation() {
    return explanation(List.of());
  }

  /**
   * The same, which calls the classes of outputs that have as many by their names.
   *
   * @param names class 0 first; empty for none
   * @throws InputException if there are names, and no output has as many classes
   */
  public Explanation explanation(List<String> names) {
    classNames = new ClassNames(names);
    List<Explanation.Output> explained = new ArrayList<>();
    outputs.forEach(output -> explained.add(output.result(loss.result())));
    for (int i = 0; i < explained.size(); i++) {
      explained.set(i, judged(explained, i));
    }
    classNames.requireUsed();
    List<Case> cases = new ArrayList<>();
    Whole whole = whole(explained);
    for (int i = 0; i < explained.size(); i++) {
      cases.add(new Case(whole, evidence.get(i), explained.get(i)));
    }
    return new Explanation(
        evaluation.dialect().toString(),
        loss.result(),
        subject.inTraining(),
        samples,
        batches,
        evaluation.countsBatchesOnce()
            ? "every batch counts once, whatever its size"
            : "batches count by their size",
        byBatch.times(1 / loss.weight()),
        explained,
        evaluation.penalties().stream()
            .map(mean -> new Explanation.Penalty(mean.path(), mean.kind(), mean.value()))
            .toList(),
        Rules.findings(cases),
        evaluation.notes());
  }

  private Whole whole(List<Explanation.Output> explained) {
    return new Whole(
        evaluation.dialect(),
        loss.result(),
        bySize.result(),
        samples,
        batches,
        evaluation.result(),
        printed(),
        evaluation.warnings(),
        explained,
        subject,
        classWeighted);
  }

  private Map<String, String> printed() {
    List<CompiledOutput> setups = evidence.stream().map(Evidence::setup).toList();
    Map<String, String> printed = new HashMap<>();
    for (CompiledOutput setup : setups) {
      boolean alone =
          setups.stream().filter(s -> s.lossReported().equals(setup.lossReported())).count() == 1;
      setup
          .lossReported()
          .filter(name -> alone)
          .ifPresent(name -> printed.put(setup.output().name(), name + "_loss"));
    }
    return printed;
  }

  /** An output beside what guessing would have. */
  private Explanation.Output judged(List<Explanation.Output> explained, int i) {
    Explanation.Output output = explained.get(i);
    Case c = new Case(whole(explained), evidence.get(i), output);
    Labels labels = evidence.get(i).labels();
    return new Explanation.Output(
        output.name(),
        output.loss(),
        output.lossWeight(),
        output.value(),
        output.contribution(),
        output.unit(),
        labels.isKnown()
            ? "each label is decided above " + (c.ofLogits() ? "0 (logits)" : "0.5")
            : output.decision(),
        output.stages(),
        output.terms(),
        classNames.given(labels.isKnown() ? labels.shown(output.classes()) : output.classes()),
        output.unsplit(),
        output.balanced(),
        output.bySample(),
        output.byRegion(),
        output.worst(),
        output.pictures(),
        Rules.baseline(c),
        Rules.channels(c),
        output.notes());
  }

  @Override
  public void close() {
    evidence.forEach(Evidence::close);
    evaluation.close();
  }
}
