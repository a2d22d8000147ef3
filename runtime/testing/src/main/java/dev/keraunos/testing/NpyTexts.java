package dev.keraunos.testing;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Texts of NumPy, filled up with zeros to one width.
 *
 * @param bytes of an element
 * @param wide true for code points of four bytes ({@code U}), false for UTF-8 ({@code S})
 */
record NpyTexts(int bytes, boolean wide, boolean bigEndian, String where) {
  /** More than any text; a larger one is a damaged header. */
  private static final int LONGEST = 1 << 26;

  /** As many elements as may be read where they take no bytes. */
  private static final int EMPTY = 1 << 24;

  static Optional<NpyTexts> of(String kind, int width, boolean bigEndian, String where) {
    boolean wide = kind.equals("U");
    if (!wide && !kind.equals("S")) {
      return Optional.empty();
    }
    if (width > LONGEST) {
      throw new InputException(
          where + ": texts of " + width + " characters; the header is damaged");
    }
    return Optional.of(new NpyTexts(wide ? 4 * width : width, wide, bigEndian, where));
  }

  /** The next elements, as a tensor of a shape. */
  Tensor read(InputStream in, Shape shape) throws IOException {
    if (bytes == 0 && shape.size() > EMPTY) {
      throw new InputException(where + ": " + shape.size() + " empty texts; the header is damaged");
    }
    List<String> texts = new ArrayList<>();
    for (long i = 0; i < shape.size(); i++) {
      byte[] element = in.readNBytes(bytes);
      if (element.length < bytes) {
        throw new InputException(where + ": ends after " + i + " of " + shape.size() + " texts");
      }
      texts.add(wide ? wide(element) : utf8(element));
    }
    return Tensor.of(texts.toArray(String[]::new), shape.toArray());
  }

  private String wide(byte[] element) {
    ByteBuffer points =
        ByteBuffer.wrap(element).order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    StringBuilder text = new StringBuilder();
    while (points.hasRemaining()) {
      int point = points.getInt();
      boolean half = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
      if (!Character.isValidCodePoint(point) || half) {
        throw new InputException(
            where + ": holds 0x" + Integer.toHexString(point) + ", which is no character");
      }
      text.appendCodePoint(point);
    }
    return withoutFill(text.toString());
  }

  private String utf8(byte[] element) {
    try {
      return withoutFill(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(element)).toString());
    } catch (CharacterCodingException e) {
      throw new InputException(where + ": holds bytes that are no UTF-8; save texts as str");
    }
  }

  private static String withoutFill(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == 0) {
      end--;
    }
    return text.substring(0, end);
  }

  /** The bytes of texts as {@code U}, little-endian. */
  static byte[] write(Tensor texts, int width) {
    ByteBuffer points =
        ByteBuffer.allocate(Math.toIntExact(4L * width * texts.size()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < texts.size(); i++) {
      points.position((int) (4L * width * i));
      texts.getString(i).codePoints().forEach(points::putInt);
    }
    return points.array();
  }

  /** The longest text in code points, at least 1 as with NumPy. */
  static int width(Tensor texts) {
    int width = 1;
    for (long i = 0; i < texts.size(); i++) {
      String text = texts.getString(i);
      width = Math.max(width, text.codePointCount(0, text.length()));
    }
    return width;
  }
}
