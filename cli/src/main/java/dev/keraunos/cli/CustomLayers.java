package dev.keraunos.cli;

import dev.keraunos.error.InputException;
import dev.keraunos.importer.layers.CustomLayer;
import dev.keraunos.importer.layers.LayerProvider;
import dev.keraunos.importer.layers.ModelRegistry;
import java.util.Arrays;

/** Registers the layers that the command line names. */
final class CustomLayers {
  private CustomLayers() {}

  /**
   * Registers a layer under the class name that model files use.
   *
   * @param source see {@link UserClass}
   * @throws InputException if there is no such class, or it cannot be used
   */
  static void register(ModelRegistry.Builder registry, String name, String source) {
    UserClass.of(source).use("layers", registry::providers, made -> add(registry, name, made));
  }

  /**
   * Registers an alias.
   *
   * @param target the class that it stands for, and behind commas the keys to ignore
   */
  static void alias(ModelRegistry.Builder registry, String name, String target) {
    String[] parts = target.split(",", -1);
    registry.alias(name, parts[0], Arrays.copyOfRange(parts, 1, parts.length));
  }

  private static void add(ModelRegistry.Builder registry, String name, Object made) {
    if (made instanceof CustomLayer layer) {
      registry.layer(name, layer);
    } else if (made instanceof LayerProvider provider) {
      provider.register(registry);
    } else {
      throw new InputException(
          made.getClass().getName()
              + " implements neither "
              + CustomLayer.class.getName()
              + " nor LayerProvider");
    }
  }
}
