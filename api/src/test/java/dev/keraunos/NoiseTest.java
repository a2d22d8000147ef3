package dev.keraunos;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import dev.keraunos.testing.Tolerance;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Layers that a model calls with {@code training=True} and that draw random numbers there. The
 * model and the moments of what tf_keras 2.21 predicts are those of {@code
 * fixtures/recorder/noise.py}.
 */
class NoiseTest {
  private static final int SAMPLES = 20000;

  /** Some six deviations of a mean over the samples. */
  private static final double NEAR = 0.02;

  private static KerasModel load(String engine, long seed) {
    return KerasModel.loader().engine(engine).seed(seed).load(file("noise.h5"));
  }

  private static Path file(String name) {
    try {
      return Path.of(NoiseTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Tensor> predict(KerasModel model, int samples) {
    float[] ones = new float[samples * 6];
    Arrays.fill(ones, 1);
    return model.predict(Map.of("x", Tensor.of(ones, samples, 3, 2)));
  }

  @Test
  void theDistributionsAreThoseOfKeras() {
    Npz recorded = Npz.read(file("noise.npz"));
    try (KerasModel model = load("reference", 1)) {
      Map<String, Tensor> found = predict(model, SAMPLES);
      recorded
          .arrays()
          .forEach(
              (name, moments) ->
                  assertArrayEquals(
                      moments(moments), moments(found.get(name).toFloatArray()), NEAR, name));
      float[] still = found.get("still").toFloatArray();
      assertEquals(SAMPLES * 6, Arrays.stream(floats(still)).filter(x -> x == 1).count());
    }
  }

  private static double[] moments(Tensor recorded) {
    double[] moments = new double[(int) recorded.size()];
    Arrays.setAll(moments, recorded::getDouble);
    return moments;
  }

  /** Mean, standard deviation, share of zeros, correlation of the first two steps. */
  private static double[] moments(float[] values) {
    double[] all = floats(values);
    double mean = Arrays.stream(all).average().orElseThrow();
    double square = Arrays.stream(all).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    double zeros = Arrays.stream(all).filter(x -> x == 0).count() / (double) all.length;
    double covariance = 0;
    for (int i = 0; i < all.length; i += 6) {
      covariance += (all[i] - mean) * (all[i + 2] - mean) * 6 / all.length;
    }
    return new double[] {mean, Math.sqrt(square), zeros, covariance / square};
  }

  private static double[] floats(float[] values) {
    double[] all = new double[values.length];
    Arrays.setAll(all, i -> values[i]);
    return all;
  }

  @Test
  void callsDifferAndLoadsRepeat() {
    try (KerasModel model = load("onednn", 0);
        KerasModel again = load("reference", 0);
        KerasModel other = load("onednn", 99)) {
      assertEquals(List.of("x"), model.inputNames());
      for (String name : List.of("dropout", "noise", "alpha")) {
        Tensor drawn = predict(model, 4).get(name);
        float[] first = drawn.toFloatArray();
        assertFalse(Arrays.equals(first, predict(model, 4).get(name).toFloatArray()), name);
        Tolerance.PREDICTION.check(drawn, predict(again, 4).get(name), name);
        predict(again, 4);
        assertFalse(Arrays.equals(first, predict(other, 4).get(name).toFloatArray()), name);
      }
    }
  }
}
