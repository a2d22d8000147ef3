package dev.keraunos.loss.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What follows from the numbers of an explanation, in sentences. */
final class Findings {
  /** A class is faint if it counts less than this part of what it would if all counted alike. */
  private static final double FAINT = 0.1;

  private final Explanation.Output output;
  private final double loss;
  private final List<String> found = new ArrayList<>();

  private Findings(Explanation.Output output, double loss) {
    this.output = output;
    this.loss = loss;
  }

  static List<String> of(Explanation.Output output, double loss) {
    Findings findings = new Findings(output, loss);
    findings.undefined();
    output.terms().forEach(findings::batchTerm);
    output.terms().forEach(findings::unsplit);
    findings.faintClasses();
    return findings.found;
  }

  private void undefined() {
    if (Double.isNaN(output.contribution())) {
      output.bySample().stream()
          .filter(part -> Double.isNaN(part.value()))
          .findFirst()
          .ifPresent(
              part ->
                  add(
                      "the loss is not a number because of %s",
                      part.to() - part.from() == 1
                          ? "sample " + part.from()
                          : "samples " + part.from() + " to " + (part.to() - 1)));
    }
  }

  private void batchTerm(Explanation.Term term) {
    if (term.batchLevel() && !term.weight().isEmpty()) {
      add(
          "'%s' is one number per batch, yet it is multiplied by %s at every position: it adds %s"
              + " whatever the error there (%s without the weight)",
          term.name(), term.weight(), number(term.value()), number(term.unweighted()));
    }
  }

  /** What of a term no class and no place adds, and what was held so that they add the rest. */
  private void unsplit(Explanation.Term term) {
    boolean placed = !term.byTrueClass().isEmpty() || output.classes().isEmpty();
    if (term.split().isPresent() && !term.split().get().fixed().isEmpty()) {
      Explanation.Split split = term.split().get();
      add(
          "'%s' is one number for many positions: what each adds is told with %s held at its value,"
              + " so other predictions would change the loss by more or less than that",
          term.name(), String.join(", ", split.fixed()));
    } else if (term.split().isEmpty() && placed && term.batchLevel()) {
      add(
          "'%s' couples the positions of a batch and is no sum over them: a class or place adds"
              + " what its scores are, which other positions may have caused; --what-if computes"
              + " what each class could change",
          term.name());
    } else if (term.split().isEmpty() && !placed) {
      add(
          "'%s' is one number for many positions and no sum over positions: what it adds, %s, is"
              + " not told apart by class or place; --what-if computes what each class could"
              + " change",
          term.name(), number(term.value()));
    }
  }

  /**
   * Classes that hardly count, though they do not make up most of the loss by some weight in it.
   */
  private void faintClasses() {
    List<Explanation.ClassShare> classes =
        output.classes().stream().filter(share -> share.equalWeight().isPresent()).toList();
    double all = classes.stream().mapToDouble(share -> Math.abs(share.byTrueClass())).sum();
    long positions = classes.stream().mapToLong(Explanation.ClassShare::positions).sum();
    for (Explanation.ClassShare share : classes) {
      boolean most = Math.abs(share.byTrueClass()) * 2 > all;
      if (share.equalWeight().get() * FAINT >= 1 && !most) {
        add(
            "class %d is faint: %d of %d positions, so its mean score %s enters the loss times"
                + " %s%s%s",
            share.index(),
            share.positions(),
            positions,
            number(share.meanScore().orElse(Double.NaN)),
            number(share.coefficient()),
            share.iou().map(iou -> ", whatever its IoU of " + percent(iou)).orElse(""),
            range(share));
      }
    }
    boolean weighted = output.terms().stream().anyMatch(term -> !term.weight().isEmpty());
    if (classes.size() > 1 && output.balanced().isPresent() && !weighted) {
      equalWeights(classes, output.balanced().get());
    }
  }

  private void equalWeights(List<Explanation.ClassShare> classes, double balanced) {
    List<String> weights = new ArrayList<>();
    classes.forEach(share -> weights.add(share.index() + ": " + number(share.equalWeight().get())));
    add(
        "weighting every position by its class, {%s}, would let every class count alike; the loss"
            + " would then be %s",
        String.join(", ", weights), number(loss - output.contribution() + balanced));
  }

  private String range(Explanation.ClassShare share) {
    Optional<Double> right = share.lossIfRight();
    Optional<Double> wrong = share.lossIfWrong();
    if (right.isEmpty() || wrong.isEmpty()) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        "; predicting it right everywhere would make the loss %s, wrong everywhere %s (it is %s)",
        number(right.get()),
        number(wrong.get()),
        number(loss));
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * part);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }

  private void add(String format, Object... values) {
    found.add(String.format(Locale.ROOT, format, values));
  }
}
