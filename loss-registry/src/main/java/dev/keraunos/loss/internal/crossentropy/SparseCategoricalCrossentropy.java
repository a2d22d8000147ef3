package dev.keraunos.loss.internal.crossentropy;

import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.expandDims;
import static dev.keraunos.graph.Ops.greaterEqual;
import static dev.keraunos.graph.Ops.less;
import static dev.keraunos.graph.Ops.logicalAnd;
import static dev.keraunos.graph.Ops.moveaxis;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.negative;
import static dev.keraunos.graph.Ops.notEqual;
import static dev.keraunos.graph.Ops.oneHot;
import static dev.keraunos.graph.Ops.reshape;
import static dev.keraunos.graph.Ops.sum;
import static dev.keraunos.graph.Ops.where;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.loss.Prediction;
import dev.keraunos.loss.Scores;
import dev.keraunos.loss.internal.builtin.BuiltInLoss;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code keras.losses.sparse_categorical_crossentropy}: labels (...) or (..., 1) and predictions
 * (..., C) to (...). A label outside the classes gives NaN where TensorFlow refuses it, and 0 on
 * the other backends.
 */
public final class SparseCategoricalCrossentropy extends BuiltInLoss {
  private final boolean fromLogits;
  private final OptionalInt ignored;
  private final int axis;

  public SparseCategoricalCrossentropy(Config config) {
    fromLogits = config.get("from_logits").bool(false);
    ignored = config.get("ignore_class").optionalInteger();
    axis = config.get("axis").integer(-1);
  }

  @Override
  public boolean takesClassNumbers() {
    return true;
  }

  @Override
  public Scores scores(Value yTrue, Prediction yPred) {
    Value p = yPred.value();
    Value labels = cast(labels(yTrue, p, yPred.dialect()), DType.INT32);
    if (ignored.isEmpty()) {
      return Scores.of(crossentropy(labels, yPred));
    }
    Value valid = notEqual(labels, ignored.getAsInt());
    Value scores = crossentropy(where(valid, labels, 0.0), selected(yPred, valid));
    return new Scores(where(valid, scores, 0.0), Optional.of(valid));
  }

  /** Keras 3 rewrites the output where a class is ignored, and so forgets its logits. */
  private Prediction selected(Prediction yPred, Value valid) {
    Dialect dialect = yPred.dialect();
    if (!dialect.has(Quirk.IGNORE_CLASS_REWRITES_OUTPUT)) {
      return yPred;
    }
    Value flags = expandDims(valid, axis);
    Value p = yPred.value();
    return yPred.with(
        dialect.has(Quirk.MASKS_SELECT)
            ? where(flags, p, 0.0)
            : multiply(p, cast(flags, p.dtype())));
  }

  private Value crossentropy(Value labels, Prediction yPred) {
    Value logs = moveaxis(Crossentropy.sparseLogProbabilities(yPred, fromLogits, axis), axis, -1);
    long classes = logs.shape().dim(-1);
    if (classes < 0) {
      throw new InputException(
          "integer targets need a known number of classes, the output is " + logs.shape());
    }
    Value chosen = cast(oneHot(labels, (int) classes), DType.BOOL);
    Value scores = negative(sum(where(chosen, logs, 0.0), -1));
    if (!yPred.dialect().has(Quirk.SPARSE_LOSS_OF_UNKNOWN_CLASS_IS_NAN)) {
      return scores;
    }
    Value known = logicalAnd(greaterEqual(labels, 0), less(labels, classes));
    return where(known, scores, Double.NaN);
  }

  /** The labels in the shape of the scores. */
  private Value labels(Value yTrue, Value p, Dialect dialect) {
    Shape wanted = p.shape().without(axis);
    if (yTrue.rank() == wanted.rank() && wanted.accepts(yTrue.shape())) {
      return yTrue;
    }
    if (dialect.has(Quirk.SPARSE_LOSS_INSISTS_ON_RANK)
        && (yTrue.rank() != p.rank() || yTrue.shape().dim(axis) != 1)) {
      throw new InputException(
          "integer targets of shape " + yTrue.shape() + " do not fit an output " + p.shape());
    }
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < p.rank(); i++) {
      if (i != p.shape().axis(axis)) {
        dims.add(p.shape().isKnown(i) ? new Dim.Fixed(p.shape().dim(i)) : new Dim.Same(1, i));
      }
    }
    return reshape(yTrue, dims, p);
  }
}
