package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * What is shown of the samples of a batch. Of large pictures, and of long sequences, every n-th
 * position is kept, so that a picture stays small.
 */
record Exhibit(
    ScoredBatch batch, Optional<BatchClasses> classes, Map<String, Tensor> inputs, long first) {
  /** The longest side of a picture. */
  private static final int SIDE = 192;

  /** The longest sequence. */
  private static final int STEPS = 1024;

  /** As many numbers of a step or a pixel are kept. */
  private static final int CHANNELS = 4;

  private static final int INPUTS = 3;

  /** How many samples the batch has. */
  int samples() {
    return batch.samples();
  }

  /**
   * A sample as it is shown.
   *
   * @param k the class for which it is shown; &minus;1 for all
   */
  Explanation.Picture of(int sample, int k) {
    Shape positions = batch.positions();
    int[] kept = kept(positions);
    int size = (int) positions.size();
    float[] scores = new float[kept.length];
    int[] truth = new int[classes.isPresent() ? kept.length : 0];
    int[] guess = new int[truth.length];
    boolean[] counted = new boolean[kept.length];
    boolean equal = batch.coefficients().size() == 1;
    for (int i = 0; i < kept.length; i++) {
      int position = sample * size + kept[i];
      scores[i] = (float) batch.scores().at(position);
      counted[i] = batch.coefficients().at(equal ? 0 : position) != 0;
      if (truth.length > 0) {
        int label = classes.get().truth(position);
        truth[i] = label == classes.get().classes().count() ? -1 : label;
        guess[i] = classes.get().guess(position);
      }
    }
    List<Explanation.Grid> seen = new ArrayList<>();
    new TreeMap<>(inputs)
        .entrySet().stream()
            .limit(INPUTS)
            .forEach(input -> grid(input.getKey(), input.getValue(), sample).ifPresent(seen::add));
    boolean told = classes.isPresent();
    return new Explanation.Picture(
        k < 0 ? Optional.empty() : Optional.of(k),
        new Explanation.Sample(
            first + sample,
            0,
            LongStream.of(small(positions).toArray()).boxed().toList(),
            scores,
            truth,
            guess),
        counted,
        seen,
        told ? Optional.empty() : grid("target", batch.yTrue(), sample),
        told ? Optional.empty() : grid("prediction", batch.yPred(), sample));
  }

  /** Positions of a sample by their indices, thinned as {@link #small} says. */
  private static int[] kept(Shape positions) {
    Shape small = small(positions);
    int[] kept = new int[(int) small.size()];
    for (int i = 0; i < kept.length; i++) {
      long rest = i;
      long index = 0;
      long stride = 1;
      for (int axis = positions.rank() - 1; axis >= 0; axis--) {
        index += rest % small.dim(axis) * step(positions, axis) * stride;
        rest /= small.dim(axis);
        stride *= positions.dim(axis);
      }
      kept[i] = (int) index;
    }
    return kept;
  }

  private static Shape small(Shape positions) {
    Shape small = positions;
    for (int axis = 0; axis < positions.rank(); axis++) {
      int step = step(positions, axis);
      small = small.with(axis, (positions.dim(axis) + step - 1) / step);
    }
    return small;
  }

  private static int step(Shape positions, int axis) {
    int most = positions.rank() < 2 ? STEPS : SIDE;
    return (int) Math.max(1, (positions.dim(axis) + most - 1) / most);
  }

  /** An array of a sample, thinned likewise: the last of three axes are channels. */
  private static Optional<Explanation.Grid> grid(String name, Tensor tensor, int sample) {
    Shape shape = tensor.shape();
    if (tensor.dtype() == DType.STRING || shape.rank() < 1 || shape.rank() > 4) {
      return Optional.empty();
    }
    Shape one = shape.without(0);
    boolean deep = one.rank() > 1;
    Shape places = deep ? one.without(-1) : one;
    long width = deep ? one.dim(-1) : 1;
    long channels = Math.min(CHANNELS, width);
    Shape small = small(places);
    int[] kept = kept(places);
    float[] values = new float[(int) (kept.length * channels)];
    float[] row = new float[(int) channels];
    for (int i = 0; i < kept.length; i++) {
      tensor.read((sample * places.size() + kept[i]) * width, row, 0, row.length);
      System.arraycopy(row, 0, values, i * row.length, row.length);
    }
    List<Long> dims = new ArrayList<>(LongStream.of(small.toArray()).boxed().toList());
    if (deep) {
      dims.add(channels);
    }
    return values.length == 0
        ? Optional.empty()
        : Optional.of(new Explanation.Grid(name, dims, values));
  }
}
