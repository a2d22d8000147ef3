package dev.keraunos.importer.layers;

import static dev.keraunos.importer.layers.Operations.add;
import static dev.keraunos.importer.layers.Operations.flattens;
import static dev.keraunos.importer.layers.Operations.number;
import static dev.keraunos.importer.layers.Operations.one;
import static dev.keraunos.importer.layers.Operations.unary;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The part of {@link Operations} that moves elements and computes none. */
final class ShapeOperations {
  private ShapeOperations() {}

  // ---- Shapes ----------------------------------------------------------------------------------

  static void shapes() {
    String x = "x|tensor|input|a|value";
    one(x + " newshape|shape", ShapeTensors::reshape, "Reshape", "reshape");
    one("x|input|a axes|perm|permutation", ShapeOperations::transpose, "Transpose", "transpose");
    one(x + " axis|dim", ShapeOperations::expandDims, "ExpandDims", "expand_dims");
    one(
        x + " axis|squeeze_dims",
        call -> Ops.squeeze(call.value("x"), call.axes("axis")),
        "Squeeze",
        "squeeze");
    one(
        "x axis1 axis2",
        call ->
            Ops.swapaxes(call.value("x"), call.get("axis1").integer(), call.get("axis2").integer()),
        "Swapaxes");
    one("x source destination", ShapeOperations::moveaxis, "Moveaxis");
    one(x + " shape", ShapeOperations::broadcastTo, "BroadcastTo", "broadcast_to");
    unary(v -> Ops.reshape(v, -1), "Ravel");
    one("x|input out_type", ShapeOperations::shapeOf, "shape", "Shape");
    one("xs|values axis", ShapeOperations::concatenate, "Concatenate", "concat", "ConcatV2");
    one("xs|values axis", ShapeOperations::stack, "Stack", "stack", "Pack");
    add("x|value|array num axis", ShapeOperations::unstack, "Unstack", "unstack", "Unpack");
    add("x indices_or_sections axis", ShapeOperations::splitAt, "Split");
    add("x|value sizes|num_or_size_splits axis", ShapeOperations::splitInto, "split", "SplitV");
    add("axis|split_dim x|value sizes|num_split", ShapeOperations::splitInto, "raw:Split");
  }

  private static Value shapeOf(OperationCall call) {
    call.get("out_type"); // the integer type; the graph keeps dimensions as int32
    return ShapeTensors.shapeOf(call.value("x"));
  }

  private static Value transpose(OperationCall call) {
    Value x = call.value("x");
    int[] reversed = IntStream.range(0, x.rank()).map(i -> x.rank() - 1 - i).toArray();
    return Ops.transpose(x, call.get("axes").isNull() ? reversed : call.get("axes").integers());
  }

  /** Several axes are places in the result. */
  private static Value expandDims(OperationCall call) {
    Value x = call.value("x");
    int[] axes = call.get("axis").integers();
    int rank = x.rank() + axes.length;
    for (int axis : Arrays.stream(axes).map(a -> a < 0 ? a + rank : a).sorted().toArray()) {
      x = Ops.expandDims(x, axis);
    }
    return x;
  }

  private static Value moveaxis(OperationCall call) {
    int[] sources = call.get("source").integers();
    int[] destinations = call.get("destination").integers();
    Value x = call.value("x");
    if (sources.length == 1) {
      return Ops.moveaxis(x, sources[0], destinations[0]);
    }
    Integer[] permutation = new Integer[x.rank()];
    List<Integer> rest = new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
    for (int i = 0; i < sources.length; i++) {
      int source = x.shape().axis(sources[i]);
      permutation[x.shape().axis(destinations[i])] = source;
      rest.remove((Integer) source);
    }
    for (int i = 0; i < permutation.length; i++) {
      permutation[i] = permutation[i] == null ? rest.remove(0) : permutation[i];
    }
    return Ops.transpose(x, Arrays.stream(permutation).mapToInt(i -> i).toArray());
  }

  private static Value broadcastTo(OperationCall call) {
    List<Dim> dims = new ArrayList<>();
    Value x = call.value("x");
    List<Setting> shape = call.get("shape").list();
    for (int i = 0; i < shape.size(); i++) {
      int axis = i - (shape.size() - x.rank());
      boolean kept = shape.get(i).isNull() || shape.get(i).integer() == -1;
      dims.add(kept ? Dim.of(x, 0).get(axis) : new Dim.Fixed(shape.get(i).integer()));
    }
    return call.apply(new Op.BroadcastTo(dims), x);
  }

  private static Value concatenate(OperationCall call) {
    return Ops.concatenate(call.values("xs"), call.get("axis").integer(0));
  }

  private static Value stack(OperationCall call) {
    return Ops.stack(call.values("xs"), call.get("axis").integer(0));
  }

  private static List<Value> unstack(OperationCall call) {
    Value x = call.value("x");
    int axis = x.shape().axis(call.get("axis").integer(0));
    int count = call.get("num").integer(Math.toIntExact(call.layer().dim(x, axis)));
    return Ops.split(x, count, axis).stream().map(part -> Ops.squeeze(part, axis)).toList();
  }

  /** NumPy's split: a number of equal parts, or the indices to cut at. */
  private static List<Value> splitAt(OperationCall call) {
    Value x = call.value("x");
    int axis = call.get("axis").integer(0);
    Setting cuts = call.get("indices_or_sections");
    if (!cuts.isList()) {
      return Ops.split(x, cuts.integer(), axis);
    }
    List<Value> parts = new ArrayList<>();
    Long start = null;
    for (int cut : cuts.integers()) {
      parts.add(Ops.sliceAxis(x, axis, new Range(start, (long) cut, 1)));
      start = (long) cut;
    }
    parts.add(Ops.sliceAxis(x, axis, new Range(start, null, 1)));
    return parts;
  }

  /** TensorFlow's split: a number of equal parts, or the length of each, one of which may be −1. */
  private static List<Value> splitInto(OperationCall call) {
    Value x = call.value("x");
    int axis = call.get("axis").integer(0);
    Setting sizes = call.get("sizes");
    if (!sizes.isList()) {
      return Ops.split(x, sizes.integer(), axis);
    }
    int[] lengths = sizes.integers();
    int known = Arrays.stream(lengths).filter(length -> length >= 0).sum();
    List<Value> parts = new ArrayList<>();
    long start = 0;
    for (int length : lengths) {
      long stop = start + (length >= 0 ? length : call.layer().dim(x, axis) - known);
      parts.add(Ops.sliceAxis(x, axis, Range.of(start, stop)));
      start = stop;
    }
    return parts;
  }

  // ---- Slices and copies -----------------------------------------------------------------------

  static void slices() {
    one("x|tensor key|slice_spec", ShapeOperations::getItem, "GetItem", "getitem");
    one(
        "x|params indices axis batch_dims validate_indices",
        ShapeOperations::take,
        "Take",
        "gather",
        "GatherV2");
    one("x indices axis", ShapeOperations::takeAlongAxis, "TakeAlongAxis");
    one("x|input repeats axis", ShapeOperations::repeat, "Repeat", "repeat");
    one("x|input repeats|multiples", ShapeOperations::tile, "Tile", "tile");
    one("x|tensor axis", ShapeOperations::flip, "Flip", "reverse", "ReverseV2");
    one("x|input shift axis", ShapeOperations::roll, "Roll", "roll");
    one(
        "x|tensor pad_width|paddings mode constant_values",
        ShapeOperations::pad,
        "Pad",
        "pad",
        "MirrorPad");
    one("x pad_width constant_values", ShapeOperations::pad, "PadV2");
    one("x fill_value", ShapeOperations::fullLike, "FullLike");
    one(
        "x|indices num_classes|depth on_value off_value axis",
        ShapeOperations::oneHot,
        "OneHot",
        "one_hot");
  }

  private static Value getItem(OperationCall call) {
    return Indexing.apply(call.layer(), call.value("x"), call.argument("key"));
  }

  private static Value take(OperationCall call) {
    if (call.get("batch_dims").integer(0) != 0) {
      throw call.get("batch_dims").unexpected("0");
    }
    call.get("validate_indices");
    Value x = flattens(call) ? Ops.reshape(call.value("x"), -1) : call.value("x");
    return Ops.take(x, whole(call.value("indices")), call.get("axis").integer(0));
  }

  private static Value takeAlongAxis(OperationCall call) {
    boolean flat = call.get("axis").isNull();
    Value x = flat ? Ops.reshape(call.value("x"), -1) : call.value("x");
    return Ops.takeAlongAxis(x, whole(call.value("indices")), call.get("axis").integer(0));
  }

  private static Value whole(Value indices) {
    return indices.dtype().isInteger() ? indices : Ops.cast(indices, DType.INT32);
  }

  private static Value repeat(OperationCall call) {
    boolean flat = call.get("axis").isNull();
    Value x = flat ? Ops.reshape(call.value("x"), -1) : call.value("x");
    int axis = call.get("axis").integer(0);
    int[] times = call.get("repeats").integers();
    if (times.length == 1) {
      return Ops.repeat(x, times[0], axis);
    }
    int[] indices =
        IntStream.range(0, times.length)
            .flatMap(i -> IntStream.generate(() -> i).limit(times[i]))
            .toArray();
    return Ops.take(x, Ops.constant(x, Tensor.of(indices, indices.length)), axis);
  }

  /** The whole repeated along each axis: a new axis of copies merges with the old. */
  private static Value tile(OperationCall call) {
    Value x = call.value("x");
    int[] times = call.get("repeats").integers();
    while (x.rank() < times.length) {
      x = Ops.expandDims(x, 0);
    }
    for (int i = 0; i < times.length; i++) {
      int axis = x.rank() - times.length + i;
      if (times[i] != 1) {
        List<Dim> dims = Dim.of(x, 0);
        boolean known = x.shape().isKnown(axis);
        dims.set(axis, known ? new Dim.Fixed(x.shape().dim(axis) * times[i]) : new Dim.Inferred());
        Value copies = Ops.repeat(Ops.expandDims(x, axis), times[i], axis);
        List<Dim> merged = new ArrayList<>();
        for (int a = 0; a < dims.size(); a++) {
          boolean shifted = dims.get(a) instanceof Dim.Same && a > axis;
          merged.add(shifted ? new Dim.Same(0, a + 1) : dims.get(a));
        }
        x = Ops.reshape(copies, merged);
      }
    }
    return x;
  }

  private static Value flip(OperationCall call) {
    Value x = call.value("x");
    int[] all = IntStream.range(0, x.rank()).toArray();
    for (int axis : call.get("axis").isNull() ? all : call.axes("axis")) {
      x = Ops.flip(x, axis);
    }
    return x;
  }

  private static Value roll(OperationCall call) {
    Value x = call.value("x");
    int[] axes = call.get("axis").isNull() ? new int[] {0} : call.axes("axis");
    int[] shifts = call.get("shift").integers(axes.length);
    Value y = call.get("axis").isNull() ? Ops.reshape(x, -1) : x;
    for (int i = 0; i < axes.length; i++) {
      long length = call.layer().dim(y, axes[i]);
      long cut = length - Math.floorMod((long) shifts[i], Math.max(length, 1));
      Value head = Ops.sliceAxis(y, axes[i], new Range(cut, null, 1));
      y = Ops.concatenate(List.of(head, Ops.sliceAxis(y, axes[i], Range.of(0, cut))), axes[i]);
    }
    return call.get("axis").isNull() ? Ops.reshape(y, Dim.of(x, 1), x) : y;
  }

  private static Value pad(OperationCall call) {
    Value x = call.value("x");
    Setting width = call.get("pad_width");
    boolean perAxis = width.isList() && width.list().get(0).isList();
    List<Long> before = new ArrayList<>();
    List<Long> after = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      boolean single = !perAxis || width.list().size() == 1;
      int[] cells = (!perAxis ? width : width.list().get(single ? 0 : axis)).integers(2);
      before.add((long) cells[0]);
      after.add((long) cells[1]);
    }
    String mode = call.get("mode").text("constant").toUpperCase(Locale.ROOT);
    double value = number(call, "constant_values", 0);
    return call.apply(new Op.Pad(Op.Pad.Mode.valueOf(mode), value, before, after), x);
  }

  private static Value fullLike(OperationCall call) {
    Value x = call.value("x");
    return call.isTensor("fill_value")
        ? Ops.broadcastTo(Ops.cast(call.value("fill_value"), x.dtype()), x)
        : Ops.fullLike(x, call.get("fill_value").number());
  }

  private static Value oneHot(OperationCall call) {
    Value x = whole(call.value("x"));
    DType type = DType.of(call.get("dtype").text("float32"));
    Value y = call.apply(new Op.OneHot(call.get("num_classes").integer(), type), x);
    double on = number(call, "on_value", 1);
    double off = number(call, "off_value", 0);
    Value scaled = on == 1 && off == 0 ? y : Ops.add(Ops.multiply(y, on - off), off);
    return Ops.moveaxis(scaled, -1, call.get("axis").integer(-1));
  }
}
