package dev.keraunos.importer.internal.feature;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Functions of {@code tf.strings} that tf.keras makes layers of. */
public final class TextOperations {
  /** The module in the name of a function. */
  public static final String MODULE = "strings.";

  /** A call to its result. */
  private interface Lowering {
    Value lower(RowCall call, List<Value> texts);
  }

  private static final Map<String, Lowering> TABLE =
      new TreeMap<>(
          Map.of(
              "length", TextOperations::length,
              "lower", (call, texts) -> change(call, texts, cased(call, false)),
              "upper", (call, texts) -> change(call, texts, cased(call, true)),
              "strip", (call, texts) -> change(call, texts, TextOperations::strip),
              "join", TextOperations::join,
              "to_hash_bucket_fast", TextOperations::bucket,
              "to_hash_bucket_strong", TextOperations::bucket));

  private TextOperations() {}

  /** Lowers a call of a function, which is named without the module. */
  public static List<Masked> lower(RowCall call, String name) {
    Lowering lowering = TABLE.get(name);
    if (lowering == null) {
      throw call.gap(
          "function tf.strings."
              + name
              + " is not known, only "
              + TABLE.keySet()
              + " of that module; do this to the texts before you give them to the model");
    }
    List<Value> texts = new ArrayList<>();
    call.arguments().forEach(a -> call.tensors(a).forEach(tensor -> texts.add(tensor.value())));
    call.inputs("inputs").forEach(tensor -> texts.add(tensor.value()));
    call.inputs("input").forEach(tensor -> texts.add(tensor.value()));
    for (Value text : texts) {
      if (text.dtype() != DType.STRING) {
        throw call.gap("tf.strings." + name + " takes texts, not " + text.type());
      }
    }
    return List.of(Masked.unmasked(lowering.lower(call, texts)));
  }

  private static Value change(RowCall call, List<Value> texts, TextFunction.Change change) {
    return call.text(TextFunction.changes(change), texts.get(0));
  }

  /** Of bytes, or of characters where {@code unit} says so. */
  private static Value length(RowCall call, List<Value> texts) {
    boolean characters =
        call.constant("unit").oneOf("BYTE", "BYTE", "UTF8_CHAR").equals("UTF8_CHAR");
    Value length =
        call.text(
            TextFunction.numbers(
                text ->
                    characters
                        ? text.codePointCount(0, text.length())
                        : text.getBytes(StandardCharsets.UTF_8).length),
            texts.get(0));
    return Ops.cast(length, DType.INT32);
  }

  private static TextFunction.Change cased(RowCall call, boolean upper) {
    boolean unicode = call.constant("encoding").oneOf("", "", "utf-8").equals("utf-8");
    if (unicode) {
      return text -> upper ? text.toUpperCase(Locale.ROOT) : text.toLowerCase(Locale.ROOT);
    }
    return upper ? TextOperations::upper : Tokenizer::lower;
  }

  private static String upper(String text) {
    StringBuilder upper = new StringBuilder(text);
    for (int i = 0; i < upper.length(); i++) {
      char c = upper.charAt(i);
      if (c >= 'a' && c <= 'z') {
        upper.setCharAt(i, (char) (c - 'a' + 'A'));
      }
    }
    return upper.toString();
  }

  private static String strip(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && Tokenizer.isSpace(text.charAt(from))) {
      from++;
    }
    while (to > from && Tokenizer.isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static Value join(RowCall call, List<Value> texts) {
    for (Value text : texts) {
      if (!text.shape().equals(texts.get(0).shape())) {
        throw call.gap("tf.strings.join of other shapes than one is not supported");
      }
    }
    String separator = call.constant("separator").text("");
    return call.text(new Join(separator), texts.toArray(Value[]::new));
  }

  private static Value bucket(RowCall call, List<Value> texts) {
    Setting buckets = call.constant("num_buckets");
    Setting count = buckets.isNull() ? call.constant(1) : buckets;
    Buckets of = Buckets.of(count.count(-1, 1), call.constant("key"));
    return call.text(TextFunction.numbers(of::of), texts.get(0));
  }

  /** Texts of the same place, joined. */
  private record Join(String separator) implements Op.Call.Function {
    @Override
    public TensorType type(List<TensorType> in) {
      return in.get(0);
    }

    @Override
    public Tensor apply(List<Tensor> in) {
      Tensor y = Tensor.allocate(DType.STRING, in.get(0).shape());
      for (int i = 0; i < y.size(); i++) {
        List<String> parts = new ArrayList<>();
        for (Tensor x : in) {
          parts.add(x.getString(i));
        }
        y.setString(i, String.join(separator, parts));
      }
      return y;
    }
  }
}
