package dev.keraunos.importer.internal.operations;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import java.util.List;
import java.util.function.Function;

/** What resized images are told in. */
public final class ResizedImages {
  private ResizedImages() {}

  /**
   * The part of images that is resized, by {@code crop_to_aspect_ratio} and {@code
   * pad_to_aspect_ratio}.
   *
   * @param settings by key
   */
  public static Value aspect(
      Function<String, Setting> settings, Value images, List<Integer> size, boolean first) {
    Setting mode = settings.apply("fill_mode");
    double fill = settings.apply("fill_value").number(0);
    boolean crop = settings.apply("crop_to_aspect_ratio").bool(false);
    boolean pad = settings.apply("pad_to_aspect_ratio").bool(false);
    mode.oneOf("constant", "constant");
    if (crop && pad) {
      throw settings.apply("pad_to_aspect_ratio").unexpected("false beside crop_to_aspect_ratio");
    }
    return crop
        ? Ops.cropToAspectRatio(images, size, first)
        : pad ? Ops.padToAspectRatio(images, size, fill, first) : images;
  }

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
