package dev.keraunos.onnx.internal.lowering;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Value;
import dev.keraunos.onnx.internal.lowering.Nodes.OnnxNode;
import dev.keraunos.onnx.internal.lowering.Nodes.Typed;
import dev.keraunos.onnx.internal.proto.Elements;
import dev.keraunos.onnx.internal.proto.Message;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A graph as the message {@code ModelProto} of ONNX; the numbers are those of its fields. */
public final class ModelFile {
  /** The set of operators that is written, and the version of the format it came with. */
  public static final int OPSET = 21;

  private static final int FORMAT = 10;

  /** What lies in the file beside the model starts where pages of memory do. */
  public static final long PAGE = 4096;

  /** Smaller constants stay in the model, as shapes and axes must. */
  private static final long LEAST_APART = 1024;

  private static final int FLOAT = 1;
  private static final int INT = 2;
  private static final int STRING = 3;
  private static final int GRAPH = 5;
  private static final int FLOATS = 6;
  private static final int INTS = 7;
  private static final int STRINGS = 8;

  private final OnnxGraph graph;
  private final Optional<String> apart;
  private long end;

  private ModelFile(OnnxGraph graph, Optional<String> apart) {
    this.graph = graph;
    this.apart = apart;
  }

  /** Whether a constant lies in the file beside the model, if there is one. */
  public static boolean liesApart(Tensor tensor) {
    return tensor.byteSize() >= LEAST_APART;
  }

  /** Where the constant after this many bytes starts in the file beside the model. */
  public static long aligned(long bytes) {
    return (bytes + PAGE - 1) / PAGE * PAGE;
  }

  /**
   * A whole model.
   *
   * @param apart the name of the file beside it that holds the large constants, if there is one
   */
  public static Message of(
      OnnxGraph graph, Map<String, String> metadata, String version, Optional<String> apart) {
    Message model =
        new Message()
            .number(1, FORMAT)
            .text(2, "Keraunos")
            .text(3, version)
            .message(7, new ModelFile(graph, apart).main())
            .message(8, new Message().text(1, "").number(2, OPSET));
    metadata.forEach((key, value) -> model.message(14, new Message().text(1, key).text(2, value)));
    return model;
  }

  /** The content of a file of a graph alone, for engines. */
  public static byte[] bytes(Graph graph) {
    return of(OnnxGraph.of(graph), Map.of(), "", Optional.empty()).toBytes();
  }

  private Message main() {
    Message main = nodes(graph.nodes()).text(2, "model");
    graph.initializers().forEach((name, tensor) -> main.message(5, tensor(name, tensor)));
    graph.inputs().forEach((name, value) -> main.message(11, declared(name, value, true)));
    graph.outputs().forEach((name, value) -> main.message(12, declared(name, value, false)));
    return main;
  }

  private Message nodes(Nodes nodes) {
    Message graphProto = new Message();
    nodes.list().forEach(node -> graphProto.message(1, node(node)));
    return graphProto;
  }

  private Message node(OnnxNode node) {
    Message message = new Message();
    node.inputs().forEach(input -> message.text(1, graph.written(input)));
    node.outputs().forEach(output -> message.text(2, graph.written(output)));
    message.text(3, node.outputs().get(0)).text(4, node.type());
    node.attributes().forEach((name, value) -> message.message(5, attribute(name, value)));
    return message;
  }

  private Message attribute(String name, Object value) {
    Message attribute = new Message().text(1, name);
    if (value instanceof Long number) {
      return attribute.number(3, number).number(20, INT);
    } else if (value instanceof Number number) {
      return attribute.real(2, number.floatValue()).number(20, FLOAT);
    } else if (value instanceof String text) {
      return attribute.text(4, text).number(20, STRING);
    } else if (value instanceof Nodes.Body body) {
      return attribute.message(6, body(body)).number(20, GRAPH);
    }
    List<?> list = (List<?>) value;
    if (list.get(0) instanceof Long) {
      list.forEach(number -> attribute.number(8, (Long) number));
      return attribute.number(20, INTS);
    } else if (list.get(0) instanceof String) {
      list.forEach(text -> attribute.text(9, (String) text));
      return attribute.number(20, STRINGS);
    }
    list.forEach(number -> attribute.real(7, ((Number) number).floatValue()));
    return attribute.number(20, FLOATS);
  }

  private Message body(Nodes.Body body) {
    Message message = nodes(body.nodes()).text(2, "step");
    body.inputs().forEach(input -> message.message(11, declared(input)));
    body.outputs().forEach(output -> message.message(12, declared(output)));
    return message;
  }

  private Message declared(Typed typed) {
    Message tensor = new Message().number(1, Elements.code(typed.dtype()));
    return new Message()
        .text(1, graph.written(typed.name()))
        .message(2, new Message().message(1, tensor));
  }

  /** Unknown lengths of inputs have names; those of outputs follow from them. */
  private static Message declared(String name, Value value, boolean named) {
    Message shape = new Message();
    for (int axis = 0; axis < value.rank(); axis++) {
      Message dim = new Message();
      if (value.shape().isKnown(axis)) {
        dim.number(1, value.shape().dim(axis));
      } else if (axis == 0 || named) {
        dim.text(2, axis == 0 ? "batch" : name + "_" + axis);
      }
      shape.message(1, dim);
    }
    Message tensor = new Message().number(1, Elements.code(value.dtype())).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  private Message tensor(String name, Tensor tensor) {
    Message message = new Message();
    for (long dim : tensor.shape().toArray()) {
      message.number(1, dim);
    }
    message.number(2, Elements.code(tensor.dtype())).text(8, name);
    if (apart.isEmpty() || !liesApart(tensor)) {
      return message.elements(9, tensor);
    }
    long offset = aligned(end);
    end = offset + tensor.byteSize();
    return message
        .message(13, entry("location", apart.get()))
        .message(13, entry("offset", Long.toString(offset)))
        .message(13, entry("length", Long.toString(tensor.byteSize())))
        .number(14, 1);
  }

  private static Message entry(String key, String value) {
    return new Message().text(1, key).text(2, value);
  }
}
