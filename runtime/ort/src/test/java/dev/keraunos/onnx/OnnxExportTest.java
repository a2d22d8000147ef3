package dev.keraunos.onnx;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.KerasModel;
import dev.keraunos.error.InputException;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.graph.Exportable;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.onnx.internal.OnnxRunner;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.RecordedCases;
import dev.keraunos.testing.Tolerance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxExportTest {
  private static final String SEQUENTIAL = "keras2.2.4/models/sequential";

  @TempDir Path folder;

  private static Map<String, Tensor> run(Path file, Map<String, Tensor> inputs) {
    return OnnxRunner.find().orElseThrow().run(file, inputs);
  }

  private static KerasModel sequential() {
    return KerasModel.load(RecordedCases.file(SEQUENTIAL + ".h5"));
  }

  private static Map<String, Tensor> inputs() {
    return Fixture.read(RecordedCases.file(SEQUENTIAL + ".npz")).arrays("inputs");
  }

  private static void check(Map<String, Tensor> wanted, Map<String, Tensor> found) {
    assertEquals(List.copyOf(wanted.keySet()), List.copyOf(found.keySet()));
    wanted.forEach((name, tensor) -> Tolerance.PREDICTION.check(tensor, found.get(name), name));
  }

  @Test
  void batchesOfAnySizeGiveWhatTheModelGives() {
    Path file = folder.resolve("model.onnx");
    try (KerasModel model = sequential()) {
      OnnxExport.of(model).write(file);
      Map<String, Tensor> one = new LinkedHashMap<>();
      inputs().forEach((name, tensor) -> one.put(name, tensor.rows(1, 2)));
      check(model.predict(inputs()), run(file, inputs()));
      check(model.predict(one), run(file, one));
    }
  }

  @Test
  void layersAreOutputsByTheirPaths() {
    Path file = folder.resolve("model.onnx");
    try (KerasModel model = sequential()) {
      OnnxExport.of(model).layers("conv", "out").write(file);
      check(model.predict(inputs(), List.of("out", "conv")), run(file, inputs()));
    }
  }

  @Test
  void manyWeightsLieBesideTheModel() throws IOException {
    Path file = folder.resolve("model.onnx");
    try (KerasModel model =
        KerasModel.load(RecordedCases.file("keras3/questions/healthy_sequences.keras"))) {
      OnnxExport small = OnnxExport.of(model).mostInside(100);
      small.write(file);
      assertTrue(Files.size(folder.resolve("model.onnx.data")) > 0);
      Map<String, Tensor> inputs =
          Fixture.read(RecordedCases.file("keras3/questions/healthy_sequences.npz"))
              .arrays("inputs");
      check(model.predict(inputs), run(file, inputs));
      KeraunosException refused = assertThrows(KeraunosException.class, small::toBytes);
      assertTrue(refused.getMessage().contains("write it to a path"), refused.getMessage());
    }
  }

  @Test
  void saysWhereItComesFrom() {
    try (KerasModel model = sequential()) {
      String content = new String(OnnxExport.of(model).toBytes(), ISO_8859_1);
      assertEquals(64, model.provenance().get("source_sha256").length());
      model
          .provenance()
          .forEach((key, value) -> assertTrue(content.contains(key) && content.contains(value)));
    }
  }

  @Test
  void whatOnnxCannotSayIsToldAtOnce() {
    Path file = folder.resolve("model.onnx");
    try (KerasModel model = KerasModel.load(RecordedCases.file("keras3/features/hashing.keras"))) {
      String message =
          assertThrows(KeraunosException.class, () -> OnnxExport.of(model).write(file))
              .getMessage();
      assertTrue(message.contains("\n  plain: "), message);
      assertTrue(message.contains("\n  salt_7: "), message);
      assertFalse(Files.exists(file));
    }
  }

  @Test
  void textsAreRefused() {
    Path file = RecordedCases.file("keras3/text/hashed_crossing_strings.keras");
    try (KerasModel model = KerasModel.load(file)) {
      String message =
          assertThrows(InputException.class, () -> OnnxExport.of(model).toBytes()).getMessage();
      assertTrue(message.contains("layers of texts"), message);
    }
  }

  /** One value as two outputs, an input as an output, a constant as one. */
  private record Odd(Graph graph) implements Exportable {
    static Odd create() {
      GraphBuilder builder = new GraphBuilder();
      TensorType type = new TensorType(DType.FLOAT32, Shape.of(Shape.UNKNOWN, 2));
      Value x = builder.input("x", type);
      Value y = Ops.multiply(x, 2);
      Map<String, Value> outputs = new LinkedHashMap<>();
      outputs.put("one", y);
      outputs.put("other", y);
      outputs.put("same", x);
      outputs.put("x", x);
      outputs.put("seven", builder.constant(Tensor.of(new float[] {7})));
      return new Odd(builder.build(outputs));
    }

    @Override
    public List<String> outputNames() {
      return List.copyOf(graph.outputs().keySet());
    }

    @Override
    public Graph graph(Collection<String> wanted) {
      return graph;
    }

    @Override
    public Map<String, String> provenance() {
      return Map.of();
    }
  }

  @Test
  void everyOutputHasItsName() {
    Path file = folder.resolve("odd.onnx");
    OnnxExport.of(Odd.create()).write(file);
    Tensor x = Tensor.of(new float[] {1, 2}, 1, 2);
    Tensor twice = Tensor.of(new float[] {2, 4}, 1, 2);
    Map<String, Tensor> wanted = new LinkedHashMap<>();
    wanted.put("one", twice);
    wanted.put("other", twice);
    wanted.put("same", x);
    wanted.put("x", x);
    wanted.put("seven", Tensor.of(new float[] {7}));
    check(wanted, run(file, Map.of("x", x)));
  }

  @Test
  void whatCannotBeWrittenIsOneSentence() {
    Path file = folder.resolve("no/such/folder/model.onnx");
    try (KerasModel model = sequential()) {
      RuntimeException refused =
          assertThrows(RuntimeException.class, () -> OnnxExport.of(model).write(file));
      assertTrue(refused.getMessage().contains("cannot be written"), refused.getMessage());
    }
  }
}
