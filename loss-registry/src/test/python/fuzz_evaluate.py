#!/usr/bin/env python3
"""Records evaluations made at random, to look for what no case covers.

    python fuzz_evaluate.py OUT.json --seeds 0 200 [--keras PACKAGE] [--old FOLDER] [--save h5|keras] [--graph]
    mvn -o -pl loss-registry -am -Dtest=RecordedEvaluateTest -Dsurefire.failIfNoSpecifiedTests=false -Dkeraunos.recorded=FOLDER_OF_OUT test

A seed gives a compiled model of one to three outputs with losses, metrics, targets, weights and masks, as far as the line knows
them; what Keras refuses is left out. A case that differs belongs, cut down, into `cases_found.py`. With `--half` most outputs
are of half precision. Keras of TensorFlow is `--keras tensorflow.keras`, of 1.15 and 2.0 on.
"""

import argparse
import json
import os

import numpy as np

import record_evaluate as recorder
from cases import V2, V23, V26, V207, Line, Out
from cases_penalties import Link, l1l2

SCALES = (0.3, 1, 1, 1, 1, 3, 30)
THRESHOLDS = (0.0, 0.2, 0.3, 0.5, 0.75, 1.0)
TARGETS = "hot soft bits labels signs real positive zeros".split()
ACTIVATIONS = {
    "hot": "softmax softmax softmax linear sigmoid p",
    "soft": "softmax softmax linear sigmoid p",
    "bits": "sigmoid sigmoid sigmoid linear p tanh relu",
    "labels": "softmax softmax softmax linear p",
    "signs": "tanh linear",
    "real": "linear linear tanh relu",
    "positive": "linear relu sigmoid",
    "zeros": "linear sigmoid softmax",
}
FUNCTIONS = {
    "hot": "categorical_crossentropy categorical_crossentropy categorical_hinge kld kl_divergence mse binary_crossentropy cosine_similarity"
           " categorical_focal_crossentropy dice",
    "soft": "categorical_crossentropy kld mse poisson binary_crossentropy cosine_similarity categorical_focal_crossentropy tversky",
    "bits": "binary_crossentropy binary_crossentropy bce mse hinge squared_hinge binary_focal_crossentropy dice tversky mae crossentropy",
    "labels": "sparse_categorical_crossentropy sparse_categorical_crossentropy crossentropy ce",
    "signs": "hinge squared_hinge categorical_hinge mse",
    "real": "mse mae mean_squared_error mean_absolute_error mape logcosh log_cosh huber huber_loss cosine_proximity cosine_similarity hinge",
    "positive": "poisson msle mape mean_squared_logarithmic_error mse huber",
    "zeros": "mape mse msle kullback_leibler_divergence binary_crossentropy cosine_similarity poisson",
}
CLASSES = {
    "hot": "CategoricalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy KLDivergence CategoricalHinge BinaryCrossentropy Dice Tversky",
    "soft": "CategoricalCrossentropy CategoricalFocalCrossentropy KLDivergence BinaryCrossentropy Poisson CosineSimilarity",
    "bits": "BinaryCrossentropy BinaryCrossentropy BinaryFocalCrossentropy BinaryFocalCrossentropy Hinge SquaredHinge Dice Tversky MeanSquaredError",
    "labels": "SparseCategoricalCrossentropy SparseCategoricalCrossentropy CategoricalGeneralizedCrossEntropy Circle CTC",
    "signs": "Hinge SquaredHinge CategoricalHinge CosineSimilarity",
    "real": "MeanSquaredError MeanAbsoluteError Huber LogCosh CosineSimilarity MeanAbsolutePercentageError",
    "positive": "Poisson MeanSquaredLogarithmicError MeanAbsolutePercentageError Huber",
    "zeros": "MeanAbsolutePercentageError Poisson MeanSquaredError CosineSimilarity KLDivergence",
}
MEANS = ("mse mae mape msle binary_accuracy categorical_accuracy hinge squared_hinge kullback_leibler_divergence poisson"
         " binary_crossentropy categorical_crossentropy cosine_similarity accuracy acc accuracy acc").split()
COMMON_METRICS = ("MeanSquaredError MeanAbsoluteError RootMeanSquaredError MeanAbsolutePercentageError MeanSquaredLogarithmicError LogCoshError"
                  " Accuracy BinaryAccuracy CosineSimilarity R2Score PearsonCorrelation ConcordanceCorrelation MeanRelativeError Mean Sum MeanTensor").split()
METRICS_OF = {
    "hot": "CategoricalAccuracy TopKCategoricalAccuracy CategoricalCrossentropy CategoricalHinge KLDivergence F1Score FBetaScore OneHotIoU OneHotMeanIoU Precision"
           " Recall AUC MeanIoU IoU",
    "soft": "CategoricalAccuracy TopKCategoricalAccuracy CategoricalCrossentropy KLDivergence Poisson OneHotMeanIoU",
    "bits": "BinaryCrossentropy Precision Recall AUC AUC TruePositives TrueNegatives FalsePositives FalseNegatives SensitivityAtSpecificity SpecificityAtSensitivity"
            " PrecisionAtRecall RecallAtPrecision BinaryIoU F1Score FBetaScore Hinge SquaredHinge MeanIoU",
    "labels": "SparseCategoricalAccuracy SparseTopKCategoricalAccuracy SparseCategoricalCrossentropy MeanIoU IoU",
    "signs": "Hinge SquaredHinge CategoricalHinge",
    "real": "R2Score CosineSimilarity PearsonCorrelation ConcordanceCorrelation MeanRelativeError",
    "positive": "Poisson MeanSquaredLogarithmicError R2Score MeanRelativeError",
    "zeros": "Poisson KLDivergence MeanAbsolutePercentageError",
}
SPARSE_MEANS = "sparse_categorical_accuracy sparse_categorical_crossentropy sparse_top_k_categorical_accuracy accuracy acc".split()
RETURN_ONE = "Mean Sum MeanTensor".split()
FLAT = "R2Score F1Score FBetaScore".split()


class Maker:
    """Makes one case of its seed."""

    halves = (None,)

    def __init__(self, line, seed):
        self.line, self.random = line, np.random.RandomState(seed)

    def chance(self, share):
        return self.random.rand() < share

    def pick(self, *values):
        return values[self.random.randint(len(values))]

    def word(self, words):
        return self.pick(*words.split())

    def some(self, **keys):
        """Every key with a chance of one in three, its value drawn."""
        return {key: draw() for key, draw in keys.items() if self.chance(0.35)}

    def case(self):
        count = self.pick(1, 1, 1, 2, 2, 3)
        names = ["out"] if count == 1 else list("abc"[:count])
        samples = int(self.random.randint(3, 8))
        weighted = self.chance(0.5)
        outs, losses = [], []
        for name in names:
            out, loss = self.output(name, samples, weighted)
            outs.append(out)
            losses.append(loss)
        options = {}
        self.compile_metrics(outs, options)
        if self.line.version < V26 or self.line.graph:
            modes = ["temporal" if o.w is not None and o.w.ndim == 2 else None for o in outs]
            if any(modes):
                options["sample_weight_mode"] = modes[0] if count == 1 else modes
        if count > 1 and self.chance(0.5):
            factors = [self.pick(0.5, 2.0, 0.0, 10.0, -1.0) for _ in outs]
            options["loss_weights"] = factors if self.chance(0.5) else dict(zip(names, factors))
        if count > 1 and self.line.version >= V2 and self.chance(0.15):
            out = outs[-1 if self.line.version >= (3, 0) else self.random.randint(count)]
            out.y = out.w = None
            losses[outs.index(out)] = None
        if count > 1 and self.chance(0.5):
            missing = self.chance(0.5) and self.line.version < (3, 0)
            return outs, {n: l for n, l in zip(names, losses) if l is not None or not missing}, options
        if count > 1 and self.chance(0.1) and all(l is not None for l in losses):
            return outs, "mse" if self.line.version < V23 else self.pick("mse", self.made(self.line.losses.MeanSquaredError, {"name": "mine"})), options
        return outs, recorder.alone(losses), options

    def output(self, name, samples, weighted):
        kind = self.pick(*TARGETS)
        self.kind = kind
        rank = self.pick(1, 1, 1, 1, 2, 2, 2, 3, 3, 4) if kind != "labels" or self.line.version >= V26 else self.pick(1, 1, 2)
        dims = [int(d) for d in self.random.permutation([1, 2, 3, 4, 5])[:rank]]
        if dims[-1] == 1 and kind in ("hot", "soft", "labels") and self.chance(0.9):
            dims[-1] = 6
        shape = (samples,) + tuple(dims)
        if kind in ("bits", "real") and self.line.version >= V26 and self.chance(0.04):
            shape = shape[:1]
        activation = self.word(ACTIVATIONS[kind]) if len(shape) > 1 else "linear"
        x = self.inputs(activation, shape)
        masked = self.chance(0.3) and activation != "p" and len(shape) > 1 and (kind != "labels" or rank < 3)
        if masked:
            for _ in range(self.random.randint(0, 3)):
                x[tuple(self.random.randint(d) for d in shape[: self.random.randint(1, len(shape))])] = 0
        y = self.targets(kind, shape)
        y = self.bent(y, x if activation in ("linear", "p") else None)
        w = self.weights(shape) if weighted and self.chance(0.8) else None
        out = Out(x, "linear" if activation == "p" else activation, y, w, masked, name)
        out.kind = kind
        out.dtype = self.pick(*self.halves) if len(self.halves) > 1 else None
        return out, self.loss(kind, shape)

    def inputs(self, activation, shape):
        if activation == "p":
            x = np.round(self.random.rand(*shape), 2).astype("float32")
            if self.chance(0.5):
                x[self.random.rand(*shape) < 0.3] = self.pick(0, 1)
            if self.chance(0.3):
                x = np.round(x)
            return x
        x = np.round(self.random.randn(*shape) * self.pick(*SCALES), 2).astype("float32")
        if self.chance(0.15):
            x[self.random.rand(*shape) < 0.3] = self.pick(100, -100, 17, 0)
        return x

    def targets(self, kind, shape):
        r = self.random
        if kind == "labels":
            y = r.randint(0, shape[-1], shape[:-1])
            return y if self.chance(0.5) else y[..., None]
        if kind == "hot":
            return np.eye(shape[-1], dtype="float32")[r.randint(0, shape[-1], shape[:-1])]
        if kind == "soft":
            e = np.exp(r.randn(*shape))
            return (e / e.sum(-1, keepdims=True)).astype("float32")
        if kind == "bits":
            return (r.rand(*shape) < self.pick(0.1, 0.4, 0.4, 0.8)).astype("float32")
        if kind == "signs":
            return r.choice([-1.0, 1.0], shape).astype("float32")
        y = np.round(r.randn(*shape), 2).astype("float32")
        if kind == "positive":
            return np.abs(y)
        return y * (r.rand(*shape) < 0.4) if kind == "zeros" else y

    def bent(self, y, p):
        """Targets in other types and shapes, or equal to the prediction."""
        if self.chance(0.15):
            y = y.reshape(y.shape[:-1]) if y.shape[-1] == 1 and y.ndim > 1 else y
        if self.chance(0.06) and y.ndim > 1:
            y = y[..., :1]
        if self.chance(0.04) and y.ndim > 1:
            y = y[..., 0]
        if p is not None and p.shape == y.shape and self.chance(0.1):
            y = np.where(self.random.rand(*y.shape) < 0.6, p, y)
        if np.array_equal(y, np.round(y)):
            allowed = ["int32", "int64", "float32", "float32", "float64"] + (["uint8", "bool"] if y.min() >= 0 and self.chance(0.5) else [])
            kind = self.pick(*allowed)
            return y.astype("int64" if kind == "bool" and y.max() > 1 else kind)
        return y.astype(self.pick("float32", "float32", "float64"))

    def weights(self, shape):
        old = self.line.version < V26 or self.line.graph
        if old:
            rank = 2 if len(shape) > 2 and self.chance(0.4) else 1
            w = self.random.randint(0, 4, shape[:rank]) / 2.0
        else:
            rank = self.random.randint(1, max(2, len(shape)))
            w = self.random.randint(0, 4, shape[:rank]) / 2.0
            if len(shape) - 1 > rank and self.chance(0.8):
                w = w.reshape(w.shape + (1,) * (len(shape) - 1 - rank))
            elif self.chance(0.3):
                w = w[..., None]
            if self.chance(0.1):
                w = w - 1
        if self.chance(0.5):
            w = w + 0.25
        return w.astype(self.pick("float32", "float32", "float32", "float64") if not old else "float32")

    # Other kinds of cases

    def class_weighted(self):
        """A case of what training reports with class weights."""
        outs, loss, options = self.case()
        weights = {}
        for out in outs:
            classes = max(2, out.logits.shape[-1]) if out.y is None or out.kind == "labels" or out.y.shape[-1:] == out.logits.shape[-1:] else 2
            weights[out.name] = {i: self.pick(0.0, 0.5, 1.5, 3.0) for i in range(classes) if self.chance(0.95)}
        return outs, loss, options, weights if len(outs) > 1 else weights["out"]

    def penalised(self):
        """A chain of regularised layers."""
        links = []
        for i in range(self.pick(1, 2, 3)):
            if self.chance(0.25) and links:
                layer = self.line.k.layers.ActivityRegularization(name="penalty%d" % i, **self.some(l1=lambda: 0.1, l2=lambda: 0.02))
                links.append(Link(layer.name, links[-1].units, layer=layer))
            else:
                links.append(Link("dense%d" % i, self.pick(2, 3, 5), self.regularizer(), self.regularizer(True), self.chance(0.8) or self.line.version < V2))
        return links, self.chance(0.5)

    def regularizer(self, activity=False):
        r, old = self.line.k.regularizers, self.line.version < V2
        choices = [None, None, l1l2(r, self.line, 0.01, 0.1)] + ([] if old and activity else [r.l1(0.3), r.l2(0.2)] + ([] if old else ["l1", "l2"]))
        if self.line.version >= V26:
            choices += ["l1_l2", r.L1(0.2)]
            choices += [] if activity else [r.OrthogonalRegularizer(factor=0.2, mode=self.pick("rows", "columns"))]
        return self.pick(*choices)

    # Losses

    def loss(self, kind, shape):
        line = self.line
        if self.chance(0.1):
            kind = self.pick(*TARGETS)
        form = self.pick("string", "class", "class", "function", "class name") if line.version >= V23 else self.pick("string", "function")
        if form == "class" or form == "class name":
            name = self.word(CLASSES[kind])
            found = getattr(line.losses, name, None)
            if found is None:
                return self.loss("real", shape)
            if form == "class name":
                return name if line.knows(lambda l: l.losses, name) else found()
            return self.made(found, self.loss_arguments(name, shape))
        name = self.word(FUNCTIONS[kind])
        if form == "function":
            return getattr(line.losses, name, None) or self.loss(kind, shape)
        if line.version >= V26 and self.chance(0.3) and hasattr(line.losses, name):
            return name
        opened = line.version >= (3, 0) and name in ("crossentropy", "ce")
        return name if opened or line.knows(lambda l: l.losses, name) else "mse"

    def made(self, found, arguments):
        """An object without the arguments that its line does not know."""
        while True:
            try:
                return found(**arguments)
            except TypeError as error:
                unknown = [k for k in arguments if "'%s'" % k in str(error)]
                if not unknown:
                    raise
                del arguments[unknown[0]]

    def loss_arguments(self, name, shape):
        rank, classes = len(shape), shape[-1]
        axis = lambda: int(self.random.randint(-rank + 1, 0)) if self.chance(0.8) else int(self.random.randint(1, rank))
        keys = {"name": lambda: "mine", "reduction": lambda: self.reduction()}
        if "rossentropy" in name:
            keys.update(from_logits=lambda: True)
            if not name.startswith("Sparse"):
                keys.update(label_smoothing=lambda: self.pick(0.1, 0.3))
            keys.update(axis=axis)
        if name.startswith("Sparse"):
            keys.update(ignore_class=lambda: self.pick(0, 1, -1, 255))
        if "Focal" in name:
            keys.update(gamma=lambda: self.pick(0.0, 1.0, 3.5), alpha=lambda: self.pick(0.1, 0.6))
            if name.startswith("Binary"):
                keys.update(apply_class_balancing=lambda: True)
            elif self.chance(0.3):
                keys.update(alpha=lambda: [round(0.1 * (i + 1), 1) for i in range(classes)])
        if name == "Huber":
            keys.update(delta=lambda: self.pick(0.2, 2.5))
        if name == "CosineSimilarity":
            keys.update(axis=axis)
        if name in ("Dice", "Tversky"):
            keys.update(axis=lambda: [axis()] if self.chance(0.5) else tuple(range(1, rank)))
        if name == "Tversky":
            keys.update(alpha=lambda: self.pick(0.2, 0.9), beta=lambda: self.pick(0.3, 1.0))
        if name == "CategoricalGeneralizedCrossEntropy":
            keys.update(q=lambda: self.pick(0.2, 0.9))
        if name == "Circle":
            keys.update(gamma=lambda: 3.0, margin=lambda: 0.2, remove_diagonal=lambda: False)
        if self.line.version >= (3, 0):
            keys.update(dtype=lambda: self.pick("float32", "float32", "float64"))
        return self.some(**keys)

    def reduction(self):
        kinds = ["sum", "sum_over_batch_size", "sum" if self.line.graph else "none", "sum"]
        if self.line.version >= (3, 7):
            kinds += ["mean", "mean_with_sample_weight", "mean_with_sample_weight"]
        return self.pick(*kinds)

    # Metrics

    def compile_metrics(self, outs, options):
        for option in ("metrics", "weighted_metrics"):
            if option == "weighted_metrics" and self.line.version < V207 or self.chance(0.4):
                continue
            metrics = [self.metrics(out) for out in outs]
            if len(outs) == 1:
                options[option] = metrics[0]
            elif self.chance(0.5):
                options[option] = {o.name: recorder.alone(m) if self.line.version >= V2 else m for o, m in zip(outs, metrics) if m}
            elif self.line.version >= V26:
                options[option] = metrics
            else:
                options[option] = {o.name: m for o, m in zip(outs, metrics)}

    def metrics(self, out):
        found = [self.metric(out) for _ in range(self.pick(0, 1, 1, 2, 3))]
        return [m for m in found if m is not None]

    def metric(self, out):
        line, sparse = self.line, out.kind == "labels"
        if line.version < V23 or self.chance(0.35):
            return self.metric_name(sparse)
        name = self.word(METRICS_OF[out.kind]) if sparse or self.chance(0.6) else self.pick(*COMMON_METRICS)
        found = getattr(line.k.metrics, name, None)
        flat = out.logits.ndim == 2 and out.y.shape == out.logits.shape
        if found is None or (name in FLAT and not flat) or (name in RETURN_ONE and not self.chance(0.1)):
            return None
        if self.chance(0.1) and line.version >= V26 and name not in RETURN_ONE:
            return name if line.knows(lambda l: l.k.metrics, name) else None
        try:
            return self.made(found, self.metric_arguments(name, out.logits.shape))
        except TypeError:
            return None

    def metric_name(self, sparse):
        name = self.pick(*(SPARSE_MEANS if sparse else MEANS + ["crossentropy", "ce"]))
        opened = name in ("accuracy", "acc") or (name in ("crossentropy", "ce") and (2, 1, 3) <= self.line.version < (3, 0))
        if not opened and not self.line.knows(lambda l: l.k.metrics, name):
            return None
        function = getattr(self.line.k.metrics, name, None)
        return function if callable(function) and not isinstance(function, type) and self.chance(0.15) else name

    def metric_arguments(self, name, shape):
        rank, classes = len(shape), shape[-1]
        axis = lambda: int(self.random.randint(-rank + 1, 0))
        required = {}
        keys = {"name": lambda: self.pick("m", "n")}
        several = lambda: sorted(self.random.choice(THRESHOLDS, self.pick(1, 2, 3), replace=False).tolist())
        if name in ("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives"):
            keys.update(thresholds=lambda: self.pick(several(), self.pick(*THRESHOLDS)))
        if name in ("Precision", "Recall"):
            keys.update(thresholds=lambda: self.pick(several(), self.pick(*THRESHOLDS)), top_k=lambda: self.pick(1, 2), class_id=lambda: self.pick(0, classes - 1))
        if name == "AUC":
            keys.update(num_thresholds=lambda: self.pick(2, 3, 7, 50), curve=lambda: self.pick("ROC", "PR", "PR", "PRGAIN" if self.line.version >= (3, 11) else "PR"),
                        summation_method=lambda: self.pick("interpolation", "minoring", "majoring"), multi_label=lambda: True, from_logits=lambda: True,
                        label_weights=lambda: [round(0.1 * (i + 1), 1) for i in range(classes)])
            if self.chance(0.3):
                required.update(thresholds=self.random.choice(THRESHOLDS, 3, replace=False).tolist())
        if "At" in name and name[0] in "SPR":
            required[name.split("At")[1].lower()] = self.pick(0.0, 0.3, 0.5, 0.8, 1.0)
            keys.update(num_thresholds=lambda: self.pick(1, 2, 10), class_id=lambda: self.pick(0, classes - 1))
        if "TopK" in name:
            required.update(k=self.pick(1, 2, 3) if classes < 6 else 5)
        if "Accuracy" in name and name.startswith("Binary"):
            keys.update(threshold=lambda: self.pick(0.3, 0.0, 1.0, 0.7))
        if "rossentropy" in name:
            keys.update(from_logits=lambda: True)
            if name.startswith("Sparse"):
                keys.update(ignore_class=lambda: self.pick(0, 1, -1), axis=lambda: -1)
            else:
                keys.update(label_smoothing=lambda: 0.2)
            if name.startswith("Categorical"):
                keys.update(axis=axis)
        if name == "CosineSimilarity":
            keys.update(axis=axis)
        if name in ("PearsonCorrelation", "ConcordanceCorrelation"):
            keys.update(axis=axis)
        if "IoU" in name:
            ids = lambda n: sorted(self.random.choice(n, self.random.randint(1, n + 1), replace=False).tolist())
            if name == "BinaryIoU":
                keys.update(target_class_ids=lambda: ids(2), threshold=lambda: self.pick(0.3, 0.7))
            else:
                required.update(num_classes=classes + 1 if classes == 1 else classes)
                keys.update(ignore_class=lambda: self.pick(0, 1, -1), axis=lambda: axis())
                if "OneHot" in name:
                    keys.update(sparse_y_pred=lambda: True)
                    if self.chance(0.8):
                        keys.pop("axis")
                else:
                    required.update(sparse_y_pred=False, sparse_y_true=True)
                    keys.update(sparse_y_true=lambda: False)
                    if self.chance(0.4):
                        required.update(sparse_y_pred=True)
                    keys.pop("axis")
                if "Mean" not in name:
                    required.update(target_class_ids=ids(required["num_classes"]))
        if name in ("F1Score", "FBetaScore"):
            keys.update(average=lambda: self.word("micro macro weighted"), threshold=lambda: self.pick(0.3, 0.7))
            if name == "FBetaScore":
                keys.update(beta=lambda: self.pick(0.5, 2.0))
        if name == "R2Score":
            keys.update(class_aggregation=lambda: self.pick("variance_weighted_average", None), num_regressors=lambda: self.pick(1, 2))
        if name == "MeanRelativeError":
            required.update(normalizer=[self.pick(1.0, 2.0, 0.0, -3.0) for _ in range(classes)])
        if self.chance(0.2) and self.line.version >= V26:
            keys.update(dtype=lambda: "float32")
        return dict(self.some(**keys), **required)


KINDS = {7: (recorder.run_weighted, Maker.class_weighted), 11: (recorder.run_penalised, Maker.penalised)}


class Sizes(Line):
    """A line that evaluates in batches of a size that depends on the number of samples, most leave a smaller last one."""

    def sizes(self, samples):
        return [{3: 2, 4: 3, 5: 5, 6: 4, 7: 1}[samples]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--seeds", type=int, nargs=2, default=(0, 100))
    parser.add_argument("--keras", default="keras")
    parser.add_argument("--old")
    parser.add_argument("--save", choices=["h5", "keras"], default="h5")
    parser.add_argument("--graph", action="store_true")
    parser.add_argument("--half", action="store_true", help="outputs of half precision")
    args = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    line = Sizes(recorder.keras_of(args), args.graph)
    line.save, line.singles, line.tells_refusals = args.save, True, False
    Maker.halves = ("float16", "bfloat16", "float16", None) if args.half else Maker.halves
    records, refused = [], []
    for seed in range(*args.seeds):
        line.clear()
        try:
            runner, make = KINDS.get(seed % 16, (recorder.run, Maker.case))
            record = runner(line, "seed %d" % seed, lambda l: make(Maker(l, seed)))
        except Exception as error:
            refused.append({"name": "seed %d" % seed, "error": recorder.short(error)})
            continue
        if runner is recorder.run:
            record["order"] = list(next(iter(record["results"].values())))
        if "eager" in record:
            refused.append({"name": "seed %d" % seed, "error": "eager: " + record["eager"]})
        else:
            records.append(record)
    document = {"keras_version": line.name(), "backend": line.backend, "cases": records, "refused": refused}
    with open(args.out, "w") as file:
        file.write(recorder.dump(document) + "\n")
    print(line.name(), line.backend, len(records), "cases,", len(refused), "refused")


if __name__ == "__main__":
    main()
