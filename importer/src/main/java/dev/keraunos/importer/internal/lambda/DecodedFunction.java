package dev.keraunos.importer.internal.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.bytecode.PythonFunction;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.operations.Scope;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.TensorRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A function from a file that is decoded, ready to be called.
 *
 * @param stored what the file holds beside its code
 * @param function the expression
 */
public record DecodedFunction(StoredFunction stored, PythonFunction function) {
  /**
   * Decodes a function.
   *
   * @throws dev.keraunos.importer.internal.bytecode.UndecodableException if it is no straight
   *     expression
   */
  public static DecodedFunction of(StoredFunction stored) {
    return new DecodedFunction(stored, stored.decode());
  }

  /**
   * Writes one call in a graph.
   *
   * @param structure the first argument, a tensor, a list or a dict of them
   * @param tensors what it refers to
   * @param arguments of the other parameters by name, a missing one where it is not known; those
   *     that the function does not have are refused
   * @return the tensors that the function returns
   * @throws GapException if it calls or uses what is not known
   */
  public List<Value> call(
      Scope scope,
      Argument structure,
      Function<TensorRef, Value> tensors,
      Map<String, JsonNode> arguments) {
    Map<String, Argument> parameters = new LinkedHashMap<>();
    Evaluation evaluation = new Evaluation(scope, parameters, closure());
    List<String> names = function.parameters();
    if (names.size() == function.keywordOnly()) {
      throw new GapException("the function takes no argument by position");
    }
    defaults(parameters);
    arguments.forEach(
        (name, value) ->
            parameters.compute(name, (any, none) -> value.isMissingNode() ? null : literal(value)));
    parameters.put(names.get(0), entered(evaluation, structure, tensors));
    if (evaluation.isWithoutTensors()) {
      throw new GapException("the function is given no tensor");
    }
    if (!names.containsAll(parameters.keySet())) {
      throw new GapException(
          "arguments " + parameters.keySet() + " are given, but it takes " + names);
    }
    return outputs(evaluation, evaluation.of(function.result()));
  }

  private void defaults(Map<String, Argument> parameters) {
    int positional = function.parameters().size() - function.keywordOnly();
    int first = positional - stored.defaults().size();
    for (int i = Math.max(0, first); i < positional; i++) {
      parameters.put(function.parameters().get(i), literal(stored.defaults().get(i - first)));
    }
  }

  private Map<String, Argument> closure() {
    Map<String, Argument> closure = new HashMap<>();
    int known = Math.min(function.free().size(), stored.closure().size());
    for (int i = 0; i < known; i++) {
      closure.put(function.free().get(i), literal(stored.closure().get(i)));
    }
    return closure;
  }

  private static Argument literal(JsonNode json) {
    return new Argument.Literal(Literals.plain(json));
  }

  /** The same structure of tensors in the numbering of a call. */
  private static Argument entered(
      Evaluation evaluation, Argument structure, Function<TensorRef, Value> tensors) {
    if (structure instanceof TensorRef ref) {
      return evaluation.tensor(tensors.apply(ref));
    } else if (structure instanceof Argument.Items list) {
      return new Argument.Items(
          list.items().stream().map(item -> entered(evaluation, item, tensors)).toList());
    } else if (structure instanceof Argument.Entries dict) {
      Map<String, Argument> entries = new LinkedHashMap<>();
      dict.entries().forEach((key, item) -> entries.put(key, entered(evaluation, item, tensors)));
      return new Argument.Entries(entries);
    }
    return structure;
  }

  private static List<Value> outputs(Evaluation evaluation, Argument result) {
    if (result instanceof TensorRef ref) {
      return List.of(evaluation.value(ref));
    }
    List<Value> values = new ArrayList<>();
    if (result instanceof Argument.Items list) {
      for (Argument item : list.items()) {
        values.add(evaluation.tensor(item, "a list that is returned"));
      }
      return values;
    }
    throw new GapException("the function returns a constant instead of tensors");
  }
}
