package dev.keraunos;

import dev.keraunos.engine.Executable;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.lowering.LoweredModel;
import dev.keraunos.importer.internal.lowering.Penalty;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.importer.layers.UnsupportedModelException;
import dev.keraunos.internal.prediction.Draws;
import dev.keraunos.internal.prediction.KeptStates;
import dev.keraunos.internal.prediction.RaggedRows;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.compile.ChosenMetrics;
import dev.keraunos.loss.internal.compile.OutputSpec;
import dev.keraunos.loss.internal.evaluate.Batch;
import dev.keraunos.loss.internal.evaluate.Evaluation;
import dev.keraunos.loss.internal.evaluate.MetricsEvaluation;
import dev.keraunos.loss.internal.evaluate.OutputData;
import dev.keraunos.loss.internal.evidence.Subject;
import dev.keraunos.loss.internal.explain.Explainer;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Feeds a model's predictions, with the logits, masks and activities behind them, to an evaluation.
 */
final class Evaluator {
  private static final String LOGITS = "logits of ";
  private static final String MASK = "mask of ";
  private static final String ACTIVITY = "activity of ";

  private final KerasModel model;
  private final LoweredModel lowered;
  private final DataAdapter adapter;
  private final AddedMetrics added;
  private List<String> classNames = List.of();

  private Evaluator(KerasModel model, LoweredModel lowered, AddedMetrics added) {
    this.model = model;
    this.lowered = lowered;
    this.adapter = model.adapter();
    this.added = added;
  }

  static Map<String, Double> evaluate(KerasModel model, Iterator<Dataset> batches) {
    Evaluator evaluator = new Evaluator(model, model.imported().lowered(), AddedMetrics.of(model));
    try (Evaluation evaluation = evaluator.builder().build()) {
      evaluator.feed(evaluation::update, batches);
      evaluation.warnings().forEach(warning -> model.warnings().accept(warning.sentence()));
      Map<String, Double> result = evaluation.result();
      result.putAll(evaluator.added.result());
      return result;
    }
  }

  /** What metrics of the caller's choice say, whatever the model was compiled with. */
  static Map<String, Double> evaluate(
      KerasModel model, Iterator<Dataset> batches, List<String> metrics) {
    Evaluator evaluator = of(model);
    ChosenMetrics chosen = new ChosenMetrics(metrics, model.dialect(), model.losses());
    try (MetricsEvaluation evaluation =
        new MetricsEvaluation(
            chosen.of(model.compileSpec(), outputSpecs(model)),
            model.dialect(),
            model.engine(),
            model.threads(),
            model.isStrict())) {
      evaluator.feed(batch -> evaluation.update(evaluator.withTargets(batch)), batches);
      evaluation.warnings().forEach(warning -> model.warnings().accept(warning.sentence()));
      return evaluation.result();
    }
  }

  /** Which classes the only output that has targets takes for which. */
  static Confusion confusion(KerasModel model, Iterator<Dataset> batches) {
    Evaluator evaluator = of(model);
    Map<String, Confusion> found = new LinkedHashMap<>();
    evaluator.feed(
        batch -> {
          Map<String, OutputData> outputs = evaluator.withTargets(batch).outputs();
          if (outputs.size() != 1) {
            throw new InputException(
                "a confusion matrix is of one output, the data has targets for "
                    + outputs.keySet());
          }
          outputs.forEach(
              (name, data) ->
                  found
                      .computeIfAbsent(name, n -> new Confusion(n, data.yPred().shape()))
                      .add(name, data));
        },
        batches);
    Map.Entry<String, Confusion> only = found.entrySet().iterator().next();
    Classes.warnOfNone(only.getValue().none(), only.getKey(), model);
    return only.getValue();
  }

  private static Evaluator of(KerasModel model) {
    return new Evaluator(model, model.imported().lowered(), AddedMetrics.none());
  }

  private Batch withTargets(Batch batch) {
    if (batch.outputs().isEmpty()) {
      throw new InputException(
          "the data has targets for none of the outputs " + model.outputNames());
    }
    return batch;
  }

  /**
   * How the loss came about.
   *
   * @param again the same batches anew, for findings that need them; empty if they cannot be had
   */
  static Explanation explain(
      KerasModel model,
      Iterator<Dataset> batches,
      Explanation.Detail[] details,
      Optional<Supplier<Batches>> again) {
    Evaluator evaluator = new Evaluator(model, model.imported().lowered(), AddedMetrics.none());
    Subject subject = new ModelSubject(model, again, false);
    try (Explainer explainer =
        Explainer.of(evaluator.builder(), Set.copyOf(Arrays.asList(details)), subject)) {
      evaluator.feed(explainer::update, batches);
      return explainer.explanation(evaluator.classNames);
    }
  }

  /**
   * How the loss came about of a model whose normalizations take the moments of each batch.
   *
   * @throws InputException if the model keeps states or draws random numbers outside of training
   */
  static Explanation explainTraining(
      KerasModel model, Iterator<Dataset> batches, Explanation.Detail[] details) {
    Evaluator evaluator = inTraining(model);
    if (!evaluator.lowered.states().isEmpty() || !evaluator.lowered.draws().isEmpty()) {
      throw new InputException(
          "the model keeps states between batches or draws random numbers in predict too; its loss"
              + " in training is not known. Without 'training' its loss can be explained");
    }
    Subject subject = new ModelSubject(model, Optional.empty(), true);
    try (Explainer explainer =
        Explainer.of(evaluator.builder(), Set.copyOf(Arrays.asList(details)), subject)) {
      evaluator.feedTrained(explainer::update, batches);
      return explainer.explanation(evaluator.classNames);
    }
  }

  /** The loss alone. */
  static double loss(KerasModel model, Iterator<Dataset> batches) {
    Evaluator evaluator = of(model);
    try (Evaluation evaluation = evaluator.builder().build()) {
      evaluator.feed(evaluation::update, batches);
      return evaluation.result().get("loss");
    }
  }

  /** The loss of a model whose normalizations take the moments of each batch. */
  static double lossInTraining(KerasModel model, Iterator<Dataset> batches) {
    Evaluator evaluator = inTraining(model);
    try (Evaluation evaluation = evaluator.builder().build()) {
      evaluator.feedTrained(evaluation::update, batches);
      return evaluation.result().get("loss");
    }
  }

  private static Evaluator inTraining(KerasModel model) {
    LoweredModel trained = model.imported().withBatchMoments(model.registry());
    return new Evaluator(model, trained, AddedMetrics.none());
  }

  private void feedTrained(Consumer<Batch> evaluation, Iterator<Dataset> batches) {
    Map<String, Value> wanted = wanted();
    try (Executable executable = model.computations().compile(lowered.graph().select(wanted))) {
      Predictor predictor = Predictor.stateless(executable, wanted.size(), Draws.NONE);
      feed(evaluation, batches, predictor, wanted);
    }
  }

  /** The outputs as evaluations know them, in the model's order. */
  static List<OutputSpec> outputSpecs(KerasModel model) {
    List<OutputSpec> outputs = new ArrayList<>();
    List<TensorRef> tensors = model.imported().topology().outputs();
    List<List<String>> paths = model.imported().topology().outputPaths();
    boolean unique = model.dialect().has(Quirk.OUTPUT_NAMES_ARE_UNIQUE);
    List<String> names = model.outputNames();
    for (int i = 0; i < names.size(); i++) {
      String reported = unique ? names.get(i) : tensors.get(i).layer();
      Shape shape = model.imported().lowered().outputs().get(names.get(i)).shape();
      outputs.add(
          new OutputSpec(
              names.get(i), reported, shape, paths.get(i), activation(model, names.get(i))));
    }
    return outputs;
  }

  /** What made an output, where it is a sigmoid or softmax. */
  static Optional<Prediction.Activation> activation(KerasModel model, String output) {
    LoweredModel lowered = model.imported().lowered();
    boolean ofFunction = lowered.ofFunctions().contains(output);
    return lowered.activation(output).map(name -> new Prediction.Activation(name, ofFunction));
  }

  private Evaluation.Builder builder() {
    if (!model.compileSpec().isCompiled()) {
      throw new InputException(
          "the model was saved before it was compiled: there is no loss to evaluate; metrics"
              + " alone need none: in code, evaluate(data, batchSize, metrics)");
    }
    if (!lowered.lossGaps().isEmpty()) {
      throw new UnsupportedModelException(lowered.lossGaps());
    }
    Evaluation.Builder evaluation =
        Evaluation.builder(model.compileSpec(), outputSpecs(model), model.dialect())
            .registry(model.losses())
            .engine(model.engine(), model.threads());
    if (model.isStrict()) {
      evaluation.strict();
    }
    for (Penalty penalty : lowered.penalties()) {
      if (penalty.isUnplaced()) {
        throw unplaced(penalty);
      }
      var regularizer = model.losses().regularizer(penalty.regularizer());
      if (penalty.weight() != null) {
        evaluation.weight(
            penalty.path() + "/" + penalty.variable(),
            regularizer,
            penalty.weight(),
            penalty.trainable());
      } else {
        evaluation.activity(penalty.path(), regularizer);
      }
    }
    return evaluation;
  }

  private static InputException unplaced(Penalty penalty) {
    return new InputException(
        String.format(
            "%s: the custom layer has %s, but the file does not say which of its variables that"
                + " penalises; say so where the layer is lowered, with"
                + " call.regularize(\"%s\", VARIABLE)",
            penalty.path(), penalty.variable(), penalty.variable()));
  }

  private void feed(Consumer<Batch> evaluation, Iterator<Dataset> batches) {
    Map<String, Value> wanted = wanted();
    try (KeptStates states = new KeptStates()) {
      feed(evaluation, batches, model.computations().predictor(wanted, states), wanted);
    }
  }

  private void feed(
      Consumer<Batch> evaluation,
      Iterator<Dataset> batches,
      Predictor predictor,
      Map<String, Value> wanted) {
    if (!batches.hasNext()) {
      throw new InputException("the data holds no samples");
    }
    List<String> names = List.copyOf(wanted.keySet());
    while (batches.hasNext()) {
      Dataset data = batches.next();
      classNames = data.classNames();
      List<Tensor> made = new ArrayList<>();
      List<Tensor> computed =
          RaggedRows.run(
              lowered,
              inputs(data, made),
              names,
              samples -> predictor.run(new TextRun(lowered, samples).inputs()));
      Map<String, Tensor> byName = new LinkedHashMap<>();
      names.forEach(name -> byName.put(name, computed.get(byName.size())));
      evaluation.accept(batch(data, byName, made));
      added.add(byName);
      computed.forEach(Tensor::close);
      made.forEach(Tensor::close);
    }
  }

  private Map<String, Value> wanted() {
    Map<String, Value> wanted = new LinkedHashMap<>(lowered.graph().outputs());
    for (String name : lowered.graph().outputs().keySet()) {
      lowered.logits(name).ifPresent(logits -> wanted.put(LOGITS + name, logits));
    }
    lowered.masks().forEach((name, mask) -> wanted.put(MASK + name, mask));
    for (Penalty penalty : lowered.penalties()) {
      if (penalty.activity() != null) {
        wanted.put(ACTIVITY + penalty.path(), penalty.activity());
      }
    }
    wanted.putAll(added.wanted());
    return wanted;
  }

  /**
   * The inputs in the model's order.
   *
   * @param made takes the tensors that are not the caller's
   */
  private List<Tensor> inputs(Dataset data, List<Tensor> made) {
    List<Tensor> inputs = new ArrayList<>();
    for (String name : model.inputNames()) {
      Tensor given = data.inputs().get(name);
      if (given == null) {
        throw new InputException(
            "the data has no input '" + name + "', only " + data.inputs().keySet());
      }
      Tensor input = adapter.adapt(given, model.inputs().value(name));
      inputs.add(input);
      if (input != given) {
        made.add(input);
      }
    }
    return inputs;
  }

  private Batch batch(Dataset data, Map<String, Tensor> computed, List<Tensor> made) {
    UnaryOperator<Tensor> adapted =
        given -> {
          Tensor tensor = adapter.adapt(given);
          if (tensor != given) {
            made.add(tensor);
          }
          return tensor;
        };
    Map<String, OutputData> outputs = new LinkedHashMap<>();
    for (String name : lowered.graph().outputs().keySet()) {
      Tensor target = data.targets().get(name);
      if (target != null) {
        outputs.put(
            name,
            new OutputData(
                adapted.apply(target),
                computed.get(name),
                Optional.ofNullable(computed.get(LOGITS + name)),
                Optional.ofNullable(computed.get(MASK + name)),
                Optional.ofNullable(data.sampleWeights().get(name)).map(adapted),
                Optional.ofNullable(data.classWeights().get(name))));
      }
    }
    Map<String, Tensor> activities = new LinkedHashMap<>();
    for (Penalty penalty : lowered.penalties()) {
      if (penalty.activity() != null) {
        activities.put(penalty.path(), computed.get(ACTIVITY + penalty.path()));
      }
    }
    Map<String, Tensor> numbers = new LinkedHashMap<>(data.inputs());
    numbers.values().removeIf(tensor -> tensor.dtype() == DType.STRING);
    return new Batch(outputs, numbers, activities);
  }
}
