package dev.keraunos.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LibraryTest {
  @Test
  void explainsAFailureInOneSentenceWithTheRemedy() {
    String reason = Library.explain(new UnsatisfiedLinkError("no jnidnnl\nsearched a lot"));
    assertEquals(1, reason.lines().count());
    assertTrue(reason.contains("no jnidnnl"), reason);
    assertTrue(reason.contains("org.bytedeco:dnnl"), reason);
    assertTrue(reason.contains("'reference'"), reason);
  }
}
