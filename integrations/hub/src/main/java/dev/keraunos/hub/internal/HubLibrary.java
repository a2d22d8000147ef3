package dev.keraunos.hub.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.hub.internal.layers.HubLayers;
import dev.keraunos.hub.internal.models.HubModels;
import dev.keraunos.importer.internal.library.Library;
import dev.keraunos.importer.internal.table.LayerRow;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** KerasHub, which was KerasNLP until 0.16. */
public final class HubLibrary implements Library {
  @Override
  public Set<String> packages() {
    return Set.of("keras_hub", "keras_nlp");
  }

  @Override
  public Map<String, LayerRow> layers() {
    return HubLayers.rows();
  }

  @Override
  public Map<String, ModelClass> models() {
    Map<String, ModelClass> models = new TreeMap<>();
    for (String name : HubModels.names()) {
      models.put(name, (JsonNode entry, String path) -> HubModels.build(entry, path).json());
    }
    return models;
  }
}
