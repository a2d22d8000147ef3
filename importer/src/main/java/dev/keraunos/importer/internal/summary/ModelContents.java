package dev.keraunos.importer.internal.summary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keraunos.importer.internal.ImportedModel;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.builtin.KerasLayers;
import dev.keraunos.importer.internal.lowering.ModelLowering;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.InputSpec;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.importer.internal.weights.LayerWeights;
import dev.keraunos.importer.internal.weights.Variable;
import dev.keraunos.importer.internal.weights.VariableTable;
import dev.keraunos.importer.internal.weights.WeightMatcher;
import dev.keraunos.importer.layers.ModelRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicReference;

/**
 * All that a file says of a model, layer by layer; of one with gaps too.
 *
 * @param layers with those of models inside, each behind the model that holds it
 * @param survey what is known of the values between them
 */
public record ModelContents(
    ModelArchive archive,
    ModelTopology topology,
    List<SavedLayer> layers,
    ModelLowering.Survey survey) {

  /**
   * Reads what an archive holds.
   *
   * @throws dev.keraunos.keras.ModelFileException if the config or the weights are inconsistent
   * @throws dev.keraunos.importer.layers.UnsupportedModelException if the model itself is of a
   *     class whose layers are not known
   */
  public static ModelContents of(ModelArchive archive, ModelRegistry registry) {
    ModelTopology topology = ImportedModel.topology(archive);
    AtomicReference<LayerWeights> stored = new AtomicReference<>();
    ModelLowering.Survey survey =
        ModelLowering.survey(
            topology,
            table -> {
              stored.set(WeightMatcher.match(archive.weights(), topology, table));
              return stored.get();
            },
            registry);
    return of(archive, topology, Optional.ofNullable(stored.get()), survey, registry);
  }

  /** The same of a model that is loaded. */
  public static ModelContents of(ImportedModel model, ModelRegistry registry) {
    ModelLowering.Survey survey = ModelLowering.Survey.of(model.lowered());
    return of(model.archive(), model.topology(), Optional.of(model.stored()), survey, registry);
  }

  private static ModelContents of(
      ModelArchive archive,
      ModelTopology topology,
      Optional<LayerWeights> stored,
      ModelLowering.Survey survey,
      ModelRegistry registry) {
    List<SavedLayer> layers = new ArrayList<>();
    VariableTable table = KerasLayers.table(registry);
    boolean trains = archive.config().path("config").path("trainable").asBoolean(true);
    new Walk(table, layers).model("", topology, stored, trains);
    return new ModelContents(archive, topology, List.copyOf(layers), survey);
  }

  /** What it was compiled with, as the file has it; missing if it was not. */
  public JsonNode training() {
    return archive.training().orElse(MissingNode.getInstance());
  }

  /** The input, of the model or of one inside, that a layer stands for. */
  public Optional<InputSpec> input(String path) {
    return layers.stream()
        .filter(layer -> layer.path().equals(path) && layer.spec().kind() == LayerSpec.Kind.INPUT)
        .findFirst()
        .flatMap(
            layer ->
                model(layer.parent()).inputs().stream()
                    .filter(input -> input.name().equals(layer.spec().name()))
                    .findFirst());
  }

  /** The model of a path; the whole one of the empty path. */
  private ModelTopology model(String path) {
    return layers.stream()
        .filter(layer -> layer.path().equals(path))
        .findFirst()
        .flatMap(layer -> layer.spec().model())
        .orElse(topology);
  }

  /** Goes through the layers. */
  private record Walk(VariableTable table, List<SavedLayer> layers) {
    void model(
        String prefix, ModelTopology topology, Optional<LayerWeights> stored, boolean trainable) {
      Map<String, List<SavedLayer.Call>> calls = new LinkedHashMap<>();
      topology
          .calls()
          .forEach(
              call ->
                  calls
                      .computeIfAbsent(call.layer().name(), name -> new ArrayList<>())
                      .add(
                          new SavedLayer.Call(
                              call.tensors().stream().map(ref -> source(prefix, ref)).toList(),
                              constants(call))));
      for (LayerSpec layer : topology.layersByName().values()) {
        if (layer.kind() == LayerSpec.Kind.INPUT && !topology.layers().contains(layer)) {
          continue; // the one that Keras adds in front of a Sequential
        }
        boolean trains = trainable && layer.trainable();
        Optional<LayerWeights> own = stored.map(weights -> weights.layer(layer.name()));
        List<SavedLayer.Array> arrays = new ArrayList<>();
        if (layer.model().isEmpty() && layer.kind() == LayerSpec.Kind.LAYER) {
          own.ifPresent(weights -> arrays("", layer, weights, trains, arrays));
        }
        List<SavedLayer.Call> made = calls.getOrDefault(layer.name(), List.of());
        layers.add(new SavedLayer(layer, trains, List.copyOf(arrays), List.copyOf(made)));
        layer.model().ifPresent(inner -> model(layer.path() + "/", inner, own, trains));
      }
    }

    private void arrays(
        String prefix,
        LayerSpec layer,
        LayerWeights weights,
        boolean trainable,
        List<SavedLayer.Array> found) {
      if (layer.model().isPresent()) {
        for (LayerSpec inner : layer.model().get().layersByName().values()) {
          boolean trains = trainable && inner.trainable();
          arrays(prefix + inner.name() + "/", inner, weights.layer(inner.name()), trains, found);
        }
        return;
      }
      if (layer.kind() == LayerSpec.Kind.INPUT) {
        return;
      }
      Map<String, Variable> declared = new LinkedHashMap<>();
      table.variables(layer).ifPresent(all -> all.forEach(v -> declared.put(v.name(), v)));
      for (String name : weights.names()) {
        Variable variable = declared.get(name);
        boolean trains = trainable && (variable == null || variable.trainable());
        if (variable == null || variable.place() != Variable.Place.V3_UNREAD) {
          found.add(new SavedLayer.Array(prefix + name, trains, weights.get(name)));
        }
      }
      if (table.variables(layer).isPresent()) {
        table
            .children(layer)
            .forEach(
                (attribute, child) ->
                    arrays(
                        prefix + attribute + "/",
                        child,
                        weights.child(attribute),
                        trainable && child.trainable(),
                        found));
      }
    }

    private static String source(String prefix, TensorRef ref) {
      return prefix
          + ref.layer()
          + (ref.call() == 0 ? "" : "#" + ref.call())
          + (ref.tensor() == 0 ? "" : ":" + ref.tensor());
    }

    /** What is no tensor; a keyword that holds one is told by its name. */
    private static String constants(dev.keraunos.importer.internal.topology.Call call) {
      StringJoiner text = new StringJoiner(", ");
      call.arguments().forEach(argument -> constant("", argument, text));
      call.keywords().forEach((name, argument) -> constant(name + "=", argument, text));
      return text.toString();
    }

    private static void constant(String name, Argument argument, StringJoiner text) {
      if (argument instanceof Argument.Literal literal) {
        JsonNode value = Settings.canonical(literal.json());
        if (!value.isNull()) {
          text.add(name + Settings.text(value));
        }
      } else if (argument instanceof Argument.Items list) {
        list.items().forEach(item -> constant(name, item, text));
      } else if (argument instanceof Argument.Entries dict) {
        dict.entries().forEach((key, item) -> constant(name + key + "=", item, text));
      }
    }
  }
}
