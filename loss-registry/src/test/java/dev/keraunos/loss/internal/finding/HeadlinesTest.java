package dev.keraunos.loss.internal.finding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keraunos.loss.explain.Explanation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which loss the sentence on a class speaks of: the whole one, which other outputs add to. */
class HeadlinesTest {
  private static Explanation.ClassShare share(int index, long positions, double iou) {
    Optional<Double> measure = Optional.of(iou);
    return new Explanation.ClassShare(
        index,
        Optional.empty(),
        positions,
        positions / 1000.0,
        0.1,
        Optional.empty(),
        Optional.of(0.1),
        measure,
        measure,
        measure,
        List.of(),
        Optional.empty(),
        Optional.of(2.4),
        Optional.of(2.6),
        Optional.of(1000.0 / 3 / positions));
  }

  /** An output that adds 0.3, with a rare class that is found badly. */
  private static Headlines of(double loss) {
    List<Explanation.ClassShare> classes =
        List.of(share(0, 490, 0.99), share(1, 490, 0.98), share(2, 20, 0.2));
    Explanation.Output output =
        new Explanation.Output(
            "mask",
            "binary_crossentropy",
            1,
            0.3,
            0.3,
            "pixels",
            "",
            List.of(),
            List.of(),
            classes,
            0,
            Optional.of(0.5),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty(),
            List.of(),
            List.of());
    return Headlines.of(output, loss, false).orElseThrow();
  }

  @Test
  void twoOutputsHaveAWholeLoss() {
    Headlines headline = of(2.5);
    assertEquals(
        "Class 2 has IoU 20 %, the others 98 to 99 %. The loss averages pixels, not classes, and"
            + " class 2 is 20 of 1000 pixels (2 %): with every one of them right the whole loss"
            + " would be 2.40, with every one wrong 2.60.",
        headline.sentence());
    assertEquals(
        "class weights {0: 0.680, 1: 0.680, 2: 16.7}: every class then counts alike, and the whole"
            + " loss would be 2.70",
        headline.remedies().get(0));
  }

  @Test
  void oneOutputHasTheLoss() {
    Headlines headline = of(0.3);
    assertEquals(
        "class weights {0: 0.680, 1: 0.680, 2: 16.7}: every class then counts alike, and the loss"
            + " is their balanced mean, 0.5",
        headline.remedies().get(0));
  }
}
