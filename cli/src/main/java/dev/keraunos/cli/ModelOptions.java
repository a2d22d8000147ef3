package dev.keraunos.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.KerasModel;
import dev.keraunos.Loader;
import dev.keraunos.error.InputException;
import dev.keraunos.fixtures.Fixture;
import dev.keraunos.fixtures.Verification;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.archive.ArchiveReader;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.builtin.KerasLayers;
import dev.keraunos.importer.internal.summary.ModelContents;
import dev.keraunos.importer.internal.summary.SavedLayer;
import dev.keraunos.importer.layers.Expression;
import dev.keraunos.importer.layers.ModelRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say how a model is loaded. */
final class ModelOptions {
  @Mixin private LossOptions losses;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads one call may use (default: all processors).")
  private Integer threads;

  @Option(
      names = "--layer-class",
      paramLabel = "NAME=CLASS",
      description =
          "A custom layer by the class name in the file: a class on the class path, JAR!CLASS,"
              + " FOLDER!CLASS, or a JAR or FOLDER that provides it. Repeatable.")
  private Map<String, String> layers = new LinkedHashMap<>();

  @Option(
      names = "--alias",
      paramLabel = "NAME=LAYER[,KEY...]",
      description =
          "Reads layers of a class as those of another, as in --alias ConvDNA=Conv1D; keys of their"
              + " configs behind it are ignored. Repeatable.")
  private Map<String, String> aliases = new LinkedHashMap<>();

  @Option(
      names = "--lambda",
      paramLabel = "LAYER=EXPRESSION",
      description = "What a Lambda layer computes, as in --lambda lambda_1='x / 255'. Repeatable.")
  private Map<String, String> lambdas = new LinkedHashMap<>();

  @Option(
      names = "--accept-lambda",
      description =
          "Computes Lambda layers for which there is no --lambda as the expressions that their"
              + " bytecode stands for; a refusal without this option shows them. Nothing from the"
              + " file is run.")
  private boolean acceptsLambdas;

  @Option(
      names = "--activation",
      paramLabel = "NAME=EXPRESSION",
      description =
          "What a custom activation computes, as in --activation my_act='relu(x) * 2'. Repeatable.")
  private Map<String, String> activations = new LinkedHashMap<>();

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "Weights of a model given as the JSON of its architecture.")
  private Path weights;

  @Option(
      names = "--libhdf5",
      description =
          "Let libhdf5 read HDF5 data packed with nbit or scaleoffset. Only for files you trust: a"
              + " crafted one ends the program.")
  private boolean libhdf5;

  private final GivenNames given = new GivenNames("--lambda", "Lambda layer");

  /** Loads a model; a fixture's own Lambda bindings hold where the command line gives none. */
  KerasModel load(Path model, Optional<Fixture> fixture) {
    return load(loader(fixture), model);
  }

  /** Loads a model as a loader says. */
  KerasModel load(Loader loader, Path model) {
    KerasModel loaded = weights == null ? loader.load(model) : loader.load(model, weights);
    try {
      requireLambdas(() -> lambdaLayers(model));
      return loaded;
    } catch (InputException e) {
      loaded.close();
      throw e;
    }
  }

  /**
   * Checks that there is a layer for every {@code --lambda}.
   *
   * @param layers the names of the Lambda layers; asked for only if one was not computed
   */
  void requireLambdas(Supplier<Set<String>> layers) {
    given.requireUsed(layers);
  }

  /** The same of the losses, once a model was evaluated. */
  void requireLosses(Path model) {
    losses.requireUsed(() -> open(model));
  }

  /** The names of losses that nobody registers. */
  Set<String> unregisteredLosses(JsonNode training) {
    return losses.unregistered(training);
  }

  /** The names of a file's Lambda layers, and of others that {@code --lambda} may speak of. */
  Set<String> lambdaLayers(Path model) {
    try (ModelArchive archive = open(model)) {
      return lambdaLayers(ModelContents.of(archive, registry(Optional.empty())).layers());
    }
  }

  static Set<String> lambdaLayers(List<SavedLayer> layers) {
    Set<String> names = new LinkedHashSet<>();
    for (SavedLayer layer : layers) {
      boolean wraps = layer.spec().json().toString().contains("Lambda");
      if (wraps || layer.spec().className().matches("Lambda|Merge|TensorFlowOpLayer")) {
        names.add(layer.spec().name());
        names.add(layer.path());
      }
    }
    return names;
  }

  /** How a model is loaded whose weights are elsewhere said. */
  Loader loader(Optional<Fixture> fixture) {
    Loader loader =
        KerasModel.loader().registry(registry(fixture)).losses(losses.registry().build());
    losses.engine().ifPresent(loader::engine);
    losses.keras().ifPresent(loader::keras);
    fixture.ifPresent(recorded -> recorded.follow(loader));
    if (libhdf5) {
      loader.libhdf5();
    }
    if (threads != null) {
      loader.threads(threads);
    }
    return loader;
  }

  /** The files that loading a model reads, all of which must outlive the command. */
  List<Path> inputs(Path model) {
    List<Path> inputs = new ArrayList<>(List.of(model));
    weights().ifPresent(inputs::add);
    losses.files().forEach(inputs::add);
    layers.values().forEach(source -> UserClass.file(source).ifPresent(inputs::add));
    return inputs;
  }

  Optional<Path> weights() {
    return Optional.ofNullable(weights);
  }

  /**
   * Opens a model's file without lowering it.
   *
   * @throws dev.keraunos.error.InputException if there is no such Keras as {@code --keras} says
   */
  ModelArchive open(Path model) {
    losses.dialect();
    return weights == null ? reader().open(model) : reader().open(model, weights);
  }

  /** Opens a file that holds its weights, whatever {@code --weights} says. */
  ModelArchive openWhole(Path model) {
    return reader().open(model);
  }

  private ArchiveReader reader() {
    return libhdf5 ? ArchiveReader.WITH_LIBHDF5 : ArchiveReader.PLAIN;
  }

  ModelRegistry registry(Optional<Fixture> fixture) {
    ModelRegistry.Builder registry = ModelRegistry.builder().providers(Main.class.getClassLoader());
    layers.forEach((name, source) -> CustomLayers.register(registry, name, source));
    aliases.forEach((name, target) -> CustomLayers.alias(registry, name, target));
    lambdas.forEach(
        (layer, expression) -> {
          Function<List<Value>, Value> function = Expression.parse(expression);
          Runnable used = given.add(layer);
          registry.lambdaOfList(
              layer,
              inputs -> {
                used.run();
                return function.apply(inputs);
              });
        });
    activations.forEach((name, expression) -> activation(registry, name, expression));
    if (acceptsLambdas) {
      registry.acceptDecodedLambdas();
    }
    ModelRegistry own = registry.build();
    if (!aliases.isEmpty()) {
      requireTargets(own);
    }
    return own.or(fixture.map(Verification::lambdas).orElse(ModelRegistry.EMPTY));
  }

  private static void activation(ModelRegistry.Builder registry, String name, String expression) {
    Function<List<Value>, Value> function = Expression.parse(expression);
    registry.activation(name, x -> function.apply(List.of(x)));
  }

  private static void requireTargets(ModelRegistry registry) {
    try {
      KerasLayers.table(registry);
    } catch (InputException e) {
      throw new InputException("--alias: " + e.getMessage());
    }
  }
}
