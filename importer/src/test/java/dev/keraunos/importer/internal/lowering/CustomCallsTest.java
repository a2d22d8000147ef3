package dev.keraunos.importer.internal.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.archive.WeightStore;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.internal.weights.WeightMatcher;
import dev.keraunos.importer.layers.CustomLayer;
import dev.keraunos.importer.layers.LayerCall;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.importer.layers.UnsupportedModelException;
import dev.keraunos.keras.Dialect;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a custom layer is told of a call with keywords, and a layer that its config holds. */
class CustomCallsTest {
  private static final String MODEL =
      """
      {"class_name": "Functional", "config": {"name": "m", "layers": [
        {"class_name": "InputLayer", "name": "a", "inbound_nodes": [],
         "config": {"name": "a", "batch_shape": [null, 3], "dtype": "float32"}},
        {"class_name": "InputLayer", "name": "b", "inbound_nodes": [],
         "config": {"name": "b", "batch_shape": [null, 3], "dtype": "float32"}},
        {"class_name": "Mix", "registered_name": "acme>Mix", "name": "mix",
         "config": {"name": "mix", "layer": {"module": "keras.layers", "class_name": "Activation",
           "config": {"name": "inside", "activation": "tanh"}, "registered_name": null},
           "layers": [
             {"class_name": "Activation", "config": {"name": "first", "activation": "relu"}},
             {"class_name": "Activation", "config": {"name": "second", "activation": "exponential"}}]},
         "inbound_nodes": [{"args": [TENSOR_A, 3], "kwargs": {"other": TENSOR_B, "factor": 2.5}}]}],
        "input_layers": [["a", 0, 0], ["b", 0, 0]], "output_layers": [["mix", 0, 0]]}}
      """;

  private static String tensor(String layer) {
    return """
    {"class_name": "__keras_tensor__", "config":
      {"shape": [null, 3], "dtype": "float32", "keras_history": ["%s", 0, 0]}}\
    """
        .formatted(layer);
  }

  private static Op lowered(CustomLayer layer) throws IOException {
    String json = MODEL.replace("TENSOR_A", tensor("a")).replace("TENSOR_B", tensor("b"));
    ModelTopology topology =
        ModelTopology.read(new ObjectMapper().readTree(json), Dialect.of("3.15.0", "tensorflow"));
    WeightStore none =
        new WeightStore.ByObject(
            new WeightStore.Entry("/", Optional.empty(), List.of(), Map.of(), Map.of()));
    return ModelLowering.lower(
            topology,
            table -> WeightMatcher.match(none, topology, table),
            ModelRegistry.builder().layer("acme>Mix", layer).build())
        .graph()
        .outputs()
        .values()
        .iterator()
        .next()
        .producer()
        .op();
  }

  @Test
  void readsWhatKeywordsGive() throws IOException {
    Op last =
        lowered(
            call -> {
              assertEquals(1, call.inputs("other").size());
              assertTrue(call.inputs("another").isEmpty());
              assertTrue(call.inputs("factor").isEmpty());
              assertTrue(call.constant("other").isMissing());
              assertEquals(3, call.constant(1).integer());
              assertTrue(call.constant(0).isMissing());
              assertTrue(call.constant(2).isMissing());
              return Ops.add(
                  call.inputs("other").get(0).value(),
                  Ops.multiply(call.x(), call.constant("factor").number()));
            });
    assertTrue(last instanceof Op.Binary, last::toString);
  }

  @Test
  void lowersTheLayerInside() throws IOException {
    Op last = lowered(CustomCallsTest::wrapped);
    assertTrue(last instanceof Op.Unary unary && unary.kind() == UnaryKind.TANH, last::toString);
  }

  @Test
  void lowersALayerOfAList() throws IOException {
    Op last = lowered(call -> call.inner("layers[1]", call.inputs()).get(0).value());
    assertTrue(last instanceof Op.Unary unary && unary.kind() == UnaryKind.EXP, last::toString);
    for (String key : List.of("layers[2]", "layers[]", "layers[-1]")) {
      CustomLayer wrong = call -> call.inner(key, call.inputs()).get(0).value();
      assertThrows(UnsupportedModelException.class, () -> lowered(wrong), key);
    }
  }

  /** So a mask may ask for the layer that the output came from. */
  @Test
  void lowersTheLayerInsideOnce() throws IOException {
    lowered(
        call -> {
          Value once = wrapped(call);
          assertSame(once, wrapped(call));
          assertNotSame(once, call.inner("layer", call.inputs("other")).get(0).value());
          return once;
        });
  }

  private static Value wrapped(LayerCall call) {
    List<Masked> outputs = call.inner("layer", call.inputs());
    return outputs.get(0).value();
  }
}
