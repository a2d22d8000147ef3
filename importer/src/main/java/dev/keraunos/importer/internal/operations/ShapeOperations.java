package dev.keraunos.importer.internal.operations;

import static dev.keraunos.importer.internal.operations.Operations.X;
import static dev.keraunos.importer.internal.operations.Operations.add;
import static dev.keraunos.importer.internal.operations.Operations.flattens;
import static dev.keraunos.importer.internal.operations.Operations.one;
import static dev.keraunos.importer.internal.operations.Operations.unary;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The part of {@link Operations} that moves elements and computes none. */
final class ShapeOperations {
  private ShapeOperations() {}

  static void register() {
    shapes();
    parts();
    copies();
    fills();
  }

  // ---- Shapes ----------------------------------------------------------------------------------

  /** How many numbers there are. */
  private static Value size(OperationCall call) {
    DType type = DType.of(call.get("out_type").text("int32"));
    return Ops.cast(Ops.size(call.value("x")), type);
  }

  private static void shapes() {
    String x = "x|tensor|input|a|value";
    one(x + " newshape|shape", ShapeTensors::reshape, "Reshape", "reshape");
    one(
        "x|input|a axes|perm|permutation",
        call -> Ops.transpose(call.value("x"), call.axes("axes")),
        "Transpose",
        "transpose");
    one(
        x + " axis|dim",
        call -> Ops.expandDims(call.value("x"), call.get("axis").integers()),
        "ExpandDims",
        "expand_dims");
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
    one(
        "x source destination",
        call ->
            Ops.moveaxis(
                call.value("x"), call.get("source").integers(), call.get("destination").integers()),
        "Moveaxis");
    one(x + " shape", ShapeOperations::broadcastTo, "BroadcastTo", "broadcast_to");
    unary(v -> Ops.reshape(v, -1), "Ravel");
    one("x|input out_type", ShapeOperations::shapeOf, "shape", "Shape");
    one("x|input out_type", ShapeOperations::size, "size", "Size");
  }

  private static Value shapeOf(OperationCall call) {
    call.get("out_type"); // the integer type; the graph keeps dimensions as int32
    return ShapeTensors.shapeOf(call.value("x"));
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
    return Ops.broadcastTo(x, dims);
  }

  // ---- Parts -----------------------------------------------------------------------------------

  private static void parts() {
    one(
        "xs|values axis",
        call -> Ops.concatenate(call.values("xs"), call.integer("axis", 0)),
        "Concatenate",
        "concat",
        "ConcatV2");
    one(
        "xs|values axis",
        call -> Ops.stack(call.values("xs"), call.integer("axis", 0)),
        "Stack",
        "stack",
        "Pack");
    add("x|value|array num axis", ShapeOperations::unstack, "Unstack", "unstack", "Unpack");
    add("x indices_or_sections axis", ShapeOperations::splitAt, "Split");
    add("x|value sizes|num_or_size_splits axis", ShapeOperations::splitInto, "split", "SplitV");
    add("axis|split_dim x|value sizes|num_split", ShapeOperations::splitInto, "raw:Split");
    one(
        "x|tensor key|slice_spec",
        call -> Indexing.apply(call.scope(), call.value("x"), call.argument("key")),
        "GetItem",
        "getitem");
    one("inputs|input_ start_indices|begin shape|size", ShapeOperations::slice, "Slice", "slice");
    one(
        "x|params indices axis batch_dims validate_indices",
        ShapeOperations::take,
        "Take",
        "gather",
        "GatherV2");
    one("x indices axis", ShapeOperations::takeAlongAxis, "TakeAlongAxis");
    one("x k", call -> Ops.tril(call.value("x"), call.integer("k", 0)), "Tril");
    one("x k", call -> Ops.triu(call.value("x"), call.integer("k", 0)), "Triu");
    one(
        "input num_lower num_upper",
        call ->
            Ops.bandPart(
                call.value("input"),
                call.get("num_lower").integer(),
                call.get("num_upper").integer()),
        "band_part");
  }

  private static List<Value> unstack(OperationCall call) {
    Value x = call.value("x");
    int axis = call.integer("axis", 0);
    return call.get("num").isNull()
        ? Ops.unstack(x, axis)
        : Ops.unstack(x, call.get("num").integer(), axis);
  }

  /** NumPy's split: a number of equal parts, or the indices to cut at. */
  private static List<Value> splitAt(OperationCall call) {
    Setting cuts = call.get("indices_or_sections");
    int axis = call.integer("axis", 0);
    return cuts.isList()
        ? Ops.split(call.value("x"), cuts.integers(), axis)
        : Ops.split(call.value("x"), cuts.integer(), axis);
  }

  /** TensorFlow's split: a number of equal parts, or the length of each. */
  private static List<Value> splitInto(OperationCall call) {
    Setting sizes = call.get("sizes");
    int axis = call.integer("axis", 0);
    return sizes.isList()
        ? Ops.splitInto(call.value("x"), sizes.integers(), axis)
        : Ops.split(call.value("x"), sizes.integer(), axis);
  }

  /** A block from a corner on; -1 and null go to the end. */
  private static Value slice(OperationCall call) {
    Value x = call.value("inputs");
    long[] starts =
        Arrays.stream(call.get("start_indices").integers(x.rank())).asLongStream().toArray();
    long[] sizes = call.get("shape").list().stream().mapToLong(size -> size.integer(-1)).toArray();
    return Ops.slice(x, starts, sizes);
  }

  private static Value take(OperationCall call) {
    if (call.integer("batch_dims", 0) != 0) {
      throw call.get("batch_dims").unexpected("0");
    }
    call.get("validate_indices");
    Value x = flattens(call) ? Ops.reshape(call.value("x"), -1) : call.value("x");
    return Ops.take(x, call.value("indices"), call.integer("axis", 0));
  }

  /** x, or all its elements in a row where no axis is given. */
  private static Value flatWithoutAxis(OperationCall call) {
    Value x = call.value("x");
    return call.get("axis").isNull() ? Ops.reshape(x, -1) : x;
  }

  private static Value takeAlongAxis(OperationCall call) {
    return Ops.takeAlongAxis(flatWithoutAxis(call), call.value("indices"), call.integer("axis", 0));
  }

  // ---- Copies ----------------------------------------------------------------------------------

  private static void copies() {
    one(
        "x|input repeats axis",
        call ->
            Ops.repeat(
                flatWithoutAxis(call), call.get("repeats").integers(), call.integer("axis", 0)),
        "Repeat",
        "repeat");
    one(
        "x|input repeats|multiples",
        call -> Ops.tile(call.value("x"), call.get("repeats").integers()),
        "Tile",
        "tile");
    one("x|tensor axis", ShapeOperations::flip, "Flip", "reverse", "ReverseV2");
    one("x|input shift axis", ShapeOperations::roll, "Roll", "roll");
    String pad = "x|tensor pad_width|paddings mode constant_values";
    one(pad, ShapeOperations::pad, "Pad", "pad", "MirrorPad");
    one("x pad_width constant_values", ShapeOperations::pad, "PadV2");
  }

  /** Over all axes where none is said; over none where the list is empty. */
  private static Value flip(OperationCall call) {
    int[] axes = call.axes("axis");
    boolean nothing = axes.length == 0 && call.has("axis");
    return nothing ? call.value("x") : Ops.flip(call.value("x"), axes);
  }

  private static Value roll(OperationCall call) {
    Value x = call.value("x");
    if (call.get("axis").isNull()) {
      return Ops.roll(x, call.get("shift").integer());
    }
    int[] axes = call.axes("axis");
    return Ops.roll(x, call.get("shift").integers(axes.length), axes);
  }

  private static Value pad(OperationCall call) {
    Value x = call.value("x");
    Setting width = call.get("pad_width");
    boolean perAxis = width.isList() && width.list().stream().allMatch(Setting::isList);
    List<Long> before = new ArrayList<>();
    List<Long> after = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      boolean single = !perAxis || width.list().size() == 1;
      if (perAxis && !single && width.list().size() != x.rank()) {
        throw width.unexpected("two whole numbers for each of " + x.rank() + " axes");
      }
      int[] cells = (!perAxis ? width : width.list().get(single ? 0 : axis)).integers(2);
      before.add((long) cells[0]);
      after.add((long) cells[1]);
    }
    String mode = call.get("mode").oneOf("constant", "constant", "reflect", "symmetric");
    Op.Pad.Mode kind = Op.Pad.Mode.valueOf(mode.toUpperCase(Locale.ROOT));
    return Ops.pad(x, before, after, kind, call.number("constant_values", 0));
  }

  private static void fills() {
    like(X, call -> Ops.zerosLike(call.value("x")), "ZerosLike", "zeros_like");
    like(X, call -> Ops.onesLike(call.value("x")), "OnesLike", "ones_like");
    like("x fill_value", ShapeOperations::fullLike, "FullLike");
    one(
        "x|indices num_classes|depth on_value off_value axis",
        ShapeOperations::oneHot,
        "OneHot",
        "one_hot");
  }

  /** Functions whose result has the type that is asked for, else that of x. */
  private static void like(
      String signature, Function<OperationCall, Value> function, String... names) {
    one(
        signature + " dtype",
        call -> {
          Value filled = function.apply(call);
          Setting dtype = call.get("dtype");
          return dtype.isNull() ? filled : Ops.cast(filled, DType.of(dtype.text()));
        },
        names);
  }

  private static Value fullLike(OperationCall call) {
    return call.isTensor("fill_value")
        ? Ops.fullLike(call.value("x"), call.value("fill_value"))
        : Ops.fullLike(call.value("x"), call.get("fill_value").number());
  }

  private static Value oneHot(OperationCall call) {
    return Ops.oneHot(
        call.value("x"),
        call.get("num_classes").integer(),
        call.integer("axis", -1),
        DType.of(call.get("dtype").text("float32")),
        call.number("on_value", 1),
        call.number("off_value", 0));
  }
}
