package dev.keraunos.importer.internal.archive;

import java.util.ArrayList;
import java.util.List;

/** Lists the arrays of either kind of store. */
final class StoredArrays {
  private StoredArrays() {}

  static List<StoredArray> of(WeightStore store) {
    List<StoredArray> arrays = new ArrayList<>();
    if (store instanceof WeightStore.ByLayer byLayer) {
      byLayer.layers().forEach(layer -> arrays.addAll(layer.arrays()));
      arrays.addAll(byLayer.topLevel());
    } else if (store instanceof WeightStore.ByObject byObject) {
      collect(byObject.root(), arrays);
    }
    return arrays;
  }

  private static void collect(WeightStore.Entry entry, List<StoredArray> arrays) {
    arrays.addAll(entry.variables());
    entry.children().values().forEach(child -> collect(child, arrays));
  }
}
