package dev.keraunos.importer.internal.builtin;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.ResizedImages;
import dev.keraunos.importer.internal.operations.Windows;
import dev.keraunos.importer.internal.table.ChannelsLast;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** {@code keras.layers.reshaping}: shapes, padding, cropping and upsampling. */
final class ReshapingLayers {
  static final List<LayerRow> ROWS =
      List.of(
          LayerRow.drops(ReshapingLayers::flatten, "Flatten"),
          LayerRow.drops(ReshapingLayers::reshape, "Reshape"),
          LayerRow.drops(ReshapingLayers::permute, "Permute"),
          LayerRow.drops(
              call -> Ops.repeat(Ops.expandDims(call.x(), 1), call.config().get("n").integer(), 1),
              "RepeatVector"),
          LayerRow.drops(ReshapingLayers::pad, "ZeroPadding1D"),
          LayerRow.drops(ReshapingLayers::pad, "ZeroPadding2D", "ZeroPadding3D").layoutUnsaved(),
          LayerRow.drops(ReshapingLayers::crop, "Cropping1D"),
          LayerRow.drops(ReshapingLayers::crop, "Cropping2D", "Cropping3D").layoutUnsaved(),
          LayerRow.drops(ReshapingLayers::repeat, "UpSampling1D"),
          LayerRow.drops(ReshapingLayers::upsample, "UpSampling2D").layoutUnsaved(),
          LayerRow.drops(ReshapingLayers::repeat, "UpSampling3D").layoutUnsaved());

  private ReshapingLayers() {}

  /** All elements of a sample in a row, in channels-last order whatever the layout. */
  private static Value flatten(RowCall call) {
    Value x = call.x();
    boolean moves = ChannelsLast.isFirst(call) && x.rank() > 1;
    return toShape(moves ? Ops.moveaxis(x, 1, -1) : x, Shape.of(-1));
  }

  private static Value reshape(RowCall call) {
    return toShape(call.x(), targetShape(call.config().get("target_shape")));
  }

  /** −1 stands for the one dimension that follows from the others, in Keras 3 also null. */
  private static Shape targetShape(Setting target) {
    return Shape.of(
        target.list().stream()
            .mapToLong(dim -> dim.isNull() ? Shape.UNKNOWN : dim.integer())
            .toArray());
  }

  /** Every sample under another shape; one dimension may be unknown. */
  private static Value toShape(Value x, Shape target) {
    Shape sample = x.shape().slice(1, x.rank());
    List<Dim> dims = new ArrayList<>(Dim.of(x, 0).subList(0, 1));
    for (long dim : target.toArray()) {
      if (dim == Shape.UNKNOWN && sample.isConcrete()) {
        long others =
            Arrays.stream(target.toArray()).filter(d -> d >= 0).reduce(1, (a, b) -> a * b);
        dims.add(new Dim.Fixed(others == 0 ? 0 : sample.size() / others));
      } else {
        dims.add(dim == Shape.UNKNOWN ? new Dim.Inferred() : new Dim.Fixed(dim));
      }
    }
    return Ops.reshape(x, dims);
  }

  /** Axes count from 1, the batch axis not among them. */
  private static Value permute(RowCall call) {
    int[] dims = call.config().get("dims").integers();
    return Ops.transpose(
        call.x(), IntStream.concat(IntStream.of(0), Arrays.stream(dims)).toArray());
  }

  private static Value pad(RowCall call) {
    return ChannelsLast.apply(
        call,
        call.x(),
        x -> {
          List<Long> before = new ArrayList<>(List.of(0L));
          List<Long> after = new ArrayList<>(List.of(0L));
          for (int[] cells : cells(call, "padding", x.rank() - 2)) {
            before.add((long) cells[0]);
            after.add((long) cells[1]);
          }
          before.add(0L);
          after.add(0L);
          return Ops.pad(x, before, after);
        });
  }

  private static Value crop(RowCall call) {
    return ChannelsLast.apply(
        call,
        call.x(),
        x -> {
          List<Range> ranges = new ArrayList<>(List.of(Range.ALL));
          for (int[] cells : cells(call, "cropping", x.rank() - 2)) {
            ranges.add(new Range((long) cells[0], cells[1] == 0 ? null : (long) -cells[1], 1));
          }
          return Ops.slice(x, ranges.toArray(Range[]::new));
        });
  }

  /** Cells before and after each spatial axis, from any of the forms that Keras accepts. */
  private static List<int[]> cells(RowCall call, String key, int rank) {
    List<int[]> cells = cells(call.config().get(key), rank);
    if (cells.stream().flatMapToInt(Arrays::stream).anyMatch(count -> count < 0)) {
      throw call.config().get(key).unexpected("numbers of cells from 0 on");
    }
    return cells;
  }

  private static List<int[]> cells(Setting cells, int rank) {
    if (cells.isObject()) {
      return namedCells(cells.config(), rank);
    }
    if (!cells.isList() || rank == 1) {
      int[] both = cells.isNull() ? new int[] {1, 1} : cells.integers(2);
      return IntStream.range(0, rank).mapToObj(axis -> both).toList();
    }
    List<Setting> axes = cells.list();
    if (axes.size() == 2 * rank) { // Keras 1: top, bottom, left, right
      int[] flat = cells.integers();
      return IntStream.range(0, rank)
          .mapToObj(a -> new int[] {flat[2 * a], flat[2 * a + 1]})
          .toList();
    }
    if (axes.size() != rank) {
      throw cells.unexpected("a whole number, or a list of " + rank + " numbers or pairs");
    }
    return axes.stream().map(axis -> axis.integers(2)).toList();
  }

  /** Keras 1 named the sides. */
  private static List<int[]> namedCells(Config sides, int rank) {
    String[] names =
        rank == 1
            ? new String[] {"left_pad", "right_pad"}
            : new String[] {"top_pad", "bottom_pad", "left_pad", "right_pad"};
    return IntStream.range(0, names.length / 2)
        .mapToObj(
            axis ->
                new int[] {
                  sides.get(names[2 * axis]).integer(0), sides.get(names[2 * axis + 1]).integer(0)
                })
        .toList();
  }

  /** Every cell several times in a row. */
  private static Value repeat(RowCall call) {
    return ChannelsLast.apply(
        call,
        call.x(),
        x -> {
          Setting factors = call.config().get("size", "length");
          int[] size = Windows.lengths(factors, factors.integers(x.rank() - 2, 2));
          Value y = x;
          for (int axis = 0; axis < size.length; axis++) {
            y = Ops.repeat(y, size[axis], axis + 1);
          }
          return y;
        });
  }

  /** Before tf.keras, bilinear samples were not centred on half pixels. */
  private static Value upsample(RowCall call) {
    Interpolation named = Windows.interpolation(call.config().get("interpolation"), "nearest");
    boolean legacy =
        named == Interpolation.BILINEAR && call.dialect().has(Quirk.UPSAMPLES_FROM_CORNERS);
    Interpolation interpolation = legacy ? Interpolation.BILINEAR_LEGACY : named;
    Setting factors = call.config().get("size");
    List<Integer> size = Windows.list(Windows.lengths(factors, factors.integers(2, 2)));
    return ChannelsLast.apply(
        call,
        call.x(),
        x -> ResizedImages.typed(Ops.upsample(x, size, interpolation), x, call.dialect()));
  }
}
