package dev.keraunos.importer.internal.weights;

import dev.keraunos.importer.internal.topology.LayerSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What variables the layers of a model own. */
public interface VariableTable {
  /** The variables of a layer in the order it creates them; empty if only the file can tell. */
  Optional<List<Variable>> variables(LayerSpec layer);

  /** How old files store the variables of a layer. */
  StoredForm storedForm(LayerSpec layer);

  /** The layers inside a layer by the attribute that holds each, in order of creation. */
  Map<String, LayerSpec> children(LayerSpec layer);

  /** The names of the files that a layer has among the assets of an archive. */
  Set<String> assets(LayerSpec layer);
}
