package dev.keraunos.importer.internal.topology;

import dev.keraunos.importer.internal.topology.LayerSpec.Kind;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.Quirk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * From node indices as written to call indices.
 *
 * <p>They are the same except for nested models, which in memory begin with a node for their own
 * construction. Keras 1 and 2 and tf.keras count that node in every index; Keras 3 counts it in
 * {@code output_layers} and only for functional models. A tf.keras Sequential may or may not have
 * it, so an index out of range is tried without the shift.
 */
final class NodeIndices {
  /** What to subtract from an index inside a node and from one in {@code output_layers}. */
  private record Shift(int inNodes, int inOutputs) {
    static final Shift NONE = new Shift(0, 0);
    static final Shift BOTH = new Shift(1, 1);
    static final Shift OUTPUTS = new Shift(0, 1);
  }

  private final Map<String, Shift> shifts = new HashMap<>();

  private NodeIndices() {}

  static NodeIndices of(Map<String, LayerSpec> layers, List<Call> calls, Argument outputs) {
    Map<String, Integer> callCount = new HashMap<>();
    Map<String, Set<Integer>> inNodes = new HashMap<>();
    Map<String, Set<Integer>> inOutputs = new HashMap<>();
    for (Call call : calls) {
      callCount.merge(call.layer().name(), 1, Integer::sum);
      call.tensors().forEach(ref -> collect(ref, inNodes));
    }
    outputs.tensors().forEach(ref -> collect(ref, inOutputs));

    NodeIndices indices = new NodeIndices();
    for (LayerSpec layer : layers.values()) {
      String name = layer.name();
      Set<Integer> nodes = inNodes.getOrDefault(name, Set.of());
      Set<Integer> ends = inOutputs.getOrDefault(name, Set.of());
      indices.shifts.put(name, shift(layer, callCount.getOrDefault(name, 0), nodes, ends));
    }
    return indices;
  }

  private static void collect(TensorRef ref, Map<String, Set<Integer>> found) {
    found.computeIfAbsent(ref.layer(), name -> new HashSet<>()).add(ref.call());
  }

  private static Shift shift(LayerSpec layer, int calls, Set<Integer> nodes, Set<Integer> ends) {
    for (Shift shift : candidates(layer)) {
      if (inRange(nodes, shift.inNodes, calls) && inRange(ends, shift.inOutputs, calls)) {
        return shift;
      }
    }
    Set<Integer> used = new HashSet<>(nodes);
    used.addAll(ends);
    throw new ModelFileException(
        layer.path(),
        "references to its nodes " + used,
        calls + " calls in inbound_nodes, counted from 0",
        "The model's config is inconsistent.");
  }

  private static List<Shift> candidates(LayerSpec layer) {
    if (layer.kind() != Kind.MODEL) {
      return List.of(Shift.NONE);
    }
    if (!layer.dialect().has(Quirk.COUNTS_OUTPUT_NODES)) {
      return List.of(Shift.BOTH, Shift.NONE);
    }
    boolean functional = layer.model().orElseThrow().kind() == ModelTopology.Kind.FUNCTIONAL;
    return functional
        ? List.of(Shift.OUTPUTS, Shift.NONE, Shift.BOTH)
        : List.of(Shift.NONE, Shift.OUTPUTS, Shift.BOTH);
  }

  private static boolean inRange(Set<Integer> indices, int shift, int calls) {
    return indices.stream().allMatch(index -> index >= shift && index - shift < calls);
  }

  Call inCall(Call call) {
    List<Argument> arguments = new ArrayList<>();
    call.arguments().forEach(argument -> arguments.add(map(argument, this::inNode)));
    Map<String, Argument> keywords = new LinkedHashMap<>();
    call.keywords().forEach((name, argument) -> keywords.put(name, map(argument, this::inNode)));
    return new Call(call.layer(), call.index(), arguments, keywords);
  }

  private TensorRef inNode(TensorRef ref) {
    int call = ref.call() - shifts.get(ref.layer()).inNodes;
    return new TensorRef(ref.layer(), call, ref.tensor());
  }

  Argument inInputs(Argument inputs, UnaryOperator<TensorRef> entry) {
    return map(inputs, ref -> entry.apply(new TensorRef(ref.layer(), 0, ref.tensor())));
  }

  Argument inOutputs(Argument outputs) {
    return map(
        outputs,
        ref ->
            new TensorRef(
                ref.layer(), ref.call() - shifts.get(ref.layer()).inOutputs, ref.tensor()));
  }

  private static Argument map(Argument argument, UnaryOperator<TensorRef> change) {
    if (argument instanceof TensorRef ref) {
      return change.apply(ref);
    }
    if (argument instanceof Argument.Items list) {
      return new Argument.Items(list.items().stream().map(item -> map(item, change)).toList());
    }
    if (argument instanceof Argument.Entries dict) {
      Map<String, Argument> entries = new LinkedHashMap<>();
      dict.entries().forEach((key, item) -> entries.put(key, map(item, change)));
      return new Argument.Entries(entries);
    }
    return argument;
  }
}
