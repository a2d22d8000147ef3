package dev.keraunos;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;

/**
 * Predictions of samples that come one by one, computed a batch at a time when asked for. States go
 * on from batch to batch, as in one call of {@code predict}.
 */
final class Rows implements Iterator<float[]> {
  private final Iterator<float[]> samples;
  private final int batch;
  private final Session session;
  private final Shape sample;
  private final Queue<float[]> ready = new ArrayDeque<>();
  private long read;

  Rows(Session session, Shape input, Iterator<float[]> samples, int batch) {
    if (batch < 1) {
      throw new InputException("the batch size must be at least 1, not " + batch);
    }
    this.session = session;
    this.samples = samples;
    this.batch = batch;
    sample = input.slice(1, input.rank());
    if (!sample.isConcrete()) {
      throw new InputException(
          "the input takes samples of shape "
              + sample
              + ", so numbers alone do not tell theirs; give Tensors");
    }
  }

  @Override
  public boolean hasNext() {
    return !ready.isEmpty() || samples.hasNext();
  }

  @Override
  public float[] next() {
    if (ready.isEmpty()) {
      predict();
    }
    return ready.remove();
  }

  private void predict() {
    if (!samples.hasNext()) {
      throw new NoSuchElementException();
    }
    int width = Math.toIntExact(sample.size());
    float[] input = new float[Math.multiplyExact(batch, width)];
    int count = 0;
    for (; count < batch && samples.hasNext(); count++) {
      float[] row = samples.next();
      if (row == null || row.length != width) {
        throw new InputException(
            "sample "
                + read
                + (row == null ? " is null" : " has " + row.length + " numbers")
                + ", the model takes "
                + width
                + " of shape "
                + sample);
      }
      System.arraycopy(row, 0, input, count * width, width);
      read++;
    }
    float[] given = count == batch ? input : Arrays.copyOf(input, count * width);
    try (Tensor tensor = Tensor.of(given, Shape.of(count).concat(sample).toArray());
        Tensor output = session.predict(tensor)) {
      int each = Math.toIntExact(output.size() / count);
      for (int i = 0; i < count; i++) {
        float[] row = new float[each];
        output.read((long) i * each, row, 0, each);
        ready.add(row);
      }
    }
  }
}
