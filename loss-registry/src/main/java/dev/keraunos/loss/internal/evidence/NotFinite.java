package dev.keraunos.loss.internal.evidence;

import dev.keraunos.loss.internal.compile.ClassNumbers;
import dev.keraunos.loss.internal.compile.CompiledOutput;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where numbers are none, and labels no class. */
public final class NotFinite {
  /**
   * Numbers of an array that are none.
   *
   * @param name of the array
   * @param index of the first, from the first of all samples on
   * @param count how many there are
   * @param what the first is, NaN or infinite
   */
  public record Spot(String name, List<Long> index, long count, String what) {}

  private static final int KEPT = 8;
  private static final int BLOCK = 4096;

  private Optional<Spot> input = Optional.empty();
  private Optional<Spot> target = Optional.empty();
  private boolean inPrediction;
  private final List<Long> strangers = new ArrayList<>();
  private long strangerCount;
  private double smallestStranger = Double.POSITIVE_INFINITY;
  private double largestStranger = Double.NEGATIVE_INFINITY;
  private double rest;
  private double inBatch;
  private long finite;
  private long samples;
  private boolean known = true;

  void add(Seen seen, double[] shares, CompiledOutput setup) {
    Tensor p = seen.batch().yPred();
    samples += seen.batch().samples();
    known &= shares.length > 0;
    inBatch = 0;
    for (double share : shares) {
      inBatch += Double.isFinite(share) ? share : 0;
      finite += Double.isFinite(share) ? 1 : 0;
    }
    ClassNumbers classes = ClassNumbers.of(setup, p.shape());
    if (classes.exist()) {
      labels(seen, classes);
    }
    if (Double.isFinite(seen.batch().value())) {
      return;
    }
    for (Map.Entry<String, Tensor> entry : seen.inputs().entrySet()) {
      input = add(input, entry.getKey(), entry.getValue(), seen.first());
    }
    target = add(target, setup.output().name(), seen.batch().yTrue(), seen.first());
    inPrediction |= add(Optional.empty(), "", p, 0).isPresent();
  }

  private static Optional<Spot> add(
      Optional<Spot> before, String name, Tensor tensor, long firstSample) {
    if (!tensor.dtype().isFloating() || before.filter(s -> !s.name().equals(name)).isPresent()) {
      return before;
    }
    long count = 0;
    long first = -1;
    String what = "NaN";
    double[] block = new double[BLOCK];
    for (long from = 0; from < tensor.size(); from += block.length) {
      int n = (int) Math.min(block.length, tensor.size() - from);
      tensor.read(from, block, 0, n);
      for (int i = 0; i < n; i++) {
        if (!Double.isFinite(block[i])) {
          first = count == 0 ? from + i : first;
          what = count == 0 && !Double.isNaN(block[i]) ? "infinite" : what;
          count++;
        }
      }
    }
    if (count == 0) {
      return before;
    }
    long all = count + before.map(Spot::count).orElse(0L);
    List<Long> index = before.map(Spot::index).orElse(index(tensor.shape(), first, firstSample));
    return Optional.of(new Spot(name, index, all, before.map(Spot::what).orElse(what)));
  }

  private static List<Long> index(Shape shape, long element, long firstSample) {
    List<Long> index = new ArrayList<>();
    long rest = element;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      index.add(0, rest % shape.dim(axis) + (axis == 0 ? firstSample : 0));
      rest /= shape.dim(axis);
    }
    return index;
  }

  private void labels(Seen seen, ClassNumbers classes) {
    Tensor y = seen.batch().yTrue();
    long perSample = Math.max(1, y.size() / Math.max(1, seen.batch().samples()));
    double[] block = new double[BLOCK];
    for (long from = 0; from < y.size(); from += block.length) {
      int n = (int) Math.min(block.length, y.size() - from);
      y.read(from, block, 0, n);
      for (int i = 0; i < n; i++) {
        if (classes.isStranger(block[i])) {
          stranger(block[i], seen.first() + (from + i) / perSample);
        }
      }
    }
  }

  private void stranger(double label, long sample) {
    strangerCount++;
    smallestStranger = Math.min(smallestStranger, label);
    largestStranger = Math.max(largestStranger, label);
    boolean named = !strangers.isEmpty() && strangers.get(strangers.size() - 1) == sample;
    if (strangers.size() < KEPT && !named) {
      strangers.add(sample);
    }
  }

  void endBatch(double weight) {
    rest += inBatch * weight;
  }

  /** What of the inputs is no number, in batches whose loss is none. */
  public Optional<Spot> input() {
    return input;
  }

  /** What of the targets is no number. */
  public Optional<Spot> target() {
    return target;
  }

  /** True if predictions are no numbers. */
  public boolean isInPrediction() {
    return inPrediction;
  }

  /** How many labels are no class of the output. */
  public long strangers() {
    return strangerCount;
  }

  /** The first samples that have such labels. */
  public List<Long> samplesOfStrangers() {
    return List.copyOf(strangers);
  }

  public double smallestStranger() {
    return smallestStranger;
  }

  public double largestStranger() {
    return largestStranger;
  }

  /** What the samples add whose loss is a number, times the weight of their batches. */
  public double rest() {
    return rest;
  }

  /** How many samples have a loss that is a number; empty where samples have none. */
  public Optional<Long> finite() {
    return known ? Optional.of(finite) : Optional.empty();
  }

  public long samples() {
    return samples;
  }
}
