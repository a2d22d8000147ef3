package dev.keraunos.graph.internal.gradient;

import static dev.keraunos.graph.Ops.abs;
import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.cos;
import static dev.keraunos.graph.Ops.cosh;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.erf;
import static dev.keraunos.graph.Ops.exp;
import static dev.keraunos.graph.Ops.greater;
import static dev.keraunos.graph.Ops.greaterEqual;
import static dev.keraunos.graph.Ops.less;
import static dev.keraunos.graph.Ops.lessEqual;
import static dev.keraunos.graph.Ops.logicalAnd;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.negative;
import static dev.keraunos.graph.Ops.power;
import static dev.keraunos.graph.Ops.rsqrt;
import static dev.keraunos.graph.Ops.sigmoid;
import static dev.keraunos.graph.Ops.sign;
import static dev.keraunos.graph.Ops.sin;
import static dev.keraunos.graph.Ops.sinh;
import static dev.keraunos.graph.Ops.softplus;
import static dev.keraunos.graph.Ops.square;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.tanh;
import static dev.keraunos.graph.Ops.where;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import java.util.EnumMap;
import java.util.Map;

/** The derivative of every elementwise function of one operand. */
final class UnaryDerivatives {
  /** The gradient of x, given the gradient g of y = f(x). */
  private interface Rule {
    Value apply(Op.Unary f, Value x, Value y, Value g);
  }

  private static final Map<UnaryKind, Rule> TABLE = new EnumMap<>(UnaryKind.class);

  /** 1/√(2π). */
  private static final double NORMAL = 1 / Math.sqrt(2 * Math.PI);

  /** What SELU multiplies positive numbers by. */
  private static final double SELU_SLOPE = UnaryKind.SELU.apply(1.0, 0, 0);

  /** What SELU comes to far below zero. */
  private static final double SELU_LEAST = UnaryKind.SELU.apply(Double.NEGATIVE_INFINITY, 0, 0);

  static {
    TABLE.put(UnaryKind.NEGATIVE, (f, x, y, g) -> negative(g));
    TABLE.put(UnaryKind.ABSOLUTE, (f, x, y, g) -> multiply(g, sign(x)));
    TABLE.put(UnaryKind.SQUARE, (f, x, y, g) -> multiply(g, multiply(2, x)));
    TABLE.put(UnaryKind.SQRT, (f, x, y, g) -> divide(multiply(g, 0.5), y));
    TABLE.put(UnaryKind.RSQRT, (f, x, y, g) -> multiply(multiply(g, -0.5), multiply(square(y), y)));
    TABLE.put(UnaryKind.RECIPROCAL, (f, x, y, g) -> negative(multiply(g, square(y))));
    TABLE.put(UnaryKind.EXP, (f, x, y, g) -> multiply(g, y));
    TABLE.put(UnaryKind.EXPM1, (f, x, y, g) -> multiply(g, exp(x)));
    TABLE.put(UnaryKind.LOG, (f, x, y, g) -> divide(g, x));
    TABLE.put(UnaryKind.LOG1P, (f, x, y, g) -> divide(g, add(1, x)));
    TABLE.put(UnaryKind.SIN, (f, x, y, g) -> multiply(g, cos(x)));
    TABLE.put(UnaryKind.COS, (f, x, y, g) -> negative(multiply(g, sin(x))));
    TABLE.put(UnaryKind.TAN, (f, x, y, g) -> divide(g, square(cos(x))));
    TABLE.put(UnaryKind.ARCSIN, (f, x, y, g) -> multiply(g, rsqrt(subtract(1, square(x)))));
    TABLE.put(
        UnaryKind.ARCCOS, (f, x, y, g) -> negative(multiply(g, rsqrt(subtract(1, square(x))))));
    TABLE.put(UnaryKind.ARCTAN, (f, x, y, g) -> divide(g, add(1, square(x))));
    TABLE.put(UnaryKind.SINH, (f, x, y, g) -> multiply(g, cosh(x)));
    TABLE.put(UnaryKind.COSH, (f, x, y, g) -> multiply(g, sinh(x)));
    TABLE.put(UnaryKind.TANH, (f, x, y, g) -> multiply(g, subtract(1, square(y))));
    TABLE.put(
        UnaryKind.ERF,
        (f, x, y, g) -> multiply(multiply(g, 2 / Math.sqrt(Math.PI)), exp(negative(square(x)))));
    for (UnaryKind flat :
        new UnaryKind[] {
          UnaryKind.SIGN, UnaryKind.FLOOR, UnaryKind.CEIL, UnaryKind.ROUND, UnaryKind.TRUNC
        }) {
      TABLE.put(flat, (f, x, y, g) -> null);
    }
    addActivations();
  }

  private UnaryDerivatives() {}

  private static void addActivations() {
    TABLE.put(UnaryKind.RELU, (f, x, y, g) -> where(greater(x, 0), g, multiply(g, f.alpha())));
    TABLE.put(
        UnaryKind.CLIP,
        (f, x, y, g) ->
            where(
                logicalAnd(greaterEqual(x, f.alpha()), lessEqual(x, f.beta())),
                g,
                Ops.zerosLike(g)));
    TABLE.put(
        UnaryKind.ELU, (f, x, y, g) -> where(greater(x, 0), g, multiply(g, add(y, f.alpha()))));
    TABLE.put(
        UnaryKind.SELU,
        (f, x, y, g) ->
            where(less(x, 0), multiply(g, add(y, -SELU_LEAST)), multiply(g, SELU_SLOPE)));
    TABLE.put(UnaryKind.SIGMOID, (f, x, y, g) -> multiply(g, multiply(y, subtract(1, y))));
    TABLE.put(
        UnaryKind.HARD_SIGMOID,
        (f, x, y, g) ->
            where(logicalAnd(greater(y, 0), less(y, 1)), multiply(g, f.alpha()), Ops.zerosLike(g)));
    TABLE.put(UnaryKind.SOFTPLUS, (f, x, y, g) -> multiply(g, sigmoid(x)));
    TABLE.put(UnaryKind.SOFTSIGN, (f, x, y, g) -> divide(g, square(add(1, abs(x)))));
    TABLE.put(UnaryKind.SILU, (f, x, y, g) -> multiply(g, silu(x)));
    TABLE.put(UnaryKind.HARD_SILU, (f, x, y, g) -> multiply(g, hardSilu(x)));
    TABLE.put(UnaryKind.GELU, (f, x, y, g) -> multiply(g, gelu(x)));
    TABLE.put(UnaryKind.GELU_TANH, (f, x, y, g) -> multiply(g, geluTanh(x)));
    TABLE.put(UnaryKind.MISH, (f, x, y, g) -> multiply(g, mish(x)));
  }

  /** The gradient of the operand, or null where the function is flat. */
  static Value of(Op.Unary f, Value x, Value y, Value g) {
    return TABLE.get(f.kind()).apply(f, x, y, g);
  }

  private static Value silu(Value x) {
    Value gate = sigmoid(x);
    return multiply(gate, add(1, multiply(x, subtract(1, gate))));
  }

  private static Value hardSilu(Value x) {
    Value inside = Ops.cast(logicalAnd(greater(x, -3), less(x, 3)), x.dtype());
    return add(Ops.hardSigmoid(x), multiply(divide(x, 6), inside));
  }

  private static Value gelu(Value x) {
    Value below = multiply(0.5, add(1, erf(multiply(x, Math.sqrt(0.5)))));
    Value density = multiply(NORMAL, exp(multiply(-0.5, square(x))));
    return add(below, multiply(x, density));
  }

  private static Value geluTanh(Value x) {
    double scale = Math.sqrt(2 / Math.PI);
    Value bent = tanh(multiply(scale, add(x, multiply(0.044715, power(x, 3)))));
    Value slope = multiply(scale, add(1, multiply(3 * 0.044715, square(x))));
    Value rise = multiply(multiply(x, subtract(1, square(bent))), slope);
    return multiply(0.5, add(add(1, bent), rise));
  }

  private static Value mish(Value x) {
    Value bent = tanh(softplus(x));
    return add(bent, multiply(multiply(x, subtract(1, square(bent))), sigmoid(x)));
  }
}
