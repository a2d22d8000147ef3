package example;

import dev.keraunos.KerasModel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Sixteen clients, each of which asks as often as it is told and compares the answers. */
public final class Load {
  private static final int CLIENTS = 16;

  private final HttpClient http = HttpClient.newHttpClient();
  private final String address;

  private Load(int port) {
    address = "http://127.0.0.1:" + port;
  }

  /** Takes a model of one input, how often each client asks, and {@code joined} if wanted. */
  public static void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[0]);
    int calls = Integer.parseInt(arguments[1]);
    boolean joined = arguments.length > 2 && arguments[2].equals("joined");
    try (Service service = new Service(file, 0, joined);
        KerasModel model = KerasModel.load(file)) {
      Load load = new Load(service.port());
      int width = (int) model.inputShape().with(0, 1).size();
      load.post(new float[width]);
      List<float[]> inputs = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        inputs.add(random(width, client));
      }
      load.run(model, inputs, calls);
      System.out.print(load.get("/metrics"));
      HttpResponse<byte[]> wrong = load.post(new float[width + 1]);
      System.out.println(wrong.statusCode() + " " + new String(wrong.body()));
    }
  }

  private void run(KerasModel model, List<float[]> inputs, int calls) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    List<Future<long[]>> running = new ArrayList<>();
    long start = System.nanoTime();
    for (float[] input : inputs) {
      float[] alone = model.predict(input);
      running.add(clients.submit(() -> client(input, alone, calls)));
    }
    int same = 0;
    List<Long> times = new ArrayList<>();
    for (Future<long[]> client : running) {
      for (long time : client.get()) {
        times.add(Math.abs(time));
        same += time > 0 ? 1 : 0;
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    clients.shutdown();
    times.sort(null);
    System.out.println(
        times.size() + " answers on " + model.engine() + ", " + same + " as the call alone");
    System.out.printf(
        "%.0f a second, median %.2f ms, p99 %.2f ms%n",
        times.size() / seconds,
        times.get(times.size() / 2) / 1e6,
        times.get(times.size() * 99 / 100) / 1e6);
  }

  /** What each call took, negative where the answer was another. */
  private long[] client(float[] input, float[] alone, int calls) throws Exception {
    long[] times = new long[calls];
    for (int i = 0; i < calls; i++) {
      long before = System.nanoTime();
      HttpResponse<byte[]> response = post(input);
      long time = System.nanoTime() - before;
      float[] found = new float[response.body().length / Float.BYTES];
      ByteBuffer.wrap(response.body()).asFloatBuffer().get(found);
      boolean same = response.statusCode() == 200 && Arrays.equals(found, alone);
      times[i] = same ? time : -time;
    }
    return times;
  }

  private HttpResponse<byte[]> post(float[] input) throws Exception {
    ByteBuffer body = ByteBuffer.allocate(input.length * Float.BYTES);
    body.asFloatBuffer().put(input);
    return http.send(
        HttpRequest.newBuilder(URI.create(address + "/predict"))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.array()))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private String get(String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(address + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static float[] random(int width, int seed) {
    Random random = new Random(seed);
    float[] input = new float[width];
    for (int i = 0; i < width; i++) {
      input[i] = random.nextFloat();
    }
    return input;
  }
}
