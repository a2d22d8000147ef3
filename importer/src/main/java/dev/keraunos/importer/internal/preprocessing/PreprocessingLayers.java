package dev.keraunos.importer.internal.preprocessing;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * {@code keras.layers.preprocessing}: scaling, and augmentation, which does nothing at inference.
 */
public final class PreprocessingLayers {
  private static final double SMALLEST_DEVIATION = 1e-7;

  public static final List<LayerRow> ROWS =
      List.of(
          LayerRow.passesInKeras3(PreprocessingLayers::rescale, "Rescaling"),
          LayerRow.passesInKeras3(PreprocessingLayers::normalize, "Normalization")
              .weight("mean", false, config -> config.get("mean").isNull())
              .weight("variance", false, config -> config.get("mean").isNull())
              .weight("count", false, config -> config.get("mean").isNull()),
          LabelledImages.imagesOnly(
                  RowCall::floating,
                  "RandomFlip",
                  "RandomRotation",
                  "RandomTranslation",
                  "RandomZoom",
                  "RandomContrast",
                  "RandomBrightness",
                  "RandomHeight",
                  "RandomWidth",
                  "RandomHue",
                  "RandomSaturation",
                  "RandomGrayscale",
                  "RandomColorJitter",
                  "RandomColorDegeneration",
                  "RandomPosterization",
                  "RandomSharpness",
                  "RandomShear",
                  "RandomInvert",
                  "RandomErasing",
                  "RandomGaussianBlur",
                  "RandomPerspective",
                  "RandomElasticTransform",
                  "AugMix",
                  "CutMix",
                  "MixUp",
                  "RandAugment",
                  "Equalization",
                  "Solarization")
              .takes("training")
              .draws()
              .ignoresAll());

  private PreprocessingLayers() {}

  /** x·scale + offset; lists run along the last axis. */
  private static Value rescale(RowCall call) {
    Value x = call.floating();
    Value scale = constant(x, call.config().get("scale"), 1);
    return Ops.add(Ops.multiply(x, scale), constant(x, call.config().get("offset"), 0));
  }

  /** Numbers pass through float32 whatever the type of x. */
  private static Value constant(Value x, Setting setting, double absent) {
    if (!setting.isList()) {
      return Ops.like(x, (float) setting.number(absent));
    }
    double[] values = setting.numbers();
    return Ops.constant(x, Tensor.of(values, values.length).cast(DType.FLOAT32).cast(x.dtype()));
  }

  /**
   * (x − mean) / max(deviation, 1e-7), or back; the axes of the config have moments of their own.
   */
  private static Value normalize(RowCall call) {
    Value x = call.floating();
    int[] axes = keptAxes(call, x);
    long[] dims = Arrays.stream(axes).mapToLong(axis -> call.dim(x, axis)).toArray();
    long[] broadcast = x.shape().along(axes).toArray();
    Value mean = moment(call, x, "mean", dims, broadcast);
    Value deviation = Ops.sqrt(moment(call, x, "variance", dims, broadcast));
    Value spread = Ops.maximum(deviation, SMALLEST_DEVIATION);
    return call.config().get("invert").bool(false)
        ? Ops.add(mean, Ops.multiply(x, spread))
        : Ops.divide(Ops.subtract(x, mean), spread);
  }

  private static int[] keptAxes(RowCall call, Value x) {
    Setting setting = call.config().get("axis");
    int[] axes =
        setting.isMissing() ? new int[] {-1} : setting.isNull() ? new int[0] : setting.integers();
    return Arrays.stream(axes).map(x.shape()::axis).sorted().toArray();
  }

  /** From the config, where a single number holds for all, or from the variables. */
  private static Value moment(RowCall call, Value x, String name, long[] dims, long[] broadcast) {
    Setting given = call.config().get(name);
    if (given.isNull()) {
      return Ops.reshape(call.weight(x.dtype(), name, dims), broadcast);
    }
    double[] values = given.numbers();
    Tensor moment = Tensor.of(values, values.length).cast(x.dtype());
    return values.length == 1
        ? Ops.constant(x, moment.reshape())
        : Ops.constant(x, moment.reshape(broadcast));
  }
}
