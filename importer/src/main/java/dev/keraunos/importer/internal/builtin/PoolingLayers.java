package dev.keraunos.importer.internal.builtin;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.IntegerArithmetic;
import dev.keraunos.importer.internal.operations.MaxPools;
import dev.keraunos.importer.internal.operations.Windows;
import dev.keraunos.importer.internal.table.ChannelsLast;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import java.util.List;
import java.util.stream.IntStream;

/** {@code keras.layers.pooling} in one to three dimensions. */
final class PoolingLayers {
  static final List<LayerRow> ROWS =
      List.of(
          LayerRow.drops(
              call -> windows(call, true),
              "MaxPooling1D",
              "MaxPooling2D",
              "MaxPooling3D",
              "MaxPool1D",
              "MaxPool2D",
              "MaxPool3D"),
          LayerRow.drops(
              call -> windows(call, false),
              "AveragePooling1D",
              "AveragePooling2D",
              "AveragePooling3D",
              "AvgPool1D",
              "AvgPool2D",
              "AvgPool3D"),
          LayerRow.drops(
              call -> global(call, ReduceKind.MAX),
              "GlobalMaxPooling1D",
              "GlobalMaxPooling2D",
              "GlobalMaxPooling3D",
              "GlobalMaxPool1D",
              "GlobalMaxPool2D",
              "GlobalMaxPool3D"),
          LayerRow.drops(PoolingLayers::maskedMean, "GlobalAveragePooling1D", "GlobalAvgPool1D")
              .takes("mask"),
          LayerRow.drops(
              call -> global(call, ReduceKind.MEAN),
              "GlobalAveragePooling2D",
              "GlobalAveragePooling3D",
              "GlobalAvgPool2D",
              "GlobalAvgPool3D"),
          LayerRow.drops(
              call -> adaptive(call, true),
              "AdaptiveMaxPooling1D",
              "AdaptiveMaxPooling2D",
              "AdaptiveMaxPooling3D"),
          LayerRow.drops(
              call -> adaptive(call, false),
              "AdaptiveAveragePooling1D",
              "AdaptiveAveragePooling2D",
              "AdaptiveAveragePooling3D"));

  private PoolingLayers() {}

  /** The maximum or mean of windows; the mean counts cells inside x only. */
  private static Value windows(RowCall call, boolean max) {
    return ChannelsLast.apply(
        call,
        call.x(),
        x -> {
          int rank = x.rank() - 2;
          Setting pool = call.config().get("pool_size", "pool_length");
          List<Integer> size = Windows.list(Windows.lengths(pool, pool.integers(rank, 2)));
          List<Integer> strides = Windows.strides(call.config(), rank, size);
          Padding padding = Windows.padding(call.config(), "valid", "same");
          return max
              ? MaxPools.of(x, call.dialect(), y -> Ops.maxPool(y, size, strides, padding))
              : Ops.averagePool(x, size, strides, padding);
        });
  }

  /** A reduction over all spatial axes. */
  private static Value global(RowCall call, ReduceKind kind) {
    Value x = call.x();
    int first = ChannelsLast.isFirst(call) ? 2 : 1;
    int[] space = IntStream.range(first, first + x.rank() - 2).toArray();
    if (kind == ReduceKind.MEAN) {
      return IntegerArithmetic.mean(x, call.dialect(), keepsDims(call), space);
    }
    Value largest = Ops.reduce(kind, x, keepsDims(call), space);
    boolean ragged = call.hasRaggedRows() && !x.shape().isKnown(first);
    return ragged ? Ops.maximum(largest, x.dtype().lowest()) : largest; // also of no row
  }

  /**
   * The mean of the steps that the mask keeps; 0/0 where it keeps none. Masks count from 2.2.3 on.
   */
  private static Value maskedMean(RowCall call) {
    if (call.mask() == null || !call.dialect().has(Quirk.AVERAGE_TAKES_MASK)) {
      return global(call, ReduceKind.MEAN);
    }
    Value x = call.x();
    int time = ChannelsLast.isFirst(call) ? 2 : 1;
    Value kept = Ops.expandDims(call.mask(), time == 1 ? 2 : 1);
    Value weight = Ops.cast(kept, x.dtype());
    boolean selects = call.dialect().has(Quirk.MASKS_SELECT);
    Value summands = selects ? Ops.where(kept, x, 0.0) : Ops.multiply(x, weight);
    boolean keeps = keepsDims(call);
    return Ops.divide(
        Ops.reduce(ReduceKind.SUM, summands, keeps, time),
        Ops.reduce(ReduceKind.SUM, weight, keeps, time));
  }

  private static boolean keepsDims(RowCall call) {
    return call.config().get("keepdims").bool(false);
  }

  /** Windows chosen so that the output has the given size. */
  private static Value adaptive(RowCall call, boolean max) {
    return ChannelsLast.apply(
        call,
        call.x(),
        x -> {
          Setting wanted = call.config().get("output_size");
          List<Integer> size = Windows.list(Windows.lengths(wanted, wanted.integers(x.rank() - 2)));
          return max
              ? MaxPools.of(x, call.dialect(), y -> Ops.adaptiveMaxPool(y, size))
              : Ops.adaptiveAveragePool(x, size);
        });
  }
}
