package dev.keraunos.loss.internal.finding;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.text.Numbers;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Says which classes are found far less well than the others, and whether the loss shows it. */
final class Headlines {
  /** A class is rare if it has less than this part of what counts. */
  private static final double RARE = 0.1;

  /** A loss stays small below this part of what it is where all is wrong, or of itself. */
  private static final double SMALL = 0.05;

  /** A class hardly counts if more than this is what would let it count like the others. */
  private static final double WEIGHTY = 2;

  private static final int NAMED = 8;
  private static final double TINY = 1e-5;
  private static final MathContext DIGITS = new MathContext(3);

  private final Explanation.Output output;
  private final double loss;
  private final boolean sums;
  private final LowClasses classes;
  private final List<Explanation.ClassShare> low;

  private Headlines(Explanation.Output output, double loss, boolean sums, LowClasses classes) {
    this.output = output;
    this.loss = loss;
    this.sums = sums;
    this.classes = classes;
    this.low = classes.low();
  }

  /**
   * The headline of an output.
   *
   * @param loss of all outputs together
   * @param sums true if the reduction adds up the scores in place of averaging them
   */
  static Optional<Headlines> of(Explanation.Output output, double loss, boolean sums) {
    if (!Double.isFinite(loss) || !Double.isFinite(output.contribution())) {
      return Optional.empty();
    }
    return LowClasses.of(output.classes(), output.areSamples())
        .map(classes -> new Headlines(output, loss, sums, classes));
  }

  /** The classes that it is about. */
  List<Explanation.ClassShare> low() {
    return low;
  }

  String sentence() {
    boolean rare = countsPositions() && part(Explanation.ClassShare::coefficient) < RARE;
    Optional<String> share = rare ? Optional.empty() : share();
    String first =
        String.format(
            "%s %s%s, %s. ",
            capital(names()),
            has(low.size()) + " " + measure() + " " + range(low, classes.measure()),
            share.map(part -> " and " + makes() + " " + part).orElse(""),
            others(share.isPresent()));
    return first + (rare ? counted() + conclusion() : size() + range("With").orElse(""));
  }

  /** True if scores of positions add up to the loss, with no weight of a class inside it. */
  private boolean countsPositions() {
    return output.balanced().isPresent()
        && output.terms().stream().allMatch(term -> term.weight().isEmpty());
  }

  /** Why a rare class does not show: "The loss averages pixels, not classes, ...". */
  private String counted() {
    double weight = part(Explanation.ClassShare::coefficient);
    double size = part(Explanation.ClassShare::positions);
    boolean weighted = !Numbers.percent(weight).equals(Numbers.percent(size));
    return String.format(
        "The loss %s %s, not classes, and %s %s %s%s%s",
        sums ? "adds up" : "averages",
        output.unit(),
        names(),
        low.size() == 1 ? "is" : "are",
        count(),
        weighted ? ", " + Numbers.percent(weight) + " by weight" : "",
        range("with").map(text -> ": " + text.strip()).orElse("."));
  }

  private String size() {
    return (low.size() == 1 ? "It is " : "They are ") + count() + ".";
  }

  private String count() {
    long positions = low.stream().mapToLong(Explanation.ClassShare::positions).sum();
    long all = output.classes().stream().mapToLong(Explanation.ClassShare::positions).sum();
    String part = Numbers.percent(part(Explanation.ClassShare::positions));
    return positions + " of " + all + " " + output.unit() + " (" + part + ")";
  }

  /** What the low classes have of a number that all classes have parts of. */
  private double part(ToDoubleFunction<Explanation.ClassShare> number) {
    return classes.sum(number) / output.classes().stream().mapToDouble(number).sum();
  }

  /** What part of the loss the low classes make; empty if parts of other sign are in it. */
  private Optional<String> share() {
    double all = output.contribution();
    boolean oneSign =
        all != 0
            && output.unsplit() / all >= 0
            && output.classes().stream().allMatch(share -> share.byTrueClass() / all >= 0);
    String whole = isWhole() ? "the loss" : "what this output adds to the loss";
    return oneSign
        ? Optional.of(
            Numbers.percent(classes.sum(Explanation.ClassShare::byTrueClass) / all)
                + " of "
                + whole)
        : Optional.empty();
  }

  /** True if nothing but this output adds to the loss. */
  private boolean isWhole() {
    return output.contribution() == loss;
  }

  /** The loss where all of the classes are right, or wrong; those of several add up if it does. */
  private Optional<Double> changed(
      List<Explanation.ClassShare> of, Function<Explanation.ClassShare, Optional<Double>> to) {
    boolean adds = output.terms().stream().noneMatch(Explanation.Term::batchLevel);
    boolean known = of.stream().allMatch(share -> to.apply(share).isPresent());
    return known && (adds || of.size() == 1)
        ? Optional.of(
            loss + of.stream().mapToDouble(share -> to.apply(share).orElseThrow() - loss).sum())
        : Optional.empty();
  }

  private Optional<Double> allRight() {
    return changed(low, Explanation.ClassShare::lossIfRight);
  }

  private Optional<Double> allWrong() {
    return changed(low, Explanation.ClassShare::lossIfWrong);
  }

  private Optional<String> range(String with) {
    return allRight()
        .flatMap(
            right ->
                allWrong()
                    .map(
                        wrong ->
                            String.format(
                                " %s every one of them right %s would be %s, with every one"
                                    + " wrong %s.",
                                with,
                                isWhole() ? "the loss" : "the whole loss",
                                number(right),
                                number(wrong))));
  }

  /** That the loss cannot tell, if its numbers say so. */
  private String conclusion() {
    Optional<Double> all = changed(classes.all(), Explanation.ClassShare::lossIfWrong);
    boolean hidden =
        allRight().isPresent()
            && allWrong().isPresent()
            && allRight().get() <= allWrong().get()
            && (allWrong().get() <= SMALL * all.orElse(0.0)
                || allWrong().get() - allRight().get() <= SMALL * Math.abs(loss));
    return hidden ? " So a loss of " + number(loss) + " cannot show it." : "";
  }

  List<String> remedies() {
    List<String> remedies = new ArrayList<>();
    List<Explanation.ClassShare> all = classes.all();
    if (countsPositions()
        && low.stream().anyMatch(share -> share.equalWeight().orElse(0.0) > WEIGHTY)) {
      remedies.add(
          String.format(
              "class weights %s: every class then counts alike, and %s %s",
              weights(all),
              isWhole() ? "the loss is their balanced mean," : "the whole loss would be",
              number(loss - output.contribution() + output.balanced().get())));
    }
    if (all.stream().allMatch(share -> share.dice().isPresent())) {
      ToDoubleFunction<Explanation.ClassShare> dice = share -> 1 - share.dice().orElseThrow();
      remedies.add(
          String.format(
              "the Dice loss of each class, %s on the average: %s for %s, %s for %s",
              number(all.stream().mapToDouble(dice).average().orElse(0)),
              spread(low, dice, Headlines::number),
              names(),
              spread(classes.others(), dice, Headlines::number),
              classes.others().size() == 1 ? names(classes.others()) : "the others"));
    }
    remedies.add(
        String.format(
            "the mean %s of the classes, %s, where %s of all %s are right",
            measure(),
            Numbers.percent(all.stream().mapToDouble(classes.measure()).average().orElse(0)),
            Numbers.percent(right()),
            output.unit()));
    return remedies;
  }

  /** The part of the positions that is predicted right. */
  private double right() {
    double right = 0;
    for (Explanation.ClassShare share : classes.all()) {
      right += share.recall().orElse(0.0) * share.positions();
    }
    return right / output.classes().stream().mapToLong(Explanation.ClassShare::positions).sum();
  }

  private String weights(List<Explanation.ClassShare> all) {
    List<Explanation.ClassShare> told = all.size() > NAMED ? low : all;
    return told.stream()
        .limit(NAMED)
        .sorted((a, b) -> a.index() - b.index())
        .map(share -> share.index() + ": " + number(share.equalWeight().orElse(1.0)))
        .collect(Collectors.joining(", ", "{", all.size() > NAMED ? ", ...}" : "}"));
  }

  private String measure() {
    return measure(output);
  }

  /** What tells how well a class is found. */
  static String measure(Explanation.Output output) {
    return output.areSamples() ? "recall" : "IoU";
  }

  private String names() {
    return names(low);
  }

  static String names(List<Explanation.ClassShare> classes) {
    List<String> names =
        classes.stream()
            .sorted(Comparator.comparing(Explanation.ClassShare::index))
            .map(Explanation.ClassShare::label)
            .toList();
    int last = names.size() - 1;
    if (last == 0) {
      return "class " + names.get(0);
    }
    return last < NAMED
        ? "classes " + String.join(", ", names.subList(0, last)) + " and " + names.get(last)
        : String.format(
            "classes %s and %d more",
            String.join(", ", names.subList(0, NAMED)), names.size() - NAMED);
  }

  private static String has(int count) {
    return count == 1 ? "has" : "have";
  }

  private String makes() {
    return low.size() == 1 ? "makes" : "make";
  }

  private String others(boolean withVerb) {
    List<Explanation.ClassShare> others = classes.others();
    String who = others.size() == 1 ? names(others) : "the others";
    return who
        + (withVerb ? " " + has(others.size()) : "")
        + " "
        + range(others, classes.measure());
  }

  static String range(
      List<Explanation.ClassShare> of, ToDoubleFunction<Explanation.ClassShare> number) {
    return spread(of, number, Numbers::percent).replace(" % to ", " to ");
  }

  /** The least and the largest of some numbers, or the one that they are. */
  private static String spread(
      List<Explanation.ClassShare> of,
      ToDoubleFunction<Explanation.ClassShare> number,
      Function<Double, String> text) {
    String least = text.apply(of.stream().mapToDouble(number).min().orElse(0));
    String most = text.apply(of.stream().mapToDouble(number).max().orElse(0));
    return least.equals(most) ? least : least + " to " + most;
  }

  private static String number(double value) {
    BigDecimal rounded = new BigDecimal(value).round(DIGITS);
    return value != 0 && Math.abs(value) < TINY
        ? rounded.toString().replace('E', 'e')
        : rounded.toPlainString();
  }

  static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
