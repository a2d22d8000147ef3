package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Optional;

/** What each sample, and each place within the samples, contributes to the loss of an output. */
final class Places {
  private final Parts parts = new Parts();
  private Optional<Regions> regions = Optional.empty();
  private boolean varies;
  private double[] samples = new double[0];
  private int[] bins = new int[0];
  private long seen;

  /** Begins a batch whose scores come in chunks. */
  void begin(ScoredBatch batch) {
    samples = new double[batch.isPerSample() ? batch.samples() : 0];
    seen += batch.samples();
    if (samples.length == 0) {
      varies = true;
      return;
    }
    Shape positions = batch.positions();
    if (regions.isEmpty()) {
      regions = Optional.of(new Regions(positions.rank()));
    }
    varies |= regions.get().rank() != positions.rank();
    bins = varies ? new int[(int) positions.size()] : regions.get().bins(positions);
  }

  /** Adds scores of the batch. */
  void add(Chunk chunk) {
    if (samples.length == 0) {
      return;
    }
    double[] sums = regions.get().batch();
    int size = bins.length;
    for (int i = 0; i < chunk.count; ) {
      int sample = (chunk.from + i) / size;
      int position = (chunk.from + i) % size;
      int end = Math.min(chunk.count, i + size - position);
      double sum = 0;
      for (; i < end; i++, position++) {
        sum += chunk.shares[i];
        sums[bins[position]] += chunk.shares[i];
      }
      samples[sample] += sum;
    }
  }

  /** What the samples of the current batch add to its loss; empty where they are coupled. */
  double[] samples() {
    return samples;
  }

  /** Replaces what the samples were found to add, where their scores tell more than places do. */
  void setSamples(double[] shares) {
    samples = shares;
  }

  /** Closes a batch of that weight and loss. */
  void endBatch(double weight, double value) {
    if (samples.length == 0) {
      parts.add(seen, value * weight);
    }
    for (int i = 0; i < samples.length; i++) {
      parts.add(seen - samples.length + i + 1, samples[i] * weight);
    }
    regions.ifPresent(r -> r.endBatch(weight));
  }

  List<Explanation.Part> bySample(double factor) {
    return parts.times(factor);
  }

  List<Explanation.Region> byRegion(double factor) {
    return varies ? List.of() : regions.map(r -> r.times(factor)).orElse(List.of());
  }
}
