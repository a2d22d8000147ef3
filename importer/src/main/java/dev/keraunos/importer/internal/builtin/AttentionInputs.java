package dev.keraunos.importer.internal.builtin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a call of attention compares, each with the mask that counts. */
record AttentionInputs(Masked query, Masked value, Masked key) {
  /**
   * What a call gives.
   *
   * @param takesMask whether {@code query_mask} has an effect
   */
  static AttentionInputs of(RowCall call, boolean takesMask) {
    Masked query = new Masked(call.input(0).value(), call.passedMask());
    Masked value = tensor(call, "value", 1);
    if (value == null) {
      throw new InputException("its call gives no value; allowed: a query, a value and a key");
    }
    Masked key = tensor(call, "key", 2);
    Value own = takesMask ? mask(call, "query_mask") : null;
    Value cast =
        call.dialect().has(Quirk.CAST_QUERIES_LOSE_MASKS)
                && call.autocast(query.value()) != query.value()
            ? null
            : query.mask();
    Value valueMask = mask(call, "value_mask");
    Value keyMask = mask(call, "key_mask");
    return new AttentionInputs(
        new Masked(query.value(), own == null ? cast : own),
        valueMask == null ? value : new Masked(value.value(), valueMask),
        new Masked(
            key == null ? value.value() : key.value(),
            keyMask != null || key == null ? keyMask : key.mask()));
  }

  private static Masked tensor(RowCall call, String keyword, int place) {
    List<Masked> named = call.inputs(keyword);
    if (!named.isEmpty()) {
      return named.get(0);
    }
    return call.inputs().size() > place ? call.inputs().get(place) : null;
  }

  List<Value> tensors() {
    return List.of(query.value(), value.value(), key.value());
  }

  /** A mask that the call gives by name, a tensor or an array; null for none. */
  private static Value mask(RowCall call, String keyword) {
    Argument argument = call.keyword(keyword).orElse(null);
    if (argument == null || argument instanceof TensorRef) {
      return argument == null ? null : call.value((TensorRef) argument);
    }
    Argument type = new Argument.Literal(TextNode.valueOf(call.computeType().toString()));
    return OperationLayers.lower(
            call,
            "Cast",
            List.of(argument),
            Map.of("dtype", type),
            JsonNodeFactory.instance.objectNode())
        .get(0)
        .value();
  }

  /** The scores that count, all masks together; null for all. */
  Value mask(RowCall call) {
    Value own = mask(call, "attention_mask");
    List<Value> masks = call.dialect().has(Quirk.HEADS_TAKE_MASKS) ? masks(call) : List.of();
    if (own == null) {
      return masks.stream().reduce(Ops::logicalAnd).orElse(null);
    }
    boolean isWeight = masks.isEmpty() && !call.dialect().has(Quirk.HEADS_ARE_FUSED);
    Value flags = isWeight ? own : Ops.cast(own, DType.BOOL);
    return masks.stream().reduce(flags, Ops::logicalAnd);
  }

  private List<Value> masks(RowCall call) {
    List<Value> masks = new ArrayList<>();
    if (query.mask() != null) {
      masks.add(Ops.expandDims(Ops.cast(query.mask(), DType.BOOL), -1));
    }
    for (Masked side : List.of(value, key)) {
      if (side.mask() != null) {
        masks.add(Ops.expandDims(Ops.cast(side.mask(), DType.BOOL), -2));
      }
    }
    Value rows = steps(call, 1);
    Value columns = steps(call, 2);
    if (call.constant(AttentionLayers.CAUSAL).bool(false)) {
      masks.add(Ops.lessEqual(columns, rows));
    }
    Setting window = call.config().get("sliding_window");
    if (!window.isNull()) {
      masks.add(Ops.less(Ops.abs(Ops.subtract(rows, columns)), window.integer()));
    }
    return masks;
  }

  /** The index along an axis of (1, time of query, time of value). */
  private Value steps(RowCall call, int axis) {
    List<Dim> dims =
        List.of(new Dim.Fixed(1), Dim.of(query.value(), 0).get(1), Dim.of(value.value(), 1).get(1));
    return call.apply(new Op.Iota(DType.INT32, dims, axis), query.value(), value.value());
  }
}
