package example;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.keraunos.BatchingPredictor;
import dev.keraunos.KerasModel;
import dev.keraunos.error.InputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * A model behind HTTP: {@code POST /predict} takes the numbers of a sample as big-endian floats and
 * answers those of the output; {@code /health} and {@code /metrics} are for who watches it.
 */
public final class Service implements AutoCloseable {
  static {
    // Else headers and body are two packets, and the second waits 40 ms for the client.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private static final long PATIENCE_MILLIS = 2_000;
  private static final int BODY_LIMIT = 1 << 20;

  private final KerasModel model;
  private final BatchingPredictor predictor;
  private final HttpServer server;
  private final ExecutorService handlers = Executors.newFixedThreadPool(32);

  private final LongAdder requests = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder waitNanos = new LongAdder();
  private final LongAdder runNanos = new LongAdder();
  private final AtomicLong largest = new AtomicLong();

  /** Starts serving; port 0 is any free one. */
  public Service(Path file, int port, boolean joined) throws IOException {
    model = KerasModel.loader().requireNative().load(file);
    BatchingPredictor.Builder builder =
        BatchingPredictor.builder(model)
            .maxSize(16)
            .maxWait(Duration.ZERO)
            .capacity(256)
            .listener(this::count);
    predictor = (joined ? builder.joined() : builder).build();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/predict", this::predict);
    server.createContext("/health", this::health);
    server.createContext("/metrics", this::metrics);
    server.setExecutor(handlers);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private void count(BatchingPredictor.Served batch) {
    batches.increment();
    requests.add(batch.waits().size());
    failures.add(batch.failed());
    batch.waits().forEach(wait -> waitNanos.add(wait.toNanos()));
    runNanos.add(batch.ran().toNanos());
    largest.accumulateAndGet(batch.samples(), Math::max);
  }

  /** 400 for what does not fit the model, 503 where too many wait, 504 where it takes too long. */
  private void predict(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(BODY_LIMIT + 1);
    if (!exchange.getRequestMethod().equals("POST")) {
      answer(exchange, 405, text("POST the numbers of a sample"));
      return;
    }
    if (body.length > BODY_LIMIT || body.length % Float.BYTES != 0) {
      answer(exchange, body.length > BODY_LIMIT ? 413 : 400, text("send floats of 4 bytes each"));
      return;
    }
    float[] input = new float[body.length / Float.BYTES];
    ByteBuffer.wrap(body).asFloatBuffer().get(input);
    try {
      float[] output =
          predictor.submit(input).orTimeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).join();
      ByteBuffer answer = ByteBuffer.allocate(output.length * Float.BYTES);
      answer.asFloatBuffer().put(output);
      answer(exchange, 200, answer.array());
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      int status =
          cause instanceof InputException
              ? 400
              : cause instanceof RejectedExecutionException
                  ? 503
                  : cause instanceof TimeoutException ? 504 : 500;
      answer(exchange, status, text(String.valueOf(cause.getMessage())));
    }
  }

  private void health(HttpExchange exchange) throws IOException {
    answer(exchange, 200, text("ok, on " + model.engine() + "\n"));
  }

  private void metrics(HttpExchange exchange) throws IOException {
    answer(
        exchange,
        200,
        text(
            String.format(
                Locale.ROOT,
                "keraunos_requests_total %d%nkeraunos_failures_total %d%n"
                    + "keraunos_batches_total %d%nkeraunos_largest_batch %d%n"
                    + "keraunos_waiting %d%nkeraunos_wait_seconds_sum %.6f%n"
                    + "keraunos_run_seconds_sum %.6f%n",
                requests.sum(),
                failures.sum(),
                batches.sum(),
                largest.get(),
                predictor.waiting(),
                waitNanos.sum() / 1e9,
                runNanos.sum() / 1e9)));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Answers what came, then ends: first the callers, then the predictor, then the model. */
  @Override
  public void close() {
    server.stop(1);
    predictor.close();
    handlers.shutdown();
    model.close();
  }
}
