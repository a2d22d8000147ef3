package dev.keraunos.importer.internal.preprocessing;

import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.AdaptiveEqualization;
import dev.keraunos.importer.internal.operations.ResizedImages;
import dev.keraunos.importer.internal.operations.Windows;
import dev.keraunos.importer.internal.table.ChannelsLast;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import java.util.List;

/**
 * {@code keras.layers.preprocessing}: what changes images outside of training too. Images are
 * (batch, height, width, channels) or one of them.
 */
public final class ImageLayers {
  private static final double WHITE = 255;
  private static final String BOX_FORMAT = "bounding_box_format";

  public static final List<LayerRow> ROWS =
      List.of(
          LayerRow.passesInKeras3(ImageLayers::resize, "Resizing").layoutUnsaved(),
          LayerRow.passesInKeras3(ImageLayers::centerCrop, "CenterCrop").layoutUnsaved(),
          LayerRow.passesInKeras3(ImageLayers::randomCrop, "RandomCrop")
              .takes("training")
              .draws()
              .ignoresAll(),
          LabelledImages.imagesOnly(ImageLayers::autoContrast, "AutoContrast")
              .ignores("data_format", BOX_FORMAT),
          LabelledImages.imagesOnly(
                  ImageLayers::equalizeLocally, "ContrastLimitedAdaptiveHistogramEqualization")
              .ignores(BOX_FORMAT),
          LayerRow.of(LabelledImages::limitBoxes, "MaxNumBoundingBoxes")
              .ignores("data_format", BOX_FORMAT));

  private ImageLayers() {}

  /** tf.keras interpolates in float32 and gives the type it computes in, Keras 3 the input's. */
  private static Value resize(RowCall call) {
    boolean first = ChannelsLast.isFirst(call);
    List<Integer> size = size(call);
    Interpolation kind = Windows.interpolation(call.config().get("interpolation"), "bilinear");
    boolean antialias = call.config().get("antialias").bool(false);
    Value x = call.data();
    boolean keepsType = call.dialect().has(Quirk.RESIZED_IMAGES_KEEP_TYPE);
    Value images =
        !keepsType || x.dtype().isFloating()
            ? Ops.cast(
                x, keepsType || kind == Interpolation.NEAREST ? call.computeType() : DType.FLOAT32)
            : x;
    Value part = ResizedImages.aspect(call.config()::get, images, size, first);
    Value resized = Ops.resize(part, size, kind, antialias, first);
    return keepsType
        ? ResizedImages.typed(resized, images, call.dialect())
        : Ops.cast(resized, call.computeType());
  }

  private static List<Integer> size(RowCall call) {
    return List.of(side(call, "height"), side(call, "width"));
  }

  private static int side(RowCall call, String key) {
    Setting side = call.config().get(key);
    if (side.integer() < 1) {
      throw side.unexpected("a number of pixels from 1 on");
    }
    return side.integer();
  }

  /** The middle; of images that are smaller in a direction, the middle in proportion, resized. */
  private static Value centerCrop(RowCall call) {
    boolean first = ChannelsLast.isFirst(call);
    Value x = call.floating();
    List<Integer> size = size(call);
    int rows = first ? x.rank() - 2 : x.rank() - 3;
    long above = call.dim(x, rows) - size.get(0);
    long beside = call.dim(x, rows + 1) - size.get(1);
    if (above < 0 || beside < 0) {
      return smartResize(x, size, first);
    }
    Value cut = Ops.sliceAxis(x, rows, Range.of(above / 2, above / 2 + size.get(0)));
    return Ops.sliceAxis(cut, rows + 1, Range.of(beside / 2, beside / 2 + size.get(1)));
  }

  /** {@code smart_resize}, bilinear and in float32. */
  private static Value smartResize(Value x, List<Integer> size, boolean first) {
    Value part = Ops.cast(Ops.cropToAspectRatio(x, size, first), DType.FLOAT32);
    return Ops.cast(Ops.resize(part, size, Interpolation.BILINEAR, false, first), x.dtype());
  }

  /**
   * Outside of training: what is left of the middle in the wanted proportions, resized; later the
   * image as it is.
   */
  private static Value randomCrop(RowCall call) {
    Value x = call.floating();
    if (call.dialect().has(Quirk.LEAVES_IMAGES_AS_THEY_ARE)) {
      return x;
    }
    if (call.dialect().has(Quirk.RANDOM_CROP_RESIZES_FIRST)) {
      throw call.gap("this layer resizes its input before Keras 2.7; not supported");
    }
    if (x.rank() != 4) {
      throw call.gap("crops single images, a batch of them has rank " + x.rank());
    }
    return smartResize(x, size(call), ChannelsLast.isFirst(call));
  }

  /** Every channel of an image stretched to all of the range, unless all of it is one value. */
  private static Value autoContrast(RowCall call) {
    double[] range = pair(call, "value_range");
    double low = Math.min(range[0], range[1]);
    double high = Math.max(range[0], range[1]);
    Value given = call.floating();
    Value x = rescaled(given, low, high, 0, WHITE);
    Value least = Ops.expandDims(Ops.expandDims(Ops.min(x, 1, 2), 1), 2);
    Value most = Ops.expandDims(Ops.expandDims(Ops.max(x, 1, 2), 1), 2);
    Value scale = Ops.divide(WHITE, Ops.subtract(most, least));
    Value offset = Ops.multiply(Ops.negative(least), scale);
    Value stretched = Ops.clip(Ops.add(Ops.multiply(x, scale), offset), 0, WHITE);
    Value result = rescaled(stretched, 0, WHITE, low, high);
    return Ops.where(Ops.isnan(result), given, result);
  }

  private static double[] pair(RowCall call, String key) {
    double[] pair = call.config().get(key).numbers();
    if (pair.length != 2) {
      throw call.config().get(key).unexpected("two numbers");
    }
    return pair;
  }

  /** Pixels keep their type; those of tiles that reach beyond the image are its reflection. */
  private static Value equalizeLocally(RowCall call) {
    Value x = call.data();
    double[] range = pair(call, "value_range");
    int[] grid = call.config().get("tile_grid_size").integers();
    if (grid.length != 2 || grid[0] < 1 || grid[1] < 1) {
      throw call.config().get("tile_grid_size").unexpected("two numbers from 1 on");
    }
    double limit = call.config().get("clip_limit").number(4);
    if (x.rank() != 4) {
      throw call.gap("takes batches of images, was given " + x.type());
    }
    return ChannelsLast.apply(
        call,
        x,
        images -> {
          AdaptiveEqualization tiles =
              AdaptiveEqualization.of(call.dim(images, 1), call.dim(images, 2), grid[0], grid[1]);
          Value pixels = ranged(images, range[0], range[1], 0, WHITE);
          Value result = ranged(tiles.apply(pixels, limit), 0, WHITE, range[0], range[1]);
          return Ops.cast(result, x.dtype());
        });
  }

  private static Value ranged(Value x, double low, double high, double toLow, double toHigh) {
    boolean same = low == toLow && high == toHigh;
    return rescaled(same ? x : Ops.cast(x, DType.FLOAT32), low, high, toLow, toHigh);
  }

  /** {@code _transform_value_range}, which leaves equal ranges alone. */
  private static Value rescaled(Value x, double low, double high, double toLow, double toHigh) {
    if (low == toLow && high == toHigh) {
      return x;
    }
    Value share = Ops.divide(Ops.subtract(x, low), high - low);
    return Ops.add(Ops.multiply(share, toHigh - toLow), toLow);
  }
}
