package dev.keraunos.importer.internal.topology;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.keras.internal.config.DTypePolicy;
import dev.keraunos.tensor.Shape;
import java.util.Optional;

/** Between the config of an InputLayer and what a model says of its input. */
final class InputSpecs {
  private InputSpecs() {}

  static InputSpec of(LayerSpec layer) {
    Config config = layer.config();
    Setting batchShape = config.get("batch_shape", "batch_input_shape");
    Optional<Shape> shape =
        batchShape.isNull() ? shapeWithoutBatch(config) : Optional.of(batchShape.shape());
    Setting dtype = config.get("dtype", "input_dtype");
    String name =
        dtype.isText()
            ? dtype.text()
            : DTypePolicy.read(dtype.json(), config.path()).compute().kerasName();
    return new InputSpec(
        layer.name(),
        shape,
        name,
        config.get("optional").bool(false),
        config.get("ragged").bool(false));
  }

  private static Optional<Shape> shapeWithoutBatch(Config config) {
    Setting shape = config.get("shape", "input_shape");
    return shape.isNull()
        ? Optional.empty()
        : Optional.of(Shape.of(Shape.UNKNOWN).concat(shape.shape()));
  }

  static ArrayNode json(Shape shape) {
    ArrayNode dims = JsonNodeFactory.instance.arrayNode();
    for (long dim : shape.toArray()) {
      if (dim == Shape.UNKNOWN) {
        dims.addNull();
      } else {
        dims.add(dim);
      }
    }
    return dims;
  }
}
