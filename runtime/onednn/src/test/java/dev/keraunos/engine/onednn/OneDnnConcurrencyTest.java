package dev.keraunos.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.Executable;
import dev.keraunos.engine.onednn.internal.OneDnnEngine;
import dev.keraunos.graph.Graph;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class OneDnnConcurrencyTest {
  private static final int THREADS = 16;
  private static final int CALLS = 100;

  private final RandomGraphs random = new RandomGraphs();
  private final Graph graph = random.build(random.unet(random.input(1, 48, 40, 3), 8));

  private List<Tensor> inputs() {
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      inputs.add(random.tensor(1 + i % 5, 48, 40, 3));
    }
    return inputs;
  }

  private static float[] run(Executable executable, Tensor input) {
    return executable.run(List.of(input)).get(0).toFloatArray();
  }

  @Test
  void everyThreadGetsTheBitsOfTheCallAlone() throws ExecutionException, InterruptedException {
    List<Tensor> inputs = inputs();
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try (Executable executable = new OneDnnEngine().compile(graph, 2)) {
      List<float[]> alone = new ArrayList<>();
      inputs.forEach(input -> alone.add(run(executable, input)));
      List<Future<?>> callers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Tensor input = inputs.get(i);
        float[] expected = alone.get(i);
        callers.add(
            pool.submit(
                () -> {
                  for (int call = 0; call < CALLS; call++) {
                    assertArrayEquals(expected, run(executable, input));
                  }
                }));
      }
      for (Future<?> caller : callers) {
        caller.get();
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void resultsDoNotDependOnThreads() {
    List<Tensor> inputs = inputs();
    try (Executable one = new OneDnnEngine().compile(graph, 1);
        Executable three = new OneDnnEngine().compile(graph, 3)) {
      inputs.forEach(input -> assertArrayEquals(run(one, input), run(three, input)));
    }
  }

  @Test
  void aSampleIsTheSameAloneAndInABatch() {
    Tensor batch = random.tensor(5, 48, 40, 3);
    try (Executable executable = new OneDnnEngine().compile(graph, 2)) {
      float[] all = run(executable, batch);
      float[] last = run(executable, batch.rows(4, 5));
      assertArrayEquals(Arrays.copyOfRange(all, 4 * last.length, all.length), last);
    }
  }

  @Test
  void morePlansThanAreKept() {
    List<float[]> before = new ArrayList<>();
    Graph any = random.build(random.unet(random.input(1, -1, -1, 3), 4));
    try (Executable executable = new OneDnnEngine().compile(any, 2)) {
      List<Tensor> inputs = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        inputs.add(random.tensor(1, 8 + 2 * i, 12, 3));
        before.add(run(executable, inputs.get(i)));
      }
      for (int i = 0; i < 20; i++) {
        assertArrayEquals(before.get(i), run(executable, inputs.get(i)));
      }
    }
  }

  @Test
  void closingFreesNativeMemory() {
    Tensor input = random.tensor(1, 48, 40, 3);
    openAndClose(1000, input); // until the heap has grown as far as it will
    long before = Pointer.physicalBytes();
    openAndClose(200, input);
    long grown = Pointer.physicalBytes() - before;
    assertTrue(grown < 200 * perRun(), "grown by " + grown + " bytes");
  }

  /** Less than what one executable holds, and more than the heap grows meanwhile. */
  private static long perRun() {
    return 256 << 10;
  }

  private void openAndClose(int times, Tensor input) {
    for (int i = 0; i < times; i++) {
      try (Executable executable = new OneDnnEngine().compile(graph, 2)) {
        executable.run(List.of(input)).forEach(Tensor::close);
      }
    }
  }

  @Test
  void refusesToRunAfterClose() {
    Executable executable = new OneDnnEngine().compile(graph, 2);
    executable.close();
    executable.close();
    Tensor input = random.tensor(1, 48, 40, 3);
    assertThrows(IllegalStateException.class, () -> executable.run(List.of(input)));
    assertEquals(graph, executable.graph());
  }
}
