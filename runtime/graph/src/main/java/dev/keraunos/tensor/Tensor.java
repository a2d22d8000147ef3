package dev.keraunos.tensor;

import dev.keraunos.error.InputException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;

/**
 * A dense row-major tensor in off-heap memory. It may exceed 2 GiB: element indices are 64-bit.
 *
 * <p>Reading is safe from any thread; writing while others read is not. Closing frees the memory at
 * once and is optional: unreachable tensors are freed by the garbage collector. A view ({@link
 * #reshape}, {@link #rows}) shares the memory of its origin and closing it does nothing.
 */
public final class Tensor implements AutoCloseable {
  private final DType dtype;
  private final Shape shape;
  private final Memory memory;
  private final long offset;
  private final boolean owner;

  /** The elements of a tensor of texts and of its views, null for numbers. */
  private final String[] texts;

  private Tensor(
      DType dtype, Shape shape, Memory memory, long offset, boolean owner, String[] texts) {
    this.dtype = dtype;
    this.shape = shape;
    this.memory = memory;
    this.offset = offset;
    this.owner = owner;
    this.texts = texts;
  }

  /**
   * A tensor of zeros, or of empty texts.
   *
   * @throws IllegalStateException if a dimension is unknown
   */
  public static Tensor allocate(DType dtype, Shape shape) {
    String[] texts = null;
    if (dtype == DType.STRING) {
      texts = new String[arrayLength(shape)];
      Arrays.fill(texts, "");
    }
    return new Tensor(dtype, shape, memory(dtype, shape), 0, true, texts);
  }

  private static Memory memory(DType dtype, Shape shape) {
    long elements = shape.size();
    try {
      return Memory.allocate(Math.multiplyExact(elements, dtype.bytes()));
    } catch (OutOfMemoryError | ArithmeticException e) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s %s takes %.2f GiB of memory outside of the Java heap, where %s; give smaller"
                  + " batches, or allow more with -Dorg.bytedeco.javacpp.maxBytes=SIZE",
              dtype,
              shape,
              (double) elements * dtype.bytes() / (1 << 30),
              Memory.room()),
          e);
    }
  }

  /** A tensor of zeros. */
  public static Tensor zeros(DType dtype, long... dims) {
    return allocate(dtype, Shape.of(dims));
  }

  /** A float32 tensor holding a copy of the data; without dimensions it has rank 1. */
  public static Tensor of(float[] data, long... dims) {
    Tensor tensor = sized(DType.FLOAT32, data.length, dims);
    tensor.write(0, data, 0, data.length);
    return tensor;
  }

  /** A float64 tensor holding a copy of the data; without dimensions it has rank 1. */
  public static Tensor of(double[] data, long... dims) {
    Tensor tensor = sized(DType.FLOAT64, data.length, dims);
    tensor.write(0, data, 0, data.length);
    return tensor;
  }

  /** An int32 tensor holding a copy of the data; without dimensions it has rank 1. */
  public static Tensor of(int[] data, long... dims) {
    return ofLongs(DType.INT32, Arrays.stream(data).asLongStream().toArray(), dims);
  }

  /** An int64 tensor holding a copy of the data; without dimensions it has rank 1. */
  public static Tensor of(long[] data, long... dims) {
    return ofLongs(DType.INT64, data, dims);
  }

  /** A bool tensor holding a copy of the data; without dimensions it has rank 1. */
  public static Tensor of(boolean[] data, long... dims) {
    Tensor tensor = sized(DType.BOOL, data.length, dims);
    for (int i = 0; i < data.length; i++) {
      tensor.setLong(i, data[i] ? 1 : 0);
    }
    return tensor;
  }

  /** A tensor of texts holding a copy of the data; without dimensions it has rank 1. */
  public static Tensor of(String[] data, long... dims) {
    Tensor tensor = sized(DType.STRING, data.length, dims);
    for (int i = 0; i < data.length; i++) {
      tensor.setString(i, data[i]);
    }
    return tensor;
  }

  /**
   * A copy of nested arrays, such as {@code float[][][]}: a level is an axis, the outermost first.
   * Arrays of float become float32, of double float64, of int int32, of long int64, of boolean
   * bool, of String texts.
   *
   * @throws InputException if arrays of one level differ in length, one is null or outer ones are
   *     empty, with the place; or if the elements are of another type
   */
  public static Tensor of(Object[] nested) {
    return NestedArrays.tensor(nested);
  }

  /** A scalar of any type of number. */
  public static Tensor scalar(DType dtype, double value) {
    Tensor tensor = allocate(dtype, Shape.scalar());
    tensor.setDouble(0, value);
    return tensor;
  }

  private static Tensor ofLongs(DType dtype, long[] data, long... dims) {
    Tensor tensor = sized(dtype, data.length, dims);
    for (int i = 0; i < data.length; i++) {
      tensor.setLong(i, data[i]);
    }
    return tensor;
  }

  private static Tensor sized(DType dtype, int length, long... dims) {
    Shape shape = dims.length == 0 && length != 1 ? Shape.of(length) : Shape.of(dims);
    requireSize(shape, length);
    return allocate(dtype, shape);
  }

  private static void requireSize(Shape shape, long size) {
    if (shape.size() != size) {
      throw new InputException(
          "shape " + shape + " holds " + shape.size() + " elements, given are " + size);
    }
  }

  /**
   * A tensor over the bytes of a direct buffer from its position to its limit, without a copy. The
   * buffer must stay reachable and holds elements in native byte order.
   *
   * @throws InputException if the buffer is not direct or its size does not fit the shape
   */
  public static Tensor wrap(DType dtype, ByteBuffer buffer, long... dims) {
    Shape shape = Shape.of(dims);
    if (dtype == DType.STRING) {
      throw new InputException("texts do not lie in buffers; use Tensor.of");
    }
    if (!buffer.isDirect()) {
      throw new InputException("only a direct buffer can be wrapped; use Tensor.of for arrays");
    }
    if (shape.size() * dtype.bytes() != buffer.remaining()) {
      throw new InputException(
          "a "
              + dtype
              + " tensor "
              + shape
              + " takes "
              + shape.size() * dtype.bytes()
              + " bytes, the buffer holds "
              + buffer.remaining());
    }
    return new Tensor(dtype, shape, Memory.of(buffer), 0, false, null);
  }

  /** The element type. */
  public DType dtype() {
    return dtype;
  }

  /** All dimensions are known. */
  public Shape shape() {
    return shape;
  }

  /** The number of elements. */
  public long size() {
    return shape.size();
  }

  /** The size of the elements in bytes. */
  public long byteSize() {
    return shape.size() * dtype.bytes();
  }

  /**
   * This tensor's elements under another shape, sharing memory.
   *
   * @throws InputException if the number of elements differs
   */
  public Tensor reshape(Shape other) {
    requireSize(other, size());
    return new Tensor(dtype, other, memory, offset, false, texts);
  }

  /** See {@link #reshape(Shape)}. */
  public Tensor reshape(long... dims) {
    return reshape(Shape.of(dims));
  }

  /**
   * The entries {@code from} (inclusive) to {@code to} (exclusive) of the first axis, sharing
   * memory.
   */
  public Tensor rows(long from, long to) {
    if (from < 0 || to < from || to > shape.dim(0)) {
      throw new InputException("rows " + from + " to " + to + " of a tensor of shape " + shape);
    }
    Shape rows = shape.with(0, to - from);
    long stride = shape.size(1, shape.rank()) * dtype.bytes();
    return new Tensor(dtype, rows, memory, offset + from * stride, false, texts);
  }

  /**
   * Elements of another type and shape that lie in this tensor's bytes, sharing memory.
   *
   * @throws InputException if they do not lie within this tensor
   */
  public Tensor view(DType other, Shape otherShape, long fromByte) {
    if (fromByte < 0 || fromByte + otherShape.size() * other.bytes() > byteSize()) {
      throw new InputException(
          other + " " + otherShape + " from byte " + fromByte + " of " + byteSize() + " bytes");
    }
    return new Tensor(other, otherShape, memory, offset + fromByte, false, null);
  }

  /** A copy converted to another type: floating to integer truncates, anything non-zero is true. */
  public Tensor cast(DType other) {
    if ((other == DType.STRING) != (dtype == DType.STRING)) {
      throw new InputException("a " + dtype + " tensor cannot be cast to " + other);
    }
    Tensor result = allocate(other, shape);
    if (other == dtype) {
      result.copyFrom(0, this, 0, size());
    } else if (dtype.isFloating() || other.isFloating()) {
      double[] block = new double[(int) Math.min(BLOCK, size())];
      for (long i = 0; i < size(); i += block.length) {
        int n = (int) Math.min(block.length, size() - i);
        read(i, block, 0, n);
        result.write(i, block, 0, n);
      }
    } else {
      for (long i = 0; i < size(); i++) {
        result.setLong(i, getLong(i));
      }
    }
    return result;
  }

  private static final int BLOCK = 4096;

  /** Up to this many elements are copied one by one: a bulk copy takes longer to begin. */
  private static final int ELEMENTWISE = 8;

  /** An element as a double; integers beyond 2^53 lose digits. */
  public double getDouble(long index) {
    long at = at(index);
    ByteBuffer window = memory.window(at);
    int i = Memory.within(at);
    return switch (dtype) {
      case FLOAT32 -> window.getFloat(i);
      case FLOAT64 -> window.getDouble(i);
      case FLOAT16 -> Half.fromFloat16(window.getShort(i));
      case BFLOAT16 -> Half.fromBfloat16(window.getShort(i));
      case STRING -> throw noNumbers();
      case UINT64 -> {
        long bits = window.getLong(i);
        yield bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
      }
      default -> getLong(index);
    };
  }

  /** An element as a long; floating elements are truncated. */
  public long getLong(long index) {
    long at = at(index);
    ByteBuffer window = memory.window(at);
    int i = Memory.within(at);
    return switch (dtype) {
      case BOOL, INT8 -> window.get(i);
      case UINT8 -> window.get(i) & 0xff;
      case INT16 -> window.getShort(i);
      case UINT16 -> window.getShort(i) & 0xffff;
      case INT32 -> window.getInt(i);
      case UINT32 -> window.getInt(i) & 0xffffffffL;
      case INT64, UINT64 -> window.getLong(i);
      default -> (long) getDouble(index);
    };
  }

  /** Sets an element, rounded to this type; an integer type truncates. */
  public void setDouble(long index, double value) {
    long at = at(index);
    ByteBuffer window = memory.window(at);
    int i = Memory.within(at);
    switch (dtype) {
      case FLOAT32 -> window.putFloat(i, (float) value);
      case FLOAT64 -> window.putDouble(i, value);
      case FLOAT16 -> window.putShort(i, Half.toFloat16((float) value));
      case BFLOAT16 -> window.putShort(i, Half.toBfloat16((float) value));
      case BOOL -> window.put(i, (byte) (value != 0 ? 1 : 0));
      case STRING -> throw noNumbers();
      default -> setLong(index, (long) value);
    }
  }

  /**
   * Sets an element, keeping the low bits where this type is narrower; any non-zero value is true.
   */
  public void setLong(long index, long value) {
    long at = at(index);
    ByteBuffer window = memory.window(at);
    int i = Memory.within(at);
    switch (dtype) {
      case BOOL -> window.put(i, (byte) (value != 0 ? 1 : 0));
      case INT8, UINT8 -> window.put(i, (byte) value);
      case INT16, UINT16 -> window.putShort(i, (short) value);
      case INT32, UINT32 -> window.putInt(i, (int) value);
      case INT64, UINT64 -> window.putLong(i, value);
      default -> setDouble(index, (double) value);
    }
  }

  private static InputException noNumbers() {
    return new InputException("a tensor of texts holds no numbers; read it with getString");
  }

  /**
   * An element of a tensor of texts.
   *
   * @throws InputException if it holds numbers
   */
  public String getString(long index) {
    requireTexts();
    return texts[(int) at(index)];
  }

  /**
   * Sets an element of a tensor of texts.
   *
   * @throws InputException if it holds numbers, or the text is null
   */
  public void setString(long index, String value) {
    requireTexts();
    if (value == null) {
      throw new InputException("a tensor of texts holds no null; use an empty text");
    }
    texts[(int) at(index)] = value;
  }

  private void requireTexts() {
    if (texts == null) {
      throw new InputException("a " + dtype + " tensor holds no texts");
    }
  }

  private long at(long index) {
    assert index >= 0 && index < size() : index + " in " + shape;
    return offset + index * dtype.bytes();
  }

  /** Reads elements from {@code start} on into an array, converted to double. */
  public void read(long start, double[] target, int from, int count) {
    requireRange(start, count);
    switch (dtype) {
      case FLOAT64 ->
          transfer(start, count, (w, done, n) -> w.asDoubleBuffer().get(target, from + done, n));
      case FLOAT32 ->
          transfer(
              start,
              count,
              (w, done, n) -> {
                for (int i = 0; i < n; i++) {
                  target[from + done + i] = w.getFloat(4 * i);
                }
              });
      case INT32 ->
          transfer(
              start,
              count,
              (w, done, n) -> {
                for (int i = 0; i < n; i++) {
                  target[from + done + i] = w.getInt(4 * i);
                }
              });
      case BOOL ->
          transfer(
              start,
              count,
              (w, done, n) -> {
                for (int i = 0; i < n; i++) {
                  target[from + done + i] = w.get(i);
                }
              });
      default -> {
        for (int i = 0; i < count; i++) {
          target[from + i] = getDouble(start + i);
        }
      }
    }
  }

  /** Reads elements from {@code start} on into an array, converted to float. */
  public void read(long start, float[] target, int from, int count) {
    requireRange(start, count);
    if (dtype == DType.FLOAT32) {
      transfer(start, count, (w, done, n) -> w.asFloatBuffer().get(target, from + done, n));
    } else {
      for (int i = 0; i < count; i++) {
        target[from + i] = (float) getDouble(start + i);
      }
    }
  }

  /**
   * Reads elements from {@code start} on into an array, converted to int; floating elements are
   * truncated.
   */
  public void read(long start, int[] target, int from, int count) {
    requireRange(start, count);
    if (dtype == DType.INT32) {
      transfer(start, count, (w, done, n) -> w.asIntBuffer().get(target, from + done, n));
    } else {
      for (int i = 0; i < count; i++) {
        target[from + i] = (int) getDouble(start + i);
      }
    }
  }

  /** Writes elements from {@code start} on, rounded to this type. */
  public void write(long start, double[] source, int from, int count) {
    requireRange(start, count);
    switch (dtype) {
      case FLOAT64 ->
          transfer(start, count, (w, done, n) -> w.asDoubleBuffer().put(source, from + done, n));
      case FLOAT32 ->
          transfer(
              start,
              count,
              (w, done, n) -> {
                for (int i = 0; i < n; i++) {
                  w.putFloat(4 * i, (float) source[from + done + i]);
                }
              });
      case INT32 ->
          transfer(
              start,
              count,
              (w, done, n) -> {
                for (int i = 0; i < n; i++) {
                  w.putInt(4 * i, (int) (long) source[from + done + i]);
                }
              });
      case BOOL ->
          transfer(
              start,
              count,
              (w, done, n) -> {
                for (int i = 0; i < n; i++) {
                  w.put(i, (byte) (source[from + done + i] != 0 ? 1 : 0));
                }
              });
      default -> {
        for (int i = 0; i < count; i++) {
          setDouble(start + i, source[from + i]);
        }
      }
    }
  }

  /** Writes elements from {@code start} on, rounded to this type. */
  public void write(long start, float[] source, int from, int count) {
    requireRange(start, count);
    if (dtype == DType.FLOAT32) {
      transfer(start, count, (w, done, n) -> w.asFloatBuffer().put(source, from + done, n));
    } else {
      for (int i = 0; i < count; i++) {
        setDouble(start + i, source[from + i]);
      }
    }
  }

  /** Writes elements from {@code start} on, in the low bits where this type is narrower. */
  public void write(long start, int[] source, int from, int count) {
    requireRange(start, count);
    if (dtype == DType.INT32) {
      transfer(start, count, (w, done, n) -> w.asIntBuffer().put(source, from + done, n));
    } else {
      for (int i = 0; i < count; i++) {
        setLong(start + i, source[from + i]);
      }
    }
  }

  /** Copies elements of another tensor of the same type. */
  public void copyFrom(long start, Tensor source, long sourceStart, long count) {
    requireSame(source);
    requireRange(start, count);
    source.requireRange(sourceStart, count);
    if (texts != null) {
      System.arraycopy(
          source.texts,
          (int) (source.offset + sourceStart),
          texts,
          (int) (offset + start),
          (int) count);
      return;
    }
    long bytes = count * dtype.bytes();
    long to = offset + start * dtype.bytes();
    long from = source.offset + sourceStart * dtype.bytes();
    try {
      while (bytes > 0) {
        int n = Memory.run(from, Memory.run(to, bytes));
        memory
            .window(to)
            .put(Memory.within(to), source.memory.window(from), Memory.within(from), n);
        to += n;
        from += n;
        bytes -= n;
      }
    } finally {
      Reference.reachabilityFence(this);
      Reference.reachabilityFence(source);
    }
  }

  /**
   * Copies elements of another tensor of the same type that lie {@code sourceStep} apart to places
   * {@code step} apart. Steps may be negative or zero.
   */
  public void copyFrom(
      long start, long step, Tensor source, long sourceStart, long sourceStep, long count) {
    if (step == 1 && sourceStep == 1 && count > ELEMENTWISE) {
      copyFrom(start, source, sourceStart, count);
      return;
    }
    requireSame(source);
    requireRange(Math.min(start, start + step * (count - 1)), 1 + Math.abs(step) * (count - 1));
    source.requireRange(
        Math.min(sourceStart, sourceStart + sourceStep * (count - 1)),
        1 + Math.abs(sourceStep) * (count - 1));
    int width = dtype.bytes();
    long to = offset + start * width;
    long from = source.offset + sourceStart * width;
    try {
      for (long i = 0; i < count; i++) {
        if (texts != null) {
          texts[(int) to] = source.texts[(int) from];
        }
        memory.copy(to, source.memory, from, width);
        to += step * width;
        from += sourceStep * width;
      }
    } finally {
      Reference.reachabilityFence(this);
      Reference.reachabilityFence(source);
    }
  }

  private void requireSame(Tensor source) {
    if (source.dtype != dtype) {
      throw new InputException(
          "a " + source.dtype + " tensor cannot be copied into a " + dtype + " tensor");
    }
  }

  private interface Transfer {
    void apply(ByteBuffer window, int done, int count);
  }

  private void transfer(long start, int count, Transfer transfer) {
    int width = dtype.bytes();
    try {
      for (int done = 0; done < count; ) {
        long at = offset + (start + done) * width;
        int n = Memory.run(at, (long) (count - done) * width) / width;
        transfer.apply(
            memory.window(at).slice(Memory.within(at), n * width).order(ByteOrder.nativeOrder()),
            done,
            n);
        done += n;
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private void requireRange(long start, long count) {
    if (start < 0 || count < 0 || start + count > size()) {
      throw new IndexOutOfBoundsException(
          count + " elements from " + start + " of a tensor of shape " + shape);
    }
  }

  /**
   * All elements as floats.
   *
   * @throws InputException if there are more than an array can hold
   */
  public float[] toFloatArray() {
    float[] array = new float[arrayLength(shape)];
    read(0, array, 0, array.length);
    return array;
  }

  /** All elements as doubles; see {@link #toFloatArray}. */
  public double[] toDoubleArray() {
    double[] array = new double[arrayLength(shape)];
    read(0, array, 0, array.length);
    return array;
  }

  /** All elements as longs; see {@link #toFloatArray}. */
  public long[] toLongArray() {
    long[] array = new long[arrayLength(shape)];
    for (int i = 0; i < array.length; i++) {
      array[i] = getLong(i);
    }
    return array;
  }

  /**
   * All elements in nested arrays, one level per axis: of {@code float} for float32, float16 and
   * bfloat16, {@code double} for float64, {@code int} for integers up to int32 and uint16, {@code
   * long} for uint32 and above (uint64 by its bits), {@code boolean} for bool, {@code String} for
   * texts. So float32 of shape (2, 3) is a {@code float[][]}. A scalar is the boxed element.
   */
  public Object toArray() {
    return NestedArrays.array(this);
  }

  /** All elements of a tensor of texts; see {@link #getString}. */
  public String[] toStringArray() {
    requireTexts();
    return Arrays.copyOfRange(texts, (int) offset, (int) offset + (int) size());
  }

  private static int arrayLength(Shape shape) {
    if (shape.size() > Integer.MAX_VALUE - 8) {
      throw new InputException(
          "a tensor of shape " + shape + " does not fit one Java array; read it in parts");
    }
    return (int) shape.size();
  }

  /**
   * A window of the memory in native byte order, at most up to the next GiB boundary. It must not
   * be used after this tensor is closed or unreachable.
   */
  public ByteBuffer bytes(long from, int count) {
    long at = offset + from;
    int n = Memory.run(at, Math.min(count, byteSize() - from));
    return memory.window(at).slice(Memory.within(at), n).order(ByteOrder.nativeOrder());
  }

  /** The address of the first element for native code, or 0 where no native memory is in use. */
  public long address() {
    long base = memory.address();
    return base == 0 ? 0 : base + offset;
  }

  /**
   * True where tensors have addresses, that is where JavaCPP loads. Native code asks this before it
   * touches JavaCPP itself, since JavaCPP takes the limit of off-heap memory from its first use.
   */
  public static boolean hasAddresses() {
    return Memory.isNative();
  }

  /** Frees the memory unless this is a view. Later access throws {@link IllegalStateException}. */
  @Override
  public void close() {
    if (owner) {
      memory.close();
    }
  }

  /** Type, shape and the first few elements. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(dtype + " " + shape + " [");
    long shown = Math.min(8, size());
    for (long i = 0; i < shown; i++) {
      text.append(i == 0 ? "" : ", ")
          .append(
              texts != null
                  ? "'" + getString(i) + "'"
                  : dtype.isFloating() ? (Object) getDouble(i) : (Object) getLong(i));
    }
    return text.append(shown < size() ? ", ...]" : "]").toString();
  }
}
