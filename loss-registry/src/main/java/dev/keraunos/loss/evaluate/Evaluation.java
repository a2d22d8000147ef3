package dev.keraunos.loss.evaluate;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Engines;
import dev.keraunos.loss.Dialect;
import dev.keraunos.loss.LossRegistry;
import dev.keraunos.loss.Regularizer;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Computes what {@code model.evaluate} returns, batch after batch, in constant memory:
 *
 * <pre>{@code
 * try (Evaluation evaluation = Evaluation.builder(spec, outputs, Dialect.of("2.2.4", "tensorflow")).build()) {
 *   for (...) {
 *     evaluation.update(Batch.of("out", OutputData.of(yTrue, yPred)));
 *   }
 *   Map<String, Double> result = evaluation.result();
 * }
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class Evaluation implements AutoCloseable {
  private Evaluation() {}

  /**
   * Starts an evaluation.
   *
   * @param outputs in the model's order
   */
  public static Builder builder(CompileSpec spec, List<OutputSpec> outputs, Dialect dialect) {
    return new Builder();
  }

  /** Adds a batch. */
  public void update(Batch batch) {
    throw new UnsupportedOperationException();
  }

  /** Names and values in the order in which that Keras returns them. */
  public Map<String, Double> result() {
    throw new UnsupportedOperationException();
  }

  /**
   * How the loss came about.
   *
   * @throws IllegalStateException unless {@link Builder#explain} was asked for
   */
  public Explanation explanation() {
    throw new UnsupportedOperationException();
  }

  /** What Keras does silently here and a user may not mean, one sentence each. */
  public List<String> warnings() {
    return List.of();
  }

  @Override
  public void close() {}

  /** Settings of an evaluation. */
  public static final class Builder {
    private LossRegistry registry = LossRegistry.standard();
    private Engine engine = Engines.preferred();

    private Builder() {}

    /** Where names are looked up; {@link LossRegistry#standard} if not given. */
    public Builder registry(LossRegistry value) {
      registry = value;
      return this;
    }

    /** What computes the losses; {@link Engines#preferred} with one thread if not given. */
    public Builder engine(Engine value, int threads) {
      engine = value;
      return this;
    }

    /**
     * A regularised weight.
     *
     * @param path of the variable, for explanations
     * @param trainable whether the weight, its layer and the layers around it are trainable; Keras
     *     3 skips frozen ones
     */
    public Builder weight(String path, Regularizer regularizer, Tensor weight, boolean trainable) {
      return this;
    }

    /** A regularised activity; every batch brings its tensor under this path. */
    public Builder activity(String path, Regularizer regularizer) {
      return this;
    }

    /** Collects an {@link Explanation} on the way. */
    public Builder explain() {
      return this;
    }

    /** Refuses, with an {@link dev.keraunos.error.InputException}, what otherwise is a warning. */
    public Builder strict() {
      return this;
    }

    /**
     * The evaluation.
     *
     * @throws dev.keraunos.loss.UnknownNameException if a loss or metric is not registered
     */
    public Evaluation build() {
      return new Evaluation();
    }
  }
}
