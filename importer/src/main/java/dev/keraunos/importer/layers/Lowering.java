package dev.keraunos.importer.layers;

import java.util.List;

/** Writes one call of a layer in operations. */
interface Lowering {
  /** The outputs of the call, flattened. */
  List<Masked> lower(RowCall call);
}
