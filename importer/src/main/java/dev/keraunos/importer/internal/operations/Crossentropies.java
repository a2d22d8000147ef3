package dev.keraunos.importer.internal.operations;

import static dev.keraunos.importer.internal.operations.Operations.one;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Quirk;
import java.util.Optional;

/**
 * Losses as functions of tensors, which models hold that were given them by {@code add_loss}: those
 * of {@code keras.ops}, of {@code tf.keras.backend} and of {@code tf.nn}.
 */
final class Crossentropies {
  private static final double EPSILON = 1e-7;

  private Crossentropies() {}

  static void register() {
    String given = "target output from_logits axis";
    one(given, Crossentropies::binary, "BinaryCrossentropy", "binary_crossentropy");
    one(
        given,
        call -> ofClasses(call, Ops::softmaxCrossentropy, Ops::categoricalCrossentropy),
        "CategoricalCrossentropy",
        "categorical_crossentropy");
    one(given + " ignore_class", Crossentropies::sparse, "sparse_categorical_crossentropy");
    one(
        "target output alpha gamma from_logits axis",
        Crossentropies::focal,
        "categorical_focal_crossentropy");
    ofLogits();
    one("y_true y_pred", call -> hinge(call), "metrics.hinge", "losses.hinge");
    one(
        "y_true y_pred",
        call -> Ops.mean(Ops.square(margins(call)), -1),
        "metrics.squared_hinge",
        "losses.squared_hinge");
    one("t", call -> Ops.multiply(Ops.sum(Ops.square(call.value("t"))), 0.5), "l2_loss", "L2Loss");
  }

  private static void ofLogits() {
    one(
        "labels logits",
        call -> Ops.sigmoidCrossentropy(call.value("labels"), call.value("logits")),
        "sigmoid_cross_entropy_with_logits");
    one(
        "labels logits axis",
        call ->
            Ops.softmaxCrossentropy(
                call.value("labels"), call.value("logits"), call.integer("axis", -1)),
        "softmax_cross_entropy_with_logits",
        "softmax_cross_entropy_with_logits_v2");
    one(
        "labels logits",
        call -> Ops.sparseSoftmaxCrossentropy(call.value("labels"), call.value("logits"), -1),
        "sparse_softmax_cross_entropy_with_logits");
    one("labels logits pos_weight", Crossentropies::weighted, "weighted_cross_entropy_with_logits");
    one("targets log_input compute_full_loss", Crossentropies::logPoisson, "log_poisson_loss");
  }

  private static Value binary(OperationCall call) {
    Value target = call.value("target");
    Value output = call.value("output");
    double shift = call.has(Quirk.CROSSENTROPY_ADDS_EPSILON) ? EPSILON : 0;
    return logits(call, output, Activations::isSigmoid)
        .map(logits -> Ops.sigmoidCrossentropy(target, logits))
        .orElseGet(() -> Ops.binaryCrossentropy(target, output, shift));
  }

  /** Of a target and an output along an axis. */
  private interface Form {
    Value apply(Value target, Value output, int axis);
  }

  private static Value ofClasses(OperationCall call, Form ofLogits, Form ofOutput) {
    Value target = call.value("target");
    Value output = call.value("output");
    int axis = call.integer("axis", -1);
    return logits(call, output, Activations::isSoftmax)
        .map(logits -> ofLogits.apply(target, logits, axis))
        .orElseGet(() -> ofOutput.apply(target, output, axis));
  }

  /** {@code tf.keras.backend.sparse_categorical_crossentropy}, which divides by no sum. */
  private static Value sparse(OperationCall call) {
    if (call.has("ignore_class")) {
      throw call.scope().gap("ignore_class is not supported in a function; use the loss class");
    }
    return ofClasses(call, Ops::sparseSoftmaxCrossentropy, Ops::sparseCategoricalCrossentropy);
  }

  /** {@code tf.keras.backend.categorical_focal_crossentropy}. */
  private static Value focal(OperationCall call) {
    Value output = call.value("output");
    int axis = call.integer("axis", -1);
    Value likely =
        logits(call, output, Activations::isSoftmax)
            .map(logits -> Ops.softmax(logits, axis))
            .orElse(output);
    Value normal = Ops.divide(likely, Ops.reduce(ReduceKind.SUM, likely, true, axis));
    Value p = Ops.clip(normal, EPSILON, 1 - EPSILON);
    Value crossentropy = Ops.multiply(Ops.negative(call.value("target")), Ops.log(p));
    Value doubt = Ops.power(Ops.subtract(1, p), call.get("gamma").number(2));
    Value weight =
        Ops.multiply(doubt, call.has("alpha") ? call.value("alpha") : Ops.fullLike(p, 0.25));
    return Ops.sum(Ops.multiply(weight, crossentropy), axis);
  }

  private static Value weighted(OperationCall call) {
    Value x = call.value("logits");
    Value y = call.value("labels");
    Value weight = Ops.add(Ops.multiply(Ops.subtract(call.value("pos_weight"), 1), y), 1);
    Value tail = Ops.log1p(Ops.exp(Ops.negative(Ops.abs(x))));
    Value loss = Ops.multiply(weight, Ops.add(tail, Ops.relu(Ops.negative(x))));
    return Ops.add(Ops.multiply(Ops.subtract(1, y), x), loss);
  }

  private static Value logPoisson(OperationCall call) {
    Value y = call.value("targets");
    Value x = call.value("log_input");
    Value loss = Ops.subtract(Ops.exp(x), Ops.multiply(x, y));
    if (!call.flag("compute_full_loss")) {
      return loss;
    }
    Value root = Ops.multiply(Ops.log(Ops.multiply(y, 2 * Math.PI)), 0.5);
    Value stirling = Ops.add(Ops.subtract(Ops.multiply(y, Ops.log(y)), y), root);
    Value small = Ops.logicalAnd(Ops.greaterEqual(y, 0), Ops.lessEqual(y, 1));
    return Ops.add(loss, Ops.where(small, 0.0, stirling));
  }

  private static Value hinge(OperationCall call) {
    return Ops.mean(margins(call), -1);
  }

  /** How far each score is from being 1 on its side; labels of 0 and 1 are taken for -1 and 1. */
  private static Value margins(OperationCall call) {
    Value y = Ops.cast(call.value("y_true"), call.value("y_pred").dtype());
    Value binary = Ops.logicalOr(Ops.equal(y, 0), Ops.equal(y, 1));
    Value signs = Ops.where(Ops.all(binary), Ops.subtract(Ops.multiply(y, 2), 1), y);
    return Ops.relu(Ops.subtract(1, Ops.multiply(signs, call.value("y_pred"))));
  }

  private interface Kind {
    boolean test(Value value);
  }

  /**
   * Those that Keras on TensorFlow remembers, or the output itself where it is said to be such.
   * Activations of Keras are remembered for any loss; of functions of TensorFlow only the one that
   * belongs to the loss is recognised.
   *
   * @param own tells the function that belongs to the loss
   */
  private static Optional<Value> logits(OperationCall call, Value output, Kind own) {
    Optional<Value> remembered = Optional.empty();
    if (call.has(Quirk.REMEMBERS_LOGITS)) {
      remembered =
          call.scope().isOfFunction(output)
              ? Activations.logitsOfFunction(output).filter(logits -> own.test(output))
              : Activations.logits(output);
    }
    boolean told = call.flag("from_logits");
    return remembered.or(() -> told ? Optional.of(output) : Optional.empty());
  }
}
