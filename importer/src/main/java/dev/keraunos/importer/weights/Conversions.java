package dev.keraunos.importer.weights;

import dev.keraunos.engine.reference.ReferenceKernels;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.TensorType;
import dev.keraunos.importer.archive.StoredArray;
import dev.keraunos.importer.archive.WeightStore;
import dev.keraunos.importer.config.Config;
import dev.keraunos.importer.topology.LayerSpec;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * From the layouts that older Keras versions and other backends stored to those of Keras 2 on
 * TensorFlow: {@code preprocess_weights_for_loading} and {@code _convert_rnn_weights} of Keras
 * 2.2.4.
 *
 * @param version1 the weights were written by Keras 1
 * @param theano kernels are those of true convolutions, to be flipped
 */
record Conversions(boolean version1, boolean theano) {
  private static final Set<String> CONV1D =
      Set.of("Conv1D", "Convolution1D", "AtrousConvolution1D", "AtrousConv1D");
  private static final Set<String> CONV2D =
      Set.of("Conv2D", "Convolution2D", "AtrousConvolution2D", "AtrousConv2D");
  private static final Set<String> CONV3D = Set.of("Conv3D", "Convolution3D");
  private static final Set<String> CONV2D_TRANSPOSE =
      Set.of("Conv2DTranspose", "Convolution2DTranspose", "Deconvolution2D", "Deconv2D");
  private static final Set<String> SEPARABLE = Set.of("SeparableConv2D", "SeparableConvolution2D");

  /** What the versions and the names in a store call for. */
  static Conversions of(WeightStore.ByLayer store) {
    boolean version1 = store.kerasVersion().isEmpty();
    boolean namesLackSuffix =
        store.layers().stream()
            .flatMap(layer -> layer.arrays().stream())
            .findFirst()
            .filter(array -> !array.name().contains(":"))
            .isPresent();
    return new Conversions(
        version1, store.backend().equals("theano") || version1 && namesLackSuffix);
  }

  /** Nothing to convert. */
  static Conversions none() {
    return new Conversions(false, false);
  }

  /** How many arrays a layer stored where that is not the number of its variables. */
  Optional<Integer> storedCount(WeightNode node) {
    if (!version1 || node.spec().isEmpty()) {
      return Optional.empty();
    }
    LayerSpec layer = node.spec().get();
    boolean fused = layer.json().path("consume_less").asText().equals("gpu");
    switch (layer.className()) {
      case "LSTM":
        return fused ? Optional.empty() : Optional.of(12);
      case "ConvLSTM2D":
        return Optional.of(12);
      case "GRU":
        return fused ? Optional.empty() : Optional.of(9);
      default:
        return Optional.empty();
    }
  }

  /** A layer's arrays as its variables. */
  List<StoredArray> convert(LayerSpec layer, List<StoredArray> stored) {
    List<StoredArray> arrays = version1 ? fromVersion1(layer, stored) : stored;
    arrays = theano ? flipped(layer, arrays) : arrays;
    return fromCudnn(layer, arrays);
  }

  private static List<StoredArray> fromVersion1(LayerSpec layer, List<StoredArray> stored) {
    String name = layer.className();
    boolean channelsFirst = channelsFirst(layer.config());
    if (CONV1D.contains(name)) {
      return first(stored, kernel -> conv1d(layer.config(), kernel));
    }
    if (CONV2D.contains(name)) {
      return channelsFirst ? first(stored, kernel -> transpose(kernel, 2, 3, 1, 0)) : stored;
    }
    if (CONV3D.contains(name)) {
      return channelsFirst ? first(stored, kernel -> transpose(kernel, 2, 3, 4, 1, 0)) : stored;
    }
    if (CONV2D_TRANSPOSE.contains(name)) {
      return first(
          stored,
          kernel -> channelsFirst ? transpose(kernel, 2, 3, 0, 1) : transpose(kernel, 0, 1, 3, 2));
    }
    if (SEPARABLE.contains(name) && channelsFirst) {
      List<StoredArray> depthwise = first(stored, kernel -> transpose(kernel, 2, 3, 1, 0));
      depthwise.set(1, with(stored.get(1), transpose(stored.get(1).value(), 2, 3, 1, 0)));
      return depthwise;
    }
    if (name.equals("GRU") && stored.size() == 9) {
      return fused(stored, 0, 3, 6);
    }
    if (name.equals("LSTM") && stored.size() == 12) {
      return fused(stored, 0, 6, 3, 9);
    }
    if (name.equals("ConvLSTM2D") && stored.size() == 12) {
      return fused(
          channelsFirst ? stored.stream().map(Conversions::channelsLast).toList() : stored, 0, 6, 3, 9);
    }
    return stored;
  }

  private static StoredArray channelsLast(StoredArray kernel) {
    boolean bias = kernel.value().shape().rank() == 1;
    return bias ? kernel : with(kernel, transpose(kernel.value(), 2, 3, 1, 0));
  }

  private static boolean channelsFirst(Config config) {
    return List.of("th", "channels_first")
        .contains(config.get("data_format", "dim_ordering").text(""));
  }

  private static StoredArray with(StoredArray array, Tensor value) {
    return new StoredArray(array.path(), array.name(), value);
  }

  private interface Conversion {
    Tensor apply(Tensor tensor);
  }

  private static List<StoredArray> first(List<StoredArray> stored, Conversion conversion) {
    List<StoredArray> converted = new ArrayList<>(stored);
    if (!stored.isEmpty()) {
      converted.set(0, with(stored.get(0), conversion.apply(stored.get(0).value())));
    }
    return converted;
  }

  /** (k, 1, in, filters), or (filters, in, k, 1) as Theano ordered it, to (k, in, filters). */
  private static Tensor conv1d(Config config, Tensor kernel) {
    Shape shape = kernel.shape();
    if (shape.rank() != 4) {
      return kernel;
    }
    int length = config.get("kernel_size", "filter_length").integer();
    int filters = config.get("filters", "nb_filter").integer();
    boolean ordered = shape.dim(0) == length && shape.dim(1) == 1 && shape.dim(3) == filters;
    Tensor last = ordered ? kernel : transpose(kernel, 2, 3, 1, 0);
    return last.reshape(last.shape().without(1));
  }

  /**
   * Kernel, recurrent kernel and bias per gate, stored gate by gate, joined on the last axis in the
   * given order.
   */
  private static List<StoredArray> fused(List<StoredArray> stored, int... gates) {
    List<StoredArray> fused = new ArrayList<>();
    for (int part = 0; part < 3; part++) {
      List<Tensor> blocks = new ArrayList<>();
      for (int gate : gates) {
        blocks.add(stored.get(gate + part).value());
      }
      fused.add(with(stored.get(part), concat(blocks)));
    }
    return fused;
  }

  /**
   * Reverses the spatial axes of kernels; depthwise ones are flipped by Theano's backend itself.
   */
  private static List<StoredArray> flipped(LayerSpec layer, List<StoredArray> arrays) {
    String name = layer.className();
    boolean lstm = name.equals("ConvLSTM2D");
    boolean convolution =
        CONV1D.contains(name)
            || CONV2D.contains(name)
            || CONV3D.contains(name)
            || CONV2D_TRANSPOSE.contains(name);
    if (!lstm && !convolution) {
      return arrays;
    }
    List<StoredArray> flipped = first(arrays, Conversions::flip);
    if (lstm) {
      flipped.set(1, with(arrays.get(1), flip(arrays.get(1).value())));
    }
    return flipped;
  }

  private static Tensor flip(Tensor kernel) {
    List<Range> ranges =
        new ArrayList<>(Collections.nCopies(kernel.shape().rank() - 2, Range.REVERSED));
    ranges.addAll(List.of(Range.ALL, Range.ALL));
    return apply(new Op.Slice(ranges), kernel);
  }

  /** cuDNN keeps transposed blocks per gate and two biases; the length of the bias tells. */
  private static List<StoredArray> fromCudnn(LayerSpec layer, List<StoredArray> arrays) {
    boolean lstm = layer.className().endsWith("LSTM") && !layer.className().startsWith("Conv");
    if (arrays.size() != 3
        || !lstm && !layer.className().endsWith("GRU")
        || arrays.get(2).value().shape().rank() != 1) {
      return arrays;
    }
    Tensor bias = arrays.get(2).value();
    long units = arrays.get(1).value().shape().dim(0);
    int gates = lstm ? 4 : 3;
    if (bias.size() != 2 * gates * units) {
      return arrays;
    }
    Tensor halves = bias.reshape(2, gates * units);
    Tensor summed = lstm ? apply(new Op.Reduce(ReduceKind.SUM, List.of(0), false), halves) : halves;
    return List.of(
        with(arrays.get(0), perGate(arrays.get(0).value(), gates, true)),
        with(arrays.get(1), perGate(arrays.get(1).value(), gates, false)),
        with(arrays.get(2), summed));
  }

  private static Tensor perGate(Tensor kernel, int gates, boolean reread) {
    long rows = kernel.shape().dim(0);
    long units = kernel.shape().dim(1) / gates;
    List<Tensor> blocks = new ArrayList<>();
    for (int gate = 0; gate < gates; gate++) {
      Range columns = Range.of(gate * units, (gate + 1) * units);
      Tensor block = apply(new Op.Slice(List.of(Range.ALL, columns)), kernel);
      blocks.add(transpose(reread ? block.reshape(units, rows) : block, 1, 0));
    }
    return concat(blocks);
  }

  private static Tensor concat(List<Tensor> parts) {
    return apply(new Op.Concat(parts.get(0).shape().rank() - 1), parts.toArray(new Tensor[0]));
  }

  private static Tensor transpose(Tensor tensor, int... permutation) {
    return apply(new Op.Transpose(IntStream.of(permutation).boxed().toList()), tensor);
  }

  private static Tensor apply(Op op, Tensor... inputs) {
    List<Tensor> given = Arrays.asList(inputs);
    TensorType type =
        op.infer(given.stream().map(t -> new TensorType(t.dtype(), t.shape())).toList()).get(0);
    Tensor result = Tensor.allocate(type.dtype(), type.shape());
    ReferenceKernels.run(op, given, List.of(result));
    return result;
  }
}
