package dev.keraunos.importer.internal.operations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.keras.Quirk;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * The functions that graphs hold beside layers, and that expressions call: the operations of {@code
 * keras.ops} under their class names, and the functions of {@code tf} that tf.keras saves, without
 * their modules. A row binds parameters to a function of {@link dev.keraunos.graph.Ops}.
 */
public final class Operations {
  /** The names that the first parameter of a function of one tensor has. */
  static final String X = "x|input|features|tensor|logits|value|variable|images|inputs|array";

  interface Function {
    List<Value> apply(OperationCall call);
  }

  /** A function with its parameters, as {@link OperationCall} reads them. */
  private record Row(String signature, Function function) {}

  /** Classes that are not called as their function in {@code keras.ops} is. */
  private static final Map<String, String> IRREGULAR =
      Map.of(
          "BatchNorm", "batch_normalization",
          "LayerNorm", "layer_normalization",
          "RMSNorm", "rms_normalization",
          "ReLU", "relu");

  /** Parameters of functions in their order, where operations have them in another. */
  private static final Map<String, String> ORDERS =
      Map.of(
          "Average", "x axis weights",
          "BatchNorm", "x mean variance axis offset scale epsilon",
          "Einsum", "subscripts x1 x2",
          "OneHot", "x num_classes axis dtype");

  /** Functions of tf that do something else than those of {@code keras.ops}. */
  private static final Set<String> UNLIKE_KERAS = Set.of("identity", "select");

  private static final Map<String, Row> ROWS = new TreeMap<>();
  private static final Map<String, String> FUNCTIONS;

  static {
    Activations.register();
    ArrayOperations.register();
    ShapeOperations.register();
    NeuralOperations.register();
    Crossentropies.register();
    Map<String, String> functions = new TreeMap<>();
    for (String name : ROWS.keySet()) {
      if (isClass(name)) {
        functions.put(keras(name), name);
      } else if (name.matches("[a-z]\\w*")) {
        functions.putIfAbsent(name, name);
      }
    }
    functions.keySet().removeAll(UNLIKE_KERAS);
    FUNCTIONS = Collections.unmodifiableMap(functions);
  }

  private Operations() {}

  private static boolean isClass(String name) {
    return Character.isUpperCase(name.charAt(0));
  }

  /** The function of {@code keras.ops} that makes an operation of this class. */
  static String keras(String className) {
    String words = className.replaceAll("([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", "$1$3_$2$4");
    return IRREGULAR.getOrDefault(className, words.toLowerCase(Locale.ROOT));
  }

  /** The names of all operations of Keras 3. */
  public static List<String> classes() {
    return ROWS.keySet().stream().filter(Operations::isClass).toList();
  }

  /** True if there is a row of this name. */
  public static boolean has(String name) {
    return ROWS.containsKey(name);
  }

  /** The names of functions that an expression may call, each with its parameters. */
  public static Map<String, List<String>> functions() {
    Map<String, List<String>> functions = new TreeMap<>();
    FUNCTIONS.forEach(
        (function, name) -> {
          List<String> parameters = new ArrayList<>();
          for (String parameter : order(name).split(" ", -1)) {
            parameters.add(parameter.split("\\|", -1)[0]);
          }
          functions.put(function, parameters);
        });
    return functions;
  }

  /** True if a row has a parameter of this name or alias. */
  public static boolean takes(String name, String parameter) {
    return List.of(ROWS.get(name).signature().split("[ |]", -1)).contains(parameter);
  }

  private static String order(String name) {
    return ORDERS.getOrDefault(name, ROWS.get(name).signature());
  }

  /** The row of a function by the name it has in {@code keras.ops}, else in {@code tf}. */
  public static Optional<String> named(String function) {
    return Optional.ofNullable(FUNCTIONS.get(function));
  }

  /**
   * Writes one call of a function in a graph.
   *
   * @param name of a row
   * @param attributes constants from elsewhere, such as the config
   * @return its outputs
   */
  public static List<Value> lower(
      Scope scope,
      String name,
      List<Argument> positional,
      Map<String, Argument> keywords,
      JsonNode attributes) {
    Row row = ROWS.get(name);
    return apply(
        row, new OperationCall(scope, row.signature(), positional, keywords, attributes), name);
  }

  /** The same for a call in an expression, where parameters stand in the order of the function. */
  public static List<Value> call(
      Scope scope, String name, List<Argument> positional, Map<String, Argument> keywords) {
    JsonNode none = JsonNodeFactory.instance.objectNode();
    return apply(
        ROWS.get(name), new OperationCall(scope, order(name), positional, keywords, none), name);
  }

  private static List<Value> apply(Row row, OperationCall call, String name) {
    List<Value> outputs = row.function().apply(call);
    if (!call.unread().isEmpty()) {
      call.scope().report("arguments " + call.unread() + " of " + name + " are not understood");
    }
    return outputs;
  }

  // ---- How rows are written --------------------------------------------------------------------

  static void add(String signature, Function function, String... names) {
    for (String name : names) {
      ROWS.put(name, new Row(signature, function));
    }
  }

  static void one(
      String signature,
      java.util.function.Function<OperationCall, Value> function,
      String... names) {
    add(signature, call -> List.of(function.apply(call)), names);
  }

  static void unary(UnaryOperator<Value> function, String... names) {
    one(X, call -> function.apply(call.value("x")), names);
  }

  static void binary(BinaryOperator<Value> function, String... names) {
    one(
        "x1|x x2|y",
        call ->
            IntegerArithmetic.pair(
                call.value("x1"), call.value("x2"), call.scope().dialect(), function),
        names);
  }

  /** True for a function over an axis that is given none, and so takes all elements in a row. */
  static boolean flattens(OperationCall call) {
    return call.get("axis").isNull() && call.has(Quirk.NO_AXIS_FLATTENS);
  }
}
