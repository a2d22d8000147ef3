package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** The few samples with the highest mean score. */
final class WorstSamples {
  private static final int KEPT = 4;

  private final List<Explanation.Sample> kept = new ArrayList<>();

  /**
   * Adds a batch.
   *
   * @param first the index of its first sample
   */
  void add(long first, float[] scores, Shape shape, Optional<int[]> truth, Optional<int[]> guess) {
    if (shape.rank() == 0 || shape.dim(0) == 0) {
      return;
    }
    int count = (int) shape.dim(0);
    int size = scores.length / count;
    List<Long> positions = LongStream.of(shape.without(0).toArray()).boxed().toList();
    for (int b = 0; b < count; b++) {
      double sum = 0;
      for (int i = b * size; i < (b + 1) * size; i++) {
        sum += scores[i];
      }
      if (isWorse(sum / size)) {
        int from = b * size;
        kept.add(
            new Explanation.Sample(
                first + b,
                sum / size,
                positions,
                Arrays.copyOfRange(scores, from, from + size),
                part(truth, from, size),
                part(guess, from, size)));
        kept.sort(Comparator.comparingDouble(Explanation.Sample::score).reversed());
        if (kept.size() > KEPT) {
          kept.remove(KEPT);
        }
      }
    }
  }

  private boolean isWorse(double score) {
    return kept.size() < KEPT || score > kept.get(KEPT - 1).score() || Double.isNaN(score);
  }

  private static int[] part(Optional<int[]> all, int from, int size) {
    return all.map(array -> Arrays.copyOfRange(array, from, from + size)).orElse(new int[0]);
  }

  List<Explanation.Sample> result() {
    return List.copyOf(kept);
  }
}
