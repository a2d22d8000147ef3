package dev.keraunos.importer.internal.builtin;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.Activations;
import dev.keraunos.importer.internal.operations.Windows;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/** {@code keras.layers.activations}: activations with settings or variables of their own. */
final class ActivationLayers {
  static final List<LayerRow> ROWS =
      List.of(
          LayerRow.of(ActivationLayers::masked, "ReLU"),
          LayerRow.passes(ActivationLayers::leakyRelu, "LeakyReLU"),
          LayerRow.passes(ActivationLayers::prelu, "PReLU").weights("alpha").ignores("init"),
          LayerRow.passes(
              call ->
                  Activations.apply("elu", call.x(), call.config().get("alpha"), call.dialect()),
              "ELU"),
          LayerRow.passes(ActivationLayers::thresholdedRelu, "ThresholdedReLU"),
          LayerRow.passes(ActivationLayers::softmax, "Softmax").takes("mask"),
          LayerRow.passes(ActivationLayers::parametricSoftplus, "ParametricSoftplus")
              .weights("alpha", "beta")
              .ignores("alpha_init", "beta_init"),
          LayerRow.passes(ActivationLayers::srelu, "SReLU")
              .weights("t_left", "a_left", "t_right", "a_right")
              .ignores("t_left_init", "a_left_init", "t_right_init", "a_right_init"));

  private ActivationLayers() {}

  private static List<Masked> masked(RowCall call) {
    boolean drops = call.dialect().has(Quirk.RELU_DROPS_MASKS);
    return List.of(new Masked(relu(call), drops ? null : call.passedMask()));
  }

  private static Value relu(RowCall call) {
    Setting max = call.config().get("max_value");
    return Ops.relu(
        call.x(),
        call.config().get("negative_slope").number(0),
        max.number(Double.POSITIVE_INFINITY),
        call.config().get("threshold").number(0));
  }

  private static Value leakyRelu(RowCall call) {
    return Ops.leakyRelu(call.x(), call.config().get("negative_slope", "alpha").number(0.3));
  }

  /** x above zero, alpha·x below; alpha has length 1 on shared axes. */
  private static Value prelu(RowCall call) {
    Value x = call.x();
    Value below = Ops.multiply(call.weight("alpha", perCell(call, x)), x);
    return Ops.where(Ops.greater(x, 0), x, below);
  }

  private static Value thresholdedRelu(RowCall call) {
    Value x = call.x();
    Value above = Ops.greater(x, call.config().get("theta").number(1));
    return Ops.multiply(x, Ops.cast(above, x.dtype()));
  }

  private static Value softmax(RowCall call) {
    int[] axes = call.config().get("axis").integersOr(-1);
    boolean robust = call.config().get("robust_masking").bool(false);
    return softmax(call, call.x(), call.mask(), robust, axes);
  }

  /**
   * Over one axis or jointly over several; masked entries are left out from tf.keras on.
   *
   * @param mask null for none; numbers count as much as they are, or as flags if masks select
   * @param robust whether masked entries are replaced, whatever the version
   */
  static Value softmax(RowCall call, Value x, Value mask, boolean robust, int... axes) {
    if (mask == null || call.dialect().has(Quirk.SOFTMAX_IGNORES_MASK)) {
      return unmasked(call, x, axes);
    }
    double lowest = lowest(call, x.dtype());
    boolean selects = robust || call.dialect().has(Quirk.SOFTMAX_MASK_SELECTS);
    boolean isFlag = mask.dtype() == DType.BOOL;
    Value kept = selects && !isFlag ? Ops.greater(mask, 0.5) : mask;
    Value off = selects ? null : Ops.subtract(1, Ops.cast(mask, x.dtype()));
    Value y =
        unmasked(
            call,
            selects ? Ops.where(kept, x, lowest) : Ops.add(x, Ops.multiply(off, lowest)),
            axes);
    if (!call.dialect().has(Quirk.SOFTMAX_ZEROES_MASKED)) {
      return y;
    }
    return kept.dtype() == DType.BOOL
        ? Ops.where(kept, y, 0.0)
        : Ops.multiply(y, Ops.cast(kept, y.dtype()));
  }

  /**
   * Along another axis than the last TensorFlow's moves it, so that no logits are found, and the
   * layer calls that of TensorFlow.
   */
  private static Value unmasked(RowCall call, Value x, int... axes) {
    boolean moves = axes.length == 1 && x.shape().axis(axes[0]) != x.rank() - 1;
    if (call.dialect().has(Quirk.SOFTMAX_REMEMBERS_ANY_AXIS)) {
      return Ops.softmax(x, axes);
    }
    Value y =
        moves
            ? Ops.moveaxis(Ops.softmax(Ops.moveaxis(x, axes[0], -1), -1), -1, axes[0])
            : Ops.softmax(x, axes);
    call.site().noteFunction(y);
    return y;
  }

  /** What masked logits become: far below all others, yet finite in half precision. */
  private static double lowest(RowCall call, DType dtype) {
    if (dtype != DType.FLOAT16) {
      return -1e9;
    }
    return call.dialect().has(Quirk.HALF_MASK_IS_3E4) ? -3e4 : -65504 / 2.0;
  }

  /** alpha·log(1 + exp(beta·x)). */
  private static Value parametricSoftplus(RowCall call) {
    Value x = call.x();
    long[] dims = perCell(call, x);
    Value inner = Ops.softplus(Ops.multiply(call.weight("beta", dims), x));
    return Ops.multiply(inner, call.weight("alpha", dims));
  }

  /** Linear with slope a_left below t_left, a_right above t_left + |t_right|, 1 between. */
  private static Value srelu(RowCall call) {
    Value x = call.x();
    long[] dims = perCell(call, x);
    Value left = call.weight("t_left", dims);
    Value right = Ops.add(left, Ops.abs(call.weight("t_right", dims)));
    Value below = Ops.add(left, Ops.multiply(call.weight("a_left", dims), Ops.subtract(x, left)));
    Value within = Ops.where(Ops.greater(x, left), Ops.minimum(x, right), below);
    Value above = Ops.relu(Ops.subtract(x, right));
    return Ops.add(within, Ops.multiply(call.weight("a_right", dims), above));
  }

  /**
   * The shape of one sample, with length 1 on {@code shared_axes}, which count the batch axis.
   * Keras 1 does not save those: there anything goes.
   */
  private static long[] perCell(RowCall call, Value x) {
    Setting setting = call.config().get("shared_axes");
    List<Integer> shared = setting.isNull() ? List.of() : Windows.list(setting.integers());
    boolean unsaved = setting.isMissing() && call.dialect().has(Quirk.SHARED_AXES_ARE_UNSAVED);
    return IntStream.range(1, x.rank())
        .mapToLong(a -> unsaved ? Shape.UNKNOWN : shared.contains(a) ? 1 : call.dim(x, a))
        .toArray();
  }
}
