package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which values may hold NaN or infinities, as far as the operations tell. Several algorithms of
 * oneDNN lose them; they are used on finite values only. Sums that overflow float32 are not
 * foreseen.
 */
public final class Finiteness {
  private static final int BLOCK = 4096;

  /** Functions that give NaN or infinities for some finite operands. */
  private static final Set<UnaryKind> UNARY =
      EnumSet.of(
          UnaryKind.SQRT,
          UnaryKind.RSQRT,
          UnaryKind.RECIPROCAL,
          UnaryKind.EXP,
          UnaryKind.EXPM1,
          UnaryKind.LOG,
          UnaryKind.LOG1P,
          UnaryKind.TAN,
          UnaryKind.ARCSIN,
          UnaryKind.ARCCOS,
          UnaryKind.SINH,
          UnaryKind.COSH);

  private static final Set<BinaryKind> BINARY =
      EnumSet.of(BinaryKind.DIVIDE, BinaryKind.FLOOR_DIVIDE, BinaryKind.MOD, BinaryKind.POWER);

  private final Set<Value> unsure = new HashSet<>();
  private final Set<Value> positive = new HashSet<>();
  private final Set<Value> notNegative = new HashSet<>();

  /** Whether all elements are known to be finite. */
  boolean holds(Value value) {
    return !unsure.contains(value);
  }

  /** Notes a value that may hold anything. */
  void doubt(Value value) {
    unsure.add(value);
  }

  /** Notes a value that is known. */
  void add(Value value, Tensor constant) {
    if (!isFinite(constant)) {
      unsure.add(value);
    } else if (constant.dtype() == DType.FLOAT32 && least(constant) > 0) {
      positive.add(value);
    }
  }

  /**
   * Notes the results of a node.
   *
   * @param divisor the second operand, if it is a constant
   */
  void add(Node node, Tensor divisor) {
    boolean inherited = node.inputs().stream().anyMatch(unsure::contains);
    if (inherited || (arises(node.op(), divisor) && !dividesByPositive(node))) {
      unsure.addAll(node.outputs());
    } else {
      noteSign(node);
    }
  }

  private boolean dividesByPositive(Node node) {
    return node.op() instanceof Op.Binary binary
        && binary.kind() == BinaryKind.DIVIDE
        && positive.contains(node.inputs().get(1));
  }

  /** As far as it takes to see that the scales of quantized numbers are positive. */
  private void noteSign(Node node) {
    List<Value> in = node.inputs();
    if (node.op() instanceof Op.Unary unary && unary.kind() == UnaryKind.ABSOLUTE) {
      notNegative.addAll(node.outputs());
    } else if (node.op() instanceof Op.Reduce reduce && reduce.kind() == ReduceKind.MAX) {
      copySign(in.get(0), node.output());
    } else if (Op.MOVEMENT_OF_ONE.contains(node.op().getClass())) {
      copySign(in.get(0), node.output());
    } else if (node.op() instanceof Op.Binary binary) {
      boolean both = positive.containsAll(in);
      boolean sum = binary.kind() == BinaryKind.ADD && in.stream().allMatch(this::isNotNegative);
      boolean factors = binary.kind() == BinaryKind.MULTIPLY || binary.kind() == BinaryKind.DIVIDE;
      if ((factors && both) || (sum && in.stream().anyMatch(positive::contains))) {
        positive.add(node.output());
      }
    }
  }

  private boolean isNotNegative(Value value) {
    return positive.contains(value) || notNegative.contains(value);
  }

  private void copySign(Value from, Value to) {
    if (positive.contains(from)) {
      positive.add(to);
    } else if (notNegative.contains(from)) {
      notNegative.add(to);
    }
  }

  private static double least(Tensor tensor) {
    double least = Double.POSITIVE_INFINITY;
    for (long i = 0; i < tensor.size() && least > 0; i++) {
      least = Math.min(least, tensor.getDouble(i));
    }
    return tensor.size() == 0 ? 0 : least;
  }

  private static boolean arises(Op op, Tensor divisor) {
    if (op instanceof Op.Unary unary) {
      return UNARY.contains(unary.kind());
    } else if (op instanceof Op.Binary binary) {
      boolean divides = binary.kind() == BinaryKind.DIVIDE && divisor != null;
      return divides ? hasZero(divisor) : BINARY.contains(binary.kind());
    }
    return op instanceof Op.Scan
        || op instanceof Op.Call
        || (op instanceof Op.Standardize standardize && standardize.epsilon() <= 0);
  }

  private static boolean hasZero(Tensor tensor) {
    for (long i = 0; i < tensor.size(); i++) {
      if (tensor.getDouble(i) == 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether a tensor holds neither NaN nor infinities: of those alone x * 0 is not 0. */
  public static boolean isFinite(Tensor tensor) {
    if (tensor.dtype() != DType.FLOAT32) {
      return true;
    }
    float[] block = new float[(int) Math.min(BLOCK, tensor.size())];
    float[] products = new float[block.length];
    for (long i = 0; i < tensor.size(); i += block.length) {
      int count = (int) Math.min(block.length, tensor.size() - i);
      tensor.read(i, block, 0, count);
      for (int j = 0; j < count; j++) {
        products[j] += block[j] * 0;
      }
    }
    float sum = 0;
    for (float product : products) {
      sum += product;
    }
    return sum == 0;
  }
}
