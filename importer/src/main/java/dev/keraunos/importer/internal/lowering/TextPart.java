package dev.keraunos.importer.internal.lowering;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The part of a model that computes with texts, on the host: what becomes inputs of the graph
 * before it runs, and what is made of its values after it. Its nodes are inputs and calls of
 * functions.
 *
 * @param fed inputs of the graph, and what is computed here for each
 * @param taken inputs of this part that are values of the graph, with those
 * @param lengths how many tokens each sample has where rows of tokens are not filled up
 */
public record TextPart(Map<Value, Value> fed, Map<Value, Value> taken, List<Value> lengths) {
  /** Whether the model has no texts. */
  public boolean isEmpty() {
    return fed.isEmpty() && taken.isEmpty();
  }

  /** The values that the graph must compute for one of this part; its inputs are known before. */
  public Set<Value> needs(Value value) {
    Set<Value> needed = new LinkedHashSet<>();
    collect(value, needed);
    return needed;
  }

  private void collect(Value value, Set<Value> needed) {
    Value number = taken.get(value);
    if (number != null && fed.containsKey(number)) {
      collect(fed.get(number), needed);
    } else if (number != null && !(number.producer().op() instanceof Op.Input)) {
      needed.add(number);
    }
    value.producer().inputs().forEach(input -> collect(input, needed));
  }

  /**
   * Computes a value of this part.
   *
   * @param known the tensors of inputs and of values of the graph; takes what is computed
   */
  public Tensor compute(Value value, Map<Value, Tensor> known) {
    Value number = taken.get(value);
    if (number != null) {
      return fed.containsKey(number) ? compute(fed.get(number), known) : known.get(number);
    }
    Tensor found = known.get(value);
    if (found == null) {
      List<Tensor> operands = new ArrayList<>();
      for (Value input : value.producer().inputs()) {
        operands.add(compute(input, known));
      }
      found = ((Op.Call) value.producer().op()).function().apply(operands);
      known.put(value, found);
    }
    return found;
  }
}
