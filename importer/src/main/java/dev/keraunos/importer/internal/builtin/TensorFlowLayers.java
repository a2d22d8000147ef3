package dev.keraunos.importer.internal.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.feature.TextOperations;
import dev.keraunos.importer.internal.operations.Operations;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.layers.Masked;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The layers that tf.keras makes of TensorFlow functions called on its symbolic tensors. */
final class TensorFlowLayers {
  static final List<LayerRow> ROWS =
      List.of(
          LayerRow.of(TensorFlowLayers::function, "TFOpLambda", "SlicingOpLambda").ignoresAll(),
          LayerRow.of(TensorFlowLayers::node, "TensorFlowOpLayer").ignoresAll(),
          LayerRow.passes(TensorFlowLayers::metric, "AddMetric").ignoresAll(),
          LayerRow.passes(RowCall::x, "AddLoss")
              .ignoresAll()
              .penalises(
                  call -> JsonNodeFactory.instance.objectNode().put("class_name", "AddLoss")));

  /** Modules whose functions have the same name and meaning as elsewhere. */
  private static final Set<String> MODULES =
      Set.of(
          "compat",
          "v1",
          "math",
          "bitwise",
          "nn",
          "linalg",
          "__operators__",
          "keras",
          "activations",
          "backend");

  /** Raw operations whose operands are one list, all or all but the last. */
  private static final Set<String> LISTS = Set.of("Pack", "AddN", "ConcatV2");

  /** Attributes of raw operations that hold types of operands, or nothing of meaning. */
  private static final Set<String> SILENT_ATTRIBUTES =
      Set.of(
          "T",
          "N",
          "Tidx",
          "Tshape",
          "Tperm",
          "Tdim",
          "Tindices",
          "Taxis",
          "Tlen",
          "Tpaddings",
          "Tmultiples",
          "SrcT",
          "Index",
          "Tparams",
          "Truncate",
          "TI",
          "num");

  private TensorFlowLayers() {}

  private static Value metric(RowCall call) {
    JsonNode json = call.layer().json();
    call.site()
        .measure(
            call.layer(),
            json.path("metric_name").asText(call.layer().name()),
            json.path("aggregation").asText().equals("mean"),
            call.x());
    return call.x();
  }

  /** A public function: the first argument comes from the graph, the others are keywords. */
  private static List<Masked> function(RowCall call) {
    String symbol = call.config().get("function").text();
    String name = withoutModule(symbol);
    if (name.equals("einsum")) {
      throw call.gap("tf.keras does not save the operands of tf.einsum; rebuild with EinsumDense");
    }
    if (name.startsWith(TextOperations.MODULE)) {
      return TextOperations.lower(call, name.substring(TextOperations.MODULE.length()));
    }
    if (!Operations.has(name)) {
      throw call.gap(
          "function tf."
              + symbol
              + " is not known. Register a lowering for the layer with"
              + " ModelRegistry.builder().layer(\""
              + call.layer().className()
              + "\", call -> ...)");
    }
    ObjectNode config = call.config().json().deepCopy();
    config.remove("dtype"); // is the layer's, no argument of the function
    return lowered(call, name, call.arguments(), call.keywords(), config);
  }

  private static String withoutModule(String symbol) {
    String name = symbol;
    for (int dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.')) {
      if (!MODULES.contains(name.substring(0, dot))) {
        break;
      }
      name = name.substring(dot + 1);
    }
    return name;
  }

  /** A raw operation: constants take their places between the tensors. */
  private static List<Masked> node(RowCall call) {
    JsonNode node = call.config().get("node_def").json();
    String op = node.path("op").asText();
    List<Argument> operands = new ArrayList<>();
    call.arguments().forEach(argument -> operands.addAll(argument.tensors()));
    JsonNode constants = call.config().get("constants").json();
    for (int i = 0; i < operands.size() + 1; i++) {
      if (constants.has(Integer.toString(i))) {
        operands.add(i, new Argument.Literal(constants.get(Integer.toString(i))));
      }
    }
    if (op.equals("StridedSlice")) {
      return List.of(Masked.unmasked(stridedSlice(call, operands, node.path("attr"))));
    }
    String name = Operations.has("raw:" + op) ? "raw:" + op : op;
    if (!Operations.has(name)) {
      throw call.gap("the TensorFlow operation " + op + " is not supported");
    }
    if (operands.isEmpty()) {
      throw call.gap("the TensorFlow operation " + op + " has no operands");
    }
    List<Argument> positional = LISTS.contains(op) ? listed(op, operands) : operands;
    return lowered(call, name, positional, Map.of(), attributes(node.path("attr")));
  }

  private static List<Masked> lowered(
      RowCall call,
      String name,
      List<Argument> positional,
      Map<String, Argument> keywords,
      JsonNode attributes) {
    List<Masked> made = OperationLayers.lower(call, name, positional, keywords, attributes);
    Set<Value> given = call.inputs().stream().map(Masked::value).collect(Collectors.toSet());
    made.stream()
        .map(Masked::value)
        .filter(value -> !given.contains(value)) // a tensor that is one already stays what it is
        .forEach(call.site()::noteFunction);
    return made;
  }

  private static List<Argument> listed(String op, List<Argument> operands) {
    int items = op.equals("ConcatV2") ? operands.size() - 1 : operands.size();
    List<Argument> positional = new ArrayList<>();
    positional.add(new Argument.Items(operands.subList(0, items)));
    positional.addAll(operands.subList(items, operands.size()));
    return positional;
  }

  /** Attributes as plain values; protobuf writes 64-bit integers as text and text in base 64. */
  private static JsonNode attributes(JsonNode attributes) {
    ObjectNode plain = JsonNodeFactory.instance.objectNode();
    for (var entry : attributes.properties()) {
      if (!SILENT_ATTRIBUTES.contains(entry.getKey()) && !entry.getKey().startsWith("_")) {
        plain.set(entry.getKey(), attribute(entry.getValue()));
      }
    }
    return plain;
  }

  private static JsonNode attribute(JsonNode value) {
    if (value.has("type")) {
      return JsonNodeFactory.instance.textNode(typeName(value.path("type").asText()));
    }
    if (value.has("list")) {
      ArrayNode numbers = JsonNodeFactory.instance.arrayNode();
      value.path("list").path("i").forEach(number -> numbers.add(number.asLong()));
      return numbers;
    }
    if (value.has("i")) {
      return JsonNodeFactory.instance.numberNode(value.path("i").asLong());
    }
    if (value.has("s")) {
      return JsonNodeFactory.instance.textNode(text(value.path("s").asText()));
    }
    for (String kind : List.of("b", "f")) {
      if (value.has(kind)) {
        return value.get(kind);
      }
    }
    return value;
  }

  private static String text(String base64) {
    try {
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new InputException("the attribute '" + base64 + "' is not base 64", e);
    }
  }

  private static String typeName(String type) {
    switch (type) {
      case "DT_FLOAT":
        return "float32";
      case "DT_DOUBLE":
        return "float64";
      case "DT_HALF":
        return "float16";
      default:
        return type.replace("DT_", "").toLowerCase(Locale.ROOT);
    }
  }

  /** Python's slices with the exceptions written as bit masks over the axes. */
  private static Value stridedSlice(RowCall call, List<Argument> operands, JsonNode attributes) {
    if (mask(attributes, "ellipsis_mask") != 0 || mask(attributes, "new_axis_mask") != 0) {
      throw call.gap("StridedSlice with new axes or an ellipsis is not supported");
    }
    if (operands.size() < 4 || call.tensors(operands.get(0)).isEmpty()) {
      throw call.gap("StridedSlice takes a tensor, begin, end and strides");
    }
    Value x = call.tensors(operands.get(0)).get(0).value();
    JsonNode begin = literal(call, operands.get(1));
    JsonNode end = literal(call, operands.get(2));
    JsonNode strides = literal(call, operands.get(3));
    if (end.size() != begin.size() || strides.size() != begin.size()) {
      throw call.gap("StridedSlice takes begin, end and strides of the same length");
    }
    Range[] ranges = new Range[begin.size()];
    List<Integer> dropped = new ArrayList<>();
    for (int i = 0; i < ranges.length; i++) {
      long first = begin.get(i).asLong();
      if ((mask(attributes, "shrink_axis_mask") >> i & 1) == 1) {
        ranges[i] = new Range(first, first == -1 ? null : first + 1, 1);
        dropped.add(i);
      } else {
        Long start = (mask(attributes, "begin_mask") >> i & 1) == 1 ? null : Long.valueOf(first);
        Long stop =
            (mask(attributes, "end_mask") >> i & 1) == 1 ? null : Long.valueOf(end.get(i).asLong());
        ranges[i] = new Range(start, stop, strides.get(i).asLong());
      }
    }
    Value y = Ops.slice(x, ranges);
    return dropped.isEmpty() ? y : Ops.squeeze(y, dropped.stream().mapToInt(i -> i).toArray());
  }

  private static int mask(JsonNode attributes, String name) {
    return attributes.path(name).path("i").asInt();
  }

  private static JsonNode literal(RowCall call, Argument argument) {
    if (argument instanceof Argument.Literal literal) {
      return literal.json();
    }
    throw call.gap("StridedSlice with bounds that are tensors is not supported");
  }
}
