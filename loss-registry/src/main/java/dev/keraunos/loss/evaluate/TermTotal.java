package dev.keraunos.loss.evaluate;

import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a term contributes: in all, by true class, by channel. */
final class TermTotal {
  private final Term term;
  private final Sums value = new Sums(1);
  private final Sums unweighted = new Sums(1);
  private final Sums byClass;
  private Sums byChannel = new Sums(0);

  TermTotal(Term term, int classes) {
    this.term = term;
    byClass = new Sums(classes);
  }

  /** Adds a batch. */
  void add(Term now, OutputProgram.Results results, Grid coefficients, Optional<int[]> truth) {
    float[] values = results.tensor(now.values()).toFloatArray();
    value.batch[0] += dot(values, coefficients);
    boolean same = now.unweighted().equals(now.values());
    unweighted.batch[0] +=
        same
            ? dot(values, coefficients)
            : dot(results.tensor(now.unweighted()).toFloatArray(), coefficients);
    truth.ifPresent(classes -> addClasses(values, coefficients, classes));
    now.elements().ifPresent(e -> addChannels(results.tensor(e.output()), coefficients));
  }

  private static double dot(float[] values, Grid coefficients) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i] * coefficients.at(i);
    }
    return sum;
  }

  private void addClasses(float[] values, Grid coefficients, int[] classes) {
    for (int i = 0; i < values.length; i++) {
      if (classes[i] >= 0) {
        byClass.batch[classes[i]] += values[i] * coefficients.at(i);
      }
    }
  }

  private void addChannels(Tensor elements, Grid coefficients) {
    int channels = (int) elements.shape().dim(-1);
    if (byChannel.batch.length == 0) {
      byChannel = new Sums(channels);
    }
    float[] row = new float[channels];
    int rows = (int) (elements.size() / channels);
    for (int i = 0; i < rows; i++) {
      elements.read((long) i * channels, row, 0, channels);
      double c = coefficients.at(i);
      for (int k = 0; k < channels; k++) {
        byChannel.batch[k] += row[k] * c;
      }
    }
  }

  void endBatch(double weight) {
    value.endBatch(weight);
    unweighted.endBatch(weight);
    byClass.endBatch(weight);
    byChannel.endBatch(weight);
  }

  Explanation.Term result(double factor) {
    return new Explanation.Term(
        term.name(),
        term.weight(),
        term.batchLevel(),
        value.total[0] * factor,
        unweighted.total[0] * factor,
        byClass.times(factor),
        byChannel.times(factor));
  }

  /** Numbers of the current batch and of all batches before. */
  static final class Sums {
    final double[] batch;
    final double[] total;

    Sums(int size) {
      batch = new double[size];
      total = new double[size];
    }

    /** Adds the batch times its weight to the total. */
    void endBatch(double weight) {
      for (int i = 0; i < batch.length; i++) {
        total[i] += batch[i] * weight;
      }
      Arrays.fill(batch, 0);
    }

    List<Double> times(double factor) {
      List<Double> list = new ArrayList<>();
      for (double sum : total) {
        list.add(sum * factor);
      }
      return list;
    }
  }
}
