package dev.keraunos.loss;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.tensor.Shape;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The losses, metrics and regularisers that a model file may name. Immutable; one per loader, there
 * is no global one.
 *
 * <p>A saved name matches exactly, without its {@code package>}, or in the other case style ({@code
 * MeanSquaredError}, {@code mean_squared_error}). What is registered later wins, so built-ins can
 * be overridden.
 */
public final class LossRegistry {
  private final NameTable<LossFactory> losses;
  private final NameTable<MetricFactory> metrics;
  private final NameTable<RegularizerFactory> regularizers;

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
    SavedObject object = SavedObject.of(saved);
    return losses.get(object).factory().create(object.config());
  }

  /**
   * The metric of a saved name or object; every loss is one too.
   *
   * @throws UnknownNameException if it is not registered
   */
  public Metric metric(JsonNode saved) {
    SavedObject object = SavedObject.of(saved);
    Optional<NameTable.Entry<LossFactory>> loss = losses.find(object);
    if (metrics.find(object).isEmpty() && loss.isPresent()) {
      return MetricFunction.of(loss.get().factory().create(object.config()));
    }
    return metrics.get(object).factory().create(object.config());
  }

  /**
   * The name that Keras' own code knows a saved loss or metric by: {@code mean_squared_error} for
   * {@code mse}. A name that is not registered is itself.
   */
  public String canonicalName(JsonNode saved) {
    SavedObject object = SavedObject.of(saved);
    return metrics
        .find(object)
        .map(NameTable.Entry::name)
        .or(() -> losses.find(object).map(NameTable.Entry::name))
        .orElse(object.name());
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
        metrics
            .find(SavedObject.of(saved))
            .filter(e -> !e.origin().equals(NameTable.KERAS))
            .isPresent();
    String lossName = loss == null ? "" : canonicalName(loss);
    return overridden ? saved : MetricResolution.resolve(saved, dialect, lossName, yTrue, yPred);
  }

  /** Who registered the loss or metric of a saved name; empty for what Keras itself brings. */
  public Optional<String> origin(JsonNode saved) {
    SavedObject object = SavedObject.of(saved);
    return metrics
        .find(object)
        .map(NameTable.Entry::origin)
        .or(() -> losses.find(object).map(NameTable.Entry::origin))
        .filter(origin -> !origin.equals(NameTable.KERAS));
  }

  /**
   * The regulariser of a saved name or object.
   *
   * @throws UnknownNameException if it is not registered
   */
  public Regularizer regularizer(JsonNode saved) {
    SavedObject object = SavedObject.of(saved);
    return regularizers.get(object).factory().create(object.config());
  }

  /** Collects what a registry holds. */
  public static final class Builder {
    private final NameTable<LossFactory> losses = new NameTable<>("loss", Stubs.LOSS);
    private final NameTable<MetricFactory> metrics = new NameTable<>("metric", Stubs.METRIC);
    private final NameTable<RegularizerFactory> regularizers =
        new NameTable<>("regularizer", Stubs.REGULARIZER);

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
      losses.put(name, new NameTable.Entry<>(name, factory, origin));
      return this;
    }

    /** A metric under the name that the model file uses. */
    public Builder metric(String name, MetricFunction metric) {
      return metric(name, config -> metric);
    }

    /** A metric that depends on saved settings. */
    public Builder metric(String name, MetricFactory factory) {
      metrics.put(name, new NameTable.Entry<>(name, factory, origin));
      return this;
    }

    /** A regulariser that depends on saved settings. */
    public Builder regularizer(String name, RegularizerFactory factory) {
      regularizers.put(name, new NameTable.Entry<>(name, factory, origin));
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

    public LossRegistry build() {
      return new LossRegistry(this);
    }
  }
}
