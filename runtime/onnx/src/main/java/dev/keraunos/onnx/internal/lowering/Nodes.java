package dev.keraunos.onnx.internal.lowering;

import dev.keraunos.graph.Node;
import dev.keraunos.graph.Value;
import dev.keraunos.onnx.internal.proto.Elements;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The nodes of an ONNX graph, or of a body in it, in the order they run. */
final class Nodes {
  /** One node; an empty input is one that is left out. */
  record OnnxNode(
      String type, List<String> inputs, List<String> outputs, Map<String, Object> attributes) {}

  /** An attribute: a long, a double, a text, a list of one of them, or a {@link Body}. */
  record Attribute(String name, Object value) {}

  /** A typed name, of an input or output of a body. */
  record Typed(String name, DType dtype) {}

  /** A graph in a node. */
  record Body(List<Typed> inputs, List<Typed> outputs, Nodes nodes) {}

  /** What a graph and its bodies have in common. */
  static final class Shared {
    final Names names = new Names();
    final Map<String, Tensor> initializers = new LinkedHashMap<>();
    final List<String> gaps = new ArrayList<>();

    /** The nodes with gaps, and those whose bodies have some. */
    final Set<Node> lacking = new HashSet<>();

    int gapCount;
    private final Map<Object, String> constants = new HashMap<>();
  }

  private final Shared shared;
  private final Map<Value, String> values = new HashMap<>();
  private final List<OnnxNode> list = new ArrayList<>();

  /** The layer that the nodes appended next belong to. */
  private String path = "";

  Nodes(Shared shared) {
    this.shared = shared;
  }

  /** The nodes of a body in this graph, which may use the names of this one. */
  Nodes inner() {
    Nodes inner = new Nodes(shared);
    inner.path = path;
    inner.values.putAll(values);
    return inner;
  }

  Shared shared() {
    return shared;
  }

  List<OnnxNode> list() {
    return list;
  }

  void path(String layer) {
    path = layer;
  }

  String path() {
    return path;
  }

  void bind(Value value, String name) {
    values.put(value, name);
  }

  String name(Value value) {
    return values.get(value);
  }

  /** A name nobody has yet. */
  String fresh(String what) {
    return shared.names.fresh(path.isEmpty() ? what : path + "/" + what);
  }

  static Attribute attr(String name, Object value) {
    return new Attribute(name, value);
  }

  static Attribute ints(String name, List<? extends Number> values) {
    return new Attribute(name, values.stream().map(Number::longValue).toList());
  }

  /**
   * Appends a node of one output.
   *
   * @param arguments names of inputs and {@link Attribute}s
   */
  String op(String type, Object... arguments) {
    return ops(1, type, arguments).get(0);
  }

  /** Appends a node of several outputs. */
  List<String> ops(int outputs, String type, Object... arguments) {
    List<String> inputs = new ArrayList<>();
    Map<String, Object> attributes = new LinkedHashMap<>();
    for (Object argument : arguments) {
      if (argument instanceof Attribute attribute) {
        attributes.put(attribute.name(), attribute.value());
      } else {
        inputs.add((String) argument);
      }
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      names.add(fresh(type));
    }
    list.add(new OnnxNode(type, inputs, names, attributes));
    return names;
  }

  /** A tensor known beforehand. */
  String constant(Tensor tensor) {
    return shared.constants.computeIfAbsent(
        tensor,
        key -> {
          String name = fresh("constant");
          shared.initializers.put(name, tensor);
          return name;
        });
  }

  /** A number without axes. */
  String scalar(DType dtype, double value) {
    return shared.constants.computeIfAbsent(
        List.of(dtype, value),
        key -> {
          String name =
              shared.names.fresh(
                  dtype + "_" + (value == (long) value ? (long) value + "" : value + ""));
          shared.initializers.put(name, Tensor.scalar(dtype, value));
          return name;
        });
  }

  /** A vector of int64: axes, sizes and the like. */
  String longs(long... values) {
    return shared.constants.computeIfAbsent(
        Arrays.stream(values).boxed().toList(),
        key -> {
          String name = shared.names.fresh("int64s");
          shared.initializers.put(name, Tensor.of(values, values.length));
          return name;
        });
  }

  String longs(List<? extends Number> values) {
    return longs(values.stream().mapToLong(Number::longValue).toArray());
  }

  String cast(String x, DType from, DType to) {
    return from == to ? x : op("Cast", x, attr("to", (long) Elements.code(to)));
  }

  /** The length of an axis, a vector of one element. */
  String dim(String x, int axis) {
    return dims(x, axis, axis + 1);
  }

  /** The lengths of the axes from one up to, not including, another. */
  String dims(String x, int from, int to) {
    return op("Shape", x, attr("start", (long) from), attr("end", (long) to));
  }

  String concat(int axis, List<String> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    List<Object> arguments = new ArrayList<>(parts);
    arguments.add(attr("axis", (long) axis));
    return op("Concat", arguments.toArray());
  }

  String transpose(String x, List<Integer> permutation) {
    for (int i = 0; i < permutation.size(); i++) {
      if (permutation.get(i) != i) {
        return op("Transpose", x, ints("perm", permutation));
      }
    }
    return x;
  }

  String unsqueeze(String x, long... axes) {
    return axes.length == 0 ? x : op("Unsqueeze", x, longs(axes));
  }

  String squeeze(String x, long axis) {
    return op("Squeeze", x, longs(axis));
  }

  /** A part of an axis. */
  String slice(String x, long axis, long from, long to, long step) {
    return op("Slice", x, longs(from), longs(to), longs(axis), longs(step));
  }
}
