package dev.keraunos.nd4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.Engines;
import dev.keraunos.engine.Executable;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Op;
import dev.keraunos.nd4j.internal.Nd4jEngine;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.OpCases;
import dev.keraunos.testing.OpCases.Case;
import dev.keraunos.testing.OpTolerance;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Nd4jEngineTest {
  /** So many of the recorded operations ND4J computes itself. */
  private static final int COMPUTED = 300;

  static List<Case> cases() {
    return OpCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void computesWhatKerasComputes(Case recorded) {
    try (Executable executable =
        new Nd4jEngine().compile(Graphs.of(recorded.op(), recorded.inputs()), 2)) {
      List<Tensor> results = executable.run(recorded.inputs());
      for (int i = 0; i < results.size(); i++) {
        OpTolerance.of(recorded.op(), recorded.inputs())
            .check(recorded.outputs().get(i), results.get(i), recorded + ", output " + i);
      }
    }
  }

  @Test
  void computesMostOfWhatItCan() {
    long computed = cases().stream().filter(Nd4jEngineTest::isComputed).count();
    assertTrue(computed >= COMPUTED, computed + " operations");
  }

  private static boolean isComputed(Case recorded) {
    try (Executable executable =
        new Nd4jEngine().compile(Graphs.of(recorded.op(), recorded.inputs()), 2)) {
      executable.run(recorded.inputs());
      return executable.placement().containsValue(Nd4jEngine.NAME);
    }
  }

  /** ND4J itself would end the JVM. */
  @Test
  void indicesOutsideAreRefused() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
    for (int index : new int[] {3, -4, Integer.MAX_VALUE}) {
      List<Tensor> in = List.of(x, Tensor.of(new int[] {0, index}));
      try (Executable executable = new Nd4jEngine().compile(Graphs.of(new Op.Gather(0), in), 1)) {
        InputException refused = assertThrows(InputException.class, () -> executable.run(in));
        assertEquals("index " + index + " is outside an axis of length 3", refused.getMessage());
      }
    }
  }

  @Test
  void isFoundAsAServiceAndNotPreferred() {
    assertTrue(Engines.named("nd4j") instanceof Nd4jEngine);
    assertEquals("onednn", Engines.preferred().name());
    assertTrue(Engines.named("nd4j").description().startsWith("ND4J, CpuBackend, "));
  }
}
