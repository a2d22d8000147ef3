package dev.keraunos.importer.internal.topology;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a call gets: a tensor, a constant, or a list or dict of arguments. */
public sealed interface Argument
    permits TensorRef, Argument.Literal, Argument.Items, Argument.Entries {

  /** A constant: a number, text, null, slice or array as Keras wrote it. */
  record Literal(JsonNode json) implements Argument {}

  /**
   * A list or tuple that holds at least one tensor, or the structure of inputs and outputs of a
   * model.
   */
  record Items(List<Argument> items) implements Argument {
    public Items {
      items = List.copyOf(items);
    }
  }

  /** A dict that holds at least one tensor, in file order. */
  record Entries(Map<String, Argument> entries) implements Argument {
    public Entries {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }
  }

  /**
   * The tensors inside, in the order of Keras' {@code tree.flatten}: lists in order, dicts by
   * sorted key.
   */
  default List<TensorRef> tensors() {
    List<TensorRef> found = new ArrayList<>();
    collect(this, found);
    return found;
  }

  /** The same with {@code None} in place of what certain layers give. */
  default Argument without(Set<String> layers) {
    if (this instanceof TensorRef ref) {
      return layers.contains(ref.layer()) ? new Literal(NullNode.instance) : ref;
    } else if (this instanceof Items list) {
      return new Items(list.items().stream().map(item -> item.without(layers)).toList());
    } else if (this instanceof Entries dict) {
      Map<String, Argument> entries = new LinkedHashMap<>(dict.entries());
      entries.replaceAll((key, item) -> item.without(layers));
      return new Entries(entries);
    }
    return this;
  }

  private static void collect(Argument argument, List<TensorRef> found) {
    if (argument instanceof TensorRef ref) {
      found.add(ref);
    } else if (argument instanceof Items list) {
      list.items().forEach(item -> collect(item, found));
    } else if (argument instanceof Entries dict) {
      new TreeMap<>(dict.entries()).values().forEach(item -> collect(item, found));
    }
  }
}
