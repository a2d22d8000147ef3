package dev.keraunos.loss.internal.distance;

import static dev.keraunos.graph.Ops.all;
import static dev.keraunos.graph.Ops.equal;
import static dev.keraunos.graph.Ops.logicalOr;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.where;

import dev.keraunos.graph.Value;

/** The labels of hinge losses. */
final class HingeLabels {
  private HingeLabels() {}

  /** 2y − 1 if every label of the batch is 0 or 1, else the labels as they are. */
  static Value signs(Value y) {
    Value binary = all(logicalOr(equal(y, 0), equal(y, 1)));
    return where(binary, subtract(multiply(2, y), 1), y);
  }
}
