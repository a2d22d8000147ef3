package dev.keraunos.importer.internal.feature;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import java.util.List;
import java.util.Locale;

/**
 * From categories, numbered from 0, to what a layer gives of them: {@code
 * encode_categorical_inputs} of Keras.
 */
final class Encoding {
  /** What {@code output_mode} says. */
  enum Mode {
    INT,
    ONE_HOT,
    MULTI_HOT,
    COUNT,
    TF_IDF
  }

  private final RowCall call;
  private final Mode mode;
  private final int depth;
  private final DType type;
  private boolean dropsColumns = true;

  /**
   * An encoding.
   *
   * @param depth how many categories there are; others count as none
   * @param type of the result
   */
  Encoding(RowCall call, Mode mode, int depth, DType type) {
    this.call = call;
    this.mode = mode;
    this.depth = depth;
    this.type = type;
  }

  /** The type of a layer in tf.keras, where indices are whole in any case. */
  static DType type(Mode mode, DType computed) {
    return mode == Mode.INT && computed.isFloating() ? DType.INT64 : computed;
  }

  /** As the layers that compute with functions of Keras: some releases keep columns. */
  Encoding inKeras() {
    dropsColumns = !call.dialect().has(Quirk.ONE_HOT_KEEPS_COLUMNS);
    return this;
  }

  /**
   * The entry {@code output_mode} of a config; {@code sparse} tensors hold the same numbers.
   *
   * @throws dev.keraunos.keras.ModelFileException if it is none that the layer has
   */
  static Mode mode(RowCall call, Mode absent, List<Mode> allowed) {
    call.config().get("sparse");
    Setting setting = call.config().get("output_mode");
    String name = setting.text(absent.name());
    for (Mode mode : allowed) {
      boolean old = name.equals(mode == Mode.MULTI_HOT ? "binary" : "tf-idf");
      boolean named = name.equalsIgnoreCase(mode.name());
      if (named || (old && (mode == Mode.MULTI_HOT || mode == Mode.TF_IDF))) {
        return mode;
      }
    }
    throw setting.unexpected("one of " + allowed.toString().toLowerCase(Locale.ROOT));
  }

  /**
   * Encodes.
   *
   * @param categories whole numbers; vectors alone are one sample, as in Keras
   * @param weights what each counts, or null
   */
  Value of(Value categories, Value weights) {
    if (mode == Mode.INT) {
      return Ops.cast(categories, type);
    }
    requireRank(categories);
    return mode == Mode.ONE_HOT ? oneHot(categories) : counted(categories, weights);
  }

  private void requireRank(Value x) {
    if (call.dialect().has(Quirk.CATEGORIES_OF_ANY_RANK)) {
      return;
    }
    boolean fits =
        x.rank() < 2 || (x.rank() == 2 && (mode != Mode.ONE_HOT || x.shape().dim(1) == 1));
    if (!fits) {
      throw call.gap(
          "its output_mode '"
              + mode.name().toLowerCase(Locale.ROOT)
              + "' takes "
              + (mode == Mode.ONE_HOT ? "one category a sample" : "one row of categories a sample")
              + ", not the shape "
              + x.shape()
              + ", which this Keras refuses too");
    }
  }

  /** A last axis of length 1 becomes that of the categories. */
  private Value oneHot(Value x) {
    boolean column = dropsColumns && x.rank() > 1 && x.shape().dim(-1) == 1;
    return Ops.oneHot(column ? Ops.squeeze(x, -1) : x, depth, -1, type);
  }

  /** Over the last axis of vectors and matrices, else over the second. */
  private Value counted(Value x, Value weights) {
    int axis = x.rank() > 1 ? 1 : 0;
    if (mode == Mode.MULTI_HOT) {
      return Ops.cast(Ops.any(Ops.oneHot(x, depth, -1, DType.BOOL), axis), type);
    }
    if (weights == null) {
      return Ops.sum(Ops.oneHot(x, depth, -1, type), axis);
    }
    Value weighed = Ops.oneHot(x, depth, -1, weights.dtype());
    return Ops.cast(Ops.sum(Ops.multiply(weighed, Ops.expandDims(weights, -1)), axis), type);
  }

  /**
   * Categories that must be in a range.
   *
   * @param below what they must be less than
   */
  static Value checked(RowCall call, Value x, long below) {
    Op check = new Op.Call(new InRange(call.path(), 0, below));
    return Ops.apply(check, x).get(0);
  }

  /** Whether negative categories fail: Keras counts in a way that refuses them. */
  boolean refusesNegatives(Value x) {
    return x.rank() <= 2 && (mode == Mode.MULTI_HOT || mode == Mode.COUNT);
  }
}
