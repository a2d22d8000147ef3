package dev.keraunos.importer.internal.builtin;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import java.util.List;

/** The layers that the models of {@code keras.applications} bring along. */
final class ApplicationLayers {
  static final List<LayerRow> ROWS =
      List.of(
          LayerRow.drops(ApplicationLayers::customScale, "CustomScaleLayer"),
          LayerRow.drops(ApplicationLayers::layerScale, "LayerScale")
              .weights("gamma")
              .ignores("init_values"),
          LayerRow.drops(RowCall::x, "StochasticDepth").draws("drop_path_rate"));

  private ApplicationLayers() {}

  /** InceptionResNetV2: x0 + x1·scale. */
  private static Value customScale(RowCall call) {
    List<Value> values = call.xs(2);
    double scale = call.config().get("scale").number();
    return Ops.add(values.get(0), Ops.multiply(values.get(1), scale));
  }

  /** ConvNeXt: x times a variable over channels. */
  private static Value layerScale(RowCall call) {
    int channels = call.config().get("projection_dim").integer();
    return Ops.multiply(call.x(), call.weight("gamma", channels));
  }
}
