package dev.keraunos.testing;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Everything that was computed, to the last bit, as text: of each value a line, numbers in full,
 * tensors as a hash. Two states of the code compute the same if the files are the same.
 */
public final class Digest implements AutoCloseable {
  /** The property that names the folder to write to. */
  public static final String FOLDER = "keraunos.digest";

  private final Path file;
  private final PrintWriter lines;

  /**
   * A file of the folder.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public Digest(String name) {
    file = Path.of(System.getProperty(FOLDER)).resolve(name);
    try {
      Files.createDirectories(file.getParent());
      lines = new PrintWriter(Files.newBufferedWriter(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds what is computed, or the kind of exception that says why it is not. */
  public void add(String label, Callable<?> computation) {
    String text;
    try {
      text = text(computation.call());
    } catch (Exception e) {
      text = e.getClass().getSimpleName();
    }
    lines.println(label + "\t" + text.replace("\n", "\\n"));
  }

  private static String text(Object value) {
    if (value instanceof Tensor tensor) {
      return tensor.dtype() + " " + tensor.shape() + " " + hash(tensor);
    } else if (value instanceof Optional<?> optional) {
      return optional.map(Digest::text).orElse("none");
    } else if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> entry.getKey() + "=" + text(entry.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    } else if (value instanceof Collection<?> all) {
      return all.stream().map(Digest::text).collect(Collectors.joining(", ", "[", "]"));
    } else if (value.getClass().isArray()) {
      return IntStream.range(0, Array.getLength(value))
          .mapToObj(i -> text(Array.get(value, i)))
          .collect(Collectors.joining(", ", "[", "]"));
    }
    return value.getClass().isRecord() ? ofRecord(value) : value.toString();
  }

  private static String ofRecord(Object value) {
    StringBuilder text = new StringBuilder(value.getClass().getSimpleName()).append('(');
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      try {
        Object part = component.getAccessor().invoke(value);
        text.append(component.getName()).append('=').append(text(part)).append("; ");
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(component.toString(), e);
      }
    }
    return text.append(')').toString();
  }

  private static String hash(Tensor tensor) {
    MessageDigest sha = sha();
    if (tensor.dtype() == DType.STRING) {
      for (String text : tensor.toStringArray()) {
        sha.update((text + "\n").getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(sha.digest());
    }
    int block = 1 << 20;
    for (long from = 0; from < tensor.byteSize(); from += block) {
      sha.update(tensor.bytes(from, (int) Math.min(block, tensor.byteSize() - from)));
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends the file and prints the digest of all of it. */
  @Override
  public void close() {
    lines.close();
    try {
      if (lines.checkError()) {
        throw new IOException(file + " could not be written to its end");
      }
      byte[] all = sha().digest(Files.readAllBytes(file));
      System.out.println(HexFormat.of().formatHex(all) + "  " + file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
