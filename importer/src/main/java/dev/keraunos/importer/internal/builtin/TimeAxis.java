package dev.keraunos.importer.internal.builtin;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.List;

/** Makes the steps of sequences samples of a larger batch, and back. */
final class TimeAxis {
  private TimeAxis() {}

  /** (batch, time, ...) as (batch·time, ...). */
  static Value fold(Value x) {
    List<Dim> dims = new ArrayList<>(List.of(new Dim.Inferred()));
    for (int axis = 2; axis < x.rank(); axis++) {
      dims.add(
          x.shape().isKnown(axis) ? new Dim.Fixed(x.shape().dim(axis)) : new Dim.Same(0, axis));
    }
    return Ops.reshape(x, dims);
  }

  /** (batch·time, ...) as (batch, time, ...) with the batch and time of another value. */
  static Value unfold(Value y, Value like) {
    List<Dim> dims = new ArrayList<>();
    for (int axis = 0; axis < 2; axis++) {
      boolean known = like.shape().isKnown(axis);
      dims.add(known ? new Dim.Fixed(like.shape().dim(axis)) : new Dim.Same(1, axis));
    }
    for (int axis = 1; axis < y.rank(); axis++) {
      dims.add(
          y.shape().isKnown(axis) ? new Dim.Fixed(y.shape().dim(axis)) : new Dim.Same(0, axis));
    }
    return Ops.reshape(y, dims, like);
  }
}
