package dev.keraunos.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.InputException;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.loss.check.LossFunction;
import dev.keraunos.nd4j.Nd4jTensors;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.RecordedCases;
import dev.keraunos.testing.Tolerance;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

class KeraunosNetworkTest {
  private static final String CASE = "keras2.0.9/evaluate/penalised_bidirectional";
  private static final int THREADS = 8;

  private final Fixture fixture = Fixture.read(RecordedCases.file(CASE + ".npz"));

  private static KeraunosNetwork load() {
    return KeraunosNetwork.load(RecordedCases.file(CASE + ".h5"));
  }

  private Tensor recorded(String group, String name) {
    return fixture.arrays(group).get(name);
  }

  private DataSet data() {
    return new DataSet(
        Nd4jTensors.array(recorded("inputs", "x")), Nd4jTensors.array(recorded("targets", "both")));
  }

  @Test
  void outputIsThatOfKeras() {
    try (KeraunosNetwork network = load()) {
      INDArray input = data().getFeatures();
      Tensor output = Nd4jTensors.tensor(network.output(input));
      Tolerance.PREDICTION.check(recorded("outputs", "both"), output, "output");
      INDArray[] outputs = network.output(new INDArray[] {input});
      assertEquals(1, outputs.length);
      assertArrayEquals(output.toFloatArray(), Nd4jTensors.tensor(outputs[0]).toFloatArray());
      assertThrows(InputException.class, () -> network.output(input, input));
    }
  }

  @Test
  void scoreIsTheLossThatEvaluateReturns() {
    try (KeraunosNetwork network = load()) {
      double loss = network.model().evaluate(fixture.data(network.model()), 7).get("loss");
      assertEquals(loss, network.score(data()));
      Tensor keras = Tensor.scalar(DType.FLOAT32, fixture.metrics().get("loss").asDouble());
      Tensor score = Tensor.scalar(DType.FLOAT32, network.score(data()));
      Tolerance.CLOSE.check(keras, score, "score");
    }
  }

  @Test
  void examplesHaveTheScoresThatKerasRecorded() {
    try (KeraunosNetwork network = load()) {
      INDArray scores = network.scoreExamples(data(), false);
      assertArrayEquals(new long[] {7, 1}, scores.shape());
      Tensor found = Nd4jTensors.tensor(scores).reshape(7).cast(DType.FLOAT32);
      Tolerance.CLOSE.check(recorded("scores", "both"), found, "scores");
      INDArray penalised = network.scoreExamples(data(), true);
      assertTrue(penalised.minNumber().doubleValue() > scores.minNumber().doubleValue());
    }
  }

  /** The derivative that Keras recorded, by the loss as one of Deeplearning4j. */
  @Test
  void gradientIsThatOfKeras() {
    try (KeraunosNetwork network = load()) {
      LossFunction function = network.model().lossFunction("both");
      KerasLoss loss = KerasLoss.of("recorded", function.loss(), function.dialect());
      INDArray gradient =
          loss.computeGradient(
              data().getLabels(),
              Nd4jTensors.array(recorded("outputs", "both")),
              Activation.IDENTITY.getActivationFunction(),
              null);
      Tolerance.CLOSE.check(
          recorded("gradients", "both"), Nd4jTensors.tensor(gradient), "gradient");
    }
  }

  @Test
  void evaluationsSeeEveryExample() {
    DataSetIterator iterator = new ListDataSetIterator<>(data().asList(), 3);
    try (KeraunosNetwork network = load()) {
      assertEquals(7, network.evaluate(iterator).getNumRowCounter());
      double error = network.evaluateRegression(iterator).meanSquaredError(0);
      INDArray difference =
          network.output(data().getFeatures()).sub(data().getLabels()).getColumn(0);
      double expected = difference.mul(difference).meanNumber().doubleValue();
      Tolerance.CLOSE.check(
          Tensor.scalar(DType.FLOAT32, expected), Tensor.scalar(DType.FLOAT32, error), "error");
    }
  }

  @Test
  void aMaskOfLabelsWeighsAndOneOfFeaturesIsRefused() {
    try (KeraunosNetwork network = load()) {
      DataSet data = data();
      double all = network.score(data);
      data.setLabelsMaskArray(Nd4j.valueArrayOf(new long[] {7, 1}, 0.5));
      assertTrue(network.score(data) < all);
      data.setFeaturesMaskArray(Nd4j.ones(7, 4));
      assertThrows(InputException.class, () -> network.score(data));
    }
  }

  @Test
  void threadsShareIt() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try (KeraunosNetwork network = load()) {
      double score = network.score(data());
      Callable<Double> call = () -> network.score(data());
      List<Callable<Double>> calls = Stream.generate(() -> call).limit(THREADS * 10).toList();
      for (Future<Double> found : pool.invokeAll(calls)) {
        assertEquals(score, found.get());
      }
    } finally {
      pool.shutdown();
    }
  }
}
