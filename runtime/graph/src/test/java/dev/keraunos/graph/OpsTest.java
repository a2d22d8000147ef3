package dev.keraunos.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpsTest {
  private final Value x =
      new GraphBuilder().input("x", new TensorType(DType.FLOAT32, Shape.of(2, 6)));

  @Test
  void splitsAnAxisIntoEqualParts() {
    List<Shape> shapes = Ops.split(x, 3, 1).stream().map(Value::shape).toList();
    assertEquals(List.of(Shape.of(2, 2), Shape.of(2, 2), Shape.of(2, 2)), shapes);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 4, 7})
  void refusesToSplitIntoOtherParts(int sections) {
    assertThrows(InputException.class, () -> Ops.split(x, sections, 1));
  }

  @Test
  void refusesToJoinNothing() {
    assertThrows(InputException.class, () -> Ops.concatenate(List.of(), 0));
  }
}
