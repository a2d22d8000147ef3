package dev.keraunos.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import javax.imageio.ImageIO;

/** A picture of numbers over an image, dark for low and bright for high. */
final class HeatMap {
  private static final int WHITE = 0xffffff;
  private static final int GREY = 0x808080;

  /** Colours that stay apart for the colour-blind, by Okabe and Ito; black for the first class. */
  private static final int[] APART = {
    0x000000, 0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442, 0x0072b2, 0xd55e00, 0xcc79a7
  };

  private final BufferedImage image;
  private double low = Double.POSITIVE_INFINITY;
  private double high = Double.NEGATIVE_INFINITY;
  private boolean gaps;

  private HeatMap(int height, int width) {
    image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
  }

  /**
   * Scores from the lowest to the highest finite one, bright as the root of what they exceed the
   * lowest by, since few are far above all others; what is not finite is chequered.
   */
  static HeatMap ofScores(float[] scores, int height, int width) {
    return of(scores, height, width, Math::sqrt);
  }

  /** What places add, from the least to the most, bright as it is much. */
  static HeatMap ofPlaces(float[] values, int height, int width) {
    return of(values, height, width, DoubleUnaryOperator.identity());
  }

  private static HeatMap of(float[] scores, int height, int width, DoubleUnaryOperator brightness) {
    HeatMap map = new HeatMap(height, width);
    for (float score : scores) {
      if (Float.isFinite(score)) {
        map.low = Math.min(map.low, score);
        map.high = Math.max(map.high, score);
      }
    }
    double range = map.high - map.low;
    for (int i = 0; i < scores.length; i++) {
      boolean finite = Float.isFinite(scores[i]);
      map.gaps |= !finite;
      double part = range > 0 ? brightness.applyAsDouble((scores[i] - map.low) / range) : 0;
      map.set(i, finite ? colour(part) : map.chequer(i));
    }
    return map;
  }

  /** True for red, green and blue, with or without opacity. */
  static boolean isColoured(int channels) {
    return channels == 3 || channels == 4;
  }

  /**
   * A picture from its lowest to its highest number: of three channels or four in colour, else the
   * first channel in grey.
   */
  static HeatMap ofImage(float[] values, int height, int width, int channels) {
    HeatMap map = new HeatMap(height, width);
    boolean coloured = isColoured(channels);
    int shown = coloured ? 3 : 1;
    for (int i = 0; i < values.length; i++) {
      if (i % channels < shown && Float.isFinite(values[i])) {
        map.low = Math.min(map.low, values[i]);
        map.high = Math.max(map.high, values[i]);
      }
    }
    double range = map.high > map.low ? map.high - map.low : 1;
    for (int i = 0; i < height * width; i++) {
      int colour = 0;
      boolean finite = true;
      for (int c = 0; c < 3; c++) {
        float value = values[i * channels + (coloured ? c : 0)];
        finite &= Float.isFinite(value);
        colour = (colour << 8) | channel((value - map.low) / range);
      }
      map.gaps |= !finite;
      map.set(i, finite ? colour : map.chequer(i));
    }
    return map;
  }

  /**
   * Class indices, each in its colour, many evenly spaced in brightness; what is none is chequered.
   */
  static HeatMap ofClasses(int[] indices, int height, int width, int classes) {
    HeatMap map = new HeatMap(height, width);
    for (int i = 0; i < indices.length; i++) {
      map.set(i, indices[i] < 0 ? map.chequer(i) : ofClass(indices[i], classes));
    }
    return map;
  }

  /** The colour of a class in CSS. */
  static String colourOfClass(int index, int classes) {
    return String.format(Locale.ROOT, "#%06x", ofClass(index, classes));
  }

  private static int ofClass(int index, int classes) {
    return classes <= APART.length
        ? APART[index]
        : colour((double) index / Math.max(1, classes - 1));
  }

  private void set(int index, int colour) {
    image.setRGB(index % image.getWidth(), index / image.getWidth(), colour);
  }

  private int chequer(int index) {
    return (index % image.getWidth() + index / image.getWidth()) % 2 == 0 ? WHITE : GREY;
  }

  double low() {
    return low;
  }

  double high() {
    return high;
  }

  /** True if something is chequered. */
  boolean hasGaps() {
    return gaps;
  }

  /** Along black, violet, orange, white, whose brightness rises evenly. */
  private static int colour(double part) {
    int red = channel(1.6 * part - 0.1);
    int green = channel(1.9 * part - 0.9);
    int blue = channel(part < 0.5 ? 1.1 * part : part < 0.75 ? 1.1 - 1.1 * part : 3 * part - 2);
    return (red << 16) | (green << 8) | blue;
  }

  private static int channel(double part) {
    return (int) Math.round(255 * Math.min(Math.max(part, 0), 1));
  }

  /** The picture inside a page. */
  String dataUri() {
    try {
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      ImageIO.write(image, "png", png);
      return "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
