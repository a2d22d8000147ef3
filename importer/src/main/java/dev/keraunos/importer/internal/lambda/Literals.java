package dev.keraunos.importer.internal.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.topology.Argument;

/** Python's constants as JSON, and their arithmetic. */
final class Literals {
  static final Argument NONE = new Argument.Literal(JsonNodeFactory.instance.nullNode());
  static final Argument ELLIPSIS =
      new Argument.Literal(JsonNodeFactory.instance.objectNode().put("class_name", "__ellipsis__"));

  private static final int MAX_EXPONENT = 64;

  private Literals() {}

  static Argument of(long value) {
    return new Argument.Literal(JsonNodeFactory.instance.numberNode(value));
  }

  static Argument of(double value) {
    return new Argument.Literal(JsonNodeFactory.instance.numberNode(value));
  }

  static Argument of(String value) {
    return new Argument.Literal(JsonNodeFactory.instance.textNode(value));
  }

  static Argument slice(JsonNode start, JsonNode stop, JsonNode step) {
    ObjectNode slice = JsonNodeFactory.instance.objectNode();
    slice.set("start", start);
    slice.set("stop", stop);
    slice.set("step", step);
    return new Argument.Literal(slice);
  }

  /** Numbers that keep a type of their own. */
  static Argument typed(JsonNode value, String dtype) {
    ObjectNode array = JsonNodeFactory.instance.objectNode().put("class_name", "__numpy__");
    array.putObject("config").put("dtype", dtype).set("value", value);
    return new Argument.Literal(array);
  }

  /** What a config holds, with the envelopes of tuples and arrays taken off. */
  static JsonNode plain(JsonNode json) {
    String envelope = json.path("class_name").asText();
    if (envelope.equals("__tuple__")) {
      return plain(json.path("items"));
    } else if (envelope.equals("__numpy__")) {
      return plain(json.path("config").path("value"));
    } else if (json.path("type").asText().equals("ndarray")) {
      return plain(json.path("value"));
    } else if (json.isArray()) {
      ArrayNode items = JsonNodeFactory.instance.arrayNode();
      json.forEach(item -> items.add(plain(item)));
      return items;
    }
    return json;
  }

  static boolean isNone(Argument argument) {
    return argument instanceof Argument.Literal literal && literal.json().isNull();
  }

  static JsonNode negative(JsonNode x) {
    if (x.isIntegralNumber() && x.asLong() != Long.MIN_VALUE) {
      return JsonNodeFactory.instance.numberNode(-x.asLong());
    } else if (x.isNumber()) {
      return JsonNodeFactory.instance.numberNode(-x.asDouble());
    }
    throw new GapException("-" + x + " is not computed; allowed are numbers");
  }

  /** What Python computes of two constants. */
  static JsonNode binary(String sign, JsonNode x, JsonNode y) {
    if (sign.equals("+") && x.isArray() && y.isArray()) {
      return ((ArrayNode) x.deepCopy()).addAll((ArrayNode) y);
    }
    if (!x.isNumber() || !y.isNumber()) {
      throw new GapException(
          x + " " + sign + " " + y + " is not computed; allowed are numbers and tensors");
    }
    boolean whole = x.isIntegralNumber() && y.isIntegralNumber();
    if (whole && !sign.equals("/") && !(sign.equals("**") && y.asLong() < 0)) {
      return JsonNodeFactory.instance.numberNode(whole(sign, x.asLong(), y.asLong()));
    }
    return JsonNodeFactory.instance.numberNode(real(sign, x.asDouble(), y.asDouble()));
  }

  private static long whole(String sign, long x, long y) {
    try {
      return switch (sign) {
        case "+" -> Math.addExact(x, y);
        case "-" -> Math.subtractExact(x, y);
        case "*" -> Math.multiplyExact(x, y);
        case "//" -> Math.floorDiv(x, y);
        case "%" -> Math.floorMod(x, y);
        case "**" -> power(x, y);
        default -> throw uncomputed(sign);
      };
    } catch (ArithmeticException e) {
      throw new GapException(x + " " + sign + " " + y + " has no result of 64 bits");
    }
  }

  private static long power(long x, long y) {
    if (y > MAX_EXPONENT) {
      throw new ArithmeticException();
    }
    long result = 1;
    for (long i = 0; i < y; i++) {
      result = Math.multiplyExact(result, x);
    }
    return result;
  }

  private static double real(String sign, double x, double y) {
    if (y == 0 && "/ // %".contains(sign)) {
      throw new GapException(x + " " + sign + " " + y + " is a division by zero");
    }
    return switch (sign) {
      case "+" -> x + y;
      case "-" -> x - y;
      case "*" -> x * y;
      case "/" -> x / y;
      case "//" -> Math.floor(x / y);
      case "%" -> x - y * Math.floor(x / y);
      case "**" -> Math.pow(x, y);
      default -> throw uncomputed(sign);
    };
  }

  private static GapException uncomputed(String sign) {
    return new GapException(
        "'" + sign + "' between constants is not computed; allowed is + - * / // % **");
  }
}
