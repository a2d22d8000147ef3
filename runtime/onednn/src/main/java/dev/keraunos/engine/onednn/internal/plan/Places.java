package dev.keraunos.engine.onednn.internal.plan;

import dev.keraunos.engine.onednn.internal.step.Place;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import java.util.HashMap;
import java.util.Map;

/** Where the values of a graph lie: in the outputs of the run where that is possible. */
final class Places {
  private final Facts facts;
  private final Map<Value, Place> places = new HashMap<>();

  Places(Graph graph, Facts facts) {
    this.facts = facts;
    for (int i = 0; i < graph.inputs().size(); i++) {
      places.put(graph.inputs().get(i), new Place.Input(i));
    }
    int index = 0;
    for (Value output : graph.outputs().values()) {
      Value owner = owner(output);
      if (!facts.isConstant(owner)) {
        places.putIfAbsent(owner, new Place.Output(index));
      }
      index++;
    }
  }

  /** The value whose memory a value shares. */
  private Value owner(Value value) {
    Value owner = value;
    while (owner.producer().op() instanceof Op.Reshape && !facts.isConstant(owner)) {
      owner = owner.producer().inputs().get(0);
    }
    return owner;
  }

  /** The place of a value: scratch memory of its own if it is no input, output or constant. */
  Place of(Value value) {
    Value owner = owner(value);
    return facts
        .constant(owner)
        .<Place>map(Place.Constant::new)
        .orElseGet(() -> places.computeIfAbsent(owner, this::scratch));
  }

  private Place scratch(Value value) {
    TensorType type = facts.type(value);
    return new Place.Scratch(type.shape().size() * type.dtype().bytes());
  }

  /** The row-major elements of a value. */
  View view(Value value) {
    TensorType type = facts.type(value);
    return View.of(of(value), type.dtype(), type.shape());
  }
}
