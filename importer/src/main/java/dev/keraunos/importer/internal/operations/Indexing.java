package dev.keraunos.importer.internal.operations;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.TensorRef;
import java.util.ArrayList;
import java.util.List;

/**
 * Python's {@code x[...]}: numbers, slices, an ellipsis and new axes, as Keras 3 and tf.keras save
 * them.
 */
final class Indexing {
  private final Scope call;
  private final List<Range> ranges = new ArrayList<>();
  private final List<Dim> dims = new ArrayList<>();
  private boolean reshapes;

  private Indexing(Scope call) {
    this.call = call;
  }

  /**
   * Applies a key.
   *
   * @param key one item or, in Items or a JSON list, one per axis
   */
  static Value apply(Scope call, Value x, Argument key) {
    if (key instanceof TensorRef ref) {
      return Ops.take(x, call.value(ref), 0);
    }
    List<JsonNode> items = items(call, key);
    Indexing indexing = new Indexing(call);
    for (JsonNode item : complete(items, x.rank())) {
      indexing.add(item);
    }
    return indexing.result(x);
  }

  private static List<JsonNode> items(Scope call, Argument key) {
    if (!(key instanceof Argument.Literal literal)) {
      throw call.gap("indexing with tensors beside slices is not supported");
    }
    List<JsonNode> items = new ArrayList<>();
    JsonNode json = literal.json();
    JsonNode list =
        json.path("class_name").asText().equals("__tuple__") ? json.path("items") : json;
    if (list.isArray()) {
      list.forEach(items::add);
    } else {
      items.add(list);
    }
    return items;
  }

  /** With the ellipsis, written or not, spelled out in whole slices. */
  private static List<JsonNode> complete(List<JsonNode> items, int rank) {
    List<JsonNode> all = new ArrayList<>(items);
    int ellipsis = -1;
    int axes = 0;
    for (int i = 0; i < items.size(); i++) {
      if (isEllipsis(items.get(i))) {
        ellipsis = i;
      } else if (!items.get(i).isNull()) {
        axes++;
      }
    }
    if (ellipsis >= 0) {
      all.remove(ellipsis);
    }
    for (int i = axes; i < rank; i++) {
      all.add(ellipsis >= 0 ? ellipsis : all.size(), null);
    }
    return all;
  }

  private static boolean isEllipsis(JsonNode item) {
    return item.path("class_name").asText().equals("__ellipsis__");
  }

  /** A Java null stands for a whole slice, a JSON null for a new axis. */
  private void add(JsonNode item) {
    int axis = ranges.size();
    if (item == null) {
      ranges.add(Range.ALL);
      dims.add(new Dim.Same(0, axis));
    } else if (item.isNull()) {
      dims.add(new Dim.Fixed(1));
      reshapes = true;
    } else if (item.isIntegralNumber()) {
      long index = item.asLong();
      ranges.add(new Range(index, index == -1 ? null : index + 1, 1));
      reshapes = true;
    } else {
      ranges.add(range(item));
      dims.add(new Dim.Same(0, axis));
    }
  }

  private Range range(JsonNode item) {
    JsonNode slice = item.has("config") ? item.path("config") : item;
    if (!slice.has("start") || !slice.has("stop")) {
      throw call.gap(
          "index " + item + " is not supported; allowed are numbers, slices, ... and None");
    }
    Long step = bound(slice.path("step"));
    return new Range(
        bound(slice.path("start")), bound(slice.path("stop")), step == null ? 1 : step);
  }

  private Long bound(JsonNode json) {
    if (json.isNull() || json.isMissingNode()) {
      return null;
    }
    if (!json.isIntegralNumber()) {
      throw call.gap("slice bound " + json + " is not supported; allowed are numbers");
    }
    return json.asLong();
  }

  private Value result(Value x) {
    Value y = Ops.slice(x, ranges.toArray(Range[]::new));
    if (!reshapes) {
      return y;
    }
    List<Dim> known = Dim.of(y, 0);
    List<Dim> shape = new ArrayList<>();
    for (Dim dim : dims) {
      shape.add(dim instanceof Dim.Same same ? known.get(same.axis()) : dim);
    }
    return Ops.reshape(y, shape);
  }
}
