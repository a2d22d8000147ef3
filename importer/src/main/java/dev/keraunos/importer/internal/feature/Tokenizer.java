package dev.keraunos.importer.internal.feature;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Texts to rows of tokens, as TextVectorization does with TensorFlow's functions: cases are those
 * of ASCII alone, and so are punctuation and white space.
 *
 * @param standardize what is done to each text first
 * @param split what a text becomes; null if it is a token, and the last axis a row
 * @param ngrams how many tokens make one, in the order they are given; empty for single tokens
 */
record Tokenizer(UnaryOperator<String> standardize, Split split, List<Integer> ngrams) {
  /** A text to its tokens. */
  interface Split {
    List<String> of(String text);
  }

  private static final String SPACES = " \t\n\u000b\f\r";

  /** Elements as they are, the last axis being a row. */
  static final Tokenizer ELEMENTS = new Tokenizer(UnaryOperator.identity(), null, List.of());

  /** {@code tf.strings.lower} of bytes. */
  static String lower(String text) {
    StringBuilder lower = new StringBuilder(text);
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        lower.setCharAt(i, (char) (c + 'a' - 'A'));
      }
    }
    return lower.toString();
  }

  /** Without the punctuation of ASCII. */
  static String strip(String text) {
    StringBuilder kept = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean sign = c > ' ' && c < 0x7f && !Character.isLetterOrDigit(c);
      if (!sign) {
        kept.append(c);
      }
    }
    return kept.toString();
  }

  /** Whether TensorFlow takes a character for white space. */
  static boolean isSpace(char c) {
    return SPACES.indexOf(c) >= 0;
  }

  /** {@code tf.strings.split}. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || isSpace(text.charAt(i))) {
        if (i > start) {
          words.add(text.substring(start, i));
        }
        start = i + 1;
      }
    }
    return words;
  }

  /** {@code tf.strings.unicode_split}: a token for each code point. */
  static List<String> characters(String text) {
    List<String> characters = new ArrayList<>();
    text.codePoints().forEach(point -> characters.add(Character.toString(point)));
    return characters;
  }

  /** The shape of the rows of texts of a shape. */
  Shape rows(Shape texts) {
    boolean column = split != null && texts.rank() > 1;
    return column || split == null ? texts.without(-1) : texts;
  }

  /** How long the rows of texts of a shape are, or a negative number if that depends on them. */
  long length(Shape texts) {
    return split == null && ngrams.isEmpty() ? texts.dim(-1) : -1;
  }

  /** The tokens of each row. */
  List<List<String>> tokens(Tensor texts) {
    List<List<String>> rows = new ArrayList<>();
    if (split != null) {
      requireColumn(texts.shape());
      for (long i = 0; i < texts.size(); i++) {
        rows.add(joined(split.of(standardize.apply(texts.getString(i)))));
      }
      return rows;
    }
    long length = texts.shape().dim(-1);
    for (long at = 0; at < texts.size(); at += length) {
      List<String> row = new ArrayList<>();
      for (long i = at; i < at + length; i++) {
        row.add(standardize.apply(texts.getString(i)));
      }
      rows.add(joined(row));
    }
    return rows;
  }

  private static void requireColumn(Shape texts) {
    if (texts.rank() > 1 && texts.dim(-1) != 1) {
      throw new InputException(
          "a layer that splits texts takes one text a sample, given are texts of the shape "
              + texts);
    }
  }

  /** Tokens side by side, joined by spaces. */
  private List<String> joined(List<String> tokens) {
    if (ngrams.isEmpty()) {
      return tokens;
    }
    List<String> joined = new ArrayList<>();
    for (int width : ngrams) {
      for (int i = 0; i + width <= tokens.size(); i++) {
        joined.add(String.join(" ", tokens.subList(i, i + width)));
      }
    }
    return joined;
  }
}
