package dev.keraunos.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The pages of the repository as sources of the site, all in one folder: their links, which lead
 * through the repository, lead to each other, and headings have the anchors that GitHub gives them.
 */
public final class Pages {
  private static final String SITE = "src/site/";

  /** Code stays as it is; the text of a link is on one line. */
  private static final Pattern CODE_OR_LINK =
      Pattern.compile("`[^`]*`(?!\\])|\\[((?:`[^`]*`|[^\\[\\]`])*)\\]\\(([^)\\s]+)\\)");

  private static final Pattern HEADING = Pattern.compile("(#+) +(.*)");

  private final Path root;
  private final Map<Path, String> names = new LinkedHashMap<>();

  private Pages(Path root) throws IOException {
    this.root = root;
    for (String name : new String[] {"README", "CONTRIBUTING", "CHANGELOG", "SECURITY"}) {
      names.put(root.resolve(name + ".md"), name + ".md");
    }
    names.put(root.resolve("fixtures/recorder/README.md"), "recorder.md");
    try (Stream<Path> pages = Files.list(root.resolve(SITE + "markdown"))) {
      pages.sorted().forEach(page -> names.put(page, page.getFileName().toString()));
    }
  }

  /**
   * Writes the sources of the site.
   *
   * @param arguments the root of the repository and the folder to write
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]).toRealPath();
    Path folder = Path.of(arguments[1]);
    new Pages(root).write(folder);
  }

  private void write(Path folder) throws IOException {
    Path markdown = Files.createDirectories(folder.resolve("markdown"));
    for (Map.Entry<Path, String> page : names.entrySet()) {
      Files.writeString(markdown.resolve(page.getValue()), rewritten(page.getKey()));
    }
    copy("site.xml", folder);
    copy("resources", folder);
  }

  private void copy(String name, Path folder) throws IOException {
    Path site = root.resolve(SITE);
    try (Stream<Path> files = Files.walk(site.resolve(name))) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Path copy = folder.resolve(site.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private String rewritten(Path page) throws IOException {
    StringBuilder text = new StringBuilder();
    boolean code = false;
    for (String line : Files.readAllLines(page)) {
      boolean fence = line.stripLeading().startsWith("```");
      code ^= fence;
      text.append(code || fence ? line : withLinks(page, withAnchor(line))).append('\n');
    }
    return text.toString();
  }

  private static String withAnchor(String line) {
    Matcher heading = HEADING.matcher(line);
    if (!heading.matches()) {
      return line;
    }
    String anchor =
        heading
            .group(2)
            .strip()
            .toLowerCase(Locale.ROOT)
            .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
            .replaceAll("[^\\p{L}\\p{N} _-]", "")
            .replace(' ', '-');
    return heading.group(1) + " <a id=\"" + anchor + "\"></a>" + heading.group(2);
  }

  private String withLinks(Path page, String line) {
    return CODE_OR_LINK
        .matcher(line)
        .replaceAll(found -> Matcher.quoteReplacement(withLink(page, found)));
  }

  private String withLink(Path page, MatchResult found) {
    if (found.group(2) == null || found.group(2).matches("([a-z]+:|#).*")) {
      return found.group();
    }
    String[] target = found.group(2).split("#", 2);
    Path file = page.resolveSibling(target[0]).normalize();
    Path resources = root.resolve(SITE + "resources");
    String name = names.get(file);
    if (name == null && file.startsWith(resources)) {
      name = resources.relativize(file).toString().replace('\\', '/');
    }
    if (name != null) {
      String anchor = target.length == 2 ? "#" + target[1] : "";
      return "[" + found.group(1) + "](" + name + anchor + ")";
    }
    String path = root.relativize(file).toString().replace('\\', '/');
    return found.group(1) + (found.group(1).contains(path) ? "" : " (`" + path + "`)");
  }
}
