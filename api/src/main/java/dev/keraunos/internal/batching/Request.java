package dev.keraunos.internal.batching;

import dev.keraunos.tensor.Tensor;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** What a caller gave, and what becomes of it. */
public final class Request<T> {
  private final Map<String, Tensor> inputs;
  private final Function<Map<String, Tensor>, T> form;
  private final Consumer<T> discard;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private final long submitted = System.nanoTime();

  /**
   * A request.
   *
   * @param given is copied
   * @param form the caller's form of the outputs, which it owns
   * @param discard frees a result that nobody waits for any more
   */
  public Request(
      Map<String, Tensor> given, Function<Map<String, Tensor>, T> form, Consumer<T> discard) {
    inputs = new LinkedHashMap<>();
    given.forEach((name, tensor) -> inputs.put(name, copy(tensor)));
    this.form = form;
    this.discard = discard;
  }

  private static Tensor copy(Tensor tensor) {
    Tensor copy = Tensor.allocate(tensor.dtype(), tensor.shape());
    copy.copyFrom(0, tensor, 0, tensor.size());
    return copy;
  }

  Map<String, Tensor> inputs() {
    return inputs;
  }

  /** Done when the outputs are there, something failed, or the caller gave up. */
  public CompletableFuture<T> result() {
    return result;
  }

  /** How many samples there are; 1 where the inputs do not tell. */
  long samples() {
    return inputs.values().stream()
        .filter(input -> input.shape().rank() > 0)
        .mapToLong(input -> input.shape().dim(0))
        .findFirst()
        .orElse(1);
  }

  boolean isWanted() {
    return !result.isDone();
  }

  /** The time since the request came. */
  public Duration age() {
    return Duration.ofNanos(System.nanoTime() - submitted);
  }

  void complete(Map<String, Tensor> outputs) {
    T formed = form.apply(outputs);
    if (!result.complete(formed)) {
      discard.accept(formed);
    }
  }

  void fail(Throwable reason) {
    result.completeExceptionally(reason);
  }

  /** Frees the inputs. */
  public void release() {
    inputs.values().forEach(Tensor::close);
  }
}
