package dev.keraunos.report;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.keraunos.loss.explain.Explanation;
import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * An explanation of a loss, to read.
 *
 * <pre>{@code
 * ExplanationReport report = new ExplanationReport(model.explainLoss(data, 16), "unet.h5");
 * Files.writeString(Path.of("report.html"), report.html());
 * }</pre>
 */
public final class ExplanationReport {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .registerModule(new Jdk8Module())
          .addMixIn(Explanation.Output.class, WithoutPictures.class);

  /** Of the JSON; what takes something away or changes its meaning counts it up. */
  private static final int VERSION = 1;

  /** Pictures are for the page. */
  @JsonIgnoreProperties("pictures")
  private interface WithoutPictures {}

  private final Explanation explanation;
  private final String title;

  /**
   * A report.
   *
   * @param title what was explained, such as the model's file
   */
  public ExplanationReport(Explanation explanation, String title) {
    this.explanation = explanation;
    this.title = title;
  }

  /**
   * Lines for a terminal, of at most 80 characters where names are short: what was found first;
   * ends with a newline.
   */
  public String text() {
    return text(false);
  }

  /**
   * The same.
   *
   * @param all whether to show every finding, not the first three alone
   */
  public String text(boolean all) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    new TextReport(out, all).print(explanation);
    out.flush();
    return text.toString();
  }

  /** One self-contained page of well-formed XHTML, without scripts or links to elsewhere. */
  public String html() {
    return new HtmlReport(explanation, title).render();
  }

  /**
   * GitHub's Markdown for a pull request: every finding, the equation and tables. Names in it are
   * escaped, so that they make no markup, links or mentions.
   */
  public String markdown() {
    return new MarkdownReport(explanation, title).render();
  }

  /** What {@code explanation.schema.json} describes: all but the pictures. */
  public String json() {
    ObjectNode json = JSON.createObjectNode().put("version", VERSION);
    json.setAll((ObjectNode) JSON.valueToTree(explanation));
    return json.toPrettyString();
  }
}
