package dev.keraunos.loss.internal.evidence;

import java.util.List;
import java.util.Optional;

/** What a model tells of itself beyond its batches; some of it takes computing them once more. */
public interface Subject {
  /** A model of which nothing is known. */
  Subject UNKNOWN = new Subject() {};

  /** {@code softmax} or {@code sigmoid}, if an output ends in one. */
  default Optional<String> activation(String output) {
    return Optional.empty();
  }

  /** Another activation that an output ends in, {@code tanh} or {@code relu}. */
  default Optional<String> otherEnd(String output) {
    return Optional.empty();
  }

  /** True if its normalizations take the moments of each batch, as in training. */
  default boolean inTraining() {
    return false;
  }

  /**
   * A layer that computes otherwise in training.
   *
   * @param rate of dropout; empty for others
   */
  record Trained(String name, boolean normalizes, Optional<Double> rate) {}

  /** The layers that compute otherwise in training, still, and are not frozen, in order. */
  default List<Trained> trained() {
    return List.of();
  }

  /** The last layer before the output whose outputs are all 0; computes a batch once more. */
  default Optional<String> deadLayer(String output) {
    return Optional.empty();
  }

  /** Variables that hold what is no number, by path. */
  default List<String> brokenWeights() {
    return List.of();
  }

  /** The first layer that makes of finite numbers what is none; computes a batch once more. */
  default Optional<String> firstBroken() {
    return Optional.empty();
  }

  /**
   * Data that a normalization does not know.
   *
   * @param layer its path
   * @param nearest how far, in moving standard deviations, the mean of the data lies from the
   *     moving mean: the channel where that is least
   * @param farthest the channel where it is most
   * @param ratio the variance of the data over the moving variance, in the middle
   * @param loss of all data with the statistics of the batches; empty where that cannot be computed
   */
  record Moved(
      String layer, double nearest, double farthest, double ratio, Optional<Double> loss) {}

  /**
   * Pictures in another scale.
   *
   * @param low the smallest number of the pictures as they are given
   * @param high the largest
   * @param scale what makes others of them, in words
   * @param loss of all data with those
   */
  record Rescaled(double low, double high, String scale, double loss) {}

  /** The usual scale of pictures with which the loss is least; computes all once more for each. */
  default Optional<Rescaled> rescaled() {
    return Optional.empty();
  }

  /** The normalization that is farthest from its data, if one is far; computes all once more. */
  default Optional<Moved> moved() {
    return Optional.empty();
  }
}
