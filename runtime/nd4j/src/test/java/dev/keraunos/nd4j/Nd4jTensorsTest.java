package dev.keraunos.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class Nd4jTensorsTest {
  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.EXCLUDE, names = "STRING")
  void thereAndBackIsTheSameMemory(DType dtype) {
    Tensor x = Tensor.of(new float[] {0, 1, 1, 0, 1, 0}, 3, 2).cast(dtype);
    INDArray array = Nd4jTensors.array(x);
    assertArrayEquals(new long[] {3, 2}, array.shape());
    Tensor back = Nd4jTensors.tensor(array);
    assertEquals(dtype, back.dtype());
    assertEquals(x.address(), back.address());
    assertArrayEquals(x.toDoubleArray(), back.toDoubleArray());
    array.close();
    assertArrayEquals(new double[] {0, 1, 1, 0, 1, 0}, x.toDoubleArray());
  }

  @Test
  void eitherSeesWhatIsWritten() {
    INDArray array = Nd4j.create(new float[] {1, 2, 3, 4}, new long[] {2, 2}, 'c');
    Tensor tensor = Nd4jTensors.tensor(array);
    tensor.setDouble(2, 7);
    array.putScalar(0, 1, 5);
    assertArrayEquals(new float[] {1, 5, 7, 4}, tensor.toFloatArray());
    assertEquals(7, array.getInt(1, 0));
  }

  @Test
  void viewsAndOtherOrdersKeepTheirElements() {
    INDArray array = Nd4j.arange(12).castTo(DataType.FLOAT).reshape(3, 4);
    Tensor row = Nd4jTensors.tensor(array.getRow(1, true));
    assertArrayEquals(new float[] {4, 5, 6, 7}, row.toFloatArray());
    row.setDouble(0, -4);
    assertEquals(-4, array.getInt(1, 0));
    Tensor column = Nd4jTensors.tensor(array.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 3)));
    assertArrayEquals(new float[] {1, 2, 5, 6, 9, 10}, column.toFloatArray());
    assertArrayEquals(
        new float[] {0, -4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11},
        Nd4jTensors.tensor(array.transpose()).toFloatArray());
    assertArrayEquals(
        new float[] {0, 1, 2, 3}, Nd4jTensors.tensor(array.dup('f').getRow(0)).toFloatArray());
  }

  @Test
  void whatIsNoNumberIsRefused() {
    assertThrows(InputException.class, () -> Nd4jTensors.array(Tensor.of(new String[] {"a", "b"})));
    assertThrows(InputException.class, () -> Nd4jTensors.tensor(Nd4j.create("a", "b")));
    assertThrows(InputException.class, () -> Nd4jTensors.array(Tensor.zeros(DType.INT32, 0, 2)));
  }

  /** ND4J drops the pointer it is given, and an array its buffer where it is reshaped. */
  @Test
  void memoryLivesAsLongAsItIsUsed() {
    List<INDArray> arrays = new ArrayList<>();
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      arrays.add(Nd4jTensors.array(Tensor.of(new float[] {i, i, i, i}, 2, 2)).reshape(4, 1));
      tensors.add(Nd4jTensors.tensor(Nd4j.valueArrayOf(new long[] {2, 2}, i, DataType.FLOAT)));
      if (i % 100 == 0) {
        System.gc();
      }
    }
    System.gc();
    for (int i = 0; i < 500; i++) {
      Tensor.of(new float[] {-1, -1, -1, -1}, 2, 2);
      assertEquals(i, arrays.get(i).getInt(3));
      assertEquals(i, tensors.get(i).getLong(3));
    }
  }

  @Test
  void scalars() {
    Tensor scalar = Nd4jTensors.tensor(Nd4j.scalar(2.5));
    assertEquals(0, scalar.shape().rank());
    assertEquals("2.5", Double.toString(scalar.getDouble(0)));
    assertEquals(0, Nd4jTensors.array(scalar).rank());
  }
}
