package dev.keraunos.importer.internal.feature;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.feature.Encoding.Mode;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.weights.Variable;
import dev.keraunos.importer.internal.weights.Variable.Place;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Layers with a table of tokens. */
final class LookupLayers {
  static final List<LayerRow> ROWS =
      List.of(row(LayerRow.passesInKeras3(IntegerLookup::lower, "IntegerLookup")));

  private LookupLayers() {}

  private static LayerRow row(LayerRow row) {
    return row.weight("idf_weights", false, (config, layer) -> weighs(config) && !alone(layer))
        .weight(
            new Variable("idf_weights", false, Place.V3),
            (config, layer) -> weighs(config) && alone(layer))
        .asset(Lookup.FILE, config -> config.get("vocabulary").isNull())
        .ignores("vocabulary_size", "has_static_table", "has_input_vocabulary")
        .ignores("oov_method", "salt", "idf_weights", "encoding");
  }

  private static boolean alone(LayerSpec layer) {
    return layer.dialect().has(Quirk.IDF_WEIGHTS_ARE_NOT_IN_H5);
  }

  private static boolean weighs(Config config) {
    String mode = config.get("output_mode").text("int");
    return mode.equals("tf_idf") || mode.equals("tf-idf");
  }

  /** Indices as the layer gives them. */
  static Value encode(RowCall call, Lookup<?> table, Value indices) {
    boolean whole = call.dialect().has(Quirk.LOOKUPS_COUNT_IN_INTEGERS);
    if (table.mode() == Mode.INT) {
      return Ops.cast(indices, whole ? DType.INT64 : integer(call.computeType()));
    }
    if (table.mode() != Mode.TF_IDF) {
      DType type = whole ? DType.INT64 : call.computeType();
      return new Encoding(call, table.mode(), table.depth(), type).of(indices, null);
    }
    DType type = whole ? DType.FLOAT32 : call.computeType();
    Value counts = new Encoding(call, Mode.COUNT, table.depth(), type).of(indices, null);
    return Ops.multiply(counts, call.constant(weights(call, table).cast(type)));
  }

  private static DType integer(DType type) {
    return type.isFloating() ? DType.INT64 : type;
  }

  /** The inverse document frequencies: a variable, or the config's for the vocabulary alone. */
  private static Tensor weights(RowCall call, Lookup<?> table) {
    Setting given = call.config().get("idf_weights");
    if (call.weights().names().contains("idf_weights")) {
      return call.tensor("idf_weights", table.depth());
    }
    double[] numbers = given.numbers();
    double[] all = new double[table.depth()];
    int special = table.start();
    boolean whole = numbers.length == special + table.tokens().size();
    if (!whole && numbers.length != table.tokens().size()) {
      throw given.unexpected("as many numbers as tokens, " + table.tokens().size());
    }
    Arrays.fill(all, 0, special, Arrays.stream(numbers).average().orElse(0));
    System.arraycopy(numbers, 0, all, whole ? 0 : special, numbers.length);
    return Tensor.of(all, all.length);
  }
}
