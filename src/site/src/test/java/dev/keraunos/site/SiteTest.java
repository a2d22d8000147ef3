package dev.keraunos.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The site as it was written: every link leads to a file and a place in it, every picture is there.
 */
class SiteTest {
  private static final Path SITE = Path.of("target/site");

  /** Javadoc's own: an anchor that it forgets, and licences that point to sources of libraries. */
  private static final String OF_JAVADOC = "apidocs/(constant-values.html|legal/.*)";

  /**
   * Methods, constants and fields of which nothing is said, here or where they are inherited from.
   */
  private static final String BARE =
      ":is(.method-details, .constant-details, .field-details) .detail"
          + ":not(:has(.block)):not(:has(dt:matches(Overrides|Specified by)))";

  private final Map<Path, Set<String>> anchors = new HashMap<>();

  @Test
  void linksLeadSomewhere() throws IOException {
    assertEquals(List.of(), dead(SITE));
  }

  @Test
  void publicTypesAreDocumented() throws IOException {
    Path list = Path.of("../it/src/test/resources/public-types.txt");
    List<String> missing =
        Files.readAllLines(list).stream()
            .map(type -> "apidocs/" + type.replace('.', '/') + ".html")
            .filter(page -> !Files.exists(SITE.resolve(page)))
            .toList();
    assertEquals(List.of(), missing);
    try (Stream<Path> pages = Files.walk(SITE.resolve("apidocs"))) {
      assertTrue(pages.noneMatch(page -> page.endsWith("internal")));
    }
  }

  /** The rules of Keras say in a sentence of their own what they are. */
  @Test
  void membersHaveComments() throws IOException {
    List<String> bare = new ArrayList<>();
    for (Path page : pages(SITE.resolve("apidocs/dev"))) {
      if (!page.endsWith("Quirk.html")) {
        for (Element member : Jsoup.parse(page).select(BARE)) {
          bare.add(page.getFileName() + "#" + member.id());
        }
      }
    }
    assertEquals(List.of(), bare);
  }

  @Test
  void wrongLinksAreFound(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("a.html"),
        "<p id='here'><a href='#here'/><a href='a.html#gone'/><a href='https://x/y'/>"
            + "<img src='gone.png'><a href='${project.url}'/>");
    assertEquals(
        List.of("a.html: a.html#gone", "a.html: gone.png", "a.html: ${project.url}"), dead(folder));
  }

  private List<String> dead(Path folder) throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : pages(folder)) {
      for (Element element : Jsoup.parse(page).select("[href], [src]")) {
        String link = element.hasAttr("href") ? element.attr("href") : element.attr("src");
        if (!link.matches("(https?|data|mailto|javascript):.*") && !leads(page, link)) {
          dead.add(folder.relativize(page) + ": " + link);
        }
      }
    }
    return dead;
  }

  private static List<Path> pages(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".html"))
          .filter(file -> !folder.relativize(file).toString().matches(OF_JAVADOC))
          .sorted()
          .toList();
    }
  }

  private boolean leads(Path page, String link) throws IOException {
    String[] target = link.split("#", 2);
    Path file = target[0].isEmpty() ? page : page.resolveSibling(target[0]).normalize();
    if (target.length == 1 || target[1].isEmpty()) {
      return Files.isRegularFile(file);
    }
    String anchor = URLDecoder.decode(target[1], StandardCharsets.UTF_8);
    return Files.isRegularFile(file) && anchors(file).contains(anchor);
  }

  private Set<String> anchors(Path page) throws IOException {
    Set<String> known = anchors.get(page);
    if (known == null) {
      known =
          Jsoup.parse(page).select("[id], a[name]").stream()
              .flatMap(element -> Stream.of(element.id(), element.attr("name")))
              .collect(Collectors.toSet());
      anchors.put(page, known);
    }
    return known;
  }
}
