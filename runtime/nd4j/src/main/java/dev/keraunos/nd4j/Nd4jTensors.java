package dev.keraunos.nd4j;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Arrays of ND4J as tensors, and tensors as arrays, so that {@code KerasModel} predicts, evaluates
 * and explains from one to the other. Shapes stay as they are: Keras' channels and features are
 * last, in Deeplearning4j often second.
 */
public final class Nd4jTensors {
  private static final Map<DType, DataType> TYPES = new EnumMap<>(DType.class);

  static {
    TYPES.put(DType.BOOL, DataType.BOOL);
    TYPES.put(DType.INT8, DataType.INT8);
    TYPES.put(DType.INT16, DataType.INT16);
    TYPES.put(DType.INT32, DataType.INT32);
    TYPES.put(DType.INT64, DataType.INT64);
    TYPES.put(DType.UINT8, DataType.UINT8);
    TYPES.put(DType.UINT16, DataType.UINT16);
    TYPES.put(DType.UINT32, DataType.UINT32);
    TYPES.put(DType.UINT64, DataType.UINT64);
    TYPES.put(DType.FLOAT16, DataType.FLOAT16);
    TYPES.put(DType.BFLOAT16, DataType.BFLOAT16);
    TYPES.put(DType.FLOAT32, DataType.FLOAT);
    TYPES.put(DType.FLOAT64, DataType.DOUBLE);
  }

  private static final Cleaner CLEANER = Cleaner.create();

  private Nd4jTensors() {}

  /** The memory of a tensor, which it does not keep alive: ND4J drops the pointer it is given. */
  private static final class Borrowed extends Pointer {
    Borrowed(Tensor tensor) {
      address = tensor.address();
      limit = tensor.byteSize();
      capacity = tensor.byteSize();
    }
  }

  /** Keeps memory alive for as long as something else is reachable. */
  private static void keep(Object memory, Object user) {
    CLEANER.register(user, () -> Objects.requireNonNull(memory));
  }

  /**
   * An array over the memory of a tensor, of its shape and type, without a copy: either sees what
   * is written to the other. The array keeps the tensor alive. Closing the array leaves the tensor
   * open; the tensor must stay open as long as the array is used.
   *
   * @throws InputException for a tensor of texts or without elements
   */
  public static INDArray array(Tensor tensor) {
    DataType type = TYPES.get(tensor.dtype());
    if (type == null || tensor.size() == 0) {
      throw new InputException(
          "a "
              + tensor.dtype()
              + " tensor "
              + tensor.shape()
              + " is no array of ND4J; allowed:"
              + " numbers, at least one");
    }
    DataBuffer buffer = Nd4j.createBuffer(new Borrowed(tensor), tensor.size(), type);
    keep(tensor, buffer);
    return Nd4j.create(buffer, tensor.shape().toArray(), tensor.shape().strides(), 0, 'c', type);
  }

  /**
   * An array as a tensor of its shape and type: over its memory where the elements lie in row-major
   * order in at most 2 GiB of the host, else a copy. The tensor keeps the array alive; the array
   * must stay open as long as the tensor is used.
   *
   * @throws InputException for an array of texts
   */
  public static Tensor tensor(INDArray array) {
    DType dtype = null;
    for (Map.Entry<DType, DataType> type : TYPES.entrySet()) {
      dtype = type.getValue() == array.dataType() ? type.getKey() : dtype;
    }
    if (dtype == null) {
      throw new InputException(
          "an array of " + array.dataType() + " is no tensor; allowed: " + TYPES.values());
    }
    long bytes = array.length() * dtype.bytes();
    boolean shared =
        array.length() > 0
            && bytes <= Integer.MAX_VALUE
            && Nd4j.getEnvironment().isCPU()
            && isRowMajor(array);
    if (!shared) {
      Tensor copy = Tensor.zeros(dtype, array.shape());
      if (copy.size() > 0) {
        array(copy).assign(array);
        Nd4j.getExecutioner().commit();
      }
      return copy;
    }
    BytePointer memory = new BytePointer(array.data().pointer());
    memory.position(array.offset() * dtype.bytes()).limit(array.offset() * dtype.bytes() + bytes);
    ByteBuffer buffer = memory.asByteBuffer();
    keep(array, buffer);
    return Tensor.wrap(dtype, buffer, array.shape());
  }

  private static boolean isRowMajor(INDArray array) {
    long stride = 1;
    for (int axis = array.rank() - 1; axis >= 0; axis--) {
      if (array.size(axis) != 1 && array.stride(axis) != stride) {
        return false;
      }
      stride *= array.size(axis);
    }
    return true;
  }
}
