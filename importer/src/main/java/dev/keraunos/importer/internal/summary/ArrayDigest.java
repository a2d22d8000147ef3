package dev.keraunos.importer.internal.summary;

import dev.keraunos.importer.internal.archive.StoredArray;
import dev.keraunos.importer.internal.archive.WeightStore;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What tells arrays apart: SHA-256 of the shape, as {@code (3, 5)}, and of the numbers as float64,
 * low byte first, so that it does not depend on names, formats and widths. The recorder computes
 * the same.
 */
public final class ArrayDigest {
  private static final int CHUNK = 8192;

  private ArrayDigest() {}

  /** The digest of one array. */
  public static String of(Tensor array) {
    MessageDigest digest = sha256();
    digest.update(array.shape().toString().getBytes(StandardCharsets.UTF_8));
    if (array.dtype() == DType.STRING) {
      for (long i = 0; i < array.size(); i++) {
        digest.update((array.getString(i) + "\0").getBytes(StandardCharsets.UTF_8));
      }
      return hex(digest);
    }
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < array.size(); i++) {
      chunk.putDouble(array.getDouble(i));
      if (!chunk.hasRemaining()) {
        digest.update(chunk.flip());
        chunk.clear();
      }
    }
    digest.update(chunk.flip());
    return hex(digest);
  }

  /**
   * The digest of all arrays of a file, in whatever order: of their digests, sorted. Where layers
   * draw random numbers from on is none of the weights.
   */
  public static String of(WeightStore store) {
    List<String> all =
        store.arrays().stream()
            .filter(array -> !array.path().contains("seed_generator"))
            .map(StoredArray::value)
            .map(ArrayDigest::of)
            .sorted()
            .toList();
    MessageDigest digest = sha256();
    all.forEach(one -> digest.update(one.getBytes(StandardCharsets.UTF_8)));
    return hex(digest);
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
