package dev.keraunos.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keraunos.error.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class NestedArraysTest {
  private static Stream<Arguments> arrays() {
    return Stream.of(
        Arguments.of(DType.FLOAT32, new float[][] {{1, -2, 3}, {0, 5, Float.NaN}}),
        Arguments.of(DType.FLOAT64, new double[][] {{1, -2, 3}, {0, 5, 1e300}}),
        Arguments.of(DType.INT32, new int[][] {{1, -2, 3}, {0, 5, Integer.MIN_VALUE}}),
        Arguments.of(DType.INT64, new long[][] {{1, -2, 3}, {0, 5, (1L << 53) + 1}}),
        Arguments.of(DType.BOOL, new boolean[][] {{true, false, true}, {false, false, true}}),
        Arguments.of(DType.STRING, new String[][] {{"a", "", "c"}, {"d", "e", "déjà"}}));
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void elementsLieInRowsAndComeBack(DType dtype, Object[] nested) {
    try (Tensor tensor = Tensor.of(nested)) {
      assertEquals(dtype, tensor.dtype());
      assertEquals(Shape.of(2, 3), tensor.shape());
      assertArrayEquals(nested, (Object[]) tensor.toArray());
      assertArrayEquals(
          Arrays.copyOfRange(nested, 1, 2), (Object[]) tensor.rows(1, 2).toArray(), "of a view");
    }
  }

  @Test
  void levelsAreAxesTheOutermostFirst() {
    float[][][] nested = {{{1, 2}, {3, 4}, {5, 6}}};
    Tensor tensor = Tensor.of(nested);
    assertEquals(Shape.of(1, 3, 2), tensor.shape());
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, tensor.toFloatArray());
    assertEquals(Shape.of(2, 0), Tensor.of(new float[2][0]).shape());
    assertArrayEquals(new int[0][3], (int[][]) Tensor.zeros(DType.INT8, 0, 3).toArray());
  }

  @Test
  void oneTextIsAnAxisOfOne() {
    assertEquals(Shape.of(1), Tensor.of(new String[] {"a"}).shape());
  }

  @Test
  void aScalarIsItsElement() {
    assertEquals(2.5f, Tensor.scalar(DType.FLOAT32, 2.5).toArray());
    assertEquals(true, Tensor.scalar(DType.BOOL, 1).toArray());
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"INT8", "UINT8", "INT16", "UINT16"})
  void smallIntegersAreInts(DType dtype) {
    Tensor tensor = Tensor.zeros(dtype, 2);
    tensor.setLong(1, -1);
    assertArrayEquals(new int[] {0, (int) tensor.getLong(1)}, (int[]) tensor.toArray());
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT16", "BFLOAT16"})
  void halvesAreFloats(DType dtype) {
    assertArrayEquals(new float[] {0, 0}, (float[]) Tensor.zeros(dtype, 2).toArray());
  }

  private static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(new float[][][] {{{1, 2}, {3, 4}}, {{5, 6}, {7}}}, "[1][1] has the length 1"),
        Arguments.of(new float[][][] {{{1, 2}, {3, 4}}, {{5, 6}}}, "[1] has the length 1"),
        Arguments.of(new double[][] {{1}, null}, "null at [1]"),
        Arguments.of(new float[][] {null, {1}}, "null at [0]"),
        Arguments.of(new String[][] {{"a", null}}, "null at [0][1]"),
        Arguments.of(new float[0][3], "empty at level 0"),
        Arguments.of(new float[2][0][3], "empty at level 1"),
        Arguments.of(new Float[][] {{1f}}, "java.lang.Float"),
        Arguments.of(new byte[][] {{1}}, "byte; allowed: nested arrays of float, double"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatIsNoTensorIsRefusedWithItsPlace(Object[] nested, String said) {
    String message = assertThrows(InputException.class, () -> Tensor.of(nested)).getMessage();
    assertEquals(List.of(), Stream.of(said).filter(s -> !message.contains(s)).toList(), message);
  }
}
