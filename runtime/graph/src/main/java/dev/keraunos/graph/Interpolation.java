package dev.keraunos.graph;

/**
 * Sampling of {@link Op.Resize} over the two axes before the channels, half-pixel centred unless
 * said otherwise, as {@code tf.image.resize}.
 */
public enum Interpolation {
  /** The pixel that lies nearest. */
  NEAREST,
  /** Linear between two pixels of each axis. */
  BILINEAR,
  /** Keys cubic with a = −0.5 and TensorFlow's table of 1024 fractions. */
  BICUBIC,
  /** The mean of the area that a pixel covers. */
  AREA,
  /** Lanczos with a radius of 3 pixels. */
  LANCZOS3,
  /** Lanczos with a radius of 5 pixels. */
  LANCZOS5,
  /** TensorFlow's Gaussian, with a radius of 3 standard deviations. */
  GAUSSIAN,
  /** The cubic of Mitchell and Netravali. */
  MITCHELLCUBIC,
  /**
   * Source index i·n/o without half-pixel centres: {@code UpSampling2D} of Keras 2.2.3 to 2.3.1.
   */
  BILINEAR_LEGACY
}
