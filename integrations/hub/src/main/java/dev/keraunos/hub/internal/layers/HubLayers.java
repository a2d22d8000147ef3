package dev.keraunos.hub.internal.layers;

import dev.keraunos.importer.internal.table.LayerRow;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The rows of all layers of KerasHub. */
public final class HubLayers {
  private HubLayers() {}

  /** By class name. */
  public static Map<String, LayerRow> rows() {
    Map<String, LayerRow> rows = new TreeMap<>();
    Stream.of(
            EmbeddingLayers.ROWS,
            TransformerLayers.ROWS,
            Norms.ROWS,
            EncoderLayers.ROWS,
            DecoderLayers.ROWS,
            T5Layers.ROWS,
            XlNetLayers.ROWS,
            GatedLayers.ROWS,
            ExpertLayers.ROWS,
            GemmaLayers.ROWS,
            ConvLayers.ROWS,
            VisionLayers.ROWS,
            SwinLayers.ROWS,
            ClipLayers.ROWS,
            DinoLayers.ROWS,
            Dino3Layers.ROWS,
            HgNetLayers.ROWS,
            T5GemmaLayers.ROWS,
            VitDetLayers.ROWS,
            PyramidLayers.ROWS)
        .flatMap(Collection::stream)
        .forEach(row -> row.names().forEach(name -> rows.put(name, row)));
    return rows;
  }
}
