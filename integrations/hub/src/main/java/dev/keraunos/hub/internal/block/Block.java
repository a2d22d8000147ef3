package dev.keraunos.hub.internal.block;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.table.CallArguments;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** One call of a layer that holds layers. */
public final class Block {
  /** What a layer computes of the layers inside it. */
  @FunctionalInterface
  public interface Body {
    Value lower(Block block);
  }

  /** The same with several outputs. */
  @FunctionalInterface
  public interface Bodies {
    List<Value> lower(Block block);
  }

  private static final List<String> FIRST = List.of("decoder_sequence", "output_content", "x");

  private final RowCall call;
  private final Parts parts;

  private Block(RowCall call, Parts.Inside inside) {
    this.call = call;
    Value x = first();
    long features = x == null || x.rank() == 0 ? -1 : x.shape().dim(-1);
    this.parts = new Parts(call.layer(), call.config(), features);
    inside.declare(parts);
  }

  /** A row of a layer that hands no mask on. */
  public static LayerRow row(String name, Parts.Inside inside, Body body) {
    return LayerRow.drops(call -> body.lower(new Block(call, inside)), name)
        .children(layer -> Parts.of(layer, inside));
  }

  /** A row of a layer that hands the mask of its input on. */
  public static LayerRow passing(String name, Parts.Inside inside, Body body) {
    return LayerRow.passes(call -> body.lower(new Block(call, inside)), name)
        .children(layer -> Parts.of(layer, inside));
  }

  /** A row of a layer that decides on masks itself. */
  public static LayerRow masked(
      String name, Parts.Inside inside, Function<Block, List<Masked>> body) {
    return LayerRow.of(call -> body.apply(new Block(call, inside)), name)
        .children(layer -> Parts.of(layer, inside));
  }

  /** A row of a layer with several outputs. */
  public static LayerRow rows(String name, Parts.Inside inside, Bodies body) {
    return LayerRow.of(
            call -> body.lower(new Block(call, inside)).stream().map(Masked::unmasked).toList(),
            name)
        .children(layer -> Parts.of(layer, inside));
  }

  public RowCall call() {
    return call;
  }

  public Config config() {
    return call.config();
  }

  public int integer(String key) {
    return config().get(key).integer();
  }

  /** The input by position, or by what KerasHub names the first parameter of calls. */
  private Value first() {
    if (!call.inputs().isEmpty()) {
      return call.input(0).value();
    }
    return FIRST.stream()
        .flatMap(name -> call.inputs(name).stream())
        .map(Masked::value)
        .findFirst()
        .orElse(null);
  }

  /** The input, cast to the type the layer computes in. */
  public Value x() {
    Value x = first();
    return x == null ? call.x() : call.autocast(x);
  }

  /** A tensor given by position, its floating type cast; null if there are fewer. */
  public Value x(int place) {
    return place < call.inputs().size() ? call.autocast(call.inputs().get(place).value()) : null;
  }

  /** A tensor given by a keyword, its floating type cast; null if there is none. */
  public Value given(String keyword) {
    List<Masked> found = call.inputs(keyword);
    return found.isEmpty() ? null : call.autocast(found.get(0).value());
  }

  /** A constant given by a keyword. */
  public boolean flag(String keyword, boolean absent) {
    return call.constant(keyword).bool(absent);
  }

  /** What a layer inside computes, with its mask. */
  public Masked masked(String attribute, Masked x) {
    return call.inner(parts.get(attribute), attribute, List.of(x)).get(0);
  }

  /** What a layer inside computes. */
  public Value apply(String attribute, Value... xs) {
    List<Masked> inputs = new ArrayList<>();
    for (Value x : xs) {
      inputs.add(Masked.unmasked(x));
    }
    return call.inner(parts.get(attribute), attribute, inputs).get(0).value();
  }

  /**
   * The same with arguments by name.
   *
   * @param named tensors, and constants as JSON; null for none
   */
  public List<Value> applyAll(String attribute, List<Value> xs, Map<String, Object> named) {
    List<Masked> inputs = xs.stream().map(Masked::unmasked).toList();
    return called(attribute, inputs, named).stream().map(Masked::value).toList();
  }

  private List<Masked> called(String attribute, List<Masked> inputs, Map<String, Object> named) {
    Map<String, Argument> keywords = new LinkedHashMap<>();
    Map<TensorRef, Masked> tensors = new LinkedHashMap<>();
    named.forEach(
        (name, argument) -> {
          if (argument instanceof Value value) {
            TensorRef ref = new TensorRef(name, 0, 0);
            tensors.put(ref, Masked.unmasked(value));
            keywords.put(name, ref);
          } else if (argument != null) {
            keywords.put(name, new Argument.Literal(Entries.json(argument)));
          }
        });
    Value passed = inputs.isEmpty() ? null : inputs.get(0).mask();
    List<Masked> outputs =
        call.site()
            .layer(
                call.builder(),
                parts.get(attribute),
                call.weights().child(attribute),
                new CallArguments(
                    List.of(), keywords, tensors::get, inputs, passed, call.training(), false));
    if (outputs.isEmpty()) {
      throw GapException.told();
    }
    return outputs;
  }

  /** The first output of {@link #applyAll}. */
  public Value apply(String attribute, List<Value> xs, Map<String, Object> named) {
    return applyAll(attribute, xs, named).get(0);
  }

  /**
   * A MultiHeadAttention inside.
   *
   * @param mask (batch, time of query, time of value), or null
   */
  public Value attend(String attribute, Value query, Value value, Value mask) {
    return attend(attribute, Masked.unmasked(query), Masked.unmasked(value), mask);
  }

  /** The same of tensors that carry masks. */
  public Value attend(String attribute, Masked query, Masked value, Value mask) {
    Map<String, Object> named = new LinkedHashMap<>();
    named.put("attention_mask", mask);
    return called(attribute, List.of(query, value), named).get(0).value();
  }

  /** The call without the masks that its tensors carry. */
  public static RowCall unmasked(RowCall call) {
    List<Masked> inputs = call.inputs().stream().map(Masked::value).map(Masked::unmasked).toList();
    CallArguments given =
        new CallArguments(
            call.arguments(),
            call.keywords(),
            ref -> Masked.unmasked(call.value(ref)),
            inputs,
            call.passedMask(),
            call.training(),
            false);
    return new RowCall(
        call.site(),
        call.builder(),
        call.layer(),
        call.row(),
        call.config(),
        call.weights(),
        given);
  }

  /**
   * What a layer inside makes of x: heads.
   *
   * @param count how many the config has
   */
  public Value heads(String attribute, Value x, long count) {
    Value heads = apply(attribute, x);
    if (heads.shape().dim(-2) != count) {
      throw new ModelFileException(
          call.path() + "." + attribute,
          "a kernel for " + heads.shape().dim(-2) + " heads",
          count + " heads, as the config has them",
          "The weights belong to another model, or the file is damaged.");
    }
    return heads;
  }

  /** The mask (batch, queries, keys) of a decoder, in which padding and later keys are off. */
  public Value padding(String keyword) {
    Value given = given(keyword);
    return given == null ? call.passedMask() : given;
  }

  /** An activation that the config names, those of KerasHub among them. */
  public Value activate(String key, Value x) {
    return activate(config().get(key), x);
  }

  /** The same of any setting. */
  public Value activate(Setting setting, Value x) {
    return isApproximateGelu(setting.json())
        ? Ops.gelu(x, true)
        : call.activation(setting).apply(x);
  }

  private static boolean isApproximateGelu(JsonNode json) {
    JsonNode name = json.isObject() ? json.path("config") : json;
    return name.asText("").replace("keras_hub>", "").equals("gelu_approximate");
  }

  /** An activation by its name in Keras. */
  public Value activation(String name, Value x) {
    return activate(
        new Config(Entries.json(Map.of("activation", name)), call.path()).get("activation"), x);
  }

  /** The indices along an axis of x, as a vector of a type. */
  public Value steps(Value x, int axis, DType type) {
    int counted = axis < 0 ? x.rank() + axis : axis;
    List<Dim> dims = List.of(Dim.of(x, 0).get(counted));
    return call.apply(new Op.Iota(type, dims, 0), x);
  }

  /** Heads: (..., n) as (..., n / size, size), all dimensions but the last as they are. */
  public Value splitLast(Value x, long... sizes) {
    List<Dim> dims = new ArrayList<>(Dim.of(x, 0).subList(0, x.rank() - 1));
    dims.addAll(Dim.of(sizes));
    return Ops.reshape(x, dims, x);
  }

  /** The last {@code count} axes as one. */
  public Value mergeLast(Value x, int count) {
    List<Dim> dims = new ArrayList<>(Dim.of(x, 0).subList(0, x.rank() - count));
    long size = 1;
    for (int i = 1; i <= count; i++) {
      size *= call.dim(x, -i);
    }
    dims.addAll(Dim.of(size));
    return Ops.reshape(x, dims, x);
  }

  /** What is (1, ..., n) for every sample of x. */
  public Value perSample(Value row, Value x) {
    List<Dim> dims = new ArrayList<>(Dim.of(row, 0));
    dims.set(0, new Dim.Same(1, 0));
    return call.apply(new Op.BroadcastTo(dims), row, x);
  }

  public Value weight(String name, long... dims) {
    return call.weight(name, dims);
  }

  public boolean isKnown(Value x, int axis) {
    return x.shape().dim(axis) != Shape.UNKNOWN;
  }
}
