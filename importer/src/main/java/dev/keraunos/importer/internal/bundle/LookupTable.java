package dev.keraunos.importer.internal.bundle;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What a lookup layer looks up, as TensorFlow keeps it.
 *
 * @param keys texts or whole numbers
 * @param values as many
 */
public record LookupTable(List<?> keys, List<?> values) {
  private static final String KEYS = "-keys";
  private static final String VALUES = "-values";

  /**
   * A table.
   *
   * @throws dev.keraunos.keras.ModelFileException if there are more keys than values or fewer
   */
  public LookupTable {
    if (keys.size() != values.size()) {
      throw Wire.damaged("a lookup table", keys.size() + " keys for " + values.size() + " values");
    }
  }

  /** A table that a checkpoint holds. */
  static LookupTable of(TensorBundle bundle, String key) throws IOException {
    return new LookupTable(elements(bundle, key + KEYS), elements(bundle, key + VALUES));
  }

  private static List<?> elements(TensorBundle bundle, String key) throws IOException {
    if (bundle.isText(key)) {
      return texts(bundle.texts(key));
    }
    try (Tensor numbers = bundle.tensor(key)) {
      return Arrays.stream(numbers.cast(DType.INT64).toLongArray()).boxed().toList();
    }
  }

  static List<String> texts(List<ByteBuffer> texts) {
    return texts.stream().map(text -> StandardCharsets.UTF_8.decode(text).toString()).toList();
  }

  /** A key on each line of a text, as TensorFlow's TextFileInitializer reads it. */
  static LookupTable ofLines(String text) {
    List<String> lines = List.of(text.replace("\r", "").split("\n", -1));
    List<String> keys = text.endsWith("\n") ? lines.subList(0, lines.size() - 1) : lines;
    return new LookupTable(keys, LongStream.range(0, keys.size()).boxed().toList());
  }

  /**
   * The tokens in the order of their indices, without those that count as nothing.
   *
   * @param inverted whether the indices are the keys, unless these are lines
   * @throws dev.keraunos.keras.ModelFileException if indices are texts
   */
  public List<?> tokens(boolean inverted) {
    boolean byIndex = inverted && areNumbers(keys);
    List<?> indices = byIndex ? keys : values;
    List<?> tokens = byIndex ? values : keys;
    if (!areNumbers(indices)) {
      throw Wire.damaged("a lookup table", "texts as indices");
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      if (!indices.get(i).equals(Long.MAX_VALUE)) {
        order.add(i);
      }
    }
    order.sort(Comparator.comparing(i -> (Long) indices.get(i)));
    return order.stream().map(tokens::get).toList();
  }

  private static boolean areNumbers(List<?> column) {
    return column.stream().allMatch(Long.class::isInstance);
  }
}
