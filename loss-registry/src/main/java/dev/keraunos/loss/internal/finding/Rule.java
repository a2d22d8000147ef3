package dev.keraunos.loss.internal.finding;

import dev.keraunos.loss.explain.Finding;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A row of what Keraunos can tell.
 *
 * @param name stable, in lower case with hyphens
 * @param needs what it looks at
 * @param when the condition and its guard, for the page
 * @param example what it says, for the page
 * @param speaker finds the sentence; empty where the condition does not hold
 * @param ofModel true if it speaks of the whole model, with the first output
 * @param unless rules that say it already where they speak of the same output
 */
record Rule(
    String name,
    Set<Need> needs,
    String when,
    String example,
    Function<Case, Optional<Said>> speaker,
    boolean ofModel,
    Set<String> unless) {
  /** What a rule may look at. */
  enum Need {
    INPUTS,
    TARGETS,
    PREDICTIONS,
    SCORES,
    WEIGHTS,
    MASK,
    CONFIG,
    /** The loss of the predictions once more, or written otherwise. */
    LOSS_AGAIN,
    /** The model once more, where the first pass found a reason. */
    MODEL_AGAIN
  }

  static Rule of(
      String name,
      Set<Need> needs,
      String when,
      String example,
      Function<Case, Optional<Said>> speaker) {
    return new Rule(name, needs, when, example, speaker, false, Set.of());
  }

  static Set<Need> needs(Need first, Need... rest) {
    return EnumSet.of(first, rest);
  }

  /** The same of the whole model. */
  Rule wholly() {
    return new Rule(name, needs, when, example, speaker, true, unless);
  }

  /** The same, silent where one of these rules speaks. */
  Rule unless(Rule... others) {
    Set<String> names = new HashSet<>(unless);
    for (Rule other : others) {
      names.add(other.name());
    }
    return new Rule(name, needs, when, example, speaker, ofModel, names);
  }

  /**
   * What it says of an output.
   *
   * @param isFirst true for the first output, with which the whole model is spoken of
   * @param before what was found already
   */
  Optional<Finding> of(Case c, boolean isFirst, List<Finding> before) {
    boolean told =
        before.stream()
            .anyMatch(
                finding ->
                    unless.contains(finding.rule())
                        && (finding.output().equals(c.name()) || finding.output().isEmpty()));
    boolean asked = !told && (!ofModel || isFirst);
    return !asked
        ? Optional.empty()
        : speaker
            .apply(c)
            .map(
                said ->
                    new Finding(
                        name,
                        ofModel ? "" : c.name(),
                        said.numbers(),
                        said.sentence(),
                        said.advice()));
  }
}
