package dev.keraunos.graph.internal.axis;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a reshape makes of axes. Elements stay in order, so an axis runs along another if as many
 * entries of the axes before it are the same.
 */
record Regrouping(List<Dim> from, List<Dim> to) {
  static Regrouping of(Op.Reshape op, Shape x) {
    List<Dim> from = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      from.add(x.isKnown(axis) ? new Dim.Fixed(x.dim(axis)) : new Dim.Same(0, axis));
    }
    List<Dim> to = new ArrayList<>();
    for (Dim dim : op.shape()) {
      boolean known = dim instanceof Dim.Same same && same.input() == 0 && x.isKnown(same.axis());
      to.add(known ? from.get(((Dim.Same) dim).axis()) : dim);
    }
    return new Regrouping(from, to);
  }

  /** The axis of the input that an axis of the output runs along, or {@link AxisFlow#NONE}. */
  int source(int axis) {
    Optional<List<Dim>> before = product(to.subList(0, axis));
    if (before.isEmpty()) {
      return AxisFlow.NONE;
    }
    List<Integer> sources = equal(from, before.get());
    List<Integer> targets = equal(to, before.get());
    int behind = targets.size() - targets.indexOf(axis);
    int source = sources.size() - behind;
    if (sources.isEmpty() || (source < 0 && targets.indexOf(axis) > 0)) {
      return AxisFlow.NONE;
    }
    int found = sources.get(Math.max(0, source));
    return divides(from.get(found), to.get(axis)) ? found : AxisFlow.NONE;
  }

  /** The axes before which there are these dimensions: several where some have length 1. */
  private static List<Integer> equal(List<Dim> dims, List<Dim> before) {
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < dims.size(); axis++) {
      if (product(dims.subList(0, axis)).equals(Optional.of(before))) {
        axes.add(axis);
      }
    }
    return axes;
  }

  /** A product as one known dimension and those that are not; empty if one is to be inferred. */
  private static Optional<List<Dim>> product(List<Dim> dims) {
    long known = 1;
    List<Dim> product = new ArrayList<>();
    for (Dim dim : dims) {
      if (dim instanceof Dim.Fixed fixed) {
        known *= fixed.size();
      } else if (dim instanceof Dim.Same) {
        product.add(dim);
      } else {
        return Optional.empty();
      }
    }
    product.add(0, new Dim.Fixed(known));
    return Optional.of(product);
  }

  private static boolean divides(Dim from, Dim to) {
    if (from instanceof Dim.Fixed a && to instanceof Dim.Fixed b) {
      return a.size() > 0 && b.size() > 0 && (a.size() % b.size() == 0 || b.size() % a.size() == 0);
    }
    return !(to instanceof Dim.Fixed);
  }

  /** How many elements an entry of an axis has behind it; empty if it is not known. */
  static Optional<Long> behind(List<Dim> dims, int axis) {
    long size = 1;
    for (Dim dim : dims.subList(axis + 1, dims.size())) {
      if (!(dim instanceof Dim.Fixed fixed)) {
        return Optional.empty();
      }
      size *= fixed.size();
    }
    return Optional.of(size);
  }
}
