package dev.keraunos.tensor;

import dev.keraunos.error.InputException;
import java.lang.reflect.Array;
import java.util.Map;

/** Tensors as arrays of arrays, as {@code float[][][]} is one of rank 3. */
final class NestedArrays {
  private static final Map<Class<?>, DType> TYPES =
      Map.of(
          float.class, DType.FLOAT32,
          double.class, DType.FLOAT64,
          int.class, DType.INT32,
          long.class, DType.INT64,
          boolean.class, DType.BOOL,
          String.class, DType.STRING);

  private final Tensor tensor;
  private final long[] dims;

  private NestedArrays(Tensor tensor) {
    this.tensor = tensor;
    this.dims = tensor.shape().toArray();
  }

  /** A copy of nested arrays of one length on each level. */
  static Tensor tensor(Object[] nested) {
    if (nested == null) {
      throw new InputException("given is null in place of nested arrays");
    }
    Class<?> element = nested.getClass();
    int rank = 0;
    for (; element.isArray(); element = element.getComponentType()) {
      rank++;
    }
    DType dtype = TYPES.get(element);
    if (dtype == null) {
      throw new InputException(
          "given is an array of "
              + element.getName()
              + "; allowed: nested arrays of float, double, int, long, boolean or String");
    }
    Tensor tensor = Tensor.allocate(dtype, Shape.of(dims(nested, rank)));
    NestedArrays arrays = new NestedArrays(tensor);
    try {
      arrays.copy(nested, 0, 0, "");
    } catch (InputException e) {
      tensor.close();
      throw e;
    }
    return tensor;
  }

  /** The length on each level, of its first array. */
  private static long[] dims(Object nested, int rank) {
    long[] dims = new long[rank];
    Object array = nested;
    String place = "";
    for (int level = 0; level < rank; level++) {
      requireArray(array, place);
      dims[level] = Array.getLength(array);
      if (level < rank - 1) {
        if (dims[level] == 0) {
          throw new InputException(
              "the nested array is empty at level "
                  + level
                  + ", so its shape is not known; give a tensor: Tensor.zeros(type, dimensions)");
        }
        array = Array.get(array, 0);
        place += "[0]";
      }
    }
    return dims;
  }

  private static void requireArray(Object array, String place) {
    if (array == null) {
      throw new InputException(
          "the nested array has null at "
              + place
              + "; allowed: arrays of one length on each level");
    }
  }

  /** Copies an array, and those in it, to the elements from {@code at} on. */
  private void copy(Object array, int level, long at, String place) {
    requireArray(array, place);
    int length = Array.getLength(array);
    if (length != dims[level]) {
      throw new InputException(
          "the nested array is ragged: "
              + place
              + " has the length "
              + length
              + ", "
              + "[0]".repeat(level)
              + " has "
              + dims[level]
              + "; pad the shorter ones, since a tensor has one length on each level");
    }
    if (level == dims.length - 1) {
      write(array, at, length, place);
      return;
    }
    long stride = tensor.shape().size(level + 1, dims.length);
    for (int i = 0; i < length; i++) {
      copy(Array.get(array, i), level + 1, at + i * stride, place + "[" + i + "]");
    }
  }

  private void write(Object array, long at, int length, String place) {
    if (array instanceof float[] floats) {
      tensor.write(at, floats, 0, length);
    } else if (array instanceof double[] doubles) {
      tensor.write(at, doubles, 0, length);
    } else {
      for (int i = 0; i < length; i++) {
        set(at + i, Array.get(array, i), place + "[" + i + "]");
      }
    }
  }

  private void set(long at, Object element, String place) {
    if (tensor.dtype() == DType.STRING) {
      requireArray(element, place);
      tensor.setString(at, (String) element);
    } else if (element instanceof Boolean flag) {
      tensor.setLong(at, flag ? 1 : 0);
    } else {
      tensor.setLong(at, ((Number) element).longValue());
    }
  }

  /** A tensor's elements in nested arrays; of a scalar the element. */
  static Object array(Tensor tensor) {
    if (tensor.shape().rank() == 0) {
      return Array.get(new NestedArrays(tensor.reshape(1)).read(0, 0), 0);
    }
    return new NestedArrays(tensor).read(0, 0);
  }

  private Object read(int level, long at) {
    int length = Math.toIntExact(dims[level]);
    if (level == dims.length - 1) {
      return elements(at, length);
    }
    Class<?> inner = element();
    for (int i = level + 1; i < dims.length; i++) {
      inner = inner.arrayType();
    }
    Object array = Array.newInstance(inner, length);
    long stride = tensor.shape().size(level + 1, dims.length);
    for (int i = 0; i < length; i++) {
      Array.set(array, i, read(level + 1, at + i * stride));
    }
    return array;
  }

  private Class<?> element() {
    return switch (tensor.dtype()) {
      case FLOAT32, FLOAT16, BFLOAT16 -> float.class;
      case FLOAT64 -> double.class;
      case BOOL -> boolean.class;
      case STRING -> String.class;
      case INT64, UINT64, UINT32 -> long.class;
      case INT8, UINT8, INT16, UINT16, INT32 -> int.class;
    };
  }

  private Object elements(long at, int length) {
    Object array = Array.newInstance(element(), length);
    if (array instanceof float[] floats) {
      tensor.read(at, floats, 0, length);
    } else if (array instanceof double[] doubles) {
      tensor.read(at, doubles, 0, length);
    } else if (array instanceof int[] ints) {
      tensor.read(at, ints, 0, length);
    } else {
      for (int i = 0; i < length; i++) {
        Array.set(array, i, get(at + i));
      }
    }
    return array;
  }

  private Object get(long at) {
    return switch (tensor.dtype()) {
      case STRING -> tensor.getString(at);
      case BOOL -> tensor.getLong(at) != 0;
      default -> tensor.getLong(at);
    };
  }
}
