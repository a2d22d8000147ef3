package dev.keraunos.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays that are read some rows at a time are those that are read as a whole. */
class NpzStreamTest {
  @TempDir Path folder;

  @Test
  void rowsOfAFileAreThoseOfTheWhole() throws IOException {
    Path file = folder.resolve("data.npz");
    Tensor big = Tensor.allocate(DType.FLOAT32, Shape.of(7, 300, 50));
    for (long i = 0; i < big.size(); i++) {
      big.setDouble(i, i);
    }
    Npz.write(file, Map.of("a", big, "b", Tensor.of(new long[] {1, 2, 3, 4, 5, 6, 7})));
    try (NpzStream stream = NpzStream.open(file)) {
      for (long from = 0; from < 7; from += 3) {
        long n = Math.min(3, 7 - from);
        for (String name : stream.names()) {
          Tensor expected = Npz.read(file).arrays().get(name).rows(from, from + n);
          Tolerance.EXACT.check(expected, stream.next(name, n), name);
        }
      }
      assertThrows(InputException.class, () -> stream.next("a", 1));
    }
  }

  @Test
  void columnMajorArraysAreReadAsWell() throws IOException {
    String header = "{'descr': '|u1', 'fortran_order': True, 'shape': (3, 2), }\n";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
    bytes.write(header.getBytes(StandardCharsets.US_ASCII));
    bytes.write(new byte[] {1, 2, 3, 4, 5, 6});
    Path file = folder.resolve("columns.npy");
    Files.write(file, bytes.toByteArray());
    try (NpzStream stream = NpzStream.open(file)) {
      assertArrayEquals(new long[] {1, 4, 2, 5}, stream.next("", 2).toLongArray());
      assertEquals(6, stream.next("", 1).getLong(1));
    }
  }
}
