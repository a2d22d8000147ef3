package dev.keraunos.internal.batching;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Requests that wait, in the order in which they came, and who serves them. Thread-safe. */
public final class WaitingLine {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private final int capacity;
  private final long maxSize;
  private final long maxWait;

  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Request<?>> line = new ArrayDeque<>();
  private long samples;
  private boolean served;
  private int running;
  private boolean closed;

  /**
   * An empty line.
   *
   * @param capacity how many requests may wait
   * @param maxSize samples of a batch, unless a single request has more
   * @param maxWait how long the first request of a batch waits for others
   */
  public WaitingLine(int capacity, long maxSize, Duration maxWait) {
    this.capacity = capacity;
    this.maxSize = maxSize;
    this.maxWait = (maxWait.compareTo(LONGEST) < 0 ? maxWait : LONGEST).toNanos();
  }

  /**
   * Takes a request in. Should its caller give up, it leaves the line.
   *
   * @return true if nobody serves, so that the caller must see to it that somebody calls {@link
   *     #next} until that is empty
   * @throws RejectedExecutionException if the line is full
   * @throws IllegalStateException after {@link #close}
   */
  public boolean add(Request<?> request) {
    boolean needed = enter(request);
    var unused = request.result().whenComplete((result, failure) -> remove(request));
    return needed;
  }

  private boolean enter(Request<?> request) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the predictor is closed");
      }
      if (line.size() >= capacity) {
        throw new RejectedExecutionException(
            capacity
                + " requests wait already, which is as many as may; try again later, or raise"
                + " capacity");
      }
      line.add(request);
      samples += request.samples();
      changed.signalAll();
      boolean needed = !served;
      served = true;
      return needed;
    } finally {
      lock.unlock();
    }
  }

  private void remove(Request<?> request) {
    lock.lock();
    try {
      if (!line.remove(request)) {
        return;
      }
      samples -= request.samples();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    request.release();
  }

  /**
   * The next batch, once it is full or its first request has waited long enough; {@link #done} must
   * be told of it. Empty if nobody waits: whoever serves then stops.
   */
  public List<Request<?>> next() {
    lock.lock();
    try {
      awaitBatch();
      List<Request<?>> batch = new ArrayList<>();
      long taken = 0;
      while (!line.isEmpty() && (taken == 0 || taken + line.peek().samples() <= maxSize)) {
        Request<?> request = line.remove();
        taken += Math.max(1, request.samples());
        samples -= request.samples();
        batch.add(request);
      }
      if (batch.isEmpty()) {
        served = false;
      } else {
        running++;
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for more requests while there is time. */
  private void awaitBatch() {
    try {
      while (!closed && !line.isEmpty() && samples < maxSize) {
        long left = maxWait - line.peek().age().toNanos();
        if (left <= 0) {
          return;
        }
        changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread()
          .interrupt(); // whoever wants this thread back gets no wait, but results
    }
  }

  /** A batch is computed. */
  public void done() {
    lock.lock();
    try {
      running--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nobody is going to serve: what waits fails. */
  public void abandon(Throwable reason) {
    abandon(reason, false);
  }

  /** Takes no more requests, and fails those that wait. */
  public void closeNow(Throwable reason) {
    abandon(reason, true);
  }

  private void abandon(Throwable reason, boolean closing) {
    List<Request<?>> left;
    lock.lock();
    try {
      closed |= closing;
      left = new ArrayList<>(line);
      line.clear();
      samples = 0;
      served = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    for (Request<?> request : left) {
      request.fail(reason);
      request.release();
    }
  }

  /** How many requests wait. */
  public int size() {
    lock.lock();
    try {
      return line.size();
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more requests, and lets those that wait go without waiting for others. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the batches that are computed. */
  public void awaitRunning() {
    lock.lock();
    try {
      while (running > 0) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}
