package dev.keraunos.loss.internal.finding;

import static dev.keraunos.loss.internal.finding.Rule.needs;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.evidence.Labels;
import dev.keraunos.loss.internal.finding.Rule.Need;
import dev.keraunos.loss.internal.reduce.Reduction;
import dev.keraunos.loss.internal.text.Numbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Classes that are found badly, or never. */
final class ClassRules {
  static final Rule NEVER_PREDICTED =
      Rule.of(
          "class-never-predicted",
          needs(Need.TARGETS, Need.PREDICTIONS, Need.SCORES),
          "Classes of at least three positions that are predicted nowhere, and at least one that is"
              + " predicted.",
          "class 1 (36 of 1536 pixels) is never predicted. Accuracy 0.977 is the share of class 0;"
              + " the loss 0.112 is no better than guessing the class shares (0.111)",
          ClassRules::never);

  static final Rule FARES_BADLY =
      Rule.of(
          "class-fares-badly",
          needs(Need.TARGETS, Need.PREDICTIONS, Need.SCORES, Need.LOSS_AGAIN),
          "Classes at least 15 points of IoU (of recall, for samples) below the mean of the others,"
              + " which is at least 50 %. However much of the loss they make.",
          "Class 4 has IoU 23 %, the others 98 to 99.9 %. The loss averages pixels, not classes,"
              + " and class 4 is 512 of 32768 pixels (1.6 %)",
          ClassRules::badly);

  static final Rule TAKEN =
      Rule.of(
          "class-taken-for-another",
          needs(Need.TARGETS, Need.PREDICTIONS),
          "A class that fares badly, or is never predicted beside two others or more, and a tenth"
              + " of its positions or more is taken for one other class.",
          "73 % of class 4 is taken for class 0",
          ClassRules::taken);

  static final Rule NUMBERED_OTHERWISE =
      Rule.of(
          "labels-numbered-otherwise",
          needs(Need.TARGETS, Need.PREDICTIONS),
          "At least 20 positions, at most a fifth of them right, and six tenths or more of each"
              + " class are taken for one other, a different one for each.",
          "every class is taken for another one (0 for 2, 1 for 0, 2 for 1): the targets are"
              + " numbered otherwise than those that the model learnt; number them as in training",
          ClassRules::permuted);

  static final Rule FIRST_ABSENT =
      Rule.of(
          "first-class-absent",
          needs(Need.TARGETS, Need.PREDICTIONS),
          "Class 0 of three or more has no position and is never predicted, and all others have"
              + " three positions or more.",
          "no target is of class 0, and none is predicted to be: if the labels count from 1, the"
              + " output 'kind' has a unit more than it needs",
          ClassRules::firstAbsent);

  static final Rule LABEL_FARES_BADLY =
      Rule.of(
          "label-fares-badly",
          needs(Need.TARGETS, Need.PREDICTIONS, Need.SCORES),
          "The same of labels, of which a position may have several or none, each decided at 0.5.",
          "Label 3 has IoU 25 %, the others 99 to 100 %. It is there at 24 of 6144 pixels (0.4 %),"
              + " and its errors make 71 % of the loss",
          ClassRules::label);

  static final Rule LABEL_NEVER_PREDICTED =
      Rule.of(
          "label-never-predicted",
          needs(Need.TARGETS, Need.PREDICTIONS),
          "Labels, of which a position may have several or none, that are there at three positions"
              + " at least; each is decided at 0.5, or at 0 where predictions are logits.",
          "none of the 12 labels is ever predicted, though 67 of 1440 are there. binary_accuracy"
              + " 0.953 is the share of those that are not",
          ClassRules::labelNever);

  private static final int FEW = 3;
  private static final double SAME = 1e-6;
  private static final double NO_BETTER = 0.98;
  private static final double MANY = 0.1;
  private static final double MOSTLY = 0.6;
  private static final double HARDLY = 0.2;
  private static final int ENOUGH = 20;
  private static final int NAMED = 4;

  private ClassRules() {}

  private static List<Explanation.ClassShare> unseen(Case c) {
    List<Explanation.ClassShare> classes = c.classes();
    boolean known = classes.size() > 1 && classes.stream().allMatch(k -> k.recall().isPresent());
    return known
        ? classes.stream().filter(k -> k.precision().isEmpty() && k.positions() >= FEW).toList()
        : List.of();
  }

  private static Optional<Headlines> headline(Case c) {
    return Headlines.of(c.output(), c.whole().loss(), c.setup().mode() == Reduction.Mode.SUM);
  }

  private static Optional<Said> never(Case c) {
    List<Explanation.ClassShare> unseen = unseen(c);
    if (unseen.isEmpty() || unseen.size() == c.classes().size()) {
      return Optional.empty();
    }
    long positions = unseen.stream().mapToLong(Explanation.ClassShare::positions).sum();
    long all = c.classes().stream().mapToLong(Explanation.ClassShare::positions).sum();
    Said said = new Said().with("positions", positions).with("of", all);
    said.advise(
        headline(c)
            .filter(h -> unseen.containsAll(h.low()))
            .map(Headlines::remedies)
            .orElse(List.of()));
    boolean one = unseen.size() == 1;
    return said.say(
        "%s (%d of %d %s) %s never predicted%s%s",
        Headlines.names(unseen),
        positions,
        all,
        c.output().unit(),
        one ? "is" : "are",
        accuracy(c, said),
        guessing(c, said));
  }

  /** That an accuracy is the share of the largest class. */
  private static String accuracy(Case c, Said said) {
    Explanation.ClassShare largest =
        c.classes().stream()
            .max(Comparator.comparingLong(Explanation.ClassShare::positions))
            .orElseThrow();
    long all = c.classes().stream().mapToLong(Explanation.ClassShare::positions).sum();
    double share = (double) largest.positions() / all;
    for (Map.Entry<String, Double> entry : c.whole().result().entrySet()) {
      boolean same = Math.abs(entry.getValue() - share) < SAME;
      if (same && entry.getKey().contains("acc")) {
        said.with("accuracy", share);
        return ". Accuracy " + Numbers.rounded(share) + " is the share of class " + largest.label();
      }
    }
    return "";
  }

  private static String guessing(Case c, Said said) {
    return c.output()
        .baseline()
        .filter(base -> c.value() >= NO_BETTER * base.value())
        .map(
            base -> {
              said.with("loss", c.value()).with("guessing", base.value());
              return "; the loss "
                  + Numbers.rounded(c.value())
                  + " is no better than "
                  + base.guess()
                  + " ("
                  + Numbers.rounded(base.value())
                  + ")";
            })
        .orElse("");
  }

  private static Optional<Said> labelNever(Case c) {
    Labels labels = c.evidence().labels();
    if (!labels.isKnown()) {
      return Optional.empty();
    }
    List<Integer> missed = labels.neverPredicted(FEW);
    long there = labels.count();
    long all = labels.positions() * c.width();
    if (missed.isEmpty()) {
      return Optional.empty();
    }
    boolean none = labels.arePredicted() == 0;
    boolean one = missed.size() == 1;
    String which =
        none
            ? "none of the " + c.width() + " labels is"
            : (one ? "label " : "labels ")
                + Numbers.some(longs(missed), missed.size())
                + (one ? " is" : " are");
    Said said = new Said().with("labels", missed.size()).with("there", there).with("of", all);
    return said.say(
        "%s %s predicted, though %d of %d are there%s",
        which,
        none ? "ever" : "never",
        none ? there : labels.count(missed),
        none ? all : labels.positions() * missed.size(),
        none ? share(c, said, 1 - (double) there / all) : "");
  }

  private static List<Long> longs(List<Integer> indices) {
    return indices.stream().map(Integer::longValue).toList();
  }

  private static String share(Case c, Said said, double share) {
    for (Map.Entry<String, Double> entry : c.whole().result().entrySet()) {
      if (entry.getKey().contains("acc") && Math.abs(entry.getValue() - share) < SAME) {
        said.with("accuracy", share);
        return ". "
            + entry.getKey()
            + " "
            + Numbers.rounded(share)
            + " is the share of those that are not";
      }
    }
    return "";
  }

  private static Optional<Said> label(Case c) {
    Labels labels = c.evidence().labels();
    return labels.isKnown()
        ? LowClasses.of(labels.of(c.output().classes()), c.output().areSamples())
            .flatMap(found -> label(c, labels, found))
        : Optional.empty();
  }

  private static Optional<Said> label(Case c, Labels labels, LowClasses found) {
    Said said = new Said();
    found.low().forEach(k -> said.with("label " + k.index(), found.measure().applyAsDouble(k)));
    boolean one = found.low().size() == 1;
    double there = found.sum(Explanation.ClassShare::positions);
    double share = found.sum(k -> k.byChannel().orElse(Double.NaN)) / c.output().contribution();
    said.with("there", there).with("of", labels.positions());
    said.advise(
        List.of(
            String.format(
                "the mean %s of the labels, %s",
                Headlines.measure(c.output()),
                Numbers.percent(
                    found.all().stream().mapToDouble(found.measure()).average().orElse(0)))));
    return said.say(
        "%s %s %s %s, %s %s. %s there at %d of %d %s (%s)%s",
        Headlines.capital(
            Headlines.names(found.low()).replaceFirst("^class(es)?", one ? "label" : "labels")),
        one ? "has" : "have",
        Headlines.measure(c.output()),
        Headlines.range(found.low(), found.measure()),
        found.others().size() == 1 ? "the other" : "the others",
        Headlines.range(found.others(), found.measure()),
        one ? "It is" : "They are",
        (long) there,
        labels.positions(),
        c.output().unit(),
        Numbers.percent(there / labels.positions()),
        share >= 0 && share <= 1
            ? ", and "
                + (one ? "its" : "their")
                + " errors make "
                + Numbers.percent(share)
                + " of the loss"
            : "");
  }

  private static Optional<Said> taken(Case c) {
    List<Explanation.ClassShare> low =
        headline(c).map(Headlines::low).orElse(c.classes().size() > 2 ? unseen(c) : List.of());
    Said said = new Said();
    List<String> parts = new ArrayList<>();
    for (Explanation.ClassShare share : low.subList(0, Math.min(FEW, low.size()))) {
      for (Explanation.Taken taken :
          share.takenFor().subList(0, Math.min(1, share.takenFor().size()))) {
        double part = (double) taken.positions() / share.positions();
        if (part >= MANY) {
          said.with("class " + share.index() + " as " + taken.index(), part);
          parts.add(
              Numbers.percent(part)
                  + " of "
                  + Headlines.names(List.of(share))
                  + " is taken for "
                  + "class "
                  + c.output().label(taken.index()));
        }
      }
    }
    return parts.isEmpty() ? Optional.empty() : said.say("%s", String.join(", ", parts));
  }

  private static Optional<Said> permuted(Case c) {
    List<Explanation.ClassShare> classes = c.classes();
    long all = classes.stream().mapToLong(Explanation.ClassShare::positions).sum();
    Set<Integer> others = new HashSet<>();
    List<String> parts = new ArrayList<>();
    double right = 0;
    for (Explanation.ClassShare share : classes) {
      if (share.takenFor().isEmpty()) {
        return Optional.empty();
      }
      Explanation.Taken most = share.takenFor().get(0);
      boolean distinct = others.add(most.index());
      if (!distinct || most.positions() < MOSTLY * share.positions()) {
        return Optional.empty();
      }
      right += share.recall().orElse(1.0) * share.positions();
      parts.add(share.label() + " for " + c.output().label(most.index()));
    }
    boolean asks = classes.size() > 1 && all >= ENOUGH && right <= HARDLY * all;
    return !asks
        ? Optional.empty()
        : new Said()
            .with("right", right / all)
            .say(
                "every class is taken for another one (%s): the targets are numbered otherwise than"
                    + " those that the model learnt; number them as in training",
                parts.size() <= NAMED
                    ? String.join(", ", parts)
                    : String.join(", ", parts.subList(0, NAMED)) + ", ...");
  }

  private static Optional<Said> firstAbsent(Case c) {
    List<Explanation.ClassShare> all = c.output().classes();
    List<Explanation.ClassShare> there = c.classes();
    boolean asks =
        c.width() > 2
            && there.size() == c.width() - 1
            && all.get(0).index() == 0
            && all.get(0).positions() == 0
            && all.get(0).precision().isEmpty()
            && there.stream().allMatch(k -> k.positions() >= FEW && k.recall().isPresent());
    return !asks
        ? Optional.empty()
        : new Said()
            .with("channels", c.width())
            .say(
                "no target is of class 0, and none is predicted to be: if the labels count from 1,"
                    + " the output '%s' has a unit more than it needs",
                c.name());
  }

  private static Optional<Said> badly(Case c) {
    List<Explanation.ClassShare> unseen = unseen(c);
    return headline(c)
        .filter(h -> !unseen.containsAll(h.low()))
        .flatMap(
            h -> {
              Said said = new Said().advise(h.remedies());
              for (Explanation.ClassShare share : h.low()) {
                share.iou().ifPresent(iou -> said.with("iou of class " + share.index(), iou));
              }
              return said.say("%s", h.sentence());
            });
  }
}
