package dev.keraunos.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Messages hold names from files, which may be anything. */
class KeraunosExceptionTest {
  private static String message(String text) {
    return new InputException(text).getMessage();
  }

  @Test
  void whatIsReadableStays() {
    String plain = "layer 'ä b': found 3 \\ $1;\n\tallowed: 4";
    assertEquals(plain, message(plain));
    assertNull(new KeraunosException(null).getMessage());
  }

  @Test
  void namesWithoutEndAreCut() {
    String cut = message("layer " + "x".repeat(60_000_000) + "y: found 1");
    assertTrue(cut.startsWith("layer xxx") && cut.endsWith("xxxy: found 1"), cut);
    assertTrue(cut.contains("...(60000002 characters)...") && cut.length() < 300, cut);
    assertTrue(message("word ".repeat(100_000)).length() < 21_000);
  }

  @Test
  void controlCharactersAreSpelledOut() {
    assertEquals("a\\u001b[2Jred\\u0007", message("a\u001b[2Jred\u0007"));
  }
}
