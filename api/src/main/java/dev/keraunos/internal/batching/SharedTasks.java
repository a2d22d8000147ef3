package dev.keraunos.internal.batching;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Tasks that are independent, done by the caller and whoever an executor lends. */
final class SharedTasks {
  private SharedTasks() {}

  /**
   * Does all of them. It needs no help: an executor that has no thread to spare only makes it
   * slower.
   *
   * @param tasks which throw nothing
   * @param threads how many work at once, the caller among them
   */
  static void run(List<Runnable> tasks, Executor executor, int threads) {
    AtomicInteger next = new AtomicInteger();
    CountDownLatch missing = new CountDownLatch(tasks.size());
    Runnable work =
        () -> {
          for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
            tasks.get(i).run();
            missing.countDown();
          }
        };
    try {
      for (int helper = 1; helper < Math.min(threads, tasks.size()); helper++) {
        executor.execute(work);
      }
    } catch (RuntimeException | Error e) {
      // the caller does it alone
    }
    work.run();
    await(missing);
  }

  private static void await(CountDownLatch missing) {
    boolean interrupted = false;
    while (missing.getCount() > 0) {
      try {
        missing.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
