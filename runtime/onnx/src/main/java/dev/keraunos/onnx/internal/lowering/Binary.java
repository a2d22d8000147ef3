package dev.keraunos.onnx.internal.lowering;

import static dev.keraunos.onnx.internal.lowering.Nodes.attr;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Op;
import dev.keraunos.onnx.internal.lowering.Nodes.Body;
import dev.keraunos.onnx.internal.lowering.Nodes.Typed;
import dev.keraunos.tensor.DType;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.LongStream;

/** Functions of two broadcast operands. */
final class Binary {
  private Binary() {}

  static List<String> lower(Op.Binary op, Site site) {
    Nodes n = site.nodes();
    switch (op.kind()) {
      case LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR -> {
        String type = op.kind().name().substring("LOGICAL_".length());
        String camel = type.charAt(0) + type.substring(1).toLowerCase(Locale.ROOT);
        return List.of(n.op(camel, site.in(0), site.in(1)));
      }
      default -> {}
    }
    DType type = site.dtype(0);
    boolean real = op.kind() == BinaryKind.DIVIDE && !type.isFloating();
    DType work = real ? DType.FLOAT32 : wide(op.kind()) ? wide(type) : Types.work(type);
    String x = site.in(0, work);
    String y = site.in(1, work);
    boolean unsigned = type == DType.UINT64;
    if (op.kind().isPredicate()) {
      boolean turns =
          unsigned && op.kind() != BinaryKind.EQUAL && op.kind() != BinaryKind.NOT_EQUAL;
      return List.of(compare(n, op.kind(), turns ? turned(n, x) : x, turns ? turned(n, y) : y));
    }
    String z =
        unsigned && UNSIGNED.contains(op.kind())
            ? unsigned(n, op.kind(), x, y)
            : work.isFloating()
                ? floating(n, op.kind(), x, y, work)
                : whole(n, op.kind(), x, y, work, type);
    return site.give(z, work);
  }

  /** Whether a function of int32 needs numbers of more bits. */
  private static boolean wide(BinaryKind kind) {
    return kind == BinaryKind.POWER
        || kind == BinaryKind.LEFT_SHIFT
        || kind == BinaryKind.RIGHT_SHIFT;
  }

  private static DType wide(DType type) {
    return type.isFloating() ? Types.work(type) : DType.INT64;
  }

  private static String compare(Nodes n, BinaryKind kind, String x, String y) {
    return switch (kind) {
      case EQUAL -> n.op("Equal", x, y);
      case NOT_EQUAL -> n.op("Not", n.op("Equal", x, y));
      case GREATER -> n.op("Greater", x, y);
      case GREATER_EQUAL -> n.op("GreaterOrEqual", x, y);
      case LESS -> n.op("Less", x, y);
      default -> n.op("LessOrEqual", x, y);
    };
  }

  private static String floating(Nodes n, BinaryKind kind, String x, String y, DType type) {
    return switch (kind) {
      case FLOOR_DIVIDE -> n.op("Floor", n.op("Div", x, y));
      case MOD -> {
        String rest = n.op("Mod", x, y, attr("fmod", 1L));
        yield n.op("Where", differs(n, rest, y, type), n.op("Add", rest, y), rest);
      }
      case ARCTAN2 -> arctan2(n, x, y, type);
      default -> plain(n, kind, x, y);
    };
  }

  private static String plain(Nodes n, BinaryKind kind, String x, String y) {
    return n.op(
        switch (kind) {
          case ADD -> "Add";
          case SUBTRACT -> "Sub";
          case MULTIPLY -> "Mul";
          case DIVIDE -> "Div";
          case POWER -> "Pow";
          case MAXIMUM -> "Max";
          case MINIMUM -> "Min";
          case BITWISE_AND -> "BitwiseAnd";
          case BITWISE_OR -> "BitwiseOr";
          case BITWISE_XOR -> "BitwiseXor";
          default -> throw new IllegalStateException(kind + " has no form in ONNX");
        },
        x,
        y);
  }

  /** Where a remainder is there and has another sign than the divisor. */
  private static String differs(Nodes n, String rest, String y, DType type) {
    String zero = n.scalar(type, 0);
    String signs = n.op("Xor", n.op("Less", rest, zero), n.op("Less", y, zero));
    return n.op("And", n.op("Not", n.op("Equal", rest, zero)), signs);
  }

  private static String whole(
      Nodes n, BinaryKind kind, String x, String y, DType work, DType stored) {
    return switch (kind) {
      case FLOOR_DIVIDE -> {
        String negative = n.op("Equal", y, n.scalar(work, -1));
        yield n.op("Where", negative, n.op("Neg", x), floorDivide(n, x, safe(n, y, work), work));
      }
      case MOD -> n.op("Mod", x, safe(n, y, work));
      case LEFT_SHIFT, RIGHT_SHIFT -> shifted(n, kind, x, y, stored);
      case POWER -> power(n, x, y);
      default -> plain(n, kind, x, y);
    };
  }

  /** One instead of what processors stop at: zero, and −1 under the least number. */
  private static String safe(Nodes n, String y, DType type) {
    String zero = n.op("Equal", y, n.scalar(type, 0));
    String negative = n.op("Equal", y, n.scalar(type, -1));
    return n.op("Where", n.op("Or", zero, negative), n.scalar(type, 1), y);
  }

  private static String floorDivide(Nodes n, String x, String y, DType type) {
    String quotient = n.op("Div", x, y);
    String rest = n.op("Sub", x, n.op("Mul", quotient, y));
    String less = n.op("Sub", quotient, n.scalar(type, 1));
    return n.op("Where", differs(n, rest, y, type), less, quotient);
  }

  /** By as many bits as the type has, less one, at most; 63 in two steps, as 2^63 has no int64. */
  private static String shifted(Nodes n, BinaryKind kind, String x, String y, DType stored) {
    DType type = DType.INT64;
    String most = n.scalar(type, 8L * stored.bytes() - 1);
    String zero = n.scalar(type, 0);
    String small = n.op("Max", n.op("Min", y, most), zero);
    String bits =
        stored == DType.UINT64 ? n.op("Where", n.op("Less", y, zero), most, small) : small;
    if (stored == DType.UINT64 && kind == BinaryKind.RIGHT_SHIFT) {
      String unsigned = n.cast(bits, type, stored);
      String moved =
          n.op("BitShift", n.cast(x, type, stored), unsigned, attr("direction", "RIGHT"));
      return n.cast(moved, stored, type);
    }
    String first = n.op("Min", bits, n.scalar(type, 62));
    String once = shift(n, kind, x, first);
    return stored.bytes() < 8 ? once : shift(n, kind, once, n.op("Sub", bits, first));
  }

  private static String shift(Nodes n, BinaryKind kind, String x, String bits) {
    long[] all = LongStream.rangeClosed(0, 62).map(i -> 1L << i).toArray();
    String power = n.op("Gather", n.longs(all), bits);
    return kind == BinaryKind.LEFT_SHIFT
        ? n.op("Mul", x, power)
        : floorDivide(n, x, power, DType.INT64);
  }

  /** By squaring, over the bits of the exponent: Pow of ONNX Runtime goes by way of float64. */
  private static String power(Nodes n, String x, String exponent) {
    DType type = DType.INT64;
    String zero = n.scalar(type, 0);
    String none = n.op("Add", n.op("Mul", x, zero), n.op("Mul", exponent, zero));
    Nodes body = n.inner();
    Typed result = new Typed(body.fresh("result"), type);
    Typed square = new Typed(body.fresh("square"), type);
    Typed bit = new Typed(body.fresh("bit"), type);
    String set = body.op("Cast", body.op("BitwiseAnd", exponent, bit.name()), attr("to", 9L));
    String more = body.op("Mul", result.name(), square.name());
    Typed next = new Typed(body.op("Where", set, more, result.name()), type);
    Typed nextSquare = new Typed(body.op("Mul", square.name(), square.name()), type);
    long[] bits = LongStream.range(0, 63).map(i -> 1L << i).toArray();
    return n.ops(
            2,
            "Scan",
            n.op("Add", none, n.scalar(type, 1)),
            n.op("Add", none, x),
            n.longs(bits),
            attr("body", new Body(List.of(result, square, bit), List.of(next, nextSquare), body)),
            attr("num_scan_inputs", 1L))
        .get(0);
  }

  /** Functions of uint64 whose bits cannot be taken for those of int64. */
  private static final Set<BinaryKind> UNSIGNED =
      Set.of(BinaryKind.MAXIMUM, BinaryKind.MINIMUM, BinaryKind.FLOOR_DIVIDE, BinaryKind.MOD);

  /** Without the first bit int64 are in the order of uint64. */
  private static String turned(Nodes n, String x) {
    return n.op("BitwiseXor", x, n.scalar(DType.INT64, Long.MIN_VALUE));
  }

  private static String unsigned(Nodes n, BinaryKind kind, String x, String y) {
    return switch (kind) {
      case MAXIMUM -> turned(n, n.op("Max", turned(n, x), turned(n, y)));
      case MINIMUM -> turned(n, n.op("Min", turned(n, x), turned(n, y)));
      case MOD -> n.op("Sub", x, n.op("Mul", quotient(n, x, y), y));
      default -> quotient(n, x, y);
    };
  }

  /** Half of x is divided, and what is left of it counted; a divisor of 64 bits goes in once. */
  private static String quotient(Nodes n, String x, String y) {
    DType type = DType.INT64;
    String one = n.scalar(type, 1);
    String unsigned = n.cast(x, type, DType.UINT64);
    String half = n.op("BitShift", unsigned, n.scalar(DType.UINT64, 1), attr("direction", "RIGHT"));
    String safe = n.op("Max", y, one);
    String least =
        n.op("Mul", n.op("Div", n.cast(half, DType.UINT64, type), safe), n.scalar(type, 2));
    String rest = n.op("Sub", x, n.op("Mul", least, safe));
    String once = n.op("GreaterOrEqual", turned(n, rest), turned(n, y));
    String small = n.op("Add", least, n.cast(once, DType.BOOL, type));
    String fits = n.cast(n.op("GreaterOrEqual", turned(n, x), turned(n, y)), DType.BOOL, type);
    return n.op("Where", n.op("Less", y, n.scalar(type, 0)), fits, small);
  }

  /** The angle of (x, y) from the quotient; with a signed zero in it as C has it. */
  private static String arctan2(Nodes n, String y, String x, DType type) {
    String zero = n.scalar(type, 0);
    String infinite = n.op("And", n.op("IsInf", y), n.op("IsInf", x));
    String one = n.op("Div", n.op("Sign", y), n.op("Sign", x));
    String ratio = n.op("Where", infinite, one, n.op("Div", y, x));
    String bothZero = n.op("And", n.op("Equal", y, zero), n.op("Equal", x, zero));
    String angle = n.op("Atan", n.op("Where", bothZero, y, ratio));
    String down = n.op("Or", n.op("Less", y, zero), negativeZero(n, y, type));
    String half = n.op("Where", down, n.scalar(type, -Math.PI), n.scalar(type, Math.PI));
    String left = n.op("Or", n.op("Less", x, zero), negativeZero(n, x, type));
    String base = n.op("Where", n.op("And", bothZero, left), zero, angle);
    String turned = n.op("Add", base, half);
    return n.op("Where", left, turned, angle);
  }

  /** Where x is the zero below the other. */
  static String negativeZero(Nodes n, String x, DType type) {
    String zero = n.scalar(type, 0);
    String inverse = n.op("Reciprocal", x);
    return n.op("And", n.op("Equal", x, zero), n.op("Less", inverse, zero));
  }
}
