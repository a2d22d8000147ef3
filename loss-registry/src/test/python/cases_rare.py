"""Rules of few Kerases that no other suite reaches. What a Keras refuses is recorded too, by batch size under `refuses`."""

import numpy as np

from cases import *  # noqa: F403
from cases_class_weight import FOUR

RARE = Suite()
simple, two = RARE.simple, RARE.two

# Up to Keras 2.1.1 a sparse crossentropy flattens the positions of images, which then do not fit the samples.
LABELPIXELS = lambda r, n: r.randint(0, 5, (n, 2, 3, 1))
simple(FIRST, "sparse_pixels", "softmax", (2, 3, 5), LABELPIXELS, "sparse_categorical_crossentropy", n=3)
simple(FIRST, "sparse_pixels_weights", "softmax", (2, 3, 5), LABELPIXELS, "sparse_categorical_crossentropy", n=3, weights=W1)
simple(FIRST, "sparse_pixels_masked", "softmax", (2, 3, 5), LABELPIXELS, "sparse_categorical_crossentropy", n=4, masked=True)
simple(FIRST, "sparse_single_pixel", "softmax", (1, 1, 5), lambda r, n: r.randint(0, 5, (n, 1, 1, 1)), "sparse_categorical_crossentropy", weights=W0)


# Vectors so short that every guard against a norm of 0 shows.
def short(random, n):
    rows = real(random, n, 4) * np.array([[1], [1e-4], [1], [1e-7], [1e-5]], "float32")[:n]
    rows[2] = 0
    return rows


def cosine(loss):
    def function(line):
        random = rng("short_vectors")
        x, y = real(random, 5, 4), short(random, 5)
        x[0], x[3] = short(random, 5)[3], x[3] * np.float32(1e-5)
        x[0] *= np.float32(100)
        return [Out(x, "linear", y)], loss, {"metrics": [loss]}

    return function


RARE.add("cosine_proximity_of_short_vectors", cosine("cosine_proximity"), OLDEST, V23)
RARE.add("cosine_similarity_of_short_vectors", cosine("cosine_similarity"), V23)


@RARE.case(OLDEST)
def cosine_of_vectors(line):
    random = rng("cosine_of_vectors")
    loss = "cosine_similarity" if line.version >= V23 else "cosine_proximity"
    return [Out(real(random, 5, 4), "linear", real(random, 5, 4))], loss, {"metrics": [loss, "mae"]}


# NumPy squashes logits and clips what comes out.
@RARE.case(V23)
def binary_of_far_logits(line):
    x = np.array([[100, -100, 20, -20], [0, -5, 17, -17.5], [90, 1, -0.25, -90]], "float32")
    y = np.array([[0, 1, 0, 1], [1, 1, 0, 0], [1, 0, 1, 0]], "float32")
    return [Out(x, "linear", y)], line.k.losses.BinaryCrossentropy(from_logits=True), {}


# 'accuracy' beside a crossentropy.
simple(OLDEST, "accuracy_of_binary", "sigmoid", (4,), MULTI, "binary_crossentropy", metrics=["accuracy"])
simple(OLDEST, "accuracy_of_one", "sigmoid", (1,), ONE, "binary_crossentropy", metrics=["accuracy"])
simple(OLDEST, "accuracy_of_categorical", "softmax", (4,), HOT, "categorical_crossentropy", metrics=["accuracy"])
simple(OLDEST, "accuracy_of_sparse", "softmax", (4,), COLUMN, "sparse_categorical_crossentropy", metrics=["accuracy"])


# A loss that is not a number, with a weight of 0.
def weightless(name, **options):
    def function(line):
        random = rng(name)
        outs = [Out(real(random, 5, 4), "linear", real(random, 5, 4), name="a"), Out(real(random, 5, 3), "softmax", onehot(random, 5, 3), name="b")]
        outs[0].y[1, 2] = np.nan
        return outs, ["mse", "categorical_crossentropy"], options

    RARE.add(name, function)


weightless("two_outputs_nan_weighs_nothing", loss_weights=[0.0, 2.0])
weightless("two_outputs_nan_weighs_a_half", loss_weights=[0.5, 2.0])


# Class weights beside sample weights, and of some classes only.
def classes(name, target, class_weight, since=FIRST, **options):
    singles = Suite()
    singles.simple(since, name, "softmax", (4,), target, "categorical_crossentropy", n=5, **options)
    RARE.add(name, lambda line: singles[0][1](line) + (class_weight,), since)


classes("class_weight_and_sample_weight", HOT, FOUR, weights=W0)
classes("class_weight_of_some_classes", lambda r, n: np.eye(4, dtype="float32")[[0, 3, 1, 3, 2]], {0: 0.5, 1: 2.0, 2: 3.0})
classes("class_weight_of_all_there_are", lambda r, n: np.eye(4, dtype="float32")[[0, 2, 1, 1, 2]], {0: 0.5, 1: 2.0, 2: 3.0})


def classes_of_steps(line):
    singles = Suite()
    singles.simple(FIRST, "class_weight_of_steps", "softmax", (3, 4), HOTSTEPS, "categorical_crossentropy", n=5)
    return singles[0][1](line) + (FOUR,)


def classes_of_two(line):
    singles = Suite()
    singles.two("class_weight_of_two", ["binary_crossentropy", "categorical_crossentropy"], weighted=False)
    return singles[0][1](line) + ({"a": FOUR, "b": {0: 1.0, 1: 3.0, 2: 0.5}},)


RARE.add("class_weight_of_steps", classes_of_steps)
RARE.add("class_weight_of_two", classes_of_two)

# The first form overflows beyond 88.
simple((2, 0, 4), "logcosh_of_much", "linear", (3,), lambda r, n: real(r, n, 3) * 20, "logcosh", until=V3, metrics=["logcosh"])

# Masks of images, which have two axes more than weights.
PIXELS = lambda r, n: real(r, n, 2, 3, 5)
simple(FIRST, "pixels_masked", "sigmoid", (2, 3, 5), PIXELS, "mae", n=4, masked=True, metrics=["mae"])
simple(FIRST, "pixels_masked_squared", "sigmoid", (2, 3, 5), PIXELS, "mse", n=4, masked=True, metrics=["mse"])
simple(FIRST, "pixels_masked_weights", "sigmoid", (2, 3, 5), PIXELS, "mae", n=4, masked=True, weights=lambda r, n: r.choice([0.5, 1.0, 3.0], n), metrics=["mae"])
# A batch whose weights are all 0; of TensorFlow 1.11, which says that it is 2.1.6.
simple((2, 1, 6), "pixels_masked_zero_weights", "sigmoid", (2, 3, 5), PIXELS, "mae", n=4, masked=True, weights=lambda r, n: np.array([0, 2, 0, 0]), until=(2, 1, 7))

# Nothing but metrics.
simple(OLDEST, "no_loss", "linear", (4,), lambda r, n: real(r, n, 4), None, metrics=["mae"])
