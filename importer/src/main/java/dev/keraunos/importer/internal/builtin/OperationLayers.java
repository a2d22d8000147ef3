package dev.keraunos.importer.internal.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.importer.internal.operations.Operations;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.layers.Masked;
import java.util.List;
import java.util.Map;

/** The operations of {@code keras.ops} that graphs of Keras 3 hold beside layers. */
final class OperationLayers {
  /** None has a mask. */
  static final List<LayerRow> ROWS =
      Operations.classes().stream()
          .map(name -> LayerRow.of(OperationLayers::operation, name).ignoresAll())
          .toList();

  private OperationLayers() {}

  private static List<Masked> operation(RowCall call) {
    String name = call.layer().className();
    return lower(call, name, call.arguments(), call.keywords(), call.config().json());
  }

  /**
   * One call of a function that the layer stands for; an argument that has no effect is a gap.
   *
   * @param name of a row of {@link Operations}
   * @param attributes constants from elsewhere, such as the config
   */
  static List<Masked> lower(
      RowCall call,
      String name,
      List<Argument> positional,
      Map<String, Argument> keywords,
      JsonNode attributes) {
    return Operations.lower(call, name, positional, keywords, attributes).stream()
        .map(Masked::unmasked)
        .toList();
  }
}
