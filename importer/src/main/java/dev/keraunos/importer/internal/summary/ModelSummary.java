package dev.keraunos.importer.internal.summary;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.topology.InputSpec;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.importer.layers.UnsupportedModelException.Gap;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model file holds, for people; found even where parts of the model are not supported.
 *
 * @param file its name
 * @param keras whose it is
 * @param layers with those of models inside, each behind the model that holds it
 * @param parameters of all layers
 * @param stateful the paths of the layers that keep states from batch to batch
 * @param drawing the paths of the layers that draw random numbers
 * @param training as saved; missing if the model was not compiled
 * @param gaps everything that is not supported
 */
public record ModelSummary(
    String file,
    String format,
    Writer keras,
    List<Port> inputs,
    List<Port> outputs,
    List<Layer> layers,
    Count parameters,
    List<String> stateful,
    List<String> drawing,
    JsonNode training,
    List<Gap> gaps) {

  /**
   * The Keras that wrote a file.
   *
   * @param saved when; empty if the file does not say
   * @param others versions that the file does not tell from it
   */
  public record Writer(String version, String backend, String saved, List<String> others) {}

  /**
   * A tensor that enters or leaves.
   *
   * @param dtype empty where it is not known
   * @param shape empty where it is not known
   */
  public record Port(String name, String dtype, Optional<Shape> shape) {}

  /**
   * How many numbers variables hold.
   *
   * @param trainable those that training changes
   * @param bytes of all, in memory
   */
  public record Count(long all, long trainable, long bytes) {
    static final Count NONE = new Count(0, 0, 0);

    /** Those that training leaves as they are. */
    public long frozen() {
      return all - trainable;
    }

    Count and(Count more) {
      return new Count(all + more.all, trainable + more.trainable, bytes + more.bytes);
    }

    static Count of(List<SavedLayer.Array> arrays) {
      Count count = NONE;
      for (SavedLayer.Array array : arrays) {
        long size = array.value().size();
        count = count.and(new Count(size, array.trainable() ? size : 0, array.bytes()));
      }
      return count;
    }
  }

  /**
   * One layer.
   *
   * @param saved as the file has it
   * @param outputs of its first call; empty where they are not known
   * @param parameters of the layer and the layers inside it
   * @param settings those that are not what they are if nobody says otherwise
   */
  public record Layer(
      SavedLayer saved, List<Port> outputs, Count parameters, Map<String, JsonNode> settings) {
    /** Names from the root model down. */
    public String path() {
      return saved.path();
    }

    public String className() {
      return saved.spec().className();
    }

    /** What it is called on, each source once, in the order of the calls. */
    public List<String> sources() {
      return saved.calls().stream().flatMap(call -> call.sources().stream()).distinct().toList();
    }

    /** Whether it is a model, whose layers follow it. */
    public boolean isModel() {
      return saved.spec().model().isPresent();
    }
  }

  /**
   * Sums up an archive.
   *
   * @throws dev.keraunos.keras.ModelFileException if the config or the weights are inconsistent
   */
  public static ModelSummary of(ModelArchive archive, ModelRegistry registry) {
    return of(ModelContents.of(archive, registry));
  }

  /** Sums up what a file says. */
  public static ModelSummary of(ModelContents contents) {
    ModelArchive archive = contents.archive();
    String[] dialect = archive.dialect().toString().split(":", 2);
    Writer keras = new Writer(dialect[0], dialect[1], archive.saved(), archive.dialect().others());
    List<Layer> layers = contents.layers().stream().map(saved -> layer(saved, contents)).toList();
    return new ModelSummary(
        archive.name(),
        archive.format().toString(),
        keras,
        contents.topology().inputs().stream().map(ModelSummary::port).toList(),
        outputs(contents),
        layers,
        Count.of(contents.layers().stream().flatMap(l -> l.arrays().stream()).toList()),
        List.copyOf(contents.survey().stateful()),
        List.copyOf(contents.survey().drawing()),
        contents.training(),
        contents.survey().gaps());
  }

  private static Port port(InputSpec input) {
    return new Port(input.name(), input.dtype(), input.batchShape());
  }

  private static Port port(String name, Value value) {
    return new Port(name, value.dtype().kerasName(), Optional.of(value.shape()));
  }

  private static List<Port> outputs(ModelContents contents) {
    List<Port> outputs = new ArrayList<>();
    for (String name : contents.topology().outputNames()) {
      Value value = contents.survey().outputs().get(name);
      outputs.add(value == null ? new Port(name, "", Optional.empty()) : port(name, value));
    }
    return outputs;
  }

  private static Layer layer(SavedLayer saved, ModelContents contents) {
    List<SavedLayer.Array> arrays =
        contents.layers().stream()
            .filter(l -> l.path().equals(saved.path()) || l.path().startsWith(saved.path() + "/"))
            .flatMap(l -> l.arrays().stream())
            .toList();
    List<Port> outputs = ports(saved.spec(), contents);
    int rank =
        outputs.stream().flatMap(p -> p.shape().stream()).findFirst().map(Shape::rank).orElse(0);
    return new Layer(saved, outputs, Count.of(arrays), Settings.offDefault(saved.spec(), rank));
  }

  private static List<Port> ports(LayerSpec layer, ModelContents contents) {
    Optional<InputSpec> inside = contents.input(layer.path());
    if (inside.isPresent()) {
      return List.of(port(inside.get()));
    }
    return contents.survey().layerOutputs().getOrDefault(layer.path(), List.of()).stream()
        .map(value -> port(layer.path(), value))
        .toList();
  }
}
