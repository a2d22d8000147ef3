package dev.keraunos.importer.internal.builtin;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.builtin.LocalKernel.Axis;
import dev.keraunos.importer.internal.operations.Windows;
import dev.keraunos.importer.internal.table.ChannelsLast;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * {@code LocallyConnected1D} and {@code LocallyConnected2D} of Keras 1 to tf.keras: convolutions
 * whose kernel differs from place to place.
 */
final class LocallyConnectedLayers {
  static final List<LayerRow> ROWS =
      List.of(
          LayerRow.drops(
                  LocallyConnectedLayers::locallyConnected,
                  "LocallyConnected1D",
                  "LocallyConnected2D")
              .weights("kernel")
              .bias());

  private LocallyConnectedLayers() {}

  /** One matrix product per place, of its patch with its kernel. */
  private static Value locallyConnected(RowCall call) {
    Config config = call.config();
    int implementation = config.get("implementation").integer(1);
    boolean first = ChannelsLast.isFirst(call);
    Value given = first ? Ops.moveaxis(call.floating(), 1, -1) : call.floating();
    Shape sizes = Shape.of(sizes(call, given));
    List<Axis> axes = axes(call, sizes, implementation);
    long filters = config.get("filters", "nb_filter").integer();
    Shape places = Shape.of(axes.stream().mapToLong(Axis::places).toArray());

    Value patches = patches(cells(padded(given, axes), axes), first);
    long count = places.size();
    long length = call.dim(patches, -1);
    List<Dim> rows = new ArrayList<>(Dim.of(patches, 0).subList(0, 1));
    rows.addAll(Dim.of(count, 1, length));
    Value kernel;
    if (implementation == 1) {
      kernel = call.weight("kernel", count, length, filters);
    } else {
      var stored = new LocalKernel(axes, call.dim(given, -1), filters, first);
      kernel = Ops.cast(call.constant(stored.perPlace(call, implementation)), call.computeType());
    }
    Value products = Ops.matmul(Ops.reshape(patches, rows), kernel);
    List<Dim> shape = new ArrayList<>(rows.subList(0, 1));
    shape.addAll(Dim.of(places.concat(Shape.of(filters)).toArray()));
    Value y = Ops.reshape(products, shape);
    return call.activate(
        "activation", biased(call, first ? Ops.moveaxis(y, -1, 1) : y, places, filters));
  }

  private static long[] sizes(RowCall call, Value x) {
    long[] sizes = new long[x.rank() - 2];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = call.dim(x, axis + 1);
    }
    return sizes;
  }

  private static List<Axis> axes(RowCall call, Shape sizes, int implementation) {
    int[] kernel = ConvolutionLayers.kernelSize(call, sizes.rank());
    List<Integer> strides =
        Windows.strides(call.config(), sizes.rank(), ConvolutionLayers.ones(sizes.rank()));
    Padding padding =
        implementation == 1
            ? Windows.padding(call.config(), "valid")
            : Windows.padding(call.config(), "valid", "same");
    List<Axis> axes = new ArrayList<>();
    for (int i = 0; i < kernel.length; i++) {
      axes.add(Axis.of(sizes.dim(i), kernel[i], strides.get(i), padding));
    }
    return axes;
  }

  private static Value padded(Value x, List<Axis> axes) {
    List<Long> before = new ArrayList<>(List.of(0L));
    List<Long> after = new ArrayList<>(List.of(0L));
    for (Axis axis : axes) {
      before.add(axis.before());
      after.add(axis.after());
    }
    before.add(0L);
    after.add(0L);
    boolean none = Collections.max(before) == 0 && Collections.max(after) == 0;
    return none ? x : Ops.pad(x, before, after);
  }

  /**
   * Channels first, Keras reads the bias (places, filters) in memory order as (filters, places).
   */
  private static Value biased(RowCall call, Value y, Shape places, long filters) {
    if (!call.config().get("use_bias", "bias").bool(true)) {
      return y;
    }
    Value bias = call.weight("bias", places.concat(Shape.of(filters)).toArray());
    return Ops.add(
        y,
        ChannelsLast.isFirst(call)
            ? Ops.reshape(bias, Shape.of(filters).concat(places).toArray())
            : bias);
  }

  /** For each cell of the kernel, the cells of x it meets: (batch, places..., channels). */
  private static List<Value> cells(Value x, List<Axis> axes) {
    List<Value> cells = new ArrayList<>(List.of(x));
    for (int i = 0; i < axes.size(); i++) {
      List<Value> further = new ArrayList<>();
      Axis axis = axes.get(i);
      for (Value cell : cells) {
        for (long offset = 0; offset < axis.kernel(); offset++) {
          long stop = offset + (axis.places() - 1) * axis.stride() + 1;
          further.add(Ops.sliceAxis(cell, i + 1, new Range(offset, stop, axis.stride())));
        }
      }
      cells = further;
    }
    return cells;
  }

  /** Patches as vectors: cell by cell, or channel by channel where channels come first. */
  private static Value patches(List<Value> cells, boolean channelsFirst) {
    if (!channelsFirst) {
      return Ops.concatenate(cells, -1);
    }
    Value stacked = Ops.stack(cells, -1);
    List<Dim> dims = new ArrayList<>(Dim.of(stacked, 0).subList(0, stacked.rank() - 2));
    dims.addAll(Dim.of(stacked.shape().dim(-1) * stacked.shape().dim(-2)));
    return Ops.reshape(stacked, dims);
  }
}
