package dev.keraunos.importer.internal.feature;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The fingerprint of bytes that TensorFlow takes ({@code Fingerprint64}): Hash64 of FarmHash,
 * {@code farmhashna}.
 */
final class Fingerprint {
  private static final long K0 = 0xc3a5c85c97cb3127L;
  private static final long K1 = 0xb492b66fbe98f273L;
  private static final long K2 = 0x9ae16a3b2f90404fL;
  private static final long CAT = 0xc6a4a7935bd1e995L;

  private final ByteBuffer bytes;
  private final int length;

  private Fingerprint(byte[] text) {
    bytes = ByteBuffer.wrap(text).order(ByteOrder.LITTLE_ENDIAN);
    length = text.length;
  }

  static long of(byte[] text) {
    Fingerprint hash = new Fingerprint(text);
    return text.length <= 16
        ? hash.upTo16()
        : text.length <= 32 ? hash.upTo32() : text.length <= 64 ? hash.upTo64() : hash.beyond();
  }

  /** One fingerprint behind another ({@code FingerprintCat64}). */
  static long concatenate(long first, long second) {
    long result = first ^ CAT;
    result ^= mix(second * CAT) * CAT;
    result *= CAT;
    return mix(mix(result) * CAT);
  }

  private static long mix(long value) {
    return value ^ (value >>> 47);
  }

  private long at(int offset) {
    return bytes.getLong(offset);
  }

  private long four(int offset) {
    return bytes.getInt(offset) & 0xffffffffL;
  }

  private static long pair(long u, long v, long multiplier) {
    long a = mix((u ^ v) * multiplier);
    return mix((v ^ a) * multiplier) * multiplier;
  }

  private long upTo16() {
    long multiplier = K2 + length * 2L;
    if (length >= 8) {
      long a = at(0) + K2;
      long b = at(length - 8);
      long c = Long.rotateRight(b, 37) * multiplier + a;
      long d = (Long.rotateRight(a, 25) + b) * multiplier;
      return pair(c, d, multiplier);
    }
    if (length >= 4) {
      return pair(length + (four(0) << 3), four(length - 4), multiplier);
    }
    if (length == 0) {
      return K2;
    }
    int y = (bytes.get(0) & 0xff) + ((bytes.get(length >> 1) & 0xff) << 8);
    int z = length + ((bytes.get(length - 1) & 0xff) << 2);
    return mix((y * K2) ^ (z * K0)) * K2;
  }

  private long upTo32() {
    long multiplier = K2 + length * 2L;
    long a = at(0) * K1;
    long b = at(8);
    long c = at(length - 8) * multiplier;
    long d = at(length - 16) * K2;
    return pair(
        Long.rotateRight(a + b, 43) + Long.rotateRight(c, 30) + d,
        a + Long.rotateRight(b + K2, 18) + c,
        multiplier);
  }

  private long upTo64() {
    long multiplier = K2 + length * 2L;
    long a = at(0) * K2;
    long b = at(8);
    long c = at(length - 8) * multiplier;
    long d = at(length - 16) * K2;
    long y = Long.rotateRight(a + b, 43) + Long.rotateRight(c, 30) + d;
    long z = pair(y, a + Long.rotateRight(b + K2, 18) + c, multiplier);
    long e = at(16) * multiplier;
    long f = at(24);
    long g = (y + at(length - 32)) * multiplier;
    long h = (z + at(length - 24)) * multiplier;
    return pair(
        Long.rotateRight(e + f, 43) + Long.rotateRight(g, 30) + h,
        e + Long.rotateRight(f + a, 18) + g,
        multiplier);
  }

  private long beyond() {
    long x = 81;
    long y = x * K1 + 113;
    long z = mix(y * K2 + 113) * K2;
    long[] v = new long[2];
    long[] w = new long[2];
    x = x * K2 + at(0);
    int end = (length - 1) / 64 * 64;
    int last = end + ((length - 1) & 63) - 63;
    for (int i = 0; i < end; i += 64) {
      x = Long.rotateRight(x + y + v[0] + at(i + 8), 37) * K1;
      y = Long.rotateRight(y + v[1] + at(i + 48), 42) * K1;
      x ^= w[1];
      y += v[0] + at(i + 40);
      z = Long.rotateRight(z + w[0], 33) * K1;
      weak(i, v[1] * K1, x + w[0], v);
      weak(i + 32, z + w[1], y + at(i + 16), w);
      long swapped = z;
      z = x;
      x = swapped;
    }
    long multiplier = K1 + ((z & 0xff) << 1);
    w[0] += (length - 1) & 63;
    v[0] += w[0];
    w[0] += v[0];
    x = Long.rotateRight(x + y + v[0] + at(last + 8), 37) * multiplier;
    y = Long.rotateRight(y + v[1] + at(last + 48), 42) * multiplier;
    x ^= w[1] * 9;
    y += v[0] * 9 + at(last + 40);
    z = Long.rotateRight(z + w[0], 33) * multiplier;
    weak(last, v[1] * multiplier, x + w[0], v);
    weak(last + 32, z + w[1], y + at(last + 16), w);
    return pair(
        pair(v[0], w[0], multiplier) + mix(y) * K0 + x,
        pair(v[1], w[1], multiplier) + z,
        multiplier);
  }

  /** 32 bytes hashed with two seeds, {@code WeakHashLen32WithSeeds}. */
  private void weak(int offset, long seedA, long seedB, long[] result) {
    long a = seedA + at(offset);
    long b = Long.rotateRight(seedB + a + at(offset + 24), 21);
    long c = a;
    a += at(offset + 8) + at(offset + 16);
    b += Long.rotateRight(a, 44);
    result[0] = a + at(offset + 24);
    result[1] = b + c;
  }
}
