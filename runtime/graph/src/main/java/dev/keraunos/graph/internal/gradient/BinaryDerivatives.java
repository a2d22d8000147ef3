package dev.keraunos.graph.internal.gradient;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.floorDivide;
import static dev.keraunos.graph.Ops.greater;
import static dev.keraunos.graph.Ops.greaterEqual;
import static dev.keraunos.graph.Ops.lessEqual;
import static dev.keraunos.graph.Ops.log;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.negative;
import static dev.keraunos.graph.Ops.power;
import static dev.keraunos.graph.Ops.square;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.where;
import static dev.keraunos.graph.Ops.zerosLike;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The derivatives of every elementwise function of two operands, before undoing broadcasts. */
final class BinaryDerivatives {
  /** The gradients of x and y, given the gradient g of z = f(x, y). */
  private interface Rule {
    List<Value> apply(Value x, Value y, Value z, Value g);
  }

  private static final Map<BinaryKind, Rule> TABLE = new EnumMap<>(BinaryKind.class);

  static {
    TABLE.put(BinaryKind.ADD, (x, y, z, g) -> List.of(g, g));
    TABLE.put(BinaryKind.SUBTRACT, (x, y, z, g) -> List.of(g, negative(g)));
    TABLE.put(BinaryKind.MULTIPLY, (x, y, z, g) -> List.of(multiply(g, y), multiply(g, x)));
    TABLE.put(
        BinaryKind.DIVIDE,
        (x, y, z, g) -> List.of(divide(g, y), multiply(g, divide(divide(negative(x), y), y))));
    TABLE.put(BinaryKind.FLOOR_DIVIDE, (x, y, z, g) -> List.of());
    TABLE.put(BinaryKind.MOD, (x, y, z, g) -> List.of(g, negative(multiply(g, floorDivide(x, y)))));
    TABLE.put(BinaryKind.POWER, BinaryDerivatives::ofPower);
    TABLE.put(BinaryKind.MAXIMUM, (x, y, z, g) -> chosen(greaterEqual(x, y), g));
    TABLE.put(BinaryKind.MINIMUM, (x, y, z, g) -> chosen(lessEqual(x, y), g));
    TABLE.put(
        BinaryKind.ARCTAN2,
        (x, y, z, g) -> {
          Value scaled = divide(g, add(square(x), square(y)));
          return List.of(multiply(scaled, y), negative(multiply(scaled, x)));
        });
    Arrays.stream(BinaryKind.values())
        .filter(kind -> kind.ordinal() >= BinaryKind.BITWISE_AND.ordinal())
        .forEach(kind -> TABLE.put(kind, (x, y, z, g) -> List.of()));
  }

  private BinaryDerivatives() {}

  /** The gradients of both operands; none where the function is flat. */
  static List<Value> of(BinaryKind kind, Value x, Value y, Value z, Value g) {
    return TABLE.get(kind).apply(x, y, z, g);
  }

  private static List<Value> chosen(Value first, Value g) {
    return List.of(where(first, g, zerosLike(g)), where(first, zerosLike(g), g));
  }

  /** The exponent has no gradient where the base is not positive. */
  private static List<Value> ofPower(Value x, Value y, Value z, Value g) {
    Value base = multiply(g, multiply(y, power(x, subtract(y, 1))));
    Value positive = greater(x, 0);
    Value logarithm = where(positive, log(where(positive, x, Ops.onesLike(x))), zerosLike(x));
    return List.of(base, multiply(g, multiply(z, logarithm)));
  }
}
