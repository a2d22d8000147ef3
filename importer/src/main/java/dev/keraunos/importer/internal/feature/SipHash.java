package dev.keraunos.importer.internal.feature;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** SipHash-2-4 (Aumasson and Bernstein 2012), which TensorFlow calls a strong keyed hash. */
final class SipHash {
  private long v0;
  private long v1;
  private long v2;
  private long v3;

  private SipHash(long key0, long key1) {
    v0 = key0 ^ 0x736f6d6570736575L;
    v1 = key1 ^ 0x646f72616e646f6dL;
    v2 = key0 ^ 0x6c7967656e657261L;
    v3 = key1 ^ 0x7465646279746573L;
  }

  static long of(byte[] text, long key0, long key1) {
    SipHash hash = new SipHash(key0, key1);
    int whole = text.length / 8 * 8;
    ByteBuffer words = ByteBuffer.wrap(text).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < whole; i += 8) {
      hash.take(words.getLong(i));
    }
    long last = (long) text.length << 56;
    for (int i = whole; i < text.length; i++) {
      last |= (text[i] & 0xffL) << (8 * (i - whole));
    }
    hash.take(last);
    hash.v2 ^= 0xff;
    for (int i = 0; i < 4; i++) {
      hash.round();
    }
    return hash.v0 ^ hash.v1 ^ hash.v2 ^ hash.v3;
  }

  private void take(long word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  private void round() {
    v0 += v1;
    v2 += v3;
    v1 = Long.rotateLeft(v1, 13) ^ v0;
    v3 = Long.rotateLeft(v3, 16) ^ v2;
    v0 = Long.rotateLeft(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = Long.rotateLeft(v1, 17) ^ v2;
    v3 = Long.rotateLeft(v3, 21) ^ v0;
    v2 = Long.rotateLeft(v2, 32);
  }
}
