package dev.keraunos.importer.weights;

import dev.keraunos.importer.archive.StoredArray;
import dev.keraunos.importer.archive.WeightStore;
import dev.keraunos.importer.config.Config;
import dev.keraunos.importer.topology.LayerSpec;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What old files store otherwise than Keras 3 does, and how to turn it round: {@code
 * preprocess_weights_for_loading} and {@code _convert_rnn_weights} of Keras 2.2.4
 * (keras/engine/saving.py), plus the two cases Keras itself forgets: kernels of Keras 1 on Theano
 * and separable kernels in Theano's dimension order.
 */
final class LegacyLayouts {
  /**
   * Who wrote the arrays.
   *
   * @param keras1 no version on the weights group
   * @param theano kernels are meant to be flipped
   * @param cntk kernels may be transposed
   */
  record Origin(boolean keras1, boolean theano, boolean cntk) {
    static Origin of(WeightStore.ByLayer store) {
      boolean keras1 = store.kerasVersion().isEmpty() || store.kerasVersion().startsWith("1.");
      boolean namedByTheano =
          keras1
              && store.layers().stream()
                  .flatMap(layer -> layer.arrays().stream())
                  .map(StoredArray::name)
                  .noneMatch(name -> name.contains(":") || name.startsWith("param_"));
      boolean theano =
          store.backend().equals("theano") || (store.backend().isEmpty() && namedByTheano);
      return new Origin(keras1, theano, store.backend().equals("cntk"));
    }
  }

  /** Whether the gates of a Keras 1 recurrent layer are arrays of their own. */
  enum Gates {
    /** As {@code consume_less} says: apart unless it is {@code gpu}. */
    AS_CONFIGURED,
    OTHERWISE
  }

  /** For files whose only deviation can be cuDNN's arrangement. */
  static final LegacyLayouts CURRENT = new LegacyLayouts(new Origin(false, false, false));

  private static final Map<String, String> OLD_NAMES =
      Map.ofEntries(
          Map.entry("Convolution1D", "Conv1D"),
          Map.entry("Convolution2D", "Conv2D"),
          Map.entry("Convolution3D", "Conv3D"),
          Map.entry("AtrousConvolution1D", "Conv1D"),
          Map.entry("AtrousConvolution2D", "Conv2D"),
          Map.entry("AtrousConv1D", "Conv1D"),
          Map.entry("AtrousConv2D", "Conv2D"),
          Map.entry("Deconvolution2D", "Conv2DTranspose"),
          Map.entry("Deconv2D", "Conv2DTranspose"),
          Map.entry("Convolution2DTranspose", "Conv2DTranspose"),
          Map.entry("SeparableConvolution2D", "SeparableConv2D"),
          Map.entry("CuDNNLSTM", "LSTM"),
          Map.entry("CuDNNGRU", "GRU"));

  private static final Set<String> FLIPPED =
      Set.of("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D");

  /** The order in which Keras 1 stores the gates, as positions in the order of Keras 3. */
  private static final Map<String, List<Integer>> GATES =
      Map.of(
          "LSTM", List.of(0, 2, 1, 3), // i c f o to i f c o
          "ConvLSTM2D", List.of(0, 2, 1, 3),
          "GRU", List.of(0, 1, 2));

  private static final int ARRAYS_PER_GATE = 3;

  private final Origin origin;

  LegacyLayouts(Origin origin) {
    this.origin = origin;
  }

  private static String className(LayerSpec layer) {
    return OLD_NAMES.getOrDefault(layer.className(), layer.className());
  }

  /** The arrays that stand for a layer's variables in the file, in file order. */
  List<Variable> stored(LayerSpec layer, List<Variable> declared, Gates gates) {
    List<Integer> order = GATES.get(className(layer));
    if (!origin.keras1 || order == null) {
      return declared;
    }
    boolean fused = layer.config().get("consume_less").text("").equals("gpu");
    if (fused == (gates == Gates.AS_CONFIGURED)) {
      return declared;
    }
    List<Variable> apart = new ArrayList<>();
    for (int gate : order) {
      for (Variable variable : declared) {
        apart.add(new Variable(variable.name() + "_" + gate, variable.trainable()));
      }
    }
    return apart;
  }

  /** The values of a layer's variables from its arrays in file order. */
  List<Tensor> convert(LayerSpec layer, List<Tensor> arrays) {
    String className = className(layer);
    List<Tensor> converted = new ArrayList<>(arrays);
    if (origin.keras1) {
      converted = fromKeras1(layer, className, converted);
    }
    if (FLIPPED.contains(className)) {
      int kernels = className.equals("ConvLSTM2D") ? 2 : 1;
      for (int i = 0; i < kernels; i++) {
        converted.set(i, spatial(layer, converted.get(i)));
      }
    }
    return fromCuDnn(className, converted);
  }

  private Tensor spatial(LayerSpec layer, Tensor kernel) {
    if (origin.theano) {
      return Layouts.flip(kernel, kernel.shape().rank() - 2);
    }
    boolean transposed =
        origin.cntk && kernel.shape().rank() == 4 && !startsWith(kernel, kernelSize(layer));
    return transposed ? Layouts.transpose(kernel, 3, 2, 0, 1) : kernel;
  }

  private static boolean startsWith(Tensor kernel, int[] size) {
    for (int i = 0; i < size.length; i++) {
      if (kernel.shape().dim(i) != size[i]) {
        return false;
      }
    }
    return true;
  }

  private static int[] kernelSize(LayerSpec layer) {
    Config config = layer.config();
    return config.has("nb_row")
        ? new int[] {config.get("nb_row").integer(), config.get("nb_col").integer()}
        : config.get("kernel_size", "filter_length").integers();
  }

  private static List<Tensor> fromKeras1(LayerSpec layer, String className, List<Tensor> arrays) {
    Config config = layer.config();
    boolean channelsFirst =
        List.of("th", "channels_first")
            .contains(config.get("data_format", "dim_ordering").text(""));
    List<Tensor> converted = new ArrayList<>(arrays);
    switch (className) {
      case "Conv1D" -> converted.set(0, conv1d(config, converted.get(0)));
      case "Conv2D" -> transposeIf(channelsFirst, converted, 1, 2, 3, 1, 0);
      case "Conv3D" -> transposeIf(channelsFirst, converted, 1, 2, 3, 4, 1, 0);
      case "ConvLSTM2D" -> kernelsPerGate(channelsFirst, converted);
      case "SeparableConv2D" -> transposeIf(channelsFirst, converted, 2, 2, 3, 1, 0);
      case "Conv2DTranspose" -> {
        transposeIf(channelsFirst, converted, 1, 2, 3, 0, 1);
        transposeIf(!channelsFirst, converted, 1, 0, 1, 3, 2);
      }
      default -> {}
    }
    return fused(className, converted);
  }

  /** Keras 2 joins the gates first, which scrambles them: then the file is lost to it. */
  private static void kernelsPerGate(boolean channelsFirst, List<Tensor> arrays) {
    for (int i = 0; channelsFirst && i < arrays.size(); i++) {
      if (arrays.get(i).shape().rank() == 4) {
        arrays.set(i, Layouts.transpose(arrays.get(i), 2, 3, 1, 0));
      }
    }
  }

  private static void transposeIf(boolean apply, List<Tensor> arrays, int first, int... axes) {
    for (int i = 0; apply && i < first; i++) {
      arrays.set(i, Layouts.transpose(arrays.get(i), axes));
    }
  }

  /** (k, 1, in, out), before 1.1 (out, in, k, 1), to (k, in, out). */
  private static Tensor conv1d(Config config, Tensor kernel) {
    int length = config.get("kernel_size", "filter_length").integer();
    int filters = config.get("filters", "nb_filter").integer();
    Shape shape = kernel.shape();
    if (shape.rank() != 4) {
      return kernel;
    }
    boolean current = shape.dim(0) == length && shape.dim(1) == 1 && shape.dim(3) == filters;
    Tensor ordered = current ? kernel : Layouts.transpose(kernel, 2, 3, 1, 0);
    return ordered.reshape(ordered.shape().without(1));
  }

  /** Kernel, recurrent kernel and bias from one of each per gate. */
  private static List<Tensor> fused(String className, List<Tensor> arrays) {
    List<Integer> order = GATES.get(className);
    if (order == null || arrays.size() != ARRAYS_PER_GATE * order.size()) {
      return arrays;
    }
    List<Tensor> fused = new ArrayList<>();
    for (int i = 0; i < ARRAYS_PER_GATE; i++) {
      Tensor[] parts = new Tensor[order.size()];
      for (int gate = 0; gate < parts.length; gate++) {
        parts[order.get(gate)] = arrays.get(ARRAYS_PER_GATE * gate + i);
      }
      fused.add(Layouts.concatLast(Arrays.asList(parts)));
    }
    return fused;
  }

  /** Undoes cuDNN's arrangement, which the length of the bias gives away. */
  private static List<Tensor> fromCuDnn(String className, List<Tensor> arrays) {
    boolean lstm = className.equals("LSTM");
    if (arrays.size() != ARRAYS_PER_GATE || !(lstm || className.equals("GRU"))) {
      return arrays;
    }
    Tensor kernel = arrays.get(0);
    Tensor recurrent = arrays.get(1);
    Tensor bias = arrays.get(2);
    long units = recurrent.shape().dim(0);
    int gates = lstm ? 4 : 3;
    if (bias.shape().rank() != 1 || bias.size() != 2L * gates * units) {
      return arrays;
    }
    Tensor both = bias.reshape(2, gates * units);
    return List.of(
        Layouts.cuDnnKernel(kernel, gates),
        Layouts.cuDnnRecurrent(recurrent, gates),
        lstm ? Layouts.sumRows(both) : both);
  }
}
