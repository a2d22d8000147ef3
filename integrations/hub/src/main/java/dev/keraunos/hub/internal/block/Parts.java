package dev.keraunos.hub.internal.block;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.keras.config.Config;
import java.util.LinkedHashMap;
import java.util.Map;

/** The layers inside a layer, by the attribute that holds each. */
public final class Parts {
  /** Says which layers a layer holds. */
  @FunctionalInterface
  public interface Inside {
    void declare(Parts parts);
  }

  private final LayerSpec layer;
  private final Config config;
  private final long features;
  private final Map<String, LayerSpec> parts = new LinkedHashMap<>();

  /**
   * Parts of a layer.
   *
   * @param config to read settings from
   * @param features the last dimension of its input; negative where it is not known yet
   */
  Parts(LayerSpec layer, Config config, long features) {
    this.layer = layer;
    this.config = config;
    this.features = features;
  }

  /** The parts that a layer declares, sizes that depend on its input left out. */
  static Map<String, LayerSpec> of(LayerSpec layer, Inside inside) {
    Parts parts = new Parts(layer, layer.config(), -1);
    inside.declare(parts);
    return parts.parts;
  }

  public Config config() {
    return config;
  }

  /** The last dimension of the input of the layer; negative where only weights are matched. */
  public long features() {
    return features;
  }

  /**
   * Adds a layer.
   *
   * @param className as {@link Functional#layer} takes it
   * @param settings keys and values of its config in turn
   */
  public Parts add(String attribute, String className, Object... settings) {
    JsonNode dtype = layer.json().path("dtype");
    return add(attribute, Entries.of(className, attribute, dtype, settings));
  }

  /** Adds a layer as saved. */
  public Parts add(String attribute, JsonNode entry) {
    Types.ofPart(entry);
    parts.put(attribute, layer.inner(entry, attribute));
    return this;
  }

  public Parts dense(String attribute, long units, Object... settings) {
    return add(attribute, "Dense", with(settings, "units", units));
  }

  /** A Dense without a bias. */
  public Parts linear(String attribute, long units) {
    return add(attribute, "Dense", "units", units, "use_bias", false);
  }

  /**
   * An EinsumDense.
   *
   * @param biasAxes null for none
   * @param sizes of the last axes of the result, 0 where the weights tell; those stored as a matrix
   *     tell one only
   */
  public Parts einsum(String attribute, String equation, String biasAxes, long... sizes) {
    Object[] settings = {"equation", equation, "bias_axes", biasAxes};
    Object shape = sizes.length == 0 ? null : sizes;
    return add(attribute, "EinsumDense", with(settings, "output_shape", shape));
  }

  /** A LayerNormalization over features. */
  public Parts norm(String attribute, double epsilon) {
    return add(attribute, "LayerNormalization", "epsilon", epsilon);
  }

  /** A Softmax over the last axis in float32. */
  public Parts softmax(String attribute) {
    return add(attribute, "Softmax", "axis", -1, "dtype", "float32");
  }

  public Parts dropout(String... attributes) {
    for (String attribute : attributes) {
      add(attribute, "Dropout", "rate", 0);
    }
    return this;
  }

  /** The name of the layer's class. */
  public String className() {
    return layer.className();
  }

  private static Object[] with(Object[] settings, Object... more) {
    Object[] all = new Object[settings.length + more.length];
    System.arraycopy(settings, 0, all, 0, settings.length);
    System.arraycopy(more, 0, all, settings.length, more.length);
    return all;
  }

  /** The config of the layer around, with other settings, for a part that takes the same. */
  public ObjectNode settings() {
    return layer.json().deepCopy();
  }

  LayerSpec get(String attribute) {
    return parts.get(attribute);
  }
}
