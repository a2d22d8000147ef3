package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.anatomy.ClassAxis;
import dev.keraunos.loss.internal.anatomy.Term;
import dev.keraunos.loss.internal.compile.CompiledOutput;
import dev.keraunos.loss.internal.observe.OutputObserver;
import dev.keraunos.loss.internal.observe.ScoreGraph;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Collects, batch after batch, what each term, class, sample, place and stage of an output's loss
 * contributes.
 */
final class Attribution implements OutputObserver {
  /** From so many scores on, sums are formed side by side. */
  private static final int WORTHWHILE = 1 << 13;

  /** What positions are, by the number of their axes. */
  private static final List<String> UNITS = List.of("samples", "steps", "pixels", "voxels");

  private final CompiledOutput setup;
  private final int threads;
  private final boolean whatIf;
  private final boolean pictures;
  private final double half;
  private final Stages stages;
  private final WorstSamples worst = new WorstSamples();
  private final Places places = new Places();
  private final List<TermTotal> terms = new ArrayList<>();
  private final List<SplitTotal> splits = new ArrayList<>();
  private final Chunk chunk = new Chunk();
  private final List<Chunk> chunks = new ArrayList<>();
  private Optional<Classes> classes;
  private ClassTotals totals;
  private Optional<WhatIfs> whatIfs = Optional.empty();
  private Optional<Gallery> gallery = Optional.empty();
  private Map<String, Tensor> inputs = Map.of();
  private long seen;
  private int axis;
  private String unit;
  private boolean isPlaced;
  private boolean isSplit;
  private boolean coupled;
  private double value;
  private double weight;

  /**
   * Starts.
   *
   * @param details what else to tell
   * @param half what a single number is above if it says yes
   */
  Attribution(CompiledOutput setup, int threads, Set<Explanation.Detail> details, double half) {
    this.half = half;
    this.setup = setup;
    this.whatIf = details.contains(Explanation.Detail.WHAT_IF);
    this.pictures = details.contains(Explanation.Detail.PICTURES);
    this.threads = threads;
    stages = new Stages(setup);
  }

  /**
   * The next batch is of these inputs.
   *
   * @param first the index of its first sample
   */
  void of(Map<String, Tensor> next, long first) {
    inputs = next;
    seen = first;
  }

  @Override
  public Consumer<ScoredBatch> watch(ScoreGraph graph) {
    Anatomy anatomy = Anatomy.of(setup.lossName(), graph);
    return batch -> add(batch, anatomy);
  }

  /** Adds a batch whose weight among the batches {@link #endBatch} tells. */
  private void add(ScoredBatch batch, Anatomy anatomy) {
    if (totals == null) {
      begin(batch, anatomy);
    }
    value = batch.value();
    classes = classes.filter(c -> c.fits(batch.yTrue(), batch.yPred()));
    Optional<BatchClasses> found =
        classes.map(
            c ->
                new BatchClasses(
                    c, c.positions(batch.yPred()), c.axis() == anatomy.classAxis().axis()));
    ScoredBatch placed =
        isPlaced
            ? addPlaced(batch, anatomy.terms(), found)
            : addSpread(batch, anatomy.terms(), found);
    classes = classes.filter(c -> chunk.namesClasses);
    boolean shown = isPlaced || isSplit;
    Optional<BatchClasses> told = found.filter(f -> shown && classes.isPresent());
    worst.add(shown ? placed : batch, places.samples(), told);
    if (pictures) {
      gallery = gallery.or(() -> Optional.of(new Gallery(!isLinear())));
      gallery.get().add(shown ? placed : batch, places.samples(), told, inputs, seen);
    }
    if (!isLinear() && classes.isPresent() && whatIf) {
      whatIfs = whatIfs.or(() -> Optional.of(new WhatIfs(totals.count())));
      whatIfs.get().add(batch, found.get(), placed.coefficients());
    }
    stages.add(
        batch,
        anatomy.terms().get(0),
        terms.size() == 1 ? Optional.of(terms.get(0)) : Optional.empty());
  }

  /** Settles, with the first batch, whose scores there are. */
  private void begin(ScoredBatch batch, Anatomy anatomy) {
    ClassAxis told = anatomy.classAxis();
    classes = Classes.of(batch.yTrue(), batch.yPred(), told, half);
    axis = classes.map(Classes::axis).orElse(told.axis());
    unit = UNITS.get(Math.min(UNITS.size(), Math.max(1, batch.yPred().shape().rank() - 1)) - 1);
    isPlaced = axis == told.axis() && batch.scores().size() == positions(batch);
    for (Term term : anatomy.terms()) {
      coupled |= term.batchLevel();
      isSplit |= !isPlaced && term.split().filter(sum -> sum.shares().areSome()).isPresent();
    }
    classes = classes.filter(c -> isPlaced || isSplit || c.areVectors());
    totals = new ClassTotals(classes.map(Classes::count).orElse(0));
    for (Term term : anatomy.terms()) {
      terms.add(new TermTotal(term, isPlaced ? totals.count() : 0, isPlaced));
      splits.add(new SplitTotal(totals.count(), axis));
    }
  }

  private int positions(ScoredBatch batch) {
    long channels = batch.yPred().shape().rank() == 0 ? 1 : batch.yPred().shape().dim(axis);
    return (int) (batch.yPred().size() / Math.max(1, channels));
  }

  /** Adds scores that are those of the positions. */
  private ScoredBatch addPlaced(ScoredBatch batch, List<Term> now, Optional<BatchClasses> found) {
    int size = batch.scores().size();
    places.begin(batch);
    found.ifPresent(f -> f.find(batch, chunk));
    List<Runnable> sums = new ArrayList<>();
    sums.add(
        sum(
            batch,
            found,
            0,
            part -> {
              totals.add(part);
              places.add(part);
            }));
    for (int i = 0; i < now.size(); i++) {
      Term term = now.get(i);
      TermTotal total = terms.get(i);
      SplitTotal split = splits.get(i);
      sums.add(sum(batch, found, i + 1, part -> total.add(term, batch, part)));
      if (term.batchLevel()) {
        sums.add(() -> split.add(term, batch, found, new double[size]));
      }
    }
    int last = now.size() + 1;
    found.ifPresent(
        f ->
            sums.add(
                sum(batch, found, last, part -> totals.overlaps().add(batch, f.classes(), part))));
    boolean together = threads > 1 && size >= WORTHWHILE;
    (together ? sums.parallelStream() : sums.stream()).forEach(Runnable::run);
    return batch;
  }

  /** A sum over all chunks, which the n-th of those for sums holds one after the other. */
  private Runnable sum(
      ScoredBatch batch, Optional<BatchClasses> found, int n, Consumer<Chunk> body) {
    if (n == chunks.size()) {
      chunks.add(new Chunk());
    }
    Chunk own = chunks.get(n);
    return () -> {
      for (int from = 0; from < batch.scores().size(); from += Chunk.SIZE) {
        own.read(batch, from);
        found.ifPresent(f -> f.read(own));
        body.accept(own);
      }
    };
  }

  /** Adds scores of more than a position each, as far as they can be taken apart. */
  private ScoredBatch addSpread(ScoredBatch batch, List<Term> now, Optional<BatchClasses> found) {
    Arrays.fill(chunk.truth, 0);
    for (int from = 0; from < batch.scores().size(); from += Chunk.SIZE) {
      chunk.read(batch, from);
      addTerms(batch, now);
    }
    double[] shares = new double[positions(batch)];
    found.ifPresent(f -> f.find(batch, chunk));
    addSplits(batch, now, found, shares);
    ScoredBatch spread = spread(batch, shares);
    places.begin(isSplit ? spread : batch);
    for (int from = 0; from < shares.length; from += Chunk.SIZE) {
      chunk.read(spread, from);
      found.ifPresent(
          f -> {
            f.read(chunk);
            totals.overlaps().add(batch, f.classes(), chunk);
          });
      totals.add(chunk);
      if (isSplit) {
        places.add(chunk);
      }
    }
    if (batch.isPerSample() && !coupled) {
      places.setSamples(batch.sharesOfSamples());
    }
    return spread;
  }

  private void addTerms(ScoredBatch batch, List<Term> now) {
    for (int i = 0; i < now.size(); i++) {
      terms.get(i).add(now.get(i), batch, chunk);
    }
  }

  private void addSplits(
      ScoredBatch batch, List<Term> now, Optional<BatchClasses> found, double[] shares) {
    for (int i = 0; i < now.size(); i++) {
      splits.get(i).add(now.get(i), batch, found, shares);
    }
  }

  /**
   * The shares as scores of positions, each of which counts its part of what the scores of its
   * sample, or of the batch, count.
   */
  private ScoredBatch spread(ScoredBatch batch, double[] shares) {
    int groups = batch.isPerSample() ? batch.samples() : 1;
    int scores = batch.scores().size() / groups;
    int size = shares.length / groups;
    double[] coefficients = new double[shares.length];
    double[] spread = new double[shares.length];
    for (int group = 0; group < groups; group++) {
      double sum = 0;
      for (int s = 0; s < scores; s++) {
        sum += batch.coefficients().at(group * scores + s);
      }
      double coefficient = sum / size;
      for (int i = group * size; i < (group + 1) * size; i++) {
        coefficients[i] = coefficient;
        spread[i] = coefficient == 0 ? 0 : shares[i] / coefficient;
      }
    }
    Shape positions = batch.yPred().shape().without(axis);
    return batch.at(Grid.of(positions, spread), Grid.of(positions, coefficients));
  }

  /** True if the loss adds up scores of positions, however it is written. */
  private boolean isLinear() {
    return isPlaced ? !coupled : splits.stream().allMatch(SplitTotal::isLinear);
  }

  /** True if targets name one class for each position so far. */
  boolean namesOneClass() {
    return classes.isPresent() && chunk.namesClasses && chunk.exclusive;
  }

  /** Closes a batch of that weight. */
  void endBatch(double batchWeight) {
    weight += batchWeight;
    stages.endBatch(batchWeight);
    terms.forEach(term -> term.endBatch(batchWeight));
    splits.forEach(split -> split.endBatch(batchWeight));
    totals.endBatch(batchWeight);
    places.endBatch(batchWeight, value);
    worst.endBatch(batchWeight);
    gallery.ifPresent(g -> g.endBatch(batchWeight));
    whatIfs.ifPresent(w -> w.endBatch(batchWeight));
  }

  /** What was found, given the loss of all outputs together. */
  Explanation.Output result(double loss) {
    double factor = setup.lossWeight() / weight;
    boolean named = classes.isPresent();
    int told = named ? totals.classes() : 0;
    List<Explanation.Term> explained = new ArrayList<>();
    for (int i = 0; i < terms.size(); i++) {
      explained.add(terms.get(i).result(factor, totals, told, splits.get(i)));
    }
    double contribution = stages.value() * setup.lossWeight();
    boolean alike = explained.stream().allMatch(term -> term.weight().isEmpty());
    boolean weighs = isPlaced || isLinear();
    List<Double> byChannel = channels(explained);
    List<Explanation.ClassShare> shares =
        named
            ? totals.result(
                factor,
                byChannel.size() == totals.count() ? byChannel : List.of(),
                (k, right) -> change(k, right, alike).map(change -> loss + factor * change),
                weighs,
                chunk.exclusive)
            : List.of();
    return new Explanation.Output(
        setup.output().name(),
        setup.lossName(),
        setup.lossWeight(),
        stages.value(),
        contribution,
        unit,
        classes.map(Classes::decision).orElse(""),
        stages.result(),
        explained,
        shares,
        isPlaced ? 0 : contribution - totals.contribution(factor),
        named && weighs ? totals.balanced(factor) : Optional.empty(),
        places.bySample(factor),
        places.byRegion(factor),
        worst.times(factor),
        gallery.map(g -> g.times(factor)).orElse(List.of()),
        Optional.empty(),
        List.of(),
        TermNotes.of(explained, !shares.isEmpty()));
  }

  private Optional<Double> change(int k, boolean right, boolean alike) {
    return isLinear() ? totals.change(k, right, alike) : whatIfs.flatMap(w -> w.change(k, right));
  }

  /** By channel, what the terms add to positions that have scores, or to those that are split. */
  private List<Double> channels(List<Explanation.Term> explained) {
    return sums(
        explained.stream()
            .map(
                term ->
                    isPlaced
                        ? term.byChannel()
                        : term.split().map(Explanation.Split::byChannel).orElse(List.of()))
            .toList());
  }

  /** Lists added up; those that are empty are left out. */
  private static List<Double> sums(List<List<Double>> lists) {
    List<Double> sums = new ArrayList<>();
    for (List<Double> list : lists) {
      for (int k = 0; k < list.size(); k++) {
        if (sums.size() == k) {
          sums.add(0.0);
        }
        sums.set(k, sums.get(k) + list.get(k));
      }
    }
    return sums;
  }
}
