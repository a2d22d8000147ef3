package dev.keraunos.importer.internal.builtin;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.IntegerArithmetic;
import dev.keraunos.importer.internal.operations.Sums;
import dev.keraunos.importer.internal.table.LambdaFunction;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/** {@code keras.layers.merging}, and Keras 1's {@code Merge}. */
final class MergingLayers {
  static final List<LayerRow> ROWS =
      List.of(
          elementwise(MergingLayers::sum, "Add"),
          elementwise(call -> fold(call, Ops::subtract), "Subtract"),
          elementwise(MergingLayers::average, "Average"),
          elementwise(MergingLayers::multiply, "Multiply"),
          elementwise(call -> selecting(call, Ops::maximum), "Maximum"),
          elementwise(call -> selecting(call, Ops::minimum), "Minimum"),
          LayerRow.of(
              call -> concatenate(call, call.config().get("axis").integer(-1)),
              "Concatenate",
              "TFDConcat"),
          LayerRow.drops(MergingLayers::dot, "Dot"),
          LayerRow.of(MergingLayers::merge, "Merge")
              .ignores(
                  "layers",
                  "mode_type",
                  "concat_axis",
                  "dot_axes",
                  "output_shape",
                  "output_shape_type",
                  "output_mask",
                  "output_mask_type",
                  "arguments",
                  "node_indices",
                  "tensor_indices"));

  private MergingLayers() {}

  private static LayerRow elementwise(LayerRow.Plain lowering, String name) {
    return LayerRow.of(call -> List.of(new Masked(lowering.lower(call), mask(call))), name);
  }

  // ---- Masks -----------------------------------------------------------------------------------

  /** From Keras 3.4 on, a step counts if any input has it, and masked entries are left out. */
  private static boolean leavesOutMasked(RowCall call) {
    return call.dialect().has(Quirk.MERGES_LEAVE_OUT_MASKED);
  }

  /** Up to Keras 3.3, layers with a list of inputs lost all masks. */
  private static boolean losesMasks(RowCall call) {
    return call.dialect().has(Quirk.MERGES_LOSE_MASKS);
  }

  /** All present masks hold; from Keras 3.4 on any holds, and every input must have one. */
  private static Value mask(RowCall call) {
    List<Value> masks = call.inputs().stream().map(Masked::mask).toList();
    BinaryOperator<Value> join = leavesOutMasked(call) ? Ops::logicalOr : Ops::logicalAnd;
    boolean dropped = losesMasks(call) || (leavesOutMasked(call) && masks.contains(null));
    return dropped ? null : masks.stream().filter(Objects::nonNull).reduce(join).orElse(null);
  }

  /** The mask of an input in its shape, or null. */
  private static Value entryMask(RowCall call, int input) {
    Value mask = call.input(input).mask();
    return mask == null ? null : Ops.expandDims(mask, -1);
  }

  /** Merge layers lose sight of the masks where they have to make ranks equal. */
  private static boolean masksEntries(RowCall call) {
    long ranks = call.inputs().stream().map(input -> input.value().rank()).distinct().count();
    return leavesOutMasked(call) && ranks == 1;
  }

  // ---- Elementwise -----------------------------------------------------------------------------

  /** All inputs in the highest rank among them: axes of length 1 follow the batch axis. */
  private static List<Value> sameRank(RowCall call) {
    List<Value> values = new ArrayList<>(call.xs(1));
    int rank = values.stream().mapToInt(Value::rank).max().orElseThrow();
    values.replaceAll(
        x -> {
          Value y = IntegerArithmetic.narrow(x, call.dialect());
          while (y.rank() < rank) {
            y = Ops.expandDims(y, 1);
          }
          return y;
        });
    return values;
  }

  private static Value fold(RowCall call, BinaryOperator<Value> operator) {
    return sameRank(call).stream().reduce(operator).orElseThrow();
  }

  private static Value sum(RowCall call) {
    return fold(call, (x, y) -> Sums.add(x, y, call.dialect()));
  }

  private static Value average(RowCall call) {
    return Ops.divide(sum(call), call.inputs().size());
  }

  /** From Keras 3.4 on masked entries count as 1, and as 0 where all inputs are masked. */
  private static Value multiply(RowCall call) {
    if (!masksEntries(call)) {
      return fold(call, Ops::multiply);
    }
    List<Value> values = new ArrayList<>(call.xs());
    Value any = null;
    for (int i = 0; i < values.size(); i++) {
      Value mask = entryMask(call, i);
      if (mask != null) {
        values.set(i, Ops.where(mask, values.get(i), 1.0));
        any = any == null ? mask : Ops.logicalOr(any, mask);
      }
    }
    Value product = values.stream().reduce(Ops::multiply).orElseThrow();
    return mask(call) == null ? product : Ops.where(any, product, 0.0);
  }

  /** Maximum or minimum; from Keras 3.4 on the other operand is taken where one is masked. */
  private static Value selecting(RowCall call, BinaryOperator<Value> operator) {
    if (!masksEntries(call)) {
      return fold(call, operator);
    }
    List<Value> values = sameRank(call);
    Value y = values.get(0);
    Value kept = entryMask(call, 0);
    for (int i = 1; i < call.inputs().size(); i++) {
      Value x = values.get(i);
      Value mask = entryMask(call, i);
      Value right = mask == null ? x : Ops.where(mask, x, y);
      Value left = kept == null ? y : Ops.where(kept, y, right);
      y = operator.apply(left, right);
      kept = mask == null || kept == null ? null : Ops.logicalOr(kept, mask);
    }
    return y;
  }

  // ---- Concatenation ---------------------------------------------------------------------------

  private static List<Masked> concatenate(RowCall call, int axis) {
    List<Value> values = call.xs(1);
    return List.of(new Masked(Ops.concatenate(values, axis), concatenatedMask(call, axis)));
  }

  /** The masks joined like the values, then reduced over the last axis. */
  private static Value concatenatedMask(RowCall call, int axis) {
    if (losesMasks(call) || call.inputs().stream().allMatch(input -> input.mask() == null)) {
      return null;
    }
    List<Value> masks = new ArrayList<>();
    for (Masked input : call.inputs()) {
      Value value = input.value();
      Value mask = input.mask();
      if (mask == null) {
        masks.add(Ops.equal(Ops.zerosLike(value), 0));
      } else if (mask.rank() < value.rank()) {
        masks.add(Ops.broadcastTo(Ops.expandDims(mask, -1), value));
      } else {
        masks.add(mask);
      }
    }
    ReduceKind kind = leavesOutMasked(call) ? ReduceKind.ANY : ReduceKind.ALL;
    return Ops.reduce(kind, Ops.concatenate(masks, axis), false, -1);
  }

  // ---- Products --------------------------------------------------------------------------------

  private static Value dot(RowCall call) {
    List<Value> values = call.xs(2);
    int[] axes = dotAxes(call.config().get("axes"), values);
    if (call.config().get("normalize").bool(false)) {
      double floor = normalizationFloor(call.dialect());
      values =
          List.of(
              Ops.l2Normalize(values.get(0), floor, axes[0]),
              Ops.l2Normalize(values.get(1), floor, axes[1]));
    }
    return IntegerArithmetic.product(
        values.get(0),
        values.get(1),
        call.dialect(),
        (x, y) -> batchDot(x, y, axes, call.dialect()));
  }

  /** A single axis holds for both inputs; negative ones count from the end of each. */
  private static int[] dotAxes(Setting setting, List<Value> values) {
    int[] axes = setting.isNull() ? new int[] {-1, -1} : setting.integers(2);
    return IntStream.range(0, 2).map(i -> values.get(i).shape().axis(axes[i])).toArray();
  }

  /** What the squared norm is raised to before its root is taken. */
  private static double normalizationFloor(Dialect dialect) {
    if (dialect.has(Quirk.DOT_NORM_OF_1E_7)) {
      return 1e-14;
    }
    return dialect.has(Quirk.DOT_SQUARE_OF_1E_7) ? 1e-7 : 1e-12;
  }

  /**
   * Products sample by sample: the given axes are summed over, the other axes of x come before
   * those of y. Two vectors give (batch, 1).
   */
  private static Value batchDot(Value x, Value y, int[] axes, Dialect dialect) {
    if (Math.max(x.rank(), y.rank()) > 3 && dialect.has(Quirk.DOT_MULTIPLIES_MATRICES)) {
      return matrices(x, y, axes);
    }
    Value left = x.rank() == 2 ? Ops.expandDims(x, 1) : Ops.moveaxis(x, axes[0], -1);
    Value right = y.rank() == 2 ? Ops.expandDims(y, 2) : Ops.moveaxis(y, axes[1], 1);
    Value product = Ops.matmul(rows(left), columns(right));
    List<Dim> dims = new ArrayList<>(Dim.of(left, 1).subList(0, left.rank() - 1));
    dims.addAll(Dim.of(right, 2).subList(2, right.rank()));
    Value shaped =
        left.rank() == 3 && right.rank() == 3 ? product : Ops.reshape(product, dims, left, right);
    if (x.rank() == 2) {
      return Ops.squeeze(shaped, 1);
    }
    return y.rank() == 2 ? Ops.squeeze(shaped, -1) : shaped;
  }

  /** Products of the last two axes, transposed where the axis summed over wants it. */
  private static Value matrices(Value x, Value y, int[] axes) {
    int rank = Math.max(x.rank(), y.rank());
    Value left = Ops.expandDims(x, IntStream.range(x.rank(), rank).toArray());
    Value right = Ops.expandDims(y, IntStream.range(y.rank(), rank).toArray());
    Value product = Ops.matmul(left, right, axes[0] != rank - 1, axes[1] == rank - 1);
    int first = x.rank() > y.rank() ? x.rank() + y.rank() - 3 : x.rank() - 1;
    int added = Math.abs(x.rank() - y.rank());
    return added == 0
        ? product
        : Ops.squeeze(product, IntStream.range(first, first + added).toArray());
  }

  /** (batch, ..., k) as (batch, rows, k). */
  private static Value rows(Value x) {
    List<Dim> dims = Dim.of(x, 0);
    return x.rank() == 3
        ? x
        : Ops.reshape(x, List.of(dims.get(0), new Dim.Inferred(), dims.get(x.rank() - 1)));
  }

  /** (batch, k, ...) as (batch, k, columns). */
  private static Value columns(Value x) {
    List<Dim> dims = Dim.of(x, 0);
    return x.rank() == 3
        ? x
        : Ops.reshape(x, List.of(dims.get(0), dims.get(1), new Dim.Inferred()));
  }

  // ---- Keras 1 ---------------------------------------------------------------------------------

  /** The mode says which of the layers above this is; functions are bound by the layer's name. */
  private static List<Masked> merge(RowCall call) {
    Optional<Value> bound =
        call.site().registry().lambda(call.layer().name()).map(f -> f.apply(call.xs()));
    if (bound.isPresent()) {
      return List.of(Masked.unmasked(bound.get()));
    }
    String ways =
        "Bind one by the layer's name: ModelRegistry.builder().lambdaOfList(\""
            + call.layer().name()
            + "\", inputs -> ...)";
    Optional<LambdaFunction> stored =
        LambdaFunction.of(call, call.config().get("mode").json(), ways);
    if (stored.isPresent()) {
      return stored.get().ofInputs().stream().map(Masked::unmasked).toList();
    }
    switch (call.config().get("mode").text("sum")) {
      case "sum":
        return List.of(new Masked(sum(call), mask(call)));
      case "mul":
        return List.of(new Masked(fold(call, Ops::multiply), mask(call)));
      case "ave":
        return List.of(new Masked(average(call), mask(call)));
      case "max":
        return List.of(Masked.unmasked(fold(call, Ops::maximum)));
      case "concat":
        return concatenate(call, call.config().get("concat_axis").integer(-1));
      case "dot":
        return List.of(Masked.unmasked(mergeDot(call, 0, 1)));
      case "cos":
        return List.of(Masked.unmasked(cosine(call)));
      default:
        throw call.gap("the Python function of a Merge cannot run on the JVM. " + ways);
    }
  }

  private static Value mergeDot(RowCall call, int first, int second) {
    List<Value> values = List.of(call.xs(2).get(first), call.xs(2).get(second));
    int[] axes = dotAxes(call.config().get("dot_axes"), call.xs());
    int[] pair = {axes[first], axes[second]};
    return batchDot(values.get(0), values.get(1), pair, call.dialect());
  }

  /** dot(a, b) / max(√(dot(a, a)·dot(b, b)), 1e-7), with an axis of length 1 after the batch. */
  private static Value cosine(RowCall call) {
    Value norms = Ops.sqrt(Ops.multiply(mergeDot(call, 0, 0), mergeDot(call, 1, 1)));
    return Ops.expandDims(Ops.divide(mergeDot(call, 0, 1), Ops.maximum(norms, 1e-7)), 1);
  }
}
