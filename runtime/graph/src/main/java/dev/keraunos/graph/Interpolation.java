package dev.keraunos.graph;

/**
 * Sampling of {@link Op.Resize} over the two axes before the channels, half-pixel centred unless
 * said otherwise, as {@code tf.image.resize}.
 */
public enum Interpolation {
  NEAREST,
  BILINEAR,
  /** Keys cubic with a = −0.5 and TensorFlow's table of 1024 fractions. */
  BICUBIC,
  AREA,
  LANCZOS3,
  LANCZOS5,
  GAUSSIAN,
  MITCHELLCUBIC,
  /**
   * Source index i·n/o without half-pixel centres: {@code UpSampling2D} of Keras 2.2.3 to 2.3.1.
   */
  BILINEAR_LEGACY
}
