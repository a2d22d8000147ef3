#!/usr/bin/env python3
"""Records what parts of a loss add to it, told by Keras itself, as the oracle of explanations.

    python record_explanations.py OUT.json [--keras PACKAGE] [--old FOLDER] [--worked | --low]

The loss is linear in the sample weights, so what some positions add is what `model.evaluate` returns more if they weigh
more: (evaluate with their weights times 1025, less evaluate) / 1024. Weights that are not zero stay so, and no divisor
changes. Asked for in this way are outputs, true classes, samples and steps or pixels; a batch is evaluated alone, and a
channel as a model of one channel. What other predictions or weights would give is evaluated with them.

Written are the cases as record_evaluate.py writes them, with `shares` by batch size: objects of `what`, `output`, `index`
and `value`; and `what_if`. `--worked` records the worked example of a million pixels instead, whose data the test makes,
computed in float64: Keras' sum of so many float32 is off by 1e-6 of itself. `--low` records models that find some classes
far less well than others, and how well: IoU, recall and Dice as that Keras computes them.
The file of a line is `src/test/resources/dev/keraunos/loss/evaluate/explained/LINE.json`, `worked-LINE.json` or `low-LINE.json`.
"""

import argparse
import os

import numpy as np

import record_evaluate as recorder
from cases import TEMPORAL0, V2, V26, Line, Out, Suite, bits, onehot, real, rng

MORE = 1024
EXPLAINED = Suite()


def steps(name, activation, loss, masked=False, weights=None, sparse=False, n=5):
    """A case of steps of four classes, each of one class."""

    @EXPLAINED.case()
    def function(line):
        random = rng(name)
        x = real(random, n, 3, 4)
        labels = random.randint(0, 4, (n, 3))
        if masked:
            x[0, -1] = x[2, 1:] = 0
        y = labels[..., None] if sparse else np.eye(4, dtype="float32")[labels]
        w = None if weights is None else np.asarray(weights(random, n), "float32")
        return [Out(x, activation, y, w, masked)], loss, {}

    EXPLAINED[-1] = (name,) + EXPLAINED[-1][1:]


def flat(name, activation, loss, target, weights=None, since=(1, 2)):
    @EXPLAINED.case(since=since)
    def function(line):
        random = rng(name)
        w = None if weights is None else np.asarray(weights, "float32")
        return [Out(real(random, 5, 4), activation, target(random), w)], loss, {}

    EXPLAINED[-1] = (name,) + EXPLAINED[-1][1:]


flat("multilabel", "sigmoid", "binary_crossentropy", lambda r: bits(r, 5, 4))
flat("categorical", "softmax", "categorical_crossentropy", lambda r: onehot(r, 5, 4))
flat("categorical_weights", "softmax", "categorical_crossentropy", lambda r: onehot(r, 5, 4), [1, 0, 2, 3, 0.5])
steps("steps", "sigmoid", "binary_crossentropy")
steps("steps_sparse", "softmax", "sparse_categorical_crossentropy", sparse=True)
steps("steps_weights", "sigmoid", "binary_crossentropy", weights=TEMPORAL0)
steps("steps_masked", "linear", "mse", masked=True)
steps("steps_masked_weights", "sigmoid", "binary_crossentropy", masked=True, weights=TEMPORAL0)
steps("steps_coupled", "sigmoid", "dice")


@EXPLAINED.case(since=V26)
def pixels(line):
    random = rng("pixels")
    y = np.eye(4, dtype="float32")[random.randint(0, 4, (3, 2, 5))]
    return [Out(real(random, 3, 2, 5, 4), "sigmoid", y, random.rand(3, 2, 5).astype("float32"))], "binary_crossentropy", {}


@EXPLAINED.case()
def two_outputs(line):
    random = rng("explained_two_outputs")
    a = Out(real(random, 5, 4), "sigmoid", bits(random, 5, 4), np.array([1, 2, 0, 1, 3], "float32"), name="a")
    b = Out(real(random, 5, 3, 4), "softmax", onehot(random, 15, 4).reshape(5, 3, 4), None, True, name="b")
    b.logits[1, 1:] = 0
    return [a, b], ["binary_crossentropy", "categorical_crossentropy"], {"loss_weights": [0.5, 3.0]}


class Asked:
    """A compiled model and its data, and what evaluate says when some of it is changed."""

    def __init__(self, line, model, outs, size):
        self.line, self.model, self.outs, self.size = line, model, outs, size
        self.base = self.loss()

    def loss(self, x=None, y=None, w=None, size=None):
        x = [o.logits for o in self.outs] if x is None else x
        y = [o.y for o in self.outs] if y is None else y
        w = [weights(o) for o in self.outs] if w is None else w
        target = recorder.alone(y)
        return recorder.evaluate(self.line, self.model, x, target, w, size or self.size)["loss"]

    def added(self, output, chosen):
        """What positions of an output add."""
        w = [weights(o) for o in self.outs]
        w[output] = np.where(chosen, w[output] * (MORE + 1), w[output])
        return (self.loss(w=w) - self.base) / MORE


def positions(out):
    return tuple(np.delete(out.logits.shape, getattr(out, "axis", -1)))


def weights(out):
    return np.ones(positions(out), out.logits.dtype) if out.w is None else out.w


def truth(out):
    return out.y[..., 0] if out.y.shape[-1] == 1 else out.y.argmax(-1)


def shares(asked):
    found = []
    for i, out in enumerate(asked.outs):
        everywhere = np.ones(positions(out), bool)
        samples = np.arange(len(everywhere)).reshape((-1,) + (1,) * (everywhere.ndim - 1)) + 0 * everywhere
        note = lambda what, index, chosen: found.append({"what": what, "output": out.name, "index": int(index), "value": asked.added(i, chosen)})
        note("output", 0, everywhere)
        for k in range(out.logits.shape[-1]):
            note("class", k, truth(out) == k)
        for b in range(len(everywhere)):
            note("sample", b, samples == b)
        places = np.arange(everywhere[0].size).reshape(everywhere.shape[1:]) + 0 * everywhere
        for p in range(everywhere[0].size if everywhere.ndim > 1 else 0):
            note("place", p, places == p)
    for b, start in enumerate(range(0, len(asked.outs[0].logits), asked.size)):
        part = [[a[start : start + asked.size] for a in arrays] for arrays in zip(*[(o.logits, o.y, weights(o)) for o in asked.outs])]
        found.append({"what": "batch", "output": "", "index": b, "value": asked.loss(*part)})
    return found


def channels(line, out, loss, size):
    """What each channel of a mean over them adds."""
    for k in range(out.logits.shape[-1]):
        one = Out(out.logits[..., k : k + 1], out.activation, out.y[..., k : k + 1], out.w, out.masked)
        model = compiled(line, [one], loss, {})
        value = Asked(line, model, [one], size).base / out.logits.shape[-1]
        yield {"what": "channel", "output": out.name, "index": k, "value": value}


def compiled(line, outs, loss, options):
    """Weights of steps must be announced up to Keras 2.3."""
    model = recorder.build(line, outs, recorder.alone)
    if line.version < V26:
        modes = ["temporal" if o.logits.ndim > 2 else None for o in outs]
        options = dict(options, sample_weight_mode=modes[0] if len(outs) == 1 else modes)
    customs = {"dice": recorder.custom_dice(line.ops), "weighted_bce_dice": weighted_bce_dice(line)}
    model.compile(optimizer="sgd", **recorder.named(dict(options, loss=loss), customs))
    return model


def what_if(asked, coupled):
    """The loss if a class were predicted right or wrong everywhere, as others of it are, and if all counted alike."""
    out = asked.outs[0]
    label, guess = truth(out).ravel(), asked.model.predict(out.logits, verbose=0).reshape(-1, out.logits.shape[-1]).argmax(-1)
    rows = out.logits.reshape(-1, out.logits.shape[-1])
    present = [k for k in range(rows.shape[-1]) if (label == k).any()]
    found = {"classes": {}}
    for k in present:
        right, wrong = (np.flatnonzero((label == k) & ((guess == label) == r)) for r in (True, False))
        if len(right) and len(wrong):
            found["classes"][k] = [replaced(asked, rows, wrong, right, coupled), replaced(asked, rows, right, wrong, coupled)]
    if not coupled:
        alike = np.array([label.size / len(present) / max(1, (label == k).sum()) for k in range(rows.shape[-1])], "float32")
        found["balanced"] = asked.loss(w=[alike[label].reshape(positions(out))])
        found["equal_weight"] = {k: float(alike[k]) for k in present}
    return found


def replaced(asked, rows, targets, sources, coupled):
    """The loss where positions are predicted as others are: in turn, or on the average as each of them."""
    turns = [[sources[i % len(sources)] for i in range(len(targets))]] if coupled else [[s] * len(targets) for s in sources]
    losses = []
    for turn in turns:
        x = rows.copy()
        x[targets] = rows[turn]
        losses.append(asked.loss(x=[x.reshape(asked.outs[0].logits.shape)]))
    return float(np.mean(losses))


def weighted_bce_dice(line):
    """The reference loss, as ReferenceLoss.java has it."""
    k = line.ops

    def loss(y, p):
        element = k.binary_crossentropy(y, p)
        bce = k.mean(element, axis=-1)
        dice = (2 * k.sum(y * p) + 1) / (k.sum(y) + k.sum(p) + 1)
        classes = k.argmax(y, axis=-1)
        table = np.array([1, 1, 1, 1, 1000], line.k.backend.floatx())
        weight = k.take(table, classes) if hasattr(k, "take") else k.gather(k.constant(table), classes)
        return (bce - (1 + dice)) * weight

    return loss


def run(line, name, function):
    outs, loss, options = function(line)
    model = compiled(line, outs, loss, options)
    record = {"name": name}
    recorder.saved(line, model, {}, record, reload=False)
    record.pop("loaded")
    size = len(outs[0].logits)
    targets, coupled = recorder.alone([o.y for o in outs]), loss == "dice"
    given = [None if all(o.w is None for o in outs) else weights(o) for o in outs]  # some lines take all or none
    record["results"] = recorder.evaluated(line, model, record, [o.logits for o in outs], targets, given)
    record["shares"] = {}
    for batch in (2, size):
        found = [] if coupled else shares(Asked(line, model, outs, batch))
        if not coupled and len(outs) == 1 and outs[0].activation != "softmax":
            found += channels(line, outs[0], loss, batch)
        record["shares"][batch] = found
    if len(outs) == 1 and outs[0].w is None and not outs[0].masked:
        record["what_if"] = what_if(Asked(line, model, outs, size), coupled)
    predictions = model.predict(recorder.alone([o.logits for o in outs]), verbose=0)
    record["outputs"] = [recorder.output(o, p) for o, p in zip(outs, predictions if len(outs) > 1 else [predictions])]
    return record


LOW = Suite()


def low(name, shape, parts, hits, loss, sparse=False, masked=False, weight=None, axis=-1, since=(2,), several=False):
    """A case whose model finds of class k the part hits[k]; classes have parts[k] of the positions. It predicts probabilities."""

    def function(line):
        random = rng("low_" + name)
        size, count = int(np.prod(shape)), len(parts)
        sizes = np.round(np.array(parts) * size).astype(int)
        sizes[0] += size - sizes.sum()
        label = np.repeat(np.arange(count), sizes)
        guess = label.copy()
        for k in range(count):
            guess[np.flatnonzero(label == k)[int(round(hits[k] * sizes[k])) :]] = 1 if k == 0 else 0
        order = random.permutation(size)
        label, guess = label[order], guess[order]
        p = np.full((size, count), 0.01, "float32")
        p[np.arange(size), guess] = 0.97 - 0.01 * label
        p, y = p.reshape(shape + (count,)), np.eye(count, dtype="float32")[label].reshape(shape + (count,))
        w = None if weight is None else np.where(y[..., -1] == 1, weight, 1).astype("float32")
        if masked:
            p[::2, -2:] = 0
        if several:
            y[0, ..., :2] = 1
        if axis == 1:
            p, y = np.moveaxis(p, -1, 1), np.moveaxis(y, -1, 1)
        y = y.argmax(-1)[..., None] if sparse else y
        out = Out(p, "linear", y, w, masked)
        out.axis = axis
        return [out], loss, {}

    LOW.add(name, function, since)


FEW = (0.63, 0.2, 0.15, 0.02)
EVEN = (0.25, 0.25, 0.25, 0.25)
FOUND_LAST = (1, 0.98, 1, 0.25)
FIRST_AXIS = {"class_name": "CategoricalCrossentropy", "config": {"axis": 1}}
low("rare_pixels", (4, 6, 10), FEW, FOUND_LAST, "binary_crossentropy")
low("rare_sparse", (8, 25), FEW, FOUND_LAST, "sparse_categorical_crossentropy", sparse=True)
low("rare_channels_first", (4, 6, 10), FEW, FOUND_LAST, FIRST_AXIS, axis=1, since=(3,))
low("rare_masked", (8, 25), FEW, FOUND_LAST, "binary_crossentropy", masked=True)
low("rare_samples", (200,), FEW, FOUND_LAST, "categorical_crossentropy")
low("rare_weighted", (8, 25), FEW, FOUND_LAST, "categorical_crossentropy", weight=1.5)
low("rare_two", (8, 25), (0.82, 0.14, 0.02, 0.02), (1, 1, 0.5, 0.25), "categorical_crossentropy")
low("frequent_pixels", (4, 6, 10), (0.3, 0.3, 0.25, 0.15), FOUND_LAST, "binary_crossentropy")
low("coupled_pixels", (4, 6, 10), FEW, FOUND_LAST, "dice")
low("all_right", (8, 25), FEW, (1, 1, 1, 1), "categorical_crossentropy")
low("all_nearly_right", (8, 25), FEW, (1, 0.95, 0.96, 0.9), "categorical_crossentropy")
low("all_wrong", (8, 25), EVEN, (0, 0, 0, 0), "categorical_crossentropy")
low("one_class_predicted", (200,), (0.1,) * 10, (1,) + 9 * (0,), "categorical_crossentropy")
low("uncertain_pixels", (4, 6, 10), (0.5, 0.3, 0.15, 0.05), FOUND_LAST, "binary_crossentropy")
low("several_labels", (8, 25), FEW, FOUND_LAST, "binary_crossentropy", several=True)


def run_low(line, name, function):
    outs, loss, options = function(line)
    out = outs[0]
    model = compiled(line, outs, made(line, loss), options)
    record = {"name": name, "compile": {"loss": loss}, "outputs": [recorder.output(out, model.predict(out.logits, verbose=0))]}
    size = len(out.logits)
    asked = Asked(line, model, outs, size)
    axis = out.axis
    p = np.moveaxis(out.logits, axis, -1).reshape(-1, out.logits.shape[axis])
    y = out.y.ravel() if out.y.shape[-1] == 1 else np.moveaxis(out.y, axis, -1).reshape(p.shape).argmax(-1)
    counts = (p != 0).any(-1)
    record["found"] = {"loss": asked.base, "classes": [of_class(line, y[counts], p[counts], k) for k in range(p.shape[-1])]}
    if name != "several_labels":
        record["found"]["right"], record["found"]["wrong"] = (moved(asked, y, p, counts, axis, right) for right in (True, False))
    if loss != "dice" and axis == -1 and name != "several_labels":
        last = (y == p.shape[-1] - 1).reshape(positions(out))
        record["found"]["share"] = asked.added(0, last) / asked.base
        held = np.ones(y.shape) if out.w is None else out.w.ravel()
        sums = np.array([(held * counts)[y == k].sum() for k in range(p.shape[-1])])
        alike = (sums.sum() / len(sums) / sums).astype("float32")
        record["found"]["balanced"] = asked.loss(w=[(alike[y] * held).astype("float32").reshape(positions(out))])
    return record


def made(line, loss):
    return getattr(line.k.losses, loss["class_name"])(**loss["config"]) if isinstance(loss, dict) else loss


def of_class(line, y, p, k):
    """How well a class is found, by this Keras' own functions where it has them."""
    guess, metrics, losses = p.argmax(-1), line.k.metrics, line.k.losses
    both, either = ((y == k) & (guess == k)).sum(), ((y == k) | (guess == k)).sum()
    iou, recall = both / either, both / (y == k).sum()
    if hasattr(metrics, "IoU"):
        iou = metrics.IoU(p.shape[-1], [k])(y, guess)
        recall = metrics.Recall()((y == k).astype("float32"), (guess == k).astype("float32"))
    truth = (y == k).astype("float32")
    dice = 1 - 2 * (truth * p[:, k]).sum(dtype="float64") / (truth.sum() + p[:, k].sum(dtype="float64"))
    if hasattr(losses, "dice"):
        dice = losses.dice(truth, p[:, k])
    return {"positions": int((y == k).sum()), "iou": float(iou), "recall": float(recall), "dice": float(dice)}


def moved(asked, y, p, counts, axis, right):
    """The loss where the badly found classes, behind the others, are all predicted as a right, or wrong, one is."""
    changed, guess = p.copy(), p.argmax(-1)
    for k in range(1, p.shape[-1]):
        own = counts & (y == k)
        hits = own & (guess == k)
        if own.any() and hits.sum() <= own.sum() / 2:
            sources = np.flatnonzero(hits if right else own & ~hits)
            if len(sources):
                changed[own & (hits != right)] = p[sources[0]]
    shape = np.moveaxis(asked.outs[0].logits, axis, -1).shape
    return asked.loss(x=[np.moveaxis(changed.reshape(shape), -1, axis)])


PIXELS_OF = (600000, 250000, 100000, 46000, 4000)
FOUND = 920


def worked_data():
    """A million pixels, as rows of samples; Keras 2.2 takes weights of rows, not of pixels."""
    label = np.repeat(np.arange(5), PIXELS_OF)
    p = np.full((label.size, 5), 0.005, "float32")
    p[np.arange(label.size), label] = 0.98
    missed = np.flatnonzero(label == 4)[FOUND:]
    p[missed] = [0.9, 0.005, 0.005, 0.005, 0.05]
    shape = (16, -1, 5)
    return [Out(p.astype("float64").reshape(shape), "linear", np.eye(5)[label].reshape(shape))]


def run_worked(line, name, function):
    line.k.backend.set_floatx("float64")
    outs = worked_data()
    model = compiled(line, outs, name, {})
    asked = Asked(line, model, outs, 16)
    label = truth(outs[0])
    record = {"name": name, "loss": asked.base, "classes": [asked.added(0, label == k) for k in range(5)]}
    rows = outs[0].logits.reshape(-1, 5)
    rare = np.flatnonzero(label.ravel() == 4)
    right, wrong = rare[:FOUND], rare[FOUND:]
    record["if_right"] = replaced(asked, rows, wrong, right, True)
    record["if_wrong"] = replaced(asked, rows, right, wrong, True)
    if name == "binary_crossentropy":
        record["channels"] = [c["value"] for c in channels(line, outs[0], name, 16)]
        alike = np.array([200000 / n for n in PIXELS_OF])
        record["balanced"] = asked.loss(w=[alike[label]])
    return record


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--keras", default="keras")
    parser.add_argument("--old")
    parser.add_argument("--worked", action="store_true")
    parser.add_argument("--low", action="store_true")
    args = parser.parse_args()
    args.graph = False
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    line = Line(recorder.keras_of(args))
    line.save, line.singles = "h5", False
    cases = [("binary_crossentropy", None), ("weighted_bce_dice", None)] if args.worked else (LOW if args.low else EXPLAINED).of(line)
    records = []
    for name, function in cases:
        line.clear()
        records.append((run_worked if args.worked else run_low if args.low else run)(line, name, function))
        print(line.name(), name)
    document = {"keras_version": line.name(), "backend": line.backend, "cases": records}
    with open(args.out, "w") as file:
        file.write(recorder.dump(document) + "\n")


if __name__ == "__main__":
    main()
