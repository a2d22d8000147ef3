package dev.keraunos.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.KerasModel;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.nd4j.Nd4jTensors;
import dev.keraunos.testing.RecordedCases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.modelimport.keras.utils.KerasLossUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The examples of the pages are lines of this file. */
class PagesTest {
  private static final Path SOURCE = Path.of("src/test/java/dev/keraunos/dl4j/PagesTest.java");

  private final Path file = RecordedCases.file("keras2.0.9/evaluate/penalised_bidirectional.h5");
  private final INDArray features = Nd4j.ones(2, 4, 3);

  @Test
  void arrays() {
    try (KerasModel model = KerasModel.load(file)) {
      INDArray probabilities = Nd4jTensors.array(model.predict(Nd4jTensors.tensor(features)));
      assertEquals(2, probabilities.size(0));
    }
  }

  @Test
  void network() {
    try (KeraunosNetwork network = KeraunosNetwork.load(file)) {
      INDArray probabilities = network.output(features);
      assertEquals(2, probabilities.size(0));
    }
  }

  @Test
  void losses() {
    Dialect dialect = Dialect.parse("2.15.0");
    KerasLoss loss = KerasLoss.of("log_cosh", LossRegistry.standard(), dialect);
    OutputLayer layer = new OutputLayer.Builder(loss).nIn(8).nOut(3).build();
    assertEquals(loss, layer.getLossFn());
    KerasLoss.register(LossRegistry.standard(), dialect);
    KerasLossUtils.clearCustomLoss();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j.md", "dl4j.md"})
  void examplesAreLinesOfThisFile(String page) throws IOException {
    List<String> compiled = Files.readAllLines(SOURCE).stream().map(String::strip).toList();
    List<String> examples =
        Files.readAllLines(Path.of("../../src/site/markdown", page)).stream()
            .filter(line -> line.startsWith("    ") && !line.strip().startsWith("<"))
            .map(String::strip)
            .toList();
    assertFalse(examples.isEmpty());
    for (String line : examples) {
      assertTrue(compiled.contains(line), line);
    }
  }
}
