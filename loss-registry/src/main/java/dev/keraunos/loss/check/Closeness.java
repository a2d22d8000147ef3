package dev.keraunos.loss.check;

/** When a computed number counts as equal to the recorded one. */
@FunctionalInterface
public interface Closeness {
  /**
   * True if the value is close enough.
   *
   * @param scale the largest finite magnitude beside the recorded number
   */
  boolean accepts(double value, double recorded, double scale);
}
