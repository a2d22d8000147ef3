"""What `compile` can be told: structures of losses, loss weights and metrics, reductions, types, names; and several rules at once."""

import numpy as np

from cases import *  # noqa: F403

COMPILATION = Suite()
simple, two, metrics = COMPILATION.simple, COMPILATION.two, COMPILATION.metrics


def three(name, losses, pack=list, since=V26, until=NEVER, weighted=True, without="", **options):
    """A case of outputs a (four sigmoids), b (three softmax classes) and c (two numbers), in the structure that `pack` makes of them.

    Up to 2.3, and in graph mode, outputs may be `without` targets.
    """

    def function(line):
        random = rng(name)
        w = [np.array(v, "float32") if weighted else None for v in ([1, 2, 0, 1, 3], [2, 1, 1, 0, 1], [0.5, 0, 1, 2, 1])]
        outs = [
            Out(real(random, 5, 4), "sigmoid", bits(random, 5, 4), w[0], name="a"),
            Out(real(random, 5, 3), "softmax", onehot(random, 5, 3), w[1], name="b"),
            Out(real(random, 5, 2), "linear", real(random, 5, 2), w[2], name="c"),
        ]
        for out in outs if line.version < V26 or line.graph else []:
            out.y = None if out.name in without else out.y
        made = losses(line) if callable(losses) else losses
        return outs, made, {k: v(line) if callable(v) else v for k, v in options.items()}, pack

    COMPILATION.add(name, function, since, until)


BY_NAME = lambda v: dict(zip("abc", v))
BY_KEY = lambda v: {"last": v[0], "first": v[1], "middle": v[2]}
DEEP = lambda v: {"a": v[0], "more": {"b": v[1], "c": v[2]}}
DEEP_LISTS = lambda v: [v[0], [v[1], v[2]]]
DEEP_MIXED = lambda v: {"a": v[0], "more": [v[1], v[2]]}
LOSSES3 = ["binary_crossentropy", "categorical_crossentropy", "mse"]

three("list_losses", LOSSES3, since=FIRST, loss_weights=[1.0, 0.5, 2.0])
three("list_loss_tuple", lambda line: tuple(LOSSES3), loss_weights=lambda line: (1.0, 0.5, 2.0))
three("list_losses_by_name", {"a": "mse", "b": "mae", "c": "mse"}, since=FIRST, loss_weights={"a": 0.5, "b": 2.0, "c": 1.5})
three("list_losses_by_name_in_other_order", {"c": "mse", "b": "mae", "a": "bce"}, since=V26, loss_weights={"b": 2.0, "c": 0.25, "a": 4.0})
three("list_losses_by_name_weight_of_one", {"a": "mse", "b": "mae", "c": "mse"}, since=FIRST, loss_weights={"b": 2.0})
three("list_losses_weights_of_lists", {"a": "mse", "b": "mae", "c": "mse"}, loss_weights=[0.5, 2.0, 1.5])
three("list_losses_weights_by_name", LOSSES3, since=FIRST, loss_weights={"a": 0.5, "b": 2.0, "c": 1.5})
three("list_one_loss", "mae", since=FIRST, loss_weights=[1.0, 0.5, 2.0])
three("list_one_loss_object", lambda line: line.k.losses.MeanAbsoluteError(reduction="sum"), since=V23, weighted=False)
three("list_skips", ["mse", None, "mae"], since=V2, weighted=False, without="b")
three("list_skips_weights", ["mse", None, "mae"], weighted=False, loss_weights=[0.5, 1.0, 2.0])
three("list_skips_first", [None, "mse", "mae"], since=V2, weighted=False, without="a")
three("list_weight_missing", ["mse", "mse", "mae"], since=V3, weighted=False, loss_weights=[0.5, None, 2.0])
three("list_missing", {"a": "mse", "c": "mae"}, since=V2, weighted=False, without="b")
three("list_skips_by_name", {"a": "mse", "b": None, "c": "mae"}, since=V2, weighted=False, without="b")
three("list_lists_of_one", [["mse"], ["mae"], ["mse"]])
three("list_several_of_one", [["mse", "mae"], "mae", "mse"], since=V3)
three("list_metrics_of_some", LOSSES3, metrics={"c": ["mae"], "a": ["mse", "accuracy"]}, weighted_metrics={"b": ["accuracy"]})
three("list_metrics_one_each", LOSSES3, since=V23, metrics=["mae", "accuracy", "mse"])
three("list_metrics_lists", LOSSES3, since=V23, metrics=[["mae"], [], ["mse", "mae"]], weighted_metrics=[[], ["accuracy"], ["mae"]])
three("list_reductions", lambda line: [line.k.losses.MeanSquaredError(reduction=r) for r in ("sum", "sum_over_batch_size", "sum")], since=V23, loss_weights=[0.5, 2.0, 1.0])

three("dict_losses", BY_NAME(LOSSES3), BY_NAME, loss_weights={"a": 1.0, "b": 0.5, "c": 2.0})
three("dict_losses_in_other_order", {"c": "mse", "b": "mae", "a": "bce"}, BY_NAME, loss_weights={"b": 2.0, "c": 0.25, "a": 4.0})
three("dict_losses_listed", LOSSES3, BY_NAME, loss_weights=[1.0, 0.5, 2.0])
three("dict_one_loss", "mse", BY_NAME)
three("dict_skips", {"a": "mse", "b": None, "c": "mae"}, BY_NAME, weighted=False)
three("dict_missing", {"a": "mse", "c": "mae"}, BY_NAME, weighted=False)
three("dict_missing_weights", {"a": "mse", "c": "mae"}, BY_NAME, weighted=False, loss_weights={"a": 0.5, "c": 3.0})
three("dict_metrics", BY_NAME(LOSSES3), BY_NAME, metrics={"a": ["mae"], "c": ["mse"]}, weighted_metrics={"b": ["accuracy"]})
three("keys_losses", {"first": "mae", "middle": "mse", "last": "bce"}, BY_KEY, loss_weights={"first": 2.0, "middle": 0.5, "last": 3.0})
three("keys_losses_listed", ["mae", "mse", "bce"], BY_KEY)
three("keys_metrics", {"first": "mae", "middle": "mse", "last": "bce"}, BY_KEY, metrics={"first": ["mse"], "last": ["mae"]}, weighted_metrics={"middle": ["mae"]})
three("deep_losses", DEEP(LOSSES3), DEEP, loss_weights=DEEP([1.0, 0.5, 2.0]))
three("deep_losses_flat_weights", DEEP(LOSSES3), DEEP, loss_weights=[1.0, 0.5, 2.0])
three("deep_losses_listed", LOSSES3, DEEP)
three("deep_one_loss", "mae", DEEP)
three("deep_missing", {"a": "mse", "more": {"c": "mae"}}, DEEP, weighted=False)
three("deep_skips", {"a": None, "more": {"b": "mse", "c": "mae"}}, DEEP, weighted=False)
three("deep_metrics", DEEP(LOSSES3), DEEP, metrics=DEEP([["mae"], ["accuracy"], ["mse", "mae"]]), weighted_metrics=DEEP([["mae"], ["mse"], []]))
three("deep_lists_losses", DEEP_LISTS(LOSSES3), DEEP_LISTS, loss_weights=DEEP_LISTS([1.0, 0.5, 2.0]))
three("deep_lists_losses_flat", LOSSES3, DEEP_LISTS, loss_weights=[1.0, 0.5, 2.0])
three("deep_lists_skips", ["mse", [None, "mae"]], DEEP_LISTS, weighted=False)
three("deep_mixed_losses", DEEP_MIXED(LOSSES3), DEEP_MIXED, loss_weights=DEEP_MIXED([1.0, 0.5, 2.0]))

simple(FIRST, "one_loss_listed", "linear", (4,), REAL, ["mse"], weights=W0, metrics=["mae"])
simple(FIRST, "one_loss_by_name", "linear", (4,), REAL, {"out": "mse"}, weights=W0, metrics=["mae"])
simple(FIRST, "one_loss_weight_listed", "linear", (4,), REAL, "mse", weights=W0, loss_weights=[0.5])
simple(FIRST, "one_loss_weight_by_name", "linear", (4,), REAL, "mse", weights=W0, loss_weights={"out": 0.25})
simple(V26, "one_loss_weight", "linear", (4,), REAL, "mse", weights=W0, loss_weights=0.5)
simple(V26, "one_loss_by_name_weight_by_name", "linear", (4,), REAL, {"out": "mse"}, weights=W0, loss_weights={"out": 0.25})
simple(V26, "one_output_several_losses", "linear", (4,), REAL, ["mse", "mae"], weights=W0)
simple(V26, "one_output_several_losses_weighted", "linear", (4,), REAL, ["mse", "mae"], loss_weights=[0.5, 3.0])
simple(FIRST, "one_metric_by_name", "linear", (4,), REAL, "mse", weights=W0, metrics={"out": ["mae"]})
simple(V23, "one_metric_in_lists", "linear", (4,), REAL, "mse", weights=W0, metrics=[["mae", "mse"]], weighted_metrics=[["mae"]])
simple(V26, "one_metric_alone", "linear", (4,), REAL, "mse", until=V3, metrics="mae")

# Names of metrics.
simple(V207, "names_in_both", "softmax", (4,), HOT, "categorical_crossentropy", weights=W0, metrics=["accuracy", "mse", "mae"], weighted_metrics=["mae", "accuracy"])
simple(V207, "names_twice", "linear", (4,), REAL, "mse", weights=W0, metrics=["mse", "mse"], weighted_metrics=["mse", "mse"])
simple(V207, "names_of_one_function", "linear", (4,), REAL, "mse", weights=W0, metrics=["mse", "MSE", "mean_squared_error"], weighted_metrics=["mse"])
simple(V26, "names_of_objects", "linear", (4,), REAL, "mse", weights=W0,
       metrics=lambda line: ["mse", line.k.metrics.MeanSquaredError(), line.k.metrics.MeanSquaredError(name="mse_again")], weighted_metrics=lambda line: [line.k.metrics.MeanAbsoluteError(name="mae")])
simple(V26, "names_of_equal_objects", "linear", (4,), REAL, "mse", weights=W0,
       metrics=lambda line: [line.k.metrics.MeanSquaredError(name="m")], weighted_metrics=lambda line: [line.k.metrics.MeanAbsoluteError(name="m")])
simple(V26, "names_like_loss", "linear", (4,), REAL, "mse", metrics=lambda line: [line.k.metrics.MeanAbsoluteError(name="loss")])
two("names_of_outputs", ["bce", "mse"], since=V26, metrics=[["mse", "accuracy"], ["mse", "accuracy"]], weighted_metrics=[["mse"], ["mse", "mae"]])
two("names_of_outputs_by_name", {"a": "bce", "b": "mse"}, since=V26, metrics={"a": ["mse", "accuracy"], "b": "mse"}, weighted_metrics={"a": "mse", "b": ["mse", "mae"]})
two("names_like_output_losses", ["bce", "mse"], since=V26, metrics=lambda line: {"a": [line.k.metrics.MeanSquaredError(name="loss")]})

# Reductions.
REDUCTIONS = (("sum", V23, NEVER), ("sum_over_batch_size", V23, NEVER), ("none", V23, NEVER), ("auto", V26, V3), (None, V3, NEVER), ("mean", V37, NEVER), ("mean_with_sample_weight", V37, NEVER))
for reduction, first, last in REDUCTIONS:
    kind = lambda r=reduction, c="MeanSquaredError", **a: loss_object(c, reduction=r, **a)
    label = "reduction_%s" % reduction if reduction else "reduction_of_nothing"
    simple(first, label, "linear", (4,), REAL, kind(), until=last)
    simple(first, label + "_zero_weights", "softmax", (4,), HOT, kind(c="CategoricalCrossentropy"), weights=W0, until=last)
    simple(first, label + "_steps", "linear", (3, 4), STEPS, kind(), masked=True, until=V26)
    simple(max(first, V26), label + "_steps_weights", "linear", (3, 4), STEPS, kind(), masked=True, weights=TEMPORAL0, until=last)
    simple(max(first, V26), label + "_column_weights", "linear", (3, 4), STEPS, kind(), masked=True, weights=lambda r, n: W0(r, n)[:, None], until=last, weighted_metrics=["mse"])
    simple(max(first, V210), label + "_ignored", "softmax", (3, 4), LABELSTEPS, kind(c="SparseCategoricalCrossentropy", ignore_class=1), weights=TEMPORAL0, until=last)
    two(label + "_outputs", lambda line, r=reduction: [line.k.losses.BinaryCrossentropy(reduction=r), line.k.losses.MeanAbsoluteError(reduction=r)], since=first, until=last, loss_weights=[2.0, 0.5])

# Types. No Keras writes that of a loss into the file.
for dtype in ("float16", "bfloat16", "float64"):
    simple(V34, "loss_%s" % dtype, "softmax", (4,), HOT, loss_object("CategoricalCrossentropy", dtype=dtype), weights=W1)
    simple(V34, "loss_%s_steps" % dtype, "linear", (3, 4), STEPS, loss_object("MeanSquaredError", dtype=dtype), masked=True)
    metrics("metrics_%s" % dtype, V26, "softmax", (4,), HOT, *((c, {"dtype": dtype}) for c in ("MeanSquaredError", "CategoricalAccuracy", "CategoricalCrossentropy")), weights=W1)
    metrics("metrics_%s_steps" % dtype, V26, "linear", (3, 4), STEPS, ("MeanAbsoluteError", {"dtype": dtype}), masked=True, weights=TEMPORAL0)
    metrics("metrics_%s_states" % dtype, V26, "sigmoid", (4,), MULTI, ("AUC", {"num_thresholds": 5, "dtype": dtype}), ("Precision", {"dtype": dtype}), ("RootMeanSquaredError", {"dtype": dtype}), weights=W1)

# CTC, known as an object before it is by name.
ALIGNED = lambda r, n: np.array([[1, 2, 3], [3, 3, 1], [2, 1, 2], [1, 2, 3], [2, 2, 1]])[:n]
PADDED = lambda r, n: np.array([[1, 2, 0], [3, 3, 1], [2, 0, 0], [1, 2, 3], [2, 2, 0]])[:n]
CTC = (3, 0, 2)
simple(CTC, "ctc_full", "linear", (7, 4), ALIGNED, loss_object("CTC"))
simple(CTC, "ctc_zero_weights", "linear", (7, 4), ALIGNED, loss_object("CTC"), weights=W0)
simple(CTC, "ctc_sum", "linear", (7, 4), ALIGNED, loss_object("CTC", reduction="sum"), weights=W0)
simple(CTC, "ctc_unreduced", "linear", (7, 4), ALIGNED, loss_object("CTC", reduction="none"), weights=W1)
simple(CTC, "ctc_padded", "linear", (7, 4), PADDED, loss_object("CTC"))
simple(CTC, "ctc_short", "linear", (4, 4), lambda r, n: ALIGNED(r, 5)[[0, 2, 3]], loss_object("CTC"), n=3)
simple(CTC, "ctc_of_softmax", "softmax", (7, 4), ALIGNED, loss_object("CTC"))
simple(V34, "ctc_by_name", "linear", (7, 4), PADDED, "ctc", weights=W1)
simple(V37, "ctc_mean_with_sample_weight", "linear", (7, 4), PADDED, loss_object("CTC", reduction="mean_with_sample_weight"), weights=W0)

# Masks, weights and an uneven last batch together; of weights the shape that every line takes.
UNEVEN = dict(n=7, masked=True)
STEPWEIGHTS = lambda r, n: np.round(r.rand(n, 3) * (r.rand(n, 3) < 0.7), 3)
COLUMNZERO = lambda r, n: np.array([1, 0, 2, 0.5, 0, 3, 1.5])[:n, None]
ROWZERO = lambda r, n: np.array([1, 0, 2, 0.5, 0, 3, 1.5])[:n]
simple(FIRST, "uneven_rows", "linear", (3, 4), STEPS, "mse", weights=ROWZERO, until=V3, metrics=["mae"], **UNEVEN)
simple(FIRST, "uneven_temporal", "softmax", (3, 4), HOTSTEPS, "categorical_crossentropy", weights=STEPWEIGHTS, until=V26, sample_weight_mode="temporal", metrics=["accuracy"], **UNEVEN)
simple(V207, "uneven_temporal_metrics", "linear", (3, 4), STEPS, "mae", weights=STEPWEIGHTS, until=V26, sample_weight_mode="temporal", metrics=["mean_squared_error"], weighted_metrics=["mean_squared_error"], **UNEVEN)
simple(V207, "uneven_rows_metrics", "softmax", (3, 4), HOTSTEPS, "categorical_crossentropy", weights=ROWZERO, until=V3, metrics=["mae"], weighted_metrics=["mae"], **UNEVEN)
simple(V26, "uneven_columns", "linear", (3, 4), STEPS, "mse", weights=COLUMNZERO, metrics=["mae"], weighted_metrics=["mae"], **UNEVEN)
simple(V26, "uneven_steps", "softmax", (3, 4), HOTSTEPS, "categorical_crossentropy", weights=STEPWEIGHTS, metrics=["accuracy"], weighted_metrics=["accuracy", "mse"], **UNEVEN)
simple(V26, "uneven_sparse", "softmax", (3, 4), LABELSTEPS, "sparse_categorical_crossentropy", weights=STEPWEIGHTS, metrics=["accuracy"], weighted_metrics=["accuracy"], **UNEVEN)
simple(V26, "uneven_binary", "sigmoid", (3, 4), BITSTEPS, "binary_crossentropy", weights=STEPWEIGHTS, metrics=["accuracy"], weighted_metrics=["mae"], **UNEVEN)


def everything(name, since, until, weights, metrics=False, **options):
    """Two outputs, one of masked steps, with weights of both, in seven samples."""

    def function(line):
        random = rng(name)
        a = Out(real(random, 7, 3, 4), "linear", real(random, 7, 3, 4), np.asarray(weights(random, 7), "float32"), masked=True, name="a")
        b = Out(real(random, 7, 3), "softmax", onehot(random, 7, 3), np.array([0, 1, 2, 0, 1, 0.5, 3], "float32"), name="b")
        a.logits[1, 1:] = a.logits[4, 2] = a.logits[6, 0] = 0
        seen = {"metrics": {"a": ["mean_absolute_error"], "b": ["accuracy"]}, "weighted_metrics": {"a": ["mean_squared_error"], "b": ["mean_absolute_error"]}}
        return [a, b], ["mse", "categorical_crossentropy"], dict(options, loss_weights=[0.5, 2.0], **(seen if metrics else {}))

    COMPILATION.add(name, function, since, until)


everything("everything_rows", FIRST, V3, ROWZERO)
everything("everything_temporal", FIRST, V26, STEPWEIGHTS, sample_weight_mode={"a": "temporal", "b": None})
everything("everything_temporal_metrics", V207, V26, STEPWEIGHTS, metrics=True, sample_weight_mode={"a": "temporal", "b": None})
everything("everything_rows_metrics", V207, V3, ROWZERO, metrics=True)
everything("everything_columns", V26, NEVER, COLUMNZERO, metrics=True)
everything("everything_steps", V26, NEVER, STEPWEIGHTS, metrics=True)
