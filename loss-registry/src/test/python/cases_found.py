"""Causes of differences that evaluations at random (fuzz_evaluate.py) showed, cut down."""

from cases import *  # noqa: F403

FOUND = Suite()
simple, two = FOUND.simple, FOUND.two

# Keras 3 matches ranks in the functions of errors, not in those of margins and divergences.
simple(V3, "functions_of_a_column", "sigmoid", (4, 1), lambda r, n: bits(r, n, 4), "mse", n=4, metrics=["squared_hinge", "poisson", "kl_divergence", "mae"])

# Losses that stay vectors count in running averages of outputs by their first axis.
two("two_outputs_not_reduced", lambda line: [line.k.losses.MeanSquaredError(reduction="none"), line.k.losses.BinaryCrossentropy()], since=V3, weighted=False)
two("two_outputs_second_not_reduced", lambda line: [line.k.losses.BinaryCrossentropy(), line.k.losses.MeanSquaredError(reduction="none")], since=V3, weighted=False)

# Keras 3.5 counts the losses of which there are targets.
two("two_outputs_loss_list_of_one", ["mse", None], since=V2, weighted=False, without="b")

# TensorFlow's Keras from 2.2 zips losses with a list of their weights.
two("two_outputs_one_weight", ["mse", "mae"], since=V23, weighted=False, loss_weights=[0.5], metrics={"b": ["mae"]})
two("two_outputs_one_weight_of_all", "mse", since=V23, loss_weights=[0.5])
two("two_outputs_three_weights", ["mse", "mae"], since=V23, loss_weights=[0.5, 2, 3])

# Keras 2.3 weights by 1 where nobody gave weights, and counts them before it repeats them.
simple(V23, "weighted_metrics_of_pixels", "sigmoid", (3, 4, 5), PIXELS, "mse", weighted_metrics=["mse", "binary_accuracy"])
simple(V23, "weighted_metrics_of_weighted_pixels", "sigmoid", (3, 4, 5), PIXELS, "mse", until=(2, 4), weights=W0, weighted_metrics=["mse"])

# Keras 2.3 and graph mode keep metrics by name: of two with the same name the last stays.
simple(V23, "metrics_of_one_name", "sigmoid", (4,), MULTI, "mse", until=V26, metrics=lambda line: [line.k.metrics.MeanAbsoluteError(name="m"), "acc", line.k.metrics.Hinge(name="m")])
two("two_outputs_named_metrics", ["mse", "mae"], since=V23,
    metrics=lambda line: {"a": [line.k.metrics.Hinge(name="m"), "mse"], "b": [line.k.metrics.Poisson()]}, weighted_metrics=lambda line: {"b": [line.k.metrics.Hinge(name="m")]})

# Graph mode broadcasts weights and targets as NumPy does, and looks even thresholds up in [0, 1].
simple(V23, "weights_along_pixels", "linear", (3, 1, 5), lambda r, n: real(r, n, 3, 1, 5), "mse", until=V26, n=3, weights=W1)
simple(V26, "targets_without_the_column", "linear", (1, 1), lambda r, n: real(r, n, 1), "mse", n=3, metrics=["mae"])
simple(V23, "constrained_beyond_one", "linear", (4,), MULTI, "mse", until=V26, metrics=lambda line: [line.k.metrics.SpecificityAtSensitivity(0.0, name="s")])

# Keras 3.15 repeats a single class id; Keras 3 does not report metrics of an output without targets.
simple((3, 15), "mean_iou_of_single_samples", "softmax", (3,), HOT3, "mse", n=3, metrics=lambda line: [line.k.metrics.OneHotMeanIoU(num_classes=3, sparse_y_pred=True)])
two("two_outputs_metrics_of_none", {"a": "mse", "b": None}, since=V26, weighted=False, without="b", metrics={"a": ["mae"], "b": ["mae"]})

# Labels of rank 1 beside an output of rank 3; an output of rank 1; zeros of both signs, of which newer Keras 3 takes +0 for the larger.
simple(V26, "labels_of_single_steps", "softmax", (1, 4), LABELS, "sparse_categorical_crossentropy", metrics=["sparse_top_k_categorical_accuracy", "sparse_categorical_accuracy"])
simple(V26, "output_of_one_axis", "linear", (), FLAT, "binary_crossentropy", metrics=["mae"])
simple(V26, "zeros_of_both_signs", "linear", (4,), lambda r, n: r.choice([0.0, -0.0, -1.0], (n, 4)).astype("float32"), "mse", n=7, metrics=["categorical_accuracy"])

# Before Keras 3.3 a confusion matrix takes the predictions at the places of the targets that it does not ignore; unions may be negative.
simple(V210, "mean_iou_of_more_predictions", "softmax", (3,), lambda r, n: r.randint(0, 3, (n, 1)), "mse", until=V3, metrics=lambda line: [line.k.metrics.MeanIoU(num_classes=3, ignore_class=1)])
simple(V210, "mean_iou_of_negative_weights", "linear", (1,), lambda r, n: r.randint(0, 3, (n, 1)).astype("float32"), "mse", n=6,
       weights=lambda r, n: np.array([-1, -2, 2, 1, -1, 0])[:n], weighted_metrics=lambda line: [line.k.metrics.MeanIoU(num_classes=3)])

# A variance that float32 finds as the difference of large numbers.
simple(V213, "r2_of_near_constants", "linear", (3,), lambda r, n: 20 + 0.1 * real(r, n, 3), "mse", n=7, metrics=lambda line: [line.k.metrics.R2Score(class_aggregation=None)])

# TensorFlow 1 calls both the same, and keeps one.
simple((2, 2, 4), "accuracy_under_two_names", "sigmoid", (4,), MULTI, "mse", until=(2, 2, 5), metrics=["accuracy", "mse", "acc", "mean_squared_error"], weighted_metrics=["acc", "accuracy"])


# TensorFlow 2.0 adds epsilon to 1 - p, and finds no logits in its old loop.
simple((2, 2, 4), "beyond_probabilities", "linear", (4,), MULTI, "binary_crossentropy", until=(2, 2, 5), metrics=["mse"])
@FOUND.case((2, 2, 4), (2, 2, 5))
def certain_in_the_old_loop(line):
    random = rng("certain_in_the_old_loop")
    outs = [Out(20 * real(random, 5, 4), "softmax", onehot(random, 5, 4), name="a"), Out(3 * real(random, 5, 3), "sigmoid", bits(random, 5, 3), name="b")]
    return outs, ["categorical_crossentropy", "binary_crossentropy"], {"weighted_metrics": {"b": ["mse"]}}


# Predictions all but certain: float32 adds the exponentials of few classes one after the other.
@FOUND.case(V26)
def certain_classes(line):
    x = np.array([[15.5, 0, 0], [-3, 18.5, 2], [1, 17, 2], [18, 1, 0], [0, -4, 14.25]], "float32")
    return [Out(x, "linear", np.array([[0], [1], [1], [0], [2]]))], line.k.losses.SparseCategoricalCrossentropy(from_logits=True), {}


@FOUND.case(V26)
def auc_beyond_one(line):
    random = rng("auc_beyond_one")
    return [Out(real(random, 5, 4), "linear", bits(random, 5, 4))], "mse", {"metrics": [line.k.metrics.AUC(name="m")]}


# TensorFlow up to 2.3 finds no logits behind a softmax of more than two axes.
@FOUND.case((2, 2, 4))
def certain_pixels(line):
    random = rng("certain_pixels")
    x = 30 * real(random, 5, 3, 4)
    return [Out(x, "softmax", onehot(random, 5, 3, 4))], "categorical_crossentropy", {}


@FOUND.case(V23)
def certain_labels_of_steps(line):
    random = rng("certain_labels_of_steps")
    return [Out(30 * real(random, 5, 3, 4), "softmax", random.randint(0, 4, (5, 3)))], "sparse_categorical_crossentropy", {}


# The operation of a Softmax layer is found, in whatever rank.
@FOUND.case((2, 2, 4))
def certain_pixels_of_a_layer(line):
    random = rng("certain_pixels_of_a_layer")
    softmax = line.k.layers.Softmax(name="out")
    outs = [Out(30 * real(random, 5, 3, 4), softmax, onehot(random, 5, 3, 4))]
    return outs, "categorical_crossentropy", {}


@FOUND.case(V23)
def certain_labels_of_a_layer(line):
    random = rng("certain_labels_of_a_layer")
    softmax = line.k.layers.Softmax(name="out")
    return [Out(30 * real(random, 5, 3, 4), softmax, random.randint(0, 4, (5, 3)))], "sparse_categorical_crossentropy", {}
