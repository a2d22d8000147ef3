package dev.keraunos.importer.internal.preprocessing;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.ChannelsLast;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** {@code keras.layers.preprocessing}: what makes spectrograms of sound. */
public final class SpectrogramLayers {
  private static final String MODE = "mode";
  private static final double EPSILON = 1e-7;

  /** More than any spectrogram of sound has, and little enough to be held. */
  private static final int LONGEST = 1 << 20;

  private static final float HIGH_FREQUENCY_Q = 1127;
  private static final float BREAK_FREQUENCY = 700;

  public static final List<LayerRow> ROWS =
      List.of(
          LayerRow.passesInKeras3(SpectrogramLayers::stft, "STFTSpectrogram")
              .weight("real_kernel", true, config -> !mode(config).equals("imag"))
              .weight("imag_kernel", true, config -> !mode(config).equals("real"))
              .ignores("window", "periodic", "scaling"),
          LayerRow.passesInKeras3(SpectrogramLayers::mel, "MelSpectrogram")
              .ignores("min_power", "ref_power", "top_db"));

  private SpectrogramLayers() {}

  // ---- STFTSpectrogram --------------------------------------------------------------------------

  private static String mode(Config config) {
    return config
        .get(MODE)
        .oneOf("log", "log", "magnitude", "psd", "real", "imag", "angle", "stft");
  }

  /** Kernels hold the window; a channel's sound is (batch, time, channels) without the others. */
  private static Value stft(RowCall call) {
    boolean first = ChannelsLast.isFirst(call);
    Value x = call.x();
    if (x.rank() != 3 || !x.dtype().isFloating() || x.dtype() == DType.BFLOAT16) {
      throw call.gap(
          "takes float16, float32 or float64 of (batch, time, channels), was given " + x.type());
    }
    Value sound = Ops.expandDims(first ? Ops.swapaxes(x, 1, 2) : x, -1);
    Value y = spectrum(call, sound);
    if (call.config().get("expand_dims").bool(false)) {
      return first ? Ops.transpose(y, 0, 2, 1, 3) : Ops.transpose(y, 0, 1, 3, 2);
    }
    Value joined = Ops.reshape(y, List.of(dim(y, 0), dim(y, 1), new Dim.Inferred()));
    return first ? Ops.swapaxes(joined, 1, 2) : joined;
  }

  private static Dim dim(Value x, int axis) {
    return Dim.of(x, 0).get(axis);
  }

  /** Of (batch, time, channels, 1) the frequencies on the last axis. */
  private static Value spectrum(RowCall call, Value sound) {
    String mode = mode(call.config());
    if (mode.equals("real") || mode.equals("imag")) {
      return part(call, sound, mode + "_kernel");
    }
    Value real = part(call, sound, "real_kernel");
    Value imaginary = part(call, sound, "imag_kernel");
    if (mode.equals("angle")) {
      return Ops.arctan2(imaginary, real);
    } else if (mode.equals("stft")) {
      return Ops.concatenate(List.of(real, imaginary), -1);
    }
    Value power = Ops.add(Ops.square(real), Ops.square(imaginary));
    if (mode.equals("psd")) {
      return Ops.add(power, inner(power));
    }
    Value magnitude = Ops.sqrt(Ops.maximum(power, EPSILON));
    return mode.equals("magnitude") ? magnitude : Ops.log(Ops.maximum(magnitude, EPSILON));
  }

  private static Value part(RowCall call, Value sound, String kernel) {
    Config config = call.config();
    int length = count(config, "frame_length", 256);
    Setting given = config.get("fft_length");
    int frequencies = (given.isNull() ? powerOfTwoFrom(length) : given.integer()) / 2 + 1;
    Setting step = config.get("frame_step");
    int stride = step.isNull() ? length / 2 : step.integer();
    boolean same = config.get("padding").oneOf("valid", "valid", "same").equals("same");
    Value weights = call.weight(sound.dtype(), kernel, length, 1, frequencies);
    return Ops.conv(
        sound,
        Ops.expandDims(weights, 1),
        List.of(stride, 1),
        same ? Padding.SAME : Padding.VALID,
        List.of(1, 1));
  }

  private static int count(Config config, String key, int absent) {
    int count = config.get(key).integer(absent);
    if (count < 1 || count > LONGEST) {
      throw config.get(key).unexpected("a number from 1 to " + LONGEST);
    }
    return count;
  }

  private static int powerOfTwoFrom(int length) {
    int highest = Integer.highestOneBit(length);
    return highest == length ? length : 2 * highest;
  }

  /** The frequencies but the first and the last, which are zero. */
  private static Value inner(Value power) {
    List<Long> ends = new ArrayList<>(Collections.nCopies(power.rank(), 0L));
    ends.set(power.rank() - 1, 1L);
    return Ops.pad(Ops.sliceAxis(power, -1, Range.of(1, -1)), ends, ends);
  }

  // ---- MelSpectrogram ---------------------------------------------------------------------------

  /** {@code (..., samples)} to {@code (..., num_mel_bins, time)}. */
  private static Value mel(RowCall call) {
    Config config = call.config();
    DType type = call.computeType() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    int length = count(config, "fft_length", 2048);
    Value frames = frames(call, Ops.cast(call.x(), type), length);
    Value bins = Ops.rfft(frames);
    Value magnitude = Ops.sqrt(Ops.sum(Ops.square(bins), -1));
    Value power = Ops.power(magnitude, config.get("mag_exp").number(2));
    Value mel = Ops.matmul(power, Ops.cast(Ops.constant(power, melWeights(config, length)), type));
    Value scaled = config.get("power_to_db").bool(true) ? decibels(config, mel) : mel;
    return Ops.cast(Ops.swapaxes(scaled, -1, -2), call.computeType());
  }

  /** Overlapping pieces of the sound, continued by its reflection, times the window. */
  private static Value frames(RowCall call, Value x, int length) {
    int last = x.rank() - 1;
    List<Long> ends = new ArrayList<>(Collections.nCopies(x.rank(), 0L));
    ends.set(last, length / 2L);
    Value padded = Ops.pad(x, ends, ends, Op.Pad.Mode.REFLECT, 0);
    Range starts =
        new Range(
            null, length == 1 ? null : 1L - length, count(call.config(), "sequence_stride", 512));
    int[] within = new int[length];
    for (int i = 0; i < length; i++) {
      within[i] = i;
    }
    Value indices =
        Ops.add(
            Ops.expandDims(Ops.slice(places(padded), starts), 1),
            Ops.constant(padded, Tensor.of(within, length)));
    Value window = Ops.constant(padded, Tensor.of(window(call, length), length).cast(x.dtype()));
    return Ops.multiply(Ops.take(padded, indices, last), window);
  }

  /** The numbers from 0 on for the last axis. */
  private static Value places(Value x) {
    Value all = Ops.iota(x, -1);
    for (int axis = 0; axis < x.rank() - 1; axis++) {
      all = Ops.sliceAxis(all, axis, Range.of(0, 1));
    }
    return Ops.reshape(all, -1);
  }

  /** {@code tf.signal.hann_window} and {@code hamming_window}, in the middle of zeros. */
  private static double[] window(RowCall call, int length) {
    Config config = call.config();
    Setting own = config.get("sequence_length");
    int size = own.isNull() ? length : own.integer();
    if (size < 1 || size > length) {
      throw own.unexpected("a length from 1 to fft_length");
    }
    Setting kind = config.get("window");
    double[] window = new double[length];
    int from = (length - size) / 2;
    boolean none = kind.isNull() && !kind.isMissing();
    float mean = none ? 1 : kind.oneOf("hann", "hann", "hamming").equals("hann") ? 0.5f : 0.54f;
    float steps = size + (size % 2 == 0 ? 1 : 0) - 1f;
    for (int i = 0; i < (none ? length : size); i++) {
      float angle = (float) (2 * Math.PI) * i / steps;
      float wave = none || size == 1 ? 1 : mean - (1 - mean) * (float) Math.cos(angle);
      window[(none ? 0 : from) + i] = wave;
    }
    return window;
  }

  private static Value decibels(Config config, Value power) {
    double least = config.get("min_power").number(1e-10);
    Value reference = Ops.like(power, Math.abs(config.get("ref_power").number(1)));
    Value level =
        Ops.subtract(
            Ops.multiply(10, Ops.log10(Ops.maximum(power, least))),
            Ops.multiply(10, Ops.log10(Ops.maximum(reference, least))));
    int[] all = new int[level.rank()];
    for (int axis = 0; axis < all.length; axis++) {
      all[axis] = axis;
    }
    Value floor = Ops.subtract(Ops.max(level, all), config.get("top_db").number(80));
    return Ops.maximum(level, floor);
  }

  /** {@code linear_to_mel_weight_matrix}, in float32 as Keras computes it. */
  private static Tensor melWeights(Config config, int length) {
    float rate = (float) config.get("sampling_rate").number(16000);
    Setting highest = config.get("max_freq");
    double upper = highest.isNull() || highest.number(0) == 0 ? (int) (rate / 2) : highest.number();
    int count = count(config, "num_mel_bins", 128);
    float[] frequencies = spread(0, rate / 2, length / 2 + 1);
    float[] edges =
        spread(mel((float) config.get("min_freq").number(20)), mel((float) upper), count + 2);
    float[] weights = new float[frequencies.length * count];
    for (int i = 1; i < frequencies.length; i++) {
      float bin = mel(frequencies[i]);
      for (int k = 0; k < count; k++) {
        float rising = (bin - edges[k]) / (edges[k + 1] - edges[k]);
        float falling = (edges[k + 2] - bin) / (edges[k + 2] - edges[k + 1]);
        weights[i * count + k] = Math.max(0, Math.min(rising, falling));
      }
    }
    return Tensor.of(weights, frequencies.length, count);
  }

  private static float mel(float hertz) {
    return HIGH_FREQUENCY_Q * (float) Math.log(1 + hertz / BREAK_FREQUENCY);
  }

  /** {@code tf.linspace}. */
  private static float[] spread(float start, float stop, int count) {
    float[] numbers = new float[count];
    float step = (stop - start) / Math.max(1, count - 1);
    for (int i = 0; i < count; i++) {
      numbers[i] = start + step * i;
    }
    numbers[count - 1] = count == 1 ? start : stop;
    return numbers;
  }
}
