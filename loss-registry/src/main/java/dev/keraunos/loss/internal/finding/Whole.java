package dev.keraunos.loss.internal.finding;

import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.compile.Warnings;
import dev.keraunos.loss.internal.evidence.Subject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What rules see of the whole model.
 *
 * @param bySize the loss if batches counted by their size
 * @param result what evaluate returns
 * @param printed the names in it of the losses of single outputs, where these are their own
 * @param warnings what Keras does silently
 * @param subject the model itself
 * @param classWeighted true if weights were made of class weights
 */
public record Whole(
    Dialect dialect,
    double loss,
    double bySize,
    long samples,
    long batches,
    Map<String, Double> result,
    Map<String, String> printed,
    List<Warnings.Warning> warnings,
    List<Explanation.Output> outputs,
    Subject subject,
    boolean classWeighted) {
  /** A warning by its rule. */
  Optional<String> warning(String rule) {
    return warnings.stream()
        .filter(warning -> warning.rule().equals(rule))
        .map(Warnings.Warning::sentence)
        .findFirst();
  }
}
