package dev.keraunos.internal.batching;

import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.internal.axis.Samples;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/** Requests that are computed together. */
public final class RequestBatch {
  private final List<Request<?>> requests;
  private final UnaryOperator<Map<String, Tensor>> model;

  /**
   * A batch.
   *
   * @param model gives outputs, which the caller owns, for inputs
   */
  public RequestBatch(List<Request<?>> requests, UnaryOperator<Map<String, Tensor>> model) {
    this.requests = requests;
    this.model = model;
  }

  /**
   * Completes every request and frees its inputs.
   *
   * @param joined makes one call of those whose samples have the same shape
   * @param threads how many calls may run at once
   */
  public void run(boolean joined, Executor executor, int threads) {
    List<Runnable> calls = new ArrayList<>();
    for (List<Request<?>> call : calls(joined)) {
      calls.add(() -> run(call));
    }
    try {
      SharedTasks.run(calls, executor, threads);
    } finally {
      requests.forEach(Request::release);
    }
  }

  /** How many samples there are. */
  public long samples() {
    return requests.stream().mapToLong(Request::samples).sum();
  }

  private List<List<Request<?>>> calls(boolean joined) {
    Map<Object, List<Request<?>>> calls = new LinkedHashMap<>();
    for (Request<?> request : requests) {
      if (request.isWanted()) {
        Object key = joined && divides(request) ? sample(request) : request;
        calls.computeIfAbsent(key, any -> new ArrayList<>()).add(request);
      }
    }
    return List.copyOf(calls.values());
  }

  /** Whether the inputs say the same number of samples. */
  private static boolean divides(Request<?> request) {
    return request.samples() > 0
        && request.inputs().values().stream()
            .allMatch(
                input -> input.shape().rank() > 0 && input.shape().dim(0) == request.samples());
  }

  /** The inputs' types but for the number of samples. */
  private static Map<String, TensorType> sample(Request<?> request) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    request
        .inputs()
        .forEach(
            (name, input) ->
                types.put(name, new TensorType(input.dtype(), input.shape().with(0, 1))));
    return types;
  }

  private void run(List<Request<?>> call) {
    if (call.size() > 1 && runJoined(call)) {
      return;
    }
    for (Request<?> request : call) {
      runAlone(request);
    }
  }

  private void runAlone(Request<?> request) {
    try {
      request.complete(model.apply(request.inputs()));
    } catch (Throwable e) { // whatever it is, somebody waits
      request.fail(e);
    }
  }

  /** False if it fails, which may be the fault of one of them. */
  private boolean runJoined(List<Request<?>> call) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Map<String, Tensor> outputs = Map.of();
    try {
      long samples = call.stream().mapToLong(Request::samples).sum();
      for (String name : call.get(0).inputs().keySet()) {
        inputs.put(name, joined(call, name, samples));
      }
      outputs = model.apply(inputs);
      long from = 0;
      for (Request<?> request : call) {
        request.complete(rows(outputs, samples, from, from + request.samples()));
        from += request.samples();
      }
      return true;
    } catch (RuntimeException | Error e) {
      return false;
    } finally {
      inputs.values().forEach(Tensor::close);
      outputs.values().forEach(Tensor::close);
    }
  }

  private static Tensor joined(List<Request<?>> call, String name, long samples) {
    Tensor first = call.get(0).inputs().get(name);
    Tensor all = Tensor.allocate(first.dtype(), first.shape().with(0, samples));
    long at = 0;
    for (Request<?> request : call) {
      Tensor part = request.inputs().get(name);
      all.copyFrom(at, part, 0, part.size());
      at += part.size();
    }
    return all;
  }

  private static Map<String, Tensor> rows(
      Map<String, Tensor> outputs, long samples, long from, long to) {
    Map<String, Tensor> rows = new LinkedHashMap<>();
    outputs.forEach(
        (name, output) -> {
          Tensor part = Samples.rows(List.of(output), samples, from, to).get(0);
          Tensor copy = Tensor.allocate(part.dtype(), part.shape());
          copy.copyFrom(0, part, 0, part.size());
          rows.put(name, copy);
        });
    return rows;
  }
}
