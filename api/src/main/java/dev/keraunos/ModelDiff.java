package dev.keraunos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.diff.DiffJson;
import dev.keraunos.importer.internal.diff.DiffText;
import dev.keraunos.importer.internal.diff.FileDiff;
import java.util.Optional;

/**
 * How two models differ: layers and connections, settings, weights, what they were compiled with,
 * and on data their predictions, metrics and losses per class. Layers are matched by path.
 */
public final class ModelDiff {
  private final FileDiff files;
  private final Optional<DataDiff> data;

  private ModelDiff(KerasModel a, KerasModel b, Optional<DataDiff> data) {
    this.files = FileDiff.of(a.contents(), b.contents());
    this.data = data;
  }

  /** Compares what the files of two models say. */
  public static ModelDiff between(KerasModel a, KerasModel b) {
    return new ModelDiff(a, b, Optional.empty());
  }

  /**
   * Compares what their files say, and what they make of data.
   *
   * @param parts samples by the names of the first model, with targets for more than predictions;
   *     gone through several times
   * @param batchSize as in {@link KerasModel#evaluate(Dataset, int)}
   * @throws dev.keraunos.error.InputException if the models have other numbers of inputs or
   *     outputs, outputs of other shapes, or none of numbers
   */
  public static ModelDiff between(
      KerasModel a, KerasModel b, Iterable<Dataset> parts, int batchSize) {
    return new ModelDiff(a, b, Optional.of(DataDiff.of(a, b, parts, batchSize)));
  }

  /** True if nothing differs: neither what the files say nor, on data, a prediction or metric. */
  public boolean isEmpty() {
    return files.isEmpty() && data.map(DataDiff::isEmpty).orElse(true);
  }

  /** The differences as JSON of the schema {@code diff.schema.json}. */
  public String json() {
    ObjectNode json = DiffJson.of(files);
    data.ifPresent(found -> json.set("data", found.json(json.objectNode())));
    return json.put("equal", isEmpty()).toPrettyString();
  }

  /** The differences in words, in lines of 80 columns. */
  @Override
  public String toString() {
    return DiffText.of(files) + data.map(DataDiff::text).orElse("");
  }
}
