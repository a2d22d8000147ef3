package dev.keraunos.importer.internal.operations;

import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Padding;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The settings that convolutions and pooling share, under the names of every Keras version. */
public final class Windows {
  private static final int LONGEST = 1 << 24;

  private Windows() {}

  /** One stride per spatial axis; null stands for the default. */
  public static List<Integer> strides(Config config, int rank, List<Integer> absent) {
    var strides = config.get("strides", "subsample", "subsample_length", "stride");
    return strides.isNull() ? absent : list(lengths(strides, strides.integers(rank)));
  }

  public static List<Integer> dilations(Config config, int rank) {
    Setting dilations = config.get("dilation_rate", "atrous_rate");
    return list(lengths(dilations, dilations.integers(rank, 1)));
  }

  /** Lengths of strides, windows and kernels: no tensor has use for longer ones. */
  public static int[] lengths(Setting setting, int... values) {
    if (Arrays.stream(values).anyMatch(value -> value < 1 || value > LONGEST)) {
      throw setting.unexpected("whole numbers from 1 to " + LONGEST);
    }
    return values;
  }

  /** One of the modes that the layer allows, {@code valid} where nothing is said. */
  public static Padding padding(Config config, String... allowed) {
    return padding(config.get("padding", "border_mode"), allowed);
  }

  /** One of these modes, {@code valid} where nothing is said. */
  public static Padding padding(Setting mode, String... allowed) {
    switch (mode.oneOf("valid", allowed)) {
      case "same":
        return Padding.SAME;
      case "causal":
        return Padding.CAUSAL;
      case "full":
        return Padding.FULL;
      default:
        return Padding.VALID;
    }
  }

  /** How images are sampled. */
  public static Interpolation interpolation(Setting name, String absent) {
    String[] allowed = {
      "nearest", "bilinear", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"
    };
    return Interpolation.valueOf(name.oneOf(absent, allowed).toUpperCase(Locale.ROOT));
  }

  public static List<Integer> list(int... values) {
    return Arrays.stream(values).boxed().toList();
  }
}
