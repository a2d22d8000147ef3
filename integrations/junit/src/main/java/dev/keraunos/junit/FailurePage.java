package dev.keraunos.junit;

import dev.keraunos.fixtures.Check;
import dev.keraunos.fixtures.FailureText;
import dev.keraunos.report.internal.Html;
import dev.keraunos.report.internal.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;

/** All checks of a model as a page beside the reports of the build. */
final class FailurePage {
  /** Where Maven and Gradle have reports, below a folder that is there in such a build. */
  private static final List<List<String>> FOLDERS =
      List.of(List.of("target", "surefire-reports"), List.of("build", "reports"));

  private FailurePage() {}

  /** Fails with five lines, and writes the page. */
  static void fail(FailureText failure) {
    Assertions.fail(failure + write(failure).map(file -> " All checks: " + file).orElse(""));
  }

  /** Writes the page; gives none where there is no such build or it cannot be written. */
  private static Optional<Path> write(FailureText failure) {
    for (List<String> folder : FOLDERS) {
      if (Files.isDirectory(Path.of(folder.get(0)))) {
        Path file = Path.of(folder.get(0), folder.get(1), "keraunos", fileName(failure.model()));
        try {
          Files.createDirectories(file.getParent());
          return Optional.of(Files.writeString(file, page(failure)));
        } catch (IOException e) {
          return Optional.empty(); // the five lines say what counts
        }
      }
    }
    return Optional.empty();
  }

  private static String fileName(String model) {
    return model.replaceAll("[^A-Za-z0-9.-]+", "_").replaceAll("^[._]+", "") + ".html";
  }

  private static String page(FailureText failure) {
    Html page = Html.of("<h1>%s</h1><pre class=\"wide\">", failure.model());
    failure.toString().lines().forEach(line -> page.add("%s\n", line));
    page.add("</pre><div class=\"wide\"><table><thead><tr><th>check</th><th>holds</th>");
    page.add("<th class=\"n\">largest difference</th><th class=\"n\">relative</th>");
    page.add("<th>what is wrong</th></tr></thead><tbody>");
    for (Check check : failure.checks()) {
      page.add(
          "<tr><th scope=\"row\">%s</th><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>",
          check.name(), check.ok() ? "yes" : "no", digits(check.maxAbs()), digits(check.maxRel()));
      page.add("<td>%s</td></tr>", check.message());
    }
    return Page.of(failure.model(), page.add("</tbody></table></div>"));
  }

  private static String digits(double x) {
    return Double.isNaN(x) ? "" : String.format(Locale.ROOT, "%.3g", x);
  }
}
