package dev.keraunos.images;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads pictures and joins them to batches.
 *
 * <pre>{@code
 * float[] x = Images.read(file).resize(224, 224, Resampling.BILINEAR).scale(1 / 127.5f, -1).toArray();
 * }</pre>
 *
 * <p>The formats are those of {@code javax.imageio}: PNG, JPEG, GIF (its first frame), BMP, TIFF
 * and those of plugins on the class path. Of all but JPEG the pixels are those that Pillow reads.
 */
public final class Images {
  private Images() {}

  /**
   * The picture in a file, {@code keras.utils.load_img(file)}.
   *
   * @throws InputException if there is none, it is damaged or of a kind that is not read, or it has
   *     more than 89,478,485 pixels, where Pillow begins to warn
   */
  public static Picture read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return new Picture(Decoder.read(in, file.toString()));
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** The picture that a stream holds from here on; see {@link #read(Path)}. It is not closed. */
  public static Picture read(InputStream stream) {
    return new Picture(Decoder.read(stream, "the stream"));
  }

  /**
   * The pixels of a picture in memory, copied. Those of gray and RGB pictures of 8 or 16 bits are
   * taken as they are, whatever their colour profile; others as {@code getRGB} gives them.
   */
  public static Picture read(BufferedImage image) {
    return new Picture(Decoder.pixels(image).copy());
  }

  /**
   * Pictures of one size as a batch, float32 (pictures, height, width, channels), or (pictures,
   * channels, height, width) where they are {@link Picture#channelsFirst}.
   *
   * @throws InputException if there are none, or their shapes differ
   */
  public static Tensor batch(List<Picture> pictures) {
    List<Tensor> rows = new ArrayList<>();
    for (Picture picture : pictures) {
      rows.add(picture.toTensor());
    }
    if (rows.isEmpty()) {
      throw new InputException("a batch of no pictures; give at least one");
    }
    Shape shape = rows.get(0).shape();
    Tensor batch = Tensor.allocate(DType.FLOAT32, shape.with(0, rows.size()));
    for (int i = 0; i < rows.size(); i++) {
      Tensor row = rows.get(i);
      if (!row.shape().equals(shape)) {
        throw new InputException(
            String.format(
                "picture %d of a batch has the shape %s, the first has %s; resize them to one size",
                i, row.shape().without(0), shape.without(0)));
      }
      batch.copyFrom(i * row.size(), row, 0, row.size());
    }
    return batch;
  }
}
