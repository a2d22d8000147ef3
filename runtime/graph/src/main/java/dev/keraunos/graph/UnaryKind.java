package dev.keraunos.graph;

/**
 * Elementwise functions of one operand with up to two parameters. The formula here is the
 * definition; it is evaluated in double precision and rounded to the operand's type.
 */
public enum UnaryKind {
  /** −x. */
  NEGATIVE((x, a, b) -> -x),
  /** |x|. */
  ABSOLUTE((x, a, b) -> Math.abs(x)),
  /** −1, 0 or 1. */
  SIGN((x, a, b) -> Math.signum(x)),
  /** x². */
  SQUARE((x, a, b) -> x * x),
  /** √x. */
  SQRT((x, a, b) -> Math.sqrt(x)),
  /** 1/√x. */
  RSQRT((x, a, b) -> 1 / Math.sqrt(x)),
  /** 1/x. */
  RECIPROCAL((x, a, b) -> 1 / x),
  /** eˣ. */
  EXP((x, a, b) -> Math.exp(x)),
  /** eˣ − 1. */
  EXPM1((x, a, b) -> Math.expm1(x)),
  /** The natural logarithm. */
  LOG((x, a, b) -> Math.log(x)),
  /** log(1 + x). */
  LOG1P((x, a, b) -> Math.log1p(x)),
  /** Of radians. */
  SIN((x, a, b) -> Math.sin(x)),
  /** Of radians. */
  COS((x, a, b) -> Math.cos(x)),
  /** Of radians. */
  TAN((x, a, b) -> Math.tan(x)),
  /** In radians. */
  ARCSIN((x, a, b) -> Math.asin(x)),
  /** In radians. */
  ARCCOS((x, a, b) -> Math.acos(x)),
  /** In radians. */
  ARCTAN((x, a, b) -> Math.atan(x)),
  /** The hyperbolic sine. */
  SINH((x, a, b) -> Math.sinh(x)),
  /** The hyperbolic cosine. */
  COSH((x, a, b) -> Math.cosh(x)),
  /** The hyperbolic tangent. */
  TANH((x, a, b) -> Math.tanh(x)),
  /** The error function. */
  ERF((x, a, b) -> SpecialFunctions.erf(x)),
  /** Towards −∞. */
  FLOOR((x, a, b) -> Math.floor(x)),
  /** Towards ∞. */
  CEIL((x, a, b) -> Math.ceil(x)),
  /** Half to even. */
  ROUND((x, a, b) -> Math.rint(x)),
  /** Towards 0. */
  TRUNC((x, a, b) -> x < 0 ? Math.ceil(x) : Math.floor(x)),
  /** The result is bool. */
  IS_NAN((x, a, b) -> Double.isNaN(x) ? 1 : 0),
  /** The result is bool. */
  IS_FINITE((x, a, b) -> Double.isFinite(x) ? 1 : 0),
  /** The result is bool. */
  LOGICAL_NOT((x, a, b) -> x == 0 ? 1 : 0),

  /** x above zero, alpha·x below. */
  RELU(
      (x, a, b) ->
          x > 0 ? x : a == 0 ? x * 0 == 0 || x == Double.NEGATIVE_INFINITY ? 0 : x : a * x),
  /** x limited to alpha..beta. */
  CLIP((x, a, b) -> Double.isNaN(x) ? x : Math.min(Math.max(x, a), b)),
  /** x above zero, alpha·(eˣ−1) below. */
  ELU((x, a, b) -> x > 0 ? x : a * Math.expm1(x)),
  /** {@link #ELU} with the alpha and the scale of self-normalizing networks. */
  SELU((x, a, b) -> Selu.SCALE * (x > 0 ? x : Selu.ALPHA * Math.expm1(x))),
  /** 1/(1 + e⁻ˣ). */
  SIGMOID((x, a, b) -> sigmoid(x)),
  /** alpha·x + beta limited to 0..1. */
  HARD_SIGMOID((x, a, b) -> Double.isNaN(x) ? x : Math.min(Math.max(a * x + b, 0), 1)),
  /** log(1 + eˣ). */
  SOFTPLUS((x, a, b) -> softplus(x)),
  /** x/(1 + |x|). */
  SOFTSIGN((x, a, b) -> x / (1 + Math.abs(x))),
  /** x·sigmoid(x). */
  SILU((x, a, b) -> x * sigmoid(x)),
  /** x·clip(x/6 + 1/2, 0, 1). */
  HARD_SILU((x, a, b) -> x * Math.min(Math.max(x + 3, 0), 6) / 6),
  /** x·Φ(x). */
  GELU((x, a, b) -> 0.5 * x * (1 + SpecialFunctions.erf(x * Gelu.SQRT_HALF))),
  /** The tanh approximation of {@link #GELU}. */
  GELU_TANH(
      (x, a, b) ->
          0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + Gelu.CUBIC * x * x * x)))),
  /** x·tanh(softplus(x)). */
  MISH((x, a, b) -> x * Math.tanh(softplus(x)));

  private interface Formula {
    double apply(double x, double alpha, double beta);
  }

  /** Constants that TensorFlow rounds to float32, in float64 too. */
  private static final class Gelu {
    static final double SQRT_HALF = (float) Math.sqrt(0.5);
    static final double CUBIC = 0.044715f;
  }

  private static final class Selu {
    static final double SCALE = 1.0507009873554805;
    static final double ALPHA = 1.6732632423543772;
  }

  private final Formula formula;

  UnaryKind(Formula formula) {
    this.formula = formula;
  }

  /** The function of a floating point number. */
  public double apply(double x, double alpha, double beta) {
    return formula.apply(x, alpha, beta);
  }

  /**
   * The function of an integer.
   *
   * @throws IllegalArgumentException unless {@link #keepsIntegers}
   */
  public long apply(long x, double alpha, double beta) {
    return switch (this) {
      case NEGATIVE -> -x;
      case ABSOLUTE -> Math.abs(x);
      case SIGN -> Long.signum(x);
      case SQUARE -> x * x;
      case RELU -> x > 0 ? x : (long) (alpha * x);
      case CLIP -> Math.min(Math.max(x, (long) alpha), (long) beta);
      case FLOOR, CEIL, ROUND, TRUNC -> x;
      default -> throw new IllegalArgumentException(this + " of an integer is not an integer");
    };
  }

  /** True if the result is bool whatever the operand. */
  public boolean isPredicate() {
    return this == IS_NAN || this == IS_FINITE || this == LOGICAL_NOT;
  }

  /** True if integers stay integers; other kinds turn them into float32. */
  public boolean keepsIntegers() {
    return switch (this) {
      case NEGATIVE, ABSOLUTE, SIGN, SQUARE, FLOOR, CEIL, ROUND, TRUNC, RELU, CLIP -> true;
      default -> false;
    };
  }

  private static double sigmoid(double x) {
    return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
