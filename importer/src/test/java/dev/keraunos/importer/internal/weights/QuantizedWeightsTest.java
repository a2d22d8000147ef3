package dev.keraunos.importer.internal.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Op;
import dev.keraunos.importer.internal.ImportedModel;
import dev.keraunos.importer.internal.archive.Fixtures;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.internal.archive.StoredArray;
import dev.keraunos.importer.internal.archive.WeightStore;
import dev.keraunos.importer.internal.lowering.ModelLowering;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.importer.layers.UnsupportedModelException;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Quantized weights in a model, and what is told where they do not go together. */
class QuantizedWeightsTest {
  private static final String DENSE = "keras3/quantized/int8_dense.keras";
  private static final String BLOCKS = "keras3/quantized/int4_block_4_dense.keras";

  @Test
  void weightsAreConstantsOfBytes() {
    for (String file : new String[] {DENSE, BLOCKS}) {
      try (ModelArchive archive = ModelArchive.open(Fixtures.folder(file));
          ImportedModel model = ImportedModel.of(archive, ModelRegistry.EMPTY)) {
        boolean bytes =
            model.lowered().graph().nodes().stream()
                .map(node -> node.op())
                .filter(op -> op instanceof Op.Constant)
                .map(op -> ((Op.Constant) op).value())
                .anyMatch(value -> value.shape().equals(Shape.of(7, 4)) && isInt8(value));
        assertTrue(bytes, file);
      }
    }
  }

  private static boolean isInt8(Tensor tensor) {
    return tensor.dtype() == DType.INT8;
  }

  @Test
  void unknownModesAndLayersThatAreNotQuantizedAreTold() {
    assertEquals(
        "1 part of the model is not supported:\n"
            + "  plain (Dense): its dtype policy names the quantization 'ternary', known are int8,"
            + " int4, int4/BLOCK, float8, gptq/BITS/GROUP, awq/4/GROUP; save the model before"
            + " quantize()",
        refusal(
            UnsupportedModelException.class,
            DENSE,
            dense -> policy(dense).put("mode", "ternary"),
            array -> array));
    String problem =
        refusal(
            UnsupportedModelException.class,
            "keras3/quantized/int8_embeddings.keras",
            rows -> policy(rows).put("mode", "float8"),
            array -> array);
    assertTrue(problem.contains("'float8', which Keras does not have for Embedding"), problem);
  }

  @Test
  void damagedWeightsAreRefused() {
    assertDamaged(DENSE, 0, Tensor.zeros(DType.FLOAT32, 7, 4), "'kernel' of float32");
    assertDamaged(DENSE, 2, Tensor.of(new float[3]), "'kernel_scale' of shape (3)");
    assertDamaged(BLOCKS, 4, Tensor.of(new float[] {0, 0, 0, 0, 1, 1, 2}), "group 2 in g_idx");
    assertDamaged(BLOCKS, 4, Tensor.of(new float[6]), "g_idx of shape (6)");
    assertDamaged(BLOCKS, 3, Tensor.zeros(DType.INT8, 2, 3), "kernel_zero of shape (2, 3)");
    assertDamaged(BLOCKS, 2, Tensor.of(new float[14], 2, 7), "packed for up to 4");
  }

  /** Another array in the place of one of the layer called plain. */
  private static void assertDamaged(String file, int index, Tensor value, String found) {
    UnaryOperator<StoredArray> replaced =
        array ->
            array.path().endsWith("layers/dense/vars/" + index)
                ? new StoredArray(array.path(), array.name(), value)
                : array;
    String message = refusal(ModelFileException.class, file, dense -> {}, replaced);
    assertTrue(message.startsWith("plain: ") && message.contains(found), message);
  }

  private static ObjectNode policy(JsonNode layer) {
    return (ObjectNode) layer.path("config").path("dtype").path("config");
  }

  /** What is told after a change to the entries of layers and to the arrays. */
  private static String refusal(
      Class<? extends KeraunosException> type,
      String file,
      Consumer<JsonNode> change,
      UnaryOperator<StoredArray> replace) {
    try (ModelArchive archive = ModelArchive.open(Fixtures.folder(file))) {
      JsonNode config = archive.config().deepCopy();
      for (JsonNode layer : config.path("config").path("layers")) {
        String name = layer.path("config").path("name").asText();
        if (name.equals("plain") || name.equals("rows")) {
          change.accept(layer);
        }
      }
      ModelTopology topology = ModelTopology.read(config, archive.dialect());
      WeightStore.Entry root = ((WeightStore.ByObject) archive.weights()).root();
      WeightStore weights = new WeightStore.ByObject(changed(root, replace));
      return assertThrows(
              type,
              () ->
                  ModelLowering.lower(
                      topology,
                      table -> WeightMatcher.match(weights, topology, table),
                      ModelRegistry.EMPTY))
          .getMessage();
    }
  }

  private static WeightStore.Entry changed(
      WeightStore.Entry entry, UnaryOperator<StoredArray> replace) {
    Map<String, WeightStore.Entry> children = new LinkedHashMap<>();
    entry.children().forEach((name, child) -> children.put(name, changed(child, replace)));
    return new WeightStore.Entry(
        entry.path(),
        entry.layerName(),
        entry.variables().stream().map(replace).toList(),
        children,
        entry.assets());
  }
}
