package dev.keraunos.engine.onednn.internal.run;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Parts of a batch, run by a caller and helpers; each part is run by one thread alone. */
final class SplitRun implements Team.Job {
  private static final long WAIT_NANOS = 20_000;

  private final PlanPool pool;
  private final Batch batch;
  private final int parts;
  private final int mostHelpers;
  private final AtomicInteger helpers = new AtomicInteger();
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private volatile Throwable failure;

  /** The first parts of a batch, all of the size that the pool's plan is for. */
  SplitRun(PlanPool pool, Batch batch, int parts, int threads) {
    this.pool = pool;
    this.batch = batch;
    this.parts = parts;
    this.mostHelpers = threads - 1;
  }

  void run() {
    Team.SHARED.invite(this, Math.min(mostHelpers, parts - 1));
    PlanPool.Entry entry = pool.take();
    work(entry);
    while (done.get() < parts) {
      LockSupport.parkNanos(WAIT_NANOS);
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    } else if (failure != null) {
      throw (Error) failure;
    }
  }

  @Override
  public void help() {
    if (helpers.incrementAndGet() <= mostHelpers && taken.get() < parts) {
      pool.tryTake().ifPresent(this::work);
    }
    helpers.decrementAndGet();
  }

  private void work(PlanPool.Entry entry) {
    try {
      for (int i = taken.getAndIncrement(); i < parts; i = taken.getAndIncrement()) {
        run(entry.workspace(), i);
        done.incrementAndGet();
      }
    } finally {
      pool.giveBack(entry);
    }
  }

  private void run(Workspace workspace, int part) {
    try {
      if (failure == null) {
        workspace.attach(batch.inputs(part), batch.outputs(part));
        workspace.runAlone();
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }
}
