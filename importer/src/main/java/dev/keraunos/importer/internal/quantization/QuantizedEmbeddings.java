package dev.keraunos.importer.internal.quantization;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.IntegerArithmetic;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.weights.LoraFactors;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.internal.config.Quantization;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;

/**
 * Rows of a quantized table and products with it, as Embedding and ReversibleEmbedding compute them
 * (Keras 3, layers/core/embedding.py and reversible_embedding.py). Scales keep the type that they
 * are stored in.
 */
public final class QuantizedEmbeddings {
  private static final String TABLE = "embeddings";
  private static final String REVERSE = "reverse_embeddings";

  private final RowCall call;
  private final Quantization quantization;
  private final long rows;
  private final long columns;

  private QuantizedEmbeddings(RowCall call) {
    this.call = call;
    this.quantization = call.layer().quantization().orElseThrow();
    this.rows = call.config().get("input_dim").integer();
    this.columns = call.config().get("output_dim").integer();
  }

  /** The rows of some indices. */
  public static Value rows(RowCall call, Value indices) {
    QuantizedEmbeddings embeddings = new QuantizedEmbeddings(call);
    return embeddings.adapted(embeddings.rows(indices), indices);
  }

  /** From the space of the rows to one number for each of them. */
  public static Value reverse(RowCall call, Value x) {
    return new QuantizedEmbeddings(call).reverse(x);
  }

  private Value rows(Value indices) {
    Value table = call.weight(TABLE, rows, columns);
    Value found = Ops.cast(Ops.take(table, indices, 0), call.computeType());
    if (call.isBare()) {
      return isInBlocks() ? Ops.add(found, zeros(indices)) : found;
    }
    if (isInBlocks()) {
      Value scales = Ops.take(scale(TABLE, rows, Shape.UNKNOWN), indices, 0);
      return Ops.multiply(found, Ops.take(scales, blocks(), -1));
    }
    boolean byColumn = call.dialect().has(Quirk.EMBEDDINGS_SCALE_BY_COLUMN);
    return Ops.divide(
        found,
        byColumn
            ? scale(TABLE, columns)
            : Ops.expandDims(Ops.take(scale(TABLE, rows), indices, 0), -1));
  }

  private Value zeros(Value indices) {
    Value zeros = Ops.take(call.weight("embeddings_zero", rows, Shape.UNKNOWN), indices, 0);
    return Ops.cast(Ops.take(zeros, blocks(), -1), call.computeType());
  }

  private Value reverse(Value x) {
    var quantizer = ActivationQuantizer.ofReverse(call, quantization.mode());
    var in = quantizer.map(found -> found.apply(x));
    Value factor = in.map(ActivationQuantizer.Scaled::value).orElse(x);
    boolean tied = call.config().get("tie_weights").bool(true);
    if (isInBlocks()) {
      Value logits = Ops.matmul(factor, tied ? table() : reverseTable(), false, tied);
      return in.map(scaled -> Ops.divide(logits, scaled.scale())).orElse(logits);
    }
    Value kernel = tied ? call.weight(TABLE, rows, columns) : call.weight(REVERSE, columns, rows);
    Value product =
        IntegerArithmetic.product(
            factor, kernel, call.dialect(), (a, b) -> Ops.matmul(a, b, false, tied));
    Value scale = scale(tied ? TABLE : REVERSE, rows);
    Value logits = Ops.cast(product, call.computeType());
    return Ops.divide(logits, in.map(scaled -> Ops.multiply(scaled.scale(), scale)).orElse(scale));
  }

  /** The table in floating numbers. */
  private Value table() {
    Value steps = Ops.cast(call.weight(TABLE, rows, columns), call.computeType());
    return Ops.multiply(steps, Ops.take(scale(TABLE, rows, Shape.UNKNOWN), blocks(), -1));
  }

  private Value reverseTable() {
    Value steps = Ops.cast(call.weight(REVERSE, columns, rows), call.computeType());
    return Ops.multiply(steps, Ops.take(scale(REVERSE, Shape.UNKNOWN, rows), blocks(), 0));
  }

  private boolean isInBlocks() {
    return quantization.block() > 0;
  }

  private Value blocks() {
    return call.weight(DType.INT32, "g_idx", columns);
  }

  private Value scale(String table, long... dims) {
    Tensor stored = call.tensor(table + "_scale", dims);
    return call.weight(stored.dtype(), table + "_scale", dims);
  }

  private Value adapted(Value y, Value indices) {
    if (call.weights().find("lora_embeddings_a").isEmpty()) {
      return y;
    }
    Value low = Ops.take(call.weight("lora_embeddings_a", rows, Shape.UNKNOWN), indices, 0);
    Value wide = Ops.matmul(low, call.weight("lora_embeddings_b", Shape.UNKNOWN, columns));
    long rank = call.tensor("lora_embeddings_b", Shape.UNKNOWN, columns).shape().dim(0);
    Value sum = Ops.add(y, Ops.multiply(wide, LoraFactors.scale(call.layer(), rank)));
    return Ops.cast(sum, call.computeType());
  }
}
