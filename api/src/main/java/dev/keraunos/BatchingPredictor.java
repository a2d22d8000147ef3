package dev.keraunos;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.axis.Samples;
import dev.keraunos.internal.batching.Request;
import dev.keraunos.internal.batching.RequestBatch;
import dev.keraunos.internal.batching.WaitingLine;
import dev.keraunos.tensor.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/**
 * Predictions for many callers at once: a bounded queue of requests, taken in batches, each with a
 * future of its own.
 *
 * <pre>{@code
 * try (BatchingPredictor predictor = BatchingPredictor.builder(model).capacity(256).build()) {
 *   float[] scores = predictor.submit(pixels).orTimeout(50, TimeUnit.MILLISECONDS).get();
 * }
 * }</pre>
 *
 * <p>Every result is bit for bit what the call alone gives: the requests of a batch run side by
 * side. {@link Builder#joined} makes one call of them instead.
 *
 * <p>{@code submit} never blocks and throws nothing: what is wrong is in the future, and is that
 * request's alone. A future fails with an {@link InputException} where the input does not fit,
 * {@link RejectedExecutionException} where the queue is full, {@link IllegalStateException} after
 * {@link #close}. One that is cancelled or times out leaves the queue; if its batch runs already,
 * the result is dropped. Inputs are copied, so that they are the caller's again at once.
 *
 * <p>Actions that depend on a future run in the thread that computed it, so long ones belong
 * elsewhere ({@code thenApplyAsync}). The model stays the caller's; close this first.
 */
public final class BatchingPredictor implements AutoCloseable {
  private final KerasModel model;
  private final WaitingLine line;
  private final Optional<ExecutorService> own;
  private final Executor executor;
  private final boolean joined;
  private final Consumer<Served> listener;

  /** Of the threads that compute, those of {@link #close} among them. */
  private final ThreadLocal<Boolean> serving = ThreadLocal.withInitial(() -> false);

  private BatchingPredictor(Builder settings) {
    model = settings.model;
    line = new WaitingLine(settings.capacity, settings.maxSize, settings.maxWait);
    own = settings.executor == null ? Optional.of(ownThreads(model.threads())) : Optional.empty();
    executor = own.isPresent() ? own.get() : settings.executor;
    joined = settings.joined;
    listener = settings.listener;
  }

  /** Settings of a predictor of a model. */
  public static Builder builder(KerasModel model) {
    if (model == null) {
      throw new InputException("the model is null; load one with KerasModel.load");
    }
    return new Builder(model);
  }

  /** Threads that end when there is nothing to do, and keep no JVM alive. */
  private static ExecutorService ownThreads(int count) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            count,
            count,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "keraunos-batching-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** A prediction as {@link KerasModel#predict(float[])} has it. */
  public CompletableFuture<float[]> submit(float[] input) {
    return submit(
        () -> {
          try (Tensor tensor = ModelInputs.tensor(input, onlyInput())) {
            return new Request<>(
                Map.of(onlyName(), tensor), BatchingPredictor::onlyFloats, array -> {});
          }
        });
  }

  /** A prediction as {@link KerasModel#predict(Tensor)} has it; the caller owns the result. */
  public CompletableFuture<Tensor> submit(Tensor input) {
    return submit(
        () -> {
          onlyInput();
          model.inputs().requireGiven(input);
          return new Request<>(
              Map.of(onlyName(), input),
              outputs -> outputs.values().iterator().next(),
              Tensor::close);
        });
  }

  /** A prediction as {@link KerasModel#predict(Map)} has it; the caller owns the tensors. */
  public CompletableFuture<Map<String, Tensor>> submit(Map<String, Tensor> inputs) {
    return submit(
        () -> {
          model.inputs().requireGiven(inputs);
          inputs.values().forEach(model.inputs()::requireGiven);
          return new Request<>(
              inputs, Function.identity(), outputs -> outputs.values().forEach(Tensor::close));
        });
  }

  private Value onlyInput() {
    return model.inputs().only();
  }

  private String onlyName() {
    return model.inputNames().get(0);
  }

  private static float[] onlyFloats(Map<String, Tensor> outputs) {
    try (Tensor output = outputs.values().iterator().next()) {
      return output.toFloatArray();
    }
  }

  private <T> CompletableFuture<T> submit(Supplier<Request<T>> given) {
    Request<T> request;
    try {
      request = given.get();
    } catch (RuntimeException | OutOfMemoryError e) {
      return CompletableFuture.failedFuture(e);
    }
    try {
      if (line.add(request)) {
        startServing();
      }
      return request.result();
    } catch (RejectedExecutionException | IllegalStateException e) {
      request.release();
      return CompletableFuture.failedFuture(e);
    }
  }

  private void startServing() {
    try {
      executor.execute(this::serve);
    } catch (Throwable e) { // such as an Error where no thread can be made: nobody would serve
      line.abandon(e);
    }
  }

  private void serve() {
    boolean outer = serving.get();
    serving.set(true);
    try {
      for (List<Request<?>> taken = line.next(); !taken.isEmpty(); taken = line.next()) {
        try {
          run(taken);
        } finally {
          line.done();
        }
      }
    } finally {
      serving.set(outer);
    }
  }

  private void run(List<Request<?>> requests) {
    long start = System.nanoTime();
    List<Duration> waits = requests.stream().map(Request::age).toList();
    RequestBatch batch = new RequestBatch(requests, model::predict);
    long samples = batch.samples();
    batch.run(joined, executor, model.threads());
    Duration ran = Duration.ofNanos(System.nanoTime() - start);
    int failed = (int) requests.stream().filter(r -> r.result().isCompletedExceptionally()).count();
    try {
      listener.accept(new Served(waits, samples, failed, ran));
    } catch (Throwable e) { // even an Error is the listener's own
      LoggerFactory.getLogger(BatchingPredictor.class)
          .warn("the listener of a BatchingPredictor failed; predictions go on", e);
    }
  }

  /** How many requests wait. */
  public int waiting() {
    return line.size();
  }

  /**
   * Takes no more requests, computes those that wait, and returns when all are done. Idempotent.
   */
  @Override
  public void close() {
    line.close();
    serve();
    finish();
  }

  /**
   * Takes no more requests, fails those that wait with a {@link CancellationException}, and returns
   * when the others are done.
   */
  public void closeNow() {
    line.closeNow(new CancellationException("the predictor was closed before it came to this"));
    finish();
  }

  private void finish() {
    if (!serving.get()) { // an action of a future would wait for itself
      line.awaitRunning();
    }
    own.ifPresent(ExecutorService::shutdown);
  }

  /**
   * What a batch took, for metrics.
   *
   * @param waits how long each request of the batch waited
   * @param samples of all requests
   * @param failed how many requests failed, were cancelled or timed out
   * @param ran how long computing the batch took
   */
  public record Served(List<Duration> waits, long samples, int failed, Duration ran) {}

  /** Settings of a predictor. */
  public static final class Builder {
    private final KerasModel model;
    private int maxSize = 32;
    private Duration maxWait = Duration.ZERO;
    private int capacity = 1024;
    private Executor executor;
    private boolean joined;
    private Consumer<Served> listener = served -> {};

    private Builder(KerasModel model) {
      this.model = model;
    }

    /** The most samples of a batch, 32 if not given; a request of more is a batch of its own. */
    public Builder maxSize(int samples) {
      maxSize = atLeastOne("maxSize", samples);
      return this;
    }

    /**
     * How long the first request of a batch waits for others while the batch is not full; not at
     * all if not given: a batch is what came while the one before was computed.
     */
    public Builder maxWait(Duration time) {
      if (time == null || time.isNegative()) {
        throw new InputException("maxWait must be at least 0, not " + time);
      }
      maxWait = time;
      return this;
    }

    /** How many requests may wait, 1024 if not given; more are refused. */
    public Builder capacity(int requests) {
      capacity = atLeastOne("capacity", requests);
      return this;
    }

    /**
     * Where batches run, one at a time; else on as many threads of its own as {@link
     * Loader#threads} says. Close this before the executor.
     */
    public Builder executor(Executor value) {
      executor = value;
      return this;
    }

    /**
     * Makes one call of the requests of a batch whose samples have the same shape. That is faster
     * where weights outweigh the data, such as in dense and recurrent layers. On the engine {@code
     * onednn} the last digits may then depend on how many requests make a batch, as those of Keras
     * depend on its batch size; on {@code reference} they do not.
     */
    public Builder joined() {
      joined = true;
      return this;
    }

    /** Who is told of every batch, after its futures, in the thread that computed it. */
    public Builder listener(Consumer<Served> value) {
      if (value == null) {
        throw new InputException("the listener is null; leave it out for none");
      }
      listener = value;
      return this;
    }

    /**
     * The predictor.
     *
     * @throws InputException if requests are to be joined and samples of a batch depend on each
     *     other, the model draws random numbers, keeps states or takes texts
     */
    public BatchingPredictor build() {
      if (joined && !joins(model)) {
        throw new InputException(
            "requests cannot be joined: the model computes the samples of a batch from one"
                + " another, draws random numbers, keeps states, takes texts or batches of one"
                + " size; leave joined() out");
      }
      return new BatchingPredictor(this);
    }

    private static boolean joins(KerasModel model) {
      try {
        return !model.computations().takesMore()
            && Samples.independent(model.graph(model.outputNames()));
      } catch (InputException e) {
        return false; // texts
      }
    }

    private static int atLeastOne(String name, int value) {
      if (value < 1) {
        throw new InputException(name + " must be at least 1, not " + value);
      }
      return value;
    }
  }
}
