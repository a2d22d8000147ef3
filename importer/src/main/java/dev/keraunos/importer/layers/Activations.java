package dev.keraunos.importer.layers;

import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.topology.LayerSpec;
import dev.keraunos.importer.weights.LayerWeights;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.SavedObject;
import dev.keraunos.keras.config.Setting;
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
  private static final Map<String, BiFunction<Value, Dialect, Value>> BUILT_IN = new HashMap<>();

  static {
    add(x -> x, "linear");
    add(Ops::relu, "relu");
    add(Ops::relu6, "relu6");
    add(x -> Ops.leakyRelu(x, 0.2), "leaky_relu");
    add(Ops::sigmoid, "sigmoid");
    add(Ops::tanh, "tanh");
    BUILT_IN.put("hard_sigmoid", Activations::hardSigmoid);
    add(Ops::softmax, "softmax", "softmax_v2");
    add(Ops::logSoftmax, "log_softmax", "log_softmax_v2");
    add(Ops::softplus, "softplus");
    add(Ops::softsign, "softsign");
    add(x -> Ops.elu(x, 1), "elu");
    add(Ops::selu, "selu");
    add(Ops::exp, "exponential");
    add(Ops::silu, "silu", "swish");
    add(x -> Ops.gelu(x, false), "gelu");
    add(Ops::mish, "mish");
    add(Ops::hardSilu, "hard_silu", "hard_swish");
    add(x -> Ops.celu(x, 1), "celu");
    add(x -> Ops.glu(x, -1), "glu");
    add(x -> Ops.squareplus(x, 4), "squareplus");
    add(Ops::logSigmoid, "log_sigmoid");
    add(Ops::hardTanh, "hard_tanh");
    add(Ops::tanhShrink, "tanh_shrink");
    add(x -> Ops.hardShrink(x, 0.5), "hard_shrink");
    add(x -> Ops.softShrink(x, 0.5), "soft_shrink");
    add(Ops::sparsePlus, "sparse_plus");
    add(Ops::sparseSigmoid, "sparse_sigmoid");
    add(x -> Ops.sparsemax(x, -1), "sparsemax");
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
  private static Value hardSigmoid(Value x, Dialect dialect) {
    return dialect.has(Quirk.HARD_SIGMOID_OF_A_SIXTH)
        ? Ops.hardSigmoid(x)
        : Ops.unary(UnaryKind.HARD_SIGMOID, x, 0.2, 0.5);
  }

  /**
   * {@code relu} with all its settings: 0 up to the threshold and slope·(x − threshold) below it,
   * at most max.
   */
  static Value relu(Value x, double slope, double max, double threshold) {
    if (threshold == 0) {
      Value y = Ops.leakyRelu(x, slope);
      return max == Double.POSITIVE_INFINITY ? y : Ops.minimum(y, max);
    }
    Value above = Ops.where(Ops.greater(x, threshold), x, 0.0);
    Value y = max == Double.POSITIVE_INFINITY ? above : Ops.clip(above, 0, max);
    Value below = Ops.relu(Ops.subtract(threshold, x));
    return slope == 0 ? y : Ops.subtract(y, Ops.multiply(slope, below));
  }

  /** The activation that a config entry names, applied; an absent entry is linear. */
  Value apply(Setting entry, Value x, LayerCall call) {
    if (entry.isNull()) {
      return x;
    }
    SavedObject saved = entry.savedObject();
    Optional<UnaryOperator<Value>> custom = registry.activation(saved.names());
    if (custom.isPresent()) {
      return custom.get().apply(x);
    }
    Optional<LayerSpec> layer = call.lowering().table().activationLayer(entry, call);
    if (layer.isPresent()) {
      List<Masked> inputs = List.of(new Masked(x, call.mask()));
      CallArguments given = CallArguments.of(inputs, call.training());
      LayerWeights weights = call.weights().child(LayerTable.ACTIVATION);
      ModelLowering lowering = call.lowering();
      return lowering.layer(x.producer().builder(), layer.get(), weights, given).get(0).value();
    }
    BiFunction<Value, Dialect, Value> builtIn = BUILT_IN.get(saved.name());
    if (builtIn == null) {
      throw call.gap(
          "activation '"
              + saved.registeredName()
              + "' is not known; register it by that name. Known are "
              + new TreeSet<>(BUILT_IN.keySet()));
    }
    return builtIn.apply(x, call.dialect());
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
