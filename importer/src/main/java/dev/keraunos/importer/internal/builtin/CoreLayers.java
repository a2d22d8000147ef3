package dev.keraunos.importer.internal.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.Sums;
import dev.keraunos.importer.internal.quantization.QuantizedEmbeddings;
import dev.keraunos.importer.internal.quantization.QuantizedKernel;
import dev.keraunos.importer.internal.table.LambdaFunction;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.weights.QuantizedForm;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.SavedObject;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * {@code keras.layers.core}: Dense, Activation, Embedding, Masking, Lambda and the layers that
 * change nothing.
 */
final class CoreLayers {
  static final List<LayerRow> ROWS =
      List.of(
          LayerRow.passes(CoreLayers::dense, "Dense", "TimeDistributedDense")
              .weights("kernel")
              .bias()
              .quantized(QuantizedForm.KERNEL),
          LayerRow.passes(call -> call.activate("activation", call.x()), "Activation"),
          LayerRow.passesInKeras3(RowCall::x, "Identity", "TFDIdentity"),
          LayerRow.drops(CoreLayers::einsumDense, "EinsumDense")
              .weights("kernel")
              .weight("bias", true, config -> !config.get("bias_axes").isNull())
              .quantized(QuantizedForm.KERNEL)
              .ignores("output_shape", "gptq_unpacked_column_size"),
          LayerRow.drops(CoreLayers::maxoutDense, "MaxoutDense").weights("kernel").bias(),
          LayerRow.drops(CoreLayers::highway, "Highway")
              .weights("kernel", "kernel_carry")
              .bias()
              .weight("bias_carry", true, CoreLayers::isBiased)
              .ignores("transform_bias"),
          LayerRow.of(CoreLayers::embedding, "Embedding")
              .weights("embeddings")
              .draws("dropout")
              .ignores("dropout")
              .quantized(QuantizedForm.EMBEDDINGS),
          LayerRow.of(CoreLayers::reversibleEmbedding, "ReversibleEmbedding")
              .weights("embeddings")
              .weight("reverse_embeddings", true, config -> !isTied(config))
              .takes("reverse")
              .ignores("mask_zero", "tie_weights", "reverse_dtype", "logit_soft_cap")
              .quantized(QuantizedForm.EMBEDDINGS),
          LayerRow.of(CoreLayers::masking, "Masking"),
          LayerRow.of(CoreLayers::lambda, "Lambda")
              .takes("mask", "training")
              .ignores(
                  "function",
                  "function_type",
                  "output_shape",
                  "output_shape_type",
                  "output_shape_module",
                  "module",
                  "arguments",
                  "mask",
                  "mask_type",
                  "mask_module"),
          LayerRow.passes(RowCall::x, "ActivityRegularization").penalises(CoreLayers::l1l2));

  private CoreLayers() {}

  /** activation(x·W + b) over the last axis of any rank from 2 on. */
  private static Value dense(RowCall call) {
    int units = call.config().get("units", "output_dim").integer();
    boolean biased = isBiased(call.config());
    Value y =
        isQuantized(call)
            ? QuantizedKernel.product(call, "...x,xy->...y", units)
            : Ops.matmul(call.floating(), call.weight("kernel", call.dim(call.x(), -1), units));
    Value bias = biased ? QuantizedKernel.bias(call, call.weight("bias", units)) : null;
    return call.activate("activation", biased ? Ops.add(y, bias) : y);
  }

  /** activation(einsum(equation, x, kernel) + bias), the bias along {@code bias_axes}. */
  private static Value einsumDense(RowCall call) {
    Value x = call.floating();
    String equation = call.config().get("equation").text().replace(" ", "");
    String[] sides = equation.split("->", -1);
    String[] operands = sides[0].split(",", -1);
    long[] unknown = new long[operands[operands.length - 1].length()];
    Arrays.fill(unknown, Shape.UNKNOWN);
    Value y =
        isQuantized(call)
            ? QuantizedKernel.product(call, equation, sizes(call))
            : Ops.einsum(equation, x, call.weight("kernel", unknown));
    String axes = call.config().get("bias_axes").text("");
    int elided = x.rank() - operands[0].replace("...", "").length();
    if (!axes.isEmpty()) {
      Value bias = bias(call, sides[1], axes, elided);
      boolean looks = call.dialect().has(Quirk.EINSUM_ADDS_VECTORS_AS_BIASES);
      y = looks ? Sums.add(y, bias, call.dialect()) : Ops.add(y, bias);
    }
    return call.activate("activation", y);
  }

  /**
   * A variable with one axis per label of the output from the first of {@code axes} on, of length 1
   * where it is not one of them; an ellipsis behind the labels adds as many axes as it stands for.
   */
  private static Value bias(RowCall call, String output, String axes, int elided) {
    String labels = output.replace("...", "");
    if (axes.chars().anyMatch(axis -> labels.indexOf(axis) < 0)) {
      throw call.config().get("bias_axes").unexpected("labels of the output " + output);
    }
    int first = axes.chars().map(labels::indexOf).min().orElseThrow();
    LongStream own = labels.substring(first).chars().mapToLong(c -> axes.indexOf(c) < 0 ? 1 : -1);
    LongStream behind = LongStream.generate(() -> 1).limit(output.endsWith("...") ? elided : 0);
    Value bias = call.weight("bias", LongStream.concat(own, behind).toArray());
    return QuantizedKernel.bias(call, bias);
  }

  /** The sizes of the last axes of the result; 0 where only the input tells. */
  private static int[] sizes(RowCall call) {
    Setting shape = call.config().get("output_shape");
    if (shape.isNull()) {
      return new int[0];
    }
    return shape.isNumber()
        ? new int[] {shape.integer()}
        : shape.list().stream().mapToInt(size -> size.integer(0)).toArray();
  }

  /** The largest of several linear functions, feature by feature. */
  private static Value maxoutDense(RowCall call) {
    Value x = call.floating();
    int units = call.config().get("output_dim").integer();
    int pieces = call.config().get("nb_feature").integer(4);
    Value rows = Ops.expandDims(Ops.expandDims(x, 1), 1);
    Value products = Ops.matmul(rows, call.weight("kernel", pieces, call.dim(x, -1), units));
    return Ops.max(call.addBias(Ops.squeeze(products, 2), pieces, units), 1);
  }

  /** t·activation(x·W + b) + (1 − t)·x with the gate t = sigmoid(x·W_carry + b_carry). */
  private static Value highway(RowCall call) {
    Value x = call.floating();
    long units = call.dim(x, -1);
    Value carry = Ops.matmul(x, call.weight("kernel_carry", units, units));
    if (isBiased(call.config())) {
      carry = Ops.add(carry, call.weight("bias_carry", units));
    }
    Value linear = call.addBias(Ops.matmul(x, call.weight("kernel", units, units)), units);
    Value gate = Ops.sigmoid(carry);
    Value kept = Ops.multiply(Ops.subtract(1, gate), x);
    return Ops.add(Ops.multiply(call.activate("activation", linear), gate), kept);
  }

  private static boolean isQuantized(RowCall call) {
    return call.layer().quantization().isPresent();
  }

  private static boolean isBiased(Config config) {
    return config.get("use_bias", "bias").bool(true);
  }

  /** Rows of a matrix by index; with {@code mask_zero} index 0 is masked. */
  private static List<Masked> embedding(RowCall call) {
    Value x = call.input(0).value();
    Value indices = x.dtype() == DType.INT64 ? x : Ops.cast(x, DType.INT32);
    Value mask = call.config().get("mask_zero").bool(false) ? Ops.notEqual(x, 0) : null;
    Value y =
        isQuantized(call)
            ? QuantizedEmbeddings.rows(call, indices)
            : Ops.take(call.weight("embeddings", tableShape(call)), indices, 0);
    return List.of(new Masked(y, mask));
  }

  private static long[] tableShape(RowCall call) {
    Config config = call.config();
    return new long[] {config.get("input_dim").integer(), config.get("output_dim").integer()};
  }

  private static boolean isTied(Config config) {
    return config.get("tie_weights").bool(true);
  }

  /** An embedding or, with {@code reverse}, products with its rows, limited softly. */
  private static List<Masked> reversibleEmbedding(RowCall call) {
    Setting named = call.constant("reverse");
    Setting reverseType = call.config().get("reverse_dtype");
    Setting cap = call.config().get("logit_soft_cap");
    boolean reverse = named.isNull() ? call.constant(1).bool(false) : named.bool();
    if (!reverse) {
      return embedding(call);
    }
    Value x = call.input(0).value();
    Value logits =
        isQuantized(call)
            ? QuantizedEmbeddings.reverse(call, x)
            : reversed(call, x, reverseType.isNull() ? x.dtype() : DType.of(reverseType.text()));
    Value capped =
        cap.isNull()
            ? logits
            : Ops.multiply(Ops.tanh(Ops.divide(logits, cap.number())), cap.number());
    return List.of(Masked.unmasked(capped));
  }

  /** Products of rows of x with those of the table, or with a table that has them as columns. */
  private static Value reversed(RowCall call, Value x, DType type) {
    boolean tied = isTied(call.config());
    String name = tied ? "embeddings" : "reverse_embeddings";
    long[] shape = tableShape(call);
    long[] dims = tied ? shape : new long[] {shape[1], shape[0]};
    Value table = call.weight(name, dims);
    boolean given = !call.config().get("reverse_dtype").isNull();
    return Ops.matmul(
        given ? Ops.cast(x, type) : x, given ? Ops.cast(table, type) : table, false, tied);
  }

  /** Steps equal to the mask value in every feature are masked and become zero. */
  private static List<Masked> masking(RowCall call) {
    Value x = call.x();
    Value differs = Ops.notEqual(x, call.config().get("mask_value").number(0));
    Value mask = Ops.any(differs, -1);
    boolean selects = call.dialect().has(Quirk.MASKS_SELECT);
    Value kept = Ops.expandDims(mask, -1);
    Value y = selects ? Ops.where(kept, x, 0.0) : Ops.multiply(x, Ops.cast(kept, x.dtype()));
    return List.of(new Masked(y, mask));
  }

  /**
   * The function bound in the registry under the layer's name or the Python function's; else what
   * its code says.
   */
  private static List<Masked> lambda(RowCall call) {
    String layerName = call.layer().name();
    String functionName = functionName(call);
    Optional<List<Value>> bound = bound(call, layerName, functionName);
    if (bound.isPresent()) {
      return unmasked(bound.get());
    }
    String ways =
        "Bind one by the layer's name"
            + (functionName.isEmpty() ? "" : " or by '" + functionName + "'")
            + ": ModelRegistry.builder().lambda(\""
            + layerName
            + "\", x -> Ops.divide(x, 255)), or --lambda "
            + layerName
            + "='x / 255'";
    LambdaFunction stored =
        LambdaFunction.of(call, call.config().get("function").json(), ways)
            .orElseThrow(
                () -> call.gap("the Python function of a Lambda cannot run on the JVM. " + ways));
    return unmasked(bound(call, stored.name()).orElseGet(stored::ofInputs));
  }

  private static Optional<List<Value>> bound(RowCall call, String... names) {
    return call.site().registry().lambda(names).map(function -> List.of(function.apply(call.xs())));
  }

  private static List<Masked> unmasked(List<Value> values) {
    return values.stream().map(Masked::unmasked).toList();
  }

  /** The regulariser that the layer ActivityRegularization is. */
  private static JsonNode l1l2(RowCall call) {
    ObjectNode regularizer = JsonNodeFactory.instance.objectNode().put("class_name", "L1L2");
    regularizer
        .putObject("config")
        .put("l1", call.config().get("l1").number(0))
        .put("l2", call.config().get("l2").number(0));
    return regularizer;
  }

  private static String functionName(RowCall call) {
    if (!call.config().get("function").isObject()) {
      return "";
    }
    SavedObject function = call.config().get("function").savedObject();
    return function.name().equals("__lambda__") ? "" : function.name();
  }
}
