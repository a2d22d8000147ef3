package dev.keraunos.images;

import dev.keraunos.error.InputException;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;

/** Whole pixels in one of Pillow's modes, with Pillow's conversions between these. */
record Stored(Mode mode, WritableRaster raster) {
  /** Pillow's modes that {@code load_img} may give. */
  enum Mode {
    /** {@code L}. */
    GRAY(1),
    /** {@code I;16}, which counts as gray and keeps its 16 bits. */
    GRAY16(1),
    RGB(3),
    RGBA(4);

    private final int bands;

    Mode(int bands) {
      this.bands = bands;
    }

    int bands() {
      return bands;
    }
  }

  static final int WHITE = 255;

  static Stored allocate(Mode mode, int width, int height) {
    int type = mode == Mode.GRAY16 ? DataBuffer.TYPE_USHORT : DataBuffer.TYPE_BYTE;
    requireArray(width, height, mode.bands);
    return new Stored(mode, Raster.createInterleavedRaster(type, width, height, mode.bands, null));
  }

  /** Refuses more samples than an array holds. */
  static void requireArray(int width, int height, int channels) {
    if ((double) width * height * channels > Integer.MAX_VALUE - 8) {
      throw new InputException(
          "a picture of "
              + width
              + " x "
              + height
              + " pixels and "
              + channels
              + " channels is more than an array holds; give a smaller size");
    }
  }

  /** Of shares of 255, rounded. */
  static int product(int a, int b) {
    int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
  }

  int width() {
    return raster.getWidth();
  }

  int height() {
    return raster.getHeight();
  }

  /** An array for the samples of a row. */
  int[] line() {
    return new int[width() * mode.bands];
  }

  /** Reads the samples of a row into an array of {@link #line}. */
  void read(int y, int[] line) {
    raster.getPixels(raster.getMinX(), raster.getMinY() + y, width(), 1, line);
  }

  void write(int y, int[] line) {
    raster.setPixels(raster.getMinX(), raster.getMinY() + y, width(), 1, line);
  }

  Stored copy() {
    Stored copy = allocate(mode, width(), height());
    int[] line = line();
    for (int y = 0; y < height(); y++) {
      read(y, line);
      copy.write(y, line);
    }
    return copy;
  }

  /**
   * {@code Image.convert}, but that 16 bits stay where gray is wanted, as {@code load_img} does.
   */
  Stored to(Mode wanted) {
    if (mode == wanted || (mode == Mode.GRAY16 && wanted == Mode.GRAY)) {
      return this;
    }
    Stored converted = allocate(wanted, width(), height());
    int[] from = line();
    int[] to = converted.line();
    int[] colour = new int[4];
    for (int y = 0; y < height(); y++) {
      read(y, from);
      for (int x = 0; x < width(); x++) {
        colour(from, x, colour);
        put(colour, wanted, to, x);
      }
      converted.write(y, to);
    }
    return converted;
  }

  /** Red, green, blue and alpha of a pixel of a row. */
  private void colour(int[] line, int x, int[] colour) {
    colour[3] = WHITE;
    if (mode.bands == 1) {
      int gray = Math.min(line[x], WHITE);
      colour[0] = gray;
      colour[1] = gray;
      colour[2] = gray;
    } else {
      System.arraycopy(line, x * mode.bands, colour, 0, mode.bands);
    }
  }

  private static void put(int[] colour, Mode mode, int[] line, int x) {
    if (mode.bands == 1) {
      line[x] = luma(colour[0], colour[1], colour[2]);
    } else {
      System.arraycopy(colour, 0, line, x * mode.bands, mode.bands);
    }
  }

  /** ITU-R 601-2 in 16 bits behind the point. */
  private static int luma(int red, int green, int blue) {
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
}
