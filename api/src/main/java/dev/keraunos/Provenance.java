package dev.keraunos;

import dev.keraunos.keras.Dialect;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Where a model comes from, for the files it is written to. */
final class Provenance {
  private Provenance() {}

  /**
   * Keys and texts.
   *
   * @param file that was loaded, if it was one
   */
  static Map<String, String> of(Dialect dialect, Optional<Path> file) {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("keras_version", dialect.toString());
    file.filter(Files::isRegularFile)
        .ifPresent(
            path -> {
              keys.put("source_file", path.getFileName().toString());
              keys.put("source_sha256", digest(path));
            });
    String version = Provenance.class.getPackage().getImplementationVersion();
    keys.put("keraunos_version", version == null ? "unpackaged" : version);
    return keys;
  }

  private static String digest(Path file) {
    try (InputStream content = Files.newInputStream(file)) {
      return digest(content);
    } catch (IOException e) {
      throw new UncheckedIOException("'" + file + "' cannot be read: " + e.getMessage(), e);
    }
  }

  /** The SHA-256 of some bytes. */
  static String digest(byte[] content) {
    try {
      return digest(new ByteArrayInputStream(content));
    } catch (IOException e) {
      throw new UncheckedIOException("memory is always readable", e);
    }
  }

  private static String digest(InputStream content) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      content.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
