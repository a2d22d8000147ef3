package dev.keraunos.loss.evaluate;

import dev.keraunos.error.InputException;
import dev.keraunos.loss.Dialect;
import dev.keraunos.loss.Profile;
import dev.keraunos.tensor.Shape;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What Keras does silently and a user may not mean: collected, or refused in strict mode. */
final class Warnings {
  private static final Set<String> ELEMENTWISE =
      Set.of(
          "mean_squared_error",
          "mean_absolute_error",
          "mean_absolute_percentage_error",
          "mean_squared_logarithmic_error",
          "logcosh",
          "huber_loss",
          "hinge",
          "squared_hinge",
          "poisson");

  private final boolean strict;
  private final Set<String> found = new LinkedHashSet<>();

  Warnings(boolean strict) {
    this.strict = strict;
  }

  List<String> found() {
    return List.copyOf(found);
  }

  /** Sample weights of rank 1 that broadcast along the last axis of the scores. */
  void checkWeights(
      String output, Dialect dialect, Shape scores, Shape yPred, Optional<Grid> weight) {
    boolean newer = dialect.isAtLeast(Profile.T26);
    boolean flat = weight.isPresent() && weight.get().rank() == 1 && scores.rank() >= 2;
    boolean fixed =
        !dialect.isAtLeast(Profile.K30) && (scores.rank() == 2 || !dialect.isAtLeast(2, 7, 0));
    if (newer && flat && !fixed && !Grid.isColumn(scores)) {
      add(
          "output '"
              + output
              + "': sample weights "
              + weight.get().shape()
              + " run along the last axis of the scores "
              + scores
              + " in Keras "
              + dialect.version()
              + ", not along the samples; give them the shape ("
              + scores.dim(0)
              + ", 1"
              + (scores.rank() > 2 ? ", 1" : "")
              + ") to weight samples");
    }
  }

  /** Targets of one column that a loss of elements repeats for every channel, or the reverse. */
  void checkTargets(OutputEvaluation.Setup setup, Shape yTrue, Shape yPred) {
    boolean repeats =
        ELEMENTWISE.contains(setup.lossName())
            && yTrue.rank() == yPred.rank()
            && Grid.isColumn(yTrue) != Grid.isColumn(yPred);
    if (repeats) {
      String name = setup.output().name();
      add(
          "output '"
              + name
              + "': targets "
              + yTrue
              + " are broadcast against predictions "
              + yPred);
    }
  }

  void add(String warning) {
    if (strict) {
      throw new InputException(warning);
    }
    found.add(warning);
  }
}
