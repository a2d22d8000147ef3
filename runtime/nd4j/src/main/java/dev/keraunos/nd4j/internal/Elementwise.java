package dev.keraunos.nd4j.internal;

import dev.keraunos.engine.internal.Accelerator.Computation;
import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.UnaryKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.any.Assign;
import org.nd4j.linalg.api.ops.impl.transforms.floating.RSqrt;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.api.ops.impl.transforms.same.Abs;
import org.nd4j.linalg.api.ops.impl.transforms.same.Ceil;
import org.nd4j.linalg.api.ops.impl.transforms.same.Floor;
import org.nd4j.linalg.api.ops.impl.transforms.same.Negative;
import org.nd4j.linalg.api.ops.impl.transforms.same.Reciprocal;
import org.nd4j.linalg.api.ops.impl.transforms.same.Square;
import org.nd4j.linalg.api.ops.impl.transforms.strict.ACos;
import org.nd4j.linalg.api.ops.impl.transforms.strict.ASin;
import org.nd4j.linalg.api.ops.impl.transforms.strict.ATan;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Cos;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Cosh;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Rint;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sigmoid;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sin;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sinh;
import org.nd4j.linalg.api.ops.impl.transforms.strict.SoftSign;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Swish;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tan;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tanh;

/** Functions of single elements. */
final class Elementwise {
  private static final Map<UnaryKind, Computation> UNARY = new EnumMap<>(UnaryKind.class);
  private static final Map<BinaryKind, String> BINARY = new EnumMap<>(BinaryKind.class);

  static {
    unary(UnaryKind.NEGATIVE, Negative::new);
    unary(UnaryKind.ABSOLUTE, Abs::new);
    unary(UnaryKind.SQUARE, Square::new);
    unary(UnaryKind.SQRT, Sqrt::new);
    unary(UnaryKind.RSQRT, RSqrt::new);
    unary(UnaryKind.RECIPROCAL, Reciprocal::new);
    unary(UnaryKind.EXP, Exp::new);
    unary(UnaryKind.LOG, Log::new);
    unary(UnaryKind.SIN, Sin::new);
    unary(UnaryKind.COS, Cos::new);
    unary(UnaryKind.TAN, Tan::new);
    unary(UnaryKind.ARCSIN, ASin::new);
    unary(UnaryKind.ARCCOS, ACos::new);
    unary(UnaryKind.ARCTAN, ATan::new);
    unary(UnaryKind.SINH, Sinh::new);
    unary(UnaryKind.COSH, Cosh::new);
    unary(UnaryKind.TANH, Tanh::new);
    unary(UnaryKind.FLOOR, Floor::new);
    unary(UnaryKind.CEIL, Ceil::new);
    unary(UnaryKind.ROUND, Rint::new);
    unary(UnaryKind.SIGMOID, Sigmoid::new);
    unary(UnaryKind.SOFTSIGN, SoftSign::new);
    unary(UnaryKind.SILU, Swish::new);
    BINARY.put(BinaryKind.ADD, "add");
    BINARY.put(BinaryKind.SUBTRACT, "subtract");
    BINARY.put(BinaryKind.MULTIPLY, "multiply");
    BINARY.put(BinaryKind.DIVIDE, "divide");
    BINARY.put(BinaryKind.POWER, "Pow");
    BINARY.put(BinaryKind.ARCTAN2, "tf_atan2");
    BINARY.put(BinaryKind.MAXIMUM, "maximum");
    BINARY.put(BinaryKind.MINIMUM, "minimum");
    BINARY.put(BinaryKind.EQUAL, "equals");
    BINARY.put(BinaryKind.NOT_EQUAL, "not_equals");
    BINARY.put(BinaryKind.GREATER, "greater");
    BINARY.put(BinaryKind.GREATER_EQUAL, "greater_equal");
    BINARY.put(BinaryKind.LESS, "less");
    BINARY.put(BinaryKind.LESS_EQUAL, "less_equal");
  }

  private Elementwise() {}

  private static void unary(
      UnaryKind kind, BiFunction<INDArray, INDArray, org.nd4j.linalg.api.ops.Op> transform) {
    UNARY.put(kind, Call.transform(transform));
  }

  static void addTo(Rows rows) {
    rows.add(
        Op.Unary.class,
        Row.<Op.Unary>ofFloats("Exp and the like, relu, elu, clipbyvalue", Elementwise::unary)
            .except("SIGN of NaN is 0", of(UnaryKind.SIGN))
            .except(
                "EXPM1, LOG1P, ERF, SELU, MISH: digits are lost",
                of(UnaryKind.EXPM1, UnaryKind.LOG1P, UnaryKind.ERF, UnaryKind.SELU, UnaryKind.MISH))
            .except("SOFTPLUS overflows", of(UnaryKind.SOFTPLUS))
            .except("GELU is another function", of(UnaryKind.GELU, UnaryKind.GELU_TANH))
            .except("RELU with a slope: rounded first", site -> hasSlope(site.op()))
            .except(
                "HARD_SIGMOID, HARD_SILU, TRUNC: no such operation",
                of(UnaryKind.HARD_SIGMOID, UnaryKind.HARD_SILU, UnaryKind.TRUNC))
            .except("predicates: no such operation", site -> site.op().kind().isPredicate()));
    rows.add(
        Op.Binary.class,
        Row.<Op.Binary>ofFloats("add and the like", Elementwise::binary)
            .except(
                "MOD, FLOOR_DIVIDE: wrong with infinities",
                site ->
                    site.op().kind() == BinaryKind.MOD
                        || site.op().kind() == BinaryKind.FLOOR_DIVIDE)
            .except(
                "one number with more axes than the other operand: its axes are lost",
                site -> isLone(site, 0, 1) || isLone(site, 1, 0))
            .except("functions of bits and bools", site -> !BINARY.containsKey(site.op().kind())));
    rows.add(
        Op.Select.class,
        Row.<Op.Select>of("select", site -> Call.of("select"))
            .except(
                "shapes that differ: not broadcast",
                site -> !site.in(0).equals(site.in(1)) || !site.in(1).equals(site.in(2))));
    rows.add(
        Op.Cast.class,
        Row.<Op.Cast>of("assign", site -> Call.transform(Assign::new))
            .except(
                "to whole numbers and bool: undefined out of range",
                site -> !site.op().dtype().isFloating()));
  }

  private static boolean isLone(Site<Op.Binary> site, int operand, int other) {
    return site.in(operand).size() == 1 && site.in(operand).rank() > site.in(other).rank();
  }

  private static Predicate<Site<Op.Unary>> of(UnaryKind... kinds) {
    return site -> List.of(kinds).contains(site.op().kind());
  }

  private static boolean hasSlope(Op.Unary op) {
    return op.kind() == UnaryKind.RELU && op.alpha() != 0;
  }

  private static Computation unary(Site<Op.Unary> site) {
    Op.Unary op = site.op();
    return switch (op.kind()) {
      case RELU -> Call.of("relu").reals(0);
      case ELU -> Call.of("elu").reals(op.alpha());
      case CLIP -> Call.of("clipbyvalue").reals(op.alpha(), op.beta());
      default -> UNARY.get(op.kind());
    };
  }

  private static Computation binary(Site<Op.Binary> site) {
    BinaryKind kind = site.op().kind();
    Call call = Call.of(BINARY.get(kind));
    boolean chooses = kind == BinaryKind.MAXIMUM || kind == BinaryKind.MINIMUM;
    return chooses ? new NumbersOnly(site.op(), call) : call;
  }
}
