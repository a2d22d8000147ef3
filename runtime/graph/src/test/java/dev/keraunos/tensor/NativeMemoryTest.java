package dev.keraunos.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
  private static final int MANY = 64;

  private static final class At extends Pointer {
    At(long start) {
      address = start;
    }
  }

  /** The allocator's own alignment decides how much is skipped, so one tensor proves little. */
  @Test
  void nativeCodeAndJavaSeeTheSameBytes() {
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      float[] values = {i, i + 1, i + 2};
      Tensor tensor = Tensor.zeros(DType.FLOAT32, values.length);
      tensors.add(tensor);
      try (FloatPointer source = new FloatPointer(values)) {
        Pointer.memcpy(new At(tensor.address()), source, tensor.byteSize());
      }
      assertArrayEquals(values, tensor.toFloatArray());
      assertEquals(tensor.byteSize(), tensor.bytes(0, Integer.MAX_VALUE).remaining());
    }
    tensors.forEach(Tensor::close);
  }

  @Test
  void memoryIsAligned() {
    for (int i = 1; i < MANY; i++) {
      assertEquals(0, Tensor.zeros(DType.UINT8, i).address() % 64);
    }
  }
}
