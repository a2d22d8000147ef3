package dev.keraunos.onnx.internal.lowering;

import java.util.HashMap;
import java.util.Map;

/** The names in a model: ONNX gives each to one value only, those of bodies included. */
final class Names {
  private final Map<String, Integer> taken = new HashMap<>();
  private final Map<String, String> renamed = new HashMap<>();

  /** A name that nobody has yet: the wanted one, or one with a number behind it. */
  String fresh(String wanted) {
    Integer count = taken.get(wanted);
    if (count == null) {
      taken.put(wanted, 0);
      return wanted;
    }
    String name;
    do {
      count++;
      name = wanted + "_" + count;
    } while (taken.containsKey(name));
    taken.put(wanted, count);
    taken.put(name, 0);
    return name;
  }

  /** Gives a value another name wherever it stands. */
  void rename(String name, String other) {
    renamed.put(name, other);
  }

  boolean isRenamed(String name) {
    return renamed.containsKey(name);
  }

  /** The name under which a value is written. */
  String written(String name) {
    return renamed.getOrDefault(name, name);
  }
}
