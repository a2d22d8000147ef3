package dev.keraunos.loss.internal.finding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page of what Keraunos can tell says what the rules say. */
class FindingPageTest {
  private static final Path PAGE = Path.of("../src/site/markdown/what-keraunos-can-tell.md");

  /** The property under which the page is written instead of compared. */
  private static final String WRITE = "keraunos.pages";

  @Test
  void pageIsThatOfTheRules() throws IOException {
    if (System.getProperty(WRITE) != null) {
      Files.writeString(PAGE, Rules.page());
    }
    assertEquals(
        Rules.page(),
        Files.readString(PAGE),
        "write the page anew: ./mvnw -pl loss-registry -am test -Dtest=FindingPageTest -D"
            + WRITE
            + " -Dsurefire.failIfNoSpecifiedTests=false");
  }
}
