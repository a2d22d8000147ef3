package dev.keraunos.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs; how long it takes is not looked at. */
class BenchmarksTest {
  @Test
  void allRun() throws RunnerException {
    Options once =
        new OptionsBuilder()
            .param("model", "../fixtures/cases/reference/unet.h5")
            .param("batch", "3")
            .param("samples", "4")
            .mode(Mode.SingleShotTime)
            .warmupIterations(0)
            .measurementIterations(1)
            .forks(0)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    Collection<RunResult> results = new Runner(once).run();
    assertEquals(3 * 2, results.size(), "three benchmarks on two engines");
  }
}
