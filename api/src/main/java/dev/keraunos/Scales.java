package dev.keraunos;

import dev.keraunos.loss.internal.evidence.Subject;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The scales in which pictures come: 0 to 255, 0 to 1, -1 to 1. */
enum Scales {
  TO_ONE("divided by 255", 1 / 255.0, 0),
  TO_SIGNS("divided by 127.5, less 1", 1 / 127.5, -1),
  TO_BYTES("times 255", 255, 0);

  private static final int IMAGES = 4;
  private static final double BYTE = 255;

  /** Above this pictures of 0 to 255 may be, and those of 0 to 1 are not. */
  private static final double DIM = 1.5;

  private final String words;
  private final double factor;
  private final double offset;

  Scales(String words, double factor, double offset) {
    this.words = words;
    this.factor = factor;
    this.offset = offset;
  }

  /** The one with which the loss is least; empty for inputs that are no pictures of bytes. */
  static Optional<Subject.Rescaled> least(KerasModel model, Supplier<Batches> data) {
    double[] range = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    try (Batches batches = data.get()) {
      while (batches.hasNext()) {
        for (Tensor input : batches.next().inputs().values()) {
          if (input.shape().rank() != IMAGES || !input.dtype().isFloating()) {
            return Optional.empty();
          }
          for (double value : input.toDoubleArray()) {
            range[0] = Math.min(range[0], value);
            range[1] = Math.max(range[1], value);
          }
        }
      }
    }
    if (!(range[0] >= 0 && range[1] <= BYTE)) {
      return Optional.empty();
    }
    List<Scales> tried =
        range[1] > DIM ? List.of(TO_ONE, TO_SIGNS) : range[1] <= 1 ? List.of(TO_BYTES) : List.of();
    List<Subject.Rescaled> found = new ArrayList<>();
    for (Scales scale : tried) {
      try (Batches batches = data.get()) {
        double loss = Evaluator.loss(model, scale.of(batches));
        found.add(new Subject.Rescaled(range[0], range[1], scale.words, loss));
      }
    }
    return found.stream().min(Comparator.comparingDouble(Subject.Rescaled::loss));
  }

  private Iterator<Dataset> of(Iterator<Dataset> batches) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return batches.hasNext();
      }

      @Override
      public Dataset next() {
        Dataset batch = batches.next();
        Map<String, Tensor> inputs = new HashMap<>();
        batch.inputs().forEach((name, tensor) -> inputs.put(name, of(tensor)));
        return new Dataset(
            inputs,
            batch.targets(),
            batch.sampleWeights(),
            batch.classWeights(),
            batch.classNames());
      }
    };
  }

  private Tensor of(Tensor tensor) {
    float[] values = tensor.toFloatArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] * factor + offset);
    }
    return Tensor.of(values, tensor.shape().toArray());
  }
}
