package dev.keraunos.engine;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads the arrays that {@code numpy.savez} wrote, little-endian and in C order. */
public final class Npz {
  private static final Pattern HEADER =
      Pattern.compile("'descr': '([^']+)', 'fortran_order': (\\w+), 'shape': \\(([^)]*)\\)");

  private Npz() {}

  /** All arrays of a resource of this class, absolute or beside it, by name, in order. */
  public static Map<String, Tensor> read(String resource) {
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    try (InputStream stream = Npz.class.getResourceAsStream(resource);
        ZipInputStream zip = new ZipInputStream(stream)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = entry.getName().substring(0, entry.getName().length() - ".npy".length());
        arrays.put(name, array(name, zip.readAllBytes()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return arrays;
  }

  private static Tensor array(String name, byte[] npy) {
    ByteBuffer buffer = ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN);
    boolean old = npy[6] == 1;
    int start = old ? 10 : 12;
    int length = old ? buffer.getShort(8) : buffer.getInt(8);
    Matcher header = HEADER.matcher(new String(npy, start, length, StandardCharsets.ISO_8859_1));
    if (!header.find() || !header.group(2).equals("False")) {
      throw new IllegalStateException(name + " is not in C order");
    }
    long[] dims =
        Arrays.stream(header.group(3).split(","))
            .map(String::trim)
            .filter(dim -> !dim.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    byte[] data = Arrays.copyOfRange(npy, start + length, npy.length);
    ByteBuffer direct = ByteBuffer.allocateDirect(data.length).put(data).flip();
    return Tensor.wrap(dtype(header.group(1)), direct, dims);
  }

  private static DType dtype(String description) {
    String kind =
        Map.of('f', "float", 'i', "int", 'u', "uint", 'b', "bool").get(description.charAt(1));
    return DType.of(
        kind.equals("bool") ? kind : kind + 8 * Integer.parseInt(description.substring(2)));
  }
}
