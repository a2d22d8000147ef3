package dev.keraunos.importer.internal.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelTopologyTest {
  private static final String INPUT =
      layer("InputLayer", "in", "\"batch_input_shape\": [null, 4]", "");

  private static String layer(String className, String name, String config, String nodes) {
    String separator = config.isEmpty() ? "" : ", ";
    return String.format(
        "{'class_name': '%s', 'name': '%s', 'config': {'name': '%s'%s%s}, 'inbound_nodes': [%s]}",
        className, name, name, separator, config, nodes);
  }

  private static String functional(String layers, String in, String out) {
    return String.format(
        "{'class_name': 'Functional', 'config': {'name': 'model', 'layers': [%s],"
            + " 'input_layers': %s, 'output_layers': %s}}",
        layers, in, out);
  }

  private static ModelTopology read(String version, String json) {
    try {
      JsonNode config = new ObjectMapper().readTree(json.replace('\'', '"'));
      return ModelTopology.read(config, Dialect.of(version, "tensorflow"));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static String calls(ModelTopology topology) {
    return topology.calls().toString();
  }

  @Test
  void everyNodeDialectReadsTheSame() {
    String[] nodes = {
      "[['in', 0, 0]]",
      "[['in', 0, 0, {}]]",
      "{'args': [{'class_name': '__keras_tensor__', 'config': {'keras_history': ['in', 0, 0]}}],"
          + " 'kwargs': {}}"
    };
    String[] versions = {"1.2.2", "2.15.0", "3.15.1"};
    for (int i = 0; i < nodes.length; i++) {
      String dense = layer("Dense", "d", "'trainable': true", nodes[i]);
      ModelTopology topology =
          read(versions[i], functional(INPUT + "," + dense, "[['in',0,0]]", "[['d',0,0]]"));
      assertEquals("[in[0][], d[0][in[0]:0]]", calls(topology));
      assertEquals(List.of("d"), topology.outputNames());
    }
  }

  /** A class of a user's own is a Sequential if it says its input; else it is a layer. */
  @Test
  void ownClassesWithLayers() {
    String dense = layer("Dense", "d", "'trainable': true", "");
    String first = layer("Dense", "d", "'batch_input_shape': [null, 4]", "");
    for (String config :
        List.of(
            "'layers': [" + INPUT + "," + dense + "]",
            "'layers': [" + first + "]",
            "'build_input_shape': [null, 4], 'layers': [" + dense + "]")) {
      assertEquals(LayerSpec.Kind.MODEL, ownClass("acme>Chain", config).kind());
      String root = "{'class_name': 'Chain', 'config': {'name': 'chain', " + config + "}}";
      assertEquals(ModelTopology.Kind.SEQUENTIAL, read("2.15.0", root).kind());
    }
    LayerSpec sum = ownClass("acme>Sum", "'layers': [" + dense + "]");
    assertEquals(LayerSpec.Kind.LAYER, sum.kind());
  }

  private static LayerSpec ownClass(String className, String config) {
    String own = layer(className, "own", config, "[['in', 0, 0, {}]]");
    String model = functional(INPUT + "," + own, "[['in',0,0]]", "[['own',0,0]]");
    return read("2.15.0", model).layersByName().get("own");
  }

  @Test
  void opLayersDropOneListAndKeepTensorsInKeywords() {
    String add =
        layer("TFOpLambda", "add", "'function': 'math.add'", "['in', 0, 0, {'y': ['in', 0, 0]}]");
    String concat =
        layer("TFOpLambda", "cat", "'function': 'concat'", "[['add', 0, 0, {'axis': -1}]]");
    ModelTopology topology =
        read(
            "2.15.0",
            functional(INPUT + "," + add + "," + concat, "[['in',0,0]]", "[['cat',0,0]]"));
    assertEquals(new TensorRef("in", 0, 0), topology.calls().get(1).keywords().get("y"));
    assertInstanceOf(Argument.Items.class, topology.calls().get(2).arguments().get(0));
  }

  @Test
  void constantsAreNoTensors() {
    String subtract =
        layer(
            "TFOpLambda",
            "s",
            "'function': 'math.subtract'",
            "['_CONSTANT_VALUE', -1, 2, {'y': ['in', 0, 0]}]");
    ModelTopology topology =
        read("2.15.0", functional(INPUT + "," + subtract, "[['in',0,0]]", "[['s',0,0]]"));
    assertInstanceOf(Argument.Literal.class, topology.calls().get(1).arguments().get(0));
  }

  @Test
  void callsAreSortedAndSharedLayersCountTheirCalls() {
    String shared = layer("Dense", "d", "", "[['e',0,0,{}]], [['in',0,0,{}]]");
    String other = layer("Dense", "e", "", "[['d',1,0,{}]]");
    ModelTopology topology =
        read(
            "2.15.0",
            functional(INPUT + "," + shared + "," + other, "[['in',0,0]]", "[['d',0,0]]"));
    assertEquals("[in[0][], d[1][in[0]:0], e[0][d[1]:0], d[0][e[0]:0]]", calls(topology));
  }

  @Test
  void nestedModelsCountFromOneBeforeKeras3AndInItsOutputs() {
    String inner =
        functional(
            INPUT + "," + layer("Dense", "d", "", "[['in',0,0,{}]]"),
            "[['in',0,0]]",
            "[['d',0,0]]");
    String node = "[['in',0,0,{}]]";
    String old =
        inner.substring(0, inner.length() - 1) + ", 'name': 'm', 'inbound_nodes': [" + node + "]}";
    for (String version : List.of("1.2.2", "2.2.4", "2.15.0", "3.15.1")) {
      ModelTopology topology =
          read(version, functional(INPUT + "," + old, "[['in',0,0]]", "[['m',1,0]]"));
      assertEquals(List.of(new TensorRef("m", 0, 0)), topology.outputs());
      assertEquals("m/d", topology.layers().get(1).model().orElseThrow().layers().get(1).path());
    }
  }

  @Test
  void sequentialAsListAndDict() {
    String dense =
        "{'class_name': 'Dense', 'config': {'name': 'd', 'batch_input_shape': [null, 3]}}";
    for (String config : List.of("[" + dense + "]", "{'name': 's', 'layers': [" + dense + "]}")) {
      ModelTopology topology =
          read("2.2.4", "{'class_name': 'Sequential', 'config': " + config + "}");
      assertEquals("[d_input[0][], d[0][d_input[0]:0]]", calls(topology));
      assertEquals(Shape.of(Shape.UNKNOWN, 3), topology.inputs().get(0).batchShape().orElseThrow());
      assertEquals(1, topology.layers().size());
    }
  }

  @Test
  void outputsOfOneLayerGetSuffixesAndStructuresTheirPaths() {
    String lstm = layer("LSTM", "l", "", "[['in',0,0,{}]]");
    ModelTopology list =
        read("2.15.0", functional(INPUT + "," + lstm, "[['in',0,0]]", "[['l',0,0],['l',0,1]]"));
    assertEquals(List.of("l", "l_1"), list.outputNames());
    assertEquals(List.of(List.of(), List.of()), list.outputPaths());
    String nested = "{'z': [['l',0,0],['in',0,0]], 'a': ['l',0,1]}";
    assertEquals(
        List.of(List.of("a"), List.of("z", "0"), List.of("z", "1")),
        read("3.15.1", functional(INPUT + "," + lstm, "[['in',0,0]]", nested)).outputPaths());
    ModelTopology dict =
        read(
            "2.15.0",
            functional(INPUT + "," + lstm, "[['in',0,0]]", "{'z': ['l',0,0], 'a': ['l',0,1]}"));
    assertEquals(List.of(List.of("a"), List.of("z")), dict.outputPaths());
    assertEquals(1, dict.outputs().get(0).tensor());
    assertEquals(
        List.of("l"),
        read("3.15.1", functional(INPUT + "," + lstm, "['in',0,0]", "['l',0,0]")).outputNames());
  }

  @Test
  void circlesAreAnError() {
    String one = layer("Dense", "a", "", "[['b',0,0,{}]]");
    String two = layer("Dense", "b", "", "[['a',0,0,{}]]");
    ModelFileException error =
        assertThrows(
            ModelFileException.class,
            () ->
                read(
                    "2.15.0",
                    functional(INPUT + "," + one + "," + two, "[['in',0,0]]", "[['a',0,0]]")));
    assertTrue(error.found().contains("wait for each other"));
  }
}
