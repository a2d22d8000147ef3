package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/**
 * The rotation of features by their position, RotaryEmbedding of
 * keras_hub/src/layers/modeling/rotary_embedding.py.
 *
 * @param inverse the angle per step of each pair of features: given their number
 * @param factor of cosines and sines; 1 for none
 * @param trained how many steps {@code inverse} holds for
 * @param beyond the same where there are more steps
 */
record Rope(Frequencies inverse, double factor, int trained, Frequencies beyond) {
  Rope(Frequencies inverse, double factor) {
    this(inverse, factor, Integer.MAX_VALUE, inverse);
  }

  /** The angle per step of each pair of features. */
  interface Frequencies {
    float[] of(int features);
  }

  /** Angles that fall from 1 by powers of the longest wave, all divided by a factor. */
  static Rope linear(double wavelength, double scaling) {
    return new Rope(
        features -> {
          float[] inverse = plain(wavelength, features, features);
          for (int i = 0; i < inverse.length; i++) {
            inverse[i] /= (float) scaling;
          }
          return inverse;
        },
        1);
  }

  /** As the config of a RotaryEmbedding says. */
  static Rope of(Config config) {
    double wavelength = config.get("max_wavelength").number(10000);
    double scaling = config.get("scaling_factor").number(1);
    String type = config.get("rope_type").text("linear");
    Yarn yarn = Yarn.of(config);
    int denominator = config.get("denominator_dim").integer(0);
    if (type.equals("yarn")) {
      float factor = 0.1f * (float) Math.log((float) scaling) + 1;
      return new Rope(features -> yarn.inverse(wavelength, scaling, features), factor);
    }
    return new Rope(
        features -> {
          float[] inverse = plain(wavelength, features, denominator == 0 ? features : denominator);
          float divisor = (float) divisor(type, scaling, features);
          for (int i = 0; i < inverse.length; i++) {
            inverse[i] /= divisor;
          }
          return inverse;
        },
        1);
  }

  /** The same with frequencies mixed by how often a wave fits into the trained length. */
  static Rope yarn(double wavelength, double scaling, boolean truncate) {
    float factor = 0.1f * (float) Math.log((float) scaling) + 1;
    Yarn yarn = new Yarn(32, 1, 4096, truncate);
    return new Rope(features -> yarn.inverse(wavelength, scaling, features), factor);
  }

  private static double divisor(String type, double scaling, int features) {
    return switch (type) {
      case "linear" -> scaling;
      case "dynamic" -> Math.pow(scaling, (double) features / Math.max(1, features - 2));
      default -> 1;
    };
  }

  /** The same as 1 over the powers. */
  static float[] divided(double wavelength, int features) {
    float[] inverse = new float[(features + 1) / 2];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = 1 / (float) Math.pow((float) wavelength, 2f * i / features);
    }
    return inverse;
  }

  static float[] plain(double wavelength, int features, int denominator) {
    float[] inverse = new float[(features + 1) / 2];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = (float) Math.pow((float) wavelength, -(2f * i / denominator));
    }
    return inverse;
  }

  /** How {@code rope_type="yarn"} mixes frequencies. */
  private record Yarn(double fast, double slow, double positions, boolean truncate) {
    static Yarn of(Config config) {
      return new Yarn(
          config.get("beta_fast").number(32),
          config.get("beta_slow").number(1),
          config.get("original_max_position_embeddings").number(4096),
          config.get("truncate").bool(true));
    }

    float[] inverse(double wavelength, double scaling, int features) {
      double low = correction(fast, features, wavelength);
      double high = correction(slow, features, wavelength);
      if (truncate) {
        low = Math.floor(low);
        high = Math.ceil(high);
      }
      low = Math.max(low, 0);
      high = Math.min(high, features - 1);
      double range = Math.max(high - low, 0.001);
      float[] plain = plain(wavelength, features, features);
      for (int i = 0; i < plain.length; i++) {
        float kept = (float) (1 - Math.min(Math.max((i - low) / range, 0), 1));
        plain[i] = plain[i] / (float) scaling * (1 - kept) + plain[i] * kept;
      }
      return plain;
    }

    private double correction(double rotations, int features, double wavelength) {
      return features
          * Math.log(positions / (rotations * 2 * Math.PI))
          / (2 * Math.log(wavelength));
    }
  }

  /**
   * x with its features turned.
   *
   * @param axis of the positions
   * @param positions of the steps, a vector or one row per sample; null counts from {@code start}
   */
  Value rotate(Block block, Value x, int axis, int features, Value positions, int start) {
    int sequence = axis < 0 ? x.rank() + axis : axis;
    int feature = features < 0 ? x.rank() + features : features;
    Value moved = Ops.moveaxis(x, new int[] {feature, sequence}, -1, 1);
    Value turned = turn(block, moved, positions, start);
    return Ops.moveaxis(turned, new int[] {-1, 1}, feature, sequence);
  }

  /** x (batch, time, ..., features) turned, counted from 0. */
  Value rotate(Block block, Value x) {
    return turn(block, x, null, 0);
  }

  /** The same at positions; null counts from 0. */
  Value rotate(Block block, Value x, Value positions) {
    return turn(block, x, positions, 0);
  }

  private Value turn(Block block, Value x, Value positions, int start) {
    return turn(block, x, angles(block, x, positions, start), factor);
  }

  /** The halves of the features turned by angles. */
  static Value turn(Block block, Value x, Value angles, double factor) {
    List<Value> halves = Ops.split(x, 2, -1);
    Value turned = Ops.concatenate(List.of(Ops.negative(halves.get(1)), halves.get(0)), -1);
    return Ops.add(
        Ops.multiply(x, scaled(block, Ops.cos(angles), factor)),
        Ops.multiply(turned, scaled(block, Ops.sin(angles), factor)));
  }

  /** x (batch, time, heads, features) whose neighbouring features are turned in pairs. */
  Value interleaved(Block block, Value x) {
    Value angles = angles(block, x, null, 0);
    int half = Math.toIntExact(block.call().dim(x, -1) / 2);
    Value each = Ops.repeat(Ops.sliceAxis(angles, 3, Range.of(0, half)), 2, 3);
    Value pairs = block.splitLast(x, half, 2);
    List<Value> ends = Ops.split(pairs, 2, -1);
    Value swapped =
        block.mergeLast(Ops.concatenate(List.of(Ops.negative(ends.get(1)), ends.get(0)), -1), 2);
    return Ops.add(
        Ops.multiply(x, scaled(block, Ops.cos(each), factor)),
        Ops.multiply(swapped, scaled(block, Ops.sin(each), factor)));
  }

  private static Value scaled(Block block, Value x, double factor) {
    Value y = Ops.cast(x, block.call().computeType());
    return factor == 1 ? y : Ops.multiply(y, factor);
  }

  private Value angles(Block block, Value x, Value positions, int start) {
    int features = Math.toIntExact(block.call().dim(x, -1));
    Value frequencies = constant(block, inverse.of(features));
    if (trained < Integer.MAX_VALUE) {
      Value last = Ops.max(block.steps(x, 1, DType.INT32));
      Value longer = constant(block, beyond.of(features));
      frequencies = Ops.where(Ops.greaterEqual(last, trained - start), longer, frequencies);
    }
    return angles(block, x, frequencies, positions, start);
  }

  private static Value constant(Block block, float[] numbers) {
    return block.call().constant(Tensor.of(numbers, numbers.length));
  }

  /**
   * The angles (batch or 1, time, 1..., features).
   *
   * @param frequencies of each pair of features
   */
  static Value angles(Block block, Value x, Value frequencies, Value positions, int start) {
    Value at =
        positions == null
            ? Ops.add(block.steps(x, 1, DType.FLOAT32), start)
            : Ops.cast(positions, DType.FLOAT32);
    if (at.rank() == 1) {
      at = Ops.expandDims(at, 0);
    }
    Value half = Ops.multiply(Ops.expandDims(at, -1), frequencies);
    Value angles = Ops.concatenate(List.of(half, half), -1);
    for (int i = 2; i < x.rank() - 1; i++) {
      angles = Ops.expandDims(angles, 2);
    }
    return angles;
  }
}
