package dev.keraunos.importer.internal.lowering;

import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/** Stored tensors as constants of graphs: each once per builder and type. */
final class WeightConstants {
  private final IdentityHashMap<GraphBuilder, IdentityHashMap<Tensor, Map<DType, Value>>> values =
      new IdentityHashMap<>();
  private final Set<Tensor> tensors = Collections.newSetFromMap(new IdentityHashMap<>());

  Value of(GraphBuilder target, Tensor stored, DType type) {
    Map<DType, Value> types =
        values
            .computeIfAbsent(target, unused -> new IdentityHashMap<>())
            .computeIfAbsent(stored, unused -> new HashMap<>());
    return types.computeIfAbsent(
        type,
        wanted -> {
          Tensor weight = stored.dtype() == wanted ? stored : stored.cast(wanted);
          tensors.add(weight);
          return target.apply(new Op.Constant(weight)).get(0);
        });
  }

  /** What the constants hold, by identity. */
  Set<Tensor> tensors() {
    return tensors;
  }
}
