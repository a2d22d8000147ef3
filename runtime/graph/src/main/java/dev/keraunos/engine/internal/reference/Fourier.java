package dev.keraunos.engine.internal.reference;

import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/**
 * Fourier transforms of one length: by halves where it is a power of two, else as a convolution by
 * longer ones that are (Bluestein). Numbers are doubles, real and imaginary parts in turn.
 */
final class Fourier {
  private final int length;
  private final double[] roots;

  /** Of a power of two. */
  private Fourier(int length) {
    this.length = length;
    roots = new double[length];
    for (int k = 0; k < length / 2; k++) {
      put(roots, k, -2 * Math.PI * k / length);
    }
  }

  static void run(Op.Fourier op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    int last = x.shape().rank() - 1;
    Lanes lanes = Lanes.of(x.shape(), last - 1, last);
    if (lanes.length() == 0) {
      return;
    }
    Transform transform = of(lanes.length() / 2);
    lanes.forEach(
        x,
        workers,
        (lane, count, data) -> {
          double[] numbers = new double[lanes.length()];
          for (int i = 0; i < count; i++) {
            int from = i * lanes.length();
            move(data, from, numbers, 0, numbers.length, op.inverse());
            transform.apply(numbers);
            move(numbers, 0, data, from, numbers.length, op.inverse());
          }
          lanes.write(out.get(0), lane, count, data);
        });
  }

  private interface Transform {
    void apply(double[] numbers);
  }

  private static Transform of(int length) {
    if (Integer.bitCount(length) == 1) {
      return new Fourier(length)::transform;
    }
    Fourier longer = new Fourier(Integer.highestOneBit(2 * length - 1) * 2);
    double[] chirp = new double[2 * length];
    double[] response = new double[2 * longer.length];
    for (int k = 0; k < length; k++) {
      put(chirp, k, -Math.PI * ((long) k * k % (2L * length)) / length);
      for (int at : new int[] {k, (longer.length - k) % longer.length}) {
        response[2 * at] = chirp[2 * k];
        response[2 * at + 1] = -chirp[2 * k + 1];
      }
    }
    longer.transform(response);
    return numbers -> convolve(numbers, longer, chirp, response);
  }

  private static void convolve(
      double[] numbers, Fourier longer, double[] chirp, double[] response) {
    double[] work = new double[response.length];
    System.arraycopy(numbers, 0, work, 0, numbers.length);
    multiply(work, chirp, numbers.length);
    longer.transform(work);
    multiply(work, response, work.length);
    double[] back = new double[work.length];
    move(work, 0, back, 0, work.length, true);
    longer.transform(back);
    move(back, 0, work, 0, work.length, true);
    multiply(work, chirp, numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = work[i] / longer.length;
    }
  }

  /** In place, of a power of two. */
  private void transform(double[] numbers) {
    for (int i = 0; i < length; i++) {
      int mirrored =
          length == 1 ? 0 : Integer.reverse(i) >>> (32 - Integer.numberOfTrailingZeros(length));
      if (mirrored > i) {
        swap(numbers, 2 * i, 2 * mirrored);
        swap(numbers, 2 * i + 1, 2 * mirrored + 1);
      }
    }
    for (int half = 1; half < length; half *= 2) {
      for (int start = 0; start < length; start += 2 * half) {
        for (int k = 0; k < half; k++) {
          butterfly(
              numbers, 2 * (start + k), 2 * (start + k + half), 2 * (k * (length / half / 2)));
        }
      }
    }
  }

  private void butterfly(double[] numbers, int a, int b, int root) {
    double real = numbers[b] * roots[root] - numbers[b + 1] * roots[root + 1];
    double imaginary = numbers[b] * roots[root + 1] + numbers[b + 1] * roots[root];
    numbers[b] = numbers[a] - real;
    numbers[b + 1] = numbers[a + 1] - imaginary;
    numbers[a] += real;
    numbers[a + 1] += imaginary;
  }

  private static void put(double[] numbers, int at, double angle) {
    numbers[2 * at] = Math.cos(angle);
    numbers[2 * at + 1] = Math.sin(angle);
  }

  private static void multiply(double[] x, double[] y, int count) {
    for (int i = 0; i < count; i += 2) {
      double real = x[i] * y[i] - x[i + 1] * y[i + 1];
      x[i + 1] = x[i] * y[i + 1] + x[i + 1] * y[i];
      x[i] = real;
    }
  }

  /** Copies numbers, with real and imaginary parts exchanged where a transform is to be inverse. */
  private static void move(
      double[] from, int start, double[] to, int at, int count, boolean exchanged) {
    if (!exchanged) {
      System.arraycopy(from, start, to, at, count);
      return;
    }
    for (int i = 0; i < count; i += 2) {
      double real = from[start + i];
      to[at + i] = from[start + i + 1];
      to[at + i + 1] = real;
    }
  }

  private static void swap(double[] numbers, int i, int k) {
    double number = numbers[i];
    numbers[i] = numbers[k];
    numbers[k] = number;
  }
}
