package dev.keraunos.importer.internal.lowering;

import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Notes what a model computes with texts, beside the graph of the numbers. */
final class TextSteps {
  private final GraphBuilder graph;
  private final GraphBuilder host = new GraphBuilder();
  private final Map<Value, Value> fed = new LinkedHashMap<>();
  private final Map<Value, Value> taken = new LinkedHashMap<>();
  private final List<Value> lengths = new ArrayList<>();

  TextSteps(GraphBuilder graph) {
    this.graph = graph;
  }

  /** An input of texts. */
  Value input(String name, TensorType type) {
    return host.input(name, type);
  }

  /**
   * A function of texts and numbers: texts stay here, numbers become an input of the graph.
   *
   * @throws dev.keraunos.importer.internal.operations.GapException for numbers of texts that are
   *     made of the graph's numbers, or inside of a layer that repeats another
   */
  Value call(RowCall call, Op.Call.Function function, List<Value> operands) {
    if (call.builder() != graph) {
      throw call.gap("texts inside of a layer that repeats it are not supported");
    }
    String before = host.path(call.path());
    try {
      List<Value> here = new ArrayList<>();
      for (Value operand : operands) {
        here.add(operand.producer().builder() == host ? operand : taken(operand));
      }
      Value result = host.apply(new Op.Call(function), here).get(0);
      return result.dtype() == DType.STRING ? result : fed(call, result);
    } finally {
      host.path(before);
    }
  }

  /** Notes how many tokens texts have whose rows are not filled up. */
  void lengths(Op.Call.Function function, Value texts) {
    lengths.add(host.apply(new Op.Call(function), List.of(texts)).get(0));
  }

  boolean hasRaggedRows() {
    return !lengths.isEmpty();
  }

  private Value taken(Value number) {
    Value input = host.input("number " + taken.size(), number.type());
    taken.put(input, number);
    return input;
  }

  private Value fed(RowCall call, Value result) {
    if (!part().needs(result).isEmpty()) {
      throw call.gap(
          "it makes numbers of texts that the model made of numbers, which is not supported; split"
              + " the model there");
    }
    Value input = graph.input("text " + fed.size(), result.type());
    fed.put(input, result);
    return input;
  }

  TextPart part() {
    return new TextPart(fed, taken, lengths);
  }
}
