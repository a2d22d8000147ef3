package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Engines;
import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.Regularizer;
import dev.keraunos.loss.internal.compile.CompileSpec;
import dev.keraunos.loss.internal.compile.CompiledOutput;
import dev.keraunos.loss.internal.compile.OutputSpec;
import dev.keraunos.loss.internal.compile.Setups;
import dev.keraunos.loss.internal.compile.Warnings;
import dev.keraunos.loss.internal.observe.EvaluationObserver;
import dev.keraunos.loss.internal.observe.OutputObserver;
import dev.keraunos.loss.internal.reduce.Precision;
import dev.keraunos.loss.internal.reduce.RunningMean;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Computes what {@code model.evaluate} returns, batch after batch, in constant memory:
 *
 * <pre>{@code
 * try (Evaluation evaluation = Evaluation.builder(spec, outputs, Dialect.of("2.2.4", "tensorflow")).build()) {
 *   for (...) {
 *     evaluation.update(Batch.of("out", OutputData.of(yTrue, yPred)));
 *   }
 *   Map<String, Double> result = evaluation.result();
 * }
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class Evaluation implements AutoCloseable {
  private final Dialect dialect;
  private final List<OutputEvaluation> outputs;
  private final Penalties penalties;
  private final Warnings warnings;
  private final List<String> origins;
  private final RunningMean loss = new RunningMean();
  private final OutputLosses outputLosses;
  private final Optional<EvaluationObserver> observer;
  private long firstSize;
  private int targets;
  private long batches;
  private boolean countsBatchesOnce;

  private Evaluation(
      Dialect dialect,
      List<OutputEvaluation> outputs,
      OutputLosses outputLosses,
      Penalties penalties,
      Warnings warnings,
      List<String> origins,
      Optional<EvaluationObserver> observer) {
    this.observer = observer;
    this.dialect = dialect;
    this.origins = origins;
    this.outputs = outputs;
    this.outputLosses = outputLosses;
    this.penalties = penalties;
    this.warnings = warnings;
  }

  /**
   * Starts an evaluation.
   *
   * @param outputs in the model's order
   */
  public static Builder builder(CompileSpec spec, List<OutputSpec> outputs, Dialect dialect) {
    return new Builder(spec, outputs, dialect);
  }

  /**
   * Adds a batch.
   *
   * @throws InputException if targets, predictions, masks or weights do not fit each other
   */
  public void update(Batch batch) {
    long size = batch.samples();
    firstSize = batches == 0 ? size : firstSize;
    boolean several = outputs.size() > 1;
    warnings.checkSize(
        dialect, firstSize, size, several && outputs.get(0).setup().countsBatchesOnce());
    double total = 0;
    double factor = 1;
    boolean any = false;
    Set<Precision> precisions = EnumSet.noneOf(Precision.class);
    for (int i = 0; i < outputs.size(); i++) {
      OutputEvaluation output = outputs.get(i);
      if (output.isNeeded(batch)) {
        Optional<OutputEvaluation.BatchLoss> found = output.update(data(batch, output));
        if (found.isPresent()) {
          total += weighted(output.setup().lossWeight(), found.get());
          precisions.add(found.get().precision());
          factor = Math.max(factor, found.get().factor());
          any = true;
          outputLosses.add(i, found.get());
        }
      }
    }
    countsBatchesOnce =
        dialect.has(Quirk.BATCHES_COUNT_ONCE)
            || (!any && dialect.has(Quirk.LOSSLESS_BATCHES_COUNT_ONCE));
    double weight = (countsBatchesOnce ? 1 : size) * factor;
    if (precisions.size() == 1) {
      total = precisions.iterator().next().round(total);
    }
    total += penalties.add(batch.activities(), weight);
    loss.add(total, weight);
    targets = Math.max(targets, batch.outputs().size());
    batches++;
    double all = total;
    observer.ifPresent(o -> o.endBatch(size, all, weight));
  }

  private double weighted(double lossWeight, OutputEvaluation.BatchLoss loss) {
    return isDropped(lossWeight, dialect) ? 0 : loss.precision().round(lossWeight * loss.value());
  }

  /** A term times 0 that is no part of the loss, even if it is not a number. */
  private static boolean isDropped(double lossWeight, Dialect dialect) {
    return lossWeight == 0 && dialect.has(Quirk.DROPS_TERMS_TIMES_ZERO);
  }

  private OutputData data(Batch batch, OutputEvaluation output) {
    String name = output.setup().output().name();
    OutputData data = batch.outputs().get(name);
    if (data == null) {
      throw new InputException(
          "there are no targets for output '" + name + "'; given are " + batch.outputs().keySet());
    }
    return new ClassWeights(dialect).apply(data, outputs.size());
  }

  /**
   * Names and values in the order in which that Keras returns them. A metric of several numbers has
   * an entry for each, {@code name[0]} and so on. Keras 3.5 counts losses by the targets that are
   * given, and tells a single one by that of the model only.
   */
  public Map<String, Double> result() {
    Map<String, Double> result = new LinkedHashMap<>();
    result.put("loss", loss.result());
    boolean keras3 = dialect.has(Quirk.SORTS_RESULTS);
    if (!keras3) {
      outputLosses.report(result);
    }
    outputs.forEach(output -> output.metrics().report(result));
    boolean hidden = targets < 2 && dialect.has(Quirk.TELLS_NO_LOSS_OF_ONE_TARGET);
    if (keras3 && !hidden) {
      outputLosses.report(result);
    }
    return keras3 ? new TreeMap<>(result) : result;
  }

  /** Whether every batch so far counts once in the loss, whatever its size. */
  public boolean countsBatchesOnce() {
    return countsBatchesOnce;
  }

  /** Whose rules it follows. */
  public Dialect dialect() {
    return dialect;
  }

  /** What each regulariser adds to the loss of a batch, averaged, in order. */
  public List<Penalties.Mean> penalties() {
    return penalties.result();
  }

  /** Who wrote losses, one sentence each. */
  public List<String> notes() {
    return origins;
  }

  /** What Keras does silently here and a user may not mean, one sentence each. */
  public List<Warnings.Warning> warnings() {
    return warnings.found();
  }

  @Override
  public void close() {
    outputs.forEach(OutputEvaluation::close);
  }

  /** Settings of an evaluation. */
  public static final class Builder {
    private final CompileSpec spec;
    private final List<OutputSpec> outputs;
    private final Dialect dialect;
    private final Penalties penalties;
    private LossRegistry registry = LossRegistry.standard();
    private Optional<Engine> engine = Optional.empty();
    private int threads = 1;
    private Optional<EvaluationObserver> observer = Optional.empty();
    private boolean strict;

    private Builder(CompileSpec spec, List<OutputSpec> outputs, Dialect dialect) {
      this.spec = spec;
      this.outputs = List.copyOf(outputs);
      this.dialect = dialect;
      penalties = new Penalties(dialect);
    }

    /** Where names are looked up; {@link LossRegistry#standard} if not given. */
    public Builder registry(LossRegistry value) {
      registry = value;
      return this;
    }

    /** What computes the losses; {@link Engines#preferred} with one thread if not given. */
    public Builder engine(Engine value, int threadCount) {
      engine = Optional.of(value);
      threads = threadCount;
      return this;
    }

    /**
     * A regularised weight.
     *
     * @param path of the variable, for explanations
     * @param trainable whether the weight, its layer and the layers around it are trainable; Keras
     *     3 skips frozen ones
     */
    public Builder weight(String path, Regularizer regularizer, Tensor weight, boolean trainable) {
      penalties.weight(path, regularizer, weight, trainable);
      return this;
    }

    /** A regularised activity; every batch brings its tensor under this path. */
    public Builder activity(String path, Regularizer regularizer) {
      penalties.activity(path, regularizer);
      return this;
    }

    /** Who watches, such as an {@code Explainer}; nobody if not given. */
    public Builder observer(EvaluationObserver value) {
      observer = Optional.of(value);
      return this;
    }

    /** Refuses, with an {@link InputException}, what otherwise is a warning. */
    public Builder strict() {
      strict = true;
      return this;
    }

    /**
     * The evaluation.
     *
     * @throws dev.keraunos.keras.UnknownNameException if a loss or metric is not registered
     * @throws InputException if losses or metrics do not fit the outputs, or if there is neither a
     *     loss nor a penalty, where that Keras refuses this
     */
    public Evaluation build() {
      Warnings warnings = new Warnings(strict);
      List<OutputEvaluation> evaluations = new ArrayList<>();
      Engine chosen = engine.orElseGet(Engines::preferred);
      Setups setups = new Setups(spec, outputs, dialect, registry);
      setups.checkLosses(warnings);
      List<CompiledOutput> all = setups.all();
      requireLoss(all);
      for (CompiledOutput setup : all) {
        boolean counts = setup.loss().isPresent() && !isDropped(setup.lossWeight(), dialect);
        Optional<OutputObserver> watching =
            observer.filter(o -> counts).map(o -> o.output(setup, threads));
        evaluations.add(new OutputEvaluation(setup, dialect, chosen, threads, warnings, watching));
      }
      OutputLosses losses = new OutputLosses(dialect, all);
      return new Evaluation(
          dialect, evaluations, losses, penalties, warnings, setups.origins(), observer);
    }

    private void requireLoss(List<CompiledOutput> all) {
      boolean any = !penalties.isEmpty() || all.stream().anyMatch(s -> s.loss().isPresent());
      if (!any && !dialect.has(Quirk.LOSS_OF_NOTHING_IS_ZERO)) {
        throw new InputException(
            "the model is compiled without a loss, and "
                + dialect.keras()
                + " evaluates no such model; compile it with the loss of at least one output");
      }
    }
  }
}
