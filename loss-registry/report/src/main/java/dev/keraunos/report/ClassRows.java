package dev.keraunos.report;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.explain.Explanation.ClassShare;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which classes a table has, and what their cells say. */
record ClassRows(Explanation.Output output) {
  /** So many classes are shown all. */
  private static final int ALL = 1000;

  private static final int WORST = 100;
  private static final int PICTURED = 4;

  /** A part of a class that a table can show. */
  private static final double SHOWN = 5e-4;

  /** All classes, or of very many those that are found worst, in their order. */
  List<ClassShare> shown() {
    List<ClassShare> classes = output.classes();
    return classes.size() <= ALL
        ? classes
        : classes.stream()
            .filter(share -> share.positions() > 0)
            .sorted(Comparator.comparingDouble(share -> measure(share).orElse(-1.0)))
            .limit(WORST)
            .sorted(Comparator.comparingInt(ClassShare::index))
            .toList();
  }

  /** That classes are left out; empty where none is. */
  String note() {
    return output.classes().size() <= ALL
        ? ""
        : "the " + WORST + " of " + output.classes().size() + " classes that are found worst";
  }

  /** How well a class is found: recall of samples, else IoU. */
  Optional<Double> measure(ClassShare share) {
    return output.areSamples() ? share.recall() : share.iou();
  }

  /** True if it is known what classes are taken for, and how many of those predicted are right. */
  boolean areExclusive() {
    return output.classes().stream().anyMatch(share -> share.recall().isPresent());
  }

  /** The classes that have most of what is missed of one, with their parts of it. */
  String takenFor(ClassShare share) {
    List<String> parts = new ArrayList<>();
    for (Explanation.Taken taken : share.takenFor()) {
      double part = (double) taken.positions() / share.positions();
      if (part >= SHOWN) {
        parts.add(output.label(taken.index()) + " " + TextReport.percent(Optional.of(part)));
      }
    }
    return String.join(", ", parts);
  }

  /** Samples of the few classes that are found worst, those classes first. */
  List<Explanation.Picture> picturesOfWorst() {
    return output.classes().stream()
        .filter(share -> share.index() >= 0 && share.positions() > 0)
        .sorted(Comparator.comparingDouble(share -> measure(share).orElse(1.0)))
        .limit(PICTURED)
        .flatMap(
            share ->
                output.pictures().stream()
                    .filter(shown -> shown.ofClass().equals(Optional.of(share.index()))))
        .toList();
  }
}
