package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

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
    if (isWhole(now)) {
      System.arraycopy(chunk.coefficients, 0, factors, 0, chunk.count);
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

  /** True if the term is all of the scores, of which the totals by class are known already. */
  private static boolean isWhole(Term term) {
    return term.factor().isEmpty() && term.core().equals(OutputProgram.SCORES);
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
    double[] plain = new double[channels];
    double[] weighted = new double[channels];
    boolean equal = chunk.equal && isWhole(term);
    for (int i = 0; i < chunk.count; i += rows) {
      int n = Math.min(rows, chunk.count - i);
      tensor.read((long) (chunk.from + i) * channels, block, 0, n * channels);
      addRows(n, plain, weighted, i, equal);
    }
    for (int k = 0; k < channels; k++) {
      double sum = equal ? plain[k] * factors[0] : weighted[k];
      byChannel.batch[k] += sum * elements.factor();
      elementSum += plain[k] * Math.signum(elements.factor());
    }
    elementCount += (long) chunk.count * channels;
  }

  /** Adds rows of the block, times the factors from an index on unless they are equal. */
  private void addRows(int rows, double[] plain, double[] weighted, int from, boolean equal) {
    int channels = plain.length;
    for (int row = 0; row < rows; row++) {
      double factor = factors[from + row];
      for (int k = 0; k < channels; k++) {
        float part = block[row * channels + k];
        plain[k] += part;
        if (!equal) {
          weighted[k] += factor * part;
        }
      }
    }
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

  /**
   * What was found.
   *
   * @param totals of the scores
   * @param classes how many of them are told; no class is the last
   */
  Explanation.Term result(double factor, ClassTotals totals, int classes) {
    List<Double> shares = isWhole(term) ? totals.contributions(factor) : byClass.times(factor);
    double value = shares.stream().mapToDouble(share -> share).sum();
    return new Explanation.Term(
        term.name(),
        term.weight(),
        term.batchLevel(),
        value,
        isWhole(term) ? value : unweighted.total() * factor,
        shares.subList(0, classes),
        byChannel.times(factor));
  }
}
