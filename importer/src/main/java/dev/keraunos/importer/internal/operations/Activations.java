package dev.keraunos.importer.internal.operations;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * The activation functions by name: {@code keras.activations} of Keras 1 to 3.15. What is said here
 * of names and defaults holds for configs, for the kernels of recurrent layers, for functions in
 * graphs and for expressions.
 */
public final class Activations {
  /** A function of a tensor and its one setting. */
  private interface Function {
    Value apply(Value x, double setting, Dialect dialect);
  }

  /** A function with what it takes where the setting is absent; without a name there is none. */
  private record Row(String setting, double absent, Function function) {
    Value apply(Value x, Setting given, Dialect dialect) {
      return function.apply(x, number(given), dialect);
    }

    private double number(Setting given) {
      if (given.json().isBoolean()) {
        return given.bool() ? 1 : 0;
      }
      return setting.equals(AXIS) ? given.integer((int) absent) : given.number(absent);
    }
  }

  private static final String AXIS = "axis|dim";
  private static final Map<String, Row> BUILT_IN = new HashMap<>();

  /** The same functions as operations of {@code keras.ops}, by class. */
  private static final Map<String, Row> CLASSES = new HashMap<>();

  static {
    plain(x -> x, "linear");
    plain(Ops::relu, "Relu", "relu");
    plain(Ops::relu6, "Relu6", "relu6");
    plain(Ops::sigmoid, "Sigmoid", "sigmoid");
    plain(Ops::tanh, "Tanh", "tanh");
    plain(Ops::softplus, "Softplus", "softplus");
    plain(Ops::softsign, "Softsign", "softsign");
    plain(Ops::selu, "Selu", "selu");
    plain(Ops::exp, "exponential");
    plain(Ops::silu, "Silu", "silu", "swish");
    plain(Ops::mish, "Mish", "mish");
    plain(Ops::hardSilu, "HardSilu", "hard_silu", "hard_swish");
    plain(Ops::logSigmoid, "LogSigmoid", "log_sigmoid");
    plain(Ops::hardTanh, "HardTanh", "hard_tanh");
    plain(Ops::tanhShrink, "TanhShrink", "tanh_shrink");
    plain(Ops::sparsePlus, "SparsePlus", "sparse_plus");
    plain(Ops::sparseSigmoid, "SparseSigmoid", "sparse_sigmoid");
    add("", 0, (x, none, dialect) -> hardSigmoid(x, dialect), "HardSigmoid", "hard_sigmoid");
    with("negative_slope|alpha", 0.2, Ops::leakyRelu, "LeakyRelu", "leaky_relu");
    with("alpha", 1, Ops::elu, "Elu", "elu");
    with("alpha", 1, Ops::celu, "Celu", "celu");
    with("b", 4, Ops::squareplus, "Squareplus", "squareplus");
    with("threshold", 0.5, Ops::hardShrink, "HardShrink", "hard_shrink");
    with("threshold", 0.5, Ops::softShrink, "SoftShrink", "soft_shrink");
    with("approximate", 0, (x, flag) -> Ops.gelu(x, flag != 0), "gelu");
    with("approximate", 1, (x, flag) -> Ops.gelu(x, flag != 0), "Gelu");
    along((x, axis) -> Ops.softmax(x, axis), "Softmax", "softmax_v2");
    add(AXIS, -1, (x, axis, dialect) -> softmax(x, (int) axis, dialect), "softmax");
    along((x, axis) -> Ops.logSoftmax(x, axis), "LogSoftmax", "log_softmax", "log_softmax_v2");
    along(Ops::glu, "Glu", "glu");
    along(Ops::sparsemax, "Sparsemax", "sparsemax");
  }

  private Activations() {}

  /** TensorFlow up to 2.3 writes that of more than two axes out, so that no logits are found. */
  private static Value softmax(Value x, int axis, Dialect dialect) {
    if (x.rank() < 3 || !dialect.has(Quirk.SEARCHES_LOGITS)) {
      return Ops.softmax(x, axis);
    }
    Value e = Ops.exp(Ops.subtract(x, Ops.reduce(ReduceKind.MAX, x, true, axis)));
    return Ops.divide(e, Ops.reduce(ReduceKind.SUM, e, true, axis));
  }

  /** What a value is the sigmoid or softmax of: Keras on TensorFlow remembers it there. */
  public static Optional<Value> logits(Value value) {
    return isSigmoid(value) || isSoftmax(value)
        ? Optional.of(value.producer().inputs().get(0))
        : Optional.empty();
  }

  /**
   * The same of a value that a function of TensorFlow made, which moves any axis but the last, so
   * that nothing is found behind it.
   */
  public static Optional<Value> logitsOfFunction(Value value) {
    return logits(value).filter(x -> isSigmoid(value) || value.rank() - 1 == axis(value));
  }

  /**
   * {@code tf.identity}: the same numbers as another tensor, behind which Keras remembers no
   * logits; TensorFlow up to 2.3 looks through it.
   */
  public static Value copied(Value x, Dialect dialect) {
    return logits(x).isPresent() && !dialect.has(Quirk.SEARCHES_LOGITS)
        ? Ops.reshape(x, Dim.of(x, 0))
        : x;
  }

  static boolean isSigmoid(Value value) {
    return value.producer().op() instanceof Op.Unary unary && unary.kind() == UnaryKind.SIGMOID;
  }

  static boolean isSoftmax(Value value) {
    return value.producer().op() instanceof Op.Softmax over
        && !over.log()
        && over.axes().size() == 1;
  }

  /** The only axis of a softmax. */
  private static int axis(Value softmax) {
    return softmax.shape().axis(((Op.Softmax) softmax.producer().op()).axes().get(0));
  }

  private static void add(String setting, double absent, Function function, String... names) {
    for (String name : names) {
      boolean isClass = Character.isUpperCase(name.charAt(0));
      (isClass ? CLASSES : BUILT_IN).put(name, new Row(setting, absent, function));
    }
  }

  private static void plain(UnaryOperator<Value> function, String... names) {
    add("", 0, (x, none, dialect) -> function.apply(x), names);
  }

  private interface WithNumber {
    Value apply(Value x, double setting);
  }

  private static void with(String setting, double absent, WithNumber function, String... names) {
    add(setting, absent, (x, number, dialect) -> function.apply(x, number), names);
  }

  private interface Axis {
    Value apply(Value x, int axis);
  }

  private static void along(Axis function, String... names) {
    add(AXIS, -1, (x, axis, dialect) -> function.apply(x, (int) axis), names);
  }

  /** Keras 3 changed the slope from 0.2 to 1/6. */
  private static Value hardSigmoid(Value x, Dialect dialect) {
    return dialect.has(Quirk.HARD_SIGMOID_OF_A_SIXTH)
        ? Ops.hardSigmoid(x)
        : Ops.hardSigmoidOfAFifth(x);
  }

  /** The rows of {@link Operations} that these functions are. */
  static void register() {
    BUILT_IN.forEach(Activations::register);
    CLASSES.forEach(Activations::register);
    String x = Operations.X;
    Operations.one(x + " negative_slope max_value threshold", Activations::relu, "ReLU");
    Operations.one(
        x + " threshold default_value",
        call ->
            Ops.threshold(
                call.value("x"),
                call.get("threshold").number(),
                call.get("default_value").number()),
        "Threshold");
  }

  private static void register(String name, Row row) {
    String setting = row.setting().split("\\|", -1)[0];
    Operations.one(
        (Operations.X + " " + row.setting()).strip(), call -> apply(row, call, setting), name);
  }

  /** Of all elements at once, where that is how the axis is told. */
  private static Value apply(Row row, OperationCall call, String setting) {
    Value x = call.value("x");
    Setting given = call.get(setting);
    boolean all = setting.equals("axis") && given.isNull() && !given.isMissing();
    Value y = row.apply(all ? Ops.reshape(x, -1) : x, given, call.scope().dialect());
    return all ? Ops.reshape(y, Dim.of(x, 1), x) : y;
  }

  private static Value relu(OperationCall call) {
    return Ops.relu(
        call.value("x"),
        call.number("negative_slope", 0),
        call.number("max_value", Double.POSITIVE_INFINITY),
        call.number("threshold", 0));
  }

  /** The names of all functions. */
  public static SortedSet<String> names() {
    return new TreeSet<>(BUILT_IN.keySet());
  }

  /** A function by name, with its setting left out. */
  public static Optional<UnaryOperator<Value>> named(String name, Dialect dialect) {
    return Optional.ofNullable(BUILT_IN.get(name))
        .map(row -> x -> row.function().apply(x, row.absent(), dialect));
  }

  /** A function of this name with its setting as a config has it. */
  public static Value apply(String name, Value x, Setting setting, Dialect dialect) {
    return BUILT_IN.get(name).apply(x, setting, dialect);
  }
}
