package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.anatomy.Layout;
import dev.keraunos.loss.internal.anatomy.Shares;
import dev.keraunos.loss.internal.anatomy.Term;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.loss.internal.reduce.Sums;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** What the positions and channels add to a term whose core is a sum over them. */
final class SplitTotal {
  private final Sums byClass;
  private final int axis;
  private final double[] block = new double[Chunk.SIZE];
  private Sums byChannel = new Sums(0);
  private Optional<List<String>> fixed = Optional.empty();
  private boolean hasChannels = true;
  private boolean isWhole = true;
  private boolean isLinear = true;

  /**
   * A term that has summed up nothing yet.
   *
   * @param classes one more is for positions of no class
   * @param axis of the prediction that holds the channels
   */
  SplitTotal(int classes, int axis) {
    byClass = new Sums(classes + 1);
    this.axis = axis;
  }

  /**
   * Adds a batch.
   *
   * @param shares of the positions, to which those of this term are added
   */
  void add(Term term, ScoredBatch batch, Optional<BatchClasses> classes, double[] shares) {
    if (term.split().isEmpty()) {
      isWhole = false;
      return;
    }
    Term.Sum sum = term.split().get();
    fixed = Optional.of(sum.fixed());
    isLinear &= sum.linear();
    double[] own = new double[shares.length];
    try (Tensor weights = weights(term, batch)) {
      sum.shares().of(batch.computed(), weights).forEach(share -> add(share, batch, own));
    }
    for (int i = 0; i < own.length; i++) {
      byClass.batch[classes.isPresent() ? classes.get().truth(i) : 0] += own[i];
      shares[i] += own[i];
    }
  }

  /** What every number of the core is multiplied by in the loss of the batch. */
  private static Tensor weights(Term term, ScoredBatch batch) {
    Shape core = batch.computed().get(term.core()).shape();
    Shape shape = batch.scores().shape();
    Optional<Grid> factor = term.factor().map(name -> Grid.of(batch.computed().get(name)));
    Grid signed = batch.coefficients().times(term.sign());
    if (signed.size() == 1 && core.rank() == 0) {
      double mean = factor.map(Grid::mean).orElse(1.0);
      return Tensor.scalar(DType.FLOAT64, signed.at(0) * mean * shape.size());
    }
    Grid full = signed.size() == 1 ? signed.expand(shape) : signed.reshape(shape);
    Grid weighted = factor.map(full::times).orElse(full);
    return core.rank() == 0
        ? Tensor.scalar(DType.FLOAT64, weighted.sum())
        : weighted.collapse(core).toTensor(DType.FLOAT64);
  }

  private void add(Shares.Share share, ScoredBatch batch, double[] own) {
    Shape p = batch.yPred().shape();
    Layout layout = share.layout();
    boolean elements = layout.kind() == Layout.Kind.ELEMENTS;
    boolean last = axis == p.rank() - 1;
    if (share.size() != (elements ? p.size() : own.length) || !(elements || last)) {
      isWhole = false;
      return;
    }
    hasChannels &= layout.kind() != Layout.Kind.POSITIONS;
    byChannel = byChannel.batch.length == 0 ? new Sums((int) p.dim(axis)) : byChannel;
    int step = (int) p.size(axis + 1, p.rank());
    if (!elements) {
      addRun(share, 0, layout.channel().orElse(0), own, 0, own.length);
    } else if (step == 1) {
      addRows(share, (int) p.dim(axis), own);
    } else {
      addPlanes(share, (int) p.dim(axis), step, own);
    }
  }

  /** Adds shares of elements whose channels are neighbours. */
  private void addRows(Shares.Share share, int width, double[] own) {
    Columns columns = new Columns(width);
    int rows = Math.max(1, Chunk.SIZE / width);
    double[] block = new double[rows * width];
    for (int from = 0; from < own.length; from += rows) {
      int n = Math.min(rows, own.length - from);
      share.read((long) from * width, block, n * width);
      columns.add(block, n * width);
      for (int row = 0; row < n; row++) {
        double sum = 0;
        for (int k = row * width; k < (row + 1) * width; k++) {
          sum += block[k];
        }
        own[from + row] += sum;
      }
    }
    columns.addTo(byChannel.batch, 1);
  }

  /** Adds shares of elements whose channels lie some elements apart. */
  private void addPlanes(Shares.Share share, int channels, int step, double[] own) {
    for (int plane = 0; plane < share.size() / step; plane++) {
      addRun(share, (long) plane * step, plane % channels, own, plane / channels * step, step);
    }
  }

  /** Adds consecutive shares of one channel to those of positions. */
  private void addRun(
      Shares.Share share, long first, int channel, double[] own, int position, int count) {
    double sum = 0;
    for (int from = 0; from < count; from += block.length) {
      int n = Math.min(block.length, count - from);
      share.read(first + from, block, n);
      for (int i = 0; i < n; i++) {
        own[position + from + i] += block[i];
        sum += block[i];
      }
    }
    byChannel.batch[channel] += sum;
  }

  void endBatch(double weight) {
    byClass.endBatch(weight);
    byChannel.endBatch(weight);
  }

  /** True if scores of positions would add up to the same. */
  boolean isLinear() {
    return isWhole && isLinear;
  }

  /**
   * What was found; empty if a batch could not be taken apart.
   *
   * @param value of the term
   * @param classes how many of them are told; no class is the last
   */
  Optional<Explanation.Split> result(double factor, double value, int classes) {
    if (!isWhole || fixed.isEmpty()) {
      return Optional.empty();
    }
    List<Double> all = byClass.times(factor);
    double placed = all.stream().mapToDouble(share -> share).sum();
    return Optional.of(
        new Explanation.Split(
            value - placed,
            all.subList(0, classes),
            hasChannels ? byChannel.times(factor) : List.of(),
            fixed.get()));
  }
}
