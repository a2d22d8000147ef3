package dev.keraunos.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.explain.Finding;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The page as a parser, and as a browser sees it. */
class HtmlReportTest {
  private static final String HOSTILE = "</style><script>alert('1')</script>\"&amp;\u0007";
  private static final Map<Browser.Scheme, Integer> BARS =
      Map.of(Browser.Scheme.LIGHT, 0x1f5a94, Browser.Scheme.DARK, 0x79b4ea);
  private static final Map<Browser.Scheme, Integer> TRACKS =
      Map.of(Browser.Scheme.LIGHT, 0xe4e4e4, Browser.Scheme.DARK, 0x36383c);
  private static final int BLACK = 0x000000;
  private static final int WHITE = 0xffffff;
  private static final int ORANGE = 0xe69f00;

  private static final Explanation.Sample SAMPLE =
      new Explanation.Sample(
          0,
          2,
          List.of(2L, 2L),
          new float[] {0, 1, 1, 0},
          new int[] {0, 0, 1, 1},
          new int[] {0, 1, 0, 1});

  @TempDir Path folder;

  private static Explanation.ClassShare share(int index, double value) {
    Optional<Double> some = Optional.of(value);
    return new Explanation.ClassShare(
        index,
        Optional.of("class of " + value),
        2,
        0.5,
        value,
        some,
        some,
        some,
        some,
        some,
        List.of(new Explanation.Taken(1 - index, 1)),
        some,
        index == 0 ? some : Optional.empty(),
        some,
        some);
  }

  /** A loss of 2 by two classes of which the first adds three times the second, with its sign. */
  static Explanation explanation(String name) {
    return explanation(name, 3, -1);
  }

  /** A loss by two classes, each of which has a sample. */
  private static Explanation explanation(String name, double first, double second) {
    double loss = first + second;
    Explanation.Output output =
        new Explanation.Output(
            name,
            name,
            1,
            loss,
            loss,
            "pixels",
            "the largest channel decides",
            List.of(
                new Explanation.Stage(name, "(?, 2, 2)", 2, name),
                new Explanation.Stage("reduction", "()", 2, "sum / number of scores of " + name)),
            List.of(
                new Explanation.Term(
                    name,
                    name,
                    true,
                    3,
                    3,
                    List.of(),
                    List.of(),
                    Optional.of(
                        new Explanation.Split(1, List.of(3.0, -1.0), List.of(), List.of(name)))),
                new Explanation.Term(
                    "b", "", false, -1, -1, List.of(), List.of(), Optional.empty())),
            List.of(share(0, first), share(1, second)),
            0,
            Optional.of(2.0),
            List.of(new Explanation.Part(0, 1, first), new Explanation.Part(1, 2, second)),
            List.of(
                new Explanation.Region(List.of(0L, 0L), List.of(1L, 2L), 1),
                new Explanation.Region(List.of(1L, 0L), List.of(2L, 2L), 1)),
            List.of(SAMPLE),
            List.of(),
            Optional.of(new Explanation.Baseline(3, name)),
            List.of(new Explanation.Channel(0, 2, 2, 3, 1)),
            List.of("a note of " + name));
    return new Explanation(
        name,
        loss,
        false,
        2,
        1,
        name,
        List.of(new Explanation.Part(0, 1, 2)),
        List.of(output),
        List.of(new Explanation.Penalty(name, "weight", 0)),
        List.of(
            new Finding(name, name, Map.of(name, 1.0), "first " + name, List.of("remedy " + name))),
        List.of(name));
  }

  private static Document parse(String page) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void everythingIsInThePageAndEscaped() throws Exception {
    Document page = parse(new HtmlReport(explanation(HOSTILE), HOSTILE).render());
    assertEquals(0, page.getElementsByTagName("script").getLength());
    String shown = HOSTILE.replace('\u0007', '\ufffd');
    assertEquals("Loss of " + shown, page.getElementsByTagName("title").item(0).getTextContent());
    NodeList all = page.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      assertTrue(
          Set.of("link", "iframe", "object").stream().noneMatch(element.getTagName()::equals));
      assertTrue(element.getAttribute("href").isEmpty());
      String source = element.getAttribute("src");
      assertTrue(source.isEmpty() || source.startsWith("data:image/png;base64,"), source);
      assertFalse(element.getAttribute("style").contains("url("));
    }
    String style = page.getElementsByTagName("style").item(0).getTextContent();
    assertFalse(style.contains("url(") || style.contains("@import"), style);
  }

  @Test
  void theHeadlineComesBeforeAllElse() throws Exception {
    Document page = parse(new HtmlReport(explanation(HOSTILE), HOSTILE).render());
    Element first = (Element) page.getElementsByTagName("body").item(0).getFirstChild();
    String shown = HOSTILE.replace('\u0007', '\ufffd');
    assertEquals("first " + shown, first.getFirstChild().getTextContent());
    assertEquals("remedy " + shown, first.getElementsByTagName("li").item(0).getTextContent());
  }

  /** As the bars of the text are: a full one is the whole loss. */
  @Test
  void barsOfClassesAreTheirShares() throws Exception {
    Document page = parse(new HtmlReport(explanation("mask", 3, 1), "model.h5").render());
    assertEquals(List.of("plus 75.0%", "plus 25.0%"), bars(page).subList(0, 2));
  }

  @Test
  void whatLowersTheLossIsSaidTo() throws Exception {
    Document page = parse(new HtmlReport(explanation("mask", -3, -1), "model.h5").render());
    assertEquals(List.of("minus 75.0%", "minus 25.0%"), bars(page).subList(0, 2));
    String texts = texts(page, "p");
    assertTrue(texts.contains("Striped bars are below zero: they lower the loss."), texts);
    assertTrue(texts.contains("The loss is lowered least by sample 1: -1.00000."), texts);
  }

  @Test
  void outputsAreQuoted() throws Exception {
    Document page = parse(new HtmlReport(explanation("mask"), "model.h5").render());
    assertEquals("Output 'mask' adds 2.00000", texts(page, "h2"));
  }

  /** Kinds and widths. */
  private static List<String> bars(Document page) {
    List<String> bars = new ArrayList<>();
    NodeList all = page.getElementsByTagName("div");
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      if (element.getAttribute("style").startsWith("width:")) {
        bars.add(
            element.getAttribute("class") + element.getAttribute("style").replace("width:", " "));
      }
    }
    return bars;
  }

  private static String texts(Document page, String tag) {
    List<String> texts = new ArrayList<>();
    NodeList all = page.getElementsByTagName(tag);
    for (int i = 0; i < all.getLength(); i++) {
      texts.add(all.item(i).getTextContent());
    }
    return String.join("\n", texts);
  }

  @Test
  void theStageDiagramShowsEveryShapeAndValue() throws Exception {
    Document page = parse(new HtmlReport(explanation("mask"), "model.h5").render());
    List<String> texts = new ArrayList<>();
    NodeList all = page.getElementsByTagName("text");
    for (int i = 0; i < all.getLength(); i++) {
      texts.add(all.item(i).getTextContent());
    }
    assertTrue(texts.contains("shape (?, 2, 2)"), texts::toString);
    assertTrue(texts.contains("sum / number of scores of mask"), texts::toString);
    assertTrue(texts.contains("value 2.00000"), texts::toString);
    assertTrue(texts.contains("mask, times mask, one number per batch"), texts::toString);
  }

  @ParameterizedTest
  @CsvSource({"360, LIGHT", "400, DARK", "1100, LIGHT", "1280, LIGHT", "360, DARK", "1280, DARK"})
  void aBrowserShowsBarsAndMapsWithoutOverflow(int width, Browser.Scheme scheme) throws Exception {
    Optional<Path> browser = Browser.find();
    assumeTrue(browser.isPresent(), "no headless Chromium is installed");
    String html = new HtmlReport(explanation("mask"), "model.h5").render();
    Browser.Shot shot = Browser.show(browser.get(), html, width, scheme, folder);
    assertTrue(shot.contentWidth() <= width, () -> shot.contentWidth() + " of " + width);
    assertTrue(colours(shot.image()).size() > 20, "the page is all but blank");
    Rectangle full = shot.places().get("bar 0");
    Rectangle third = shot.places().get("bar 1");
    int bar = BARS.get(scheme);
    int track = TRACKS.get(scheme);
    assertEquals(bar, shot.at(full, 0.95, 0.5));
    assertEquals(3 * third.width, full.width, 3, "widths are as the numbers are");
    assertEquals(track, shot.at(full.x + third.width + 9, (int) third.getCenterY()));
    assertEquals(
        Set.of(bar, track), Set.copyOf(row(shot, third, bar, track)), "a negative bar is striped");
    Rectangle map = shot.places().get("map 3");
    assertEquals(map.width, map.height, 1);
    assertEquals(BLACK, shot.at(map, 0.25, 0.25));
    assertEquals(WHITE, shot.at(map, 0.75, 0.25));
    assertEquals(WHITE, shot.at(map, 0.25, 0.75));
    assertEquals(BLACK, shot.at(shot.places().get("map 1"), 0.75, 0.25), "true class");
    assertEquals(ORANGE, shot.at(shot.places().get("map 2"), 0.75, 0.25), "predicted class");
    assertOutlined(shot, shot.places().get("map 0"), shot.places().get(".mark 0"));
    assertOutlined(shot, map, shot.places().get(".mark 2"));
    assertTrue(shot.places().get("svg.diagram 0").getMaxX() <= width);
  }

  /** A place that adds most, the upper half here, has a line that is black and white. */
  private static void assertOutlined(Browser.Shot shot, Rectangle map, Rectangle mark) {
    assertEquals(map.width, mark.width, 3);
    assertEquals(map.height, 2 * mark.height, 3);
    Set<Integer> colours = new HashSet<>();
    for (int x = mark.x - 2; x < mark.x + 3; x++) {
      colours.add(shot.at(x, (int) mark.getCenterY()));
    }
    assertTrue(colours.containsAll(Set.of(BLACK, WHITE)), colours::toString);
  }

  /** The two colours of stripes, blends between them left out. */
  private static List<Integer> row(Browser.Shot shot, Rectangle place, int bar, int track) {
    List<Integer> colours = new ArrayList<>();
    for (int x = place.x + 1; x < place.getMaxX() - 1; x++) {
      int colour = shot.at(x, (int) place.getCenterY());
      if (colour == bar || colour == track) {
        colours.add(colour);
      }
    }
    return colours;
  }

  private static Set<Integer> colours(BufferedImage image) {
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y += 2) {
      for (int x = 0; x < image.getWidth(); x += 2) {
        colours.add(image.getRGB(x, y));
      }
    }
    return colours;
  }
}
