package dev.keraunos.importer.internal.feature;

import dev.keraunos.importer.internal.table.LayerRow;
import java.util.List;
import java.util.stream.Stream;

/** The rows of {@code keras.layers.preprocessing} for features of tables and for text. */
public final class FeatureLayers {
  public static final List<LayerRow> ROWS =
      Stream.of(
              CategoryLayers.ROWS,
              LookupLayers.ROWS,
              TextLayers.ROWS,
              List.of(DenseFeatures.ROW, CategoryCrossing.ROW))
          .flatMap(List::stream)
          .toList();

  private FeatureLayers() {}
}
