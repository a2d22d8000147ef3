package dev.keraunos.importer.internal.topology;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One call of a layer.
 *
 * @param layer the layer called
 * @param index which of its calls this is, from 0 on
 * @param arguments the positional arguments; Keras 1 and 2 give one, an {@link Argument.Items} if
 *     the layer takes several tensors
 * @param keywords the keyword arguments in file order
 */
public record Call(
    LayerSpec layer, int index, List<Argument> arguments, Map<String, Argument> keywords) {
  public Call {
    arguments = List.copyOf(arguments);
    keywords = Collections.unmodifiableMap(new LinkedHashMap<>(keywords));
  }

  /** The same with {@code None} in place of what certain layers give. */
  Call without(Set<String> layers) {
    Map<String, Argument> named = new LinkedHashMap<>(keywords);
    named.replaceAll((key, argument) -> argument.without(layers));
    return new Call(layer, index, arguments.stream().map(a -> a.without(layers)).toList(), named);
  }

  /** Every tensor among the arguments: positional ones first, then keywords. */
  public List<TensorRef> tensors() {
    List<TensorRef> found = new ArrayList<>();
    arguments.forEach(argument -> found.addAll(argument.tensors()));
    keywords.values().forEach(argument -> found.addAll(argument.tensors()));
    return found;
  }

  @Override
  public String toString() {
    return layer.name() + "[" + index + "]" + tensors();
  }
}
