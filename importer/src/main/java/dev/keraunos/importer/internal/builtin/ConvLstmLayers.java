package dev.keraunos.importer.internal.builtin;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op.Rnn.Cell;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.Windows;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.weights.StoredForm;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * ConvLSTM1D, 2D and 3D. The input convolution runs over all steps at once; the recurrent one,
 * always {@code same} with stride 1, inside the recurrence.
 */
final class ConvLstmLayers {
  static final List<LayerRow> ROWS =
      List.of(row(1), row(2).stored(StoredForm.CONV_LSTM_2D), row(3));

  private ConvLstmLayers() {}

  private static LayerRow row(int spatial) {
    return LayerRow.of(call -> lower(call, spatial), "ConvLSTM" + spatial + "D")
        .weights("kernel", "recurrent_kernel")
        .bias()
        .takes(RecurrentLayers.PARAMETERS)
        .draws(RecurrentLayers.RATES)
        .ignores(
            "stateful",
            "unroll",
            "dropout",
            "recurrent_dropout",
            "dropout_W",
            "dropout_U",
            "return_state",
            "zero_output_for_mask",
            "num_constants",
            "time_major",
            "implementation",
            "consume_less");
  }

  private static List<Masked> lower(RowCall call, int spatial) {
    RecurrentLayers.Given given = RecurrentLayers.Given.of(call, Cell.LSTM.states());
    boolean channelsFirst =
        List.of("channels_first", "th")
            .contains(call.config().get("data_format", "dim_ordering").text("channels_last"));
    Value x = channelsFirst ? Ops.moveaxis(given.x(), 2, -1) : given.x();
    List<Value> states = new ArrayList<>();
    given.states().forEach(state -> states.add(channelsFirst ? Ops.moveaxis(state, 1, -1) : state));
    int filters = call.config().get("filters", "nb_filter").integer();
    Value gates = inputConvolution(call, x, spatial, filters);
    Supplier<List<Value>> zeros =
        () -> List.of(zeroState(gates, filters), zeroState(gates, filters));
    RecurrentLayers.Given kept = given.with(gates, states).keeping(call, zeros);
    List<Masked> outputs =
        RecurrentLayers.scan(
            call,
            kept.states().isEmpty() ? kept.with(gates, zeros.get()) : kept,
            List.of(),
            call::in,
            (body, inputs) -> step(body, inputs, spatial, filters));
    return channelsFirst ? outputs.stream().map(y -> channelsFirst(y, spatial)).toList() : outputs;
  }

  /** The convolution of every step, (batch, time, spatial..., 4·filters). */
  private static Value inputConvolution(RowCall call, Value x, int spatial, int filters) {
    Config config = call.config();
    int[] size =
        config.has("nb_row")
            ? new int[] {config.get("nb_row").integer(), config.get("nb_col").integer()}
            : Windows.lengths(
                config.get("kernel_size"), config.get("kernel_size").integers(spatial));
    long[] kernelShape = kernelShape(size, call.dim(x, -1), filters);
    Value y =
        Ops.conv(
            TimeAxis.fold(x),
            call.weight("kernel", kernelShape),
            Windows.list(config.get("strides", "subsample").integers(spatial, 1)),
            Windows.padding(call.config(), "valid", "same"),
            Windows.list(config.get("dilation_rate").integers(spatial, 1)),
            1);
    if (config.get("use_bias", "bias").bool(true)) {
      y = Ops.add(y, call.weight("bias", 4L * filters));
    }
    return TimeAxis.unfold(y, x);
  }

  private static long[] kernelShape(int[] size, long channels, int filters) {
    return IntStream.concat(Arrays.stream(size), IntStream.of((int) channels, 4 * filters))
        .asLongStream()
        .toArray();
  }

  private static Value zeroState(Value gates, int filters) {
    List<Dim> dims = new ArrayList<>();
    for (int axis = 0; axis < gates.rank() - 1; axis++) {
      if (axis != 1) {
        dims.add(new Dim.Same(0, axis));
      }
    }
    dims.add(new Dim.Fixed(filters));
    return Ops.full(gates.dtype(), 0, dims, gates);
  }

  private static List<Value> step(RowCall body, List<Value> inputs, int spatial, int filters) {
    long[] any = new long[spatial];
    Arrays.fill(any, Shape.UNKNOWN);
    long[] shape = Arrays.copyOf(any, spatial + 2);
    shape[spatial] = filters;
    shape[spatial + 1] = 4L * filters;
    Value kernel = body.weight("recurrent_kernel", shape);
    Value recurrent = Ops.conv(inputs.get(1), kernel, List.of(), Padding.SAME, List.of(), 1);
    return RecurrentLayers.lstm(body, Ops.add(inputs.get(0), recurrent), inputs.get(2));
  }

  private static Masked channelsFirst(Masked y, int spatial) {
    int channels = y.value().rank() - 1 - spatial;
    return new Masked(Ops.moveaxis(y.value(), -1, channels), y.mask());
  }
}
