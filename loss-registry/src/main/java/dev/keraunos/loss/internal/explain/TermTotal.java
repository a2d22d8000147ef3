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
  /** Sums that are far apart do not wait for each other. */
  private static final int WIDTH = 64;

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
      double plain = 0;
      for (int i = 0; i < chunk.count; i++) {
        double c = chunk.coefficients[i] * now.sign();
        factors[i] *= c;
        plain += values[i] * c;
        byClass.batch[chunk.truth[i]] += values[i] * factors[i];
      }
      unweighted.batch[0] += plain;
    }
    now.elements().ifPresent(e -> addChannels(e, batch.computed().get(e.output()), chunk));
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
    double[] plain = new double[Math.max(1, WIDTH / channels) * channels];
    double[] weighted = new double[channels];
    boolean equal = chunk.equal && isWhole(term);
    for (int i = 0; i < chunk.count; i += rows) {
      int n = Math.min(rows, chunk.count - i);
      tensor.read((long) (chunk.from + i) * channels, block, 0, n * channels);
      addBlock(n * channels, plain);
      if (!equal) {
        addRows(n, weighted, i);
      }
    }
    for (int k = 0; k < plain.length; k++) {
      byChannel.batch[k % channels] += equal ? plain[k] * factors[0] * elements.factor() : 0;
      elementSum += plain[k] * Math.signum(elements.factor());
    }
    for (int k = 0; k < channels; k++) {
      byChannel.batch[k] += weighted[k] * elements.factor();
    }
    elementCount += (long) chunk.count * channels;
  }

  /** Adds the block as rows that are several times as wide as there are channels. */
  private void addBlock(int count, double[] sums) {
    for (int i = 0; i < count; i += sums.length) {
      int width = Math.min(sums.length, count - i);
      for (int k = 0; k < width; k++) {
        sums[k] += block[i + k];
      }
    }
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
