package dev.keraunos;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Value;
import dev.keraunos.internal.prediction.KeptStates;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * What one caller of a {@link KerasModel} predicts with: the states of recurrent layers with {@code
 * stateful=True} live from call to call, as in {@code model.predict} of Keras, from zeros on. A
 * model without such layers just predicts.
 *
 * <pre>{@code
 * try (Session session = model.session()) {
 *   for (float[] part : longSequence) {
 *     float[] found = session.predict(part);
 *   }
 *   session.resetStates();
 * }
 * }</pre>
 *
 * <p>Sessions of one model see nothing of each other and may run at the same time. Calls of one
 * session follow each other, from whichever threads they come. A call takes samples that fill
 * batches of the size in the model's batch shape; one that fails leaves the states as they were.
 * States have the shapes and types that Keras gives them. {@code evaluate} and {@code explainLoss}
 * have states of their own.
 */
public final class Session implements AutoCloseable {
  private final KerasModel model;
  private final KeptStates states = new KeptStates();
  private boolean closed;

  Session(KerasModel model) {
    this.model = model;
  }

  /**
   * Predicts with a model of one input and one output.
   *
   * @param input samples in row-major order; all dimensions but the batch must be known
   * @return the samples' outputs in row-major order
   * @throws InputException if the model has several inputs or outputs, the length is no multiple of
   *     a sample's, or samples do not fill batches of a stateful model
   */
  public synchronized float[] predict(float[] input) {
    try (Tensor tensor = ModelInputs.tensor(input, model.inputs().only());
        Tensor output = predict(tensor)) {
      return output.toFloatArray();
    }
  }

  /**
   * Predicts with a model of one input and one output.
   *
   * @param input any shape that the input takes; converted as in {@link #predict(Map)}
   * @return the output, the caller's own
   * @throws InputException as {@link #predict(float[])}
   */
  public synchronized Tensor predict(Tensor input) {
    Tensor given = ModelInputs.tensor(input, model.inputs().only());
    return run(model.outputNames(), List.of(given)).get(0);
  }

  /**
   * Predicts by position.
   *
   * @param given a tensor for each input, in the order of {@link KerasModel#inputNames}; converted
   *     as in {@link #predict(Map)}
   * @return in the order of {@link KerasModel#outputNames}; the caller owns the tensors
   * @throws InputException if they are not as many as the inputs, or one does not fit
   */
  public synchronized List<Tensor> predict(List<Tensor> given) {
    return run(model.outputNames(), model.inputs().ordered(given));
  }

  /**
   * Predicts from one direct buffer of floats into another; without layers that keep states neither
   * is copied.
   *
   * @param samples how many samples the input holds
   * @throws InputException as {@link #predict(float[])}
   */
  public synchronized void predict(ByteBuffer input, ByteBuffer output, long samples) {
    requireOpen();
    Value only = model.inputs().only();
    Shape result = model.graph().outputs().values().iterator().next().shape();
    List<Tensor> given =
        List.of(Tensor.wrap(only.dtype(), input, only.shape().with(0, samples).toArray()));
    List<Tensor> target =
        List.of(Tensor.wrap(DType.FLOAT32, output, result.with(0, samples).toArray()));
    Map<String, Value> wanted = model.computations().values(model.outputNames());
    if (model.computations().takesMore()) {
      try (Tensor computed = model.run(wanted, given, states).get(0)) {
        target.get(0).copyFrom(0, computed, 0, computed.size());
      }
    } else {
      model.run(wanted, given, target);
    }
  }

  /**
   * Predicts.
   *
   * @param inputs by input name; converted to the inputs' types, float64 by way of float32 where
   *     Keras' {@code floatx} is that. A last axis of length 1 may be left out or be there too
   * @return by output name, in the model's order; the caller owns the tensors
   * @throws InputException if an input is missing, unknown or does not fit, or samples do not fill
   *     batches of a stateful model
   */
  public Map<String, Tensor> predict(Map<String, Tensor> inputs) {
    return predict(inputs, model.outputNames());
  }

  /**
   * Predicts chosen outputs and intermediate layers.
   *
   * @param wanted as in {@link KerasModel#predict(Map, Collection)}; whatever is wanted, all states
   *     go on
   */
  public synchronized Map<String, Tensor> predict(
      Map<String, Tensor> inputs, Collection<String> wanted) {
    List<String> names = List.copyOf(new LinkedHashSet<>(wanted));
    List<Tensor> results = run(names, model.inputs().ordered(inputs));
    Map<String, Tensor> named = new LinkedHashMap<>();
    names.forEach(name -> named.put(name, results.get(named.size())));
    return named;
  }

  private List<Tensor> run(List<String> wanted, List<Tensor> given) {
    requireOpen();
    return model.run(model.computations().values(wanted), given, states);
  }

  /** Lets all layers start from zeros, as {@code reset_states} of Keras does. */
  public synchronized void resetStates() {
    requireOpen();
    states.close();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
  }

  /** Frees the states. Calls after it fail. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    states.close();
  }
}
