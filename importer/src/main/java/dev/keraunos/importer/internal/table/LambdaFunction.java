package dev.keraunos.importer.internal.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.bytecode.UndecodableException;
import dev.keraunos.importer.internal.lambda.DecodedFunction;
import dev.keraunos.importer.internal.lambda.StoredFunction;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.TensorRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A Python function that a config holds as code, as one call of its layer takes it: read as an
 * expression, and computed only if the caller accepts that.
 */
public final class LambdaFunction {
  private final RowCall call;
  private final DecodedFunction decoded;
  private final String ways;

  private LambdaFunction(RowCall call, DecodedFunction decoded, String ways) {
    this.call = call;
    this.decoded = decoded;
    this.ways = ways;
  }

  /**
   * The function that an entry holds; empty if it holds none as code.
   *
   * @param ways what the caller can do instead, a sentence
   * @throws GapException if it is no straight expression
   */
  public static Optional<LambdaFunction> of(RowCall call, JsonNode entry, String ways) {
    Optional<StoredFunction> stored = StoredFunction.of(entry);
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new LambdaFunction(call, DecodedFunction.of(stored.get()), ways));
    } catch (UndecodableException e) {
      throw call.gap("the Python function is never run; " + e.getMessage() + ". " + ways);
    }
  }

  /** The name that it has in Python; {@code <lambda>} if it has none. */
  public String name() {
    return decoded.function().name();
  }

  /** What it makes of all inputs of the call and of the {@code arguments} of the config. */
  public List<Value> ofInputs() {
    Map<String, JsonNode> arguments = new LinkedHashMap<>();
    List<String> parameters = decoded.function().parameters();
    if (parameters.contains("mask")) {
      boolean masked = call.inputs().stream().anyMatch(input -> input.mask() != null);
      arguments.put("mask", unless(masked));
    }
    if (parameters.contains("training")) {
      arguments.put("training", unless(call.training()));
    }
    call.config()
        .get("arguments")
        .json()
        .properties()
        .forEach(entry -> arguments.put(entry.getKey(), entry.getValue()));
    if (!call.arguments().isEmpty()) {
      return of(call.arguments().get(0), ref -> call.autocast(call.value(ref)), arguments);
    }
    List<Value> values = call.xs();
    List<Argument> refs = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      refs.add(new TensorRef("", 0, i));
    }
    Argument structure = refs.size() == 1 ? refs.get(0) : new Argument.Items(refs);
    return of(structure, ref -> values.get(ref.tensor()), arguments);
  }

  private static JsonNode unless(boolean known) {
    return known ? MissingNode.getInstance() : JsonNodeFactory.instance.nullNode();
  }

  /** What it makes of one tensor. */
  public Value of(Value x) {
    List<Value> outputs = of(new TensorRef("", 0, 0), ref -> x, Map.of());
    if (outputs.size() != 1) {
      throw call.gap("the Python function " + shown() + " gives " + outputs.size() + " tensors");
    }
    return outputs.get(0);
  }

  private List<Value> of(
      Argument structure, Function<TensorRef, Value> tensors, Map<String, JsonNode> arguments) {
    List<Value> outputs;
    try {
      outputs = decoded.call(call, structure, tensors, arguments);
    } catch (GapException | KeraunosException e) {
      throw call.gap(
          "the Python function is never run; it is decoded as "
              + shown()
              + ", which cannot be computed: "
              + e.getMessage().replaceFirst("\\.$", "")
              + ". "
              + ways);
    }
    if (!call.site().registry().acceptsDecodedLambdas()) {
      throw call.gap(
          "the Python function is never run; it is decoded as "
              + shown()
              + ". Accept that with KerasModel.loader().acceptDecodedLambdas() or --accept-lambda."
              + " "
              + ways);
    }
    return outputs;
  }

  private String shown() {
    return "`" + decoded.function().text() + "`";
  }
}
