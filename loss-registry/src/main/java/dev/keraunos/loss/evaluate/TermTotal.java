package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Tensor;
import java.util.Arrays;

/** What a term contributes: in all, by true class, by channel. */
final class TermTotal {
  private final Term term;
  private final Sums byClass;
  private final Sums unweighted = new Sums(1);
  private final double[] values = new double[Chunk.SIZE];

  /** What a core is multiplied by in the loss. */
  private final double[] factors = new double[Chunk.SIZE];

  private Sums byChannel = new Sums(0);
  private float[] block = new float[0];
  private double elementSum;
  private long elementCount;

  /**
   * A term that has contributed nothing yet.
   *
   * @param classes one more is for positions of no class
   */
  TermTotal(Term term, int classes) {
    this.term = term;
    byClass = new Sums(classes + 1);
  }

  /** Adds scores of a batch, whose own term may have other outputs than the first batch's. */
  void add(Term now, ScoredBatch batch, Chunk chunk) {
    if (now.factor().isEmpty() && now.core().equals(OutputProgram.SCORES)) {
      for (int i = 0; i < chunk.count; i++) {
        byClass.batch[chunk.truth[i]] += chunk.shares[i];
        factors[i] = chunk.coefficients[i];
      }
    } else {
      chunk.read(batch.results().tensor(now.core()), batch, values);
      Arrays.fill(factors, 0, chunk.count, 1);
      now.factor().ifPresent(f -> chunk.read(batch.results().tensor(f), batch, factors));
      for (int i = 0; i < chunk.count; i++) {
        double c = chunk.coefficients[i] * now.sign();
        factors[i] *= c;
        unweighted.batch[0] += values[i] * c;
        byClass.batch[chunk.truth[i]] += values[i] * factors[i];
      }
    }
    now.elements().ifPresent(e -> addChannels(e, batch.results().tensor(e.output()), chunk));
  }

  private void addChannels(Term.Elements elements, Tensor tensor, Chunk chunk) {
    int channels = (int) tensor.shape().dim(-1);
    if (byChannel.batch.length == 0) {
      byChannel = new Sums(channels);
    }
    int rows = Math.max(1, Chunk.SIZE / channels);
    if (block.length < rows * channels) {
      block = new float[rows * channels];
    }
    double[] sums = byChannel.batch;
    double plain = 0;
    for (int i = 0; i < chunk.count; i += rows) {
      int n = Math.min(rows, chunk.count - i);
      tensor.read((long) (chunk.from + i) * channels, block, 0, n * channels);
      for (int row = 0; row < n; row++) {
        double c = factors[i + row] * elements.factor();
        for (int k = 0; k < channels; k++) {
          float part = block[row * channels + k];
          plain += part;
          sums[k] += c * part;
        }
      }
    }
    elementSum += plain * Math.signum(elements.factor());
    elementCount += (long) chunk.count * channels;
  }

  /** The mean loss of an element of the current batch, NaN if the term has none. */
  double elementMean() {
    return elementSum / elementCount;
  }

  void endBatch(double weight) {
    unweighted.endBatch(weight);
    byClass.endBatch(weight);
    byChannel.endBatch(weight);
    elementSum = 0;
    elementCount = 0;
  }

  /** What was found; classes as in the list of their shares. */
  Explanation.Term result(double factor, int classes) {
    double value = byClass.total() * factor;
    boolean weighted = !term.weight().isEmpty();
    boolean plain = term.core().equals(OutputProgram.SCORES);
    return new Explanation.Term(
        term.name(),
        term.weight(),
        term.batchLevel(),
        value,
        weighted || !plain ? unweighted.total() * factor : value,
        byClass.times(factor).subList(0, classes),
        byChannel.times(factor));
  }
}
