package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Samples to look at: those that add most, and of every class those where its positions add most,
 * or are missed most where the loss couples positions. Of very many classes there are none.
 */
final class Gallery {
  private static final int MOST = 4;
  private static final int OF_CLASS = 2;
  private static final int CLASSES = 50;

  /** A sample with what it adds to its batch, and to all. */
  private record Hung(double inBatch, double share, double order, Explanation.Picture picture) {
    Hung times(double weight) {
      return new Hung(inBatch, inBatch * weight, order * weight, picture);
    }
  }

  /** Of the class of that number; those of all under &minus;1. */
  private final Map<Integer, List<Hung>> walls = new TreeMap<>();

  private final Map<Integer, List<Hung>> batch = new TreeMap<>();
  private final boolean coupled;

  /**
   * No samples yet.
   *
   * @param coupled true if the loss is no sum over positions
   */
  Gallery(boolean coupled) {
    this.coupled = coupled;
  }

  /**
   * Adds a batch.
   *
   * @param scored with scores of positions, where there are any
   * @param shares what each sample contributes; empty if that is not known
   * @param first the index of the first sample
   */
  void add(
      ScoredBatch scored,
      double[] shares,
      Optional<BatchClasses> classes,
      Map<String, Tensor> inputs,
      long first) {
    batch.clear();
    Exhibit exhibit = new Exhibit(scored, classes, inputs, first);
    List<Ranked> all = new ArrayList<>();
    for (int sample = 0; sample < shares.length; sample++) {
      all.add(new Ranked(sample, shares[sample], shares[sample]));
    }
    hang(-1, all, MOST, exhibit);
    classes
        .filter(found -> found.classes().count() <= CLASSES && shares.length > 0)
        .ifPresent(
            found -> {
              for (int k = 0; k < found.classes().count(); k++) {
                hang(k, of(k, scored, found), OF_CLASS, exhibit);
              }
            });
  }

  private record Ranked(int sample, double share, double order) {}

  /** The samples that have a class, with what its positions add. */
  private List<Ranked> of(int k, ScoredBatch scored, BatchClasses classes) {
    List<Ranked> ranked = new ArrayList<>();
    int size = classes.size() / scored.samples();
    boolean equal = scored.coefficients().size() == 1;
    for (int sample = 0; sample < scored.samples(); sample++) {
      double sum = 0;
      int missed = 0;
      int there = 0;
      for (int i = sample * size; i < (sample + 1) * size; i++) {
        double c = scored.coefficients().at(equal ? 0 : i);
        if (classes.truth(i) == k && c != 0) {
          there++;
          missed += classes.guess(i) == k ? 0 : 1;
          sum += c * scored.scores().at(i);
        }
      }
      if (there > 0) {
        ranked.add(new Ranked(sample, sum, coupled ? missed : sum));
      }
    }
    return ranked;
  }

  private void hang(int k, List<Ranked> samples, int most, Exhibit exhibit) {
    List<Hung> wall = walls.getOrDefault(k, List.of());
    double least = wall.size() < most ? Double.NEGATIVE_INFINITY : wall.get(most - 1).order();
    List<Hung> hung = new ArrayList<>();
    samples.stream()
        .sorted(Comparator.comparingDouble(Ranked::order).reversed())
        .limit(most)
        .filter(ranked -> wall.size() < most || mayBe(ranked.order(), exhibit.samples()) > least)
        .forEach(
            ranked ->
                hung.add(
                    new Hung(
                        ranked.share(),
                        ranked.share(),
                        ranked.order(),
                        exhibit.of(ranked.sample(), k))));
    batch.put(k, hung);
  }

  /** What it may come to, whether batches count once or by their size. */
  private static double mayBe(double order, int samples) {
    return Math.max(order, order * samples);
  }

  void endBatch(double weight) {
    batch.forEach(
        (k, hung) -> {
          List<Hung> wall = walls.computeIfAbsent(k, key -> new ArrayList<>());
          hung.forEach(one -> wall.add(one.times(weight)));
          wall.sort(Comparator.comparingDouble(Hung::order).reversed());
          int most = k < 0 ? MOST : OF_CLASS;
          wall.subList(Math.min(most, wall.size()), wall.size()).clear();
        });
    batch.clear();
  }

  List<Explanation.Picture> times(double factor) {
    List<Explanation.Picture> pictures = new ArrayList<>();
    walls.values().forEach(wall -> wall.forEach(one -> pictures.add(adding(one, factor))));
    return pictures;
  }

  private static Explanation.Picture adding(Hung hung, double factor) {
    Explanation.Picture p = hung.picture();
    Explanation.Sample s = p.sample();
    Explanation.Sample sample =
        new Explanation.Sample(
            s.index(),
            hung.share() * factor,
            s.shape(),
            s.scores(),
            s.trueClasses(),
            s.predictedClasses());
    return new Explanation.Picture(
        p.ofClass(), sample, p.counted(), p.inputs(), p.target(), p.prediction());
  }
}
