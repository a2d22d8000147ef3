package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.tensor.DType;
import java.util.List;

/** Normalizations by the root of the mean square, which differ in where they round. */
final class Norms {
  static final List<LayerRow> ROWS =
      List.of(
          LayerRow.passes(
                  call -> Ops.cast(scaled(call, root(call), false), call.computeType()),
                  "LlamaLayerNorm",
                  "MistralLayerNormalization",
                  "MixtralLayerNormalization",
                  "QwenLayerNorm",
                  "QwenMoeLayerNorm",
                  "Qwen3LayerNorm",
                  "Qwen3MoeLayerNorm",
                  "Phi3LayerNorm",
                  "GptOssLayerNormalization",
                  "RoformerNorm")
              .weights("scale"),
          LayerRow.passes(
                  call -> Ops.cast(scaled(call, root(call), true), call.computeType()),
                  "gemma.RMSNormalization")
              .weights("scale"),
          LayerRow.passes(Norms::t5, "T5LayerNorm").weights("weight"));

  private Norms() {}

  /** x in float32 over the root of its mean square. */
  private static Value root(RowCall call) {
    Value x = Ops.cast(call.input(0).value(), DType.FLOAT32);
    return Ops.multiply(x, inverse(call, x));
  }

  private static Value inverse(RowCall call, Value x) {
    double epsilon = call.config().get("epsilon").number(1e-6);
    return Ops.rsqrt(Ops.add(Ops.expandDims(Ops.mean(Ops.square(x), -1), -1), epsilon));
  }

  private static Value scaled(RowCall call, Value x, boolean fromOne) {
    Value scale = Ops.cast(call.weight("scale", call.dim(x, -1)), DType.FLOAT32);
    return Ops.multiply(x, fromOne ? Ops.add(scale, 1) : scale);
  }

  /** The same in the type of the layer. */
  private static Value t5(RowCall call) {
    Value x = call.x();
    return Ops.multiply(call.weight("weight", call.dim(x, -1)), Ops.multiply(x, inverse(call, x)));
  }
}
