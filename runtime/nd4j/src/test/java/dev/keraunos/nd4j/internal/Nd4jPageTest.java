package dev.keraunos.nd4j.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The table on the page is that of the engine. */
class Nd4jPageTest {
  private static final Path PAGE = Path.of("../../src/site/markdown/nd4j.md");
  private static final String HEAD = "| operation | by ND4J |";

  /** The property under which the page is written instead of compared. */
  private static final String WRITE = "keraunos.pages";

  @Test
  void pageIsThatOfTheTable() throws IOException {
    String text = Files.readString(PAGE);
    int table = text.indexOf(HEAD);
    String expected = text.substring(0, table) + Rows.ALL.page();
    if (System.getProperty(WRITE) != null) {
      Files.writeString(PAGE, expected);
      text = expected;
    }
    assertEquals(
        expected,
        text,
        "write the table anew: ./mvnw -pl runtime/nd4j -am test -Dtest=Nd4jPageTest -D"
            + WRITE
            + " -Dsurefire.failIfNoSpecifiedTests=false");
  }

  @Test
  void aFailureToLoadIsOneSentence() {
    String text = Library.explain(new ExceptionInInitializerError(new RuntimeException("a\nb")));
    assertTrue(text.startsWith("ND4J does not load (RuntimeException: a); put org.nd4j:"), text);
    assertFalse(text.contains("\n"));
    assertTrue(Library.failure().isEmpty());
  }
}
