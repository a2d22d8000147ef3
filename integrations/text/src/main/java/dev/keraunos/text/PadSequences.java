package dev.keraunos.text;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/**
 * Sequences as the rows of one tensor: {@code keras.utils.pad_sequences}, the same in all versions
 * of Keras. Zeros come first and what is too long loses its head, in int32, unless said otherwise.
 * Immutable and thread-safe.
 *
 * @see KerasTokenizer
 */
public final class PadSequences {
  /** {@code "pre"} or {@code "post"}. */
  public enum Side {
    /** At the head. */
    PRE,
    /** At the tail. */
    POST
  }

  private static final int LONGEST = -1;

  private record Ways(Side padding, Side truncating, DType dtype, double value, String text) {}

  private final int length;
  private final Ways ways;

  private PadSequences(int length, Ways ways) {
    this.length = length;
    this.ways = ways;
  }

  /**
   * To {@code maxlen} steps.
   *
   * @throws InputException if that is below 1
   */
  public static PadSequences to(int maxlen) {
    if (maxlen < 1) {
      throw new InputException("sequences of " + maxlen + " steps; pad them to 1 or more");
    }
    return new PadSequences(maxlen, new Ways(Side.PRE, Side.PRE, DType.INT32, 0, null));
  }

  /** To the longest of them, {@code maxlen=None}. */
  public static PadSequences toLongest() {
    return new PadSequences(LONGEST, to(1).ways);
  }

  /** Where the padding stands. */
  public PadSequences padding(Side side) {
    return with(new Ways(side, ways.truncating, ways.dtype, ways.value, ways.text));
  }

  /** Which end of what is too long is dropped. */
  public PadSequences truncating(Side side) {
    return with(new Ways(ways.padding, side, ways.dtype, ways.value, ways.text));
  }

  /** The type of the tensor; whole numbers drop what is behind the point. */
  public PadSequences dtype(DType dtype) {
    return with(new Ways(ways.padding, ways.truncating, dtype, ways.value, ways.text));
  }

  /** What is padded with. */
  public PadSequences value(double value) {
    return with(new Ways(ways.padding, ways.truncating, ways.dtype, value, ways.text));
  }

  /** What sequences of texts are padded with, {@code dtype=object}. */
  public PadSequences value(String text) {
    return with(new Ways(ways.padding, ways.truncating, DType.STRING, ways.value, text));
  }

  private PadSequences with(Ways other) {
    return new PadSequences(length, other);
  }

  /**
   * Pads sequences of numbers.
   *
   * @return (sequences, steps)
   * @throws InputException as {@link #padTensors}
   */
  public Tensor pad(List<int[]> sequences) {
    return padTensors(sequences.stream().map(s -> Tensor.of(s, s.length)).toList());
  }

  /**
   * Pads sequences of anything: tensors (steps, ...) whose steps have one shape.
   *
   * @return (sequences, steps, ...)
   * @throws InputException if there are none and no length is given, the shapes of steps differ, or
   *     a number does not fit the type
   */
  public Tensor padTensors(List<Tensor> sequences) {
    if (sequences.isEmpty() && length == LONGEST) {
      throw new InputException("the longest of no sequences; give some, or a length");
    }
    Shape step = Shape.scalar();
    long longest = 0;
    for (Tensor sequence : sequences) {
      if (sequence.shape().rank() == 0) {
        throw new InputException("a sequence is a number alone; it should be (steps, ...)");
      }
      boolean first = longest == 0 && sequence.shape().dim(0) > 0;
      step = first ? sequence.shape().without(0) : step;
      longest = Math.max(longest, sequence.shape().dim(0));
    }
    long steps = length == LONGEST ? longest : length;
    Tensor padded = filled(step.insert(0, steps).insert(0, sequences.size()));
    for (int row = 0; row < sequences.size(); row++) {
      if (sequences.get(row).shape().dim(0) > 0) {
        requireStep(sequences.get(row), row, step);
        write(sequences.get(row), padded, row * steps, steps, step.size());
      }
    }
    return padded;
  }

  private static void requireStep(Tensor sequence, int row, Shape step) {
    Shape found = sequence.shape().without(0);
    if (!found.equals(step)) {
      throw new InputException(
          "steps of sequence " + row + " have the shape " + found + ", those before have " + step);
    }
  }

  private Tensor filled(Shape shape) {
    Tensor padded = Tensor.allocate(ways.dtype, shape);
    if (ways.dtype == DType.STRING && ways.text == null) {
      throw new InputException("texts are padded with a text; call value(\"\")");
    }
    Tensor value =
        ways.dtype == DType.STRING
            ? Tensor.of(new String[] {ways.text})
            : Tensor.scalar(DType.FLOAT64, ways.value);
    for (long i = 0; i < padded.size(); i++) {
      set(padded, i, value, 0);
    }
    return padded;
  }

  private void write(Tensor sequence, Tensor padded, long from, long steps, long size) {
    long given = sequence.shape().dim(0);
    long kept = Math.min(given, steps);
    long source = ways.truncating == Side.PRE ? given - kept : 0;
    long target = from + (ways.padding == Side.PRE ? steps - kept : 0);
    for (long i = 0; i < kept * size; i++) {
      set(padded, target * size + i, sequence, source * size + i);
    }
  }

  private static void set(Tensor padded, long at, Tensor source, long from) {
    DType type = padded.dtype();
    if ((source.dtype() == DType.STRING) != (type == DType.STRING)) {
      throw new InputException(
          "a sequence of type " + source.dtype() + " cannot be padded as " + type);
    }
    if (type == DType.STRING) {
      padded.setString(at, source.getString(from));
    } else if (type.isFloating() || type == DType.BOOL) {
      padded.setDouble(at, source.getDouble(from));
    } else if (source.dtype().isFloating()) {
      padded.setLong(at, whole(source.getDouble(from), type));
    } else {
      whole(source.getDouble(from), type);
      padded.setLong(at, source.getLong(from));
    }
  }

  /** Without what is behind the point. */
  private static long whole(double number, DType type) {
    int bits = 8 * type.bytes() - (type.isUnsigned() ? 0 : 1);
    double least = type.isUnsigned() ? 0 : -Math.scalb(1.0, bits);
    double truncated = number < 0 ? Math.ceil(number) : Math.floor(number);
    if (!(truncated >= least && truncated < Math.scalb(1.0, bits))) {
      throw new InputException("the number " + number + " does not fit the type " + type);
    }
    return (long) truncated;
  }
}
