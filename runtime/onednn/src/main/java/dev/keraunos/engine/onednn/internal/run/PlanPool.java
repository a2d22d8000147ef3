package dev.keraunos.engine.onednn.internal.run;

import dev.keraunos.engine.onednn.internal.plan.Plan;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * A plan and its workspaces, of which there is a bounded number. Once retired it frees itself when
 * the last workspace in use comes back.
 */
final class PlanPool {
  /** A workspace and the run that shares it among threads. */
  record Entry(Workspace workspace, SharedRun run) {}

  private final Plan plan;
  private final int threads;
  private final int bound;
  private final Deque<Entry> idle = new ArrayDeque<>();
  private int busy;
  private int pins;
  private boolean retired;
  private boolean freed;

  PlanPool(Plan plan, int threads, int bound) {
    this.plan = plan;
    this.threads = threads;
    this.bound = bound;
  }

  Plan plan() {
    return plan;
  }

  /** Keeps the plan alive until {@link #unpin}. */
  synchronized void pin() {
    pins++;
  }

  synchronized void unpin() {
    pins--;
    freeIfDone();
  }

  /** A workspace; waits for one if all are in use. */
  synchronized Entry take() {
    boolean interrupted = false;
    Optional<Entry> entry = tryTake();
    while (entry.isEmpty()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
      entry = tryTake();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return entry.get();
  }

  /** A workspace if one is free. */
  synchronized Optional<Entry> tryTake() {
    if (freed || (idle.isEmpty() && busy == bound)) {
      return Optional.empty();
    }
    Entry entry = idle.isEmpty() ? create() : idle.pop();
    busy++;
    return Optional.of(entry);
  }

  private Entry create() {
    Workspace workspace = new Workspace(plan);
    return new Entry(workspace, new SharedRun(workspace, threads));
  }

  synchronized void giveBack(Entry entry) {
    entry.workspace().detach();
    idle.push(entry);
    busy--;
    notify();
    freeIfDone();
  }

  /** Frees everything once nobody uses it. */
  synchronized void retire() {
    retired = true;
    freeIfDone();
  }

  private void freeIfDone() {
    if (retired && !freed && pins == 0 && busy == 0) {
      freed = true;
      idle.forEach(entry -> entry.workspace().close());
      idle.clear();
      plan.close();
    }
  }
}
