package dev.keraunos.loss;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** How close numbers must be, by name. */
public enum Level {
  /** What design and issues ask of losses and metrics: float32 differences in summation only. */
  LOSS(1e-6),
  /**
   * Where float32 takes the difference of larger numbers, whose order of summation is Keras' own:
   * the exponent of Circle (gamma 80, the loss differs by up to 8.6e-6 of itself) and a mean of
   * cosines that cancel to a thirtieth (1.1e-6).
   */
  CANCELLED(1e-5),
  /**
   * One unit in the last place of float16, in which TensorFlow sums in an order that depends on the
   * vectors of the machine (a mean squared error of five samples is 0.27587890625 in Keras 3, and
   * 0.276123046875 where only the sum is rounded).
   */
  FLOAT16(0x1p-10),
  /**
   * Two units in the last place of bfloat16: older TensorFlow rounds every partial sum, newer the
   * last (a mean absolute error of fifteen steps is 1.3203125 in 2.6 and 1.3046875 in tf_keras
   * 2.21).
   */
  BFLOAT16(0x1p-6),
  /** What a document prints with seven digits. */
  PRINTED(1e-5),
  /** What a document prints with four digits. */
  PRINTED_SHORT(1e-4);

  private final double relative;

  Level(double relative) {
    this.relative = relative;
  }

  /** Fails unless parts of a whole agree as close as the whole would have to. */
  public void check(double expected, double actual, double whole, String what) {
    boolean close = Math.abs(expected - actual) <= relative * Math.abs(whole);
    assertTrue(close, () -> what + ": expected " + expected + ", got " + actual);
  }

  /** Fails unless the numbers agree; NaN agrees with NaN. */
  public void check(double expected, double actual, String what) {
    boolean same = Double.compare(expected, actual) == 0;
    boolean close = Math.abs(expected - actual) <= relative * Math.abs(expected);
    assertTrue(same || close, () -> what + ": expected " + expected + ", got " + actual);
  }
}
