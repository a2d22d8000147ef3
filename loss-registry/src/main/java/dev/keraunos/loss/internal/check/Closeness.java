package dev.keraunos.loss.internal.check;

/**
 * When a computed number counts as equal to the recorded one: a setting of {@link LossPortCheck},
 * by which whoever runs it says how strict it is. The levels that tests and {@code keraunos
 * check-loss} choose from are those of {@code dev.keraunos.testing.Tolerance}, on which this
 * library does not depend: {@code Tolerance.SCORE::accepts} is a closeness.
 */
@FunctionalInterface
public interface Closeness {
  /**
   * True if the value is close enough.
   *
   * @param scale the largest finite magnitude beside the recorded number
   */
  boolean accepts(double value, double recorded, double scale);
}
