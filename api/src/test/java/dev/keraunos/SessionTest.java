package dev.keraunos;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Engines;
import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import dev.keraunos.testing.RecordedCases;
import dev.keraunos.testing.Tolerance;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Sessions keep the states of stateful layers from call to call, as Keras recorded it. */
class SessionTest {
  private static final int ROUNDS = 100;
  private static final List<String> LINES = List.of("keras3", "tfk");
  private static final Path LSTM = RecordedCases.file("keras3/stateful/lstm.keras");

  /** What a Keras predicted in calls in a row. */
  private record Calls(Npz recorded, JsonNode meta) {
    static Calls of(String line) {
      Path file = RecordedCases.folder().resolveSibling("src/test/sessions/" + line + ".npz");
      Npz recorded = Npz.read(file);
      try {
        return new Calls(recorded, new ObjectMapper().readTree(recorded.texts().get("meta.json")));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(file.toString(), e);
      }
    }

    List<String> cases() {
      List<String> cases = new ArrayList<>();
      meta.get("models").fieldNames().forEachRemaining(cases::add);
      return cases;
    }

    Path model(String name) {
      return RecordedCases.file(meta.get("models").get(name).asText());
    }

    int count() {
      return meta.get("calls").asInt();
    }

    boolean startsAnew(int call) {
      List<Integer> reset = new ArrayList<>();
      meta.get("reset").forEach(at -> reset.add(at.asInt()));
      return reset.contains(call);
    }

    Map<String, Tensor> inputs(String name, int call) {
      return recorded.group(name + "/" + call + "/inputs");
    }

    Map<String, Tensor> outputs(String name, int call) {
      return recorded.group(name + "/" + call + "/outputs");
    }
  }

  private static Stream<Engine> engines() {
    return Engines.all().stream().filter(engine -> engine.unavailable().isEmpty());
  }

  private static KerasModel load(Path model, Engine engine) {
    return KerasModel.loader().engine(engine.name()).load(model);
  }

  @TestFactory
  Stream<DynamicTest> reproduceKeras() {
    return engines()
        .flatMap(
            engine ->
                LINES.stream()
                    .flatMap(
                        line -> {
                          Calls calls = Calls.of(line);
                          return calls.cases().stream()
                              .map(
                                  name ->
                                      DynamicTest.dynamicTest(
                                          engine.name() + " " + calls.model(name),
                                          () -> reproduce(calls, name, engine)));
                        }));
  }

  private static void reproduce(Calls calls, String name, Engine engine) {
    assertTrue(calls.count() > 2);
    for (boolean optimize : new boolean[] {true, false}) {
      Loader loader = KerasModel.loader().engine(engine.name()).optimize(optimize);
      try (KerasModel model = loader.load(calls.model(name));
          Session session = model.session()) {
        for (int call = 0; call < calls.count(); call++) {
          if (calls.startsAnew(call)) {
            session.resetStates();
          }
          Map<String, Tensor> found = session.predict(calls.inputs(name, call));
          Map<String, Tensor> expected = calls.outputs(name, call);
          assertEquals(expected.keySet(), found.keySet());
          for (String output : expected.keySet()) {
            String what = "call " + call + ": " + output;
            Tolerance.PREDICTION.check(expected.get(output), found.get(output), what);
          }
        }
      }
    }
  }

  private static Map<String, float[]> floats(Map<String, Tensor> tensors) {
    Map<String, float[]> floats = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> floats.put(name, tensor.toFloatArray()));
    tensors.values().forEach(Tensor::close);
    return floats;
  }

  private static float[] only(Map<String, Tensor> tensors) {
    assertEquals(1, tensors.size());
    return floats(tensors).values().iterator().next();
  }

  /** The model itself starts every call from zeros, whatever sessions do. */
  @Test
  void modelsForgetAndSessionsDoNot() {
    Calls calls = Calls.of("keras3");
    for (String name : calls.cases()) {
      try (KerasModel model = KerasModel.load(calls.model(name));
          Session session = model.session();
          Session other = model.session()) {
        Map<String, Tensor> inputs = calls.inputs(name, 0);
        Map<String, float[]> first = floats(model.predict(inputs));
        assertSame(first, floats(session.predict(inputs)));
        Map<String, float[]> second = floats(session.predict(inputs));
        boolean given = name.equals("initial_state"); // which Keras 3 takes every time
        boolean goesOn =
            first.keySet().stream().anyMatch(o -> !Arrays.equals(first.get(o), second.get(o)));
        assertNotEquals(given, goesOn, name);
        assertSame(first, floats(model.predict(inputs)));
        assertSame(first, floats(other.predict(inputs)));
        session.resetStates();
        assertSame(first, floats(session.predict(inputs)));
        assertSame(second, floats(session.predict(inputs)));
      }
    }
  }

  private static void assertSame(Map<String, float[]> expected, Map<String, float[]> found) {
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((output, values) -> assertArrayEquals(values, found.get(output), output));
  }

  @Test
  void allFormsOfACallGoOn() {
    Calls calls = Calls.of("keras3");
    Map<String, Tensor> inputs = calls.inputs("lstm", 0);
    Tensor input = inputs.get("x");
    float[] numbers = input.toFloatArray();
    try (KerasModel model = KerasModel.load(LSTM);
        Session named = model.session();
        Session session = model.session()) {
      List<float[]> expected = new ArrayList<>();
      for (int call = 0; call < 5; call++) {
        expected.add(only(named.predict(inputs)));
      }
      assertArrayEquals(expected.get(0), session.predict(numbers));
      try (Tensor output = session.predict(input)) {
        assertArrayEquals(expected.get(1), output.toFloatArray());
      }
      FloatBuffer output = predictBuffers(session, numbers, expected.get(2).length);
      for (float value : expected.get(2)) {
        assertEquals(value, output.get());
      }
      only(session.predict(inputs, Set.of("first")));
      assertArrayEquals(expected.get(4), session.predict(numbers));
    }
  }

  private static FloatBuffer predictBuffers(Session session, float[] numbers, int length) {
    ByteBuffer input = direct(numbers.length);
    input.asFloatBuffer().put(numbers);
    ByteBuffer output = direct(length);
    session.predict(input, output, 2);
    return output.asFloatBuffer();
  }

  private static ByteBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES).order(ByteOrder.nativeOrder());
  }

  @Test
  void aCallThatFailsLeavesTheStates() {
    Calls calls = Calls.of("keras3");
    Map<String, Tensor> inputs = calls.inputs("lstm", 0);
    try (KerasModel model = KerasModel.load(LSTM);
        Session session = model.session();
        Session other = model.session()) {
      only(session.predict(inputs));
      only(other.predict(inputs));
      Tensor three = Tensor.zeros(model.inputType("x"), 3, 5, 3);
      InputException thrown =
          assertThrows(InputException.class, () -> session.predict(Map.of("x", three)));
      assertTrue(thrown.getMessage().contains("batches of 2 samples"), thrown.getMessage());
      Tensor wide = Tensor.zeros(model.inputType("x"), 2, 5, 4);
      assertThrows(InputException.class, () -> session.predict(wide));
      assertThrows(InputException.class, () -> session.predict(inputs, Set.of("none")));
      assertArrayEquals(only(other.predict(inputs)), only(session.predict(inputs)));
    }
  }

  @Test
  void whatIsClosedIsRefused() {
    KerasModel model = KerasModel.load(LSTM);
    float[] numbers = new float[2 * 5 * 3];
    Session closed = model.session();
    closed.predict(numbers);
    closed.close();
    closed.close();
    assertEquals(
        "the session is closed",
        assertThrows(IllegalStateException.class, () -> closed.predict(numbers)).getMessage());
    assertThrows(IllegalStateException.class, closed::resetStates);
    Session open = model.session();
    open.predict(numbers);
    model.close();
    assertEquals(
        "the model is closed",
        assertThrows(IllegalStateException.class, () -> open.predict(numbers)).getMessage());
    open.close();
  }

  @Test
  void modelsWithoutStatesJustPredict() {
    Recorded recorded = Recorded.of("keras3/rnn/lstm.keras");
    Map<String, Tensor> inputs = recorded.arrays("inputs");
    try (KerasModel model = KerasModel.load(recorded.model());
        Session session = model.session()) {
      Map<String, float[]> expected = floats(model.predict(inputs));
      for (int call = 0; call < 3; call++) {
        assertSame(expected, floats(session.predict(inputs)));
      }
      session.resetStates();
      assertSame(expected, floats(session.predict(inputs)));
    }
  }

  /** Evaluation keeps states from batch to batch and has none of a session's. */
  @Test
  void evaluationStartsFromZeros() {
    for (String line : LINES) {
      String form = line.equals("tfk") ? ".h5" : ".keras";
      for (String name : List.of("lstm", "bidirectional", "nested")) {
        Recorded recorded = Recorded.of(line + "/stateful/" + name + form);
        double expected = recorded.json("metrics.json").get("loss").asDouble();
        try (KerasModel model = KerasModel.load(recorded.model());
            Session session = model.session()) {
          float[] before = only(session.predict(recorded.arrays("inputs")));
          for (int call = 0; call < 2; call++) {
            Map<String, Double> evaluated = model.evaluate(recorded.data(), 2);
            Tolerance.CLOSE.check(expected, evaluated.get("loss"), name);
            double explained = model.explainLoss(recorded.data(), 2).loss();
            Tolerance.CLOSE.check(expected, explained, name);
          }
          session.resetStates();
          assertArrayEquals(before, only(session.predict(recorded.arrays("inputs"))));
        }
      }
    }
  }

  /** What training computes of a model with states is not known. */
  @Test
  void theLossInTrainingIsRefused() {
    Recorded recorded = Recorded.of("keras3/stateful/lstm.keras");
    try (KerasModel model = KerasModel.load(recorded.model())) {
      Dataset data = recorded.data();
      InputException thrown =
          assertThrows(InputException.class, () -> model.explainTrainingLoss(data, 2));
      assertTrue(thrown.getMessage().contains("keeps states"), thrown.getMessage());
    }
  }

  /** Each of two threads gets, bit for bit, what its session gives alone. */
  @TestFactory
  Stream<DynamicTest> sessionsOfTwoThreads() {
    return engines()
        .map(engine -> DynamicTest.dynamicTest(engine.name(), () -> runTwoThreads(engine)));
  }

  private static void runTwoThreads(Engine engine) throws Exception {
    for (String name : List.of("lstm", "bidirectional", "nested")) {
      try (KerasModel model = load(Calls.of("keras3").model(name), engine)) {
        List<List<float[]>> alone = new ArrayList<>();
        for (int thread = 0; thread < 2; thread++) {
          alone.add(sequence(model, thread, new CyclicBarrier(1)));
        }
        assertNotEquals(alone.get(0).get(3)[0], alone.get(1).get(3)[0]);
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<List<float[]>>> running = new ArrayList<>();
        for (int thread = 0; thread < 2; thread++) {
          int own = thread;
          Callable<List<float[]>> calls = () -> sequence(model, own, together);
          running.add(threads.submit(calls));
        }
        for (int thread = 0; thread < 2; thread++) {
          List<float[]> found = running.get(thread).get();
          for (int call = 0; call < ROUNDS; call++) {
            assertArrayEquals(alone.get(thread).get(call), found.get(call));
          }
        }
        threads.shutdown();
      }
    }
  }

  /** Calls with inputs of a thread's own; each begins when those of the other threads do. */
  private static List<float[]> sequence(KerasModel model, int thread, CyclicBarrier together)
      throws Exception {
    float[] input = new float[2 * 5 * 3];
    List<float[]> outputs = new ArrayList<>();
    try (Session session = model.session()) {
      for (int call = 0; call < ROUNDS; call++) {
        for (int i = 0; i < input.length; i++) {
          input[i] = (float) Math.sin(1 + i + 7 * call + 100 * thread);
        }
        if (call % 50 == 17 + thread) {
          session.resetStates();
        }
        together.await();
        outputs.add(session.predict(input));
      }
    }
    return outputs;
  }
}
