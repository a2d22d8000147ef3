package dev.keraunos.loss.check;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Executable;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.gradient.Gradients;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.internal.builtin.LossInputs;
import dev.keraunos.loss.internal.builtin.Ranks;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The loss function of one output alone: no masks, weights or averages. For those who check a port
 * of a loss, or need its gradient.
 *
 * @param loss the function
 * @param dialect whose targets, ranks and numerics it sees
 * @param activation that made the prediction of the logits, where it is known which
 */
public record LossFunction(Loss loss, Dialect dialect, Optional<Prediction.Activation> activation) {
  /** The function for outputs of which it is not known what made them. */
  public LossFunction(Loss loss, Dialect dialect) {
    this(loss, dialect, Optional.empty());
  }

  /**
   * The scores of a batch, in the shape that the function gives.
   *
   * @param logits what went into the sigmoid or softmax behind the prediction, where Keras sees it
   */
  public Tensor scores(Tensor yTrue, Tensor yPred, Optional<Tensor> logits, Engine engine) {
    return run(yTrue, yPred, logits, engine, (scores, prediction) -> scores);
  }

  /** The derivative of the sum of the scores by the prediction, in the prediction's shape. */
  public Tensor gradient(Tensor yTrue, Tensor yPred, Engine engine) {
    return run(
        yTrue,
        yPred,
        Optional.empty(),
        engine,
        (scores, prediction) -> Gradients.of(scores.producer().builder(), scores, prediction));
  }

  /**
   * The function as a graph of {@code y_true} and {@code y_pred}, whose only output are the scores.
   */
  public Graph graph(TensorType yTrue, TensorType yPred) {
    GraphBuilder builder = new GraphBuilder();
    Value target = builder.input("y_true", yTrue);
    Value prediction = builder.input("y_pred", yPred);
    Ranks ranks =
        LossInputs.forCall(loss, target, new Prediction(prediction, Optional.empty(), dialect));
    return builder.build(Map.of("scores", loss.scores(ranks.yTrue(), ranks.yPred()).values()));
  }

  private interface Wanted {
    Value of(Value scores, Value prediction);
  }

  private Tensor run(
      Tensor yTrue, Tensor yPred, Optional<Tensor> logits, Engine engine, Wanted wanted) {
    GraphBuilder builder = new GraphBuilder();
    List<Tensor> given = new ArrayList<>(List.of(yTrue, yPred));
    Value target = builder.input("y_true", type(yTrue));
    Value prediction = builder.input("y_pred", type(yPred));
    Optional<Value> from = logits.map(tensor -> builder.input("logits", type(tensor)));
    logits.ifPresent(given::add);
    Ranks ranks =
        LossInputs.forCall(loss, target, new Prediction(prediction, from, dialect, activation));
    Value scores = loss.scores(ranks.yTrue(), ranks.yPred()).values();
    Value result = wanted.of(scores, prediction);
    try (Executable executable = engine.compile(builder.build(Map.of("result", result)), 1)) {
      return executable.run(given).get(0);
    }
  }

  private static TensorType type(Tensor tensor) {
    return new TensorType(tensor.dtype(), tensor.shape());
  }
}
