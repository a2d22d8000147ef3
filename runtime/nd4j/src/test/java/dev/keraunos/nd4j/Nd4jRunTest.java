package dev.keraunos.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.KerasModel;
import dev.keraunos.engine.Executable;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Padding;
import dev.keraunos.nd4j.internal.Nd4jEngine;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.RecordedCases;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

/** Many calls, at once and one after the other; {@code -Dkeraunos.nd4j.calls} says how many. */
class Nd4jRunTest {
  private static final int THREADS = 8;
  private static final int CALLS = Integer.getInteger("keraunos.nd4j.calls", 2000);

  /** What ND4J holds until the garbage collector finds it, whatever the calls. */
  private static final long MOST_GROWN = 24 << 20;

  private final Tensor pixels = pixels();

  private static Tensor pixels() {
    Tensor pixels = Tensor.zeros(DType.FLOAT32, 2, 32, 32, 3);
    for (long i = 0; i < pixels.size(); i++) {
      pixels.setDouble(i, i * 7919 % 256);
    }
    return pixels;
  }

  private static KerasModel load() {
    return KerasModel.loader()
        .engine(Nd4jEngine.NAME)
        .acceptDecodedLambdas()
        .load(RecordedCases.file("reference/unet_bce.h5"));
  }

  private float[] predict(KerasModel model) {
    try (Tensor masks = model.predict(pixels)) {
      return masks.toFloatArray();
    }
  }

  @Test
  void everyThreadGetsTheBitsOfTheCallAlone() throws ExecutionException, InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try (KerasModel model = load()) {
      float[] alone = predict(model);
      List<Future<?>> callers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        callers.add(
            pool.submit(
                () -> {
                  for (int call = 0; call < CALLS / 100; call++) {
                    assertArrayEquals(alone, predict(model));
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
  void memoryStaysFlat() {
    List<Tensor> in =
        List.of(Tensor.zeros(DType.FLOAT32, 1, 8, 8, 3), Tensor.zeros(DType.FLOAT32, 3, 3, 3, 4));
    Op conv = new Op.Conv(List.of(1, 1), List.of(1, 1), Padding.SAME, 1);
    try (Executable executable = new Nd4jEngine().compile(Graphs.of(conv, in), 1)) {
      run(executable, in, CALLS);
      long before = outsideOfTheHeap();
      run(executable, in, CALLS);
      long grown = outsideOfTheHeap() - before;

      assertTrue(grown < MOST_GROWN, CALLS + " calls grow by " + grown + " bytes");
    }
  }

  private static void run(Executable executable, List<Tensor> in, int calls) {
    for (int i = 0; i < calls; i++) {
      executable.run(in).forEach(Tensor::close);
    }
  }

  private static long outsideOfTheHeap() {
    System.gc();
    return Pointer.physicalBytes() - Runtime.getRuntime().totalMemory();
  }
}
