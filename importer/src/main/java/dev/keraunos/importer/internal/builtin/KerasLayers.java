package dev.keraunos.importer.internal.builtin;

import dev.keraunos.importer.internal.feature.FeatureLayers;
import dev.keraunos.importer.internal.library.Libraries;
import dev.keraunos.importer.internal.preprocessing.ImageLayers;
import dev.keraunos.importer.internal.preprocessing.PreprocessingLayers;
import dev.keraunos.importer.internal.preprocessing.SpectrogramLayers;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.LayerTable;
import dev.keraunos.importer.layers.ModelRegistry;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The rows of all layers that Keras 1 to 3 bring, and of the operations of Keras 3. */
public final class KerasLayers {
  private static final Map<String, LayerRow> LAYERS =
      byName(
          Stream.of(
                  CoreLayers.ROWS,
                  ActivationLayers.ROWS,
                  ConvolutionLayers.ROWS,
                  LocallyConnectedLayers.ROWS,
                  PoolingLayers.ROWS,
                  ReshapingLayers.ROWS,
                  MergingLayers.ROWS,
                  NormalizationLayers.ROWS,
                  AttentionLayers.ROWS,
                  HeadLayers.ROWS,
                  NoiseLayers.ROWS,
                  PreprocessingLayers.ROWS,
                  FeatureLayers.ROWS,
                  ImageLayers.ROWS,
                  SpectrogramLayers.ROWS,
                  ApplicationLayers.ROWS,
                  RecurrentLayers.ROWS,
                  ConvLstmLayers.ROWS,
                  Wrappers.ROWS,
                  TensorFlowLayers.ROWS)
              .flatMap(Collection::stream)
              .toList());

  private static final Map<String, LayerRow> OPERATIONS = byName(OperationLayers.ROWS);

  /** On first use, since rows of libraries may be made of those above. */
  private static final class Brought {
    private static final Map<String, LayerRow> ROWS = Libraries.layers();
  }

  private KerasLayers() {}

  /** These rows behind the layers that a caller brought along. */
  public static LayerTable table(ModelRegistry registry) {
    return new LayerTable(LAYERS, OPERATIONS, Brought.ROWS, registry);
  }

  /** The row of a class that Keras brings, for classes elsewhere that compute the same. */
  public static LayerRow row(String className) {
    return LAYERS.get(className);
  }

  private static Map<String, LayerRow> byName(List<LayerRow> rows) {
    Map<String, LayerRow> named = new TreeMap<>();
    rows.forEach(row -> row.names().forEach(name -> named.put(name, row)));
    return Collections.unmodifiableMap(named);
  }
}
