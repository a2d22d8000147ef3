package dev.keraunos.importer.internal.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.bytecode.Term;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.TensorRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code x[...]} of tensors, lists and dicts, and lists taken apart. */
final class Indices {
  private Indices() {}

  static Argument of(Evaluation scope, Argument of, Term key) {
    JsonNode index = scope.json(key);
    if (of instanceof Argument.Entries dict && index.isTextual()) {
      Argument item = dict.entries().get(index.asText());
      if (item == null) {
        throw new GapException(
            "there is no '" + index.asText() + "' among " + dict.entries().keySet());
      }
      return item;
    }
    if (of instanceof TensorRef ref) {
      boolean list = key instanceof Term.Sequence sequence && !sequence.isTuple();
      if (list || hasBooleans(index)) {
        throw new GapException("a list as index of a tensor is not supported");
      }
      requireBounds(scope.value(ref), index);
      return scope.row("x[...]", "getitem", List.of(of, new Argument.Literal(index)), Map.of());
    }
    List<Argument> items = items(of);
    if (index.isIntegralNumber()) {
      return items.get(position(index.asLong(), items.size()));
    }
    if (index.has("start")) {
      return Evaluation.items(slice(items, index));
    }
    throw new GapException("the index " + index + " of a list is not supported");
  }

  /** One of exactly so many items. */
  static Argument part(Evaluation scope, Argument of, Term.Part part) {
    List<Argument> items = items(of);
    if (items.size() != part.count()) {
      throw new GapException(
          "a list of " + items.size() + " is taken apart into " + part.count() + " variables");
    }
    return items.get(part.index());
  }

  /** The items of a list of tensors or constants. */
  private static List<Argument> items(Argument of) {
    if (of instanceof Argument.Items list) {
      return list.items();
    }
    if (of instanceof Argument.Literal literal && literal.json().isArray()) {
      List<Argument> items = new ArrayList<>();
      literal.json().forEach(item -> items.add(new Argument.Literal(item)));
      return items;
    }
    throw new GapException("a tensor or a number is taken apart as a list is");
  }

  private static boolean hasBooleans(JsonNode index) {
    boolean found = index.isBoolean();
    for (JsonNode item : index) {
      found |= item.isBoolean();
    }
    return found;
  }

  private static int position(long index, int size) {
    long position = index < 0 ? index + size : index;
    if (position < 0 || position >= size) {
      throw new GapException("there is no item " + index + " among " + size);
    }
    return (int) position;
  }

  private static List<Argument> slice(List<Argument> items, JsonNode slice) {
    for (JsonNode bound : slice) {
      boolean whole = bound.isNull() || bound.isIntegralNumber();
      if (!whole || slice.path("step").asLong(1) != 1) {
        throw new GapException("the slice " + slice + " of a list is not supported");
      }
    }
    int from = bound(slice.path("start"), 0, items.size());
    int to = bound(slice.path("stop"), items.size(), items.size());
    return items.subList(from, Math.max(from, to));
  }

  private static int bound(JsonNode bound, int absent, int size) {
    if (bound.isNull()) {
      return absent;
    }
    long index = bound.asLong() < 0 ? bound.asLong() + size : bound.asLong();
    return (int) Math.max(0, Math.min(size, index));
  }

  /** Python refuses numbers beyond a dimension. */
  private static void requireBounds(Value x, JsonNode index) {
    ArrayNode keys = JsonNodeFactory.instance.arrayNode();
    if (index.isArray()) {
      keys.addAll((ArrayNode) index);
    } else {
      keys.add(index);
    }
    int given = 0;
    for (JsonNode key : keys) {
      given += key.isNull() || key.has("class_name") ? 0 : 1;
    }
    if (given > x.rank()) {
      throw new GapException("a tensor of " + x.rank() + " axes has " + given + " indices");
    }
    int axis = 0;
    for (JsonNode key : keys) {
      if (key.has("class_name")) {
        axis += x.rank() - given;
      } else if (!key.isNull()) {
        if (key.isIntegralNumber() && x.shape().isKnown(axis)) {
          position(key.asLong(), (int) x.shape().dim(axis));
        }
        axis++;
      }
    }
  }
}
