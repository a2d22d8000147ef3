package dev.keraunos.loss.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects, batch after batch, what each term, class, sample, place and stage of an output's loss
 * contributes.
 */
final class Attribution {
  private final OutputEvaluation.Setup setup;
  private final Stages stages;
  private final WorstSamples worst = new WorstSamples();
  private final Places places = new Places();
  private final List<TermTotal> terms = new ArrayList<>();
  private final Chunk chunk = new Chunk();
  private Optional<Classes> classes;
  private ClassTotals totals;
  private Optional<WhatIfs> whatIfs = Optional.empty();
  private boolean coupled;
  private double value;
  private double weight;

  Attribution(OutputEvaluation.Setup setup) {
    this.setup = setup;
    stages = new Stages(setup);
  }

  /** Adds a batch whose weight among the batches {@link #endBatch} tells. */
  void add(ScoredBatch batch, Reduction reduction) {
    boolean first = totals == null;
    if (first) {
      classes = Classes.of(batch.yTrue(), batch.yPred(), batch.scores().shape());
      totals = new ClassTotals(classes.map(Classes::count).orElse(0));
    } else {
      classes = classes.filter(c -> c.fits(batch.yTrue(), batch.yPred(), batch.scores().shape()));
    }
    value = batch.value();
    places.begin(batch);
    for (int from = 0; from < batch.scores().size(); from += Chunk.SIZE) {
      add(batch, from);
    }
    classes = classes.filter(c -> chunk.namesClasses);
    worst.add(batch, places.samples(), classes);
    if (coupled && classes.isPresent() && setup.detail() == Detail.WHAT_IF) {
      whatIfs = whatIfs.or(() -> Optional.of(new WhatIfs(totals.count())));
      whatIfs.get().add(batch, classes.get());
    }
    stages.add(batch, reduction, terms.size() == 1 ? Optional.of(terms.get(0)) : Optional.empty());
  }

  private void add(ScoredBatch batch, int from) {
    chunk.read(batch, from);
    if (classes.isPresent()) {
      classes.get().truth(batch.yTrue(), chunk);
      classes.get().prediction(batch.yPred(), chunk);
    }
    totals.add(chunk);
    places.add(chunk);
    List<Term> now = batch.program().terms();
    for (int i = 0; i < now.size(); i++) {
      coupled |= now.get(i).batchLevel();
      if (i == terms.size()) {
        terms.add(new TermTotal(now.get(i), totals.count()));
      }
      terms.get(i).add(now.get(i), batch, chunk);
    }
  }

  /** Closes a batch of that weight. */
  void endBatch(double batchWeight) {
    weight += batchWeight;
    stages.endBatch(batchWeight);
    terms.forEach(term -> term.endBatch(batchWeight));
    totals.endBatch(batchWeight);
    places.endBatch(batchWeight, value);
    worst.endBatch(batchWeight);
    whatIfs.ifPresent(w -> w.endBatch(batchWeight));
  }

  /** What was found, given the loss of all outputs together. */
  Explanation.Output result(double loss) {
    double factor = setup.lossWeight() / weight;
    boolean named = classes.isPresent();
    List<Explanation.Term> explained = new ArrayList<>();
    terms.forEach(term -> explained.add(term.result(factor, totals, named ? totals.classes() : 0)));
    boolean alike = explained.stream().allMatch(term -> term.weight().isEmpty());
    List<Double> byChannel = channels(explained);
    List<Explanation.ClassShare> shares =
        named
            ? totals.result(
                factor,
                byChannel.size() == totals.count() ? byChannel : List.of(),
                (k, right) -> change(k, right, alike).map(change -> loss + factor * change))
            : List.of();
    Explanation.Output output =
        new Explanation.Output(
            setup.output().name(),
            setup.lossName(),
            setup.lossWeight(),
            stages.value(),
            stages.value() * setup.lossWeight(),
            stages.result(),
            explained,
            shares,
            named ? totals.balanced(factor) : Optional.empty(),
            places.bySample(factor),
            places.byRegion(factor),
            worst.times(factor),
            List.of());
    return output.withFindings(Findings.of(output, loss));
  }

  private Optional<Double> change(int k, boolean right, boolean alike) {
    return coupled ? whatIfs.flatMap(w -> w.change(k, right)) : totals.change(k, right, alike);
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
