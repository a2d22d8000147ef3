package dev.keraunos.benchmarks;

import dev.keraunos.Dataset;
import dev.keraunos.KerasModel;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.fixtures.Verification;
import dev.keraunos.fixtures.example.WeightedBceDice;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A model with a fixture of the same name beside it, whose samples are repeated. */
@State(Scope.Benchmark)
public class LoadedModel {
  /** The model's file; relative to the root of the repository. */
  @Param("fixtures/cases/reference/unet.h5")
  public String model;

  /** The engine's name. */
  @Param({"onednn", "reference"})
  public String engine;

  /** Samples in a batch. */
  @Param({"1", "16"})
  public int batch;

  KerasModel loaded;
  Fixture fixture;

  /** Opens the files. */
  @Setup(Level.Trial)
  public void load() {
    Path file = Path.of(model);
    String stem = file.toString().replaceFirst("\\.(h5|keras)$", "");
    fixture = Fixture.read(Path.of(stem + ".npz"));
    LossRegistry.Builder losses = LossRegistry.builder();
    new WeightedBceDice().register(losses);
    loaded =
        KerasModel.loader()
            .engine(engine)
            .registry(Verification.lambdas(fixture))
            .losses(losses.build())
            .load(file);
  }

  /** Frees the model. */
  @TearDown(Level.Trial)
  public void close() {
    loaded.close();
  }

  /** The fixture's inputs, as many times as it takes to have that many samples. */
  Map<String, Tensor> inputs(int samples) {
    return repeated("inputs", samples);
  }

  /** The fixture's inputs, targets and weights. */
  Dataset dataset(int samples) {
    return new Dataset(
        repeated("inputs", samples),
        repeated("targets", samples),
        repeated("sample_weights", samples));
  }

  /** The same with a weight for every sample, from 0.5 to 2. */
  Dataset weighted(int samples) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    Dataset plain = dataset(samples);
    for (String output : plain.targets().keySet()) {
      long[] dims = new long[plain.targets().get(output).shape().rank() - 1];
      Arrays.fill(dims, 1);
      dims[0] = samples;
      Tensor weight = Tensor.zeros(DType.FLOAT32, dims);
      for (int i = 0; i < samples; i++) {
        weight.setDouble(i, 0.5 + 1.5 * (i % 7) / 6);
      }
      weights.put(output, weight);
    }
    return new Dataset(plain.inputs(), plain.targets(), weights);
  }

  private Map<String, Tensor> repeated(String group, int samples) {
    Map<String, Tensor> repeated = new LinkedHashMap<>();
    fixture.arrays(group).forEach((name, tensor) -> repeated.put(name, repeat(tensor, samples)));
    return repeated;
  }

  private static Tensor repeat(Tensor recorded, int samples) {
    long[] dims = recorded.shape().toArray();
    dims[0] = samples;
    Tensor repeated = Tensor.zeros(recorded.dtype(), dims);
    for (long i = 0; i < repeated.size(); i++) {
      repeated.setDouble(i, recorded.getDouble(i % recorded.size()));
    }
    return repeated;
  }
}
