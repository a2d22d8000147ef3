package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects, batch after batch, what each term, class and stage of an output's loss contributes. */
final class Attribution {
  private final OutputEvaluation.Setup setup;
  private final Stages stages;
  private final WorstSamples worst = new WorstSamples();
  private final Map<String, TermTotal> terms = new LinkedHashMap<>();
  private Optional<Classes> classes;
  private ClassTotals totals;
  private double weight;
  private long samples;

  Attribution(OutputEvaluation.Setup setup) {
    this.setup = setup;
    stages = new Stages(setup);
  }

  /** Adds a batch whose weight among the batches {@link #endBatch} tells. */
  void add(
      OutputProgram program,
      OutputProgram.Results results,
      Tensor yTrue,
      Tensor yPred,
      Reduction.Request request,
      Reduction reduction) {
    if (classes == null) {
      classes = Classes.of(yTrue, yPred);
      totals = new ClassTotals(classes.map(Classes::count).orElse(0));
    }
    float[] scores = results.scores().toFloatArray();
    Shape shape = results.scores().shape();
    Grid coefficients = reduction.weigh(request).coefficients();
    Optional<int[]> truth = classes.flatMap(c -> c.truth(yTrue, shape));
    Optional<int[]> guess = truth.flatMap(t -> classes.get().prediction(yPred, shape));
    stages.add(program.terms(), results, request, reduction);
    for (Term term : program.terms()) {
      terms
          .computeIfAbsent(term.name(), name -> new TermTotal(term, totals.count()))
          .add(term, results, coefficients, truth);
    }
    if (truth.isPresent()) {
      totals.add(scores, coefficients, truth.get(), guess);
    }
    worst.add(samples, scores, shape, truth, guess);
    samples += shape.rank() == 0 ? 0 : shape.dim(0);
  }

  /** Closes a batch of that weight. */
  void endBatch(double batchWeight) {
    weight += batchWeight;
    stages.endBatch(batchWeight);
    terms.values().forEach(term -> term.endBatch(batchWeight));
    totals.endBatch(batchWeight);
  }

  /** What was found, given the loss of all outputs together. */
  Explanation.Output result(double loss) {
    double factor = setup.lossWeight() / weight;
    List<Explanation.Term> explained = new ArrayList<>();
    terms.values().forEach(term -> explained.add(term.result(factor)));
    List<Double> byChannel = channels(explained);
    double value = stages.value();
    return new Explanation.Output(
        setup.output().name(),
        setup.lossName(),
        setup.lossWeight(),
        value,
        value * setup.lossWeight(),
        stages.result(),
        explained,
        totals.result(factor, byChannel, loss),
        totals.balanced(),
        worst.result());
  }

  /** The sum of all terms by channel; empty if one of them has no channels. */
  private static List<Double> channels(List<Explanation.Term> terms) {
    List<Double> sums = new ArrayList<>();
    for (Explanation.Term term : terms) {
      for (int k = 0; k < term.byChannel().size(); k++) {
        if (sums.size() == k) {
          sums.add(0.0);
        }
        sums.set(k, sums.get(k) + term.byChannel().get(k));
      }
    }
    return sums;
  }
}
