package dev.keraunos.importer.internal.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Small arrays whose rearrangement can be read off; recorded models prove the rules that use it.
 */
class LayoutsTest {
  private static Tensor range(long... dims) {
    float[] data = new float[(int) Shape.of(dims).size()];
    for (int i = 0; i < data.length; i++) {
      data[i] = i;
    }
    return Tensor.of(data, dims);
  }

  @Test
  void transposeIsNumpys() {
    Tensor moved = Layouts.transpose(range(2, 3, 2), 2, 0, 1);
    assertEquals(Shape.of(2, 2, 3), moved.shape());
    assertArrayEquals(new float[] {0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11}, moved.toFloatArray());
  }

  @Test
  void flipReversesTheFirstAxesOnly() {
    assertArrayEquals(
        new float[] {6, 7, 4, 5, 2, 3, 0, 1}, Layouts.flip(range(2, 2, 2), 2).toFloatArray());
  }

  @Test
  void concatLastPutsColumnsSideBySide() {
    Tensor joined = Layouts.concatLast(List.of(range(2, 1), range(2, 2)));
    assertArrayEquals(new float[] {0, 0, 1, 1, 2, 3}, joined.toFloatArray());
  }

  @Test
  void arraysThatDoNotFitAreRefused() {
    List<Tensor> gates = List.of(range(3, 1), range(2, 1));
    assertThrows(InputException.class, () -> Layouts.concatLast(gates));
    assertThrows(InputException.class, () -> Layouts.transpose(range(2, 3, 2), 1, 0));
  }

  @Test
  void cuDnnBlocksAreReadRowByRowAndTransposed() {
    assertArrayEquals(
        new float[] {0, 3, 1, 4, 2, 5}, Layouts.cuDnnKernel(range(3, 2), 1).toFloatArray());
    assertArrayEquals(
        new float[] {0, 4, 2, 6, 1, 5, 3, 7},
        Layouts.cuDnnRecurrent(range(2, 4), 2).toFloatArray());
    assertArrayEquals(new float[] {3, 5, 7}, Layouts.sumRows(range(2, 3)).toFloatArray());
  }
}
