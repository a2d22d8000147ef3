package dev.keraunos.importer.layers;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.config.Config;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
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
  private static Value locallyConnected(LayerCall call) {
    Config config = call.config();
    if (config.get("implementation").integer(1) != 1) {
      throw config.get("implementation").unexpected("1");
    }
    Windows.padding(call, "valid");
    boolean first = ChannelsLast.isFirst(call);
    Value x = first ? Ops.moveaxis(call.floating(), 1, -1) : call.floating();
    List<Value> cells = cells(call, x);
    Shape places = cells.get(0).shape().slice(1, x.rank() - 1);
    long filters = config.get("filters", "nb_filter").integer();

    Value patches = patches(cells, first);
    long count = places.size();
    long length = call.dim(patches, -1);
    List<Dim> rows = new ArrayList<>(Dim.of(patches, 0).subList(0, 1));
    rows.addAll(Dim.of(count, 1, length));
    Value kernel = call.weight("kernel", count, length, filters);
    Value products = Ops.matmul(Ops.reshape(patches, rows), kernel);
    List<Dim> shape = new ArrayList<>(rows.subList(0, 1));
    shape.addAll(Dim.of(places.concat(Shape.of(filters)).toArray()));
    Value y = Ops.reshape(products, shape);
    return call.activate(
        "activation", biased(call, first ? Ops.moveaxis(y, -1, 1) : y, places, filters));
  }

  /**
   * Channels first, Keras reads the bias (places, filters) in memory order as (filters, places).
   */
  private static Value biased(LayerCall call, Value y, Shape places, long filters) {
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
  private static List<Value> cells(LayerCall call, Value x) {
    int rank = x.rank() - 2;
    int[] size = ConvolutionLayers.kernelSize(call, rank);
    List<Integer> strides = Windows.strides(call, rank, ConvolutionLayers.ones(rank));
    List<Value> cells = new ArrayList<>(List.of(x));
    for (int axis = 0; axis < rank; axis++) {
      List<Value> further = new ArrayList<>();
      long stride = strides.get(axis);
      long places = (call.dim(x, axis + 1) - size[axis]) / stride + 1;
      for (Value cell : cells) {
        for (long offset = 0; offset < size[axis]; offset++) {
          Range range = new Range(offset, offset + (places - 1) * stride + 1, stride);
          further.add(Ops.sliceAxis(cell, axis + 1, range));
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
