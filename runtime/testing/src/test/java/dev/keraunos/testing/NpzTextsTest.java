package dev.keraunos.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts of NumPy, whole and damaged. */
class NpzTextsTest {
  private static final String[] TEXTS = {"a", "", "déjà", "猫😀", " b ", "c\n"};

  @TempDir Path folder;

  @Test
  void textsAreReadAsTheyWereWritten() {
    Path file = folder.resolve("texts.npz");
    Npz.write(file, Map.of("x", Tensor.of(TEXTS, 3, 2)));
    Tensor read = Npz.read(file).arrays().get("x");
    assertEquals(DType.STRING, read.dtype());
    assertEquals(Shape.of(3, 2), read.shape());
    assertArrayEquals(TEXTS, read.toStringArray());
    try (NpzStream stream = NpzStream.open(file)) {
      assertArrayEquals(new String[] {"a", "", "déjà", "猫😀"}, stream.next("x", 2).toStringArray());
      assertArrayEquals(new String[] {" b ", "c\n"}, stream.next("x", 1).toStringArray());
    }
  }

  @Test
  void bothByteOrdersAndBytesAreRead() throws IOException {
    Charset big = Charset.forName("UTF-32BE");
    assertArrayEquals(new String[] {"é", "猫"}, read("'>U1'", "(2,)", "é猫".getBytes(big)));
    byte[] bytes = "ab\0é\0".getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(new String[] {"ab", "é"}, read("'|S3'", "(2,)", bytes));
    byte[] columns = "abcdef".getBytes(StandardCharsets.US_ASCII);
    assertArrayEquals(
        new String[] {"a", "d", "b", "e", "c", "f"},
        read("'|S1', 'fortran_order': True", "(3, 2)", columns));
  }

  @Test
  void whatIsNoTextIsRefused() {
    refused("'|S2'", "(1,)", new byte[] {'a', (byte) 0xc3}, "no UTF-8");
    refused("'<U1'", "(1,)", new byte[] {0, 0, 0, 0x7f}, "no character");
    refused("'<U1'", "(1,)", new byte[] {0, (byte) 0xd8, 0, 0}, "no character");
    refused("'<U1'", "(2,)", new byte[] {'a', 0, 0, 0}, "ends after 1 of 2 texts");
    refused("'<U999999999'", "(1,)", new byte[4], "damaged");
    refused("'|S0'", "(99999999999,)", new byte[0], "damaged");
    refused("'|O'", "(1,)", new byte[9], "array.astype(str)");
  }

  @Test
  void damagedFilesAreReadOrRefused() throws IOException {
    Path file = folder.resolve("whole.npz");
    Npz.write(file, Map.of("x", Tensor.of(TEXTS)));
    byte[] whole = Files.readAllBytes(file);
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x55;
      readOrRefused(damaged);
      readOrRefused(java.util.Arrays.copyOf(whole, i));
    }
  }

  private void readOrRefused(byte[] content) throws IOException {
    Path file = folder.resolve("damaged.npz");
    Files.write(file, content);
    try {
      Npz.read(file);
    } catch (InputException e) {
      assertTrue(e.getMessage().contains("damaged.npz"), e.getMessage());
    }
  }

  private void refused(String descr, String shape, byte[] content, String reason) {
    String message =
        assertThrows(InputException.class, () -> read(descr, shape, content)).getMessage();
    assertTrue(message.contains(reason), message);
  }

  private String[] read(String descr, String shape, byte[] content) throws IOException {
    String order = descr.contains("fortran_order") ? "" : ", 'fortran_order': False";
    String header = "{'descr': " + descr + order + ", 'shape': " + shape + ", }\n";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
    bytes.write(header.getBytes(StandardCharsets.US_ASCII));
    bytes.write(content);
    Path file = folder.resolve("one.npy");
    Files.write(file, bytes.toByteArray());
    return Npz.read(file).arrays().get("").toStringArray();
  }
}
