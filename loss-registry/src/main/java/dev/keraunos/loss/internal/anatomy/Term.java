package dev.keraunos.loss.internal.anatomy;

import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * A summand of the scores: sign times factor times core, which outputs of the graph hold.
 *
 * @param name for people
 * @param weight the formula of the factors inside the loss that do not depend on the prediction;
 *     empty for none
 * @param batchLevel true if it couples predictions of several samples of the batch
 * @param sign 1 or &minus;1
 * @param core the output that holds it without sign and factors, in the shape of the scores or as
 *     one number
 * @param factor the output that holds the product of the factors, likewise
 * @param elements the parts of the core by channel
 * @param split the core as sums over elements or positions; empty if it is none, or if every
 *     position has a score of its own
 */
public record Term(
    String name,
    String weight,
    boolean batchLevel,
    int sign,
    String core,
    Optional<String> factor,
    Optional<Elements> elements,
    Optional<Sum> split) {

  /**
   * The parts of a core by channel.
   *
   * @param output holds them on a last axis; times the factor they add up to the core
   * @param shape of the prediction's elements that were reduced
   * @param reduction of the elements, in words
   */
  public record Elements(String output, Shape shape, double factor, String reduction) {}

  /**
   * A core as sums over elements or positions of the prediction, but for what belongs to none.
   *
   * @param fixed formulas of denominators that are held at their values
   * @param linear true if no summand depends on other predictions
   */
  public record Sum(Shares shares, List<String> fixed, boolean linear) {}
}
