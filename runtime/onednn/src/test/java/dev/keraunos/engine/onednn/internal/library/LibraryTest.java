package dev.keraunos.engine.onednn.internal.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LibraryTest {
  @Test
  void explainsAFailureInOneSentenceWithTheRemedy() {
    UnsatisfiedLinkError failure = new UnsatisfiedLinkError("no jnidnnl\nsearched a lot");
    String reason = Library.explain(failure, "linux-arm64", false);
    assertEquals(1, reason.lines().count());
    assertTrue(reason.contains("no jnidnnl"), reason);
    assertTrue(reason.contains("org.bytedeco:dnnl"), reason);
    assertTrue(reason.contains("linux-arm64"), reason);
    assertTrue(reason.contains("'reference'"), reason);
    assertFalse(reason.contains("module"), reason);
  }

  @Test
  void namesTheFlagOfTheModulePath() {
    String reason = Library.explain(new NoClassDefFoundError("Loader"), "linux-arm64", true);
    assertTrue(reason.contains("--add-modules ALL-MODULE-PATH"), reason);
  }
}
