package dev.keraunos.cli;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/** A picture of numbers over an image, dark for low and bright for high. */
final class HeatMap {
  private final BufferedImage image;
  private final double low;
  private final double high;

  private HeatMap(BufferedImage image, double low, double high) {
    this.image = image;
    this.low = low;
    this.high = high;
  }

  /** Scores from the lowest to the highest finite one; what is not finite is white. */
  static HeatMap ofScores(float[] scores, int height, int width) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (float score : scores) {
      if (Float.isFinite(score)) {
        low = Math.min(low, score);
        high = Math.max(high, score);
      }
    }
    BufferedImage image = blank(height, width);
    for (int i = 0; i < scores.length; i++) {
      double part = high > low ? (scores[i] - low) / (high - low) : 0;
      paint(image, i, width, Float.isFinite(scores[i]) ? part : 1);
    }
    return new HeatMap(image, low, high);
  }

  /** Class indices, evenly spaced in brightness. */
  static HeatMap ofClasses(int[] indices, int height, int width, int classes) {
    BufferedImage image = blank(height, width);
    for (int i = 0; i < indices.length; i++) {
      paint(image, i, width, (double) indices[i] / Math.max(1, classes - 1));
    }
    return new HeatMap(image, 0, classes - 1);
  }

  double low() {
    return low;
  }

  double high() {
    return high;
  }

  private static BufferedImage blank(int height, int width) {
    return new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
  }

  /** Along black, violet, orange, white, whose brightness rises evenly. */
  private static void paint(BufferedImage image, int index, int width, double part) {
    int red = channel(1.6 * part - 0.1);
    int green = channel(1.9 * part - 0.9);
    int blue = channel(part < 0.5 ? 1.1 * part : part < 0.75 ? 1.1 - 1.1 * part : 3 * part - 2);
    image.setRGB(index % width, index / width, (red << 16) | (green << 8) | blue);
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
