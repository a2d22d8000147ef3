package dev.keraunos.importer.internal.archive;

import dev.keraunos.hdf5.internal.file.ByteSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What a file is that is no model of Keras.
 *
 * @param found in words
 * @param remedy what its owner can do
 */
record Foreign(String found, String remedy) {
  private static final int START = 64;
  private static final int SHOWN = 8;
  private static final String THIS_FILE = "Is this the right file, and all of it?";
  private static final long TABLE = 0xdb4775248b80fb57L;

  static Foreign of(ByteSource source) {
    if (source.size() == 0) {
      return new Foreign("an empty file", THIS_FILE);
    }
    ByteBuffer start = source.bytes(0, Math.min(START, source.size()));
    String text = StandardCharsets.ISO_8859_1.decode(start.duplicate()).toString();
    if (text.startsWith("version https://git-lfs")) {
      return new Foreign(
          "a pointer of Git LFS in place of the file", "Fetch the file itself: git lfs pull.");
    } else if (text.startsWith("TFL3", 4)) {
      return new Foreign("a TensorFlow Lite model", "Give the Keras model it was made from.");
    } else if (text.startsWith("\b\1\22")) {
      return new Foreign(
          "the graph of a TensorFlow SavedModel without its variables",
          "Give the whole folder, or a zip of it.");
    } else if (isTable(source)) {
      return new Foreign(
          "the index of weights that TensorFlow wrote",
          "Give the architecture (model.to_json()) and the weights as two files.");
    } else if (isGraph(start)) {
      return new Foreign(
          "a graph of TensorFlow operations, as of a frozen model",
          "It holds no Keras model: give the one it was made from.");
    }
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < Math.min(SHOWN, start.limit()); i++) {
      hex.append(String.format(Locale.ROOT, "%02x ", start.get(i)));
    }
    return new Foreign("a file that begins with " + hex.toString().strip(), THIS_FILE);
  }

  private static boolean isTable(ByteSource source) {
    return source.size() >= Long.BYTES
        && source.bytes(source.size() - Long.BYTES, Long.BYTES).getLong() == TABLE;
  }

  /** A message whose first field is a node, whose first field is its name. */
  private static boolean isGraph(ByteBuffer start) {
    int at = 1;
    while (at < start.limit() && start.get(at) < 0) {
      at++;
    }
    return start.get(0) == 0x0a && at + 1 < start.limit() && start.get(at + 1) == 0x0a;
  }
}
