package dev.keraunos.loss.internal.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.engine.Engine;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.check.LossFunction;
import dev.keraunos.loss.internal.compile.CompileSpec;
import dev.keraunos.loss.internal.compile.OutputSpec;
import dev.keraunos.loss.internal.evaluate.Batch;
import dev.keraunos.loss.internal.evaluate.Evaluation;
import dev.keraunos.loss.internal.evaluate.OutputData;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a port gives for the recorded inputs. */
final class Run {
  private static final String PORT = "port";

  private final Loss loss;
  private final LossRecording recording;
  private final Engine engine;
  private final Closeness closeness;
  private final LossFunction function;
  private final Map<String, Tensor> scores = new LinkedHashMap<>();
  private final Map<String, String> failures = new LinkedHashMap<>();

  Run(Loss loss, LossRecording recording, Closeness closeness, Engine engine) {
    this.loss = loss;
    this.recording = recording;
    this.engine = engine;
    this.closeness = closeness;
    function = new LossFunction(loss, recording.dialect());
    for (LossRecording.Case recorded : recording.cases()) {
      if (recorded.scores().isPresent()) {
        run(recorded);
      }
    }
  }

  /** A port is foreign code: whatever it throws is a finding. */
  private void run(LossRecording.Case recorded) {
    try {
      scores.put(recorded.name(), scores(recorded.yTrue(), recorded.yPred()));
    } catch (RuntimeException | LinkageError e) {
      failures.put(Labels.of(recorded), Thrown.text(e));
    }
  }

  LossRecording recording() {
    return recording;
  }

  Engine engine() {
    return engine;
  }

  Closeness closeness() {
    return closeness;
  }

  LossFunction function() {
    return function;
  }

  /** What the port threw, by the label of the case. */
  Map<String, String> failures() {
    return failures;
  }

  /** The scores of a case, empty if the port threw. */
  Optional<Tensor> scores(LossRecording.Case recorded) {
    return Optional.ofNullable(scores.get(recorded.name()));
  }

  private Tensor scores(Tensor yTrue, Tensor yPred) {
    return function.scores(yTrue, yPred, Optional.empty(), engine);
  }

  /** The scores of a case beside the recorded ones, empty where either is missing. */
  Optional<Compared> compared(LossRecording.Case recorded) {
    return scores(recorded)
        .map(found -> Compared.of(found, recorded.scores().orElseThrow(), closeness));
  }

  /** True if the scores of a case are those recorded. */
  boolean agrees(LossRecording.Case recorded) {
    return compared(recorded).map(Compared::ok).orElse(false);
  }

  /** The gradient of a case. */
  Tensor gradient(LossRecording.Case recorded) {
    return function.gradient(recorded.yTrue(), recorded.yPred(), engine);
  }

  /** What {@code evaluate} returns for the one batch of a case. */
  double evaluate(LossRecording.Case recorded) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.putObject("loss").put("class_name", PORT).putObject("config").setAll(settings());
    OutputSpec output = new OutputSpec(PORT, recorded.yPred().shape());
    OutputData data =
        new OutputData(
            recorded.yTrue(),
            recorded.yPred(),
            Optional.empty(),
            recorded.mask(),
            recorded.sampleWeights());
    try (Evaluation evaluation =
        Evaluation.builder(CompileSpec.of(spec), List.of(output), recording.dialect())
            .registry(LossRegistry.builder().loss(PORT, loss).build())
            .engine(engine, 1)
            .build()) {
      evaluation.update(Batch.of(PORT, data));
      return evaluation.result().get("loss");
    }
  }

  /** How the Python object reduces, where it says so. */
  private ObjectNode settings() {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    if (recording.saved().path("config").has("reduction")) {
      settings.set("reduction", recording.saved().path("config").get("reduction"));
    }
    return settings;
  }
}
