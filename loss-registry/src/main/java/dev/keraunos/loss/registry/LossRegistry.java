package dev.keraunos.loss.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.UnknownNameException;
import dev.keraunos.keras.config.SavedObject;
import dev.keraunos.keras.internal.names.Registry;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.Metric;
import dev.keraunos.loss.MetricFunction;
import dev.keraunos.loss.Regularizer;
import dev.keraunos.tensor.Shape;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * The losses, metrics and regularisers that a model file may name. Immutable; one per loader, there
 * is no global one.
 *
 * <p>A saved name matches exactly, without its {@code package>}, or in the other case style ({@code
 * MeanSquaredError}, {@code mean_squared_error}). What is registered later wins, so built-ins can
 * be overridden.
 */
public final class LossRegistry {
  private final Registry<LossFactory> losses;
  private final Registry<MetricFactory> metrics;
  private final Registry<RegularizerFactory> regularizers;

  private LossRegistry(Builder builder) {
    losses = builder.losses.copy();
    metrics = builder.metrics.copy();
    regularizers = builder.regularizers.copy();
  }

  /** What Keras itself brings. */
  public static LossRegistry standard() {
    return builder().build();
  }

  /** Starts with what Keras itself brings. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The loss of a saved name or object.
   *
   * @throws UnknownNameException if it is not registered
   */
  public Loss loss(JsonNode saved) {
    SavedObject object = read(saved);
    return losses.get(object).value().create(object.config());
  }

  /** All names of losses, aliases among them. */
  public Set<String> lossNames() {
    return losses.names();
  }

  /**
   * The metric of a saved name or object; every loss is one too.
   *
   * @throws UnknownNameException if it is not registered
   */
  public Metric metric(JsonNode saved) {
    SavedObject object = read(saved);
    Optional<Registry.Entry<LossFactory>> loss = losses.find(object.names());
    if (metrics.find(object.names()).isEmpty() && loss.isPresent()) {
      return MetricFunction.of(loss.get().value().create(object.config()));
    }
    return metrics.get(object).value().create(object.config());
  }

  /**
   * The name that Keras' own code knows a saved loss or metric by: {@code mean_squared_error} for
   * {@code mse}. A name that is not registered is itself.
   */
  public String canonicalName(JsonNode saved) {
    SavedObject object = read(saved);
    return metrics
        .find(object.names())
        .map(Registry.Entry::name)
        .or(() -> losses.find(object.names()).map(Registry.Entry::name))
        .orElse(object.registeredName());
  }

  /**
   * What a saved metric stands for beside an output: {@code accuracy} and {@code crossentropy}
   * depend on it, some names on the version. Other names, and those that someone registered, are
   * themselves.
   *
   * @param loss the saved loss of the output, or null
   */
  public JsonNode resolve(
      JsonNode saved, Dialect dialect, JsonNode loss, Shape yTrue, Shape yPred) {
    boolean overridden =
        metrics.find(read(saved).names()).filter(entry -> !entry.isOfKeras()).isPresent();
    String lossName = loss == null ? "" : canonicalName(loss);
    return overridden ? saved : MetricResolution.resolve(saved, dialect, lossName, yTrue, yPred);
  }

  /** Who registered the loss or metric of a saved name; empty for what Keras itself brings. */
  public Optional<String> origin(JsonNode saved) {
    SavedObject object = read(saved);
    return metrics
        .find(object.names())
        .filter(entry -> !entry.isOfKeras())
        .map(Registry.Entry::origin)
        .or(
            () ->
                losses
                    .find(object.names())
                    .filter(e -> !e.isOfKeras())
                    .map(Registry.Entry::origin));
  }

  /**
   * The regulariser of a saved name or object.
   *
   * @throws UnknownNameException if it is not registered
   */
  public Regularizer regularizer(JsonNode saved) {
    SavedObject object = read(saved);
    return regularizers.get(object).value().create(object.config());
  }

  private static SavedObject read(JsonNode saved) {
    return SavedObject.of(saved, "training config");
  }

  /** Collects what a registry holds. */
  public static final class Builder {
    private final Registry<LossFactory> losses = new Registry<>("loss", Stubs.LOSS);
    private final Registry<MetricFactory> metrics = new Registry<>("metric", Stubs.METRIC);
    private final Registry<RegularizerFactory> regularizers =
        new Registry<>("regularizer", Stubs.REGULARIZER);

    private String origin = "the caller";

    private Builder() {
      BuiltIns.losses(losses);
      BuiltIns.metrics(metrics);
      BuiltIns.regularizers(regularizers);
    }

    /** A loss under the name that the model file uses: of a function its {@code __name__}. */
    public Builder loss(String name, Loss loss) {
      return loss(name, config -> loss);
    }

    /** A loss that depends on saved settings. */
    public Builder loss(String name, LossFactory factory) {
      losses.putOwn(name, factory, origin);
      return this;
    }

    /** A metric under the name that the model file uses. */
    public Builder metric(String name, MetricFunction metric) {
      return metric(name, config -> metric);
    }

    /** A metric that depends on saved settings. */
    public Builder metric(String name, MetricFactory factory) {
      metrics.putOwn(name, factory, origin);
      return this;
    }

    /** A regulariser that depends on saved settings. */
    public Builder regularizer(String name, RegularizerFactory factory) {
      regularizers.putOwn(name, factory, origin);
      return this;
    }

    /** Everything that the {@link LossProvider}s of a class loader bring. */
    public Builder providers(ClassLoader loader) {
      String before = origin;
      for (LossProvider provider : ServiceLoader.load(LossProvider.class, loader)) {
        origin = provider.getClass().getName();
        provider.register(this);
      }
      origin = before;
      return this;
    }

    /** The registry as it is now filled. */
    public LossRegistry build() {
      return new LossRegistry(this);
    }
  }
}
