package dev.keraunos.loss.internal.check;

import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** How the samples of a batch act on each other's scores. */
enum Coupling {
  /** A score depends on its own sample only. */
  NONE("every sample is scored for itself"),
  /** One number per batch: the mean of its samples'. */
  MEAN("one number per batch, the mean of its samples'"),
  /** One number per batch: the sum of its samples'. */
  SUM("one number per batch, the sum of its samples': it grows with the batch"),
  /** The scores of a batch are not those of its samples. */
  BATCH("the samples of a batch are coupled: a loss depends on the batch_size of evaluate");

  private final String words;

  Coupling(String words) {
    this.words = words;
  }

  @Override
  public String toString() {
    return words;
  }

  /**
   * The coupling that scores show.
   *
   * @param scores the scores of a case
   * @return empty if too little is known
   */
  static Optional<Coupling> of(
      LossRecording recording,
      Function<LossRecording.Case, Optional<Tensor>> scores,
      Closeness closeness) {
    Optional<Tensor> whole = scores.apply(recording.whole());
    List<Tensor> parts = new ArrayList<>();
    List<Tensor> slices = new ArrayList<>();
    long samples = recording.whole().yPred().shape().dim(0);
    for (LossRecording.Case recorded : recording.of(LossRecording.Kind.ROWS)) {
      Optional<Tensor> part = scores.apply(recorded);
      if (whole.isPresent() && part.isPresent() && recorded.rows().length < samples) {
        boolean perSample = whole.get().shape().rank() > 0 && whole.get().shape().dim(0) == samples;
        if (perSample) {
          slices.add(Rows.take(whole.get(), recorded.rows()));
          parts.add(part.get());
        } else if (recorded.rows().length == 1) {
          parts.add(part.get());
        }
      }
    }
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        slices.isEmpty()
            ? ofNumbers(whole.get(), parts, samples, closeness)
            : same(parts, slices, closeness) ? NONE : BATCH);
  }

  private static boolean same(List<Tensor> parts, List<Tensor> slices, Closeness closeness) {
    for (int i = 0; i < parts.size(); i++) {
      if (!Compared.of(parts.get(i), slices.get(i), closeness).ok()) {
        return false;
      }
    }
    return true;
  }

  /** Of a loss without a batch dimension; every part is one sample. */
  private static Coupling ofNumbers(
      Tensor whole, List<Tensor> parts, long samples, Closeness closeness) {
    if (parts.size() < samples || parts.stream().anyMatch(p -> p.size() != whole.size())) {
      return BATCH;
    }
    Tensor sum = Tensor.zeros(whole.dtype(), whole.shape().toArray());
    Tensor mean = Tensor.zeros(whole.dtype(), whole.shape().toArray());
    for (long i = 0; i < whole.size(); i++) {
      double total = 0;
      for (Tensor part : parts) {
        total += part.getDouble(i);
      }
      sum.setDouble(i, total);
      mean.setDouble(i, total / parts.size());
    }
    return Compared.of(whole, mean, closeness).ok()
        ? MEAN
        : Compared.of(whole, sum, closeness).ok() ? SUM : BATCH;
  }
}
