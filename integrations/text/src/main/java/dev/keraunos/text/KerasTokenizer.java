package dev.keraunos.text;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words of a text as numbers: {@code keras.preprocessing.text.Tokenizer} of Keras 2 and
 * tf.keras, as it was fitted and saved with {@code to_json()}. Immutable and thread-safe.
 *
 * <pre>{@code
 * KerasTokenizer tokenizer = KerasTokenizer.read(Path.of("tokenizer.json"));
 * Tensor x = PadSequences.to(80).pad(tokenizer.textsToSequences(List.of("To be, or not to be")));
 * }</pre>
 *
 * <p>A function that was given as {@code analyzer} is not saved; Keras too then splits without it.
 */
public final class KerasTokenizer {
  private static final long MOST_BYTES = 1L << 29;

  /** The first byte of what Python pickles. */
  private static final int PICKLE = 0x80;

  /** What a row of a matrix counts. */
  public enum Mode {
    /** 1 for each word that occurs. */
    BINARY,
    /** How often it occurs. */
    COUNT,
    /** How often, by how rare the word is among the texts that the tokenizer was fitted on. */
    TFIDF,
    /** How often, as a share of the words of the text. */
    FREQ
  }

  private final TokenizerFile file;
  private final String filters;
  private final boolean lower;
  private final String split;
  private final boolean characters;
  private final String oovToken;
  private final int numWords;
  private final int documentCount;
  private final Map<String, Integer> wordIndex;
  private final Map<Integer, String> indexWord;
  private final Map<Integer, Integer> indexDocs;
  private final Map<String, Integer> wordCounts;

  private KerasTokenizer(TokenizerFile file) {
    this.file = file;
    this.lower = file.flag("lower");
    this.characters = file.flag("char_level");
    this.filters = characters ? "" : file.characters("filters");
    this.split = file.text("split");
    this.oovToken = file.text("oov_token");
    this.numWords = file.count("num_words");
    this.documentCount = file.count("document_count");
    this.wordIndex = Collections.unmodifiableMap(file.byWord("word_index"));
    this.wordCounts = Collections.unmodifiableMap(file.byWord("word_counts"));
    this.indexWord = file.words("index_word");
    this.indexDocs = file.byIndex("index_docs");
    if (!characters && split != null && split.isEmpty()) {
      throw file.refused("'split' is an empty text, with which Keras cannot split");
    }
  }

  /**
   * Reads what {@code Tokenizer.to_json()} gave, also where it was written with {@code json.dump},
   * as a text within JSON.
   *
   * @throws InputException if it cannot be read or is something else
   */
  public static KerasTokenizer read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      if (Files.size(file) > MOST_BYTES) {
        throw new InputException(file + ": larger than " + MOST_BYTES + " bytes, no tokenizer is");
      }
      byte[] bytes = in.readAllBytes();
      if (bytes.length > 0 && (bytes[0] & 0xff) == PICKLE) {
        throw new InputException(
            file
                + ": this is a pickle, which holds code of Python and is not read; write"
                + " tokenizer.to_json() into a file");
      }
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return new KerasTokenizer(new TokenizerFile(text, file.toString()));
    } catch (CharacterCodingException e) {
      throw new InputException(file + ": this is no text in UTF-8, as JSON is", e);
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Of the text that {@code Tokenizer.to_json()} gave.
   *
   * @throws InputException if it is something else
   */
  public static KerasTokenizer parse(String json) {
    return new KerasTokenizer(new TokenizerFile(json, "the tokenizer"));
  }

  /** The number of each word, from 1 on; those above {@link #numWords} are not given. */
  public Map<String, Integer> wordIndex() {
    return wordIndex;
  }

  /** How often each word occurred in the texts that the tokenizer was fitted on. */
  public Map<String, Integer> wordCounts() {
    return wordCounts;
  }

  /** How many texts the tokenizer was fitted on. */
  public int documentCount() {
    return documentCount;
  }

  /** Numbers are below this one, {@code num_words}; 0 if all are given. */
  public int numWords() {
    return numWords;
  }

  /** {@code texts_to_sequences}: the numbers of the words of each text. */
  public List<int[]> textsToSequences(List<String> texts) {
    return texts.stream().map(text -> sequence(tokens(text))).toList();
  }

  /** {@code texts_to_sequences} of texts that are lists of words already. */
  public List<int[]> tokensToSequences(List<List<String>> texts) {
    return texts.stream()
        .map(text -> sequence(lower ? text.stream().map(PythonText::lower).toList() : text))
        .toList();
  }

  private List<String> tokens(String given) {
    String text = lower ? PythonText.lower(given) : given;
    if (characters) {
      return PythonText.characters(text);
    }
    StringBuilder filtered = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (filters.indexOf(point) < 0) {
                filtered.appendCodePoint(point);
              } else if (split != null) {
                filtered.append(split);
              }
            });
    return split == null
        ? PythonText.words(filtered.toString())
        : PythonText.parts(filtered.toString(), split);
  }

  private int[] sequence(List<String> tokens) {
    List<Integer> numbers = new ArrayList<>();
    for (String token : tokens) {
      Integer number = wordIndex.get(token);
      boolean outside = number != null && numWords > 0 && number >= numWords;
      if (number != null && !outside) {
        numbers.add(number);
      } else if (oovToken != null && (number == null || wordIndex.containsKey(oovToken))) {
        numbers.add(outOfVocabulary());
      }
    }
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  private int outOfVocabulary() {
    Integer number = wordIndex.get(oovToken);
    if (number == null) {
      throw file.refused(
          "'word_index' has no '"
              + oovToken
              + "', which is the oov_token; fit the tokenizer first");
    }
    return number;
  }

  /** {@code sequences_to_texts}: the words of numbers, with spaces between them. */
  public List<String> sequencesToTexts(List<int[]> sequences) {
    return sequences.stream().map(this::text).toList();
  }

  private String text(int... sequence) {
    List<String> words = new ArrayList<>();
    for (int number : sequence) {
      String word = indexWord.get(number);
      boolean outside = word != null && numWords > 0 && number >= numWords;
      if (word != null && !outside) {
        words.add(word);
      } else if (oovToken != null && (word == null || wordIndex.containsKey(oovToken))) {
        words.add(indexWord.getOrDefault(outOfVocabulary(), oovToken));
      }
    }
    return String.join(" ", words);
  }

  /**
   * {@code texts_to_matrix}.
   *
   * @return float64 (texts, words), where words is {@code num_words}, or one more than there are
   * @throws InputException as {@link #sequencesToMatrix}
   */
  public Tensor textsToMatrix(List<String> texts, Mode mode) {
    return sequencesToMatrix(textsToSequences(texts), mode);
  }

  /**
   * {@code sequences_to_matrix}. Logarithms may differ from NumPy's by a rounding of float64.
   *
   * @return as {@link #textsToMatrix}
   * @throws InputException if a number is negative, the tokenizer knows no words, or it was fitted
   *     on none and the mode asks how rare they are
   */
  public Tensor sequencesToMatrix(List<int[]> sequences, Mode mode) {
    if (numWords == 0 && wordIndex.isEmpty()) {
      throw file.refused("it has neither num_words nor words; fit the tokenizer first");
    }
    if (mode == Mode.TFIDF && documentCount == 0) {
      throw file.refused("'document_count' is 0, so no word is rare; fit the tokenizer first");
    }
    int width = numWords > 0 ? numWords : wordIndex.size() + 1;
    Tensor matrix = Tensor.zeros(DType.FLOAT64, sequences.size(), width);
    for (int row = 0; row < sequences.size(); row++) {
      int[] sequence = sequences.get(row);
      long start = (long) row * width;
      counts(sequence, width)
          .forEach((word, n) -> matrix.setDouble(start + word, entry(mode, word, n, sequence)));
    }
    return matrix;
  }

  private static Map<Integer, Integer> counts(int[] sequence, int width) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int word : sequence) {
      if (word < 0) {
        throw new InputException("a word of number " + word + "; words have numbers from 0 on");
      }
      if (word < width) {
        counts.merge(word, 1, Integer::sum);
      }
    }
    return counts;
  }

  private double entry(Mode mode, int word, int count, int... sequence) {
    return switch (mode) {
      case BINARY -> 1;
      case COUNT -> count;
      case FREQ -> (double) count / sequence.length;
      case TFIDF ->
          (1 + Math.log(count))
              * Math.log(1 + documentCount / (1.0 + indexDocs.getOrDefault(word, 0)));
    };
  }
}
