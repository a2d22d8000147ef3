package dev.keraunos.loss.internal.check;

import dev.keraunos.engine.Executable;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.gradient.Gradients;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.check.PortReport.Check;
import dev.keraunos.loss.internal.builtin.LossInputs;
import dev.keraunos.loss.internal.builtin.Ranks;
import dev.keraunos.loss.internal.check.LossRecording.Case;
import dev.keraunos.loss.internal.text.Numbers;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The gradient of a port beside its own finite differences, both in float64. At a kink the gradient
 * may be anything between the differences to either side.
 */
final class FiniteDifferences {
  private static final int ELEMENTS = 64;
  private static final double STEP = 1e-6;
  private static final double RELATIVE = 1e-4;
  private static final double SCALED = 1e-6;

  private FiniteDifferences() {}

  static Check check(String name, Run run, Case recorded) {
    Graph graph = graph(run.function().loss(), run.recording().dialect(), recorded);
    Optional<Node> coarse = coarse(graph);
    if (coarse.isPresent()) {
      return Verdicts.skipped(name, "the port casts to float32, too coarse for differences");
    }
    Tensor p = recorded.yPred().cast(DType.FLOAT64);
    Tensor y = fed(recorded.yTrue());
    try (Executable scores = compile(graph, "scores", run);
        Executable gradients = compile(graph, "gradient", run)) {
      Tensor gradient = gradients.run(List.of(y, p)).get(0);
      double scale = Compared.scale(gradient);
      double middle = sum(scores, y, p);
      double error = 0;
      long stride = Math.max(1, p.size() / ELEMENTS);
      for (long i = 0; i < p.size(); i += stride) {
        double at = p.getDouble(i);
        double step = STEP * Math.max(Math.abs(at), 1e-3);
        double above = (moved(scores, y, p, i, at + step) - middle) / step;
        double below = (middle - moved(scores, y, p, i, at - step)) / step;
        p.setDouble(i, at);
        double found = gradient.getDouble(i);
        double outside = outside(found, above, below);
        double allowed = RELATIVE * Math.max(Math.abs(above), Math.abs(below)) + SCALED * scale;
        error = Math.max(error, scale == 0 ? outside : outside / scale);
        if (!(outside <= allowed)) {
          return Verdicts.failed(
              name,
              scale == 0 ? outside : outside / scale,
              "internal consistency: at "
                  + Compared.position(p.shape(), i)
                  + " the gradient is "
                  + Numbers.text(found)
                  + ", the differences are "
                  + Numbers.text(below)
                  + " and "
                  + Numbers.text(above));
        }
      }
      return Verdicts.ok(
          name, error, "internal consistency: the gradient is the slope of the port");
    }
  }

  /** By how much a gradient lies outside the slopes to both sides. */
  private static double outside(double gradient, double above, double below) {
    double low = Math.min(above, below);
    double high = Math.max(above, below);
    return Double.isNaN(gradient)
        ? Double.NaN
        : Math.max(0, Math.max(low - gradient, gradient - high));
  }

  private static double moved(Executable scores, Tensor y, Tensor p, long index, double value) {
    p.setDouble(index, value);
    return sum(scores, y, p);
  }

  private static double sum(Executable scores, Tensor y, Tensor p) {
    try (Tensor found = scores.run(List.of(y, p)).get(0)) {
      double sum = 0;
      for (long i = 0; i < found.size(); i++) {
        sum += found.getDouble(i);
      }
      return sum;
    }
  }

  private static Executable compile(Graph graph, String output, Run run) {
    Value value = graph.outputs().get(output);
    return run.engine().compile(graph.select(Map.of(output, value)), 1);
  }

  private static Graph graph(Loss loss, Dialect dialect, Case recorded) {
    GraphBuilder builder = new GraphBuilder();
    Tensor y = fed(recorded.yTrue());
    Value target = builder.input("y_true", TensorType.of(y));
    Value prediction =
        builder.input("y_pred", new TensorType(DType.FLOAT64, recorded.yPred().shape()));
    Prediction given = new Prediction(prediction, Optional.empty(), dialect);
    Ranks ranks = LossInputs.forCall(loss, target, given);
    Value scores = loss.scores(ranks.yTrue(), ranks.yPred()).values();
    Value gradient = Gradients.of(builder, scores, prediction);
    return builder.build(Map.of("scores", scores, "gradient", gradient));
  }

  private static Tensor fed(Tensor y) {
    return y.dtype().isFloating() ? y.cast(DType.FLOAT64) : y;
  }

  /** A node that rounds to less than float64. */
  private static Optional<Node> coarse(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof Op.Cast cast && rounds(node, cast))
        .findFirst();
  }

  private static boolean rounds(Node node, Op.Cast cast) {
    return node.inputs().get(0).dtype() == DType.FLOAT64
        && cast.dtype().isFloating()
        && cast.dtype() != DType.FLOAT64;
  }
}
