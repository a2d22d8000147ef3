package dev.keraunos.engine;

import dev.keraunos.tensor.Shape;
import java.util.List;

/**
 * What one step of a run took.
 *
 * @param layers the paths of the layers whose operations the step computes; empty for a copy
 * @param operation what it computes, such as {@code Conv+Unary}
 * @param shape of what it makes
 * @param samples of the batch that it takes; fewer than there are where the engine divides the
 *     batch into parts, of which one was run, on one thread
 * @param implementation of the engine's library, or {@code reference} for plain Java
 * @param tiles that several threads can take
 * @param seconds the median over the runs
 * @param flops multiplications and sums of products, 0 for what only moves numbers
 * @param bytes read and written at least, weights included
 */
public record StepTime(
    List<String> layers,
    String operation,
    Shape shape,
    long samples,
    String implementation,
    int tiles,
    double seconds,
    double flops,
    double bytes) {
  public StepTime {
    layers = List.copyOf(layers);
  }
}
