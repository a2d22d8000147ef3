package dev.keraunos.engine.internal.reference;

import dev.keraunos.engine.internal.reference.Resampling.Taps;
import dev.keraunos.graph.Interpolation;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * The cells and weights of {@code tf.image.resize} along one axis. Positions are computed in float,
 * as TensorFlow does, since rounding decides which cell is the nearest.
 */
final class ResizeKernels {
  private static final int TABLE = 1024;

  private ResizeKernels() {}

  static Taps taps(Interpolation kind, boolean antialias, long length, long size) {
    Taps taps = new Taps(Math.toIntExact(size));
    float scale = (float) length / size;
    for (int i = 0; i < taps.count(); i++) {
      switch (kind) {
        case NEAREST -> taps.set(i, Math.min((long) Math.floor((i + 0.5f) * scale), length - 1), 1);
        case BILINEAR_LEGACY -> linear(taps, i, i * scale, length);
        case AREA -> area(taps, i, scale, length);
        case BILINEAR -> {
          if (antialias) {
            spread(taps, i, x -> Math.max(1 - x, 0), 1, antialias, length);
          } else {
            linear(taps, i, (i + 0.5f) * scale - 0.5f, length);
          }
        }
        case BICUBIC -> {
          if (antialias) {
            spread(taps, i, ResizeKernels::cubic, 2, antialias, length);
          } else {
            bicubic(taps, i, (i + 0.5f) * scale - 0.5f, length);
          }
        }
        case LANCZOS3 -> spread(taps, i, x -> lanczos(x, 3), 3, antialias, length);
        case LANCZOS5 -> spread(taps, i, x -> lanczos(x, 5), 5, antialias, length);
        case GAUSSIAN ->
            spread(taps, i, x -> x >= 1.5 ? 0 : Math.exp(-x * x / 0.5), 1.5, antialias, length);
        case MITCHELLCUBIC -> spread(taps, i, ResizeKernels::mitchell, 2, antialias, length);
      }
    }
    return taps;
  }

  private static void linear(Taps taps, int i, float at, long length) {
    long below = (long) Math.floor(at);
    double fraction = at - below;
    if (below < 0 || below + 1 >= length) {
      taps.set(i, Math.min(Math.max(below, 0), length - 1), 1);
    } else {
      taps.set(i, below, 1 - fraction, fraction);
    }
  }

  /** Four taps with the fraction rounded to the table; those outside the image are dropped. */
  private static void bicubic(Taps taps, int i, float at, long length) {
    long below = (long) Math.floor(at);
    int fraction = (int) Math.rint((at - below) * TABLE);
    double[] all = {
      cubic(1 + (double) fraction / TABLE),
      cubic((double) fraction / TABLE),
      cubic((double) (TABLE - fraction) / TABLE),
      cubic(1 + (double) (TABLE - fraction) / TABLE)
    };
    clipped(taps, i, below - 1, all, length);
  }

  /** Shares of an interval; one that lies within a single cell is as long as the scale says. */
  private static void area(Taps taps, int i, float scale, long length) {
    float from = i * scale;
    float to = (i + 1) * scale;
    long first = (long) Math.floor(from);
    double[] overlaps = new double[(int) ((long) Math.ceil(to) - first)];
    for (int j = 0; j < overlaps.length; j++) {
      float cell = (float) (first + j);
      float end = Math.min(cell + 1, to);
      boolean within = cell < from && cell + 1 > to;
      overlaps[j] = (within ? scale : end - Math.max(cell, from)) / scale;
    }
    long last = Math.min(first + overlaps.length, length);
    double[] kept = Arrays.copyOf(overlaps, (int) (last - first));
    for (int j = kept.length; j < overlaps.length; j++) {
      kept[kept.length - 1] += overlaps[j];
    }
    taps.set(i, first, kept);
  }

  /** A kernel centred on the sample, stretched when it shrinks the image with antialiasing. */
  private static void spread(
      Taps taps, int i, DoubleUnaryOperator kernel, double radius, boolean antialias, long length) {
    float inverse = 1 / (taps.count() / (float) length);
    float stretch = antialias ? Math.max(inverse, 1) : 1;
    float centre = (i + 0.5f) * inverse;
    float reach = (float) radius * stretch;
    long first = (long) Math.ceil(centre - reach - 0.5f);
    long last = (long) Math.floor(centre + reach - 0.5f);
    double[] weights = new double[(int) (last - first + 1)];
    for (int j = 0; j < weights.length; j++) {
      float distance = Math.abs(first + j + 0.5f - centre);
      weights[j] = kernel.applyAsDouble(distance / stretch);
    }
    clipped(taps, i, first, weights, length);
  }

  /** Keeps the taps inside the image and normalises their weights. */
  private static void clipped(Taps taps, int i, long first, double[] weights, long length) {
    int from = (int) Math.max(0, -first);
    int to = (int) Math.min(weights.length, length - first);
    double[] kept = Arrays.copyOfRange(weights, from, to);
    double sum = Arrays.stream(kept).sum();
    for (int j = 0; j < kept.length; j++) {
      kept[j] /= sum;
    }
    taps.set(i, first + from, kept);
  }

  /** The Keys cubic with a = −0.5 at a distance. */
  private static double cubic(double x) {
    if (x >= 2) {
      return 0;
    }
    return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1;
  }

  private static double mitchell(double x) {
    if (x >= 2) {
      return 0;
    }
    return x >= 1
        ? ((-7 / 18.0 * x + 2) * x - 10 / 3.0) * x + 16 / 9.0
        : (7 / 6.0 * x - 2) * x * x + 8 / 9.0;
  }

  private static double lanczos(double x, double radius) {
    if (x > radius) {
      return 0;
    }
    double turn = Math.PI * x;
    return x <= 1e-3 ? 1 : radius * Math.sin(turn) * Math.sin(turn / radius) / (turn * turn);
  }
}
