package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.engine.Engine;
import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.internal.compile.ClassNumbers;
import dev.keraunos.loss.internal.compile.CompiledOutput;
import dev.keraunos.loss.internal.compile.MetricChecks;
import dev.keraunos.loss.internal.compile.Warnings;
import dev.keraunos.loss.internal.observe.OutputObserver;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.loss.internal.reduce.Keras23Reduction;
import dev.keraunos.loss.internal.reduce.MetricAverage;
import dev.keraunos.loss.internal.reduce.Precision;
import dev.keraunos.loss.internal.reduce.Reduction;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** One output of the model: its loss and metrics, batch after batch. */
final class OutputEvaluation implements AutoCloseable {
  private static final String FUNCTION = "the loss";

  private static final int PROGRAMS = 8;

  /**
   * What a batch gave.
   *
   * @param value its loss
   * @param factor by how much more than its size it counts
   * @param shown the value of which the output's own loss is a mean
   * @param weight of that value in the mean
   * @param precision of the value, which is rounded to it
   */
  record BatchLoss(double value, double factor, double shown, double weight, Precision precision) {}

  private final CompiledOutput setup;
  private final Dialect dialect;
  private final Reduction reduction;
  private final Engine engine;
  private final int threads;
  private final Warnings warnings;
  private final OutputMetrics metrics;
  private final MetricChecks checks;
  private boolean checked;
  private final Optional<OutputObserver> observer;
  private final Map<Signature, OutputProgram> programs =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Signature, OutputProgram> eldest) {
          boolean full = size() > PROGRAMS;
          if (full) {
            eldest.getValue().close();
          }
          return full;
        }
      };

  OutputEvaluation(
      CompiledOutput setup,
      Dialect dialect,
      Engine engine,
      int threads,
      Warnings warnings,
      Optional<OutputObserver> observer) {
    this.setup = setup;
    this.dialect = dialect;
    this.engine = engine;
    this.threads = threads;
    this.warnings = warnings;
    reduction = Reduction.of(dialect, setup.lossName());
    this.observer = observer;
    checks = new MetricChecks(setup, warnings);
    metrics = new OutputMetrics(setup.output().name(), setup.metrics(), dialect);
  }

  CompiledOutput setup() {
    return setup;
  }

  /** True if there is anything to compute; metrics without a loss do not insist on targets. */
  boolean isNeeded(Batch batch) {
    boolean given = batch.outputs().containsKey(setup.output().name());
    return setup.loss().isPresent() || (given && !setup.metrics().isEmpty());
  }

  OutputMetrics metrics() {
    return metrics;
  }

  /**
   * Adds a batch.
   *
   * @return its loss, empty for an output without one
   */
  Optional<BatchLoss> update(OutputData data) {
    Tensor yTrue = fed(data.yTrue(), false);
    Tensor yPred = fed(data.yPred(), true);
    Optional<Tensor> logits =
        data.logits().filter(x -> setup.findsLogits()).map(tensor -> fed(tensor, true));
    requireBatch(yTrue, yPred);
    Optional<Grid> mask = data.mask().map(m -> Grid.of(m).map(x -> x != 0 ? 1 : 0));
    Optional<Grid> weight = data.sampleWeight().map(Grid::of).map(w -> ofType(w, yPred));
    if (!checked) {
      checks.check(yTrue, yPred);
      checked = true;
    }
    OutputProgram program =
        advised(yTrue, yPred, () -> program(Signature.of(yTrue, yPred, logits)));
    Place place = new Place(setup.output().name(), FUNCTION, yTrue.shape(), yPred.shape());
    try (OutputProgram.Results results =
        advised(yTrue, yPred, () -> place.of(() -> program.run(yTrue, yPred, logits)))) {
      metrics.add(results, yTrue, yPred, mask, weight);
      return setup.loss().map(loss -> loss(program, results, yTrue, yPred, logits, mask, weight));
    } finally {
      close(yTrue, data.yTrue());
      close(yPred, data.yPred());
      logits.ifPresent(tensor -> close(tensor, data.logits().get()));
    }
  }

  /** What some work gives; if it does not take the targets, with what to do about them. */
  private static <T> T advised(Tensor yTrue, Tensor yPred, Supplier<T> work) {
    try {
      return work.get();
    } catch (InputException e) {
      throw ClassNumbers.advice(yTrue, yPred.shape())
          .map(advice -> new InputException(e.getMessage() + "; " + advice, e))
          .orElse(e);
    }
  }

  private BatchLoss loss(
      OutputProgram program,
      OutputProgram.Results results,
      Tensor yTrue,
      Tensor yPred,
      Optional<Tensor> logits,
      Optional<Grid> mask,
      Optional<Grid> weight) {
    Grid scores = Grid.of(results.scores());
    String name = setup.output().name();
    warnings.checkTargets(setup, yTrue, yPred.shape(), program.target(), program.prediction());
    warnings.checkLabels(setup, dialect, yTrue, yPred.shape());
    warnings.checkWeights(name, dialect, scores.shape(), yPred.shape(), weight);
    warnings.checkZeros(name, dialect, weight);
    Reduction.Request request =
        new Reduction.Request(
            scores.shape(), yPred.shape().rank(), mask, results.valid(), weight, setup.mode());
    Place place = new Place(name, FUNCTION, yTrue.shape(), yPred.shape());
    Place weights = weight.map(w -> place.with(w.shape())).orElse(place);
    Reduction.Weighting weighting = weights.of(() -> reduction.weigh(request));
    Grid coefficients = weights.of(weighting::coefficients);
    Precision precision = program.precision();
    double value = precision.round(scores.reshape(fitted(coefficients, scores)).dot(coefficients));
    warnings.checkNan(name, dialect, value, request);
    boolean vector = setup.mode() == Reduction.Mode.NONE && scores.rank() > 0;
    double factor = vector ? vectorFactor(scores, yPred) : 1;
    program
        .watcher()
        .ifPresent(
            watcher ->
                watcher.accept(
                    new ScoredBatch(
                        results.tensors(),
                        (target, other, behind) ->
                            program.value(target, other, behind, coefficients),
                        yTrue,
                        yPred,
                        logits,
                        scores,
                        request,
                        reduction,
                        weighting,
                        coefficients,
                        isPerSample(program, scores, yPred),
                        value)));
    if (dialect.has(Quirk.SHOWS_LOSSES_AS_METRICS)) {
      return shownAsMetric(value, scores, yPred.shape(), request);
    }
    double rows = vector ? scores.shape().dim(0) : 1;
    double size = yPred.shape().dim(0) * factor;
    double counted = setup.countsBatchesOnce() ? rows : size;
    return new BatchLoss(value, factor, value, counted, precision);
  }

  /**
   * TensorFlow 1.13 shows the loss of an output as a metric of its function: weighted over all
   * batches. Its squared error is a mean already when it is weighted.
   */
  private BatchLoss shownAsMetric(
      double value, Grid scores, Shape prediction, Reduction.Request request) {
    if (setup.lossName().equals("mean_squared_error")) {
      Optional<Grid> weight = Keras23Reduction.merge(request.mask(), request.weight());
      return new BatchLoss(
          value,
          1,
          scores.sum() / scores.size(),
          weight.map(Grid::sum).orElse(1.0),
          Precision.FULL);
    }
    MetricAverage average = new MetricAverage(dialect, true, Precision.FULL);
    average.add(
        scores,
        prediction.dim(0),
        prediction.rank(),
        request.mask(),
        request.valid(),
        request.weight());
    return new BatchLoss(value, 1, average.result(), average.weight(), Precision.FULL);
  }

  private static boolean isPerSample(OutputProgram program, Grid scores, Tensor yPred) {
    return program.isPerSample()
        && scores.size() > 0
        && scores.shape().dim(0) == yPred.shape().dim(0);
  }

  /** An unreduced loss is a vector, of which running averages count every entry. */
  private double vectorFactor(Grid scores, Tensor yPred) {
    if (dialect.has(Quirk.BATCHES_COUNT_ONCE)) {
      return yPred.shape().dim(0);
    }
    return dialect.has(Quirk.UNREDUCED_LOSSES_COUNT_ENTRIES) ? scores.size() : 1;
  }

  /** The shape of the scores in which their coefficients came. */
  private static Shape fitted(Grid coefficients, Grid scores) {
    return coefficients.rank() == 0 ? scores.shape() : coefficients.shape();
  }

  private OutputProgram program(Signature signature) {
    OutputProgram program = programs.get(signature);
    if (program == null) {
      program =
          OutputProgram.compile(
              signature,
              dialect,
              setup.output(),
              setup.loss(),
              setup.metrics(),
              observer,
              engine,
              threads);
      programs.put(signature, program);
    }
    return program;
  }

  /** Data becomes float32, as Keras feeds it; what a model computes in half precision stays so. */
  private static Tensor fed(Tensor tensor, boolean computed) {
    DType type = tensor.dtype();
    boolean kept =
        !type.isFloating()
            || type == DType.FLOAT32
            || (computed && Precision.of(type) != Precision.FULL);
    return kept ? tensor : tensor.cast(DType.FLOAT32);
  }

  /** TensorFlow's Keras casts weights to the type of the output, if that be whole. */
  private Grid ofType(Grid weight, Tensor yPred) {
    boolean whole = yPred.dtype().isInteger() && dialect.has(Quirk.MEANS_OF_INTEGERS_TRUNCATE);
    return whole ? weight.map(w -> (long) w) : weight;
  }

  /** Frees what was made for this batch. */
  private static void close(Tensor fed, Tensor given) {
    if (fed != given) {
      fed.close();
    }
  }

  private void requireBatch(Tensor yTrue, Tensor yPred) {
    if (yTrue.shape().rank() == 0 || yTrue.shape().dim(0) != yPred.shape().dim(0)) {
      throw new InputException(
          "output '"
              + setup.output().name()
              + "' has targets "
              + yTrue.shape()
              + " for predictions "
              + yPred.shape()
              + ": the number of samples must agree");
    }
  }

  @Override
  public void close() {
    programs.values().forEach(OutputProgram::close);
  }
}
