package dev.keraunos;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.lowering.LoweredModel;
import dev.keraunos.importer.internal.lowering.TextPart;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One call of a model with texts: what is computed with them before its graph runs, and after it.
 * Of a model without texts it hands everything on.
 */
final class TextRun {
  private final TextPart texts;
  private final Map<Value, Tensor> known = new HashMap<>();
  private final List<Tensor> inputs = new ArrayList<>();
  private final List<Tensor> given;

  /**
   * Computes the inputs of the graph.
   *
   * @param given the model's inputs in their order, of their types
   * @throws InputException if texts do not fit
   */
  TextRun(LoweredModel model, List<Tensor> given) {
    this.texts = model.texts();
    this.given = given;
    for (int i = 0; i < given.size(); i++) {
      Value input = model.inputs().get(i);
      requireFits(input, given.get(i));
      known.put(input, given.get(i));
    }
    for (Value input : model.graph().inputs()) {
      Value made = texts.fed().get(input);
      Tensor tensor = made == null ? known.get(input) : texts.compute(made, known);
      if (tensor != null) { // random numbers are drawn later
        inputs.add(tensor);
      }
    }
  }

  private static void requireFits(Value input, Tensor given) {
    if (input.dtype() == DType.STRING && !input.shape().accepts(given.shape())) {
      throw new InputException(
          "input '"
              + DataAdapter.name(input)
              + "' takes "
              + input.type()
              + ", given is "
              + TensorType.of(given));
    }
  }

  /** The inputs of the graph, without random numbers. */
  List<Tensor> inputs() {
    return inputs;
  }

  /**
   * Computes what is wanted.
   *
   * @param graph computes values of the graph
   */
  List<Tensor> results(
      Map<String, Value> wanted, Function<Map<String, Value>, List<Tensor>> graph) {
    if (wanted.values().stream().noneMatch(TextRun::isText)) {
      return graph.apply(wanted);
    }
    Map<String, Value> numbers = new LinkedHashMap<>();
    wanted.forEach((name, value) -> addNumbers(numbers, name, value));
    List<Tensor> computed = numbers.isEmpty() ? List.of() : graph.apply(numbers);
    Map<String, Tensor> byName = new LinkedHashMap<>();
    numbers.forEach(
        (name, value) -> {
          byName.put(name, computed.get(byName.size()));
          known.put(value, byName.get(name));
        });
    List<Tensor> results = new ArrayList<>();
    wanted.forEach((name, value) -> results.add(isText(value) ? text(value) : byName.get(name)));
    byName.forEach((name, tensor) -> free(tensor, wanted.containsKey(name)));
    return results;
  }

  private static boolean isText(Value value) {
    return value.dtype() == DType.STRING;
  }

  private void addNumbers(Map<String, Value> numbers, String name, Value value) {
    if (isText(value)) {
      texts.needs(value).forEach(n -> numbers.put(name + " of number " + numbers.size(), n));
    } else {
      numbers.put(name, value);
    }
  }

  private Tensor text(Value value) {
    Tensor computed = texts.compute(value, known);
    return given.contains(computed) ? computed.cast(DType.STRING) : computed;
  }

  private static void free(Tensor tensor, boolean wanted) {
    if (!wanted) {
      tensor.close();
    }
  }
}
