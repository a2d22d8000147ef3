package dev.keraunos.importer.internal.feature;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.feature.Encoding.Mode;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Layers of text, which compute on the host: numbers of their texts are inputs of the graph. */
final class TextLayers {
  private static final String LOOKUP = "_lookup_layer";

  /** Keys that say nothing where tokens stay texts. */
  private static final List<String> OF_NUMBERS = List.of("sparse", "pad_to_max_tokens");

  /** More tokens than anyone joins. */
  private static final int LONGEST = 1 << 16;

  static final List<LayerRow> ROWS =
      List.of(
          LookupLayers.table(LayerRow.passesInKeras3(TextLayers::lookup, "StringLookup")),
          LookupLayers.around(LayerRow.drops(TextLayers::vectorize, "TextVectorization"))
              .children(TextLayers::inside));

  private TextLayers() {}

  /** Texts to indices or counts of them, or indices to texts. */
  private static Value lookup(RowCall call) {
    TokenTable table = new TokenTable(call, null);
    Value x = call.input(0).value();
    if (table.lookup().inverted()) {
      return call.text(TextFunction.texts(table::token), x);
    }
    requireTexts(call, x);
    boolean rows = x.rank() <= 2 && counts(table.lookup().mode());
    return rows
        ? counted(call, table, Tokenizer.ELEMENTS, x)
        : LookupLayers.encode(
            call, table.lookup(), call.text(TextFunction.numbers(table::index), x));
  }

  private static boolean counts(Mode mode) {
    return mode != Mode.INT && mode != Mode.ONE_HOT;
  }

  private static void requireTexts(RowCall call, Value x) {
    if (x.dtype() != DType.STRING) {
      throw call.gap("it takes texts, not " + x.type());
    }
  }

  private static Value counted(RowCall call, TokenTable table, Tokenizer tokenizer, Value x) {
    Lookup<String> lookup = table.lookup();
    TokenRows rows = new TokenRows(table, tokenizer);
    DType type = LookupLayers.countType(call, lookup.mode());
    Value counts = call.text(rows.counted(lookup.mode() == Mode.MULTI_HOT, type), x);
    return lookup.mode() == Mode.TF_IDF ? LookupLayers.weighed(call, lookup, counts) : counts;
  }

  /** Standardised, split, joined to n-grams and looked up. */
  private static Value vectorize(RowCall call) {
    Value x = call.input(0).value();
    requireTexts(call, x);
    Tokenizer tokenizer = tokenizer(call);
    boolean ragged = call.config().get("ragged").bool(false);
    boolean splits = tokenizer.split() != null;
    Setting output = call.config().get("output_mode");
    if (output.isNull() && !output.isMissing()) {
      OF_NUMBERS.forEach(call.config()::get);
      requireShape(call, x, splits, Mode.INT);
      return tokens(call, tokenizer, x);
    }
    TokenTable table = new TokenTable(call, "");
    Mode mode = table.lookup().mode();
    int length = call.config().get("output_sequence_length").integer(-1);
    requireShape(call, x, splits, mode);
    if (counts(mode) && x.rank() <= 2) {
      return counted(call, table, tokenizer, x);
    }
    boolean single = !splits && tokenizer.ngrams().isEmpty() && length < 0;
    Value indices =
        single
            ? call.text(
                TextFunction.numbers(text -> table.index(tokenizer.standardize().apply(text))), x)
            : rows(call, table, tokenizer, ragged, length, x);
    return LookupLayers.encode(call, table.lookup(), indices);
  }

  /** Tokens as texts: of rows of different lengths, unless each text is one. */
  private static Value tokens(RowCall call, Tokenizer tokenizer, Value x) {
    if (tokenizer.split() == null && tokenizer.ngrams().isEmpty()) {
      return call.text(TextFunction.changes(tokenizer.standardize()::apply), x);
    }
    call.keepRagged(TokenRows.lengths(tokenizer), x);
    return call.text(TokenRows.texts(tokenizer), x);
  }

  private static Value rows(
      RowCall call, TokenTable table, Tokenizer tokenizer, boolean ragged, int length, Value x) {
    if (ragged) {
      call.keepRagged(TokenRows.lengths(tokenizer), x);
    }
    return call.text(new TokenRows(table, tokenizer).padded(length), x);
  }

  private static void requireShape(RowCall call, Value x, boolean splits, Mode mode) {
    boolean column = x.rank() < 2 || x.shape().dim(-1) == 1 || !x.shape().isKnown(-1);
    if (splits && !column) {
      throw call.gap("it splits one text a sample, not those of the shape " + x.shape());
    }
    if (splits && mode == Mode.ONE_HOT) {
      throw call.gap("one-hot tokens of texts are ragged, which is not supported");
    }
    if (splits && counts(mode) && x.rank() > 2) {
      throw call.gap("counts of texts of the shape " + x.shape() + " are not supported");
    }
  }

  private static Tokenizer tokenizer(RowCall call) {
    return new Tokenizer(
        standardize(call, call.config().get("standardize")),
        split(call, call.config().get("split")),
        ngrams(call.config().get("ngrams")));
  }

  private static UnaryOperator<String> standardize(RowCall call, Setting setting) {
    if (setting.isNull()) {
      return UnaryOperator.identity();
    }
    return switch (setting.isText() ? setting.text() : "") {
      case "lower" -> Tokenizer::lower;
      case "strip_punctuation" -> Tokenizer::strip;
      case "lower_and_strip_punctuation" -> text -> Tokenizer.strip(Tokenizer.lower(text));
      default -> throw function(call, "standardize", setting);
    };
  }

  private static Tokenizer.Split split(RowCall call, Setting setting) {
    if (setting.isNull()) {
      return null;
    }
    return switch (setting.isText() ? setting.text() : "") {
      case "whitespace" -> Tokenizer::words;
      case "character" -> Tokenizer::characters;
      default -> throw function(call, "split", setting);
    };
  }

  private static RuntimeException function(RowCall call, String key, Setting setting) {
    String name = setting.isObject() ? name(setting) : setting.text();
    return call.gap(
        "its "
            + key
            + " is the Python function '"
            + name
            + "', which cannot run on the JVM; save the layer with "
            + key
            + "=None and do this to the texts before you give them to the model");
  }

  private static String name(Setting function) {
    String registered = function.json().path("registered_name").asText("");
    return registered.isEmpty() ? function.json().path("config").asText("a lambda") : registered;
  }

  private static List<Integer> ngrams(Setting setting) {
    if (setting.isNull()) {
      return List.of();
    }
    List<Integer> widths = new ArrayList<>();
    if (setting.isNumber()) {
      if (setting.count(1, 1) > LONGEST) {
        throw setting.unexpected("at most " + LONGEST);
      }
      IntStream.rangeClosed(1, setting.integer()).forEach(widths::add);
    } else {
      setting.list().forEach(width -> widths.add(width.count(-1, 1)));
    }
    return widths;
  }

  /** The lookup inside of TextVectorization, which files hold variables of. */
  private static Map<String, LayerSpec> inside(LayerSpec layer) {
    ObjectNode entry = JsonNodeFactory.instance.objectNode().put("class_name", "StringLookup");
    ObjectNode config = entry.putObject("config").put("name", "string_lookup");
    for (String key : List.of("output_mode", "vocabulary", "idf_weights")) {
      if (layer.json().has(key)) {
        config.set(key, layer.json().get(key));
      }
    }
    return Map.of(LOOKUP, layer.inner(entry, LOOKUP));
  }

  /** The stored frequencies of a call's layer, or null. */
  static Tensor stored(RowCall call, long depth) {
    if (call.weights().names().contains(LookupLayers.WEIGHTS)) {
      return call.tensor(LookupLayers.WEIGHTS, depth);
    }
    var inside = call.weights().child(LOOKUP);
    return inside.names().contains(LookupLayers.WEIGHTS) ? inside.get(LookupLayers.WEIGHTS) : null;
  }
}
