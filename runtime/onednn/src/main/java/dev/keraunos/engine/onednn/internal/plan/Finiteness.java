package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.EnumSet;
import java.util.HashSet;
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
    }
  }

  /**
   * Notes the results of a node.
   *
   * @param divisor the second operand, if it is a constant
   */
  void add(Node node, Tensor divisor) {
    boolean inherited = node.inputs().stream().anyMatch(unsure::contains);
    if (inherited || arises(node.op(), divisor)) {
      unsure.addAll(node.outputs());
    }
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
