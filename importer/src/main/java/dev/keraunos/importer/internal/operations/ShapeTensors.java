package dev.keraunos.importer.internal.operations;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Shapes as tensors, which TensorFlow graphs compute with: {@code tf.shape}, and {@code reshape} to
 * what was made from it. The graph itself has no such tensors, so each dimension is traced back.
 */
final class ShapeTensors {
  private final List<Value> references = new ArrayList<>();

  private ShapeTensors() {}

  /** The dimensions as int32; an unknown one is the sum of that many ones. */
  static Value shapeOf(Value x) {
    List<Value> dims = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      Value ones = Ops.full(DType.INT32, 1, List.of(new Dim.Same(0, axis)), x);
      dims.add(
          x.shape().isKnown(axis)
              ? Ops.constant(x, Tensor.of(new int[] {(int) x.shape().dim(axis)}, 1))
              : Ops.reduce(ReduceKind.SUM, ones, true, 0));
    }
    return Ops.concatenate(dims, 0);
  }

  /** Another shape, from numbers, tensors of one element, or a tensor of all dimensions. */
  static Value reshape(OperationCall call) {
    Value x = call.value("x");
    ShapeTensors trace = new ShapeTensors();
    trace.references.add(x);
    List<Dim> dims = new ArrayList<>();
    if (call.argument("newshape") instanceof Argument.Items list) {
      for (Argument item : list.items()) {
        dims.add(
            item instanceof Argument.Literal literal
                ? Dim.of(literal.json().asLong()).get(0)
                : trace.dim(call.value(item), 0));
      }
    } else if (call.isTensor("newshape")) {
      Value shape = call.value("newshape");
      if (!shape.shape().isKnown(0)) {
        throw call.scope().gap("the rank of the new shape depends on data");
      }
      for (int i = 0; i < shape.shape().dim(0); i++) {
        dims.add(trace.dim(shape, i));
      }
    } else {
      for (int dim : call.get("newshape").integers()) {
        dims.add(Dim.of((long) dim).get(0));
      }
    }
    if (dims.stream().filter(Dim.Inferred.class::isInstance).count() > 1) {
      throw call.scope().gap("the new shape depends on data; allowed are dimensions of tensors");
    }
    Value[] others = trace.references.subList(1, trace.references.size()).toArray(Value[]::new);
    return Ops.reshape(x, settle(x, dims), others);
  }

  /** Known dimensions are written out, so that layers behind can rely on them. */
  private static List<Dim> settle(Value x, List<Dim> dims) {
    long rest = 1;
    boolean fixed = x.shape().slice(Math.min(1, x.rank()), x.rank()).isConcrete();
    boolean batch = !dims.isEmpty() && dims.get(0).equals(new Dim.Same(0, 0));
    for (Dim dim : dims) {
      rest *= dim instanceof Dim.Fixed size ? size.size() : 1;
    }
    boolean solvable = fixed && (batch || x.shape().isConcrete()) && rest > 0;
    if (!solvable) {
      return dims;
    }
    long size = x.shape().size(batch ? 1 : 0, x.rank()) / rest;
    return dims.stream().map(d -> d instanceof Dim.Inferred ? new Dim.Fixed(size) : d).toList();
  }

  /** The dimension that an element of a shape tensor stands for. */
  private Dim dim(Value shape, long index) {
    Op op = shape.producer().op();
    Value first = shape.producer().inputs().isEmpty() ? null : shape.producer().inputs().get(0);
    if (op instanceof Op.Constant constant) {
      return Dim.of(constant.value().getLong(index)).get(0);
    }
    if (op instanceof Op.Reshape || op instanceof Op.Cast) {
      return dim(first, index);
    }
    if (op instanceof Op.Slice slice && slice.ranges().size() == 1) {
      Range range = slice.ranges().get(0);
      return dim(first, range.first(first.shape().dim(0)) + index * range.step());
    }
    if (op instanceof Op.Concat) {
      long offset = index;
      for (Value part : shape.producer().inputs()) {
        if (offset < part.shape().dim(0)) {
          return dim(part, offset);
        }
        offset -= part.shape().dim(0);
      }
    }
    if (op instanceof Op.Reduce && first.producer().op() instanceof Op.Fill fill) {
      references.add(first.producer().inputs().get(0));
      int axis = ((Dim.Same) fill.shape().get(0)).axis();
      boolean own = references.get(0) == references.get(references.size() - 1);
      return new Dim.Same(own ? 0 : references.size() - 1, axis);
    }
    return new Dim.Inferred();
  }
}
