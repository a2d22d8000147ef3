package dev.keraunos.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.explain.Finding;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The order of what the text says: a finding, the equation, two more, the others if asked for. */
class TextReportTest {
  private static ExplanationReport report() {
    Explanation one = HtmlReportTest.explanation("mask");
    List<Finding> four =
        Stream.of("first", "second", "third", "fourth")
            .map(rule -> new Finding(rule, "mask", Map.of(), "the " + rule, List.of()))
            .toList();
    Explanation explanation =
        new Explanation(
            one.dialect(),
            one.loss(),
            one.training(),
            one.samples(),
            one.batches(),
            one.batching(),
            one.byBatch(),
            one.outputs(),
            one.penalties(),
            four,
            one.notes());
    return new ExplanationReport(explanation, "model.h5");
  }

  @Test
  void threeFindingsStandAroundTheEquation() {
    List<String> lines = report().text().lines().toList();
    assertEquals("the first", lines.get(0));
    assertTrue(lines.get(1).startsWith("loss 2 (mask of 'mask'); mask would have "), lines.get(1));
    assertEquals("* the second", lines.get(2));
    assertEquals("* the third", lines.get(3));
    assertEquals("1 more with --all", lines.get(4));
  }

  /** Not what its output adds, where there are several. */
  @Test
  void whatOtherPredictionsWouldGiveIsTheWholeLoss() {
    String text = report().text();
    assertTrue(text.contains("the whole loss if a class were predicted right, or wrong"), text);
  }

  @Test
  void allFindingsAreShownIfAskedFor() {
    String text = report().text(true);
    assertTrue(text.contains("* the fourth"), text);
    assertFalse(text.contains("with --all"), text);
  }
}
