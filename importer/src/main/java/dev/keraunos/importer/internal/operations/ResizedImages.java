package dev.keraunos.importer.internal.operations;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.DType;

/** What resized images are told in. */
public final class ResizedImages {
  private ResizedImages() {}

  /** Interpolated images in the type that Keras gives them beside their originals. */
  public static Value typed(Value resized, Value images, Dialect dialect) {
    DType dtype = images.dtype();
    if (!dialect.has(Quirk.RESIZED_IMAGES_KEEP_TYPE)) {
      return resized;
    }
    if (dtype.isFloating()
        || !dialect.has(Quirk.RESIZED_IMAGES_ROUND)
        || !resized.dtype().isFloating()) {
      return Ops.cast(resized, dtype);
    }
    return Ops.saturateCast(Ops.round(resized), dtype);
  }
}
