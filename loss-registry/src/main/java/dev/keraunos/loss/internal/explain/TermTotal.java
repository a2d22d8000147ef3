package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.anatomy.Term;
import dev.keraunos.loss.internal.observe.ScoreGraph;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.loss.internal.reduce.Sums;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** What a term contributes: in all, by true class, by channel. */
final class TermTotal {
  private final Term term;
  private final boolean isPlaced;
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
   * @param isPlaced true if the scores are those of the positions that have classes
   */
  TermTotal(Term term, int classes, boolean isPlaced) {
    this.term = term;
    this.isPlaced = isPlaced;
    byClass = new Sums(classes + 1);
  }

  /** Adds scores of a batch, whose own term may have other outputs than the first batch's. */
  void add(Term now, ScoredBatch batch, Chunk chunk) {
    if (isWhole(now)) {
      System.arraycopy(chunk.coefficients, 0, factors, 0, chunk.count);
    } else {
      chunk.read(batch.computed().get(now.core()), batch, values);
      Arrays.fill(factors, 0, chunk.count, 1);
      now.factor().ifPresent(f -> chunk.read(batch.computed().get(f), batch, factors));
      unweighted.batch[0] += addValues(chunk, now.sign());
    }
    now.elements().ifPresent(e -> addChannels(e, batch.computed().get(e.output()), chunk));
  }

  /** Adds the values of a chunk to their classes and makes coefficients factors. */
  private double addValues(Chunk chunk, double sign) {
    double plain = 0;
    for (int i = 0; i < chunk.count; i++) {
      double c = chunk.coefficients[i] * sign;
      factors[i] *= c;
      plain += values[i] * c;
      byClass.batch[chunk.truth[i]] += values[i] * factors[i];
    }
    return plain;
  }

  /** True if the term is all of the scores, of which the totals by class are known already. */
  private boolean isWhole(Term term) {
    return isPlaced && term.factor().isEmpty() && term.core().equals(ScoreGraph.SCORES);
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
    Columns plain = new Columns(channels);
    double[] weighted = new double[channels];
    boolean equal = chunk.equal && isWhole(term);
    for (int i = 0; i < chunk.count; i += rows) {
      int n = Math.min(rows, chunk.count - i);
      tensor.read((long) (chunk.from + i) * channels, block, 0, n * channels);
      plain.add(block, n * channels);
      if (!equal) {
        addRows(n, weighted, i);
      }
    }
    if (equal) {
      plain.addTo(byChannel.batch, factors[0] * elements.factor());
    }
    elementSum += plain.total() * Math.signum(elements.factor());
    for (int k = 0; k < channels; k++) {
      byChannel.batch[k] += weighted[k] * elements.factor();
    }
    elementCount += (long) chunk.count * channels;
  }

  /** Adds rows of the block times the factors from an index on. */
  private void addRows(int rows, double[] weighted, int from) {
    int channels = weighted.length;
    for (int row = 0; row < rows; row++) {
      double factor = factors[from + row];
      for (int k = 0; k < channels; k++) {
        weighted[k] += factor * block[row * channels + k];
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
   * @param split of the term
   */
  Explanation.Term result(double factor, ClassTotals totals, int classes, SplitTotal split) {
    List<Double> shares = isWhole(term) ? totals.contributions(factor) : byClass.times(factor);
    double value = shares.stream().mapToDouble(share -> share).sum();
    return new Explanation.Term(
        term.name(),
        term.weight(),
        term.batchLevel(),
        value,
        isWhole(term) ? value : unweighted.total() * factor,
        isPlaced ? shares.subList(0, classes) : List.of(),
        isPlaced ? byChannel.times(factor) : List.of(),
        split.result(factor, value, classes));
  }
}
