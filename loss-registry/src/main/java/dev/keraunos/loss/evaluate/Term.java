package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Shape;
import java.util.Optional;

/**
 * A summand of the scores, computed by outputs of the graph.
 *
 * @param name for people
 * @param weight the formula of the factors inside the loss that do not depend on the prediction;
 *     empty for none
 * @param batchLevel true if it couples samples of the batch
 * @param values the output that holds it in the shape of the scores, sign and factors included
 * @param unweighted the output that holds it without the factors
 * @param elements the output that holds its parts by channel, on a last axis; they add up to the
 *     values
 */
record Term(
    String name,
    String weight,
    boolean batchLevel,
    String values,
    String unweighted,
    Optional<Elements> elements) {

  /**
   * The parts of a term by channel.
   *
   * @param output holds them on a last axis; they add up to the values
   * @param shape of the prediction's elements that were reduced
   * @param scale what a part is multiplied by to be the element's loss: the number of channels
   *     where a mean was taken
   * @param reduction of the elements, in words
   */
  record Elements(String output, Shape shape, double scale, String reduction) {}
}
