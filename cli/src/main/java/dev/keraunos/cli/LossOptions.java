package dev.keraunos.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keraunos.error.InputException;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.UnknownNameException;
import dev.keraunos.loss.registry.LossRegistry;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The options that say which losses there are, what computes them and by whose rules. */
final class LossOptions {
  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description =
          "Engine to run on: onednn, reference, ort or nd4j, which the script keraunos brings when"
              + " asked (default: the fastest that works here).")
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

  private final GivenNames given = new GivenNames("--loss", "loss or metric");

  Optional<String> engine() {
    return Optional.ofNullable(engine);
  }

  Optional<String> keras() {
    return dialect().map(dialect -> keras);
  }

  /**
   * Whose rules to follow, if not the file's.
   *
   * @throws InputException if there is no such Keras
   */
  Optional<Dialect> dialect() {
    try {
      return Optional.ofNullable(keras).map(Dialect::parse);
    } catch (InputException e) {
      throw new InputException("--keras: " + e.getMessage());
    }
  }

  /** The jars and folders of custom losses. */
  List<Path> files() {
    return losses.values().stream().flatMap(source -> UserClass.file(source).stream()).toList();
  }

  /** Keras' own losses, those on the class path and those given. */
  LossRegistry.Builder registry() {
    LossRegistry.Builder registry = LossRegistry.builder().providers(Main.class.getClassLoader());
    losses.forEach(
        (name, source) -> CustomLosses.register(registry, name, source, given.add(name)));
    return registry;
  }

  /**
   * Checks that the model was compiled with every loss that was given, once it was evaluated.
   *
   * @param archive opens its file
   * @throws InputException naming the nearest of those that it has
   */
  void requireUsed(Supplier<ModelArchive> archive) {
    given.requireUsed(
        () -> {
          try (ModelArchive opened = archive.get()) {
            Set<String> names = new LinkedHashSet<>();
            JsonNode training = opened.training().orElse(MissingNode.getInstance());
            texts(training.path("loss"), names);
            texts(training.path("metrics"), names);
            texts(training.path("weighted_metrics"), names);
            return names;
          }
        });
  }

  /** The names of losses that a model was compiled with and nobody registers. */
  Set<String> unregistered(JsonNode training) {
    Set<String> names = new LinkedHashSet<>();
    unregistered(training.path("loss"), registry().build(), names);
    return names;
  }

  private static void unregistered(JsonNode saved, LossRegistry losses, Set<String> names) {
    if (saved.isTextual() || saved.has("class_name")) {
      try {
        losses.loss(saved);
      } catch (UnknownNameException e) {
        names.add(e.name());
      } catch (KeraunosException e) {
        return; // evaluate says what is wrong with its settings
      }
    } else {
      saved.forEach(inner -> unregistered(inner, losses, names));
    }
  }

  /** What may be a name of a loss, with its package and without. */
  private static void texts(JsonNode json, Set<String> names) {
    if (json.isTextual()) {
      names.add(json.asText());
      names.add(json.asText().substring(json.asText().indexOf('>') + 1));
    }
    if (json.has("class_name")) {
      texts(json.get("class_name"), names);
      texts(json.path("registered_name"), names);
      texts(json.path("config"), names);
    } else {
      json.forEach(inner -> texts(inner, names));
    }
  }
}
