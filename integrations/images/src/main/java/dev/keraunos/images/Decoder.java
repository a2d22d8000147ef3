package dev.keraunos.images;

import dev.keraunos.error.InputException;
import dev.keraunos.images.Stored.Mode;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Files to pixels, by {@code javax.imageio}; none of its conversions of colours takes part. */
final class Decoder {
  /** Pillow warns of more. */
  private static final long MOST_PIXELS = 89_478_485;

  private Decoder() {}

  static Stored read(InputStream in, String where) {
    try (ImageInputStream stream = new MemoryCacheImageInputStream(in)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        throw new InputException(
            where
                + ": this is no picture of a kind that is read here; there are "
                + String.join(", ", formats()));
      }
      boolean opaque = isWideWithoutAlpha(stream);
      ImageReader reader = readers.next();
      try {
        reader.setInput(stream, true, true);
        BufferedImage image = image(reader, where);
        return opaque ? colours(image.getRaster()) : pixels(image);
      } finally {
        reader.dispose();
      }
    } catch (InputException e) {
      throw e;
    } catch (OutOfMemoryError e) {
      throw new InputException(
          where + ": the heap is too small for this picture; give the JVM more of it with -Xmx", e);
    } catch (IOException | RuntimeException e) {
      throw new InputException(where + ": this picture cannot be decoded: " + reason(e), e);
    }
  }

  /** Whether it is a PNG of 16 bits whose alpha can only come from a transparent colour. */
  private static boolean isWideWithoutAlpha(ImageInputStream stream) throws IOException {
    byte[] head = new byte[26];
    stream.mark();
    int read = stream.read(head);
    stream.reset();
    return read == head.length && head[1] == 'P' && head[24] == 16 && (head[25] & 4) == 0;
  }

  /** Samples of 16 bits without alpha: Pillow finds such transparent colours in gray alone. */
  private static Stored colours(WritableRaster raster) {
    boolean gray = raster.getNumBands() < 3;
    int[] bands = gray ? new int[] {0} : new int[] {0, 1, 2};
    WritableRaster colours =
        raster.createWritableChild(0, 0, raster.getWidth(), raster.getHeight(), 0, 0, bands);
    return gray ? new Stored(Mode.GRAY16, colours) : highBytes(colours, Mode.RGB, 8);
  }

  private static Iterable<String> formats() {
    return Arrays.stream(ImageIO.getReaderFormatNames())
        .map(name -> name.toLowerCase(Locale.ROOT))
        .distinct()
        .sorted()
        .toList();
  }

  private static String reason(Throwable e) {
    Throwable last = e;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
  }

  private static BufferedImage image(ImageReader reader, String where) throws IOException {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    if (width < 1 || height < 1 || (long) width * height > MOST_PIXELS) {
      throw new InputException(
          where
              + ": the picture has "
              + width
              + " x "
              + height
              + " pixels, at most "
              + MOST_PIXELS
              + " are decoded; if you trust it, decode it yourself and give the BufferedImage");
    }
    AtomicReference<String> cut = new AtomicReference<>();
    reader.addIIOReadWarningListener(
        (source, warning) -> {
          if (warning.toLowerCase(Locale.ROOT).contains("premature")) {
            cut.set(warning);
          }
        });
    BufferedImage image = reader.read(0);
    if (cut.get() != null) {
      throw new InputException(where + ": this picture is truncated: " + cut.get());
    }
    return image;
  }

  /** The pixels of an image, in its own memory where they lie as they are wanted. */
  static Stored pixels(BufferedImage image) {
    ColorModel colours = image.getColorModel();
    if (colours instanceof IndexColorModel palette) {
      return indexed(image.getRaster(), palette);
    }
    int bands = image.getRaster().getNumBands();
    boolean bytes = colours.getComponentSize(0) == 8;
    if (colours.getColorSpace().getType() == ColorSpace.TYPE_CMYK && bands == 4 && bytes) {
      return printed(image.getRaster());
    }
    if (!isPlain(colours)) {
      return painted(image);
    }
    if (bands == 1) {
      return new Stored(bytes ? Mode.GRAY : Mode.GRAY16, image.getRaster());
    }
    Mode mode = bands == 3 ? Mode.RGB : Mode.RGBA;
    return bytes && bands != 2
        ? new Stored(mode, image.getRaster())
        : highBytes(image.getRaster(), mode, bytes ? 0 : 8);
  }

  /** Whether the samples are gray or red, green and blue, of 8 or 16 bits. */
  private static boolean isPlain(ColorModel colours) {
    int space = colours.getColorSpace().getType();
    int bits = colours.getComponentSize(0);
    return colours instanceof ComponentColorModel
        && (space == ColorSpace.TYPE_GRAY || space == ColorSpace.TYPE_RGB)
        && colours.getNumColorComponents() == (space == ColorSpace.TYPE_GRAY ? 1 : 3)
        && (bits == 8 || bits == 16)
        && !colours.isAlphaPremultiplied();
  }

  private static Stored indexed(WritableRaster raster, IndexColorModel palette) {
    Mode mode = palette.hasAlpha() ? Mode.RGBA : Mode.RGB;
    Stored result = Stored.allocate(mode, raster.getWidth(), raster.getHeight());
    int[] indices = new int[raster.getWidth()];
    int[] line = result.line();
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, indices.length, 1, indices);
      for (int x = 0; x < indices.length; x++) {
        boolean known = indices[x] < palette.getMapSize();
        put(known ? palette.getRGB(indices[x]) : 0xff000000, line, x, mode);
      }
      result.write(y, line);
    }
    return result;
  }

  private static void put(int argb, int[] line, int x, Mode mode) {
    int at = x * mode.bands();
    line[at] = argb >> 16 & 0xff;
    line[at + 1] = argb >> 8 & 0xff;
    line[at + 2] = argb & 0xff;
    if (mode == Mode.RGBA) {
      line[at + 3] = argb >>> 24;
    }
  }

  /** As Java would show it. */
  private static Stored painted(BufferedImage image) {
    Mode mode = image.getColorModel().hasAlpha() ? Mode.RGBA : Mode.RGB;
    Stored result = Stored.allocate(mode, image.getWidth(), image.getHeight());
    int[] pixels = new int[image.getWidth()];
    int[] line = result.line();
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, pixels.length, 1, pixels, 0, pixels.length);
      for (int x = 0; x < pixels.length; x++) {
        put(pixels[x], line, x, mode);
      }
      result.write(y, line);
    }
    return result;
  }

  /** Cyan, magenta, yellow and black to RGB, without a profile. */
  private static Stored printed(WritableRaster raster) {
    Stored result = Stored.allocate(Mode.RGB, raster.getWidth(), raster.getHeight());
    int[] ink = new int[raster.getWidth() * 4];
    int[] line = result.line();
    for (int y = 0; y < result.height(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, result.width(), 1, ink);
      for (int at = 0; at < line.length; at++) {
        int light = Stored.WHITE - ink[at / 3 * 4 + 3];
        line[at] = light - Stored.product(ink[at / 3 * 4 + at % 3], light);
      }
      result.write(y, line);
    }
    return result;
  }

  /** What Pillow keeps of colours of 16 bits; gray with alpha becomes a colour. */
  private static Stored highBytes(WritableRaster raster, Mode mode, int shift) {
    Stored result = Stored.allocate(mode, raster.getWidth(), raster.getHeight());
    int bands = raster.getNumBands();
    int[] from = new int[raster.getWidth() * bands];
    int[] line = result.line();
    for (int y = 0; y < result.height(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, result.width(), 1, from);
      for (int at = 0; at < line.length; at++) {
        int band = at % mode.bands();
        int source = bands == 2 ? band / 3 : band;
        line[at] = from[at / mode.bands() * bands + source] >> shift;
      }
      result.write(y, line);
    }
    return result;
  }
}
