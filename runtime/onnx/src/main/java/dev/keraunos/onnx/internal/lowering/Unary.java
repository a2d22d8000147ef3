package dev.keraunos.onnx.internal.lowering;

import static dev.keraunos.onnx.internal.lowering.Nodes.attr;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.tensor.DType;
import java.util.List;

/** Functions of one operand. */
final class Unary {
  private Unary() {}

  static List<String> lower(Op.Unary op, Site site) {
    DType x = site.dtype(0);
    if (op.kind() == UnaryKind.LOGICAL_NOT) {
      return List.of(site.nodes().op("Not", site.in(0)));
    }
    DType work = x.isFloating() || op.kind().keepsIntegers() ? Types.work(x) : DType.FLOAT32;
    String y = apply(site.nodes(), op, site.in(0, work), work);
    return op.kind().isPredicate() ? List.of(y) : site.give(y, work);
  }

  /** The function of an operand of float32, float64, int32 or int64. */
  static String apply(Nodes n, Op.Unary op, String x, DType type) {
    return type.isFloating() ? new Floating(n, x, type, op).apply() : whole(n, op, x, type);
  }

  private static String whole(Nodes n, Op.Unary op, String x, DType type) {
    return switch (op.kind()) {
      case NEGATIVE -> n.op("Neg", x);
      case ABSOLUTE -> n.op("Abs", x);
      case SIGN -> n.op("Sign", x);
      case SQUARE -> n.op("Mul", x, x);
      case RELU -> {
        DType real = DType.FLOAT64;
        String below = n.op("Mul", n.cast(x, type, real), n.scalar(real, op.alpha()));
        String positive = n.op("Greater", x, n.scalar(type, 0));
        yield n.op("Where", positive, x, n.cast(below, real, type));
      }
      case CLIP -> {
        String above = n.op("Max", x, n.scalar(type, op.alpha()));
        yield n.op("Min", above, n.scalar(type, op.beta()));
      }
      default -> x;
    };
  }

  /** Functions of float32 and float64. */
  private record Floating(Nodes n, String x, DType type, Op.Unary op) {
    private String number(double value) {
      return n.scalar(type, value);
    }

    private String add(String a, String b) {
      return n.op("Add", a, b);
    }

    private String mul(String a, String b) {
      return n.op("Mul", a, b);
    }

    private String times(String a, double factor) {
      return mul(a, number(factor));
    }

    private String where(String condition, String yes, String no) {
      return n.op("Where", condition, yes, no);
    }

    String apply() {
      return switch (op.kind()) {
        case NEGATIVE -> n.op("Neg", x);
        case ABSOLUTE -> n.op("Abs", x);
        case SIGN -> n.op("Sign", x);
        case SQUARE -> mul(x, x);
        case SQRT -> n.op("Sqrt", x);
        case RSQRT -> n.op("Reciprocal", n.op("Sqrt", x));
        case RECIPROCAL -> n.op("Reciprocal", x);
        case EXP -> n.op("Exp", x);
        case EXPM1 -> expm1(x);
        case LOG -> n.op("Log", x);
        case LOG1P -> log1p(x);
        case SIN -> n.op("Sin", x);
        case COS -> cos();
        case ERF -> where(n.op("IsNaN", x), x, n.op("Erf", x));
        case FLOOR -> n.op("Floor", x);
        case CEIL -> n.op("Ceil", x);
        case ROUND -> n.op("Round", x);
        case TRUNC -> where(below(x, 0), n.op("Ceil", x), n.op("Floor", x));
        case IS_NAN -> n.op("IsNaN", x);
        case IS_FINITE -> n.op("Not", n.op("Or", n.op("IsNaN", x), n.op("IsInf", x)));
        case TAN, ARCSIN, ARCCOS, ARCTAN, SINH, COSH, TANH -> angle();
        default -> activation();
      };
    }

    private String below(String value, double limit) {
      return n.op("Less", value, number(limit));
    }

    private String above(String value, double limit) {
      return n.op("Greater", value, number(limit));
    }

    /** By the sine of the half in float64, of which ONNX Runtime has no cosine. */
    private String cos() {
      if (type == DType.FLOAT32) {
        return n.op("Cos", x);
      }
      String sine = n.op("Sin", times(x, 0.5));
      return n.op("Sub", number(1), times(mul(sine, sine), 2));
    }

    private String angle() {
      if (type == DType.FLOAT64 && op.kind() == UnaryKind.TAN) {
        return n.op("Div", n.op("Sin", x), cos());
      }
      if (type == DType.FLOAT64) {
        switch (op.kind()) {
          case SINH, COSH, TANH -> {
            return hyperbolic();
          }
          default -> {}
        }
      }
      return n.op(
          switch (op.kind()) {
            case TAN -> "Tan";
            case ARCSIN -> "Asin";
            case ARCCOS -> "Acos";
            case ARCTAN -> "Atan";
            case SINH -> "Sinh";
            case COSH -> "Cosh";
            default -> "Tanh";
          },
          x);
    }

    /** By exponentials, as ONNX Runtime has no functions of float64. */
    private String hyperbolic() {
      if (op.kind() == UnaryKind.TANH) {
        return tanh(x);
      }
      String up = n.op("Exp", x);
      String down = n.op("Exp", n.op("Neg", x));
      return op.kind() == UnaryKind.COSH
          ? times(add(up, down), 0.5)
          : times(n.op("Sub", expm1(x), expm1(n.op("Neg", x))), 0.5);
    }

    private String tanh(String value) {
      if (type == DType.FLOAT32) {
        return n.op("Tanh", value);
      }
      String less = expm1(times(n.op("Neg", n.op("Abs", value)), 2));
      String magnitude = n.op("Div", n.op("Neg", less), add(less, number(2)));
      return mul(n.op("Sign", value), magnitude);
    }

    /** Kahan's: (u − 1)·x / log u with u = exp x loses no digits near zero. */
    private String expm1(String value) {
      String u = n.op("Exp", value);
      String less = n.op("Sub", u, number(1));
      String ratio = n.op("Div", value, n.op("Log", u));
      String near = where(n.op("Equal", u, number(1)), value, mul(less, ratio));
      String far = n.op("Greater", n.op("Abs", value), number(1));
      return where(far, less, near);
    }

    /** Kahan's: log u · x / (u − 1) with u = 1 + x. */
    private String log1p(String value) {
      String u = add(value, number(1));
      String log = n.op("Log", u);
      String less = n.op("Sub", u, number(1));
      String near = where(n.op("Equal", u, number(1)), value, mul(log, n.op("Div", value, less)));
      return where(above(value, 1), log, near);
    }

    private String activation() {
      return switch (op.kind()) {
        case RELU -> relu();
        case CLIP -> clip(x, op.alpha(), op.beta());
        case ELU -> elu(op.alpha());
        case SELU -> times(elu(1.6732632423543772), 1.0507009873554805);
        case SIGMOID -> sigmoid(x);
        case HARD_SIGMOID -> clip(add(times(x, op.alpha()), number(op.beta())), 0, 1);
        case SOFTPLUS -> softplus(x);
        case SOFTSIGN -> n.op("Div", x, add(n.op("Abs", x), number(1)));
        case SILU -> mul(x, sigmoid(x));
        case HARD_SILU -> n.op("Div", mul(x, clip(add(x, number(3)), 0, 6)), number(6));
        case GELU ->
            mul(times(x, 0.5), add(n.op("Erf", times(x, (float) Math.sqrt(0.5))), number(1)));
        case GELU_TANH -> {
          String cubic = add(x, times(mul(mul(x, x), x), 0.044715f));
          String bent = tanh(times(cubic, Math.sqrt(2 / Math.PI)));
          yield mul(times(x, 0.5), add(bent, number(1)));
        }
        case MISH -> mul(x, tanh(softplus(x)));
        default -> throw new IllegalStateException(op + " has no form in ONNX");
      };
    }

    private String relu() {
      if (op.alpha() == 1) {
        return n.op("Identity", x);
      }
      if (op.alpha() == 0) {
        return n.op("Relu", x);
      }
      return type == DType.FLOAT32
          ? n.op("LeakyRelu", x, attr("alpha", op.alpha()))
          : where(above(x, 0), x, times(x, op.alpha()));
    }

    private String clip(String value, double least, double most) {
      return n.op("Clip", value, number(least), number(most));
    }

    private String elu(double alpha) {
      return where(above(x, 0), x, times(expm1(x), alpha));
    }

    /** The operator Sigmoid of ONNX Runtime is 4e-8 off, which the logarithm of a loss shows. */
    private String sigmoid(String value) {
      return n.op("Reciprocal", add(n.op("Exp", n.op("Neg", value)), number(1)));
    }

    private String softplus(String value) {
      String rest = log1p(n.op("Exp", n.op("Neg", n.op("Abs", value))));
      return add(n.op("Max", value, number(0)), rest);
    }
  }
}
