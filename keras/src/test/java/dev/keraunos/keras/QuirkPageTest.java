package dev.keraunos.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page of what changed in which Keras says what the table of quirks says. */
class QuirkPageTest {
  private static final Path PAGE = Path.of("../src/site/markdown/keras-versions.md");

  /** The property under which the page is written instead of compared. */
  private static final String WRITE = "keraunos.pages";

  @Test
  void pageIsThatOfTheTable() throws IOException {
    if (System.getProperty(WRITE) != null) {
      Files.writeString(PAGE, QuirkPage.text());
    }
    assertEquals(
        QuirkPage.text(),
        Files.readString(PAGE),
        "write the page anew: ./mvnw -pl keras -am test -Dtest=QuirkPageTest -D"
            + WRITE
            + " -Dsurefire.failIfNoSpecifiedTests=false");
  }
}
