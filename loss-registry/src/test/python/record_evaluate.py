#!/usr/bin/env python3
"""Records what `model.evaluate` returns for small models, as the oracle of the evaluation tests.

    python record_evaluate.py OUT.json [--suite NAME] [--keras PACKAGE] [--old FOLDER] [--save h5|keras] [--graph]

Runs with every Keras line. `--old` names the folder that holds a multi-backend Keras 1.x or 2.x, loaded through
fixtures/recorder/old_keras.py; `--graph` turns eager execution off, which gives the training loop of TensorFlow 1 in
Keras 2.4 and later. Every case saves its model, loads it again, evaluates it in batches of one (not in the catalogue and
the compilation), of two and of all samples, and writes the compile config that the file holds, the data of every output
(targets, prediction, logits and whether they come from a Softmax layer, mask, sample weights, and its path where outputs are a dict or nested), the regularised
tensors and the results by batch size. The file of a suite and a line is
`src/test/resources/dev/keraunos/loss/evaluate/recorded/SUITE-LINE.json`. Layer names are fixed, data come from a seeded
generator.

A line is a version, as `--old` where Keras ran on several backends first (1.2.2, 2.1.6, 2.2.4, 2.2.5, 2.3.1), with
`--graph` where it ends in -v1 (2.6, 2.15), with `--save keras` from 3.0 on and for tf_keras, but for those that end in
-h5 (3.15, tf_keras), and with KERAS_BACKEND=jax where it ends in -jax (3.15). tf1.11 to tf2.4 are `--keras
tensorflow.keras` with these TensorFlows (Python 3.6 and 3.7); several of them call their Keras the same.

Some lines cannot load what they saved, or cannot trace a metric of a single output; they evaluate the model as it was
compiled, or eagerly, and the case says so (`loaded`, `eager`). What a line refuses altogether is listed under `refused`,
with what Keras 3 cannot load from HDF5.
"""

import argparse
import importlib
import json
import os
import re
import sys
import tempfile
import zipfile

import numpy as np

from cases import V2, V3, V26, V213, Line, Out, real, rng
from cases_catalogue import CATALOGUE
from cases_class_weight import CLASS_WEIGHTS
from cases_compilation import COMPILATION
from cases_evaluate import EVALUATE, custom_dice, custom_scaled
from cases_found import FOUND
from cases_penalties import PENALTIES
from cases_rare import RARE

HERE = os.path.dirname(os.path.abspath(__file__))
SUITES = {"evaluate": EVALUATE, "found": FOUND, "catalogue": CATALOGUE, "compilation": COMPILATION, "penalties": PENALTIES, "class_weight": CLASS_WEIGHTS, "rare": RARE}


def build(line, outs, pack):
    L = line.k.layers
    inputs, outputs = [], []
    for out in outs:
        x = L.Input(shape=out.logits.shape[1:], name="x_" + out.name)
        h = L.Masking(0.0, name="masking_" + out.name)(x) if out.masked else x
        inputs.append(x)
        layer = isinstance(out.activation, L.Layer)
        outputs.append((out.activation if layer else L.Activation(out.activation, name=out.name, **({"dtype": out.dtype} if out.dtype else {})))(h))
    return line.model(alone(inputs), pack(outputs))


def alone(values):
    return values[0] if len(values) == 1 else values


def leaves(names, values, path=()):
    """Of a structure like that of the names: name to path and value."""
    if isinstance(names, str):
        return {names: (list(path), values)}
    found = {}
    for key, name in names.items() if isinstance(names, dict) else enumerate(names):
        found.update(leaves(name, values[key], path + (key,)))
    return found


def named(compile_options, customs):
    """Python functions in place of their names."""
    swap = lambda v: customs.get(v, v) if isinstance(v, str) else [swap(i) for i in v] if isinstance(v, list) else v
    return {k: swap(v) for k, v in compile_options.items()}


def saved(line, model, customs, record, reload=True, compiled=()):
    """The model saved and loaded again, and its compile config."""
    if not hasattr(model, "save"):  # before Keras 1.0.7
        record["compile"] = dict({"metrics": [], "loss_weights": None, "sample_weight_mode": None}, **compiled)
        record["loaded"] = "saves weights only"
        return model
    extension = ".keras" if line.version >= V213 and line.save == "keras" else ".h5"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model" + extension)
        model.save(path)
        if extension == ".keras":
            with zipfile.ZipFile(path) as archive:
                config = json.loads(archive.read("config.json"))["compile_config"]
        else:
            import h5py

            with h5py.File(path, "r") as file:
                text = file.attrs["training_config"]
                config = json.loads(text if isinstance(text, str) else text.decode("utf-8"))
        config.update({k: {} for k in ("optimizer", "optimizer_config") if k in config})
        record["compile"] = config
        if not reload:
            record["loaded"] = "forgets sample_weight_mode"
            return model
        if line.version >= V26 or "-tf" in line.name():
            line.clear()  # names of metrics are numbered by process
        try:
            return line.k.models.load_model(path, custom_objects=customs)
        except Exception as error:
            if line.version >= V3 and extension == ".h5":  # would name metrics by their objects
                raise
            record["loaded"] = short(error)
            return model


def short(error):
    """The first words of an error, without the folders of the machine."""
    text = re.sub(r"/[^\s\"']+/", "", type(error).__name__ + ": " + str(error))
    return text[:120]


def evaluated(line, model, record, x, y, w):
    """The results by batch size; some weights fit batches of some sizes only."""
    results, error = {}, None
    for size in line.sizes(len(x[0])):
        try:
            results[size] = evaluate(line, model, x, y, w, size)
        except Exception as found:
            if not line.returns_dict() and not line.tells_refusals:  # a graph is left half built
                raise
            error = found
            if line.tells_refusals:
                record.setdefault("refuses", {})[size] = short(found)
            if line.tells_refusals and not line.returns_dict() and not results:
                record["refuses"] = {each: short(found) for each in line.sizes(len(x[0]))}
                return {}
    if line.tells_refusals:
        return results
    if not results and line.returns_dict() and not model.run_eagerly and len(x) == 1:
        model.run_eagerly = True
        model.test_function = None
        record["eager"] = short(error)
        return evaluated(line, model, record, x, y, w)
    if not results:
        raise error
    return results


def evaluate(line, model, x, y, w, size):
    weights = {} if w is None else {"sample_weight": w}
    if line.returns_dict():
        result = dict(model.evaluate(alone(x), y, batch_size=size, verbose=0, return_dict=True, **weights))
    else:
        values = model.evaluate(alone(x), y, batch_size=size, verbose=0, **weights)
        result = dict(zip(model.metrics_names, values if isinstance(values, list) else [values]))
    if np.ndim(result["loss"]):  # TensorFlow 2.1
        raise ValueError("evaluate returns the unreduced loss of the last batch")
    return {k: np.asarray(v, "float64").tolist() for k, v in result.items()}


def array(value, half=None):
    """An array in JSON; what is of half precision says so, the other floats are float32."""
    value = np.asarray(value)
    value = value.astype("float32") if half else value
    kind = "float" if value.dtype.kind == "f" else "int"
    shortest = lambda v: float(str(np.float32(v))) if kind == "float" else int(v)
    return {"shape": list(value.shape), "kind": half or kind, "data": [shortest(v) for v in value.ravel()]}


def rounded(value, half):
    """As a layer of that type sees it."""
    if not half:
        return value
    import tensorflow

    return tensorflow.keras.backend.eval(tensorflow.cast(tensorflow.cast(value, half), "float32"))


def run(line, name, function):
    customs = {"scaled": custom_scaled(line.ops), "dice": custom_dice(line.ops)}
    outs, loss, options, pack = (function(line) + (alone,))[:4]
    model = build(line, outs, pack)
    model.compile(optimizer="sgd", **named(dict(options, loss=loss), customs))
    record = {"name": name}
    reload = not (line.graph and "sample_weight_mode" in options)
    model = saved(line, model, customs, record, reload, dict(options, loss=loss))
    x, y, w = [o.logits for o in outs], [o.y for o in outs], [o.w for o in outs]
    targets = {o.name: o.y for o in outs if o.y is not None} if any(v is None for v in y) else pack(y)
    record["results"] = evaluated(line, model, record, x, targets, None if all(v is None for v in w) else pack(w))
    record["outputs"] = outputs(model, outs, pack, x)
    return record


def outputs(model, outs, pack, x):
    """What is known of each output, in the model's order."""
    found = leaves(pack([out.name for out in outs]), model.predict(alone(x), verbose=0))
    outs = sorted(outs, key=lambda out: model.output_names.index(out.name)) if pack is not alone else outs
    nested = any(path != [i] for i, (path, _) in enumerate(found.values())) and pack is not alone
    return [output(out, found[out.name][1], found[out.name][0] if nested else None) for out in outs]


def output(out, prediction, path=None):
    entry = {"name": out.name, "p": array(prediction, out.dtype)}
    if path:
        entry["path"] = path
    if out.y is not None:
        entry["y"] = array(out.y)
    layer = type(out.activation).__name__ == "Softmax"
    if layer or out.activation in ("sigmoid", "softmax"):
        entry["logits"] = array(rounded(out.logits, out.dtype), out.dtype)
    if layer:
        entry["layer"] = "Softmax"
    if out.masked and not (out.activation == "linear" and loses_masks()):
        entry["mask"] = array((out.logits != 0).any(-1).astype("int32"))
    if out.w is not None:
        entry["w"] = array(out.w)
    return entry


def loses_masks():
    """True for Keras inside TensorFlow up to 1.13, whose linear activation hands on its input, but no mask."""
    tensorflow = sys.modules.get("tensorflow")
    return tensorflow is not None and tensorflow.__version__.startswith("1.1") and tensorflow.__version__ < "1.14"


def run_weighted(line, name, function):
    """What training reports at learning rate 0: of all samples as one batch, and of an epoch of batches of two."""
    outs, loss, options, class_weight = function(line)
    model = build(line, outs, alone)
    model.compile(optimizer=line.still(), loss=loss, **options)
    record = {"name": name, "class_weight": class_weight}
    model = saved(line, model, {}, record)
    x, y, w = ([getattr(o, part) for o in outs] for part in ("logits", "y", "w"))
    options = {"class_weight": class_weight}
    if w[0] is not None:
        options["sample_weight"] = alone(w)
    record["results"] = {}
    try:
        record["results"][len(x[0])] = trained_on_batch(line, model, alone(x), alone(y), options)
    except Exception as error:
        if not line.tells_refusals or isinstance(error, NotImplementedError):
            raise
        record["refuses"] = {len(x[0]): short(error)}
    try:
        history = model.fit(alone(x), alone(y), batch_size=2, shuffle=False, verbose=0, **options).history
        record["results"][2] = {k: float(v[-1]) for k, v in history.items()}
    except Exception as error:
        if "refuses" in record:
            record["refuses"][2] = short(error)
        else:
            record["unfit"] = short(error)
    record["outputs"] = outputs(model, outs, alone, x)
    return record


def trained_on_batch(line, model, x, y, options):
    if line.returns_dict():
        return {k: float(v) for k, v in model.train_on_batch(x, y, return_dict=True, **options).items()}
    values = model.train_on_batch(x, y, **options)
    return {k: float(v) for k, v in zip(model.metrics_names, values if isinstance(values, list) else [values])}


def run_rare(line, name, function):
    weighted = isinstance(function(line)[-1], dict) and len(function(line)) > 3
    return (run_weighted if weighted else run)(line, name, function)


def run_penalised(line, name, function):
    links, weighted = function(line)
    x = h = line.k.layers.Input(shape=(3,), name="x")
    for link in links:
        h = link.layer(h) if link.layer else line.dense(h, link.units, link.name, link.kernel, link.activity, link.trainable)
    model = line.model(x, h)
    model.compile(optimizer="sgd", loss="mse")
    random = rng(name)
    model.set_weights([real(random, *v.shape) for v in model.get_weights()])
    data, y = real(random, 5, 3), real(random, 5, links[-1].units)
    w = np.array([1, 0, 2, 1.5, 3], "float32") if weighted else None
    record = {"name": name}
    model = saved(line, model, {}, record)
    record["results"] = evaluated(line, model, record, [data], y, w)
    record["outputs"] = [output(Out(data, "linear", y, w, name="out"), model.predict(data, verbose=0))]
    record["penalties"] = [p for link in links for p in penalties(line, model, model.get_layer(link.name), link.trainable, data)]
    return record


def penalties(line, model, layer, trainable, data):
    """The regularisers of a layer as the loaded model has them: Keras 3.0 to 3.3 do not save those of activities."""
    kernel = getattr(layer, "W_regularizer" if line.version < V2 else "kernel_regularizer", None)
    activity = getattr(layer, "activity_regularizer", None)
    if kernel is not None:
        yield {"path": layer.name + "/kernel", "config": config(line, kernel), "weight": array(line.weights(layer)[0]), "trainable": trainable}
    if activity is not None:
        values = line.model(model.inputs[0] if isinstance(model.inputs, list) else model.input, layer.output).predict(data, verbose=0)
        yield {"path": layer.name, "config": config(line, activity), "activity": array(values)}


def config(line, regularizer):
    if line.version < V2:  # whose files lack the factor of EigenvalueRegularizer
        return dict(regularizer.get_config(), **({"k": regularizer.k} if hasattr(regularizer, "k") else {}))
    return line.k.regularizers.serialize(regularizer)


def keras_of(args):
    if args.old:
        sys.path.insert(0, os.path.join(HERE, "../../../../fixtures/recorder"))
        return importlib.import_module("old_keras").load(args.old)
    if args.graph:
        import tensorflow

        tensorflow.compat.v1.disable_eager_execution()
    if args.keras == "keras":
        importlib.import_module("keras.models")  # Keras 1.0.1 does not import it by itself
    return importlib.import_module(args.keras)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--suite", choices=sorted(SUITES), default="evaluate")
    parser.add_argument("--keras", default="keras")
    parser.add_argument("--old")
    parser.add_argument("--save", choices=["h5", "keras"], default="h5")
    parser.add_argument("--graph", action="store_true")
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    line = Line(keras_of(args), args.graph)
    line.save, line.singles = args.save, args.suite not in ("catalogue", "compilation")
    line.tells_refusals = args.suite == "rare"
    runner = {"penalties": run_penalised, "class_weight": run_weighted, "rare": run_rare}.get(args.suite, run)
    records, refused = [], []
    for name, function in SUITES[args.suite].of(line):
        if args.only in name:
            line.clear()
            try:
                records.append(runner(line, name, function))
            except Exception as error:  # Keras refuses some cases in some versions; the list says which.
                refused.append({"name": name, "error": short(error)})
    document = {"keras_version": line.name(), "backend": line.backend, "cases": records, "refused": refused}
    with open(args.out, "w") as file:
        file.write(dump(document) + "\n")
    print(line.name(), line.backend, len(records), "cases,", len(refused), "refused:")
    for case in refused:
        print("  ", case["name"], case["error"])


def dump(document):
    """JSON with one line per case."""
    head = {k: v for k, v in document.items() if k != "cases"}
    lines = ",\n".join(json.dumps(c, sort_keys=True, separators=(",", ":")) for c in document["cases"])
    return json.dumps(head, sort_keys=True)[:-1] + ',\n"cases": [\n' + lines + "\n]}"


if __name__ == "__main__":
    main()
