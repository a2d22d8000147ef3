package dev.keraunos.images;

/**
 * How Pillow resizes, {@code interpolation} of {@code keras.utils.load_img}: all but the nearest
 * average over what a new pixel covers where the picture shrinks.
 */
public enum Resampling {
  /** The pixel that lies nearest. */
  NEAREST(0),
  /** The mean of the pixels that a new one covers. */
  BOX(0.5),
  /** Weights fall linearly, over 1 pixel. */
  BILINEAR(1),
  /** A sinc under the window of Hamming, over 1 pixel. */
  HAMMING(1),
  /** Keys cubic with a = −0.5, over 2 pixels. */
  BICUBIC(2),
  /** A sinc under another, over 3 pixels. */
  LANCZOS(3);

  private final double support;

  Resampling(double support) {
    this.support = support;
  }

  /** How far the weights reach, in pixels of the smaller picture. */
  double support() {
    return support;
  }

  /** The weight at a distance, as {@code Resample.c} computes it. */
  double weight(double x) {
    double distance = Math.abs(x);
    return switch (this) {
      case NEAREST -> throw new IllegalStateException("the nearest pixel has no weights");
      case BOX -> x > -0.5 && x <= 0.5 ? 1 : 0;
      case BILINEAR -> Math.max(1 - distance, 0);
      case HAMMING -> hamming(distance);
      case BICUBIC -> bicubic(distance);
      case LANCZOS -> x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
    };
  }

  private static double hamming(double x) {
    if (x == 0) {
      return 1;
    }
    double turn = x * Math.PI;
    return x >= 1 ? 0 : Math.sin(turn) / turn * (0.54f + 0.46f * Math.cos(turn));
  }

  private static double bicubic(double x) {
    double a = -0.5;
    if (x < 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  }

  private static double sinc(double x) {
    double turn = x * Math.PI;
    return x == 0 ? 1 : Math.sin(turn) / turn;
  }
}
