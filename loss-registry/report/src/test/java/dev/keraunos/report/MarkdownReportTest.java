package dev.keraunos.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Markdown, whatever names are in it. */
class MarkdownReportTest {
  private static final String HOSTILE =
      "# x\n\n| a | b |\n- [c](http://d.e) ![f](g) <img src=h> @user #1 **i** `j` $k$ :tada:"
          + " me@l.org www.m.n GH-2 \\ &lt; ~~o~~\u0007";

  /** The same as text that shows what it is. */
  private static final String SHOWN =
      "#<!-- --> x &#124; a &#124; b &#124; - \\[c\\](http:<!-- -->//d.e) !\\[f\\](g)"
          + " &lt;img src=h&gt; @<!-- -->user #<!-- -->1 \\*\\*i\\*\\* \\`j\\` \\$k\\$"
          + " :<!-- -->tada: me@<!-- -->l.org www<!-- -->.m.n GH<!-- -->-2 \\\\ &amp;lt;"
          + " \\~\\~o\\~\\~\ufffd";

  @Test
  void hostileNamesAreShownAsTheyAre() {
    String plain = new ExplanationReport(HtmlReportTest.explanation("NAME"), "NAME").markdown();
    String hostile = new ExplanationReport(HtmlReportTest.explanation(HOSTILE), HOSTILE).markdown();
    assertTrue(plain.contains("NAME"), plain);
    assertEquals(plain.replace("NAME", SHOWN), hostile);
  }

  @Test
  void everythingIsThere() {
    List<String> lines =
        new ExplanationReport(HtmlReportTest.explanation("mask"), "unet.h5")
            .markdown()
            .lines()
            .toList();
    assertEquals("## Loss of unet.h5", lines.get(0));
    assertEquals("**first mask**", lines.get(2));
    for (String line :
        List.of(
            "- remedy mask",
            "#### Share of each class",
            "| class | pixels | by class | share | by channel | mean score | IoU | loss if all"
                + " right | if all wrong |",
            "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
            "| mask (one number per batch) | mask | 3.00000 | 3.00000 |",
            "| reduction | () | 2.00000 | sum / number of scores of mask |",
            "| 0 | 2.00000 |")) {
      assertTrue(lines.contains(line), () -> line + " in " + lines);
    }
  }

  /** What would begin a list, a rule or a heading in front of a paragraph does not. */
  @ParameterizedTest
  @CsvSource({"1. a,1\\. a", "2),2\\)", "- a,\\- a", "+ a,\\+ a", "---,\\---", "-1.5 a,-1.5 a"})
  void noTextBeginsABlock(String text, String shown) {
    assertEquals(shown + "\n", new Markdown().paragraph(text).toString());
  }

  @Test
  void namesKeepNoLineOfTheirOwn() {
    String page =
        new Markdown()
            .table(List.of("a"), List.of(List.of("b\r\n\u2028\u0085c|\ud800")))
            .toString();
    assertFalse(page.contains("\r"), page);
    assertEquals("| a |\n|---|\n| b c&#124;\ufffd |\n", page);
  }
}
