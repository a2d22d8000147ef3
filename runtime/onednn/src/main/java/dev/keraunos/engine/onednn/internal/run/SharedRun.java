package dev.keraunos.engine.onednn.internal.run;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One run of a workspace by its caller and helpers: they take the tiles of a step one by one, the
 * caller from the front and helpers from the back, so that each finds in its cache what it wrote in
 * the step before. The next step begins when the last tile is done. Reused from run to run.
 */
final class SharedRun implements Team.Job {
  /** After so many idle rounds a waiting thread offers its core to others. */
  private static final int SPINS = 2_000;

  /** After so many idle rounds a helper leaves; the caller invites again. */
  private static final int PATIENCE = 20_000;

  private static final int BITS = 16;
  private static final int MASK = (1 << BITS) - 1;

  private final Workspace workspace;
  private final int mostHelpers;

  /** The current step, and how many of its tiles are taken from the front and from the back. */
  private final AtomicLong cursor;

  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger helpers = new AtomicInteger();
  private final AtomicInteger invited = new AtomicInteger();
  private volatile Throwable failure;
  private volatile Stopwatch watch;

  SharedRun(Workspace workspace, int threads) {
    this.workspace = workspace;
    this.mostHelpers = threads - 1;
    this.cursor = new AtomicLong(start(workspace.steps()));
  }

  private static long start(long step) {
    return step << (2 * BITS);
  }

  /** Runs all steps. */
  void run() {
    run(null);
  }

  /**
   * Runs all steps.
   *
   * @param by takes when each began and ended; null for nobody
   */
  void run(Stopwatch by) {
    failure = null;
    watch = by;
    cursor.set(0);
    work(true);
    if (failure instanceof RuntimeException e) {
      throw e;
    } else if (failure != null) {
      throw (Error) failure;
    }
  }

  @Override
  public void help() {
    invited.decrementAndGet();
    if (helpers.incrementAndGet() <= mostHelpers) {
      work(false);
    }
    helpers.decrementAndGet();
  }

  private void work(boolean caller) {
    int idle = 0;
    while (true) {
      long now = cursor.get();
      int step = (int) (now >>> (2 * BITS));
      if (step == workspace.steps()) {
        return;
      }
      int front = (int) (now >>> BITS) & MASK;
      int back = (int) now & MASK;
      int tiles = workspace.tiles(step);
      if (front + back == tiles) {
        if (!pause(++idle, caller)) {
          return;
        }
      } else if (cursor.compareAndSet(now, caller ? now + (1 << BITS) : now + 1)) {
        idle = 0;
        if (watch != null && front + back == 0) {
          watch.begin(step);
        }
        if (caller) {
          invite(tiles - front - back - 1);
        }
        run(step, caller ? front : tiles - 1 - back);
      }
    }
  }

  private void invite(int tiles) {
    int missing = Math.min(mostHelpers, tiles) - helpers.get() - invited.get();
    if (missing > 0) {
      invited.addAndGet(missing);
      Team.SHARED.invite(this, missing);
    }
  }

  /** Waits a little; false if it is time to leave. */
  @SuppressWarnings("ThreadPriorityCheck") // yielding is a courtesy, nothing relies on it
  private static boolean pause(int idle, boolean caller) {
    if (idle % SPINS == 0) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
    return caller || idle < PATIENCE;
  }

  private void run(int step, int tile) {
    try {
      if (failure == null) {
        workspace.run(step, tile);
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    if (done.incrementAndGet() == workspace.tiles(step)) {
      done.set(0);
      if (watch != null) {
        watch.end(step);
      }
      cursor.set(start(step + 1L));
    }
  }
}
