package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The few samples that contribute most, with their scores and classes. */
final class WorstSamples {
  private static final int KEPT = 4;

  /** A sample with its contribution, before and after its batch was weighted. */
  private record Candidate(long index, double inBatch, double share, int samples, Picture scores) {}

  private record Picture(List<Long> shape, float[] scores, int[] truth, int[] guess) {}

  private final List<Candidate> kept = new ArrayList<>();
  private final List<Candidate> batch = new ArrayList<>();
  private long seen;

  /**
   * Adds a batch.
   *
   * @param shares what each sample contributes to the loss of the batch; empty if they are coupled
   */
  void add(ScoredBatch scored, double[] shares, Optional<BatchClasses> classes) {
    batch.clear();
    IntStream.range(0, shares.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer b) -> shares[b]).reversed())
        .limit(KEPT)
        .filter(b -> mayBeKept(shares[b], shares.length))
        .forEach(
            b ->
                batch.add(
                    new Candidate(
                        seen + b, shares[b], shares[b], shares.length, read(scored, b, classes))));
    seen += scored.samples();
  }

  /** False if the sample counts less than those kept, whether batches count once or by size. */
  private boolean mayBeKept(double share, int samples) {
    if (kept.size() < KEPT) {
      return true;
    }
    Candidate last = kept.get(KEPT - 1);
    return !(share <= last.inBatch() && share * samples <= last.inBatch() * last.samples());
  }

  private static Picture read(ScoredBatch scored, int sample, Optional<BatchClasses> classes) {
    int size = scored.scores().size() / scored.samples();
    int from = sample * size;
    float[] scores = new float[size];
    int[] truth = new int[classes.isPresent() ? size : 0];
    int[] guess = new int[truth.length];
    for (int i = 0; i < size; i++) {
      scores[i] = (float) scored.scores().at(from + i);
    }
    for (int i = 0; i < truth.length; i++) {
      int k = classes.get().truth(from + i);
      truth[i] = k == classes.get().classes().count() ? -1 : k;
      guess[i] = classes.get().guess(from + i);
    }
    List<Long> shape = LongStream.of(scored.positions().toArray()).boxed().toList();
    return new Picture(shape, scores, truth, guess);
  }

  void endBatch(double weight) {
    for (Candidate c : batch) {
      kept.add(new Candidate(c.index(), c.inBatch(), c.share() * weight, c.samples(), c.scores()));
    }
    kept.sort(Comparator.comparingDouble(Candidate::share).reversed());
    kept.subList(Math.min(KEPT, kept.size()), kept.size()).clear();
  }

  List<Explanation.Sample> times(double factor) {
    List<Explanation.Sample> samples = new ArrayList<>();
    for (Candidate c : kept) {
      Picture found = c.scores();
      samples.add(
          new Explanation.Sample(
              c.index(),
              c.share() * factor,
              found.shape(),
              found.scores(),
              found.truth(),
              found.guess()));
    }
    return samples;
  }
}
