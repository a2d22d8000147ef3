package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Executable;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.pass.Passes;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.MetricFunction;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.LossInputs;
import dev.keraunos.loss.internal.builtin.Ranks;
import dev.keraunos.loss.internal.compile.CompiledMetric;
import dev.keraunos.loss.internal.compile.OpenMetric;
import dev.keraunos.loss.internal.compile.OutputSpec;
import dev.keraunos.loss.internal.observe.OutputObserver;
import dev.keraunos.loss.internal.observe.ScoreGraph;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.loss.internal.reduce.Precision;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The compiled graph of one output for one signature: targets and prediction in, scores and metric
 * values out.
 */
final class OutputProgram implements AutoCloseable {
  private static final String VALID = "valid";

  private final Executable executable;
  private final List<String> names;
  private final Optional<Consumer<ScoredBatch>> watcher;
  private final boolean perSample;
  private final Precision precision;
  private final Shape target;
  private final Shape against;

  private OutputProgram(
      Executable executable,
      List<String> names,
      Optional<Consumer<ScoredBatch>> watcher,
      boolean perSample,
      Precision precision,
      Shape target,
      Shape against) {
    this.executable = executable;
    this.names = names;
    this.watcher = watcher;
    this.perSample = perSample;
    this.precision = precision;
    this.target = target;
    this.against = against;
  }

  /**
   * Builds and compiles the graph.
   *
   * @param loss empty for an output without one
   * @param observer who wants more of the graph of the loss
   */
  static OutputProgram compile(
      Signature signature,
      Dialect dialect,
      OutputSpec output,
      Optional<Loss> loss,
      List<CompiledMetric> metrics,
      Optional<OutputObserver> observer,
      Engine engine,
      int threads) {
    GraphBuilder builder = new GraphBuilder();
    Value yTrue = builder.input("y_true", signature.yTrue());
    Value yPred = builder.input("y_pred", signature.yPred());
    Optional<Value> logits = signature.logits().map(type -> builder.input("logits", type));
    Prediction prediction = new Prediction(yPred, logits, dialect, output.activation());
    Map<String, Value> outputs = new LinkedHashMap<>();
    Optional<Consumer<ScoredBatch>> watcher = Optional.empty();
    boolean perSample = false;
    Precision precision = Precision.FULL;
    Shape target = yTrue.shape();
    Shape against = yPred.shape();
    if (loss.isPresent()) {
      Place place = new Place(output.name(), "the loss", yTrue.shape(), yPred.shape());
      Ranks ranks = place.of(() -> LossInputs.forLoss(loss.get(), yTrue, prediction));
      target = ranks.yTrue().shape();
      against = ranks.yPred().value().shape();
      Scores scores = place.of(() -> loss.get().scores(ranks.yTrue(), ranks.yPred()));
      Value values = asFloat(scores.values());
      put(outputs, ScoreGraph.SCORES, values, scores.valid());
      precision = Precision.ofLoss(scores.values().dtype());
      perSample = values.rank() > 0 && !values.shape().isKnown(0);
      ScoreGraph graph = new ScoreGraph(yTrue, yPred, logits, values, dialect, outputs);
      watcher = observer.map(o -> o.watch(graph));
    }
    for (CompiledMetric metric : metrics) {
      Place place = Place.of(metric, output.name(), yTrue.shape(), yPred.shape());
      place
          .of(() -> values(metric, yTrue, prediction))
          .ifPresent(v -> put(outputs, "metric " + metric.name(), asFloat(v.values()), v.valid()));
    }
    return new OutputProgram(
        engine.compile(Passes.eliminateCommonSubexpressions(builder.build(outputs)), threads),
        List.copyOf(outputs.keySet()),
        watcher,
        perSample,
        precision,
        target,
        against);
  }

  /** What a metric function gives; empty for a metric with a state. */
  private static Optional<Scores> values(CompiledMetric metric, Value yTrue, Prediction yPred) {
    if (!(metric.metric() instanceof MetricFunction)) {
      return Optional.empty();
    }
    MetricFunction function = (MetricFunction) metric.metric();
    if (function instanceof OpenMetric) {
      function = ((OpenMetric) function).resolve(yTrue.shape(), yPred.value().shape());
    }
    Ranks ranks = LossInputs.forMetric(yTrue, yPred).seen(metric.precision());
    return Optional.of(function.values(ranks.yTrue(), ranks.yPred()));
  }

  private static void put(
      Map<String, Value> outputs, String name, Value values, Optional<Value> valid) {
    outputs.put(name, values);
    valid.ifPresent(flags -> outputs.put(name + VALID, flags));
  }

  private static Value asFloat(Value x) {
    return x.dtype().isFloating() ? x : Ops.cast(x, DType.FLOAT32);
  }

  /** Who is told of the batches. */
  Optional<Consumer<ScoredBatch>> watcher() {
    return watcher;
  }

  /** Of the loss of a batch, which has the type of its scores. */
  Precision precision() {
    return precision;
  }

  /** The shape of the targets that the loss is given. */
  Shape target() {
    return target;
  }

  /** The shape of the predictions that the loss is given. */
  Shape prediction() {
    return against;
  }

  /** True if the first axis of the scores is that of the samples. */
  boolean isPerSample() {
    return perSample;
  }

  /** Runs a batch. The caller closes the results. */
  Results run(Tensor yTrue, Tensor yPred, Optional<Tensor> logits) {
    List<Tensor> inputs = new ArrayList<>(List.of(yTrue, yPred));
    logits.ifPresent(inputs::add);
    List<Tensor> tensors = executable.run(inputs);
    Map<String, Tensor> byName = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      byName.put(names.get(i), tensors.get(i));
    }
    return new Results(byName);
  }

  /** The loss of a batch whose scores count as given, the same for each repetition of them. */
  double value(Tensor yTrue, Tensor yPred, Optional<Tensor> logits, Grid coefficients) {
    try (Results results = run(yTrue, yPred, logits)) {
      return Grid.of(results.scores()).dotRepeated(coefficients);
    }
  }

  @Override
  public void close() {
    executable.close();
  }

  /** What a batch gave, by name. */
  record Results(Map<String, Tensor> tensors) implements AutoCloseable {
    Tensor scores() {
      return tensors.get(ScoreGraph.SCORES);
    }

    Optional<Grid> valid() {
      return grid(ScoreGraph.SCORES + VALID);
    }

    Tensor metric(CompiledMetric metric) {
      return tensors.get("metric " + metric.name());
    }

    Optional<Grid> valid(CompiledMetric metric) {
      return grid("metric " + metric.name() + VALID);
    }

    private Optional<Grid> grid(String name) {
      return Optional.ofNullable(tensors.get(name)).map(Grid::of);
    }

    @Override
    public void close() {
      tensors.values().forEach(Tensor::close);
    }
  }
}
