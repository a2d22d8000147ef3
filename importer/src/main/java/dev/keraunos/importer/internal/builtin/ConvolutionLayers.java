package dev.keraunos.importer.internal.builtin;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.Windows;
import dev.keraunos.importer.internal.table.ChannelsLast;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.weights.StoredForm;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** {@code keras.layers.convolutional}: convolutions of every kind in one to three dimensions. */
final class ConvolutionLayers {
  static final List<LayerRow> ROWS =
      List.of(
          convolutions(1, "Conv1D", "Convolution1D", "AtrousConvolution1D", "AtrousConv1D")
              .stored(StoredForm.CONV_1D),
          convolutions(2, "Conv2D", "Convolution2D", "AtrousConvolution2D", "AtrousConv2D")
              .stored(StoredForm.CONV_2D),
          convolutions(3, "Conv3D", "Convolution3D").stored(StoredForm.CONV_3D),
          depthwises(1, "DepthwiseConv1D"),
          depthwises(2, "DepthwiseConv2D"),
          separables(1, "SeparableConv1D", "SeparableConvolution1D"),
          separables(2, "SeparableConv2D", "SeparableConvolution2D")
              .stored(StoredForm.SEPARABLE_CONV_2D),
          transposes(1, "Conv1DTranspose", "Convolution1DTranspose"),
          transposes(2, "Conv2DTranspose", "Convolution2DTranspose", "Deconvolution2D", "Deconv2D")
              .stored(StoredForm.CONV_2D_TRANSPOSE),
          transposes(
              3, "Conv3DTranspose", "Convolution3DTranspose", "Deconvolution3D", "Deconv3D"));

  private ConvolutionLayers() {}

  private static LayerRow convolutions(int rank, String... names) {
    return LayerRow.drops(call -> convolution(call, rank), names).weights("kernel").bias();
  }

  private static LayerRow depthwises(int rank, String... names) {
    return LayerRow.drops(call -> depthwise(call, rank), names)
        .weights("depthwise_kernel")
        .bias()
        .ignores("groups", "filters");
  }

  private static LayerRow separables(int rank, String... names) {
    return LayerRow.drops(call -> separable(call, rank), names)
        .weights("depthwise_kernel", "pointwise_kernel")
        .bias()
        .ignores("groups");
  }

  private static LayerRow transposes(int rank, String... names) {
    return LayerRow.drops(call -> transposed(call, rank), names)
        .weights("kernel")
        .bias()
        .ignores("groups");
  }

  /** The kernel slides over x; in groups, each block of filters sees its block of channels. */
  private static Value convolution(RowCall call, int rank) {
    int filters = filters(call);
    int groups = call.config().get("groups").count(1, 1);
    return layer(
        call,
        rank,
        filters,
        x -> {
          int[] size = kernelSize(call, rank);
          long channels = call.dim(x, -1) / groups;
          return slide(call, x, call.weight("kernel", shape(size, channels, filters)), groups);
        });
  }

  /** Output channel c·depth_multiplier + m is channel c under its m-th kernel. */
  private static Value depthwise(RowCall call, int rank) {
    int multiplier = call.config().get("depth_multiplier").integer(1);
    long channels = call.input(0).value().shape().dim(ChannelsLast.isFirst(call) ? 1 : -1);
    return layer(call, rank, channels * multiplier, x -> perChannel(call, x, multiplier));
  }

  /** A depthwise convolution, then one over single cells; bias and activation come last. */
  private static Value separable(RowCall call, int rank) {
    int filters = filters(call);
    int multiplier = call.config().get("depth_multiplier").integer(1);
    return layer(
        call,
        rank,
        filters,
        x -> {
          Value kernel = depthwiseKernel(call, x, multiplier);
          int[] cell = ones(rank).stream().mapToInt(i -> i).toArray();
          long deep = call.dim(x, -1) * multiplier;
          return Ops.separableConv(
              x,
              kernel,
              call.weight("pointwise_kernel", shape(cell, deep, filters)),
              Windows.strides(call.config(), rank, ones(rank)),
              padding(call, rank),
              Windows.dilations(call.config(), rank));
        });
  }

  /** The gradient of a convolution; Keras 1 states the output's shape. */
  private static Value transposed(RowCall call, int rank) {
    int filters = filters(call);
    return layer(
        call,
        rank,
        filters,
        x -> {
          int[] size = kernelSize(call, rank);
          Setting cells = call.config().get("output_padding");
          return Ops.convTranspose(
              x,
              call.weight("kernel", shape(size, filters, call.dim(x, -1))),
              Windows.strides(call.config(), rank, ones(rank)),
              Windows.padding(call.config(), "valid", "same"),
              cells.isNull() ? List.of() : Windows.list(cells.integers(rank)),
              Windows.dilations(call.config(), rank),
              outputSize(call, rank));
        });
  }

  /** A linear function in channels-last layout, then bias and activation. */
  private static Value layer(RowCall call, int rank, long filters, UnaryOperator<Value> linear) {
    Value y =
        ChannelsLast.apply(
            call,
            call.floating(),
            x -> overSamples(rank, x, s -> call.addBias(linear.apply(s), filters)));
    return call.activate("activation", y);
  }

  /** tf.keras takes several batch axes; they become one for the while. */
  private static Value overSamples(int rank, Value x, UnaryOperator<Value> function) {
    int batchAxes = x.rank() - rank - 1;
    if (batchAxes <= 1) {
      return function.apply(x);
    }
    List<Dim> dims = new ArrayList<>(Dim.of(x, 0).subList(batchAxes, x.rank()));
    dims.add(0, new Dim.Inferred());
    Value y = function.apply(Ops.reshape(x, dims));
    List<Dim> restored = new ArrayList<>(Dim.of(x, 1).subList(0, batchAxes));
    restored.addAll(Dim.of(y, 0).subList(1, y.rank()));
    return Ops.reshape(y, restored, x);
  }

  private static Value perChannel(RowCall call, Value x, int multiplier) {
    int rank = x.rank() - 2;
    return Ops.depthwiseConv(
        x,
        depthwiseKernel(call, x, multiplier),
        Windows.strides(call.config(), rank, ones(rank)),
        padding(call, rank),
        Windows.dilations(call.config(), rank));
  }

  private static Value depthwiseKernel(RowCall call, Value x, int multiplier) {
    int[] size = kernelSize(call, x.rank() - 2);
    return call.weight("depthwise_kernel", shape(size, call.dim(x, -1), multiplier));
  }

  private static Value slide(RowCall call, Value x, Value kernel, int groups) {
    int rank = x.rank() - 2;
    return Ops.conv(
        x,
        kernel,
        Windows.strides(call.config(), rank, ones(rank)),
        padding(call, rank),
        Windows.dilations(call.config(), rank),
        groups);
  }

  private static Padding padding(RowCall call, int rank) {
    String[] allowed = {"valid", "same", "full", "causal"};
    return Windows.padding(call.config(), Arrays.copyOf(allowed, rank == 1 ? 4 : 3));
  }

  private static int filters(RowCall call) {
    return call.config().get("filters", "nb_filter").integer();
  }

  /** Keras 1 had one key per axis. */
  static int[] kernelSize(RowCall call, int rank) {
    Config config = call.config();
    if (config.has("nb_row")) {
      return new int[] {config.get("nb_row").integer(), config.get("nb_col").integer()};
    }
    if (config.has("kernel_dim1")) {
      return IntStream.rangeClosed(1, rank)
          .map(axis -> config.get("kernel_dim" + axis).integer())
          .toArray();
    }
    Setting size = config.get("kernel_size", "filter_length");
    return Windows.lengths(size, size.integers(rank));
  }

  /** The spatial part of Keras 1's {@code output_shape}, empty for later versions. */
  private static List<Long> outputSize(RowCall call, int rank) {
    Setting shape = call.config().get("output_shape");
    if (shape.isNull()) {
      return List.of();
    }
    int first = ChannelsLast.isFirst(call) ? 2 : 1;
    if (shape.shape().rank() != rank + 2) {
      throw shape.unexpected("a shape of " + (rank + 2) + " dimensions");
    }
    return LongStream.of(shape.shape().slice(first, first + rank).toArray()).boxed().toList();
  }

  private static long[] shape(int[] size, long in, long out) {
    return LongStream.concat(Arrays.stream(size).asLongStream(), LongStream.of(in, out)).toArray();
  }

  static List<Integer> ones(int rank) {
    return Collections.nCopies(rank, 1);
  }
}
