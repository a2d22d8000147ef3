package dev.keraunos.importer.internal.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.Call;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.Quirk;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a call gives its layer, by meaning, as {@code Layer.__call__} of the Keras that wrote it
 * sorts it out.
 *
 * @param positional the positional arguments that have no name
 * @param keywords the others
 * @param tensors what references stand for
 * @param inputs the tensors given positionally, flattened, with the masks to compute with
 * @param passedMask what the layer's {@code compute_mask} gets for the first input; null for none
 * @param training whether the layer computes as in training
 * @param bare whether a layer around it calls its {@code call} itself, which knows nothing of
 *     quantization
 */
public record CallArguments(
    List<Argument> positional,
    Map<String, Argument> keywords,
    Function<TensorRef, Masked> tensors,
    List<Masked> inputs,
    Value passedMask,
    boolean training,
    boolean bare) {
  private static final String MASK = "mask";

  /** What {@code call} of layers names its first parameter. */
  private static final List<String> FIRST = List.of("inputs", "query", "sequences", "sequence");

  /** Tensors for a layer inside a layer. */
  public static CallArguments of(List<Masked> given, boolean training) {
    return new CallArguments(
        List.of(),
        Map.of(),
        ref -> null,
        given,
        given.isEmpty() ? null : given.get(0).mask(),
        training,
        false);
  }

  /** The same by the layer's {@code call} itself. */
  CallArguments asBare() {
    return new CallArguments(positional, keywords, tensors, inputs, passedMask, training, true);
  }

  /**
   * The arguments of a call in a model.
   *
   * @param parameters of the layer's {@code call} behind the first
   * @param outer whether the model around the call is in training
   */
  public static CallArguments of(
      Call call, List<String> parameters, Function<TensorRef, Masked> tensors, boolean outer) {
    List<Argument> positional = new ArrayList<>(call.arguments());
    Map<String, Argument> keywords = new LinkedHashMap<>();
    for (int i = 0; i < parameters.size() && positional.size() > 1; i++) {
      keywords.put(parameters.get(i), positional.remove(1));
    }
    keywords.putAll(call.keywords());
    if (positional.isEmpty()) {
      FIRST.stream()
          .filter(keywords::containsKey)
          .findFirst()
          .map(keywords::remove)
          .ifPresent(positional::add);
    }
    List<Masked> carried = new ArrayList<>();
    positional.forEach(
        argument -> argument.tensors().forEach(ref -> carried.add(tensors.apply(ref))));
    List<Masked> inputs = carried;
    if (replacesMask(call.layer(), keywords.get(MASK))) {
      inputs = masked(carried, keywords.get(MASK), tensors, call.layer());
    } else if (!carried.isEmpty() && withheld(call.layer(), positional, keywords)) {
      inputs = new ArrayList<>(carried);
      inputs.set(0, Masked.unmasked(carried.get(0).value()));
    }
    boolean passes = passes(call);
    List<Masked> passed = passes ? inputs : carried;
    return new CallArguments(
        List.copyOf(positional),
        keywords,
        tensors,
        inputs,
        passed.isEmpty() ? null : passed.get(0).mask(),
        training(call.layer(), keywords.get("training"), outer),
        false);
  }

  /**
   * In tf.keras {@code mask=None} takes the carried mask away, in Keras 3 it is as good as none.
   */
  private static boolean replacesMask(LayerSpec layer, Argument mask) {
    return given(mask) || (mask != null && layer.dialect().has(Quirk.NO_MASK_REMOVES_MASK));
  }

  /** Whether an argument is there and not {@code None}. */
  public static boolean given(Argument argument) {
    return argument != null && !(argument instanceof Argument.Literal literal && isNull(literal));
  }

  private static boolean isNull(Argument.Literal literal) {
    return literal.json() == null || literal.json().isNull();
  }

  /**
   * Keras 3 withholds the mask that the first input carries from calls with further tensors, such
   * as initial states, but gives it to the output. Models find it at their input all the same.
   */
  private static boolean withheld(
      LayerSpec layer, List<Argument> positional, Map<String, Argument> keywords) {
    long count =
        Stream.concat(positional.stream(), keywords.values().stream())
            .filter(argument -> !argument.tensors().isEmpty())
            .count();
    return count > 1
        && layer.model().isEmpty()
        && layer.dialect().has(Quirk.CALLS_WITH_SEVERAL_TENSORS);
  }

  /** Until 3.11, and for masks given by position, Keras 3 hands on the mask that x carries. */
  private static boolean passes(Call call) {
    return !call.layer().dialect().has(Quirk.HANDS_ON_CARRIED_MASK)
        || call.layer().model().isPresent()
        || (call.layer().dialect().has(Quirk.HANDS_ON_GIVEN_MASK)
            && given(call.keywords().get(MASK)));
  }

  /** The inputs with the masks of a {@code mask} argument, of which there may be fewer. */
  private static List<Masked> masked(
      List<Masked> carried, Argument mask, Function<TensorRef, Masked> tensors, LayerSpec layer) {
    List<Argument> leaves = new ArrayList<>();
    collect(mask, leaves);
    List<Masked> inputs = new ArrayList<>(carried);
    for (int i = 0; i < Math.min(leaves.size(), carried.size()); i++) {
      Value x = carried.get(i).value();
      if (leaves.get(i) instanceof TensorRef ref) {
        inputs.set(i, new Masked(x, tensors.apply(ref).value()));
      } else if (layer.model().isEmpty() || !layer.dialect().has(Quirk.ABSENT_MASKS_STAY)) {
        inputs.set(i, Masked.unmasked(x));
      }
    }
    return inputs;
  }

  private static void collect(Argument argument, List<Argument> leaves) {
    if (argument instanceof Argument.Items list) {
      list.items().forEach(item -> collect(item, leaves));
    } else if (argument instanceof Argument.Entries dict) {
      new TreeMap<>(dict.entries()).values().forEach(item -> collect(item, leaves));
    } else if (argument instanceof Argument.Literal list && list.json().isArray()) {
      list.json().forEach(item -> collect(new Argument.Literal(item), leaves));
    } else {
      leaves.add(argument);
    }
  }

  /** Whether the call keeps its layer from training where the model around it trains. */
  public boolean forbidsTraining(LayerSpec layer) {
    return !training && given(keywords.get("training")) && !layer.dialect().has(Quirk.NEVER_TRAINS);
  }

  /**
   * What the call says, else what the model around it does. Keras 3 tells every layer of a model
   * that it is not training, whatever the call says.
   */
  private static boolean training(LayerSpec layer, Argument argument, boolean outer) {
    if (layer.dialect().has(Quirk.NEVER_TRAINS)) {
      return false;
    }
    if (!(argument instanceof Argument.Literal literal) || isNull(literal)) {
      return outer;
    }
    JsonNode json = literal.json();
    return json.asBoolean(json.asDouble(0) != 0);
  }
}
