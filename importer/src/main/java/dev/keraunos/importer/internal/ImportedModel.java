package dev.keraunos.importer.internal;

import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.archive.StoredArray;
import dev.keraunos.importer.internal.library.Libraries;
import dev.keraunos.importer.internal.lowering.LoweredModel;
import dev.keraunos.importer.internal.lowering.ModelLowering;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.weights.LayerWeights;
import dev.keraunos.importer.internal.weights.WeightMatcher;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Tensor;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A model from file to graph.
 *
 * @param archive what the file holds
 * @param topology its layers and calls
 * @param stored the weights as the layers take them
 * @param lowered the graph, which holds the weights as constants
 */
public record ImportedModel(
    ModelArchive archive, ModelTopology topology, LayerWeights stored, LoweredModel lowered)
    implements AutoCloseable {
  /**
   * Lowers what an archive holds.
   *
   * @throws dev.keraunos.importer.layers.UnsupportedModelException listing everything that cannot
   *     be lowered
   * @throws ModelFileException if the config or the weights are inconsistent
   */
  public static ImportedModel of(ModelArchive archive, ModelRegistry registry) {
    return of(archive, topology(archive), registry);
  }

  /**
   * The layers and calls of what an archive holds.
   *
   * @throws ModelFileException if the config is inconsistent, or that of a subclassed model
   */
  public static ModelTopology topology(ModelArchive archive) {
    return ModelTopology.read(
        Libraries.expand(archive.config()),
        archive.dialect(),
        () -> archive.weights().arrays().stream().map(StoredArray::path).toList());
  }

  /**
   * The same model with {@code None} for some of its optional inputs. It shares the archive.
   *
   * @throws dev.keraunos.importer.layers.UnsupportedModelException as {@link #of}, listing layers
   *     that need one of them
   */
  public ImportedModel without(Set<String> inputs, ModelRegistry registry) {
    return of(archive, topology.without(inputs), registry);
  }

  private static ImportedModel of(
      ModelArchive archive, ModelTopology topology, ModelRegistry registry) {
    AtomicReference<LayerWeights> stored = new AtomicReference<>();
    LoweredModel lowered =
        ModelLowering.lower(
            topology,
            table -> {
              stored.set(WeightMatcher.match(archive.weights(), topology, table));
              return stored.get();
            },
            registry);
    return new ImportedModel(archive, topology, stored.get(), lowered);
  }

  /**
   * The same graph with normalizations that take the moments of the batch at hand, as in training.
   * Its weights are those of this model.
   *
   * @throws dev.keraunos.importer.layers.UnsupportedModelException if one cannot
   */
  public LoweredModel withBatchMoments(ModelRegistry registry) {
    return ModelLowering.withBatchMoments(topology, table -> stored, registry);
  }

  /** Frees the weights. */
  @Override
  public void close() {
    lowered.weights().forEach(Tensor::close);
    archive.close();
  }
}
