package dev.keraunos.benchmarks;

import dev.keraunos.Dataset;
import dev.keraunos.loss.explain.Explanation;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What an explanation costs beside plain evaluation. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 10)
@Fork(2)
public class EvaluateBenchmark {
  /** How many samples are evaluated. */
  @Param("64")
  public int samples;

  private Dataset data;

  /** Draws the samples. */
  @Setup
  public void data(LoadedModel model) {
    data = model.dataset(samples);
  }

  /** The numbers alone. */
  @Benchmark
  public Map<String, Double> evaluate(LoadedModel model) {
    return model.loaded.evaluate(data, model.batch);
  }

  /** The numbers and how they came about. */
  @Benchmark
  public Explanation explainLoss(LoadedModel model) {
    return model.loaded.explainLoss(data, model.batch);
  }
}
