package dev.keraunos.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A level allows what it says, by type and by the terms of a reduction, and nothing beyond. */
class ToleranceTest {
  static List<Tolerance> levels() {
    return Tolerance.all();
  }

  private static boolean accepts(Tolerance level, DType type, double computed, double recorded) {
    return level.compare(Tensor.scalar(type, computed), Tensor.scalar(type, recorded)).ok();
  }

  @ParameterizedTest
  @MethodSource("levels")
  void everyLevelHasItsName(Tolerance level) {
    assertEquals(Optional.of(level), Tolerance.named(level.toString()));
    assertEquals(Optional.empty(), Tolerance.named(level + "R"));
  }

  @ParameterizedTest
  @MethodSource("levels")
  void whatIsNoFiniteNumberIsTheSame(Tolerance level) {
    double infinite = Double.POSITIVE_INFINITY;
    assertTrue(accepts(level, DType.FLOAT32, Double.NaN, Double.NaN));
    assertTrue(accepts(level, DType.FLOAT32, infinite, infinite));
    assertFalse(accepts(level, DType.FLOAT32, -infinite, infinite));
    assertFalse(accepts(level, DType.FLOAT32, 1, infinite));
    assertFalse(accepts(level, DType.FLOAT32, infinite, 1));
    assertFalse(accepts(level, DType.FLOAT32, Double.NaN, 1));
    assertThrows(AssertionError.class, () -> level.check(infinite, 1, "one"));
    assertThrows(AssertionError.class, () -> level.check(1, Double.NaN, 1, "part"));
  }

  /** As doubles these two are the same. */
  @ParameterizedTest
  @MethodSource("levels")
  void wholeNumbersAreTheSame(Tolerance level) {
    Tensor recorded = Tensor.of(new long[] {(1L << 53) + 1});
    assertTrue(level.compare(recorded, recorded).ok());
    assertFalse(level.compare(Tensor.of(new long[] {1L << 53}), recorded).ok());
    assertFalse(accepts(level.in(DType.FLOAT32), DType.INT32, 1 << 24, (1 << 24) + 1));
  }

  @Test
  void roundingsAreThoseOfTheType() {
    for (DType type : List.of(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16)) {
      double rounding = Tolerance.ROUNDING.in(type).allowed(1, 1);
      assertTrue(accepts(Tolerance.ROUNDING, type, 1 + rounding / 2, 1), type.toString());
      assertFalse(accepts(Tolerance.ROUNDING, type, 1 + 2 * rounding, 1), type.toString());
    }
    assertTrue(accepts(Tolerance.PREDICTION, DType.FLOAT16, 1 + 0x1p-9, 1));
    assertFalse(accepts(Tolerance.PREDICTION, DType.FLOAT32, 1 + 0x1p-9, 1));
    assertFalse(accepts(Tolerance.PREDICTION.in(DType.FLOAT32), DType.FLOAT16, 1 + 0x1p-9, 1));
    assertFalse(accepts(Tolerance.PREDICTION, DType.FLOAT64, 1 + 0x1p-24, 1));
  }

  @Test
  void reductionsAreAllowedWhatTheirLengthNeeds() {
    double before = 0;
    for (long terms : new long[] {1, 5, 20}) {
      double allowed = Tolerance.SUM.over(terms).allowed(1, 1);
      assertTrue(allowed > before, terms + " terms");
      before = allowed;
    }
    assertTrue(before < Tolerance.SUM.allowed(1, 1));
    assertEquals(Tolerance.SUM.allowed(1, 1), Tolerance.SUM.over(500).allowed(1, 1));
    assertEquals(2 * Tolerance.SUM.allowed(1, 1), Tolerance.SUM.over(2048).allowed(1, 1));
  }

  @Test
  void otherTypesAndShapesAreSaid() {
    Tensor half = Tensor.scalar(DType.FLOAT16, 1);
    Tensor one = Tensor.scalar(DType.FLOAT32, 1);
    Tensor row = Tensor.zeros(DType.FLOAT32, 1);
    assertEquals("got float16 (), expected float32 ()", Tolerance.SUM.compare(half, one).message());
    assertTrue(Tolerance.PREDICTION.compare(half, one).ok());
    assertEquals(
        "got shape (1), expected shape ()", Tolerance.PREDICTION.compare(row, one).message());
  }

  @Test
  void aPartIsHeldToItsWhole() {
    Tolerance.CLOSE.check(1e-9, 2e-9, 1, "a small part");
    assertThrows(AssertionError.class, () -> Tolerance.CLOSE.check(1e-9, 2e-9, "a number"));
  }

  /** A value beyond the tolerance holds where the recorded one is off by half as much. */
  @Test
  void float64IsWhatCounts() {
    Tensor recorded = Tensor.of(new float[] {1.001f, 2, 3}, 3);
    Optional<Tensor> exact = Optional.of(Tensor.of(new double[] {1, 2, 3}, 3));
    Tensor near = Tensor.of(new float[] {0.999f, 2, 3}, 3);
    assertFalse(Tolerance.PREDICTION.compare(near, recorded).ok());
    Comparison excused = Tolerance.PREDICTION.compare(near, recorded, exact);
    assertTrue(excused.ok());
    assertTrue(excused.message().startsWith("1 of 3 values"), excused.message());
    Tensor far = Tensor.of(new float[] {0.9f, 2, 3}, 3);
    assertFalse(Tolerance.PREDICTION.compare(far, recorded, exact).ok());
    Tensor wrong = Tensor.of(new float[] {1.001f, 2.1f, Float.NaN}, 3);
    assertFalse(Tolerance.PREDICTION.compare(wrong, recorded, exact).ok());
    assertEquals("", Tolerance.PREDICTION.compare(recorded, recorded, exact).message());
  }
}
