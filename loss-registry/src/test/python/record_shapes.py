#!/usr/bin/env python3
"""Records which targets `model.evaluate` refuses beside an output of three classes, as the oracle of TargetShapesTest.

    python record_shapes.py OUT.json [--keras PACKAGE] [--old FOLDER] [--graph]

with the lines of record_evaluate.py. Targets are one-hot, one column, flat or of two columns; a refusal is null, else the
loss is there.
"""

import argparse
import json
import os

import numpy as np

from cases import Line
from record_evaluate import keras_of

LOSSES = ["categorical_crossentropy", "binary_crossentropy", "mean_squared_error", "hinge", "sparse_categorical_crossentropy"]
LABELS = np.array([0, 2, 1, 0])
TARGETS = {
    "hot": np.eye(3, dtype="float32")[LABELS],
    "column": LABELS[:, None].astype("float32"),
    "flat": LABELS.astype("float32"),
    "two": np.eye(3, dtype="float32")[LABELS][:, :2],
}
LOGITS = np.array([[1, 2, 0.5], [0, -1, 1.5], [2, 0.25, 0], [-0.5, 1, 0.75]], "float32")


def evaluated(line, activation, loss, y):
    x = line.k.layers.Input(shape=(3,), name="x")
    model = line.model(x, line.k.layers.Activation(activation, name="out")(x))
    model.compile(optimizer="sgd", loss=loss)
    try:
        return float(np.ravel(model.evaluate(LOGITS, y, batch_size=4, verbose=0))[0]), model.predict(LOGITS, verbose=0)
    except Exception:  # each line has its own ways to refuse
        return None, model.predict(LOGITS, verbose=0)


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
    found = {}
    for activation in ("softmax", "sigmoid"):
        for loss in LOSSES:
            for name, y in TARGETS.items():
                line.clear()
                value, p = evaluated(line, activation, loss, y)
                found["%s %s %s" % (activation, loss, name)] = value
        found[activation] = [[float(str(v)) for v in row] for row in p]
    document = {"keras_version": line.name(), "backend": line.backend, "logits": LOGITS.tolist(), "results": found}
    document["targets"] = {name: y.tolist() for name, y in TARGETS.items()}
    with open(args.out, "w") as file:
        file.write(json.dumps(document, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
