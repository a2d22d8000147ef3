package dev.keraunos.cli;

import dev.keraunos.loss.LossRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say which losses there are, what computes them and by whose rules. */
final class LossOptions {
  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "Engine to run on: onednn or reference (default: the fastest that works here).")
  private String engine;

  @Option(
      names = "--loss",
      paramLabel = "NAME=CLASS",
      description =
          "A custom loss: a class on the class path, JAR!CLASS, FOLDER!CLASS, or a JAR or FOLDER"
              + " that provides it. Repeatable.")
  private Map<String, String> losses = new LinkedHashMap<>();

  @Option(
      names = "--keras",
      paramLabel = "VERSION[:BACKEND]",
      description =
          "Whose rules losses and metrics follow (default: those of the Keras that wrote the"
              + " file).")
  private String keras;

  Optional<String> engine() {
    return Optional.ofNullable(engine);
  }

  Optional<String> keras() {
    return Optional.ofNullable(keras);
  }

  /** Keras' own losses, those on the class path and those given. */
  LossRegistry.Builder registry() {
    LossRegistry.Builder registry = LossRegistry.builder().providers(Main.class.getClassLoader());
    losses.forEach((name, source) -> CustomLosses.register(registry, name, source));
    return registry;
  }
}
