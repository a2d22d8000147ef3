package dev.keraunos.loss.internal.evidence;

import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.loss.internal.reduce.RunningMean;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a loss that is one number per batch would be in batches of another size. */
public final class Coupled {
  /** As many elements as are kept to put them into one batch. */
  private static final long LIMIT = 1 << 20;

  private static final int NAMED = 8;

  private record Kept(Tensor yTrue, Tensor yPred, Optional<Tensor> logits) {}

  private final RunningMean single = new RunningMean();
  private final List<Kept> kept = new ArrayList<>();
  private final List<Long> empty = new ArrayList<>();
  private long elements;
  private long size;
  private boolean known = true;
  private boolean coupled;
  private ScoredBatch last;

  /** Computes the loss of each sample alone, where the batch has one number. */
  void add(Seen seen) {
    ScoredBatch batch = seen.batch();
    boolean plain = batch.request().weight().isEmpty() && batch.request().mask().isEmpty();
    known &= plain && !batch.isPerSample();
    if (!known) {
      return;
    }
    coupled = true;
    size = Math.max(size, batch.samples());
    for (int i = 0; i < batch.samples(); i++) {
      Tensor y = batch.yTrue().rows(i, i + 1);
      int at = i;
      Optional<Tensor> logits = batch.logits().map(t -> t.rows(at, at + 1));
      single.add(batch.other().value(y, batch.yPred().rows(i, i + 1), logits), 1);
      if (sum(y) == 0 && empty.size() < NAMED) {
        empty.add(seen.first() + i);
      }
    }
    keep(batch);
  }

  private static double sum(Tensor y) {
    double sum = 0;
    for (double value : y.toDoubleArray()) {
      sum += value;
    }
    return sum;
  }

  private void keep(ScoredBatch batch) {
    last = batch;
    elements += batch.yPred().size();
    if (elements > LIMIT) {
      close();
      return;
    }
    kept.add(new Kept(copy(batch.yTrue()), copy(batch.yPred()), batch.logits().map(Coupled::copy)));
  }

  private static Tensor copy(Tensor tensor) {
    return tensor.cast(tensor.dtype());
  }

  /** True if every batch was one number. */
  public boolean isKnown() {
    return known && coupled;
  }

  /** The samples of the largest batch. */
  public long batchSize() {
    return size;
  }

  /** The mean loss of batches of one sample. */
  public double ofSingles() {
    return single.result();
  }

  /** Samples without any positive target, the first of them. */
  public List<Long> empty() {
    return List.copyOf(empty);
  }

  /** The loss of all samples as one batch; empty if they were too many to keep. */
  public Optional<Double> ofAll() {
    if (kept.isEmpty() || elements > LIMIT) {
      return Optional.empty();
    }
    Tensor y = joined(kept.stream().map(Kept::yTrue).toList());
    Tensor p = joined(kept.stream().map(Kept::yPred).toList());
    Optional<Tensor> logits =
        kept.get(0).logits().map(t -> joined(kept.stream().map(k -> k.logits().get()).toList()));
    try {
      return Optional.of(last.other().value(y, p, logits));
    } finally {
      y.close();
      p.close();
      logits.ifPresent(Tensor::close);
    }
  }

  private static Tensor joined(List<Tensor> parts) {
    long samples = parts.stream().mapToLong(t -> t.shape().dim(0)).sum();
    Tensor whole = Tensor.allocate(parts.get(0).dtype(), parts.get(0).shape().with(0, samples));
    long at = 0;
    for (Tensor part : parts) {
      whole.copyFrom(at, part, 0, part.size());
      at += part.size();
    }
    return whole;
  }

  void close() {
    for (Kept k : kept) {
      k.yTrue().close();
      k.yPred().close();
      k.logits().ifPresent(Tensor::close);
    }
    kept.clear();
  }
}
