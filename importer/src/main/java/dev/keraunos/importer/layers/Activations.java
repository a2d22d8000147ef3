package dev.keraunos.importer.layers;

import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.config.SavedObject;
import dev.keraunos.importer.config.Setting;
import dev.keraunos.loss.KerasVersion;
import dev.keraunos.loss.KerasVersion.Line;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** The activation functions by name: {@code keras.activations} of Keras 1 to 3.15. */
final class Activations {
  private static final Map<String, BiFunction<Value, KerasVersion, Value>> BUILT_IN =
      new HashMap<>();

  static {
    add(x -> x, "linear");
    add(Ops::relu, "relu", "ReLU");
    add(Ops::relu6, "relu6");
    add(x -> Ops.leakyRelu(x, 0.2), "leaky_relu");
    add(Ops::sigmoid, "sigmoid");
    add(Ops::tanh, "tanh");
    BUILT_IN.put("hard_sigmoid", Activations::hardSigmoid);
    add(Ops::softmax, "softmax", "softmax_v2", "Softmax");
    add(Ops::logSoftmax, "log_softmax");
    add(Ops::softplus, "softplus");
    add(Ops::softsign, "softsign");
    add(x -> Ops.elu(x, 1), "elu");
    add(Ops::selu, "selu");
    add(Ops::exp, "exponential");
    add(Ops::silu, "silu", "swish");
    add(x -> Ops.gelu(x, false), "gelu");
    add(Ops::mish, "mish");
    add(Ops::hardSilu, "hard_silu", "hard_swish");
    add(Ops::logSigmoid, "log_sigmoid");
  }

  private final ModelRegistry registry;

  Activations(ModelRegistry registry) {
    this.registry = registry;
  }

  private static void add(UnaryOperator<Value> function, String... names) {
    for (String name : names) {
      BUILT_IN.put(name, (x, version) -> function.apply(x));
    }
  }

  /** Keras 3 changed the slope from 0.2 to 1/6. */
  private static Value hardSigmoid(Value x, KerasVersion version) {
    return version.line() == Line.KERAS_3
        ? Ops.hardSigmoid(x)
        : Ops.unary(UnaryKind.HARD_SIGMOID, x, 0.2, 0.5);
  }

  /** The activation that a config entry names, applied; an absent entry is linear. */
  Value apply(Setting entry, Value x, LayerCall call) {
    if (entry.isNull()) {
      return x;
    }
    SavedObject saved = entry.savedObject();
    Optional<UnaryOperator<Value>> custom =
        registry.activation(saved.registeredName()).or(() -> registry.activation(saved.name()));
    if (custom.isPresent()) {
      return custom.get().apply(x);
    }
    BiFunction<Value, KerasVersion, Value> builtIn = BUILT_IN.get(saved.name());
    if (builtIn != null) {
      return builtIn.apply(x, call.version());
    }
    return call.lowering()
        .table()
        .activationLayer(entry, call)
        .map(
            layer ->
                call.lowering()
                    .layer(x.producer().builder(), layer, null, List.of(Masked.unmasked(x))))
        .map(outputs -> outputs.get(0).value())
        .orElseThrow(
            () ->
                call.gap(
                    "activation '"
                        + saved.registeredName()
                        + "' is not known; register it by that name. Known are "
                        + new TreeSet<>(BUILT_IN.keySet())));
  }

  /** The same as one elementwise operation, where it is one: what the recurrent kernels take. */
  Optional<Op.Unary> unary(Setting entry, LayerCall call) {
    GraphBuilder scratch = new GraphBuilder();
    Value x = scratch.input("x", new TensorType(DType.FLOAT32, Shape.of(1, 1)));
    Value y = apply(entry, x, call);
    if (y == x) {
      return Optional.of(new Op.Unary(UnaryKind.RELU, 1, 0));
    }
    boolean single =
        y.producer().inputs().equals(List.of(x)) && y.producer().op() instanceof Op.Unary;
    return single ? Optional.of((Op.Unary) y.producer().op()) : Optional.empty();
  }
}
