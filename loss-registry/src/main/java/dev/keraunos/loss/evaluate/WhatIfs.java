package dev.keraunos.loss.evaluate;

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

    void set(int position, Predicted from, int source, int width) {
      values.copyFrom((long) position * width, from.values, (long) source * width, width);
      logits.ifPresent(
          tensor ->
              tensor.copyFrom(
                  (long) position * width, from.logits.get(), (long) source * width, width));
    }

    Predicted row(int position, int width) {
      return copy(part(values, position, width), logits.map(t -> part(t, position, width)));
    }

    private static Tensor part(Tensor tensor, int position, int width) {
      return tensor.reshape(tensor.size()).rows((long) position * width, (position + 1L) * width);
    }

    @Override
    public void close() {
      values.close();
      logits.ifPresent(Tensor::close);
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

  /** Adds a batch; runs its loss twice for every class. */
  void add(ScoredBatch batch, Classes named) {
    int[] cells = cells(batch, named);
    int width = (int) (batch.yPred().size() / cells.length);
    Predicted given = new Predicted(batch.yPred(), batch.logits());
    try (Predicted changed = Predicted.copy(given.values, given.logits)) {
      for (int cell = 0; cell < 2 * classes; cell++) {
        changes.batch[cell] += change(batch, cells, cell, given, changed, width);
      }
    }
    for (int i = 0; i < cells.length; i++) {
      int position = i;
      if (cells[i] < 2 * classes && (i == 0 || cells[i] != cells[i - 1])) {
        first.computeIfAbsent(cells[i], cell -> given.row(position, width));
      }
    }
  }

  /** How the loss of a batch changes if a class is all in one cell: all right, or all wrong. */
  private double change(
      ScoredBatch batch, int[] cells, int cell, Predicted given, Predicted changed, int width) {
    int[] sources = positions(cells, cell);
    int[] targets = positions(cells, cell ^ 1);
    Predicted from = sources.length > 0 ? given : first.get(cell);
    if (targets.length == 0) {
      return 0;
    }
    if (from == null) {
      unknown.add(cell);
      return 0;
    }
    for (int i = 0; i < targets.length; i++) {
      changed.set(targets[i], from, sources.length > 0 ? sources[i % sources.length] : 0, width);
    }
    double value;
    try (OutputProgram.Results results =
        batch.program().run(batch.yTrue(), changed.values, changed.logits)) {
      value = Grid.of(results.scores()).dotRepeated(batch.coefficients());
    }
    for (int target : targets) {
      changed.set(target, given, target, width);
    }
    return value - batch.value();
  }

  /** For each position twice its class, and one more if it is predicted right. */
  private static int[] cells(ScoredBatch batch, Classes named) {
    int[] cells = new int[batch.scores().size()];
    Chunk chunk = new Chunk();
    for (int from = 0; from < cells.length; from += Chunk.SIZE) {
      chunk.read(batch, from);
      named.truth(batch.yTrue(), chunk);
      named.prediction(batch.yPred(), chunk);
      for (int i = 0; i < chunk.count; i++) {
        boolean counts = chunk.coefficients[i] != 0;
        int right = chunk.truth[i] == chunk.guess[i] ? 1 : 0;
        cells[from + i] = counts ? 2 * chunk.truth[i] + right : Integer.MAX_VALUE;
      }
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
