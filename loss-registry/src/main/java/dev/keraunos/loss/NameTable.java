package dev.keraunos.loss;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Factories by Keras name, whatever its case style. */
final class NameTable<F> {
  private final String kind;
  private final String stub;
  private final Map<String, F> exact = new LinkedHashMap<>();
  private final Map<String, F> folded = new LinkedHashMap<>();

  NameTable(String kind, String stub) {
    this.kind = kind;
    this.stub = stub;
  }

  void put(String name, F factory) {
    exact.put(name, factory);
    folded.put(fold(name), factory);
  }

  NameTable<F> copy() {
    NameTable<F> copy = new NameTable<>(kind, stub);
    copy.exact.putAll(exact);
    copy.folded.putAll(folded);
    return copy;
  }

  boolean contains(SavedObject saved) {
    return find(saved) != null;
  }

  F get(SavedObject saved) {
    F factory = find(saved);
    if (factory == null) {
      String name = saved.name();
      throw new UnknownNameException(
          kind, name, saved.config().toString(), nearest(name), String.format(stub, name));
    }
    return factory;
  }

  private F find(SavedObject saved) {
    for (Map<String, F> table : List.of(exact, folded)) {
      for (String name : saved.names()) {
        F factory = table.get(table == exact ? name : fold(name));
        if (factory != null) {
          return factory;
        }
      }
    }
    return null;
  }

  private List<String> nearest(String name) {
    List<String> names = new ArrayList<>(exact.keySet());
    names.sort(Comparator.comparingInt(other -> distance(fold(name), fold(other))));
    return names.subList(0, Math.min(3, names.size()));
  }

  static String fold(String name) {
    return name.replace("_", "").toLowerCase(Locale.ROOT);
  }

  /** The edit distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
