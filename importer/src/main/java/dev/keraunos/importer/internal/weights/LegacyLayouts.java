package dev.keraunos.importer.internal.weights;

import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keraunos.importer.internal.archive.StoredArray;
import dev.keraunos.importer.internal.archive.WeightStore;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
   * @param keras1 gates are apart; files without a version on the weights group are of Keras 1
   * @param theano kernels are meant to be flipped
   * @param cntk kernels may be transposed
   */
  record Origin(boolean keras1, boolean theano, boolean cntk) {
    static Origin of(WeightStore.ByLayer store) {
      String version = store.kerasVersion().isEmpty() ? "1.0" : store.kerasVersion();
      Dialect dialect = Dialect.ofFile(version, store.backend(), MissingNode.getInstance(), "");
      boolean keras1 = dialect.has(Quirk.SAVES_GATES_APART);
      boolean namedByTheano =
          keras1
              && store.layers().stream()
                  .flatMap(layer -> layer.arrays().stream())
                  .map(StoredArray::name)
                  .noneMatch(name -> name.contains(":") || name.startsWith("param_"));
      boolean theano =
          dialect.has(Quirk.FLIPS_KERNELS) || (store.backend().isEmpty() && namedByTheano);
      return new Origin(keras1, theano, dialect.has(Quirk.TRANSPOSES_KERNELS));
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

  private static final int ARRAYS_PER_GATE = 3;

  private final Origin origin;

  LegacyLayouts(Origin origin) {
    this.origin = origin;
  }

  /** The arrays that stand for a layer's variables in the file, in file order. */
  List<Variable> stored(Saveable saveable, List<Variable> declared, Gates gates) {
    List<Integer> order = saveable.form().gates();
    if (!origin.keras1 || order.isEmpty()) {
      return declared;
    }
    Config config = saveable.layer().orElseThrow().config();
    boolean fused = config.get("consume_less").text("").equals("gpu");
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
  List<Tensor> convert(Saveable saveable, List<Tensor> arrays) {
    StoredForm form = saveable.form();
    Config config = saveable.layer().orElseThrow().config();
    List<Tensor> converted = new ArrayList<>(arrays);
    if (origin.keras1) {
      converted = fromKeras1(config, form, converted);
    }
    for (int i = 0; i < form.spatialKernels(); i++) {
      converted.set(i, spatial(config, converted.get(i)));
    }
    return fromCuDnn(form, converted);
  }

  private Tensor spatial(Config config, Tensor kernel) {
    if (origin.theano) {
      return Layouts.flip(kernel, kernel.shape().rank() - 2);
    }
    boolean transposed =
        origin.cntk && kernel.shape().rank() == 4 && !startsWith(kernel, kernelSize(config));
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

  private static int[] kernelSize(Config config) {
    return config.has("nb_row")
        ? new int[] {config.get("nb_row").integer(), config.get("nb_col").integer()}
        : config.get("kernel_size", "filter_length").integers();
  }

  private static List<Tensor> fromKeras1(Config config, StoredForm form, List<Tensor> arrays) {
    boolean channelsFirst =
        List.of("th", "channels_first")
            .contains(config.get("data_format", "dim_ordering").text(""));
    List<Tensor> converted = new ArrayList<>(arrays);
    switch (form) {
      case CONV_1D -> converted.set(0, conv1d(config, converted.get(0)));
      case CONV_2D -> transposeIf(channelsFirst, converted, 1, 2, 3, 1, 0);
      case CONV_3D -> transposeIf(channelsFirst, converted, 1, 2, 3, 4, 1, 0);
      case CONV_LSTM_2D -> kernelsPerGate(channelsFirst, converted);
      case SEPARABLE_CONV_2D -> transposeIf(channelsFirst, converted, 2, 2, 3, 1, 0);
      case CONV_2D_TRANSPOSE -> {
        transposeIf(channelsFirst, converted, 1, 2, 3, 0, 1);
        transposeIf(!channelsFirst, converted, 1, 0, 1, 3, 2);
      }
      default -> {}
    }
    return fused(form.gates(), converted);
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
  private static List<Tensor> fused(List<Integer> order, List<Tensor> arrays) {
    if (order.isEmpty() || arrays.size() != ARRAYS_PER_GATE * order.size()) {
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
  private static List<Tensor> fromCuDnn(StoredForm form, List<Tensor> arrays) {
    boolean lstm = form == StoredForm.LSTM;
    if (arrays.size() != ARRAYS_PER_GATE || !(lstm || form == StoredForm.GRU)) {
      return arrays;
    }
    Tensor kernel = arrays.get(0);
    Tensor recurrent = arrays.get(1);
    Tensor bias = arrays.get(2);
    long units = recurrent.shape().dim(0);
    int gates = lstm ? 4 : 3;
    long width = gates * units;
    boolean arranged =
        bias.shape().equals(Shape.of(2 * width))
            && kernel.shape().accepts(Shape.of(Shape.UNKNOWN, width))
            && recurrent.shape().equals(Shape.of(units, width));
    if (!arranged) {
      return arrays;
    }
    Tensor both = bias.reshape(2, width);
    return List.of(
        Layouts.cuDnnKernel(kernel, gates),
        Layouts.cuDnnRecurrent(recurrent, gates),
        lstm ? Layouts.sumRows(both) : both);
  }
}
