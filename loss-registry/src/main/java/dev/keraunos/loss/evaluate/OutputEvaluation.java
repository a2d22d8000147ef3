package dev.keraunos.loss.evaluate;

import dev.keraunos.engine.Engine;
import dev.keraunos.error.InputException;
import dev.keraunos.loss.Dialect;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.MetricState;
import dev.keraunos.loss.Profile;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One output of the model: its loss and metrics, batch after batch. */
final class OutputEvaluation implements AutoCloseable {
  private static final int PROGRAMS = 8;

  /**
   * What an output was compiled with.
   *
   * @param lossName for people
   */
  record Setup(
      OutputSpec output,
      Optional<Loss> loss,
      String lossName,
      double lossWeight,
      Reduction.Mode mode,
      List<CompiledMetric> metrics,
      boolean explained) {}

  /** What a batch gave: its loss, and by how much more than its size it counts. */
  record BatchLoss(double value, double factor) {}

  private final Setup setup;
  private final Dialect dialect;
  private final Reduction reduction;
  private final Engine engine;
  private final int threads;
  private final Warnings warnings;
  private final Map<CompiledMetric, MetricAverage> averages = new HashMap<>();
  private final Map<CompiledMetric, double[]> states = new HashMap<>();
  private final Optional<Attribution> attribution;
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

  OutputEvaluation(Setup setup, Dialect dialect, Engine engine, int threads, Warnings warnings) {
    this.setup = setup;
    this.dialect = dialect;
    this.engine = engine;
    this.threads = threads;
    this.warnings = warnings;
    reduction = Reduction.of(dialect);
    boolean explained = setup.explained() && setup.loss().isPresent();
    attribution = explained ? Optional.of(new Attribution(setup)) : Optional.empty();
    setup
        .metrics()
        .forEach(metric -> averages.put(metric, new MetricAverage(dialect, metric.weighted())));
  }

  Setup setup() {
    return setup;
  }

  /** True if there is anything to compute; metrics without a loss do not insist on targets. */
  boolean isNeeded(Batch batch) {
    boolean given = batch.outputs().containsKey(setup.output().name());
    return setup.loss().isPresent() || (given && !setup.metrics().isEmpty());
  }

  Optional<Attribution> attribution() {
    return attribution;
  }

  /**
   * Adds a batch.
   *
   * @return its loss, empty for an output without one
   */
  Optional<BatchLoss> update(OutputData data) {
    Tensor yTrue = fed(data.yTrue());
    Tensor yPred = fed(data.yPred());
    Optional<Tensor> logits = data.logits().map(OutputEvaluation::fed);
    requireBatch(yTrue, yPred);
    Optional<Grid> mask = data.mask().map(m -> Grid.of(m).map(x -> x != 0 ? 1 : 0));
    Optional<Grid> weight = data.sampleWeight().map(Grid::of);
    List<Optional<Tensor>> seen = seen(mask, weight, yPred.shape().rank());
    OutputProgram program = program(Signature.of(yTrue, yPred, logits, seen));
    try (OutputProgram.Results results = program.run(yTrue, yPred, logits, seen)) {
      for (CompiledMetric metric : setup.metrics()) {
        add(metric, results, yPred.shape(), mask, weight);
      }
      return setup.loss().map(loss -> loss(program, results, yTrue, yPred, mask, weight));
    }
  }

  private BatchLoss loss(
      OutputProgram program,
      OutputProgram.Results results,
      Tensor yTrue,
      Tensor yPred,
      Optional<Grid> mask,
      Optional<Grid> weight) {
    Grid scores = Grid.of(results.scores());
    warnings.checkWeights(setup.output().name(), dialect, scores.shape(), yPred.shape(), weight);
    Reduction.Request request =
        new Reduction.Request(
            scores.shape(), yPred.shape().rank(), mask, results.valid(), weight, setup.mode());
    Grid coefficients = reduction.weigh(request).coefficients();
    double value = scores.reshape(fitted(coefficients, scores)).dot(coefficients);
    boolean grows = setup.mode() == Reduction.Mode.NONE && !dialect.isAtLeast(Profile.K30);
    double factor = grows && dialect.isAtLeast(Profile.T26) ? scores.size() : 1;
    attribution.ifPresent(a -> a.add(program, results, yTrue, yPred, request, reduction));
    return new BatchLoss(value, factor);
  }

  /** The shape of the scores in which their coefficients came. */
  private static Shape fitted(Grid coefficients, Grid scores) {
    return coefficients.rank() == 0 ? scores.shape() : coefficients.shape();
  }

  private void add(
      CompiledMetric metric,
      OutputProgram.Results results,
      Shape yPred,
      Optional<Grid> mask,
      Optional<Grid> weight) {
    if (metric.metric() instanceof MetricState) {
      double[] update = results.metric(metric).toDoubleArray();
      double[] state = states.computeIfAbsent(metric, m -> new double[update.length]);
      for (int i = 0; i < update.length; i++) {
        state[i] += update[i];
      }
    } else {
      Grid values = Grid.of(results.metric(metric));
      averages
          .get(metric)
          .add(values, yPred.dim(0), yPred.rank(), mask, results.valid(metric), weight);
    }
  }

  /** A metric over all batches. */
  double metric(CompiledMetric metric) {
    if (metric.metric() instanceof MetricState) {
      return ((MetricState) metric.metric()).result(states.get(metric), dialect);
    }
    return averages.get(metric).result();
  }

  /** The weights that metric objects see, in {@code metrics} and in {@code weighted_metrics}. */
  private List<Optional<Tensor>> seen(Optional<Grid> mask, Optional<Grid> weight, int outputRank) {
    List<Optional<Tensor>> seen = new ArrayList<>();
    for (boolean weighted : new boolean[] {false, true}) {
      boolean needed =
          setup.metrics().stream()
              .anyMatch(m -> m.weighted() == weighted && m.metric() instanceof MetricState);
      Optional<Grid> user = weighted ? weight : Optional.empty();
      seen.add(needed ? seenByState(mask, user, outputRank).map(Grid::toTensor) : Optional.empty());
    }
    return seen;
  }

  private Optional<Grid> seenByState(Optional<Grid> mask, Optional<Grid> user, int outputRank) {
    if (dialect.isAtLeast(Profile.K30)) {
      return user;
    }
    TfKerasReduction rules = new TfKerasReduction(dialect);
    boolean newer = dialect.isAtLeast(Profile.T26);
    return Keras23Reduction.merge(mask, newer ? user.map(w -> rules.column(w, outputRank)) : user);
  }

  private OutputProgram program(Signature signature) {
    OutputProgram program = programs.get(signature);
    if (program == null) {
      program =
          OutputProgram.compile(
              signature,
              dialect,
              setup.loss(),
              setup.metrics(),
              attribution.isPresent() ? Optional.of(setup.lossName()) : Optional.empty(),
              engine,
              threads);
      programs.put(signature, program);
    }
    return program;
  }

  /** float64 data becomes float32, as Keras feeds it; half precision is computed in float32. */
  private static Tensor fed(Tensor tensor) {
    return tensor.dtype().isFloating() && tensor.dtype() != DType.FLOAT32
        ? tensor.cast(DType.FLOAT32)
        : tensor;
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
