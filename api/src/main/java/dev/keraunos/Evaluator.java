package dev.keraunos;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.layers.LoweredModel;
import dev.keraunos.importer.layers.Penalty;
import dev.keraunos.loss.evaluate.Batch;
import dev.keraunos.loss.evaluate.CompileSpec;
import dev.keraunos.loss.evaluate.Evaluation;
import dev.keraunos.loss.evaluate.Explanation;
import dev.keraunos.loss.evaluate.OutputData;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Feeds a model's predictions, with the logits, masks and activities behind them, to an evaluation.
 */
final class Evaluator {
  private static final String LOGITS = "logits of ";
  private static final String MASK = "mask of ";
  private static final String ACTIVITY = "activity of ";

  private final KerasModel model;
  private final LoweredModel lowered;
  private final Dataset data;
  private final Evaluation.Builder builder;

  private Evaluator(KerasModel model, Dataset data) {
    this.model = model;
    this.lowered = model.imported().lowered();
    this.data = data;
    this.builder = builder();
  }

  static Map<String, Double> evaluate(KerasModel model, Dataset data, int batchSize) {
    Evaluator evaluator = new Evaluator(model, data);
    try (Evaluation evaluation = evaluator.builder.build()) {
      evaluator.feed(evaluation, batchSize);
      return evaluation.result();
    }
  }

  static Explanation explain(KerasModel model, Dataset data, int batchSize) {
    Evaluator evaluator = new Evaluator(model, data);
    try (Evaluation evaluation = evaluator.builder.explain().build()) {
      evaluator.feed(evaluation, batchSize);
      evaluation.result();
      return evaluation.explanation();
    }
  }

  private Evaluation.Builder builder() {
    CompileSpec spec = model.compileSpec();
    if (!spec.hasLoss()) {
      throw new InputException("the model was saved without a loss: there is nothing to evaluate");
    }
    Evaluation.Builder evaluation =
        Evaluation.builder(spec, model.outputSpecs(), model.dialect())
            .registry(model.losses())
            .engine(model.engine(), model.threads());
    for (Penalty penalty : lowered.penalties()) {
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

  private void feed(Evaluation evaluation, int batchSize) {
    if (batchSize < 1) {
      throw new InputException("the batch size must be at least 1, not " + batchSize);
    }
    Map<String, Value> wanted = wanted();
    Runner runner = model.runner(wanted);
    List<String> names = List.copyOf(wanted.keySet());
    long samples = data.samples();
    for (long from = 0; from < samples; from += batchSize) {
      long to = Math.min(samples, from + batchSize);
      List<Tensor> computed = runner.run(inputs(from, to));
      Map<String, Tensor> byName = new LinkedHashMap<>();
      names.forEach(name -> byName.put(name, computed.get(byName.size())));
      evaluation.update(batch(byName, from, to));
      computed.forEach(Tensor::close);
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
    return wanted;
  }

  private List<Tensor> inputs(long from, long to) {
    List<Tensor> inputs = new ArrayList<>();
    for (String name : model.inputNames()) {
      Tensor whole = data.inputs().get(name);
      if (whole == null) {
        throw new InputException(
            "the data has no input '" + name + "', only " + data.inputs().keySet());
      }
      Tensor rows = whole.rows(from, to);
      inputs.add(rows.dtype() == model.inputType(name) ? rows : rows.cast(model.inputType(name)));
    }
    return inputs;
  }

  private Batch batch(Map<String, Tensor> computed, long from, long to) {
    Map<String, OutputData> outputs = new LinkedHashMap<>();
    for (String name : lowered.graph().outputs().keySet()) {
      Tensor target = data.targets().get(name);
      if (target != null) {
        outputs.put(
            name,
            new OutputData(
                target.rows(from, to),
                computed.get(name),
                Optional.ofNullable(computed.get(LOGITS + name)),
                Optional.ofNullable(computed.get(MASK + name)),
                Optional.ofNullable(data.sampleWeights().get(name))
                    .map(weights -> weights.rows(from, to))));
      }
    }
    Map<String, Tensor> activities = new LinkedHashMap<>();
    for (Penalty penalty : lowered.penalties()) {
      if (penalty.activity() != null) {
        activities.put(penalty.path(), computed.get(ACTIVITY + penalty.path()));
      }
    }
    return new Batch(outputs, activities);
  }
}
