package dev.keraunos.engine;

import dev.keraunos.tensor.Shape;
import java.util.List;

/**
 * What one step of a run took.
 *
 * @param layers the paths of the layers whose operations the step computes; empty for a copy
 * @param operation what it computes, such as {@code Conv+Unary}
 * @param shape of what it makes; of one part of the batch where the batch is divided
 * @param implementation of the engine's library, or {@code reference} for plain Java
 * @param tiles that several threads can take
 * @param seconds the median over the runs, of one part of the batch where the batch is divided
 * @param flops multiplications and sums of products, 0 for what only moves numbers
 * @param bytes read and written at least, weights included
 */
public record StepTime(
    List<String> layers,
    String operation,
    Shape shape,
    String implementation,
    int tiles,
    double seconds,
    double flops,
    double bytes) {
  public StepTime {
    layers = List.copyOf(layers);
  }
}
