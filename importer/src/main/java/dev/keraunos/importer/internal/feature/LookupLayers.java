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
  static final String WEIGHTS = "idf_weights";
  private static final Variable IN_V3 = new Variable(WEIGHTS, false, Place.V3);

  static final List<LayerRow> ROWS =
      List.of(table(LayerRow.passesInKeras3(IntegerLookup::lower, "IntegerLookup")));

  private LookupLayers() {}

  /** What every layer with a table of its own holds. */
  static LayerRow table(LayerRow row) {
    return vocabulary(row)
        .weight(WEIGHTS, false, (config, layer) -> weighs(config) && !alone(layer))
        .weight(IN_V3, (config, layer) -> weighs(config) && alone(layer));
  }

  /** What a layer holds again that has a lookup inside. */
  static LayerRow around(LayerRow row) {
    return vocabulary(row).weight(IN_V3, (config, layer) -> weighs(config));
  }

  private static LayerRow vocabulary(LayerRow row) {
    return row.asset(Lookup.FILE, config -> config.get("vocabulary").isNull())
        .ignores("vocabulary_size", "has_static_table", "has_input_vocabulary")
        .ignores("oov_method", "salt", WEIGHTS, "encoding");
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
    if (table.mode() == Mode.INT) {
      boolean whole = call.dialect().has(Quirk.LOOKUPS_COUNT_IN_INTEGERS);
      DType type = Encoding.type(Mode.INT, call.computeType());
      return Ops.cast(indices, whole ? DType.INT64 : type);
    }
    Mode mode = table.mode() == Mode.TF_IDF ? Mode.COUNT : table.mode();
    Value counts =
        new Encoding(call, mode, table.depth(), countType(call, table.mode())).of(indices, null);
    return table.mode() == Mode.TF_IDF ? weighed(call, table, counts) : counts;
  }

  /** The type that indices are counted in. */
  static DType countType(RowCall call, Mode mode) {
    boolean whole = call.dialect().has(Quirk.LOOKUPS_COUNT_IN_INTEGERS);
    if (!whole) { // int64 is that of the indices, which tf.keras takes for none
      return call.computeType() == DType.INT64 ? DType.FLOAT32 : call.computeType();
    }
    return mode == Mode.TF_IDF ? DType.FLOAT32 : DType.INT64;
  }

  /** Counts times inverse document frequencies. */
  static Value weighed(RowCall call, Lookup<?> table, Value counts) {
    Tensor stored = TextLayers.stored(call, table.depth());
    Tensor weights = stored == null ? weights(call, table) : stored;
    return Ops.multiply(counts, call.constant(weights.cast(counts.dtype())));
  }

  /** The frequencies of the config, which may be those of the vocabulary alone. */
  private static Tensor weights(RowCall call, Lookup<?> table) {
    Setting given = call.config().get(WEIGHTS);
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
