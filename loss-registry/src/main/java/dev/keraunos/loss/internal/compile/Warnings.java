package dev.keraunos.loss.internal.compile;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.loss.internal.reduce.Reduction;
import dev.keraunos.loss.internal.text.Numbers;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What Keras does silently and a user may not mean: collected, or refused in strict mode. */
public final class Warnings {
  public static final String BROADCAST = "broadcast-targets";
  public static final String LABELS = "labels-out-of-range";
  public static final String METRIC = "metric-of-another-kind";
  public static final String OTHER_LOSS = "other-loss";
  public static final String WEIGHTS_ALONG = "weights-along-the-last-axis";
  public static final String ZERO_WEIGHTS = "zero-weights";
  public static final String EMPTY_BATCH = "empty-batch";
  public static final String LAST_BATCH = "last-batch";

  /**
   * What was found.
   *
   * @param rule the name of the rule
   * @param sentence with the place
   */
  public record Warning(String rule, String sentence) {
    /** True if it says the same of the same output, of another batch. */
    private boolean isOfSame(Warning other) {
      return rule.equals(other.rule)
          && sentence.split(": ", 2)[0].equals(other.sentence.split(": ", 2)[0]);
    }
  }

  /** Rules whose sentences tell shapes and numbers of one batch. */
  private static final Set<String> OF_DATA = Set.of(BROADCAST, LABELS);

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
  private final Set<Warning> found = new LinkedHashSet<>();

  public Warnings(boolean strict) {
    this.strict = strict;
  }

  public List<Warning> found() {
    return List.copyOf(found);
  }

  /** Sample weights of rank 1 that broadcast along the last axis of the scores. */
  public void checkWeights(
      String output, Dialect dialect, Shape scores, Shape yPred, Optional<Grid> weight) {
    boolean flat = weight.isPresent() && weight.get().rank() == 1 && scores.rank() >= 2;
    boolean columns =
        dialect.has(Quirk.WEIGHTS_BECOME_COLUMNS)
            && (scores.rank() == 2 || dialect.has(Quirk.WEIGHTS_BECOME_COLUMNS_BESIDE_ALL));
    boolean trailing = dialect.has(Quirk.ALIGNS_WEIGHTS_AT_THE_END);
    if (trailing && flat && !columns && !Grid.isColumn(scores)) {
      add(
          WEIGHTS_ALONG,
          "output '"
              + output
              + "': sample weights "
              + weight.get().shape()
              + " run along the last axis of the scores "
              + scores
              + " in "
              + dialect.keras()
              + ", not along the samples; give them the shape ("
              + scores.dim(0)
              + ", 1"
              + (scores.rank() > 2 ? ", 1" : "")
              + ") to weight samples");
    }
  }

  /** A loss that was declared for an output and is not what Keras computes of it. */
  void checkLoss(String output, Dialect dialect, String declared, String computed) {
    if (!declared.equals(computed)) {
      add(
          OTHER_LOSS,
          "output '"
              + output
              + "': compiled with "
              + declared
              + ", of which "
              + dialect.keras()
              + " computes "
              + computed
              + "; give a loss to every output, one each, in the model's order");
    }
  }

  /**
   * Targets that a loss of elements repeats along an axis of the predictions, or the reverse.
   *
   * @param fitted the shape of the targets after Keras made the ranks equal
   * @param against the shape of the predictions then
   */
  public void checkTargets(
      CompiledOutput setup, Tensor yTrue, Shape yPred, Shape fitted, Shape against) {
    boolean repeats = ELEMENTWISE.contains(setup.lossName()) && fitted.rank() != against.rank();
    for (int i = 1; i < fitted.rank() && fitted.rank() == against.rank(); i++) {
      repeats |=
          ELEMENTWISE.contains(setup.lossName())
              && fitted.isKnown(i)
              && against.isKnown(i)
              && fitted.dim(i) != against.dim(i);
    }
    if (repeats) {
      add(
          BROADCAST,
          "output '"
              + setup.output().name()
              + "': targets "
              + yTrue.shape()
              + " are broadcast against predictions "
              + yPred
              + "; "
              + ClassNumbers.advice(yTrue, yPred)
                  .orElse("give targets the shape of the predictions"));
    }
  }

  /** Labels that are no class of the output: Keras refuses them on a CPU, not elsewhere. */
  public void checkLabels(CompiledOutput setup, Dialect dialect, Tensor yTrue, Shape yPred) {
    ClassNumbers classes = ClassNumbers.of(setup, yPred);
    long strangers = 0;
    double first = 0;
    for (long i = 0; classes.exist() && i < yTrue.size(); i++) {
      double label = yTrue.getDouble(i);
      if (classes.isStranger(label)) {
        first = strangers++ == 0 ? label : first;
      }
    }
    boolean isNan = dialect.has(Quirk.SPARSE_LOSS_OF_UNKNOWN_CLASS_IS_NAN);
    if (strangers > 0) {
      add(
          LABELS,
          "output '"
              + setup.output().name()
              + "': there are targets such as "
              + Numbers.text(first)
              + ", but its "
              + classes.count()
              + " channels are 0 to "
              + (classes.count() - 1)
              + "; "
              + (isNan
                  ? "Keras refuses them on a CPU and computes NaN on a GPU"
                  : dialect.keras() + " counts their loss as 0"));
    }
  }

  /** Zeros among sample weights, by whose share Keras up to 2.2 divides. */
  public void checkZeros(String output, Dialect dialect, Optional<Grid> weight) {
    boolean divides = weight.isPresent() && dialect.has(Quirk.DIVIDES_BY_NONZERO_WEIGHTS);
    if (divides && weight.get().map(w -> w == 0 ? 1 : 0).sum() > 0) {
      add(
          ZERO_WEIGHTS,
          "output '"
              + output
              + "': "
              + dialect.keras()
              + " divides the loss of a batch by the share of its weights that are not zero, so"
              + " samples of weight 0 raise the others and the loss depends on the batch size;"
              + " leave such samples out");
    }
  }

  /** A batch that counts as no number, and makes the whole loss none. */
  public void checkNan(String output, Dialect dialect, double value, Reduction.Request request) {
    boolean masked = request.mask().isPresent() && request.mask().get().sum() == 0;
    boolean weightless =
        request.weight().isPresent() && request.weight().get().map(Math::abs).sum() == 0;
    if (Double.isNaN(value) && (masked || weightless)) {
      add(
          EMPTY_BATCH,
          "output '"
              + output
              + "': a batch whose "
              + (masked ? "mask covers everything" : "weights are all zero")
              + " makes the loss NaN in "
              + dialect.keras()
              + "; leave such samples out or choose larger batches");
    }
  }

  /** A batch of another size, where Keras averages batches as if all had the same. */
  public void checkSize(Dialect dialect, long first, long size, boolean each) {
    boolean whole = dialect.has(Quirk.BATCHES_COUNT_ONCE);
    if (size != first && (whole || each)) {
      add(
          LAST_BATCH,
          dialect.keras()
              + " counts every batch once in "
              + (whole ? "the loss" : "the losses of single outputs")
              + ", the batch of "
              + size
              + " samples as much as those of "
              + first
              + "; choose a batch size that divides the number of samples");
    }
  }

  /** Refuses it, or notes it once. */
  public void add(String rule, String sentence) {
    if (strict) {
      throw new InputException(sentence);
    }
    Warning warning = new Warning(rule, sentence);
    if (!OF_DATA.contains(rule) || found.stream().noneMatch(warning::isOfSame)) {
      found.add(warning);
    }
  }
}
