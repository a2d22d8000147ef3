package dev.keraunos.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links of the pages lead to files that are there, and to headings within them. */
class LinksTest {
  private static final Path ROOT = Repository.root();
  private static final Path SITE = ROOT.resolve("src/site/markdown");

  /** The part in brackets may hold code and pictures; the target has no spaces. */
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

  private static final Pattern CODE = Pattern.compile("```.*?```|`[^`\\n]*`", Pattern.DOTALL);
  private static final Pattern HEADING = Pattern.compile("^#+ +(.*)$", Pattern.MULTILINE);

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String name : List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")) {
      pages.add(ROOT.resolve(name));
    }
    pages.add(ROOT.resolve("fixtures/recorder/README.md"));
    try (Stream<Path> site = Files.list(SITE)) {
      site.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadSomewhere(Path page) throws IOException {
    List<String> dead = new ArrayList<>();
    Matcher link = LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll("code"));
    while (link.find()) {
      String[] target = link.group(1).split("#", 2);
      if (target[0].matches("[a-z]+:.*")) {
        continue;
      }
      Path file = target[0].isEmpty() ? page : page.resolveSibling(target[0]).normalize();
      boolean there = Files.exists(file) && file.startsWith(ROOT);
      if (!there || (target.length == 2 && !anchors(file).contains(target[1]))) {
        dead.add(link.group(1));
      }
    }
    assertEquals(List.of(), dead);
  }

  /** As GitHub makes them of headings. */
  private static Set<String> anchors(Path page) throws IOException {
    Set<String> anchors = new HashSet<>();
    Matcher heading = HEADING.matcher(Files.readString(page));
    while (heading.find()) {
      String words = heading.group(1).replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1");
      anchors.add(
          words
              .strip()
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^\\p{L}\\p{N} _-]", "")
              .replace(' ', '-'));
    }
    return anchors;
  }

  /** Who opens the index finds every page. */
  @Test
  void indexNamesEveryPage() throws IOException {
    String index = Files.readString(SITE.resolve("index.md"));
    try (Stream<Path> site = Files.list(SITE)) {
      List<String> missing =
          site.map(page -> page.getFileName().toString())
              .filter(name -> name.endsWith(".md") && !name.equals("index.md"))
              .filter(name -> !index.contains("(" + name))
              .sorted()
              .toList();
      assertEquals(List.of(), missing);
    }
  }

  /** Neither a page without a way to it nor an item without its page. */
  @Test
  void menuOfTheSiteNamesEveryPage() throws IOException {
    Set<String> named = new TreeSet<>();
    Matcher item =
        Pattern.compile("href=\"(\\w[\\w-]*)\\.html\"")
            .matcher(Files.readString(ROOT.resolve("src/site/site.xml")));
    while (item.find()) {
      named.add(item.group(1));
    }
    Set<String> there = new TreeSet<>();
    for (Path page : pages()) {
      boolean recorder = page.getParent().endsWith("recorder");
      there.add(recorder ? "recorder" : page.getFileName().toString().replace(".md", ""));
    }
    assertEquals(there, named);
  }

  /** Reports for machines are described where users are told what stays. */
  @Test
  void everySchemaIsNamed() throws IOException {
    String page = Files.readString(SITE.resolve("stability.md"));
    try (Stream<Path> files = Files.list(ROOT.resolve("src/site/resources"))) {
      List<String> missing =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".schema.json") && !page.contains("/" + name + ")"))
              .toList();
      assertEquals(List.of(), missing);
    }
  }

  /** What the page on messages quotes is what the sources say. */
  @Test
  void quotedMessagesAreInTheSources() throws IOException {
    String sources = sources();
    Set<String> unknown = new TreeSet<>();
    int found = 0;
    String page = Files.readString(SITE.resolve("troubleshooting.md"));
    for (String line : page.substring(0, page.indexOf("## Of others")).lines().toList()) {
      Matcher quoted = Pattern.compile("^\\| `([^`]+)` \\|").matcher(line);
      if (quoted.find()) {
        found++;
        for (String part : quoted.group(1).split("…", -1)) {
          if (!part.isBlank() && !sources.contains(part.strip())) {
            unknown.add(part);
          }
        }
      }
    }
    assertFalse(found == 0);
    assertEquals(Set.of(), unknown);
  }

  /** With texts that are written in parts in one. */
  private static String sources() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.toString().replace('\\', '/');
        if (name.contains("/src/main/java/") && name.endsWith(".java")) {
          all.append(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""));
        }
      }
    }
    return all.toString();
  }
}
