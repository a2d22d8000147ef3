package dev.keraunos.importer.internal.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.topology.Argument;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/** What {@code np} and {@code math} give for constants. */
final class NumberFunctions {
  private static final Map<String, Double> CONSTANTS =
      Map.of(
          "pi", Math.PI,
          "e", Math.E,
          "inf", Double.POSITIVE_INFINITY,
          "Inf", Double.POSITIVE_INFINITY,
          "nan", Double.NaN,
          "tau", 2 * Math.PI);

  private static final Map<String, DoubleUnaryOperator> FUNCTIONS =
      Map.ofEntries(
          Map.entry("sqrt", Math::sqrt),
          Map.entry("exp", Math::exp),
          Map.entry("log", Math::log),
          Map.entry("log10", Math::log10),
          Map.entry("log1p", Math::log1p),
          Map.entry("sin", Math::sin),
          Map.entry("cos", Math::cos),
          Map.entry("tan", Math::tan),
          Map.entry("tanh", Math::tanh),
          Map.entry("float32", x -> (float) x),
          Map.entry("float64", x -> x));

  private static final Set<String> WHOLE = Set.of("floor", "ceil", "int32", "int64", "abs", "fabs");

  private NumberFunctions() {}

  /** A constant by name. */
  static Optional<Argument> constant(String name) {
    return Optional.ofNullable(CONSTANTS.get(name)).map(Literals::of);
  }

  /** The value of a function of constants. */
  static Argument call(String module, String name, List<Argument> arguments) {
    if (arguments.size() == 1 && arguments.get(0) instanceof Argument.Literal literal) {
      JsonNode x = literal.json();
      if (x.isArray() && Set.of("array", "asarray").contains(name) && module.equals("np")) {
        return literal;
      }
      if (x.isArray() && name.equals("prod")) {
        return product(x);
      }
      if (x.isNumber() && FUNCTIONS.containsKey(name)) {
        return Literals.of(FUNCTIONS.get(name).applyAsDouble(x.asDouble()));
      }
      if (x.isNumber() && WHOLE.contains(name)) {
        return rounded(module, name, x);
      }
    }
    throw new GapException(
        module
            + "."
            + name
            + " of these arguments is not computed; allowed are simple functions of one constant");
  }

  private static Argument rounded(String module, String name, JsonNode x) {
    double value = x.asDouble();
    switch (name) {
      case "abs", "fabs":
        boolean whole = x.isIntegralNumber() && name.equals("abs");
        return whole ? Literals.of(Math.abs(x.asLong())) : Literals.of(Math.abs(value));
      case "int32", "int64":
        return Literals.of((long) value);
      default:
        double rounded = name.equals("floor") ? Math.floor(value) : Math.ceil(value);
        return module.equals("math") ? Literals.of((long) rounded) : Literals.of(rounded);
    }
  }

  private static Argument product(JsonNode items) {
    JsonNode product = JsonNodeFactory.instance.numberNode(1L);
    for (JsonNode item : items) {
      product = Literals.binary("*", product, item);
    }
    return new Argument.Literal(product);
  }
}
