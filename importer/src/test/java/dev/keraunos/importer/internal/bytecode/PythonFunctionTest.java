package dev.keraunos.importer.internal.bytecode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions that Python 3.6 to 3.13 compiled. */
class PythonFunctionTest {
  private static final int PYTHONS = 8;

  /** A source with what it reads as, or a pattern of its refusal, and its code by Python. */
  record Case(JsonNode json) {
    List<byte[]> codes() {
      List<byte[]> codes = new ArrayList<>();
      json.path("code").forEach(code -> codes.add(Base64.getDecoder().decode(code.asText())));
      return codes;
    }

    @Override
    public String toString() {
      return json.path("source").asText();
    }
  }

  private static List<Case> cases(String key) throws IOException {
    List<Case> cases = new ArrayList<>();
    try (InputStream stream = PythonFunctionTest.class.getResourceAsStream("functions.json")) {
      new ObjectMapper().readTree(stream).forEach(json -> cases.add(new Case(json)));
    }
    return cases.stream().filter(one -> one.json().has(key)).toList();
  }

  static List<Case> functions() throws IOException {
    return cases("texts");
  }

  static List<Case> refused() throws IOException {
    return cases("refused");
  }

  @ParameterizedTest
  @MethodSource("functions")
  void everyPythonsCodeReadsAsItsSource(Case function) {
    Set<String> texts = new HashSet<>();
    function.json().path("texts").forEach(text -> texts.add(text.asText()));
    List<byte[]> codes = function.codes();
    assertEquals(PYTHONS, codes.size());
    for (byte[] code : codes) {
      String text = PythonFunction.decode(code).text();
      assertTrue(texts.contains(text), text);
    }
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatIsNoStraightExpressionIsRefused(Case function) {
    for (byte[] code : function.codes()) {
      String problem =
          assertThrows(UndecodableException.class, () -> PythonFunction.decode(code)).getMessage();
      Stream<String> words =
          Arrays.stream(function.json().path("refused").asText().split("\\|", -1));
      assertTrue(words.anyMatch(problem::contains), problem);
      assertFalse(problem.contains("no bytecode"), problem);
    }
  }

  @Test
  void tellsHowFarItCame() {
    byte[] code = refusal("def f(x):\n    while True:\n        x = x * 2\n    return x");
    assertEquals(
        "it is decoded as far as `x_2 = x * 2`, then comes a loop (JUMP_BACKWARD)",
        assertThrows(UndecodableException.class, () -> PythonFunction.decode(code)).getMessage());
  }

  private static byte[] refusal(String source) {
    try {
      Case found =
          refused().stream().filter(one -> one.toString().equals(source)).findFirst().get();
      return found.codes().get(PYTHONS - 1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void damagedCodeIsReadOrRefused() throws IOException {
    Random random = new Random(1);
    for (Case function : functions()) {
      for (byte[] code : function.codes()) {
        for (int length = 0; length < code.length; length += 1 + random.nextInt(9)) {
          byte[] start = Arrays.copyOf(code, length);
          assertThrows(UndecodableException.class, () -> PythonFunction.decode(start));
        }
        for (int i = 0; i < 60; i++) {
          byte[] flipped = code.clone();
          for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
            flipped[random.nextInt(code.length)] = (byte) random.nextInt(256);
          }
          readOrRefuse(flipped);
        }
      }
    }
  }

  private static void readOrRefuse(byte[] code) {
    try {
      assertFalse(PythonFunction.decode(code).text().isEmpty());
    } catch (UndecodableException e) {
      assertFalse(e.getMessage().isEmpty());
    }
  }

  @Test
  void nestingLengthsAndReferencesAreBounded() {
    refuses(")\u0001".repeat(100_000) + "N");
    refuses("(\u00ff\u00ff\u00ff\u007f");
    refuses("s\u00ff\u00ff\u00ff\u007f");
    refuses("l\u0000\u0000\u0000\u0080");
    refuses("\u00a9\u0001r\u0000\u0000\u0000\u0000"); // a tuple that holds itself
    StringBuilder doubling = new StringBuilder(")(\u00a9\u0001N");
    for (int i = 0; i < 39; i++) {
      String one = "r" + (char) i + "\u0000\u0000\u0000";
      doubling.append("\u00a9\u0002").append(one).append(one);
    }
    refuses(doubling.toString());
    refuses("");
  }

  private static void refuses(String bytes) {
    byte[] code = bytes.getBytes(StandardCharsets.ISO_8859_1);
    assertThrows(UndecodableException.class, () -> PythonFunction.decode(code));
  }

  /** {@code x + x} of itself again and again, by DUP_TOP and BINARY_ADD. */
  @Test
  void sharedTermsAreBounded() throws IOException {
    ByteArrayOutputStream code = new ByteArrayOutputStream();
    code.write(new byte[] {'c', 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 67, 0, 0, 0});
    int doublings = 60;
    code.write(new byte[] {'s', (byte) (4 + 4 * doublings), 0, 0, 0, 124, 0});
    for (int i = 0; i < doublings; i++) {
      code.write(new byte[] {4, 0, 23, 0});
    }
    code.write(new byte[] {83, 0, ')', 0, ')', 0, ')', 1, 'z', 1, 'x', ')', 0, ')', 0});
    code.write(new byte[] {'z', 1, 'f', 'z', 1, 'f', 1, 0, 0, 0, 's', 0, 0, 0, 0});
    String problem =
        assertThrows(UndecodableException.class, () -> PythonFunction.decode(code.toByteArray()))
            .getMessage();
    assertTrue(problem.contains("larger than an expression"), problem);
  }

  @Test
  void olderPythonsAreNamed() {
    String problem =
        assertThrows(
                UndecodableException.class,
                () ->
                    PythonFunction.decode(
                        "c\u0001\0\0\0\u0001\0\0\0\u0002\0\0\0C\0\0\0s\u0008\0\0\0|\0\0d\u0001\0\u001bS"
                            .getBytes(StandardCharsets.ISO_8859_1)))
            .getMessage();
    assertTrue(problem.contains("Python 2"), problem);
  }
}
