package dev.keraunos.importer.internal.operations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The arguments of an operation in a graph, by parameter name, whether Keras wrote them by
 * position, by keyword or into the config. Tensors and constants are told apart; whatever nobody
 * asks for is reported.
 */
final class OperationCall {
  private static final Set<String> MEANINGLESS = Set.of("name", "trainable", "dtype", "function");

  private final Scope scope;
  private final Map<String, String> canonical = new LinkedHashMap<>();
  private final Map<String, Argument> tensors = new LinkedHashMap<>();
  private final Config settings;

  /**
   * @param signature parameter names in positional order, split by spaces, each with its aliases
   *     split by bars
   * @param positional the positional arguments
   * @param keywords the others
   * @param attributes constants from elsewhere, such as the config
   */
  OperationCall(
      Scope scope,
      String signature,
      List<Argument> positional,
      Map<String, Argument> keywords,
      JsonNode attributes) {
    this.scope = scope;
    List<String> parameters = new ArrayList<>();
    for (String parameter : signature.split(" ", -1)) {
      String[] aliases = parameter.split("\\|", -1);
      parameters.add(aliases[0]);
      Arrays.stream(aliases).forEach(alias -> canonical.put(alias, aliases[0]));
    }
    ObjectNode literals = JsonNodeFactory.instance.objectNode();
    attributes.properties().forEach(entry -> literals.set(name(entry.getKey()), entry.getValue()));
    keywords.forEach((key, argument) -> bind(name(key), argument, literals));
    if (positional.size() > parameters.size()) {
      throw scope.gap("takes " + parameters + ", but is given " + positional.size() + " arguments");
    }
    for (int i = 0; i < positional.size(); i++) {
      bind(parameters.get(i), positional.get(i), literals);
    }
    this.settings = new Config(literals, scope.path());
  }

  private String name(String key) {
    return canonical.getOrDefault(key, key);
  }

  private void bind(String name, Argument argument, ObjectNode literals) {
    if (argument instanceof Argument.Literal literal) {
      literals.set(name, literal.json());
    } else {
      tensors.put(name, argument);
    }
  }

  Scope scope() {
    return scope;
  }

  boolean has(Quirk quirk) {
    return scope.dialect().has(quirk);
  }

  /** A parameter given as a constant; missing if it is a tensor or absent. */
  Setting get(String parameter) {
    return settings.get(parameter);
  }

  /** The constants that no one asked for, which may change what is computed; false is off. */
  List<String> unread() {
    return settings.unread().stream()
        .filter(key -> !MEANINGLESS.contains(key) && !isOff(settings.json().get(key)))
        .toList();
  }

  private static boolean isOff(JsonNode json) {
    return json.isNull() || (json.isBoolean() && !json.asBoolean());
  }

  /** True if the parameter is a tensor or a constant other than null. */
  boolean has(String parameter) {
    return tensors.containsKey(parameter) || !settings.get(parameter).isNull();
  }

  boolean isTensor(String parameter) {
    return tensors.containsKey(parameter);
  }

  /** A whole number, or the default where the parameter is absent or null. */
  int integer(String parameter, int absent) {
    return get(parameter).integer(absent);
  }

  /** A number, or the default where the parameter is absent or null. */
  double number(String parameter, double absent) {
    return get(parameter).number(absent);
  }

  /** True or false, false where the parameter is absent or null. */
  boolean flag(String parameter) {
    return get(parameter).bool(false);
  }

  /** True for a layout that puts channels before space, in the words of Keras or TensorFlow. */
  boolean channelsFirst() {
    String format = get("data_format").text("channels_last");
    return format.equals("channels_first") || format.startsWith("NC");
  }

  /** A tensor or constant, or null where the parameter is absent or null. */
  Value optional(String parameter) {
    return has(parameter) ? value(parameter) : null;
  }

  /** A tensor, or a constant in the type Keras gives it beside the tensors of the call. */
  Value value(String parameter) {
    return value(argument(parameter));
  }

  /** The same as {@link #value(String)}, a number in the type that it has alone in Keras 3. */
  Value own(String parameter) {
    if (!has(Quirk.NUMBERS_ARE_TENSORS)
        || !(argument(parameter) instanceof Argument.Literal literal)
        || !literal.json().isNumber()) {
      return value(parameter);
    }
    JsonNode number = literal.json();
    if (!number.isIntegralNumber()) {
      return Ops.constant(reference(), Tensor.scalar(DType.FLOAT32, number.asDouble()));
    }
    Tensor whole = Tensor.zeros(number.canConvertToInt() ? DType.INT32 : DType.INT64);
    whole.setLong(0, number.asLong());
    return Ops.constant(reference(), whole);
  }

  /** The same; fractions in the type of the tensors of the call. */
  Value ownWhole(String parameter) {
    boolean whole =
        argument(parameter) instanceof Argument.Literal literal
            && literal.json().isIntegralNumber();
    return whole && reference().dtype().isInteger() ? own(parameter) : value(parameter);
  }

  /** A list of tensors and constants. */
  List<Value> values(String parameter) {
    if (argument(parameter) instanceof Argument.Items list) {
      return list.items().stream().map(this::value).toList();
    }
    return List.of(value(parameter));
  }

  /** The tensor that an argument is, or the constant. */
  Value value(Argument argument) {
    if (argument instanceof Argument.Literal literal) {
      return constant(literal.json());
    }
    if (argument instanceof TensorRef ref) {
      return scope.value(ref);
    }
    if (argument instanceof Argument.Items list) { // a Python list is an array
      return Ops.stack(list.items().stream().map(this::value).toList(), 0);
    }
    throw scope.gap("a dict of tensors is given; one tensor is allowed");
  }

  /** A parameter in its structure. */
  Argument argument(String parameter) {
    get(parameter); // counts as read
    Argument argument = tensors.get(parameter);
    return argument != null ? argument : new Argument.Literal(settings.json().path(parameter));
  }

  /** Axes, none of which means all. */
  int[] axes(String parameter) {
    return get(parameter).integersOr();
  }

  /** Axes, none of which means the given one. */
  int[] axes(String parameter, int absent) {
    return get(parameter).integersOr(absent);
  }

  /** The tensor that constants adapt to: the first that is not bool. */
  private Value reference() {
    List<Value> values = new ArrayList<>();
    tensors.values().forEach(arg -> arg.tensors().forEach(ref -> values.add(scope.value(ref))));
    return values.stream()
        .filter(value -> value.dtype() != DType.BOOL)
        .findFirst()
        .orElseGet(() -> values.isEmpty() ? scope.beside() : values.get(0));
  }

  /** Arrays keep their own type; numbers and lists of them take that of the tensor beside. */
  private Value constant(JsonNode json) {
    JsonNode holder = JsonNodeFactory.instance.objectNode().set("constant", json);
    Setting setting = new Config(holder, scope.path()).get("constant");
    Value beside = reference();
    JsonNode numbers = setting.json();
    if (numbers.isBoolean()) {
      return Ops.constant(beside, Tensor.scalar(DType.BOOL, numbers.asBoolean() ? 1 : 0));
    }
    boolean fraction = false;
    for (JsonNode leaf : leaves(numbers)) {
      fraction |= leaf.isFloatingPointNumber();
    }
    DType plain = beside.dtype() == DType.BOOL ? DType.INT32 : beside.dtype();
    DType dtype = fraction && !plain.isFloating() ? DType.FLOAT32 : plain;
    String own = json.path("config").path("dtype").asText("");
    List<JsonNode> leaves = leaves(numbers);
    if (Shape.of(shape(numbers)).size() != leaves.size()) {
      throw setting.unexpected("lists of the same length");
    }
    if (!leaves.isEmpty() && leaves.stream().allMatch(JsonNode::isBoolean)) {
      Tensor flags = Tensor.allocate(DType.BOOL, Shape.of(shape(numbers)));
      for (int i = 0; i < leaves.size(); i++) {
        flags.setLong(i, leaves.get(i).asBoolean() ? 1 : 0);
      }
      return Ops.constant(beside, flags);
    }
    double[] data = setting.numbers();
    DType type = own.isEmpty() ? dtype : DType.of(own);
    return Ops.constant(beside, Tensor.of(data, shape(numbers)).cast(type));
  }

  private static List<JsonNode> leaves(JsonNode json) {
    List<JsonNode> leaves = new ArrayList<>();
    if (json.isArray()) {
      json.forEach(item -> leaves.addAll(leaves(item)));
    } else {
      leaves.add(json);
    }
    return leaves;
  }

  private static long[] shape(JsonNode json) {
    List<Long> dims = new ArrayList<>();
    for (JsonNode level = json; level.isArray(); level = level.path(0)) {
      dims.add((long) level.size());
    }
    return dims.stream().mapToLong(dim -> dim).toArray();
  }
}
