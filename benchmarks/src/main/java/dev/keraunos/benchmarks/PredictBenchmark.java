package dev.keraunos.benchmarks;

import dev.keraunos.tensor.Tensor;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One prediction of a batch. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class PredictBenchmark {
  private Map<String, Tensor> inputs;

  /** Draws a batch. */
  @Setup
  public void inputs(LoadedModel model) {
    inputs = model.inputs(model.batch);
  }

  /** As a service calls it. */
  @Benchmark
  public void predict(LoadedModel model) {
    model.loaded.predict(inputs).values().forEach(Tensor::close);
  }
}
