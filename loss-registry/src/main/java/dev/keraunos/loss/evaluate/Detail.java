package dev.keraunos.loss.evaluate;

/** How much of an explanation is wanted. */
enum Detail {
  NOTHING,
  BREAKDOWN,
  /**
   * The breakdown, and for losses that couple the batch also what other predictions would change.
   */
  WHAT_IF
}
