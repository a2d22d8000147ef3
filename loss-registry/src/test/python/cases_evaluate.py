"""Every rule of `evaluate`: ranks, weights, masks, reductions, several outputs, penalties, names."""

import numpy as np

from cases import *  # noqa: F403

EVALUATE = Suite()
simple, two = EVALUATE.simple, EVALUATE.two

simple(FIRST, "binary_multilabel", "sigmoid", (4,), MULTI, "binary_crossentropy", metrics=["accuracy", "mse", "mae"])
simple(FIRST, "binary_one", "sigmoid", (1,), ONE, "binary_crossentropy", metrics=["acc"])
simple(FIRST, "binary_flat_targets", "sigmoid", (1,), FLAT, "binary_crossentropy", metrics=["accuracy"])
simple(FIRST, "categorical", "softmax", (4,), HOT, "categorical_crossentropy", metrics=["accuracy", "categorical_crossentropy"])
simple(FIRST, "sparse_column", "softmax", (4,), COLUMN, "sparse_categorical_crossentropy", metrics=["accuracy"])
simple(FIRST, "sparse_flat", "softmax", (4,), LABELS, "sparse_categorical_crossentropy", metrics=["acc", "sparse_categorical_accuracy"])
simple(FIRST, "probabilities_that_do_not_sum_to_one", "sigmoid", (4,), HOT, "categorical_crossentropy")
simple(FIRST, "binary_of_softmax", "softmax", (4,), HOT, "binary_crossentropy", metrics=["accuracy"])
simple(FIRST, "mse_weights", "linear", (4,), REAL, "mse", weights=W1, metrics=["mae"])
simple(FIRST, "mae_zero_weights", "linear", (4,), REAL, "mae", weights=W0)
simple(FIRST, "time", "linear", (3, 4), STEPS, "mse", metrics=["mse"])
simple(FIRST, "time_masked", "linear", (3, 4), STEPS, "mse", masked=True, metrics=["mse"])
simple(FIRST, "time_masked_softmax", "softmax", (3, 4), HOTSTEPS, "categorical_crossentropy", masked=True, metrics=["accuracy"])
simple(FIRST, "time_masked_weights", "linear", (3, 4), STEPS, "mse", masked=True, weights=W1, until=V3, metrics=["mae"])
simple(FIRST, "time_masked_zero_weights", "linear", (3, 4), STEPS, "mse", masked=True, weights=W0, until=V3)
simple(V26, "time_masked_column_weights", "linear", (3, 4), STEPS, "mse", masked=True, weights=COLW, metrics=["mae"], weighted_metrics=["mae"])
simple(FIRST, "time_fully_masked_batch", "linear", (3, 4), STEPS, "mse", masked="all", metrics=["mse"])
simple(FIRST, "temporal_weights", "linear", (3, 4), STEPS, "mse", weights=TEMPORAL, until=V26, sample_weight_mode="temporal")
simple(FIRST, "temporal_weights_masked", "linear", (3, 4), STEPS, "mse", masked=True, weights=TEMPORAL, until=V26, sample_weight_mode="temporal")
simple(V26, "step_weights", "linear", (3, 4), STEPS, "mse", weights=TEMPORAL, weighted_metrics=["mse"])
simple(V26, "step_weights_masked", "linear", (3, 4), STEPS, "mse", masked=True, weights=TEMPORAL, weighted_metrics=["mae"])
simple(FIRST, "pixels", "sigmoid", (3, 4, 5), PIXELS, "binary_crossentropy", metrics=["accuracy"])
simple(FIRST, "pixels_softmax", "softmax", (3, 4, 5), HOTPIXELS, "categorical_crossentropy", metrics=["accuracy"])
simple(FIRST, "pixels_weights", "sigmoid", (3, 4, 5), PIXELS, "binary_crossentropy", weights=W0, until=V26)
simple(V26, "pixel_weights", "sigmoid", (3, 4, 5), PIXELS, "binary_crossentropy", weights=MAPW, weighted_metrics=["mse"])
simple(V26, "misaligned_weights", "linear", (2, 4), lambda r, n: real(r, n, 2, 4), "mse", n=4, weights=W1, metrics=["mse"], weighted_metrics=["mse"])
simple(V207, "weighted_metrics", "linear", (4,), REAL, "mse", weights=W0, metrics=["mae"], weighted_metrics=["mae"])
simple(V207, "weighted_metrics_masked", "linear", (3, 4), STEPS, "mse", masked=True, weights=W1, until=V3, metrics=["mse"], weighted_metrics=["mse"])
simple(V207, "weighted_metrics_without_weights", "linear", (3, 4), STEPS, "mse", masked=True, metrics=["mae"], weighted_metrics=["mae"])
simple(V23, "metrics_without_loss_weights", "softmax", (4,), HOT, "categorical_crossentropy", metrics=["categorical_accuracy", "mse"])
simple(V21, "crossentropy_metric", "sigmoid", (4,), MULTI, "binary_crossentropy", until=V3, metrics=["ce"])
simple(V21, "crossentropy_metric_sparse", "softmax", (4,), COLUMN, "sparse_categorical_crossentropy", until=V3, metrics=["crossentropy"])

simple(V23, "object_binary", "sigmoid", (4,), MULTI, loss_object("BinaryCrossentropy"))
simple(V23, "object_binary_logits", "linear", (4,), MULTI, loss_object("BinaryCrossentropy", from_logits=True))
simple(V23, "object_binary_smoothing", "sigmoid", (4,), MULTI, loss_object("BinaryCrossentropy", label_smoothing=0.2))
simple(V26, "object_binary_axis", "sigmoid", (3, 4), lambda r, n: bits(r, n, 3, 4), loss_object("BinaryCrossentropy", axis=1))
simple(V23, "object_categorical_smoothing", "softmax", (4,), HOT, loss_object("CategoricalCrossentropy", label_smoothing=0.1))
simple(V23, "object_categorical_smoothing_steps", "softmax", (3, 4), HOTSTEPS, loss_object("CategoricalCrossentropy", label_smoothing=0.1))
simple(V23, "object_categorical_logits", "linear", (4,), HOT, loss_object("CategoricalCrossentropy", from_logits=True))
simple(V26, "object_categorical_axis", "linear", (4, 3), lambda r, n: onehot(r, n, 3, 4).transpose(0, 2, 1), loss_object("CategoricalCrossentropy", from_logits=True, axis=1))
simple(V23, "object_sparse", "softmax", (4,), COLUMN, loss_object("SparseCategoricalCrossentropy"))
simple(V23, "object_sparse_logits", "linear", (3, 4), lambda r, n: r.randint(0, 4, (n, 3, 1)), loss_object("SparseCategoricalCrossentropy", from_logits=True))
simple(V210, "object_sparse_ignored", "softmax", (3, 4), lambda r, n: r.randint(0, 4, (n, 3)), loss_object("SparseCategoricalCrossentropy", ignore_class=2))
simple(V210, "object_sparse_ignored_masked", "softmax", (3, 4), lambda r, n: r.randint(0, 4, (n, 3)), loss_object("SparseCategoricalCrossentropy", ignore_class=2), masked=True, weights=COLW)
simple(V23, "object_sum", "linear", (4,), REAL, loss_object("MeanSquaredError", reduction="sum"), weights=W1)
simple(V23, "object_sum_masked", "linear", (3, 4), STEPS, loss_object("MeanSquaredError", reduction="sum"), masked=True)
simple(V23, "object_none", "linear", (4,), REAL, loss_object("MeanAbsoluteError", reduction="none"), weights=W1)
simple(V37, "object_mean_with_sample_weight", "linear", (4,), REAL, loss_object("MeanSquaredError", reduction="mean_with_sample_weight"), weights=W0)
simple(V37, "object_mean_with_sample_weight_masked", "linear", (3, 4), STEPS, loss_object("MeanSquaredError", reduction="mean_with_sample_weight"), masked=True, weights=COLW)
simple(V26, "metric_objects", "softmax", (4,), HOT, "categorical_crossentropy",
       metrics=lambda line: [line.k.metrics.CategoricalAccuracy(name="right"), line.k.metrics.MeanSquaredError()],
       weighted_metrics=lambda line: [line.k.metrics.CategoricalCrossentropy(label_smoothing=0.1, name="smooth")], weights=W1)
simple(V26, "binary_accuracy_threshold", "sigmoid", (4,), MULTI, "bce", metrics=lambda line: [line.k.metrics.BinaryAccuracy(threshold=0.3)])
simple(V26, "mean_iou_of_ids", "linear", (3,), lambda r, n: r.randint(0, 3, (n, 3)).astype("float32"), "mse", metrics=lambda line: [line.k.metrics.MeanIoU(num_classes=4, name="iou")])
simple(V210, "mean_iou_one_hot", "softmax", (3, 4), HOTSTEPS, "categorical_crossentropy", weights=COLW,
       metrics=lambda line: [line.k.metrics.OneHotMeanIoU(num_classes=4, name="iou"), line.k.metrics.OneHotIoU(num_classes=4, target_class_ids=[0, 2], name="some")])
simple(V210, "binary_iou", "sigmoid", (4,), MULTI, "bce", metrics=lambda line: [line.k.metrics.BinaryIoU(target_class_ids=[0, 1], threshold=0.4, name="iou")])


@EVALUATE.case()
def saturated(line):
    x = np.array([[100, -100, 30, -30], [5, -5, 17, -17], [90, 90, -90, -90]], "float32")
    y = np.array([[0, 1, 0, 1], [1, 1, 0, 0], [1, 0, 1, 0]], "float32")
    return [Out(x, "sigmoid", y)], "binary_crossentropy", {}


@EVALUATE.case()
def saturated_softmax(line):
    x = np.array([[100, -100, 30], [5, -50, 17], [90, 90, -90]], "float32")
    y = np.array([[0, 1, 0], [0, 1, 0], [1, 0, 0]], "float32")
    return [Out(x, "softmax", y)], "categorical_crossentropy", {}


# Losses that weigh or couple in their own way, with masks and weights.
simple(FIRST, "sparse_steps_masked", "softmax", (3, 4), COLUMNSTEPS, "sparse_categorical_crossentropy", masked=True)
simple((2, 2, 5), "sparse_steps_masked_accuracy", "softmax", (3, 4), COLUMNSTEPS, "sparse_categorical_crossentropy", masked=True, metrics=["accuracy"])
simple(FIRST, "sparse_steps_temporal_weights", "softmax", (3, 4), COLUMNSTEPS, "sparse_categorical_crossentropy", masked=True, weights=TEMPORAL0, until=V26, sample_weight_mode="temporal")
simple(V26, "sparse_steps_weights", "softmax", (3, 4), LABELSTEPS, "sparse_categorical_crossentropy", masked=True, weights=TEMPORAL0, weighted_metrics=["accuracy"])
simple(FIRST, "binary_steps_masked_zero_weights", "sigmoid", (3, 4), BITSTEPS, "binary_crossentropy", masked=True, weights=W0, until=V3, metrics=["accuracy"])
simple(V26, "binary_steps_masked_column_weights", "sigmoid", (3, 4), BITSTEPS, "binary_crossentropy", masked=True, weights=lambda r, n: W0(r, n)[:, None], metrics=["accuracy"], weighted_metrics=["mse"])
simple(FIRST, "temporal_zero_weights_masked", "linear", (3, 4), STEPS, "mae", masked=True, weights=TEMPORAL0, until=V26, sample_weight_mode="temporal")
simple(V207, "temporal_weighted_metrics", "softmax", (3, 4), HOTSTEPS, "categorical_crossentropy", masked=True, weights=TEMPORAL0, until=V26, sample_weight_mode="temporal", metrics=["accuracy"], weighted_metrics=["accuracy"])
simple(V207, "weighted_accuracy", "softmax", (4,), HOT, "categorical_crossentropy", weights=W0, metrics=["accuracy"], weighted_metrics=["accuracy"])
simple(V207, "weighted_binary_accuracy", "sigmoid", (1,), FLAT, "binary_crossentropy", weights=W0, weighted_metrics=["accuracy", "mae"])
simple(FIRST, "hinge_steps_masked", "linear", (3, 4), lambda r, n: np.concatenate([bits(r, n - 2, 3, 4), 2 * bits(r, 2, 3, 4) - 1]), "hinge", masked=True, metrics=["hinge"])
simple(FIRST, "kld_masked", "softmax", (3, 4), HOTSTEPS, "kld", masked=True)
simple(FIRST, "cosine_masked", "linear", (3, 4), STEPS, "cosine_proximity", masked=True, until=V26, metrics=["cosine_proximity"])
simple(V23, "cosine_similarity_masked", "linear", (3, 4), STEPS, "cosine_similarity", masked=True, metrics=["cosine_similarity"])
simple(FIRST, "poisson_masked", "sigmoid", (3, 4), POSITIVESTEPS, "poisson", masked=True)
simple(FIRST, "msle_weights", "linear", (4,), POSITIVE, "msle", weights=W0)
simple(FIRST, "mape_weights", "linear", (4,), NONZERO, "mape", weights=W1)
simple(V23, "huber_loss_weights", "linear", (4,), REAL, "huber_loss", weights=W1, until=V3)
simple(V23, "huber_loss_masked", "linear", (3, 4), STEPS, "huber_loss", masked=True, weights=W1, until=V3)
simple(V26, "huber_masked", "linear", (3, 4), STEPS, "huber", masked=True, weights=COLW)
simple(V28, "binary_focal_masked", "sigmoid", (3, 4), BITSTEPS, "binary_focal_crossentropy", masked=True, weights=TEMPORAL0)
simple(V213, "categorical_focal_masked", "softmax", (3, 4), HOTSTEPS, "categorical_focal_crossentropy", masked=True, weights=TEMPORAL0)
simple(V32, "dice_weights", "sigmoid", (4,), MULTI, "dice", weights=W0)
simple(V32, "dice_masked", "sigmoid", (3, 4), BITSTEPS, "dice", masked=True)
simple(V34, "dice_axis_weights", "sigmoid", (3, 4), BITSTEPS, loss_object("Dice", axis=(1, 2)), weights=W0)
simple(V34, "dice_axis_sum", "sigmoid", (3, 4), BITSTEPS, loss_object("Dice", axis=(1, 2), reduction="sum"), weights=W0)
simple(V37, "circle_weights", "linear", (4,), lambda r, n: np.array([0, 1, 0, 0, 2, 2])[:n], "circle", n=6, weights=W1)
simple(V34, "ctc_weights", "linear", (6, 4), lambda r, n: np.array([[1, 2, 0], [3, 3, 1], [2, 0, 0], [1, 2, 3], [2, 2, 0]]), "ctc", weights=W0)
simple(V23, "object_sum_zero_weights", "softmax", (4,), HOT, loss_object("CategoricalCrossentropy", reduction="sum"), weights=W0)
simple(V23, "object_none_masked", "linear", (3, 4), STEPS, loss_object("MeanSquaredError", reduction="none"), masked=True)
simple(V37, "object_mean", "linear", (3, 4), STEPS, loss_object("MeanSquaredError", reduction="mean"), masked=True, weights=TEMPORAL0)
simple(V37, "object_mean_with_sample_weight_zeros", "linear", (3, 4), STEPS, loss_object("MeanSquaredError", reduction="mean_with_sample_weight"), masked=True, weights=TEMPORAL0)
simple(V37, "object_mean_with_sample_weight_unweighted", "linear", (4,), REAL, loss_object("MeanSquaredError", reduction="mean_with_sample_weight"))
simple(V3, "object_no_reduction", "linear", (4,), REAL, loss_object("MeanSquaredError", reduction=None), weights=W1)
simple(FIRST, "custom_per_step_weights", "linear", (3, 4), STEPS, "scaled", masked=True, weights=W0, until=V3)
simple(FIRST, "custom_scalar_weights", "sigmoid", (4,), MULTI, "dice", weights=W1)

two("two_outputs", {"a": "binary_crossentropy", "b": "categorical_crossentropy"}, loss_weights={"a": 0.5, "b": 3.0})
two("two_outputs_lists", ["binary_crossentropy", "mse"], loss_weights=[1.0, 10.0], metrics={"a": ["mae"], "b": ["accuracy"]})
two("two_outputs_one_loss", "mse", metrics=["mae"], until=V3)
two("two_outputs_one_loss_only", "mse", since=V3)
two("two_outputs_weighted_metrics", {"a": "mse", "b": "mae"}, since=V207, metrics={"a": ["mae"], "b": ["mse"]}, weighted_metrics={"a": ["mae"], "b": ["accuracy"]})

two("two_outputs_unweighted", ["mae", "categorical_crossentropy"], weighted=False, loss_weights=[2.0, 0.25])
two("two_outputs_weight_of_one", {"a": "mse", "b": "mae"}, loss_weights={"b": 0.5}, until=V3)
two("two_outputs_loss_of_one", {"a": "mse", "b": None}, since=V2, weighted=False, without="b")
two("two_outputs_loss_missing", {"a": "mse"}, since=V2, weighted=False, without="b")
two("two_outputs_metrics_of_both", ["mse", "mae"], until=V3, metrics=["accuracy", "mae"])
two("two_outputs_metric_lists", ["mse", "mae"], since=V23, metrics=[["mae"], ["accuracy", "mse"]], weighted_metrics=[["accuracy"], []])
two("two_outputs_objects", lambda line: [line.k.losses.BinaryCrossentropy(label_smoothing=0.1), line.k.losses.CategoricalCrossentropy(reduction="sum")], since=V23, loss_weights=[1.0, 0.1])
two("two_outputs_object_metrics", ["bce", "mse"], since=V26, metrics=lambda line: {"a": [line.k.metrics.AUC(name="auc")], "b": [line.k.metrics.CategoricalAccuracy(name="right")]},
    weighted_metrics=lambda line: {"a": [line.k.metrics.Precision(name="precision")]})


@EVALUATE.case()
def two_outputs_masked(line):
    random = rng("two_outputs_masked")
    outs = [Out(real(random, 5, 3, 4), "linear", real(random, 5, 3, 4), masked=True, name="a"), Out(real(random, 5, 2), "sigmoid", bits(random, 5, 2), name="b")]
    outs[0].logits[1, 1:] = 0
    outs[0].logits[4, 2] = 0
    return outs, ["mse", "binary_crossentropy"], {"loss_weights": [0.5, 2.0]}


@EVALUATE.case(until=V26)
def two_outputs_temporal(line):
    random = rng("two_outputs_temporal")
    outs = [
        Out(real(random, 5, 3, 4), "linear", real(random, 5, 3, 4), random.randint(0, 3, (5, 3)).astype("float32"), name="a"),
        Out(real(random, 5, 2), "sigmoid", bits(random, 5, 2), np.array([1, 0, 2, 1, 3], "float32"), name="b"),
    ]
    return outs, {"a": "mse", "b": "mae"}, {"sample_weight_mode": {"a": "temporal", "b": None}}


def custom_scaled(ops):
    def scaled(y_true, y_pred):
        return 3.0 * ops.mean(ops.square(y_pred - y_true), axis=-1) + 0.5

    return scaled


def custom_dice(ops):
    def dice(y_true, y_pred):
        return 1.0 - (2.0 * ops.sum(y_true * y_pred) + 1.0) / (ops.sum(y_true) + ops.sum(y_pred) + 1.0)

    return dice


simple(FIRST, "custom_per_step", "linear", (3, 4), STEPS, "scaled", masked=True)
simple(FIRST, "custom_scalar", "sigmoid", (4,), MULTI, "dice")
simple(FIRST, "custom_scalar_metric", "sigmoid", (4,), MULTI, "mse", metrics=["dice"])
