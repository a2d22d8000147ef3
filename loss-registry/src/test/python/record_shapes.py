#!/usr/bin/env python3
"""Records what `model.evaluate` makes of targets of any shape beside outputs of any shape, as the oracle of TargetShapesTest.

    python record_shapes.py OUT.json [--keras PACKAGE] [--old FOLDER] [--graph]

with the lines of record_evaluate.py. An answer is the loss, null where Keras refuses; targets are 0 and 1, one-hot along an
axis of two and three; those of sparse losses are classes that there are.
"""

import argparse
import json
import os

import numpy as np

from cases import Line
from record_evaluate import keras_of

OF_CLASSES = ["categorical_crossentropy", "sparse_categorical_crossentropy", "kullback_leibler_divergence"]
LOSSES = OF_CLASSES + [
    "binary_crossentropy",
    "mean_squared_error",
    "mean_absolute_percentage_error",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
    "poisson",
    "logcosh",
    "cosine_similarity",
    "huber",
    "dice",
    "tversky",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
]
# Keras 1 has no softmax of rank 4.
OUTPUTS = [(1,), (2,), (3,), (2, 1), (2, 3), (3, 3), (2, 2, 3), (2, 3, 1)]
TARGETS = [(), (1,), (2,), (3,), (1, 1), (2, 1), (2, 2), (2, 3), (3, 3), (2, 2, 1), (2, 2, 3), (2, 3, 1)]
SAMPLES = 4


def logits(shape):
    return np.random.RandomState(3).uniform(-2, 2, (SAMPLES,) + shape).astype("float32")


def target(shape):
    """Labels; one-hot where the last axis can be that of classes."""
    random = np.random.RandomState(5)
    if shape and shape[-1] > 1:
        return np.eye(shape[-1], dtype="float32")[random.randint(0, shape[-1], (SAMPLES,) + shape[:-1])]
    return random.randint(0, 2, (SAMPLES,) + shape).astype("float32")


def answers(line, shape, loss):
    line.clear()
    x = line.k.layers.Input(shape=shape, name="x")
    activation = "softmax" if loss in OF_CLASSES and shape[-1] > 1 else "sigmoid"
    model = line.model(x, line.k.layers.Activation(activation, name="out")(x))
    given = logits(shape)
    found = {"predicted": [float(str(v)) for v in np.ravel(model.predict(given, verbose=0))]}
    for y in TARGETS:
        try:
            model.compile(optimizer="sgd", loss=loss)
            known = np.minimum(target(y), shape[-1] - 1) if loss.startswith("sparse") else target(y)
            found[name(y)] = float(np.squeeze(model.evaluate(given, known, batch_size=SAMPLES, verbose=0)))  # of graphs perhaps several
        except Exception:  # each line has its own ways to refuse
            found[name(y)] = None
    return found


def name(shape):
    return "x".join(map(str, (SAMPLES,) + shape))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--keras", default="keras")
    parser.add_argument("--old")
    parser.add_argument("--graph", action="store_true")
    args = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    line = Line(keras_of(args), args.graph)
    logits_of = {name(shape): [float(str(v)) for v in np.ravel(logits(shape))] for shape in OUTPUTS}
    document = {"keras_version": line.name(), "backend": line.backend, "logits": logits_of, "targets": {name(y): np.ravel(target(y)).tolist() for y in TARGETS}, "answers": {}}
    for loss in LOSSES:
        try:
            line.losses.get(loss)
        except Exception:  # a loss of newer lines
            continue
        document["answers"][loss] = {name(shape): answers(line, shape, loss) for shape in OUTPUTS if len(shape) < 3 or line.version >= (2,)}
    with open(args.out, "w") as file:
        file.write(json.dumps(document, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
