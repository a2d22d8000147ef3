package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.anatomy.Term;
import dev.keraunos.loss.internal.compile.CompiledOutput;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.loss.internal.reduce.Reduction;
import dev.keraunos.loss.internal.reduce.RunningMean;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The steps from element losses to the contribution of an output. */
final class Stages {
  private static final class Step {
    private Shape shape;
    private String what;
    private double batch;
    private final RunningMean mean = new RunningMean();
  }

  private final CompiledOutput setup;
  private final Map<String, Step> steps = new LinkedHashMap<>();
  private final RunningMean value = new RunningMean();
  private double batchValue;

  Stages(CompiledOutput setup) {
    this.setup = setup;
  }

  /**
   * Adds a batch.
   *
   * @param only the only term, if there is one only
   */
  void add(ScoredBatch batch, Term first, Optional<TermTotal> only) {
    Reduction reduction = batch.reduction();
    Grid scores = batch.scores();
    Reduction.Request request = batch.request();
    String reduced = "what the loss function returns";
    Optional<Term.Elements> elements = first.elements();
    if (only.isPresent() && elements.isPresent()) {
      Shape shape = elements.get().shape();
      step(
          "elements",
          shape.rank() == 0 ? shape : shape.with(0, batch.samples()),
          only.get().elementMean(),
          "one loss per element of the prediction");
      reduced = elements.get().reduction();
    }
    step("scores", scores.shape(), scores.mean(), reduced);
    if (request.mask().isPresent() || request.valid().isPresent()) {
      Reduction.Request masked =
          new Reduction.Request(
              request.scores(),
              request.outputRank(),
              request.mask(),
              request.valid(),
              Optional.empty(),
              request.mode());
      Grid unweighted = reduction.weigh(masked).coefficients();
      step("mask", scores.shape(), scores.dotRepeated(unweighted), counted(request));
    }
    if (request.weight().isPresent()) {
      Grid w = request.weight().get();
      step(
          "sample weight",
          scores.shape(),
          batch.value(),
          "weights " + w.shape() + ", their mean is " + (float) w.mean());
    }
    batchValue = batch.value();
    step("reduction", Shape.scalar(), batchValue, "sum / " + batch.weighting().divisor());
    step(
        "loss weight",
        Shape.scalar(),
        batchValue * setup.lossWeight(),
        "times " + (float) setup.lossWeight());
  }

  private static String counted(Reduction.Request request) {
    Grid mask = request.mask().or(request::valid).get();
    return (long) mask.sum() + " of " + mask.size() + " positions of the last batch count";
  }

  private void step(String name, Shape shape, double mean, String what) {
    Step step = steps.computeIfAbsent(name, n -> new Step());
    step.shape = step.shape == null ? shape : common(step.shape, shape);
    step.batch = mean;
    step.what = what;
  }

  private static Shape common(Shape a, Shape b) {
    Shape common = a;
    for (int i = 0; i < a.rank() && a.rank() == b.rank(); i++) {
      common = a.dim(i) == b.dim(i) ? common : common.with(i, Shape.UNKNOWN);
    }
    return common;
  }

  void endBatch(double weight) {
    steps.values().forEach(step -> step.mean.add(step.batch, weight));
    value.add(batchValue, weight);
  }

  /** The loss of the output before its weight. */
  double value() {
    return value.result();
  }

  List<Explanation.Stage> result() {
    List<Explanation.Stage> stages = new ArrayList<>();
    steps.forEach(
        (name, step) ->
            stages.add(
                new Explanation.Stage(name, step.shape.toString(), step.mean.result(), step.what)));
    return stages;
  }
}
