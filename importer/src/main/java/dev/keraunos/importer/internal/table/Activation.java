package dev.keraunos.importer.internal.table;

import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.Activations;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.weights.LayerWeights;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.config.SavedObject;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What an entry of a layer's config names as its activation: the caller's function, a layer, or one
 * of {@link Activations}.
 *
 * @param entry absent and null are linear
 */
public record Activation(Setting entry, RowCall call) {
  /**
   * The activation of a tensor of any shape.
   *
   * @throws GapException if nothing has that name
   */
  public Value apply(Value x) {
    if (entry.isNull()) {
      return x;
    }
    SavedObject saved = entry.savedObject();
    List<String> names = names(saved);
    Optional<UnaryOperator<Value>> custom = call.site().registry().activation(names);
    if (custom.isPresent()) {
      return custom.get().apply(x);
    }
    String ways = ways(names.get(names.size() - 1));
    Optional<LambdaFunction> stored = LambdaFunction.of(call, entry.json(), ways);
    if (stored.isPresent()) {
      return stored.get().of(x);
    }
    Optional<LayerSpec> layer = call.site().table().activationLayer(entry, call.layer());
    if (layer.isPresent()) {
      List<Masked> inputs = List.of(new Masked(x, call.mask()));
      CallArguments given = CallArguments.of(inputs, call.training());
      LayerWeights weights = call.weights().child(LayerTable.ACTIVATION);
      GraphBuilder target = x.producer().builder();
      return call.site().layer(target, layer.get(), weights, given).stream()
          .findFirst()
          .orElseThrow(GapException::told)
          .value();
    }
    return Activations.named(saved.name(), call.dialect())
        .orElseThrow(
            () ->
                call.gap(
                    "activation '"
                        + saved.registeredName()
                        + "' is not known. "
                        + ways
                        + ". Known are "
                        + Activations.names()))
        .apply(x);
  }

  /** A function without a name of its own goes by that of its layer too. */
  private List<String> names(SavedObject saved) {
    List<String> names = new ArrayList<>(saved.names());
    if (saved.registeredName().matches("<lambda>|__lambda__")) {
      names.add(call.layer().name());
    }
    return names;
  }

  private static String ways(String name) {
    return "Bind it by name: ModelRegistry.builder().activation(\""
        + name
        + "\", x -> Ops.relu(x)), or --activation "
        + name
        + "='relu(x)'";
  }

  /** The same as one elementwise operation, where it is one: what the recurrent kernels take. */
  public Optional<Op.Unary> unary() {
    GraphBuilder scratch = new GraphBuilder();
    Value x = scratch.input("x", new TensorType(DType.FLOAT32, Shape.of(1, 1)));
    Value y = apply(x);
    if (y == x) {
      return Optional.of(new Op.Unary(UnaryKind.RELU, 1, 0));
    }
    boolean single =
        y.producer().inputs().equals(List.of(x)) && y.producer().op() instanceof Op.Unary;
    return single ? Optional.of((Op.Unary) y.producer().op()) : Optional.empty();
  }
}
