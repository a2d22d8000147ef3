package dev.keraunos.loss.explain;

import java.util.List;
import java.util.Optional;

/**
 * How a loss came about. The contributions of the outputs, the penalties and nothing else add up to
 * the loss, and so do those of the batches. Inside an output the terms add up to its contribution,
 * and so do the shares of samples, of places and of true classes; the shares of channels add up to
 * that of the terms that have elements.
 *
 * @param dialect whose rules gave the number, {@code VERSION:BACKEND}
 * @param loss what evaluate returns; in training what it would with {@code model(x, training=True)}
 *     but for dropout and noise
 * @param training whether normalizations took the statistics of each batch, as in training
 * @param batching how the batches were averaged, in words
 * @param byBatch what each batch adds, penalties included; neighbours are joined where there are
 *     more than 512
 * @param penalties regularisers of weights and activities
 * @param findings what the numbers show, in sentences, the one to read first in front
 * @param notes what Keras does silently here and a user may not mean, and who registered a loss
 */
public record Explanation(
    String dialect,
    double loss,
    boolean training,
    long samples,
    long batches,
    String batching,
    List<Part> byBatch,
    List<Output> outputs,
    List<Penalty> penalties,
    List<Finding> findings,
    List<String> notes) {

  /** What an explanation tells only where it is asked to. */
  public enum Detail {
    /**
     * Of a loss that couples the samples of a batch, such as one with a Dice term, what other
     * predictions would make of it; this computes it twice more for every class.
     */
    WHAT_IF,
    /** The samples to look at, with what went into the model, for a page. */
    PICTURES
  }

  /**
   * One output with a loss.
   *
   * @param loss the name of its loss
   * @param value its loss as Keras reports it, before the loss weight
   * @param contribution what it adds to the loss
   * @param unit what its positions are: {@code samples}, {@code steps}, {@code pixels} or {@code
   *     voxels}
   * @param decision what makes a position be of a class in the prediction, in words; empty where
   *     there are no classes
   * @param stages from the element losses to the contribution
   * @param classes empty where targets name no classes, or the scores have other positions
   * @param unsplit the part of the contribution that belongs to no position: what is left of terms
   *     of one number per batch, sample or channel when their sums over positions are taken apart,
   *     and such terms altogether where they are no sums. The shares of classes and places, and
   *     those of samples that such a term couples, add up to the contribution together with it. 0
   *     where every position has a score.
   * @param balanced the contribution if every class counted alike, its positions weighted by {@link
   *     ClassShare#equalWeight}
   * @param bySample what each sample adds; neighbours are joined where there are more than 512, or
   *     where the loss couples them
   * @param byRegion what each time step, or square of pixels, adds; empty where samples have one
   *     score, or the loss couples them
   * @param worst the samples that add most
   * @param pictures for a page, if {@link Detail#PICTURES} were asked for: the samples that add
   *     most, then of each class those where its positions add most
   * @param baseline what guessing would have; empty where it is not known what to guess
   * @param channels of a regression of several numbers; empty for others
   * @param notes how to read the terms, in sentences
   */
  public record Output(
      String name,
      String loss,
      double lossWeight,
      double value,
      double contribution,
      String unit,
      String decision,
      List<Stage> stages,
      List<Term> terms,
      List<ClassShare> classes,
      double unsplit,
      Optional<Double> balanced,
      List<Part> bySample,
      List<Region> byRegion,
      List<Sample> worst,
      List<Picture> pictures,
      Optional<Baseline> baseline,
      List<Channel> channels,
      List<String> notes) {
    /** A class as it is called; by its number alone where there is no share of it. */
    public String label(int index) {
      return classes.stream()
          .filter(share -> share.index() == index)
          .findFirst()
          .map(ClassShare::label)
          .orElseGet(() -> ClassShare.number(index));
    }

    /** True if a sample has one position, so that classes are those of samples. */
    public boolean areSamples() {
      return unit.equals("samples");
    }
  }

  /**
   * The loss of an output if its prediction did not depend on the input.
   *
   * @param value the least such loss, weights and masks counted, before the loss weight
   * @param guess what is predicted for it, in words
   */
  public record Baseline(double value, String guess) {}

  /**
   * A channel of a regression.
   *
   * @param contribution what it adds to the loss
   * @param meanLoss the mean loss of its elements
   * @param constantLoss the same if it were the best constant
   * @param spread the standard deviation of its targets
   */
  public record Channel(
      int index, double contribution, double meanLoss, double constantLoss, double spread) {}

  /**
   * What consecutive samples or batches add.
   *
   * @param from the index of the first, from 0
   * @param to behind the last
   */
  public record Part(long from, long to, double value) {}

  /**
   * What a part of every sample adds: time steps, or a rectangle of pixels.
   *
   * @param from the first index along each axis of a sample's positions
   * @param to behind the last
   */
  public record Region(List<Long> from, List<Long> to, double value) {}

  /**
   * One step on the way to the scalar.
   *
   * @param shape of what is there after the step, {@code ?} for dimensions that differ between
   *     batches
   * @param value the plain mean of what is there, averaged over batches as the loss is
   * @param what the step does, in words
   */
  public record Stage(String name, String shape, double value, String what) {}

  /**
   * A summand of the scores.
   *
   * @param name given by {@link dev.keraunos.graph.Ops#named}, else its formula
   * @param weight the formula it is multiplied by inside the loss; empty for none
   * @param batchLevel true if it couples the samples of a batch, so that it cannot be split by
   *     channel
   * @param value its contribution to the loss, with its sign
   * @param unweighted the same without the weight inside the loss
   * @param byTrueClass its contribution by the class of the position that has the score, in the
   *     order of {@link Output#classes}; empty where positions have no scores
   * @param byChannel its contribution by channel of the prediction; empty where the loss has no
   *     elements
   * @param split where its number comes from, if it is one for many positions and a sum over them
   */
  public record Term(
      String name,
      String weight,
      boolean batchLevel,
      double value,
      double unweighted,
      List<Double> byTrueClass,
      List<Double> byChannel,
      Optional<Split> split) {}

  /**
   * A term of one number for many positions as sums over these. Of {@code 1 - (2 * sum(y * p) + s)
   * / (sum(y) + sum(p) + s)} each position adds its part of {@code sum(y * p)}, while the
   * denominator is held at its value; the constants belong to none.
   *
   * @param unsplit what belongs to no position; all add up to the value of the term
   * @param byTrueClass what the positions of each class add, in the order of {@link Output#classes}
   * @param byChannel what each channel of the prediction adds; empty where the sums do not tell
   * @param fixed formulas of the denominators that were held
   */
  public record Split(
      double unsplit, List<Double> byTrueClass, List<Double> byChannel, List<String> fixed) {}

  /**
   * What a class has to do with the loss.
   *
   * @param index of the class; &minus;1 for positions whose label is none
   * @param name of the class; empty if the data does not say
   * @param positions how many samples, steps or pixels of this class count; where a position may be
   *     of several, each of them counts it
   * @param coefficient the factor of the mean score of this class in the loss
   * @param byTrueClass the contribution of the positions of this class
   * @param byChannel the contribution of this channel of the prediction; empty where the loss has
   *     no elements
   * @param meanScore the mean score of the positions of this class; empty if there are none
   * @param iou intersection over union of positions of this class and positions predicted to be,
   *     which is decided at 0.5 where a position may be of several or of none
   * @param recall the part of the positions of this class that is predicted to be; empty if there
   *     are none, or if targets have positions of several classes or of none
   * @param precision the part of the positions predicted to be of this class that are; empty if
   *     none is, or if targets have positions of several classes or of none
   * @param takenFor the classes that its positions are taken for instead, the most frequent first,
   *     at most three; empty if none is, there are more than 1,000 classes, or targets have
   *     positions of several classes or of none
   * @param dice {@code 2 * sum(y * p) / (sum(y) + sum(p))} of its predictions over all positions
   *     that count; empty likewise, and if predictions are not between 0 and 1
   * @param lossIfRight the loss if every position of this class scored as those predicted right do,
   *     all else unchanged. If none of it is predicted right, as those of the other classes do,
   *     unless the loss weights positions. For a loss that couples the samples of a batch the loss
   *     if those predicted wrong were predicted as the right ones are, in turn; empty unless this
   *     was asked for. Empty if it is not known.
   * @param lossIfWrong likewise for those predicted wrong
   * @param equalWeight what to multiply the positions of this class by for every class to count
   *     alike
   */
  public record ClassShare(
      int index,
      Optional<String> name,
      long positions,
      double coefficient,
      double byTrueClass,
      Optional<Double> byChannel,
      Optional<Double> meanScore,
      Optional<Double> iou,
      Optional<Double> recall,
      Optional<Double> precision,
      List<Taken> takenFor,
      Optional<Double> dice,
      Optional<Double> lossIfRight,
      Optional<Double> lossIfWrong,
      Optional<Double> equalWeight) {
    /** The class as it is called: its number, with its name behind it where there is one. */
    public String label() {
      return number(index) + name.map(text -> " (" + text + ")").orElse("");
    }

    private static String number(int index) {
      return index < 0 ? "none" : String.valueOf(index);
    }

    /** The same of a class of that name. */
    public ClassShare named(String other) {
      return new ClassShare(
          index,
          Optional.of(other),
          positions,
          coefficient,
          byTrueClass,
          byChannel,
          meanScore,
          iou,
          recall,
          precision,
          takenFor,
          dice,
          lossIfRight,
          lossIfWrong,
          equalWeight);
    }
  }

  /**
   * A class that positions of another are taken for.
   *
   * @param index of the class
   * @param positions how many
   */
  public record Taken(int index, long positions) {}

  /**
   * The scores of one sample, for a picture.
   *
   * @param index among all samples seen, from 0
   * @param contribution what it adds to the loss
   * @param shape of its positions: (height, width) for images
   * @param scores in row-major order
   * @param trueClasses &minus;1 for none; empty where targets name no classes
   */
  public record Sample(
      long index,
      double contribution,
      List<Long> shape,
      float[] scores,
      int[] trueClasses,
      int[] predictedClasses) {}

  /**
   * A sample to look at. Of large pictures and long sequences every n-th position is there.
   *
   * @param ofClass the class whose positions add most to the loss in it, or are missed most; empty
   *     for a sample that adds most of all
   * @param sample with what it, or its positions of that class, add
   * @param counted which of its positions count: masked ones, and those of weight 0, do not
   * @param inputs what went into the model, at most three arrays
   * @param target empty where there are classes
   * @param prediction likewise
   */
  public record Picture(
      Optional<Integer> ofClass,
      Sample sample,
      boolean[] counted,
      List<Grid> inputs,
      Optional<Grid> target,
      Optional<Grid> prediction) {}

  /**
   * The numbers of one sample.
   *
   * @param shape (steps), (steps, channels) or (height, width, channels); at most four channels
   * @param values in row-major order
   */
  public record Grid(String name, List<Long> shape, float[] values) {}

  /**
   * What a regulariser adds.
   *
   * @param path of the weight or layer
   * @param kind {@code weight} or {@code activity}
   */
  public record Penalty(String path, String kind, double value) {}
}
