#!/usr/bin/env python3
"""Records what `model.evaluate` returns for small models, as the oracle of the evaluation tests.

    python record_evaluate.py OUT.json [--keras PACKAGE] [--old FOLDER]

Runs with every Keras line. `--old` names the folder that holds a multi-backend Keras 1.x or 2.x, loaded through
fixtures/recorder/old_keras.py. Every case saves its model, loads it again, evaluates it in uneven batches and writes
the compile config that the file holds, the data of every output (targets, prediction, logits, mask, sample weights),
the regularised tensors and the result. Layer names are fixed, data come from a seeded generator.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
import zipfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
BATCH = 2


class Line:
    """A Keras line and how to say things in it."""

    def __init__(self, keras, old):
        self.k = keras
        self.old = old
        self.version = tuple(int("".join(c for c in p if c.isdigit()) or 0) for p in keras.__version__.split(".")[:3])
        self.backend = keras.backend.backend() if hasattr(keras.backend, "backend") else "tensorflow"
        self.ops = getattr(keras, "ops", keras.backend)

    def at_least(self, *version):
        return self.version >= version

    def dense(self, x, units, name, kernel=None, activity=None, trainable=True):
        L, one = self.k.layers, self.version < (2,)
        options = {("W" if one else "kernel") + "_regularizer": kernel, "activity_regularizer": activity}
        layer = L.Dense(units, name=name, **{k: v for k, v in options.items() if v is not None})
        layer.trainable = trainable
        return layer(x)

    def regularizer(self, l1, l2, activity=False):
        r = self.k.regularizers
        if self.version < (2,):
            return (r.activity_l1l2 if activity else r.l1l2)(l1, l2)
        return r.l1_l2(l1, l2)


CASES = []
CATALOGUE = []


def case(since=(1, 2), until=(9,), **options):
    """Registers a case: a function of the line that gives (model inputs, outputs, compile options, data)."""

    def register(function):
        CASES.append((function.__name__, function, since, until, options))
        return function

    return register


def rng(name):
    return np.random.RandomState(sum(ord(c) * (i + 1) for i, c in enumerate(name)) % 2**31)


def onehot(random, *shape):
    return np.eye(shape[-1], dtype="float32")[random.randint(0, shape[-1], shape[:-1])]


def bits(random, *shape):
    return (random.rand(*shape) < 0.4).astype("float32")


def real(random, *shape):
    return random.randn(*shape).astype("float32")


class Out:
    """An output: an activation over an input of logits, perhaps masked."""

    def __init__(self, logits, activation, y, w=None, masked=False, name="out"):
        self.logits, self.activation, self.y, self.w = logits, activation, y, w
        self.masked, self.name = masked, name


def simple(since, name, activation, shape, target, loss, until=(9,), weights=None, masked=False, n=5, **compile_options):
    """A case of one output; `target` and `weights` make arrays of a random generator."""

    def function(line):
        random = rng(name)
        x = real(random, n, *shape)
        if masked:
            x[0, -1] = 0
            x[2, 1:] = 0
            x[3, :] = 0 if masked == "all" else x[3, :]
            if masked == "all":
                x[2, :] = 0
        y = target(random, n)
        w = None if weights is None else np.asarray(weights(random, n), "float32")
        options = {k: v(line) if callable(v) else v for k, v in compile_options.items()}
        return [Out(x, activation, y, w, bool(masked))], loss(line) if callable(loss) else loss, options

    CASES.append((name, function, since, until, {}))


def loss_object(name, **arguments):
    return lambda line: getattr(line.k.losses, name)(**arguments)


FIRST, V2, V207, V21, V23, V26, V210, V213, V3, V37 = (
    (1, 2), (2, 0), (2, 0, 7), (2, 1, 3), (2, 3), (2, 6), (2, 10), (2, 13), (3, 0), (3, 7))
MULTI = lambda r, n: bits(r, n, 4)
ONE = lambda r, n: bits(r, n, 1)
FLAT = lambda r, n: bits(r, n)
HOT = lambda r, n: onehot(r, n, 4)
LABELS = lambda r, n: r.randint(0, 4, (n,))
COLUMN = lambda r, n: r.randint(0, 4, (n, 1))
REAL = lambda r, n: real(r, n, 4)
STEPS = lambda r, n: real(r, n, 3, 4)
HOTSTEPS = lambda r, n: onehot(r, n, 3, 4)
PIXELS = lambda r, n: bits(r, n, 3, 4, 5)
HOTPIXELS = lambda r, n: onehot(r, n, 3, 4, 5)
W1 = lambda r, n: np.linspace(0.5, 3, n)
W0 = lambda r, n: np.array([1, 0, 2, 0, 3])[:n]
COLW = lambda r, n: W1(r, n)[:, None]
TEMPORAL = lambda r, n: r.randint(0, 3, (n, 3)) + 0.25
MAPW = lambda r, n: r.rand(n, 3, 4)

for names in (["mse", "mae"],):
    simple(FIRST, "binary_multilabel", "sigmoid", (4,), MULTI, "binary_crossentropy", metrics=["accuracy"] + names)
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


@case()
def saturated(line):
    x = np.array([[100, -100, 30, -30], [5, -5, 17, -17], [90, 90, -90, -90]], "float32")
    y = np.array([[0, 1, 0, 1], [1, 1, 0, 0], [1, 0, 1, 0]], "float32")
    return [Out(x, "sigmoid", y)], "binary_crossentropy", {}


@case()
def saturated_softmax(line):
    x = np.array([[100, -100, 30], [5, -50, 17], [90, 90, -90]], "float32")
    y = np.array([[0, 1, 0], [0, 1, 0], [1, 0, 0]], "float32")
    return [Out(x, "softmax", y)], "categorical_crossentropy", {}


def two(name, losses, since=(1, 2), until=(9,), **options):
    def function(line):
        random = rng(name)
        outs = [
            Out(real(random, 5, 4), "sigmoid", bits(random, 5, 4), np.array([1, 2, 0, 1, 3], "float32"), name="a"),
            Out(real(random, 5, 3), "softmax", onehot(random, 5, 3), np.array([2, 1, 1, 0, 1], "float32"), name="b"),
        ]
        return outs, losses, {k: v(line) if callable(v) else v for k, v in options.items()}

    CASES.append((name, function, since, until, {}))


two("two_outputs", {"a": "binary_crossentropy", "b": "categorical_crossentropy"}, loss_weights={"a": 0.5, "b": 3.0})
two("two_outputs_lists", ["binary_crossentropy", "mse"], loss_weights=[1.0, 10.0], metrics={"a": ["mae"], "b": ["accuracy"]})
two("two_outputs_one_loss", "mse", metrics=["mae"], until=V3)
two("two_outputs_one_loss_only", "mse", since=V3)
two("two_outputs_weighted_metrics", {"a": "mse", "b": "mae"}, since=V207, metrics={"a": ["mae"], "b": ["mse"]}, weighted_metrics={"a": ["mae"], "b": ["accuracy"]})


@case(save="regularised")
def regularised(line):
    return "regularised"


@case(since=(2, 0), save="regularised", frozen=True)
def regularised_frozen(line):
    return "regularised"


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


EVALUATE, CASES = CASES, CATALOGUE

V24, V25, V28, V32, V33, V34, V38, V311 = ((2, 0, 4), (2, 0, 5), (2, 8), (3, 2), (3, 3), (3, 4), (3, 8), (3, 11))
POSITIVE = lambda r, n: np.abs(real(r, n, 4)) + 0.1
NONZERO = lambda r, n: real(r, n, 4) + np.float32(3)
SIGNS = lambda r, n: r.choice([-1.0, 1.0], (n, 4)).astype("float32")
MIXED = lambda r, n: np.vstack([r.choice([-1.0, 1.0], (2, 4)), r.choice([0.0, 1.0], (n - 2, 4))]).astype("float32")
SHARES = lambda r, n: (lambda e: (e / e.sum(-1, keepdims=True)).astype("float32"))(np.exp(real(r, n, 4)))
STEPLABELS = lambda r, n: r.randint(1, 4, (n, 3))

simple(FIRST, "mape", "linear", (4,), NONZERO, "mape", metrics=["mean_absolute_percentage_error"])
simple(FIRST, "mape_of_zeros", "linear", (4,), MULTI, "mean_absolute_percentage_error")
simple(FIRST, "msle", "linear", (4,), POSITIVE, "msle", metrics=["mean_squared_logarithmic_error"])
simple(FIRST, "hinge_signs", "linear", (4,), SIGNS, "hinge", metrics=["squared_hinge"])
simple(FIRST, "hinge_bits", "linear", (4,), MULTI, "squared_hinge", metrics=["hinge"])
simple(FIRST, "hinge_mixed", "linear", (4,), MIXED, "hinge")
simple(V25, "categorical_hinge", "linear", (4,), HOT, "categorical_hinge", metrics=["categorical_hinge"])
simple(V24, "logcosh", "linear", (4,), REAL, "logcosh", until=V3, metrics=["logcosh"])
simple(V26, "log_cosh", "linear", (4,), REAL, "log_cosh")
simple(V23, "huber_loss", "linear", (4,), REAL, "huber_loss", until=V3)
simple(V26, "huber", "linear", (4,), REAL, "huber")
simple(FIRST, "kld", "softmax", (4,), SHARES, "kld")
simple(FIRST, "kullback_leibler_divergence", "softmax", (4,), HOT, "kullback_leibler_divergence", until=V3, metrics=["kullback_leibler_divergence"])
simple(V26, "kl_divergence", "sigmoid", (4,), SHARES, "kl_divergence", metrics=["kl_divergence"])
simple(FIRST, "poisson", "sigmoid", (4,), POSITIVE, "poisson", metrics=["poisson"])
simple(FIRST, "cosine_proximity", "linear", (4,), REAL, "cosine_proximity", until=V26, metrics=["cosine_proximity"])
simple(V23, "cosine_similarity", "linear", (4,), REAL, "cosine_similarity", metrics=["cosine_similarity"])
simple(V28, "binary_focal", "sigmoid", (4,), MULTI, "binary_focal_crossentropy", metrics=["mse"])
simple(V213, "categorical_focal", "softmax", (4,), HOT, "categorical_focal_crossentropy")
simple(V32, "dice", "sigmoid", (4,), MULTI, "dice")
simple(V33, "tversky", "sigmoid", (4,), MULTI, "tversky", weights=W1)
simple(V3, "crossentropy_binary", "sigmoid", (1,), ONE, "crossentropy")
simple(V3, "crossentropy_sparse", "softmax", (4,), LABELS, "ce")
simple(V3, "crossentropy_categorical", "softmax", (4,), HOT, "crossentropy")
simple(V37, "circle", "linear", (4,), lambda r, n: np.array([0, 1, 0, 0, 2, 2])[:n], "circle", n=6)
simple(V34, "ctc", "linear", (6, 4), lambda r, n: np.array([[1, 2, 0], [3, 3, 1], [2, 0, 0], [1, 2, 3], [2, 2, 0]]), "ctc")

for since, name, arguments, activation, shape, target in (
    (V23, "Huber", {"delta": 0.3}, "linear", (4,), REAL),
    (V23, "LogCosh", {}, "linear", (4,), REAL),
    (V23, "KLDivergence", {}, "softmax", (4,), SHARES),
    (V23, "Poisson", {}, "sigmoid", (4,), POSITIVE),
    (V23, "SquaredHinge", {}, "linear", (4,), SIGNS),
    (V23, "MeanAbsolutePercentageError", {}, "linear", (4,), NONZERO),
    (V26, "CosineSimilarity", {"axis": 1}, "linear", (3, 4), STEPS),
    (V28, "BinaryFocalCrossentropy", {"gamma": 3.0}, "sigmoid", (4,), MULTI),
    (V28, "BinaryFocalCrossentropy", {"gamma": 1.0, "from_logits": True, "label_smoothing": 0.1}, "linear", (4,), MULTI),
    (V210, "BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.4}, "sigmoid", (4,), MULTI),
    (V213, "CategoricalFocalCrossentropy", {"alpha": 0.4, "gamma": 1.5, "label_smoothing": 0.1}, "softmax", (4,), HOT),
    (V213, "CategoricalFocalCrossentropy", {"from_logits": True}, "linear", (4,), HOT),
    (V3, "CategoricalFocalCrossentropy", {"alpha": [0.1, 0.2, 0.3, 0.4]}, "softmax", (4,), HOT),
    (V34, "Dice", {"axis": (1, 2)}, "sigmoid", (3, 4), lambda r, n: bits(r, n, 3, 4)),
    (V34, "Tversky", {"alpha": 0.3, "beta": 0.7}, "sigmoid", (3, 4), lambda r, n: bits(r, n, 3, 4)),
    (V38, "Tversky", {"alpha": 0.3, "beta": 0.7, "axis": [1]}, "sigmoid", (3, 4), lambda r, n: bits(r, n, 3, 4)),
    ((3, 10), "CategoricalGeneralizedCrossEntropy", {"q": 0.7}, "softmax", (4,), LABELS),
    (V37, "Circle", {"gamma": 20.0, "margin": 0.2}, "linear", (4,), lambda r, n: np.array([0, 1, 0, 0, 2])[:n]),
    ((3, 0, 2), "CTC", {}, "linear", (6, 4), STEPLABELS),
):
    label = "object_" + name + "".join("_" + k for k in sorted(arguments))
    simple(since, label, activation, shape, target, loss_object(name, **arguments))


def metric_objects(name, since, activation, shape, target, *metrics, until=(9,), weights=None, masked=False, loss="mse"):
    """A case of metric objects, both unweighted and weighted; `metrics` are (class, arguments)."""

    def make(line, prefix):
        m = line.k.metrics
        return [getattr(m, c)(name="%s_%s_%d" % (prefix, c.lower(), i), **a) for i, (c, a) in enumerate(metrics)]

    simple(since, name, activation, shape, target, loss, until=until, weights=weights, masked=masked,
           metrics=lambda line: make(line, "m"), weighted_metrics=lambda line: make(line, "w"))


simple((2, 0, 7), "top_k", "softmax", (7,), lambda r, n: onehot(r, n, 7), "categorical_crossentropy", metrics=["top_k_categorical_accuracy"])
simple((2, 0, 7), "sparse_top_k", "softmax", (7,), lambda r, n: r.randint(0, 7, (n, 1)), "sparse_categorical_crossentropy", metrics=["sparse_top_k_categorical_accuracy"])
metric_objects("metrics_mean", V23, "softmax", (4,), HOT, ("TopKCategoricalAccuracy", {"k": 2}), ("CosineSimilarity", {}), ("RootMeanSquaredError", {}),
               ("KLDivergence", {}), ("Poisson", {}), ("LogCoshError", {}), ("CategoricalHinge", {}), weights=W1)
metric_objects("metrics_mean_steps", V26, "linear", (3, 4), STEPS, ("RootMeanSquaredError", {}), ("CosineSimilarity", {}), ("MeanSquaredLogarithmicError", {}), weights=COLW, masked=True)
metric_objects("metrics_sparse", V23, "softmax", (4,), COLUMN, ("SparseTopKCategoricalAccuracy", {"k": 2}), ("SparseCategoricalAccuracy", {}), weights=W1)
metric_objects("metrics_accuracy", V23, "linear", (4,), lambda r, n: r.randint(0, 3, (n, 4)).astype("float32"), ("Accuracy", {}), weights=W1)
metric_objects("metrics_confusion", V23, "sigmoid", (4,), MULTI, ("TruePositives", {}), ("TrueNegatives", {}), ("FalsePositives", {}), ("FalseNegatives", {"thresholds": 0.3}),
               ("Precision", {}), ("Recall", {}), ("Precision", {"top_k": 2}), ("Recall", {"class_id": 1}), ("Precision", {"top_k": 2, "class_id": 0}), weights=W1)
metric_objects("metrics_confusion_thresholds", V26, "sigmoid", (4,), MULTI, ("TruePositives", {"thresholds": [0.2, 0.5, 0.8]}), ("Precision", {"thresholds": [0.0, 0.5, 1.0]}), weights=W1)
metric_objects("metrics_auc", V23, "sigmoid", (4,), MULTI, ("AUC", {}), ("AUC", {"num_thresholds": 5}), ("AUC", {"curve": "PR"}), ("AUC", {"curve": "PR", "summation_method": "minoring"}),
               ("AUC", {"summation_method": "majoring", "num_thresholds": 7}), ("AUC", {"thresholds": [0.2, 0.55, 0.6]}), weights=W1)
metric_objects("metrics_auc_labels", V26, "sigmoid", (4,), MULTI, ("AUC", {"multi_label": True}), ("AUC", {"multi_label": True, "label_weights": [0.1, 0.2, 0.3, 0.4]}),
               ("AUC", {"label_weights": [0.1, 0.2, 0.3, 0.4]}), weights=COLW)
metric_objects("metrics_auc_logits", V26, "linear", (4,), MULTI, ("AUC", {"from_logits": True}))
metric_objects("metrics_auc_gain", V311, "sigmoid", (4,), MULTI, ("AUC", {"curve": "PRGAIN"}))
metric_objects("metrics_at", V23, "sigmoid", (4,), MULTI, ("SensitivityAtSpecificity", {"specificity": 0.6}), ("SpecificityAtSensitivity", {"sensitivity": 0.4}), weights=W1)
metric_objects("metrics_at_recall", V26, "sigmoid", (4,), MULTI, ("PrecisionAtRecall", {"recall": 0.6}), ("RecallAtPrecision", {"precision": 0.5}), ("SensitivityAtSpecificity", {"specificity": 0.6, "num_thresholds": 10}), weights=W1)
metric_objects("metrics_f", V213, "softmax", (4,), HOT, ("F1Score", {"average": "micro"}), ("F1Score", {"average": "macro"}), ("F1Score", {"average": "weighted"}), ("F1Score", {}),
               ("FBetaScore", {"beta": 2.0, "threshold": 0.3, "average": "macro"}))
metric_objects("metrics_r2", V213, "linear", (4,), REAL, ("R2Score", {}), ("R2Score", {"class_aggregation": "variance_weighted_average"}), weights=W1)
metric_objects("metrics_r2_adjusted", V213, "linear", (4,), REAL, ("R2Score", {"num_regressors": 3}))
metric_objects("metrics_correlation", V37, "linear", (4,), REAL, ("PearsonCorrelation", {}), ("ConcordanceCorrelation", {}), weights=W1)
metric_objects("metrics_iou", V28, "softmax", (3, 4), HOTSTEPS, ("OneHotMeanIoU", {"num_classes": 4}), ("OneHotIoU", {"num_classes": 4, "target_class_ids": [1, 3]}))
metric_objects("metrics_iou_ignored", V210, "softmax", (3, 4), lambda r, n: r.randint(0, 4, (n, 3)), ("MeanIoU", {"num_classes": 4, "ignore_class": 2, "sparse_y_pred": False}), loss="sparse_categorical_crossentropy")
metric_objects("metrics_relative_error", V26, "linear", (4,), REAL, ("MeanRelativeError", {"normalizer": [1.0, 2.0, 0.0, 4.0]}), until=V3)
simple(FIRST, "removed_metrics", "sigmoid", (4,), MULTI, "mse", until=V2, metrics=["precision", "recall", "fbeta_score", "fmeasure", "matthews_correlation"])

CASES = EVALUATE


def build(line, outs):
    L = line.k.layers
    inputs, outputs = [], []
    for out in outs:
        x = L.Input(shape=out.logits.shape[1:], name="x_" + out.name)
        h = L.Masking(0.0, name="masking_" + out.name)(x) if out.masked else x
        inputs.append(x)
        outputs.append(L.Activation(out.activation, name=out.name)(h))
    one = len(outs) == 1
    return model_of(line, inputs[0] if one else inputs, outputs[0] if one else outputs)


def model_of(line, inputs, outputs):
    if line.version < (2,):
        return line.k.models.Model(input=inputs, output=outputs)
    return line.k.models.Model(inputs, outputs)


def named(line, compile_options, customs):
    """Python functions in place of their names."""
    swap = lambda v: customs.get(v, v) if isinstance(v, str) else [swap(i) for i in v] if isinstance(v, list) else v
    return {k: swap(v) for k, v in compile_options.items()}


def saved(line, model, customs):
    """The model saved and loaded again, and its compile config."""
    extension = ".keras" if line.version >= (2, 13) and line.save == "keras" else ".h5"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model" + extension)
        model.save(path)
        if extension == ".keras":
            with zipfile.ZipFile(path) as archive:
                config = json.loads(archive.read("config.json"))["compile_config"]
            loaded = line.k.models.load_model(path, custom_objects=customs)
        else:
            import h5py

            with h5py.File(path, "r") as file:
                text = file.attrs["training_config"]
                config = json.loads(text if isinstance(text, str) else text.decode("utf-8"))
            loaded = line.k.models.load_model(path, custom_objects=customs)
    config.update({k: {} for k in ("optimizer", "optimizer_config") if k in config})
    return loaded, config


def evaluate(line, model, x, y, w):
    if line.version >= (2, 6):
        return dict(model.evaluate(x, y, batch_size=BATCH, sample_weight=w, verbose=0, return_dict=True))
    values = model.evaluate(x, y, batch_size=BATCH, sample_weight=w, verbose=0)
    values = values if isinstance(values, list) else [values]
    return dict(zip(model.metrics_names, values))


def array(value):
    value = np.asarray(value)
    kind = "float" if value.dtype.kind == "f" else "int"
    shortest = lambda v: float(str(np.float32(v))) if kind == "float" else int(v)
    return {"shape": list(value.shape), "kind": kind, "data": [shortest(v) for v in value.ravel()]}


def number(value):
    return np.asarray(value, "float64").tolist()


def run(line, name, function):
    customs = {"scaled": custom_scaled(line.ops), "dice": custom_dice(line.ops)}
    outs, loss, options = function(line)
    model = build(line, outs)
    model.compile(optimizer="sgd", **named(line, dict(options, loss=loss), customs))
    model, config = saved(line, model, customs)
    one = len(outs) == 1
    x = [o.logits for o in outs]
    y = [o.y for o in outs]
    w = [o.w for o in outs]
    weighted = any(v is not None for v in w)
    result = evaluate(line, model, x[0] if one else x, y[0] if one else y, (w[0] if one else w) if weighted else None)
    predictions = [model.predict(x[0], verbose=0)] if one else model.predict(x, verbose=0)
    record = {"name": name, "compile": config, "outputs": [], "result": {k: number(v) for k, v in result.items()}}
    for out, p in zip(outs, predictions):
        entry = {"name": out.name, "y": array(out.y), "p": array(p)}
        if out.activation != "linear":
            entry["logits"] = array(out.logits)
        if out.masked:
            entry["mask"] = array((out.logits != 0).any(-1).astype("int32"))
        if out.w is not None:
            entry["w"] = array(out.w)
        record["outputs"].append(entry)
    return record


def run_regularised(line, name, frozen):
    L = line.k.layers
    random = rng(name)
    x = L.Input(shape=(3,), name="x")
    h = line.dense(x, 4, "hidden", line.regularizer(0.01, 0.02), None, not frozen)
    model = model_of(line, x, line.dense(h, 2, "out", line.regularizer(0.0, 0.05), line.regularizer(0.02, 0.01, True)))
    model.compile(optimizer="sgd", loss="mse")
    weights = [real(random, *v.shape) for v in model.get_weights()]
    model.set_weights(weights)
    data, y = real(random, 5, 3), real(random, 5, 2)
    model, config = saved(line, model, {})
    result = evaluate(line, model, data, y, None)
    p = model.predict(data, verbose=0)
    regularizers = [
        {"path": "hidden/kernel", "l1": 0.01, "l2": 0.02, "weight": array(weights[0]), "trainable": not frozen},
        {"path": "out/kernel", "l1": 0.0, "l2": 0.05, "weight": array(weights[2]), "trainable": True},
    ]
    # Keras 3.0 to 3.3 do not save it.
    if getattr(model.get_layer("out"), "activity_regularizer", None) is not None:
        regularizers.append({"path": "out", "l1": 0.02, "l2": 0.01, "activity": array(p)})
    output = {"name": "out", "y": array(y), "p": array(p)}
    return {"name": name, "compile": config, "outputs": [output], "penalties": regularizers,
            "result": {k: number(v) for k, v in result.items()}}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--keras", default="keras")
    parser.add_argument("--old")
    parser.add_argument("--save", choices=["h5", "keras"], default="h5")
    parser.add_argument("--only")
    parser.add_argument("--catalogue", action="store_true", help="every loss and metric instead of every rule of evaluate")
    args = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    if args.old:
        sys.path.insert(0, os.path.join(HERE, "../../../../fixtures/recorder"))
        keras = importlib.import_module("old_keras").load(args.old)
    else:
        keras = importlib.import_module(args.keras)
    line = Line(keras, args.old)
    line.save = args.save
    records, failed = [], []
    for name, function, since, until, options in CATALOGUE if args.catalogue else CASES:
        if not since <= line.version < until or (args.only and args.only not in name):
            continue
        keras.backend.clear_session() if hasattr(keras.backend, "clear_session") else None
        try:
            if options.get("save") == "regularised":
                records.append(run_regularised(line, name, options.get("frozen", False)))
            else:
                records.append(run(line, name, function))
        except Exception as error:  # Keras refuses some cases in some versions; the list says which.
            failed.append({"name": name, "error": (type(error).__name__ + ": " + str(error))[:200]})
    document = {"keras_version": keras.__version__, "backend": line.backend, "batch_size": BATCH,
                "cases": records, "refused": failed}
    with open(args.out, "w") as file:
        file.write(dump(document) + "\n")
    print(keras.__version__, line.backend, len(records), "cases,", len(failed), "refused:")
    for f in failed:
        print("  ", f["name"], f["error"])


def dump(document):
    """JSON with one line per case."""
    head = {k: v for k, v in document.items() if k != "cases"}
    lines = ",\n".join(json.dumps(c, sort_keys=True) for c in document["cases"])
    return json.dumps(head, sort_keys=True)[:-1] + ',\n"cases": [\n' + lines + "\n]}"


if __name__ == "__main__":
    main()
