package dev.keraunos.importer.internal.feature;

import dev.keraunos.keras.config.Setting;
import java.nio.charset.StandardCharsets;

/**
 * The buckets that texts fall into: {@code tf.strings.to_hash_bucket_fast}, and {@code
 * to_hash_bucket_strong} where there is a salt.
 *
 * @param salted whether the keys are to be used
 */
record Buckets(long count, boolean salted, long key0, long key1) {
  /**
   * Buckets by the entry {@code salt} of a config: two integers, or one for both.
   *
   * @throws dev.keraunos.keras.ModelFileException if it is neither
   */
  static Buckets of(long count, Setting salt) {
    if (salt.isNull()) {
      return new Buckets(count, false, 0, 0);
    }
    boolean pair = salt.isList() && salt.json().size() == 2;
    var first = pair ? salt.json().get(0) : salt.json();
    var second = pair ? salt.json().get(1) : salt.json();
    if (!first.isIntegralNumber() || !second.isIntegralNumber()) {
      throw salt.unexpected("an integer or two of them");
    }
    return new Buckets(count, true, first.longValue(), second.longValue());
  }

  /** The bucket of a text, from 0. */
  long of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long hash = salted ? SipHash.of(bytes, key0, key1) : Fingerprint.of(bytes);
    return Long.remainderUnsigned(hash, count);
  }
}
