package dev.keraunos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.importer.layers.Expression;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import dev.keraunos.testing.RecordedCases;
import java.nio.file.Path;
import java.util.Map;

/**
 * A model that Keras saved, and what it computed with it.
 *
 * @param model its file
 * @param content of the archive beside it
 */
record Recorded(Path model, Npz content) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The case of a model by its file's place among all cases. */
  static Recorded of(String name) {
    return of(RecordedCases.file(name));
  }

  static Recorded of(Path model) {
    String stem = model.getFileName().toString().replaceFirst("\\.[a-z0-9]+$", "");
    return new Recorded(model, Npz.read(model.resolveSibling(stem + ".npz")));
  }

  /** Binds what stands for Lambda layers, and the loss of the reference model. */
  Loader loader() {
    ModelRegistry.Builder registry = ModelRegistry.builder();
    json("meta.json")
        .path("lambdas")
        .properties()
        .forEach(e -> registry.lambdaOfList(e.getKey(), Expression.parse(e.getValue().asText())));
    return KerasModel.loader().registry(registry.build()).losses(ReferenceLoss.registry());
  }

  /** The model on an engine. */
  KerasModel load(String engine) {
    return loader().engine(engine).load(model);
  }

  /** The arrays of a group, such as {@code inputs}, by name. */
  Map<String, Tensor> arrays(String group) {
    return content.group(group);
  }

  Dataset data() {
    return Dataset.of(arrays("inputs"), arrays("targets"));
  }

  JsonNode json(String member) {
    try {
      return JSON.readTree(content.texts().get(member));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(model + ": " + member, e);
    }
  }

  @Override
  public String toString() {
    return model.toString();
  }
}
