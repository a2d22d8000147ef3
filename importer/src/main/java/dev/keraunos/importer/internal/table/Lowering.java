package dev.keraunos.importer.internal.table;

import dev.keraunos.importer.layers.Masked;
import java.util.List;

/** Writes one call of a layer in operations. */
public interface Lowering {
  /** The outputs of the call, flattened. */
  List<Masked> lower(RowCall call);
}
