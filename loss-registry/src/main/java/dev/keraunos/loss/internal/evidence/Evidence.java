package dev.keraunos.loss.internal.evidence;

import dev.keraunos.loss.internal.compile.CompiledMetric;
import dev.keraunos.loss.internal.compile.CompiledOutput;
import dev.keraunos.loss.internal.observe.ScoreGraph;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.tensor.Shape;

/** What is gathered of the batches of one output. Each part looks only at what it may need. */
public final class Evidence implements AutoCloseable {
  /** As many elements of a batch as cost nothing to look at. */
  private static final int SMALL = 1 << 14;

  private final CompiledOutput setup;
  private final Subject subject;
  private final Constancy constancy = new Constancy();
  private final Elements elements = new Elements();
  private final TopSamples top = new TopSamples();
  private final NotFinite notFinite = new NotFinite();
  private final Counted counted = new Counted();
  private final Padding padding = new Padding();
  private final Labels labels = new Labels();
  private final Ranking ranking = new Ranking();
  private final Extent extent = new Extent();
  private final Decisions decisions = new Decisions();
  private final Coupled coupled = new Coupled();
  private final Alternatives alternatives;
  private final ZeroTargets zeros = new ZeroTargets();
  private final Rescaled rescaled = new Rescaled();
  private final LastStep lastStep = new LastStep();
  private Shape targets = Shape.scalar();
  private Shape predictions = Shape.scalar();
  private boolean hasLogits;
  private double weight;
  private boolean rescales;

  /** Starts. */
  public Evidence(CompiledOutput setup, Subject subject) {
    this.setup = setup;
    this.subject = subject;
    alternatives = new Alternatives(setup);
  }

  /** Adds to a graph what else it is to compute. */
  public void watch(ScoreGraph graph) {
    hasLogits |= graph.logits().isPresent();
    alternatives.watch(graph, subject.activation(setup.output().name()));
  }

  /** Adds a batch. */
  public void add(Seen seen) {
    ScoredBatch batch = seen.batch();
    targets = batch.yTrue().shape();
    predictions = batch.yPred().shape();
    constancy.add(batch.yPred());
    if (needsElements(seen)) {
      elements.add(seen);
    } else {
      elements.skip();
    }
    double[] shares = seen.bySample();
    top.add(seen, shares);
    notFinite.add(seen, shares, setup);
    counted.add(batch);
    padding.add(seen);
    labels.add(seen);
    alternatives.add(batch);
    coupled.add(seen);
    lastStep.add(seen, Errors.of(setup));
    boolean elsewhere =
        Errors.isCrossentropy(setup)
            && Errors.classAxis(setup, predictions.rank()) < predictions.rank() - 1;
    if (Errors.isOverlap(setup) || elsewhere) {
      extent.add(batch.yPred());
    }
    if (has("binary_accuracy")) {
      decisions.add(seen);
    }
    if (has("auc")) {
      ranking.add(batch.yTrue(), batch.yPred());
    }
    if (setup.lossName().equals("mean_absolute_percentage_error")) {
      Errors.of(setup).ifPresent(errors -> zeros.add(seen, errors));
    }
    rescales |= Errors.isCrossentropy(setup) && elements.above() > 0;
    if (rescales) {
      rescaled.add(batch);
    } else {
      rescaled.keep(elements.largestTarget() > 0 ? Double.NaN : batch.value());
    }
  }

  /**
   * Crossentropies of classes whose activation is known leave nothing to find in elements, and of
   * losses that are not Keras' nobody knows what elements mean.
   */
  private boolean needsElements(Seen seen) {
    boolean known = seen.told() && hasLogits && Errors.isCrossentropy(setup);
    boolean softened = setup.settings().path("from_logits").asBoolean(false) || has("precision");
    boolean looks = setup.isOfKeras() && !known;
    return looks || softened || seen.batch().yPred().size() <= SMALL;
  }

  private boolean has(String metric) {
    for (CompiledMetric compiled : setup.metrics()) {
      if (compiled.kind(targets, predictions).equals(metric)) {
        return true;
      }
    }
    return false;
  }

  /** Closes a batch of that weight. */
  public void endBatch(double batchWeight) {
    weight += batchWeight;
    elements.endBatch(batchWeight);
    top.endBatch(batchWeight);
    notFinite.endBatch(batchWeight);
    counted.endBatch(batchWeight);
    padding.endBatch(batchWeight);
    alternatives.endBatch(batchWeight);
    rescaled.endBatch(batchWeight);
  }

  public CompiledOutput setup() {
    return setup;
  }

  public Constancy constancy() {
    return constancy;
  }

  public Elements elements() {
    return elements;
  }

  public TopSamples top() {
    return top;
  }

  public NotFinite notFinite() {
    return notFinite;
  }

  public Counted counted() {
    return counted;
  }

  public Padding padding() {
    return padding;
  }

  public Labels labels() {
    return labels;
  }

  public Ranking ranking() {
    return ranking;
  }

  /** Of losses that do not score the channels of the last axis. */
  public Extent extent() {
    return extent;
  }

  public Decisions decisions() {
    return decisions;
  }

  public Coupled coupled() {
    return coupled;
  }

  public Alternatives alternatives() {
    return alternatives;
  }

  public ZeroTargets zeros() {
    return zeros;
  }

  public Rescaled rescaled() {
    return rescaled;
  }

  public LastStep lastStep() {
    return lastStep;
  }

  /** The weight of all batches, by which sums are to be divided. */
  public double weight() {
    return weight;
  }

  /** The shape of the last batch's targets. */
  public Shape targets() {
    return targets;
  }

  /** The shape of the last batch's predictions. */
  public Shape predictions() {
    return predictions;
  }

  /** True if what went into the last activation is known. */
  public boolean hasLogits() {
    return hasLogits;
  }

  @Override
  public void close() {
    coupled.close();
  }
}
