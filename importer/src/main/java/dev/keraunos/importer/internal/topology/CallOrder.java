package dev.keraunos.importer.internal.topology;

import dev.keraunos.keras.ModelFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Sorts calls so that each comes after those it takes tensors from, otherwise in file order. */
final class CallOrder {
  private CallOrder() {}

  static List<Call> sort(List<Call> calls, String path) {
    Map<String, Integer> position = new HashMap<>();
    for (int i = 0; i < calls.size(); i++) {
      position.put(key(calls.get(i).layer().name(), calls.get(i).index()), i);
    }
    int[] waiting = new int[calls.size()];
    List<List<Integer>> consumers = new ArrayList<>();
    calls.forEach(call -> consumers.add(new ArrayList<>()));
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int i = 0; i < calls.size(); i++) {
      Set<Integer> producers = new LinkedHashSet<>();
      calls
          .get(i)
          .tensors()
          .forEach(ref -> producers.add(position.get(key(ref.layer(), ref.call()))));
      waiting[i] = producers.size();
      for (int producer : producers) {
        consumers.get(producer).add(i);
      }
      if (producers.isEmpty()) {
        ready.add(i);
      }
    }
    List<Call> sorted = new ArrayList<>(calls.size());
    while (!ready.isEmpty()) {
      int next = ready.remove();
      sorted.add(calls.get(next));
      for (int consumer : consumers.get(next)) {
        if (--waiting[consumer] == 0) {
          ready.add(consumer);
        }
      }
    }
    if (sorted.size() < calls.size()) {
      throw circle(calls, sorted, path);
    }
    return sorted;
  }

  private static String key(String layer, int call) {
    return call + ":" + layer;
  }

  private static ModelFileException circle(List<Call> calls, List<Call> sorted, String path) {
    Set<Call> stuck = new LinkedHashSet<>(calls);
    sorted.forEach(stuck::remove);
    String names = String.join(", ", stuck.stream().map(Call::toString).limit(8).toList());
    return new ModelFileException(
        path,
        "calls that wait for each other: " + names + (stuck.size() > 8 ? ", ..." : ""),
        "a graph without circles",
        "The model's config is inconsistent.");
  }
}
