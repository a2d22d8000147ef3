"""Records what clients of Keras models compute of predictions, with models among the fixtures.

    python record_clients.py classes   # TensorFlow 2.4, the last line with Sequential.predict_classes
    python record_clients.py keras3    # Keras 3.15: metrics of models saved without compile, confusion
    python record_clients.py tfk       # tf_keras 2.21 as keras, the same

Writes ../resources/dev/keraunos/clients/NAME.json.
"""

import json
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parents[3] / "fixtures" / "cases"
OUT = HERE.parent / "resources" / "dev" / "keraunos" / "clients"

CLASSES = [
    "keras2.2.4/models/sequential.h5",
    "keras2.3.1/models/nested_first.h5",
    "tfkeras2.6/masking/text_classifier.h5",
    "published/sentiment_lstm-keras2.2.4.h5",
    "published/words_and_filters_lstm-keras2.0.9.h5",
    "published/addition_gru-keras2.2.4.h5",
]
METRICS = {
    "labels": [
        "accuracy",
        "sparse_categorical_accuracy",
        {"class_name": "SparseTopKCategoricalAccuracy", "config": {"name": "top2", "k": 2}},
    ],
    "vectors": [
        "accuracy",
        "mse",
        "AUC",
        {"class_name": "AUC", "config": {"name": "pr", "curve": "PR", "num_thresholds": 7}},
        {"class_name": "Precision", "config": {"name": "precision_2", "class_id": 2, "top_k": 1}},
        {"class_name": "Recall", "config": {"name": "recall_0", "class_id": 0, "top_k": 1}},
    ],
    "binary": ["accuracy", "AUC", {"class_name": "Precision", "config": {"name": "p", "thresholds": 0.4}}],
}
EVALUATED = {
    "keras3": [
        ("keras3/core/sequential.keras", "labels"),
        ("keras3/core/sequential.keras", "vectors"),
        ("keras3/losses/categorical_crossentropy.keras", "vectors"),
        ("keras3/losses/binary_crossentropy.keras", "binary"),
        ("keras3/losses/masked_categorical.keras", "labels"),
    ],
    "tfk": [
        ("tfk/core/sequential.h5", "labels"),
        ("tfk/core/sequential.h5", "vectors"),
        ("tfk/losses/categorical_crossentropy.h5", "vectors"),
        ("tfk/losses/binary_crossentropy.h5", "binary"),
    ],
}


def inputs(name):
    archive = np.load(str(CASES / name.rsplit(".", 1)[0]) + ".npz")
    (key,) = [k for k in archive.files if k.startswith("inputs/")]
    return archive[key]


def classes():
    from tensorflow import keras

    for name in CLASSES:
        model = keras.models.load_model(str(CASES / name), compile=False)
        found = model.predict_classes(inputs(name))
        yield {"model": name, "classes": found.ravel().tolist()}


def by_class(metric, y, p):
    if p.ndim > 2 or p.shape[-1] == 1:
        return []
    made = [metric(top_k=1, class_id=k) for k in range(p.shape[-1])]
    return [float(m(y, p)) for m in made]


def evaluated(oracle):
    import tensorflow as tf

    if oracle == "keras3":
        import keras
    else:
        import tf_keras as keras
    for name, kind in EVALUATED[oracle]:
        model = keras.models.load_model(str(CASES / name), compile=False)
        x = inputs(name)
        p = model.predict(x, verbose=0)
        shape = p.shape
        guess = (p[..., 0] > 0.5).astype(int) if shape[-1] == 1 else p.argmax(-1)
        random = np.random.RandomState(len(name))
        drawn = random.randint(0, max(2, shape[-1]), shape[:-1])
        drawn = np.where(random.rand(*shape[:-1]) < 0.6, guess, drawn)
        vectors = np.eye(max(2, shape[-1]), dtype="float32")[drawn]
        y = drawn.reshape(shape).astype("float32") if kind == "binary" else vectors
        y = drawn.astype("int32") if kind == "labels" else y
        specs = METRICS[kind]
        made = [
            s if isinstance(s, str) and s != "AUC" else
            keras.metrics.deserialize(s if isinstance(s, dict) else {"class_name": s, "config": {"name": s}})
            for s in specs
        ]
        model.compile(loss="mse" if kind != "labels" else "sparse_categorical_crossentropy", metrics=made)
        told = model.evaluate(x, y, batch_size=3, return_dict=True, verbose=0)
        told.pop("loss")
        mask = getattr(model(x), "_keras_mask", None)
        weights = None if mask is None else np.array(mask).astype("int32").ravel()
        matrix = tf.math.confusion_matrix(drawn.ravel(), guess.ravel(), max(2, shape[-1]), weights).numpy()
        yield {
            "model": name,
            "targets": y.tolist(),
            "metrics": [s if isinstance(s, str) else json.dumps(s) for s in specs],
            "values": {k: float(v) for k, v in told.items()},
            "confusion": matrix.tolist(),
            "precision": by_class(keras.metrics.Precision, vectors, p),
            "recall": by_class(keras.metrics.Recall, vectors, p),
        }


if __name__ == "__main__":
    which = sys.argv[1]
    cases = list(classes() if which == "classes" else evaluated(which))
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / (which + ".json")).write_text(json.dumps(cases, indent=1) + "\n")
