package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.loss.internal.reduce.Sums;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How the loss changes if the positions of a class are predicted otherwise, found by predicting
 * them so: as other positions of this class are, one after the other.
 */
final class WhatIfs {
  /** Predictions of a batch, or of one position, with the logits behind it. */
  private record Predicted(Tensor values, Optional<Tensor> logits) implements AutoCloseable {
    static Predicted copy(Tensor values, Optional<Tensor> logits) {
      return new Predicted(
          values.cast(values.dtype()), logits.map(tensor -> tensor.cast(tensor.dtype())));
    }

    /** Predicts a position as another position is predicted. */
    void set(int position, Rows rows, Predicted from, int source, Rows sources) {
      rows.copy(position, values, sources, source, from.values);
      logits.ifPresent(tensor -> rows.copy(position, tensor, sources, source, from.logits.get()));
    }

    Predicted row(int position, Rows rows) {
      Predicted row = new Predicted(rows.single(values), logits.map(rows::single));
      row.set(0, rows.alone(), this, position, rows);
      return row;
    }

    @Override
    public void close() {
      values.close();
      logits.ifPresent(Tensor::close);
    }
  }

  /**
   * Where a position has its channels.
   *
   * @param width how many
   * @param step how many elements they lie apart
   */
  private record Rows(int width, int step) {
    Rows alone() {
      return new Rows(width, 1);
    }

    /** A tensor for one position. */
    Tensor single(Tensor like) {
      return Tensor.allocate(like.dtype(), Shape.of(width));
    }

    private long start(int position) {
      return (long) (position / step) * step * width + position % step;
    }

    void copy(int position, Tensor to, Rows sources, int source, Tensor from) {
      to.copyFrom(start(position), step, from, sources.start(source), sources.step, width);
    }
  }

  private final int classes;
  private final Sums changes;
  private final Map<Integer, Predicted> first = new HashMap<>();
  private final Set<Integer> unknown = new HashSet<>();

  WhatIfs(int classes) {
    this.classes = classes;
    changes = new Sums(2 * classes);
  }

  /**
   * Adds a batch; runs its loss twice for every class.
   *
   * @param counted one coefficient per position, or a single one; 0 for those that do not count
   */
  void add(ScoredBatch batch, BatchClasses named, Grid counted) {
    int[] cells = cells(named, counted);
    int width = (int) (batch.yPred().size() / cells.length);
    Rows rows = new Rows(width, named.classes().step(batch.yPred()));
    Predicted given = new Predicted(batch.yPred(), batch.logits());
    try (Predicted changed = Predicted.copy(given.values, given.logits)) {
      for (int cell = 0; cell < 2 * classes; cell++) {
        changes.batch[cell] += change(batch, cells, cell, given, changed, rows);
      }
    }
    for (int i = 0; i < cells.length; i++) {
      int position = i;
      if (cells[i] < 2 * classes && (i == 0 || cells[i] != cells[i - 1])) {
        first.computeIfAbsent(cells[i], cell -> given.row(position, rows));
      }
    }
  }

  /** How the loss of a batch changes if a class is all in one cell: all right, or all wrong. */
  private double change(
      ScoredBatch batch, int[] cells, int cell, Predicted given, Predicted changed, Rows rows) {
    int[] sources = positions(cells, cell);
    int[] targets = positions(cells, cell ^ 1);
    boolean own = sources.length > 0;
    Predicted from = own ? given : first.get(cell);
    if (targets.length == 0) {
      return 0;
    }
    if (from == null) {
      unknown.add(cell);
      return 0;
    }
    for (int i = 0; i < targets.length; i++) {
      int source = own ? sources[i % sources.length] : 0;
      changed.set(targets[i], rows, from, source, own ? rows : rows.alone());
    }
    double value = batch.other().value(batch.yTrue(), changed.values, changed.logits);
    for (int target : targets) {
      changed.set(target, rows, given, target, rows);
    }
    return value - batch.value();
  }

  /** For each position twice its class, and one more if it is predicted right. */
  private static int[] cells(BatchClasses named, Grid counted) {
    int[] cells = new int[named.size()];
    for (int i = 0; i < cells.length; i++) {
      int right = named.truth(i) == named.guess(i) ? 1 : 0;
      cells[i] = counted.at(i) != 0 ? 2 * named.truth(i) + right : Integer.MAX_VALUE;
    }
    return cells;
  }

  private static int[] positions(int[] cells, int cell) {
    return IntStream.range(0, cells.length).filter(i -> cells[i] == cell).toArray();
  }

  void endBatch(double weight) {
    changes.endBatch(weight);
  }

  /**
   * What the loss would change by.
   *
   * @param right true if all of the class were predicted right, false for wrong
   */
  Optional<Double> change(int k, boolean right) {
    int cell = 2 * k + (right ? 1 : 0);
    return first.containsKey(cell) && !unknown.contains(cell)
        ? Optional.of(changes.total[cell])
        : Optional.empty();
  }
}
