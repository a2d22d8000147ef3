package dev.keraunos.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import dev.keraunos.testing.RecordedCases;
import dev.keraunos.testing.Tolerance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every tokenizer as tf_keras 2.21 and the keras_preprocessing of TensorFlow 1.15 have it. */
class KerasTokenizerTest {
  private static final Path CASES = Path.of("src/test/cases");

  @TempDir private Path folder;

  private static Stream<Path> cases() {
    return RecordedCases.files(CASES).stream().filter(f -> f.toString().endsWith(".json"));
  }

  private static Map<String, Tensor> recorded(Path file) {
    return Npz.read(Path.of(file.toString().replace(".json", ".npz"))).arrays();
  }

  /** Rows without what they are padded with. */
  private static List<List<Integer>> rows(Tensor padded) {
    return IntStream.range(0, (int) padded.shape().dim(0))
        .mapToObj(row -> padded.rows(row, row + 1).toLongArray())
        .map(row -> Arrays.stream(row).filter(i -> i >= 0).mapToObj(i -> (int) i).toList())
        .toList();
  }

  private static List<List<Integer>> lists(List<int[]> sequences) {
    return sequences.stream().map(s -> Arrays.stream(s).boxed().toList()).toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sequencesAreThoseOfKeras(Path file) {
    Map<String, Tensor> recorded = recorded(file);
    KerasTokenizer tokenizer = KerasTokenizer.read(file);
    List<String> texts = List.of(recorded.get("texts").toStringArray());
    assertEquals(rows(recorded.get("sequences")), lists(tokenizer.textsToSequences(texts)));
    String[] given = recorded.get("tokens/given").toStringArray();
    List<List<String>> tokens =
        IntStream.range(0, given.length / 2)
            .mapToObj(i -> List.of(given[2 * i], given[2 * i + 1]))
            .toList();
    assertEquals(
        rows(recorded.get("tokens/sequences")), lists(tokenizer.tokensToSequences(tokens)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void matricesAreThoseOfKeras(Path file) {
    Map<String, Tensor> recorded = recorded(file);
    KerasTokenizer tokenizer = KerasTokenizer.read(file);
    List<String> texts = List.of(recorded.get("texts").toStringArray());
    for (KerasTokenizer.Mode mode : KerasTokenizer.Mode.values()) {
      String name = "matrix/" + mode.name().toLowerCase(Locale.ROOT);
      Tolerance as = mode == KerasTokenizer.Mode.TFIDF ? Tolerance.ROUNDING : Tolerance.EXACT;
      as.check(recorded.get(name), tokenizer.textsToMatrix(texts, mode), name);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void textsComeBackAsInKeras(Path file) {
    KerasTokenizer tokenizer = KerasTokenizer.read(file);
    List<String> texts = List.of(recorded(file).get("texts").toStringArray());
    List<int[]> sequences =
        Stream.concat(
                IntStream.range(0, 60).mapToObj(i -> new int[] {i}),
                tokenizer.textsToSequences(texts).stream())
            .toList();
    assertEquals(
        List.of(recorded(file).get("back").toStringArray()), tokenizer.sequencesToTexts(sequences));
  }

  @Test
  void whatItWasFittedOnIsTold() {
    KerasTokenizer tokenizer = KerasTokenizer.read(CASES.resolve("oov_num_words.json"));
    assertEquals(1, tokenizer.wordIndex().get("<OOV>"));
    assertEquals(6, tokenizer.wordCounts().get("to"));
    assertEquals(5, tokenizer.documentCount());
    assertEquals(6, tokenizer.numWords());
  }

  /** {@code json.dump(tokenizer.to_json(), file)}. */
  @Test
  void aTextWithinJsonIsReadToo() throws IOException {
    String json = Files.readString(CASES.resolve("default.json"));
    String quoted = '"' + json.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    assertArrayEquals(
        KerasTokenizer.parse(json).textsToSequences(List.of("to be")).get(0),
        KerasTokenizer.parse(quoted).textsToSequences(List.of("to be")).get(0));
  }

  private static String changed(String key, String value) throws IOException {
    String json = Files.readString(CASES.resolve("default.json"));
    String changed =
        json.replaceFirst(
            "\"" + key + "\": (null|\\d+|\"(\\\\.|[^\"])*\")", "\"" + key + "\": " + value);
    assertTrue(!changed.equals(json), key);
    return changed;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "split=\"\"",
        "filters=null",
        "filters=[\"ab\"]",
        "num_words=-1",
        "num_words=\"x\"",
        "oov_token=3",
        "word_index=\"[1]\"",
        "word_index=\"{\\\\\"a\\\\\": 1.5}\"",
        "index_word=\"{\\\\\"a\\\\\": 1}\"",
        "word_index=\"nothing\"",
        "class_name=\"Other\""
      })
  void whatKerasCannotUseIsRefused(String change) throws IOException {
    String[] parts = change.split("=", -1);
    String json = changed(parts[0], parts[1]);
    InputException e = assertThrows(InputException.class, () -> KerasTokenizer.parse(json));
    assertTrue(e.getMessage().startsWith("the tokenizer: "), e.getMessage());
  }

  @Test
  void aFileThatIsNoneIsRefused() throws IOException {
    Path pickle = Files.write(folder.resolve("t.pickle"), new byte[] {(byte) 0x80, 4});
    assertReason(pickle, "a pickle");
    assertReason(
        Files.write(folder.resolve("l1"), "\"é\"".getBytes(StandardCharsets.ISO_8859_1)), "UTF-8");
    assertReason(Files.writeString(folder.resolve("e"), ""), "to_json");
    assertReason(Files.writeString(folder.resolve("x"), "{"), "no JSON");
    assertReason(folder.resolve("none"), "no such file");
  }

  private static void assertReason(Path file, String reason) {
    InputException e = assertThrows(InputException.class, () -> KerasTokenizer.read(file));
    assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @Test
  void aTokenizerThatWasNotFittedSaysSo() throws IOException {
    String json =
        changed("oov_token", "\"never\"")
            .replaceFirst("\"document_count\": 5", "\"document_count\": 0");
    KerasTokenizer tokenizer = KerasTokenizer.parse(json);
    assertEquals(1, tokenizer.textsToSequences(List.of("to")).get(0).length);
    List<String> unknown = List.of("zzz");
    assertThrows(InputException.class, () -> tokenizer.textsToSequences(unknown));
    assertThrows(
        InputException.class,
        () -> tokenizer.textsToMatrix(List.of("to"), KerasTokenizer.Mode.TFIDF));
    List<int[]> negative = List.of(new int[] {-1});
    assertThrows(
        InputException.class,
        () -> tokenizer.sequencesToMatrix(negative, KerasTokenizer.Mode.COUNT));
  }
}
