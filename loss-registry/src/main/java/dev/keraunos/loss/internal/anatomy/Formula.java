package dev.keraunos.loss.internal.anatomy;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Values as people write them: {@code mean(square(y_pred - y_true), axis=-1)}. */
public final class Formula {
  private static final int DEPTH = 4;
  private static final Map<String, String> INFIX =
      Map.of(
          "ADD",
          "+",
          "SUBTRACT",
          "-",
          "MULTIPLY",
          "*",
          "DIVIDE",
          "/",
          "EQUAL",
          "==",
          "GREATER",
          ">",
          "LESS",
          "<");

  private Formula() {}

  /** The expression of a value, cut off where it goes deep. */
  public static String of(Value value) {
    return text(value, DEPTH);
  }

  /** True if {@link dev.keraunos.graph.Ops#named} made the value. */
  static boolean isNamed(Value value) {
    return value.producer().op() instanceof Op.Cast && !value.producer().path().isEmpty();
  }

  private static String text(Value value, int depth) {
    Op op = value.producer().op();
    List<Value> in = value.producer().inputs();
    if (isNamed(value)) {
      return value.producer().path();
    }
    if (op instanceof Op.Input input) {
      return input.name();
    }
    if (op instanceof Op.Constant constant) {
      Tensor tensor = constant.value();
      return tensor.size() == 1 ? number(tensor.getDouble(0)) : "constant " + tensor.shape();
    }
    if (op instanceof Op.Cast || op instanceof Op.BroadcastTo) {
      return text(in.get(0), depth);
    }
    if (depth == 0) {
      return "...";
    }
    if (op instanceof Op.Binary binary) {
      return binary(binary.kind().name(), in, depth);
    }
    return call(op, in, depth);
  }

  private static String binary(String kind, List<Value> in, int depth) {
    String left = text(in.get(0), depth - 1);
    String right = text(in.get(1), depth - 1);
    return INFIX.containsKey(kind)
        ? "(" + left + " " + INFIX.get(kind) + " " + right + ")"
        : kind.toLowerCase(Locale.ROOT) + "(" + left + ", " + right + ")";
  }

  private static String call(Op op, List<Value> in, int depth) {
    List<String> arguments = new ArrayList<>();
    in.forEach(value -> arguments.add(text(value, depth - 1)));
    String name = op.getClass().getSimpleName();
    if (op instanceof Op.Unary unary) {
      name = unary.kind().name();
    } else if (op instanceof Op.Reduce reduce) {

      name = reduce.kind().name();
      boolean all = reduce.axes().size() == in.get(0).rank();
      if (!all) {
        arguments.add("axis=" + (reduce.axes().size() == 1 ? reduce.axes().get(0) : reduce.axes()));
      }
    } else if (op instanceof Op.ArgReduce argReduce) {
      name = argReduce.max() ? "argmax" : "argmin";
    } else if (op instanceof Op.Gather) {
      name = "take";
    }
    return name.toLowerCase(Locale.ROOT) + "(" + String.join(", ", arguments) + ")";
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e6
        ? Long.toString((long) value)
        : Float.toString((float) value);
  }
}
