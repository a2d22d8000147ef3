package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.error.InputException;
import dev.keraunos.loss.internal.compile.CompiledMetric;
import dev.keraunos.tensor.Shape;
import java.util.function.Supplier;

/**
 * Where targets and predictions meet, for errors.
 *
 * @param output the output's name
 * @param function {@code the loss}, or a metric
 */
record Place(String output, String function, Shape yTrue, Shape yPred) {
  static Place of(CompiledMetric metric, String output, Shape yTrue, Shape yPred) {
    return new Place(output, "metric '" + metric.name() + "'", yTrue, yPred);
  }

  /** The same with sample weights, where targets and predictions fit already. */
  Place with(Shape weights) {
    return new Place(output, function + " weighted by sample weights " + weights, yTrue, yPred);
  }

  /** Does some work, with the errors of {@link #of}. */
  void run(Runnable work) {
    of(
        () -> {
          work.run();
          return this;
        });
  }

  /**
   * What some work gives.
   *
   * @throws InputException if it finds that shapes do not fit
   */
  <T> T of(Supplier<T> work) {
    try {
      return work.get();
    } catch (InputException e) {
      throw new InputException(
          "output '"
              + output
              + "': "
              + function
              + " does not take targets "
              + yTrue
              + " and predictions "
              + yPred
              + ": "
              + e.getMessage(),
          e);
    }
  }
}
