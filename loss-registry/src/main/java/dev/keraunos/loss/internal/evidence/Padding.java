package dev.keraunos.loss.internal.evidence;

import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Zeros up to the end of sequences, of whole numbers or of rows, that no mask leaves out: the same
 * steps as those of the output, where the target never changes.
 */
public final class Padding {
  private long padded;
  private long steps;
  private double target = Double.NaN;
  private boolean possible = true;
  private boolean ofRows;
  private double shares;
  private double coefficients;
  private long right;
  private double sharesInBatch;
  private double coefficientsInBatch;

  void add(Seen seen) {
    ScoredBatch batch = seen.batch();
    Optional<Tensor> input = possible ? sequence(seen) : Optional.empty();
    possible = input.isPresent() && batch.request().mask().isEmpty();
    sharesInBatch = 0;
    coefficientsInBatch = 0;
    if (!possible) {
      return;
    }
    int time = (int) input.get().shape().dim(1);
    ofRows = input.get().shape().rank() == 3;
    double[] row = new double[time];
    for (int sample = 0; possible && sample < batch.samples(); sample++) {
      read(input.get(), sample, row);
      int end = time;
      while (end > 0 && row[end - 1] == 0) {
        end--;
      }
      for (int t = 0; possible && t < time; t++) {
        add(seen, sample * time + t, t >= end, row[t]);
      }
    }
  }

  /** The numbers of the steps of a sample; of rows 0 where all of a row is, else 1. */
  private void read(Tensor input, int sample, double[] steps) {
    if (!ofRows) {
      input.read((long) sample * steps.length, steps, 0, steps.length);
      return;
    }
    double[] row = new double[(int) input.shape().dim(2)];
    for (int t = 0; t < steps.length; t++) {
      input.read(((long) sample * steps.length + t) * row.length, row, 0, row.length);
      steps[t] = Arrays.stream(row).allMatch(x -> x == 0) ? 0 : 1;
    }
  }

  private void add(Seen seen, int position, boolean isPadded, double id) {
    double label = label(seen.batch().yTrue(), seen.batch().scores().size(), position);
    steps++;
    possible &= id == Math.rint(id) && id >= 0;
    if (isPadded) {
      padded++;
      target = Double.isNaN(target) ? label : target;
      possible &= label == target;
      return;
    }
    double c = seen.coefficient(position);
    sharesInBatch += c * seen.batch().scores().at(position);
    coefficientsInBatch += c;
    right += guess(seen.batch().yPred(), position) == label ? 1 : 0;
  }

  private static double label(Tensor y, int positions, int position) {
    int width = (int) (y.size() / positions);
    return width == 1 ? y.getDouble(position) : largest(y, width, position);
  }

  private static int guess(Tensor p, int position) {
    int width = (int) p.shape().dim(-1);
    return width == 1 ? (p.getDouble(position) > 0.5 ? 1 : 0) : largest(p, width, position);
  }

  private static int largest(Tensor tensor, int width, int position) {
    double[] row = new double[width];
    tensor.read((long) position * width, row, 0, width);
    int best = 0;
    for (int k = 1; k < width; k++) {
      best = row[k] > row[best] ? k : best;
    }
    return best;
  }

  /** The only input, if it holds a number for every step of the output and each has a score. */
  private static Optional<Tensor> sequence(Seen seen) {
    ScoredBatch batch = seen.batch();
    if (seen.inputs().size() != 1 || batch.yPred().shape().rank() != 3 || !seen.isPlaced()) {
      return Optional.empty();
    }
    Map.Entry<String, Tensor> only = seen.inputs().entrySet().iterator().next();
    Tensor x = only.getValue();
    boolean fits =
        (x.shape().rank() == 2 || isSeries(x, batch))
            && x.shape().dim(0) == batch.samples()
            && x.shape().dim(1) == batch.yPred().shape().dim(1)
            && batch.scores().size() > 0
            && batch.yTrue().size() % batch.scores().size() == 0;
    return fits ? Optional.of(x) : Optional.empty();
  }

  /** Rows of numbers for each step, and one number or class to predict of it. */
  private static boolean isSeries(Tensor x, ScoredBatch batch) {
    boolean one = batch.yTrue().size() == batch.scores().size();
    return x.shape().rank() == 3 && x.shape().dim(2) > 0 && one;
  }

  void endBatch(double weight) {
    shares += sharesInBatch * weight;
    coefficients += coefficientsInBatch * weight;
  }

  /** How many steps are padding; 0 where nothing is. */
  public long padded() {
    return possible ? padded : 0;
  }

  public long steps() {
    return steps;
  }

  /** The target at all of the padding. */
  public double target() {
    return target;
  }

  /** True if the steps of the input are rows of numbers. */
  public boolean isOfRows() {
    return ofRows;
  }

  /** The loss of the steps that are no padding. */
  public double lossOfRest() {
    return shares / coefficients;
  }

  /** The part of these whose class is predicted right. */
  public double accuracyOfRest() {
    return (double) right / (steps - padded);
  }
}
