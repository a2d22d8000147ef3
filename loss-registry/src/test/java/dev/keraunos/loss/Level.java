package dev.keraunos.loss;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** How close numbers must be, by name. */
public enum Level {
  /** What design and issues ask of losses and metrics: float32 differences in summation only. */
  LOSS(1e-6),
  /**
   * Keras itself summed many numbers in float32, or the logarithm of a clipped probability lost
   * digits.
   */
  LOSS_OF_LONG_SUM(2e-5);

  private final double relative;

  Level(double relative) {
    this.relative = relative;
  }

  /** Fails unless the numbers agree; NaN agrees with NaN. */
  public void check(double expected, double actual, String what) {
    boolean same = Double.compare(expected, actual) == 0;
    boolean close = Math.abs(expected - actual) <= relative * Math.abs(expected);
    assertTrue(same || close, () -> what + ": expected " + expected + ", got " + actual);
  }
}
