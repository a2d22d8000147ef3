package dev.keraunos;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.BatchingPredictor.Served;
import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchingPredictorTest {
  private static final Duration FOREVER = Duration.ofDays(1);
  private static final int WIDTH = 9 * 2;

  private final KerasModel model = Recorded.of("keras2.2.4/models/sequential.h5").load("onednn");
  private final BlockingQueue<Served> served = new LinkedBlockingQueue<>();

  @AfterEach
  void closeModel() {
    model.close();
  }

  private BatchingPredictor.Builder predictor() {
    return BatchingPredictor.builder(model).listener(served::add);
  }

  private static float[] input(int seed) {
    Random random = new Random(seed);
    float[] input = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      input[i] = (float) random.nextGaussian();
    }
    return input;
  }

  private static <T> List<T> all(List<CompletableFuture<T>> futures) throws Exception {
    List<T> results = new ArrayList<>();
    for (CompletableFuture<T> future : futures) {
      results.add(future.get());
    }
    return results;
  }

  private List<CompletableFuture<float[]>> submit(BatchingPredictor predictor, int count) {
    return IntStream.range(0, count).mapToObj(i -> predictor.submit(input(i))).toList();
  }

  /** An executor that holds its work back until it is told. */
  private static final class Held implements Executor {
    private final List<Runnable> works = new ArrayList<>();

    @Override
    public synchronized void execute(Runnable work) {
      works.add(work);
    }

    synchronized void go() {
      for (int i = 0; i < works.size(); i++) {
        works.get(i).run();
      }
      works.clear();
    }
  }

  @Test
  void waitsForAFullBatch() throws Exception {
    try (BatchingPredictor predictor = predictor().maxSize(3).maxWait(FOREVER).build()) {
      all(submit(predictor, 6));
      assertEquals(3, served.take().waits().size());
      assertEquals(3, served.take().samples());
    }
  }

  @Test
  void takesWhatCameMeanwhile() throws Exception {
    Held held = new Held();
    try (BatchingPredictor predictor = predictor().maxSize(4).executor(held).build()) {
      List<CompletableFuture<float[]>> futures = submit(predictor, 6);
      assertEquals(6, predictor.waiting());
      held.go();
      all(futures);
      assertEquals(4, served.take().samples());
      assertEquals(2, served.take().samples());
      assertEquals(0, predictor.waiting());
    }
  }

  @Test
  void countsSamples() throws Exception {
    Held held = new Held();
    try (BatchingPredictor predictor = predictor().maxSize(4).executor(held).build()) {
      List<CompletableFuture<float[]>> futures = new ArrayList<>();
      for (int samples : new int[] {3, 2, 7, 1, 3}) {
        futures.add(predictor.submit(new float[samples * WIDTH]));
      }
      held.go();
      all(futures);
      for (int samples : new int[] {3, 2, 7, 4}) {
        assertEquals(samples, served.take().samples());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "models/residual_cnn-keras3.keras, onednn, false",
    "models/translator-keras3.keras, onednn, false",
    "models/reviews-tf_keras.h5, onednn, false",
    "models/reviews-tf_keras.h5, reference, true",
    "models/residual_cnn-keras3.keras, reference, true",
    "models/translator-keras3.keras, reference, true",
    "keras2.2.4/models/several_outputs_of_nested.h5, onednn, false",
    "keras3/stateful/lstm.keras, onednn, false",
    "keras3/text/sequential.keras, onednn, false"
  })
  void resultsAreThoseOfTheCallAlone(String name, String engine, boolean joined) throws Exception {
    Recorded recorded = Recorded.of(name);
    try (KerasModel recordedModel = recorded.load(engine)) {
      Map<String, Tensor> inputs = recorded.arrays("inputs");
      long samples = inputs.values().iterator().next().shape().dim(0);
      long each = name.contains("stateful") ? samples : 1;
      List<Map<String, Tensor>> requests = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        long from = each * (i % (samples / each));
        Map<String, Tensor> rows = new LinkedHashMap<>();
        inputs.forEach((input, tensor) -> rows.put(input, tensor.rows(from, from + each)));
        requests.add(rows);
      }
      BatchingPredictor.Builder builder =
          BatchingPredictor.builder(recordedModel).maxSize(5).maxWait(Duration.ofMillis(1));
      try (BatchingPredictor predictor = (joined ? builder.joined() : builder).build()) {
        List<CompletableFuture<Map<String, Tensor>>> futures =
            requests.stream().map(predictor::submit).toList();
        for (int i = 0; i < requests.size(); i++) {
          requireEqual(recordedModel.predict(requests.get(i)), futures.get(i).get());
        }
      }
    }
  }

  private static void requireEqual(Map<String, Tensor> expected, Map<String, Tensor> found) {
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(found.keySet()));
    expected.forEach(
        (name, tensor) -> {
          assertEquals(tensor.shape(), found.get(name).shape());
          assertArrayEquals(tensor.toDoubleArray(), found.get(name).toDoubleArray(), name);
        });
  }

  /** One call of samples of two lengths would be refused, so there are two. */
  @Test
  void joinsThoseOfOneShape() throws Exception {
    Recorded recorded = Recorded.of("models/reviews-tf_keras.h5");
    Held held = new Held();
    try (KerasModel reviews = recorded.load("reference");
        BatchingPredictor predictor =
            BatchingPredictor.builder(reviews).joined().executor(held).build()) {
      Tensor given = recorded.arrays("inputs").values().iterator().next();
      List<Tensor> inputs = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Tensor row = given.rows(i % 2, i % 2 + 1);
        inputs.add(row);
      }
      inputs.add(Tensor.zeros(given.dtype(), 1, given.shape().dim(1) + 3));
      List<CompletableFuture<Tensor>> futures = inputs.stream().map(predictor::submit).toList();
      held.go();
      for (int i = 0; i < inputs.size() - 1; i++) {
        try (Tensor alone = reviews.predict(inputs.get(i));
            Tensor found = futures.get(i).get()) {
          assertArrayEquals(alone.toFloatArray(), found.toFloatArray());
        }
      }
      assertTrue(futures.get(6).isDone());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void failsAlone(boolean joined) throws Exception {
    Held held = new Held();
    BatchingPredictor.Builder builder = predictor().executor(held);
    try (BatchingPredictor predictor = (joined ? builder.joined() : builder).build()) {
      CompletableFuture<float[]> good = predictor.submit(input(1));
      CompletableFuture<Tensor> wrong = predictor.submit(Tensor.zeros(DType.FLOAT32, 1, 2, 9));
      CompletableFuture<float[]> odd = predictor.submit(new float[WIDTH + 1]);
      CompletableFuture<float[]> none = predictor.submit((float[]) null);
      CompletableFuture<Map<String, Tensor>> unknown =
          predictor.submit(Map.of("nope", Tensor.zeros(DType.FLOAT32, 1, 9, 2)));
      CompletableFuture<float[]> other = predictor.submit(input(2));
      held.go();
      assertArrayEquals(model.predict(input(1)), good.get());
      assertArrayEquals(model.predict(input(2)), other.get());
      for (CompletableFuture<?> failing : List.of(wrong, odd, none, unknown)) {
        ExecutionException failure = assertThrows(ExecutionException.class, failing::get);
        assertInstanceOf(InputException.class, failure.getCause());
      }
      Served batch = served.take();
      assertEquals(4, batch.waits().size());
      assertEquals(2, batch.failed());
    }
  }

  /** An index outside of an Embedding is found when the joined call runs. */
  @Test
  void failsAloneWhereTheJoinedCallFails() throws Exception {
    Recorded recorded = Recorded.of("models/reviews-tf_keras.h5");
    Held held = new Held();
    try (KerasModel reviews = recorded.load("reference");
        BatchingPredictor predictor =
            BatchingPredictor.builder(reviews).joined().executor(held).build()) {
      Tensor good = recorded.arrays("inputs").values().iterator().next().rows(0, 1);
      Tensor bad = good.cast(good.dtype());
      bad.setDouble(0, 1e6);
      CompletableFuture<Tensor> first = predictor.submit(good);
      CompletableFuture<Tensor> second = predictor.submit(bad);
      CompletableFuture<Tensor> third = predictor.submit(good);
      held.go();
      assertThrows(ExecutionException.class, second::get);
      assertArrayEquals(reviews.predict(good).toFloatArray(), first.get().toFloatArray());
      assertArrayEquals(first.get().toFloatArray(), third.get().toFloatArray());
    }
  }

  @Test
  void refusesWhatDoesNotFitTheLine() throws Exception {
    Held held = new Held();
    try (BatchingPredictor predictor = predictor().capacity(2).executor(held).build()) {
      List<CompletableFuture<float[]>> futures = submit(predictor, 3);
      ExecutionException full = assertThrows(ExecutionException.class, futures.get(2)::get);
      assertInstanceOf(RejectedExecutionException.class, full.getCause());
      assertTrue(full.getMessage().contains("2 requests wait already"), full.getMessage());
      assertTrue(futures.get(1).cancel(false));
      assertEquals(1, predictor.waiting());
      CompletableFuture<float[]> fits = predictor.submit(input(3));
      held.go();
      assertArrayEquals(model.predict(input(3)), fits.get());
      assertEquals(2, served.take().waits().size());
    }
  }

  @Test
  void timesOutAndIsCancelled() throws Exception {
    Held held = new Held();
    try (BatchingPredictor predictor = predictor().executor(held).build()) {
      CompletableFuture<float[]> late =
          predictor.submit(input(1)).orTimeout(1, TimeUnit.NANOSECONDS);
      ExecutionException failure = assertThrows(ExecutionException.class, late::get);
      assertInstanceOf(TimeoutException.class, failure.getCause());
      CompletableFuture<Tensor> cancelled = predictor.submit(Tensor.zeros(DType.FLOAT32, 1, 9, 2));
      assertTrue(cancelled.cancel(true));
      assertThrows(CancellationException.class, cancelled::get);
      assertEquals(0, predictor.waiting());
      held.go();
      assertTrue(served.isEmpty());
    }
  }

  @Test
  void inputsAreTheCallersAgain() throws Exception {
    Held held = new Held();
    try (BatchingPredictor predictor = predictor().executor(held).build()) {
      float[] given = input(1);
      Tensor tensor = Tensor.of(given, 1, 9, 2);
      CompletableFuture<float[]> array = predictor.submit(given);
      CompletableFuture<Tensor> output = predictor.submit(tensor);
      tensor.close();
      given[0] = 100;
      held.go();
      float[] expected = model.predict(input(1));
      assertArrayEquals(expected, array.get());
      assertArrayEquals(expected, output.get().toFloatArray());
    }
  }

  @Test
  void closeComputesWhatWaits() throws Exception {
    BatchingPredictor predictor = predictor().maxWait(FOREVER).build();
    List<CompletableFuture<float[]>> futures = submit(predictor, 5);
    predictor.close();
    predictor.close();
    assertTrue(futures.stream().allMatch(CompletableFuture::isDone));
    assertArrayEquals(model.predict(input(4)), futures.get(4).get());
    ExecutionException closed =
        assertThrows(ExecutionException.class, predictor.submit(input(0))::get);
    assertEquals("the predictor is closed", closed.getCause().getMessage());
  }

  /** Its threads are gone, so whoever closes does the work. */
  @Test
  void closesAfterItsExecutor() throws Exception {
    BatchingPredictor predictor = predictor().executor(work -> {}).build();
    CompletableFuture<float[]> future = predictor.submit(input(1));
    predictor.close();
    assertArrayEquals(model.predict(input(1)), future.get());
  }

  @Test
  void closeNowFailsWhatWaits() {
    BatchingPredictor predictor = predictor().maxWait(FOREVER).build();
    List<CompletableFuture<float[]>> futures = submit(predictor, 5);
    predictor.closeNow();
    futures.forEach(future -> assertThrows(CancellationException.class, future::get));
  }

  @Test
  void closesFromAnActionOfAFuture() throws Exception {
    BatchingPredictor predictor = predictor().maxSize(1).build();
    CompletableFuture<Void> closed =
        predictor.submit(input(1)).thenAccept(result -> predictor.close());
    closed.get();
    assertThrows(ExecutionException.class, predictor.submit(input(2))::get);
  }

  @Test
  void executorThatRefusesFailsTheRequest() {
    ExecutorService ended = Executors.newSingleThreadExecutor();
    ended.shutdown();
    try (BatchingPredictor predictor = predictor().executor(ended).build()) {
      ExecutionException failure =
          assertThrows(ExecutionException.class, predictor.submit(input(1))::get);
      assertInstanceOf(RejectedExecutionException.class, failure.getCause());
    }
  }

  @Test
  void closedModelFailsTheRequest() {
    try (BatchingPredictor predictor = predictor().build()) {
      model.close();
      ExecutionException failure =
          assertThrows(ExecutionException.class, predictor.submit(input(1))::get);
      assertEquals("the model is closed", failure.getCause().getMessage());
    }
  }

  @Test
  void listenerThatFailsHarmsNobody() throws Exception {
    try (BatchingPredictor predictor =
        BatchingPredictor.builder(model)
            .listener(
                batch -> {
                  throw new IllegalStateException("no metrics today");
                })
            .build()) {
      assertArrayEquals(model.predict(input(1)), predictor.submit(input(1)).get());
      assertArrayEquals(model.predict(input(2)), predictor.submit(input(2)).get());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void servesManyThreads(boolean joined) throws Exception {
    int callers = 16;
    int calls = 50;
    List<float[]> alone =
        IntStream.range(0, callers).mapToObj(i -> model.predict(input(i))).toList();
    CountDownLatch start = new CountDownLatch(callers);
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    BatchingPredictor.Builder builder = predictor().maxSize(8).maxWait(Duration.ofNanos(20_000));
    try (BatchingPredictor predictor = (joined ? builder.joined() : builder).build()) {
      List<CompletableFuture<Void>> done = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        int caller = i;
        done.add(
            CompletableFuture.runAsync(
                () -> {
                  start.countDown();
                  for (int call = 0; call < calls; call++) {
                    float[] found = predictor.submit(input(caller)).join();
                    assertEquals(alone.get(caller).length, found.length);
                    if (!joined) {
                      assertArrayEquals(alone.get(caller), found);
                    }
                  }
                },
                threads));
      }
      all(done);
    } finally {
      threads.shutdownNow();
    }
    assertEquals((long) callers * calls, served.stream().mapToLong(Served::samples).sum());
    assertTrue(served.stream().allMatch(batch -> batch.samples() <= 8 && batch.failed() == 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"keras3/stateful/lstm.keras", "keras3/text/sequential.keras"})
  void refusesToJoinWhatDependsOnTheBatch(String name) {
    try (KerasModel other = Recorded.of(name).load("reference")) {
      InputException refused =
          assertThrows(
              InputException.class, () -> BatchingPredictor.builder(other).joined().build());
      assertTrue(refused.getMessage().contains("leave joined() out"), refused.getMessage());
    }
  }

  @Test
  void refusesSettingsWithoutMeaning() {
    assertThrows(InputException.class, () -> predictor().maxSize(0));
    assertThrows(InputException.class, () -> predictor().capacity(-1));
    assertThrows(InputException.class, () -> predictor().maxWait(Duration.ofNanos(-1)));
    assertThrows(InputException.class, () -> predictor().maxWait(null));
    assertThrows(InputException.class, () -> predictor().listener(null));
  }

  @Test
  void listenerThatFailsWithAnErrorHarmsNobody() throws Exception {
    Consumer<Served> listener =
        batch -> {
          throw new AssertionError("of the listener");
        };
    try (BatchingPredictor predictor = predictor().maxSize(1).listener(listener).build()) {
      for (int i = 0; i < 3; i++) {
        assertEquals(3, predictor.submit(input(i)).get(1, TimeUnit.MINUTES).length);
      }
    }
  }

  @Test
  void executorThatLendsNobodyElseLeavesTheWorkToTheFirst() throws Exception {
    BlockingQueue<Runnable> works = new LinkedBlockingQueue<>();
    Executor executor =
        work -> {
          if (!works.isEmpty()) {
            throw new IllegalStateException("one is enough");
          }
          works.add(work);
        };
    try (BatchingPredictor predictor = predictor().executor(executor).build()) {
      List<CompletableFuture<float[]>> futures = submit(predictor, 3);
      works.peek().run();
      works.clear();
      assertTrue(futures.stream().allMatch(CompletableFuture::isDone));
      assertEquals(3, all(futures).size());
    }
  }

  @Test
  void executorWithoutThreadsFailsTheRequestAndServesTheNext() throws Exception {
    AtomicInteger refused = new AtomicInteger();
    Executor executor =
        work -> {
          if (refused.getAndIncrement() == 0) {
            throw new OutOfMemoryError("unable to create a thread");
          }
          work.run();
        };
    try (BatchingPredictor predictor = predictor().executor(executor).build()) {
      ExecutionException e =
          assertThrows(ExecutionException.class, () -> predictor.submit(input(0)).get());
      assertInstanceOf(OutOfMemoryError.class, e.getCause());
      assertEquals(3, predictor.submit(input(1)).get(1, TimeUnit.MINUTES).length);
    }
  }

  @Test
  void waitsForever() throws Exception {
    Duration forever = ChronoUnit.FOREVER.getDuration();
    try (BatchingPredictor predictor = predictor().maxSize(2).maxWait(forever).build()) {
      assertEquals(2, all(submit(predictor, 2)).size());
    }
  }

  @Test
  void refusesNullWithASentence() {
    Map<String, Tensor> nothing = new LinkedHashMap<>();
    nothing.put("conv_input", null);
    try (BatchingPredictor predictor = predictor().build()) {
      for (CompletableFuture<?> future :
          List.of(
              predictor.submit((float[]) null),
              predictor.submit((Tensor) null),
              predictor.submit((Map<String, Tensor>) null),
              predictor.submit(nothing))) {
        ExecutionException e = assertThrows(ExecutionException.class, future::get);
        assertTrue(e.getCause() instanceof InputException, e.toString());
      }
    }
  }
}
