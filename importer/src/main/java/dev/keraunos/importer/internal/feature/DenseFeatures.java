package dev.keraunos.importer.internal.feature;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;

/** tf.keras' layer of TensorFlow's feature columns, of which the numeric ones are known. */
final class DenseFeatures {
  static final LayerRow ROW =
      LayerRow.drops(DenseFeatures::lower, "DenseFeatures").ignores("partitioner");

  private DenseFeatures() {}

  /** The columns beside each other, in order of name. */
  private static Value lower(RowCall call) {
    Map<String, Value> columns = new TreeMap<>();
    for (Setting column : call.config().get("feature_columns").list()) {
      String kind = column.json().path("class_name").asText();
      if (!kind.equals("NumericColumn")) {
        throw call.gap(
            "the feature column "
                + kind
                + " is not supported, only NumericColumn; use the layers of"
                + " keras.layers.preprocessing instead");
      }
      Config config = column.savedObject().config();
      columns.put(config.get("key").text(), column(call, config));
    }
    return Ops.concatenate(new ArrayList<>(columns.values()), -1);
  }

  private static Value column(RowCall call, Config config) {
    String key = config.get("key").text();
    if (!config.get("normalizer_fn").isNull()) {
      throw call.gap("the normalizer_fn of the feature column '" + key + "' is Python code");
    }
    long size = 1;
    for (int dim : config.get("shape").integers()) {
      size *= dim;
    }
    Value x = Ops.cast(input(call, key), DType.of(config.get("dtype").text("float32")));
    return Ops.cast(Ops.reshape(x, -1, size), call.computeType());
  }

  private static Value input(RowCall call, String key) {
    for (Argument argument : call.arguments()) {
      if (argument instanceof Argument.Entries dict
          && dict.entries().get(key) instanceof TensorRef tensor) {
        return call.tensor(tensor).value();
      }
    }
    throw call.gap("its call gives no feature '" + key + "'");
  }
}
