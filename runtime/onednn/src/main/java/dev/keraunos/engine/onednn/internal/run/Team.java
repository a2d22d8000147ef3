package dev.keraunos.engine.onednn.internal.run;

import dev.keraunos.engine.onednn.internal.library.OpenMp;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that help callers with their runs, shared by all executables of the process. A caller
 * never waits for a helper to come: it does the work itself and whoever helps takes some of it.
 */
final class Team {
  static final Team SHARED = new Team();

  /** How long a helper looks out for the next job before it sleeps. */
  private static final long WATCH_NANOS = 50_000;

  /** Work that several threads can take part in. */
  interface Job {
    /** Does a share of the work. Returns when there is nothing left to take. */
    void help();
  }

  private final ConcurrentLinkedQueue<Job> invitations = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Thread> sleepers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();

  private Team() {}

  /** Asks for helpers; they come when they are free, or not at all. */
  void invite(Job job, int helpers) {
    grow(helpers);
    for (int i = 0; i < helpers; i++) {
      invitations.add(job);
      Thread sleeper = sleepers.poll();
      if (sleeper != null) {
        LockSupport.unpark(sleeper);
      }
    }
  }

  private void grow(int wanted) {
    for (int now = size.get(); now < wanted; now = size.get()) {
      if (size.compareAndSet(now, now + 1)) {
        Thread helper = new Thread(this::work, "keraunos-" + (now + 1));
        helper.setDaemon(true);
        helper.start();
      }
    }
  }

  private void work() {
    OpenMp.single();
    while (true) {
      next().help();
    }
  }

  private Job next() {
    while (true) {
      long start = System.nanoTime();
      do {
        Job job = invitations.poll();
        if (job != null) {
          return job;
        }
        Thread.onSpinWait();
      } while (System.nanoTime() - start < WATCH_NANOS);
      sleepers.add(Thread.currentThread());
      if (invitations.isEmpty()) {
        LockSupport.park(this);
      }
      sleepers.remove(Thread.currentThread());
    }
  }
}
