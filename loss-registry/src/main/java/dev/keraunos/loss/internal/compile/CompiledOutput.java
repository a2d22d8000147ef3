package dev.keraunos.loss.internal.compile;

import dev.keraunos.loss.Loss;
import dev.keraunos.loss.internal.reduce.Reduction;
import java.util.List;
import java.util.Optional;

/**
 * What an output was compiled with, or one more loss of it.
 *
 * @param lossName for people
 * @param lossReported as Keras names the loss beside that of the model; empty if it does not
 * @param findsLogits false where Keras runs a loop that does not
 */
public record CompiledOutput(
    OutputSpec output,
    Optional<Loss> loss,
    String lossName,
    Optional<String> lossReported,
    double lossWeight,
    Reduction.Mode mode,
    List<CompiledMetric> metrics,
    boolean findsLogits) {}
