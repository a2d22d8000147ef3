package dev.keraunos.onnx.internal.lowering;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One node of our graph on its way to nodes of ONNX. */
record Site(Nodes nodes, Node node) {
  int inputs() {
    return node.inputs().size();
  }

  Value value(int i) {
    return node.inputs().get(i);
  }

  TensorType type(int i) {
    return value(i).type();
  }

  DType dtype(int i) {
    return value(i).dtype();
  }

  Shape shape(int i) {
    return value(i).shape();
  }

  TensorType result(int i) {
    return node.outputs().get(i).type();
  }

  /** The name of an input. */
  String in(int i) {
    return nodes.name(value(i));
  }

  /** An input in another type. */
  String in(int i, DType as) {
    return nodes.cast(in(i), dtype(i), as);
  }

  /** An input in the type in which it is computed. */
  String work(int i) {
    return in(i, Types.work(dtype(i)));
  }

  /** The first output, given in the type in which it was computed. */
  List<String> give(String name, DType computed) {
    return List.of(nodes.cast(name, computed, result(0).dtype()));
  }

  /** Says that ONNX cannot express this node. */
  List<String> gap(String reason) {
    String where = nodes.path().isEmpty() ? "" : nodes.path() + ": ";
    String gap = where + reason;
    nodes.shared().gapCount++;
    if (!nodes.shared().gaps.contains(gap)) {
      nodes.shared().gaps.add(gap);
    }
    return Collections.nCopies(node.outputs().size(), "");
  }

  /** Dimensions as a vector of int64; no more than one is inferred. */
  String shape(List<Dim> dims) {
    List<String> parts = new ArrayList<>();
    List<Long> fixed = new ArrayList<>();
    for (Dim dim : dims) {
      long size = size(dim);
      if (size >= 0 || dim instanceof Dim.Inferred) {
        fixed.add(size);
        continue;
      }
      Dim.Same same = (Dim.Same) dim;
      if (!fixed.isEmpty()) {
        parts.add(nodes.longs(fixed));
        fixed.clear();
      }
      parts.add(nodes.dim(in(same.input()), same.axis()));
    }
    if (!fixed.isEmpty() || parts.isEmpty()) {
      parts.add(nodes.longs(fixed));
    }
    return nodes.concat(0, parts);
  }

  /** The size of a dimension where it is known, else −1. */
  private long size(Dim dim) {
    if (dim instanceof Dim.Fixed fixed) {
      return fixed.size();
    }
    return dim instanceof Dim.Same same ? shape(same.input()).dim(same.axis()) : Shape.UNKNOWN;
  }
}
