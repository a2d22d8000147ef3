package dev.keraunos.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.keraunos.engine.Engines;
import dev.keraunos.error.InputException;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.graph.Ops;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.check.LossFunction;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.nd4j.Nd4jTensors;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.RecordedCases;
import dev.keraunos.testing.Tolerance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.modelimport.keras.config.Keras2LayerConfiguration;
import org.deeplearning4j.nn.modelimport.keras.exceptions.UnsupportedKerasConfigurationException;
import org.deeplearning4j.nn.modelimport.keras.utils.KerasLossUtils;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;

class KerasLossTest {
  private static final Dialect DIALECT = Dialect.parse("2.15.0");
  private static final long ROWS = 4;
  private static final long CLASSES = 3;
  private static final double STEP = 1.0 / (1 << 16);

  /** Class indices, sequences of them: their targets are of other shapes. */
  private static final Set<String> OTHER_TARGETS =
      Set.of(
          "ctc",
          "CTC",
          "circle",
          "Circle",
          "sparse_categorical_crossentropy",
          "categorical_generalized_cross_entropy",
          "CategoricalGeneralizedCrossEntropy");

  static Set<String> losses() {
    Set<String> names = new TreeSet<>(LossRegistry.standard().lossNames());
    names.removeAll(OTHER_TARGETS);
    return names;
  }

  private static KerasLoss loss(String name) {
    return KerasLoss.of(name, LossRegistry.standard(), DIALECT);
  }

  private static INDArray labels() {
    return Nd4j.create(new double[][] {{1, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 0, 1}});
  }

  private static INDArray preOutput() {
    return Nd4j.create(
        new double[][] {{0.3, -0.2, 0.9}, {-1.1, 0.4, 0.7}, {0.2, 0.6, -0.5}, {1.3, 0.1, -0.4}});
  }

  @ParameterizedTest
  @MethodSource("losses")
  void derivativeIsThatOfTheScores(String name) {
    for (Activation activation : new Activation[] {Activation.SOFTMAX, Activation.SIGMOID}) {
      IActivation function = activation.getActivationFunction();
      INDArray mask = Nd4j.create(new double[] {1, 0.5, 2, 0}, new long[] {ROWS, 1});
      boolean coupled = Set.of("dice", "Dice", "tversky", "Tversky").contains(name);
      check(loss(name), function, coupled ? null : mask);
    }
  }

  private static void check(KerasLoss loss, IActivation function, INDArray mask) {
    INDArray gradient = loss.computeGradient(labels(), preOutput(), function, mask);
    double[] expected = new double[(int) (ROWS * CLASSES)];
    for (int i = 0; i < expected.length; i++) {
      INDArray up = preOutput();
      INDArray down = preOutput();
      up.putScalar(i, up.getDouble(i) + STEP);
      down.putScalar(i, down.getDouble(i) - STEP);
      expected[i] =
          (loss.computeScore(labels(), up, function, mask, false)
                  - loss.computeScore(labels(), down, function, mask, false))
              / (2 * STEP);
    }
    Tolerance.CHAIN.check(
        Tensor.of(expected, ROWS, CLASSES).cast(DType.FLOAT32),
        Nd4jTensors.tensor(gradient).cast(DType.FLOAT32),
        loss.name());
  }

  /** By the formula: -log of the class's share, weighted. */
  @Test
  void scoresAreThoseOfKeras() {
    KerasLoss loss = loss("categorical_crossentropy");
    IActivation softmax = Activation.SOFTMAX.getActivationFunction();
    Tensor yPred = Nd4jTensors.tensor(softmax.getActivation(preOutput(), true));
    Tensor scores =
        new LossFunction(LossRegistry.standard().loss(TextNode.valueOf(loss.name())), DIALECT)
            .scores(Nd4jTensors.tensor(labels()), yPred, Optional.empty(), Engines.preferred());
    INDArray rows = loss.computeScoreArray(labels(), preOutput(), softmax, null);
    Tolerance.EXACT.check(scores, Nd4jTensors.tensor(rows).reshape(ROWS), "rows");
    double sum = loss.computeScore(labels(), preOutput(), softmax, null, false);
    assertEquals(sum / ROWS, loss.computeScore(labels(), preOutput(), softmax, null, true));
  }

  @Test
  void ofTheBatchEveryRowHasTheNumber() {
    KerasLoss dice = loss("dice");
    IActivation softmax = Activation.SOFTMAX.getActivationFunction();
    INDArray rows = dice.computeScoreArray(labels(), preOutput(), softmax, null);
    assertEquals(rows.getDouble(0), rows.getDouble(3));
    INDArray mask = Nd4j.ones(DataType.DOUBLE, ROWS, 1);
    assertThrows(
        InputException.class, () -> dice.computeScoreArray(labels(), preOutput(), softmax, mask));
  }

  @Test
  void aMaskOfOtherRowsIsRefused() {
    IActivation softmax = Activation.SOFTMAX.getActivationFunction();
    INDArray mask = Nd4j.ones(DataType.DOUBLE, ROWS, CLASSES);
    InputException refused =
        assertThrows(
            InputException.class,
            () -> loss("mse").computeGradient(labels(), preOutput(), softmax, mask));
    assertEquals(
        "the loss 'mse' has a mask [4, 3] for 4 rows; allowed: one number for each row",
        refused.getMessage());
  }

  @Test
  void aNetworkLearnsByIt() {
    Loss own = (yTrue, yPred) -> Ops.mean(Ops.abs(Ops.subtract(yPred, yTrue)), -1);
    for (KerasLoss loss : new KerasLoss[] {loss("log_cosh"), KerasLoss.of("own", own, DIALECT)}) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              new NeuralNetConfiguration.Builder()
                  .seed(3)
                  .dataType(DataType.DOUBLE)
                  .updater(new Sgd(0.1))
                  .list()
                  .layer(
                      new DenseLayer.Builder().nIn(3).nOut(8).activation(Activation.TANH).build())
                  .layer(
                      new OutputLayer.Builder(loss)
                          .nIn(8)
                          .nOut(3)
                          .activation(Activation.SIGMOID)
                          .build())
                  .build());
      network.init();
      DataSet data = new DataSet(preOutput(), labels());
      double before = network.score(data);
      Tensor scores =
          new LossFunction(own, DIALECT)
              .scores(
                  Nd4jTensors.tensor(labels()),
                  Nd4jTensors.tensor(network.output(preOutput())),
                  Optional.empty(),
                  Engines.preferred());
      if (loss.name().equals("own")) {
        double mean = Arrays.stream(scores.toDoubleArray()).average().orElseThrow();
        Tolerance.CLOSE.check(Tensor.of(new double[] {mean}), Tensor.of(new double[] {before}), "");
      }
      for (int i = 0; i < 20; i++) {
        network.fit(data);
      }
      double after = network.score(data);
      assertTrue(after < before, loss + ": " + before + " became " + after);
    }
  }

  @Test
  void isRegisteredUnderItsKerasNames() throws Exception {
    KerasLoss.register(LossRegistry.standard(), DIALECT);
    Keras2LayerConfiguration keras = new Keras2LayerConfiguration();
    try {
      assertEquals("log_cosh", KerasLossUtils.mapLossFunction("log_cosh", keras).name());
      assertEquals("tversky", KerasLossUtils.mapLossFunction("tversky", keras).name());
    } finally {
      KerasLossUtils.clearCustomLoss();
    }
  }

  /** What Deeplearning4j refuses for its loss it takes, and its score is Keras' loss. */
  @Test
  void importsModelsByIt() throws Exception {
    Path file = RecordedCases.file("tfkeras2.10/losses/log_cosh_alone.h5");
    assertThrows(
        UnsupportedKerasConfigurationException.class,
        () -> KerasModelImport.importKerasModelAndWeights(file.toString(), true));
    Fixture recorded = Fixture.read(file.resolveSibling("log_cosh_alone.npz"));
    KerasLoss.register(LossRegistry.standard(), DIALECT);
    try {
      ComputationGraph graph = KerasModelImport.importKerasModelAndWeights(file.toString(), true);
      DataSet data =
          new DataSet(
              Nd4jTensors.array(recorded.arrays("inputs").get("x")),
              Nd4jTensors.array(recorded.arrays("targets").get("y")));
      double expected =
          Fixture.read(file.resolveSibling("log_cosh_alone.npz")).metrics().get("loss").asDouble();
      Tolerance.CLOSE.check(expected, graph.score(data, false), "loss");
    } finally {
      KerasLossUtils.clearCustomLoss();
    }
  }

  @Test
  void comesBackWithASavedNetwork() {
    IActivation softmax = Activation.SOFTMAX.getActivationFunction();
    KerasLoss saved = loss("categorical_crossentropy");
    MultiLayerConfiguration loaded = MultiLayerConfiguration.fromJson(network(saved).toJson());
    ILossFunction back = ((OutputLayer) loaded.getConf(0).getLayer()).getLossFn();
    assertEquals(
        saved.computeScore(labels(), preOutput(), softmax, null, true),
        back.computeScore(labels(), preOutput(), softmax, null, true));
    KerasLoss own = KerasLoss.of("own", (yTrue, yPred) -> Ops.mean(yPred, -1), DIALECT);
    String json = network(own).toJson();
    RuntimeException refused =
        assertThrows(RuntimeException.class, () -> MultiLayerConfiguration.fromJson(json));
    assertTrue(refused.getMessage().contains("which is none of Keras"), refused.getMessage());
  }

  private static MultiLayerConfiguration network(KerasLoss loss) {
    return new NeuralNetConfiguration.Builder()
        .list()
        .layer(new OutputLayer.Builder(loss).nIn(3).nOut(3).build())
        .build();
  }

  @Test
  void isNotSerialized() throws IOException {
    try (ObjectOutputStream stream = new ObjectOutputStream(new ByteArrayOutputStream())) {
      assertThrows(NotSerializableException.class, () -> stream.writeObject(loss("mse")));
    }
  }
}
