package dev.keraunos.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
  @ParameterizedTest
  @CsvSource({"FLOAT16, float16, back16", "BFLOAT16, bfloat16, backb16"})
  void roundsHalvesAsNumpyDoes(DType dtype, String rounded, String back) {
    Map<String, Tensor> recorded = Npz.resource(TensorTest.class, "halves.npz").arrays();
    Tensor bits = recorded.get("bits");
    Tensor halves = Tensor.zeros(dtype, bits.size());
    for (long i = 0; i < bits.size(); i++) {
      halves.setDouble(i, Float.intBitsToFloat((int) bits.getLong(i)));
    }
    for (long i = 0; i < bits.size(); i++) {
      int stored = halves.bytes(2 * i, 2).getShort(0) & 0xffff;
      assertEquals(recorded.get(rounded).getLong(i), stored, "bits " + bits.getLong(i));
      int read = Float.floatToRawIntBits((float) halves.getDouble(i));
      assertEquals((int) recorded.get(back).getLong(i), read, "bits " + bits.getLong(i));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT16", "BFLOAT16"})
  void halvesKeepNaNAndEveryPattern(DType dtype) {
    Tensor one = Tensor.scalar(dtype, Double.NaN);
    assertTrue(Double.isNaN(one.getDouble(0)));
    ByteBuffer bytes = one.bytes(0, 2);
    for (int pattern = 0; pattern < 1 << 16; pattern++) {
      bytes.putShort(0, (short) pattern);
      double value = one.getDouble(0);
      if (!Double.isNaN(value)) {
        one.setDouble(0, value);
        assertEquals((short) pattern, bytes.getShort(0));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STRING")
  void everyTypeKeepsItsNumbers(DType dtype) {
    double[] values = dtype == DType.BOOL ? new double[] {0, 1, 1} : new double[] {0, 1, 100};
    Tensor tensor = Tensor.zeros(dtype, 3);
    tensor.write(0, values, 0, 3);
    assertArrayEquals(values, tensor.toDoubleArray());
    assertEquals(3L * dtype.bytes(), tensor.byteSize());
    for (DType other : DType.values()) {
      if (other != DType.BOOL && other != DType.STRING) {
        Tensor back = tensor.cast(other).cast(dtype);
        assertArrayEquals(values, back.toDoubleArray(), other + " and back");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STRING")
  void runsAreReadAndWrittenAsElementsAre(DType dtype) {
    double[] values = {0, 1, 2.75, 100.5, -1.5, 0};
    Tensor bulk = Tensor.zeros(dtype, 8);
    Tensor single = Tensor.zeros(dtype, 8);
    bulk.write(2, values, 1, 4);
    for (int i = 0; i < 4; i++) {
      single.setDouble(2 + i, values[1 + i]);
    }
    double[] doubles = new double[6];
    int[] ints = new int[6];
    bulk.read(1, doubles, 1, 5);
    bulk.read(1, ints, 1, 5);
    for (int i = 0; i < 5; i++) {
      assertEquals(single.getDouble(1 + i), bulk.getDouble(1 + i));
      assertEquals(single.getDouble(1 + i), doubles[1 + i]);
      assertEquals((int) single.getDouble(1 + i), ints[1 + i]);
    }
  }

  @Test
  void integersWrapAndKeepTheirSign() {
    Tensor signed = Tensor.zeros(DType.INT8, 1);
    Tensor unsigned = Tensor.zeros(DType.UINT8, 1);
    signed.setLong(0, 200);
    unsigned.setLong(0, 200);
    assertEquals(-56, signed.getLong(0));
    assertEquals(200, unsigned.getLong(0));
    Tensor large = Tensor.zeros(DType.UINT64, 1);
    large.setLong(0, -1);
    assertEquals(0x1p64, large.getDouble(0));
    long exact = (1L << 53) + 1;
    assertEquals(exact, Tensor.of(new long[] {exact}).getLong(0));
  }

  @Test
  void viewsShareMemory() {
    Tensor origin = Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, 3, 2);
    Tensor rows = origin.rows(1, 3);
    Tensor flat = rows.reshape(4);
    flat.setDouble(3, 7);
    assertEquals(7, origin.getDouble(5));
    assertEquals(Shape.of(2, 2), rows.shape());
    rows.close();
    assertEquals(2, origin.getDouble(2));
    assertEquals(origin.address() + 8, rows.address());
    assertThrows(InputException.class, () -> origin.reshape(4));
    assertThrows(InputException.class, () -> origin.rows(2, 4));
    origin.close();
    origin.close();
    assertThrows(IllegalStateException.class, () -> flat.getDouble(0));
    assertThrows(IllegalStateException.class, origin::toFloatArray);
  }

  @Test
  void wrapsDirectBuffers() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(12).order(ByteOrder.nativeOrder());
    buffer.putFloat(4, 2.5f);
    buffer.position(4);
    Tensor tensor = Tensor.wrap(DType.FLOAT32, buffer, 2);
    buffer.putFloat(8, -1);
    assertArrayEquals(new float[] {2.5f, -1}, tensor.toFloatArray());
    assertThrows(InputException.class, () -> Tensor.wrap(DType.FLOAT32, buffer, 3));
    ByteBuffer heap = ByteBuffer.allocate(8);
    assertThrows(InputException.class, () -> Tensor.wrap(DType.FLOAT32, heap, 2));
  }

  @Test
  void copiesWithSteps() {
    Tensor from = Tensor.of(new long[] {0, 1, 2, 3, 4, 5, 6, 7});
    Tensor to = Tensor.zeros(DType.INT64, 5);
    to.copyFrom(4, -2, from, 1, 3, 3);
    assertEquals("int64 (5) [7, 0, 4, 0, 1]", to.toString());
    to.copyFrom(1, from, 2, 4);
    assertEquals("int64 (5) [7, 2, 3, 4, 5]", to.toString());
    assertThrows(IndexOutOfBoundsException.class, () -> to.copyFrom(4, -2, from, 1, 3, 4));
    assertThrows(IndexOutOfBoundsException.class, () -> to.copyFrom(3, from, 0, 3));
    Tensor other = Tensor.zeros(DType.INT32, 5);
    assertThrows(InputException.class, () -> to.copyFrom(0, other, 0, 5));
  }

  @Test
  void crossesWindows() {
    long size = (1L << 30) + 6;
    try (Tensor tensor = Tensor.zeros(DType.UINT8, size)) {
      double[] values = {1, 2, 3, 4, 5, 6, 7, 8};
      tensor.write((1L << 30) - 4, values, 0, 8);
      double[] read = new double[10];
      tensor.read((1L << 30) - 5, read, 0, 10);
      assertArrayEquals(new double[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 0}, read);
      tensor.copyFrom(0, tensor, (1L << 30) - 4, 8);
      assertEquals(8, tensor.getLong(7));
    }
  }

  @Test
  void textsAreElementsToo() {
    Tensor texts = Tensor.of(new String[] {"a", "b", "c", "déjà"}, 2, 2);
    assertEquals(DType.STRING, texts.dtype());
    assertArrayEquals(new String[] {"c", "déjà"}, texts.rows(1, 2).toStringArray());
    assertEquals("b", texts.reshape(4).getString(1));
    Tensor copy = Tensor.allocate(DType.STRING, Shape.of(3));
    copy.copyFrom(1, texts, 2, 2);
    copy.copyFrom(0, 2, texts.rows(0, 1), 1, -1, 1);
    assertArrayEquals(new String[] {"b", "c", "déjà"}, copy.toStringArray());
    assertEquals("string (3) ['b', 'c', 'déjà']", copy.toString());
    assertArrayEquals(copy.toStringArray(), copy.cast(DType.STRING).toStringArray());
    for (Executable refused :
        List.<Executable>of(
            () -> texts.getDouble(0),
            () -> texts.getLong(0),
            () -> texts.setDouble(0, 1),
            () -> texts.setLong(0, 1),
            () -> texts.toFloatArray(),
            () -> texts.cast(DType.FLOAT32),
            () -> texts.setString(0, null),
            () -> Tensor.of(new int[] {1}).cast(DType.STRING),
            () -> Tensor.of(new int[] {1}).getString(0),
            () -> copy.copyFrom(0, Tensor.of(new int[] {1}), 0, 1),
            () -> Tensor.scalar(DType.STRING, 1),
            () -> Tensor.wrap(DType.STRING, ByteBuffer.allocateDirect(1), 1))) {
      assertThrows(InputException.class, refused);
    }
  }
}
