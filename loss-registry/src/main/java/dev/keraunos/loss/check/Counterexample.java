package dev.keraunos.loss.check;

import java.util.List;

/**
 * An input on which a port and Python differ.
 *
 * @param input the recorded batch, in words
 * @param samples how many samples it has
 * @param difference what differs: {@code scores}, {@code gradient}, or their shapes
 * @param position of the first bad number, empty for a scalar
 * @param target the targets that this score is made of, as far as the shapes tell
 * @param prediction the predictions that this score is made of, as far as the shapes tell
 * @param expected what Python gives
 * @param found what the port gives
 */
public record Counterexample(
    String input,
    long samples,
    String difference,
    List<Long> position,
    List<Double> target,
    List<Double> prediction,
    double expected,
    double found) {}
