package dev.keraunos.importer.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.library.Libraries;
import dev.keraunos.importer.internal.lowering.ModelLowering;
import dev.keraunos.importer.internal.topology.InputSpec;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.weights.WeightMatcher;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model file holds, for people; found even where parts of the model are not supported.
 *
 * @param file its name
 * @param keras the version and backend that wrote it, and when
 * @param inputs name, type and shape of each
 * @param outputs the names, with the shapes where all layers are supported
 * @param parameters how many numbers the weights hold
 * @param stateful the paths of the layers that keep states from batch to batch
 * @param drawing the paths of the layers that draw random numbers
 * @param loss as saved; missing if the model was not compiled
 * @param metrics as saved
 * @param gaps everything that is not supported
 */
public record ModelSummary(
    String file,
    String format,
    String keras,
    List<String> inputs,
    List<String> outputs,
    List<Layer> layers,
    long parameters,
    List<String> stateful,
    List<String> drawing,
    JsonNode loss,
    JsonNode metrics,
    List<Gap> gaps) {

  private static String others(Dialect dialect) {
    return dialect.others().isEmpty()
        ? ""
        : "; the file may as well be of " + String.join(" or ", dialect.others()) + ", see --keras";
  }

  /**
   * One layer.
   *
   * @param path names from the root model down
   * @param parameters of the layer and the layers inside it
   * @param output the shape of its first output; empty where it is not known
   */
  public record Layer(String path, String className, long parameters, String output) {}

  /**
   * Sums up an archive.
   *
   * @throws ModelFileException if the config or the weights are inconsistent
   */
  public static ModelSummary of(ModelArchive archive, ModelRegistry registry) {
    ModelTopology topology =
        ModelTopology.read(Libraries.expand(archive.config()), archive.dialect());
    ModelLowering.Survey survey =
        ModelLowering.survey(
            topology, table -> WeightMatcher.match(archive.weights(), topology, table), registry);
    List<Layer> layers = new ArrayList<>();
    addLayers(topology, survey, layers);
    JsonNode training = archive.training().orElse(MissingNode.getInstance());
    String saved = archive.saved().isEmpty() ? "" : ", saved " + archive.saved();
    return new ModelSummary(
        archive.name(),
        archive.format().toString(),
        archive.dialect() + saved + others(archive.dialect()),
        topology.inputs().stream().map(ModelSummary::describe).toList(),
        describe(topology, survey.outputs()),
        layers,
        archive.weights().arrays().stream().mapToLong(array -> array.value().size()).sum(),
        List.copyOf(survey.stateful()),
        List.copyOf(survey.drawing()),
        training.path("loss"),
        training.path("metrics"),
        survey.gaps());
  }

  private static String describe(InputSpec input) {
    return input.name()
        + " "
        + input.dtype()
        + " "
        + input.batchShape().map(Shape::toString).orElse("of unknown shape");
  }

  private static List<String> describe(ModelTopology topology, Map<String, Value> outputs) {
    List<String> described = new ArrayList<>();
    for (String name : topology.outputNames()) {
      Value value = outputs.get(name);
      described.add(value == null ? name : name + " " + value.type());
    }
    return described;
  }

  private static void addLayers(
      ModelTopology topology, ModelLowering.Survey survey, List<Layer> layers) {
    for (LayerSpec layer : topology.layersByName().values()) {
      if (layer.kind() == LayerSpec.Kind.INPUT && !topology.layers().contains(layer)) {
        continue; // the one that Keras adds in front of a Sequential
      }
      long own = survey.parameters().getOrDefault(layer.path(), 0L);
      String shape = shape(topology, layer, survey).map(Shape::toString).orElse("");
      layers.add(new Layer(layer.path(), layer.className(), own, shape));
      layer.model().ifPresent(inner -> addLayers(inner, survey, layers));
    }
  }

  private static Optional<Shape> shape(
      ModelTopology topology, LayerSpec layer, ModelLowering.Survey survey) {
    if (layer.kind() == LayerSpec.Kind.INPUT) {
      return topology.inputs().stream()
          .filter(input -> input.name().equals(layer.name()))
          .findFirst()
          .flatMap(InputSpec::batchShape);
    }
    return survey.layerOutputs().getOrDefault(layer.path(), List.of()).stream()
        .findFirst()
        .map(Value::shape);
  }
}
