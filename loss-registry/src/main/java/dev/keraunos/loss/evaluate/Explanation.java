package dev.keraunos.loss.evaluate;

import java.util.List;
import java.util.Optional;

/**
 * How a loss came about. The contributions of the outputs, the penalties and nothing else add up to
 * the loss; inside an output the terms do, and so do their shares by true class and, but for
 * batch-level terms, by channel.
 *
 * @param dialect whose rules gave the number, {@code VERSION:BACKEND}
 * @param loss what evaluate returns
 * @param batching how the batches were averaged, in words
 * @param penalties regularisers of weights and activities
 * @param notes what Keras does silently here and a user may not mean, and who registered a loss
 */
public record Explanation(
    String dialect,
    double loss,
    long samples,
    long batches,
    String batching,
    List<Output> outputs,
    List<Penalty> penalties,
    List<String> notes) {

  /**
   * One output with a loss.
   *
   * @param loss the name of its loss
   * @param value its loss as Keras reports it, before the loss weight
   * @param contribution what it adds to the loss
   * @param stages from the element losses to the contribution
   * @param classes empty where targets name no classes
   * @param balanced the mean over classes of their mean score: the loss if every class counted
   *     alike
   * @param worst the samples with the highest mean score
   */
  public record Output(
      String name,
      String loss,
      double lossWeight,
      double value,
      double contribution,
      List<Stage> stages,
      List<Term> terms,
      List<ClassShare> classes,
      Optional<Double> balanced,
      List<Sample> worst) {}

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
   * @param byTrueClass its contribution by the class of the position; empty where targets name no
   *     classes
   * @param byChannel its contribution by channel of the prediction; empty where the loss has no
   *     elements
   */
  public record Term(
      String name,
      String weight,
      boolean batchLevel,
      double value,
      double unweighted,
      List<Double> byTrueClass,
      List<Double> byChannel) {}

  /**
   * What a class has to do with the loss.
   *
   * @param positions how many samples, steps or pixels have this class
   * @param coefficient the factor of the mean score of this class in the loss
   * @param byTrueClass the contribution of the positions of this class
   * @param byChannel the contribution of this channel of the prediction, NaN where the loss has no
   *     elements
   * @param meanScore the mean score of the positions of this class
   * @param iou intersection over union of positions of this class and positions predicted to be
   * @param lowest the loss if every position of this class scored as those predicted right do, all
   *     else unchanged
   * @param highest the loss if every position of this class scored as those predicted wrong do, all
   *     else unchanged
   */
  public record ClassShare(
      int index,
      long positions,
      double coefficient,
      double byTrueClass,
      double byChannel,
      double meanScore,
      double iou,
      double lowest,
      double highest) {}

  /**
   * The scores of one sample, for a picture.
   *
   * @param index among all samples seen, from 0
   * @param shape of its positions: (height, width) for images
   * @param scores in row-major order
   * @param trueClasses empty where targets name no classes
   */
  public record Sample(
      long index,
      double score,
      List<Long> shape,
      float[] scores,
      int[] trueClasses,
      int[] predictedClasses) {}

  /**
   * What a regulariser adds.
   *
   * @param path of the weight or layer
   * @param kind {@code weight} or {@code activity}
   */
  public record Penalty(String path, String kind, double value) {}
}
