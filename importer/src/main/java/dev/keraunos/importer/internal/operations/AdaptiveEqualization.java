package dev.keraunos.importer.internal.operations;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * {@code ContrastLimitedAdaptiveHistogramEqualization._clahe}: each tile of an image has a curve
 * that spreads its values evenly, and each pixel takes its value from the curves of the four tiles
 * around it. Images are (batch, height, width, channels) of values from 0 to 255.
 *
 * @param rows how many tiles lie below each other
 * @param columns how many tiles lie beside each other
 * @param tileHeight in pixels
 * @param tileWidth in pixels
 */
public record AdaptiveEqualization(int rows, int columns, int tileHeight, int tileWidth) {
  private static final int VALUES = 256;
  private static final double WHITE = 255;

  /** Tiles of images of a size in pixels; those at the end may reach beyond it. */
  public static AdaptiveEqualization of(long height, long width, int rows, int columns) {
    return new AdaptiveEqualization(
        rows, columns, (int) (height + rows - 1) / rows, (int) (width + columns - 1) / columns);
  }

  /**
   * The images in float32.
   *
   * @param limit how far the number of pixels of a value in a tile may exceed the mean; the rest is
   *     spread over all values
   */
  public Value apply(Value images, double limit) {
    long height = images.shape().dim(1);
    long width = images.shape().dim(2);
    Value padded =
        Ops.pad(
            images,
            List.of(0L, 0L, 0L, 0L),
            List.of(0L, (long) rows * tileHeight - height, (long) columns * tileWidth - width, 0L),
            Op.Pad.Mode.SYMMETRIC,
            0);
    Value curves = surrounded(surrounded(curves(padded, limit), 1), 2);
    Value result = interpolated(padded, curves);
    return Ops.sliceAxis(Ops.sliceAxis(result, 1, Range.of(0, height)), 2, Range.of(0, width));
  }

  /** What each tile makes of each value: (batch, rows, columns, channels, 256). */
  private Value curves(Value padded, double limit) {
    Dim batch = Dim.of(padded, 0).get(0);
    Dim channels = Dim.of(padded, 0).get(3);
    Value tiles =
        Ops.reshape(
            padded,
            List.of(
                batch,
                new Dim.Fixed(rows),
                new Dim.Fixed(tileHeight),
                new Dim.Fixed(columns),
                new Dim.Fixed(tileWidth),
                channels));
    Value values = values(Ops.transpose(tiles, 0, 1, 3, 5, 2, 4));
    Value counts = Ops.sum(Ops.oneHot(values, VALUES), -2, -3);
    if (limit > 0) {
      Value most = Ops.like(counts, (float) (limit * pixels() / VALUES));
      Value clipped = Ops.minimum(Ops.maximum(counts, 0), most);
      Value excess = Ops.expandDims(Ops.sum(Ops.subtract(counts, clipped), -1), -1);
      counts = Ops.add(clipped, Ops.divide(excess, VALUES));
    }
    Value sums = Ops.cumsum(counts, -1);
    Value least = Ops.expandDims(Ops.min(sums, -1), -1);
    Value span = Ops.subtract(pixels(), least);
    Value divisor = Ops.where(Ops.equal(span, 0), 1, span);
    Value spread = Ops.divide(Ops.multiply(Ops.subtract(sums, least), WHITE), divisor);
    return Ops.clip(spread, 0, WHITE);
  }

  private double pixels() {
    return (double) tileHeight * tileWidth;
  }

  private static Value values(Value pixels) {
    return Ops.clip(Ops.cast(Ops.clip(pixels, 0, WHITE), DType.INT32), 0, WHITE);
  }

  /** With the first and the last entry of an axis once more. */
  private static Value surrounded(Value x, int axis) {
    Value first = Ops.sliceAxis(x, axis, Range.of(0, 1));
    Value last = Ops.sliceAxis(x, axis, new Range(-1L, null, 1));
    return Ops.concatenate(List.of(first, x, last), axis);
  }

  private Value interpolated(Value padded, Value curves) {
    int channels = (int) padded.shape().dim(3);
    Line down = Line.of(tileHeight, rows);
    Line along = Line.of(tileWidth, columns);
    int stride = VALUES * channels;
    int strideDown = stride * (columns + 2);
    Value image = Ops.multiply(Ops.iota(padded, 0), strideDown * (rows + 2));
    Value channel = Ops.multiply(Ops.iota(padded, 3), VALUES);
    Value base = Ops.add(Ops.add(image, channel), values(padded));
    Value flat = Ops.reshape(curves, -1);
    Value[] at = new Value[4];
    for (int i = 0; i < at.length; i++) {
      Value row = column(padded, down.at(i / 2, strideDown), 2);
      Value next = column(padded, along.at(i % 2, stride), 1);
      at[i] = Ops.take(flat, Ops.add(Ops.add(base, row), next), 0);
    }
    Value right = column(padded, along.weights(), 1);
    Value below = column(padded, down.weights(), 2);
    return mixed(mixed(at[0], at[1], right), mixed(at[2], at[3], right), below);
  }

  /** Numbers along an axis that so many follow. */
  private static Value column(Value beside, Tensor numbers, int followed) {
    long[] dims = new long[followed + 1];
    Arrays.fill(dims, 1);
    dims[0] = numbers.size();
    return Ops.constant(beside, numbers.reshape(dims));
  }

  private static Value mixed(Value x, Value y, Value share) {
    return Ops.add(Ops.multiply(x, Ops.subtract(1, share)), Ops.multiply(y, share));
  }

  /** Where pixels of an axis lie between the middles of tiles, in float32. */
  private record Line(float[] places, int tiles) {
    static Line of(int size, int tiles) {
      float[] places = new float[size * tiles];
      for (int i = 0; i < places.length; i++) {
        places[i] = (i - size / 2f) / size + 1;
      }
      return new Line(places, tiles);
    }

    /** The tile before, or the one after, times a stride. */
    Tensor at(int offset, int stride) {
      int[] at = new int[places.length];
      for (int i = 0; i < at.length; i++) {
        int tile = (int) Math.floor(places[i]) + offset;
        at[i] = Math.min(Math.max(tile, 0), tiles + 1) * stride;
      }
      return Tensor.of(at, at.length);
    }

    Tensor weights() {
      float[] weights = new float[places.length];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = places[i] - (float) Math.floor(places[i]);
      }
      return Tensor.of(weights, weights.length);
    }
  }
}
