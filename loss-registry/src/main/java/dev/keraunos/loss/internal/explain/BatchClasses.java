package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.internal.observe.ScoredBatch;

/** The true and the predicted class of every position of a batch; found once, read by many. */
final class BatchClasses {
  private final Classes classes;
  private final boolean found;
  private final int[] truth;
  private final int[] guess;

  /**
   * Room for the classes of a batch.
   *
   * @param found whether the graph finds the largest channels itself
   */
  BatchClasses(Classes classes, int positions, boolean found) {
    this.classes = classes;
    this.found = found;
    truth = new int[positions];
    guess = new int[positions];
  }

  /** How many classes there are. */
  Classes classes() {
    return classes;
  }

  /** The number of positions. */
  int size() {
    return truth.length;
  }

  /** Finds the classes of all positions, with a chunk that notes whether targets name classes. */
  void find(ScoredBatch batch, Chunk chunk) {
    for (int from = 0; from < truth.length; from += Chunk.SIZE) {
      chunk.move(from, truth.length);
      classes.truth(batch.yTrue(), chunk);
      classes.prediction(batch, found, chunk);
      System.arraycopy(chunk.truth, 0, truth, from, chunk.count);
      System.arraycopy(chunk.guess, 0, guess, from, chunk.count);
    }
  }

  /** Gives a chunk the classes that were found. */
  void read(Chunk chunk) {
    System.arraycopy(truth, chunk.from, chunk.truth, 0, chunk.count);
    System.arraycopy(guess, chunk.from, chunk.guess, 0, chunk.count);
  }

  /** The true class; {@code count} for none. */
  int truth(int position) {
    return truth[position];
  }

  /** The predicted class. */
  int guess(int position) {
    return guess[position];
  }
}
