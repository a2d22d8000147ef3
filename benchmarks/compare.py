#!/usr/bin/env python3
"""Times one prediction of models on Keraunos and on its peers, side by side on this machine.

    python fixtures/recorder/unet.py unet.keras
    python benchmarks/compare.py unet.keras --batch 1 16 --lambda lambda_1='x / 255'

Peers: tf.function and Keras' own predict (pip install tensorflow keras), ONNX Runtime where tf2onnx and onnxruntime are installed too. Every
peer runs in a process of its own; the rounds take turns, so that a machine whose speed drifts is fair to all. The figure is the
median of the rounds' medians.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WARM_UP_SECONDS = 2


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--batch", type=int, nargs="+", default=[1])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--lambda", dest="lambdas", action="append", default=[], metavar="LAYER=EXPRESSION")
    parser.add_argument("--json", metavar="FILE", help="all medians of all rounds")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(timed(PEERS[args.one](args.models[0], args.batch[0]), args.runs)))
        return
    results = []
    for model in args.models:
        for batch in args.batch:
            results.append({"model": model, "batch": batch, "medianMs": rounds(args, model, batch)})
            show(results[-1])
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(results, indent=1))


def rounds(args, model, batch):
    medians = {}
    for _ in range(args.rounds):
        for peer in ["keraunos"] + args.peers:
            ran = keraunos(args, model, batch) if peer == "keraunos" else another(args, model, peer, batch)
            if ran.returncode:
                print("%s does not run: %s" % (peer, (ran.stderr.strip().splitlines() or ["?"])[-1]), file=sys.stderr)
                args.peers = [p for p in args.peers if p != peer]
            else:
                medians.setdefault(peer, []).append(json.loads(ran.stdout)["medianMs"])
    return medians


def keraunos(args, model, batch):
    lambdas = [part for given in args.lambdas for part in ("--lambda", given)]
    line = [ROOT / "keraunos", "bench", model, "--batch", str(batch), "--runs", str(args.runs), "--json", "-"]
    return subprocess.run(line + lambdas, capture_output=True, text=True)


def another(args, model, peer, batch):
    line = [sys.executable, __file__, model, "--one", peer, "--batch", str(batch), "--runs", str(args.runs)]
    return subprocess.run(line, capture_output=True, text=True, env=dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3"))


def show(result):
    medians = {peer: statistics.median(times) for peer, times in result["medianMs"].items()}
    own = medians.get("keraunos")
    print("%s, batch %d" % (os.path.basename(result["model"]), result["batch"]))
    for peer, median in sorted(medians.items(), key=lambda entry: entry[1]):
        times = result["medianMs"][peer]
        ratio = "" if own is None or peer == "keraunos" else "   %.2f times as long" % (median / own)
        print("  %-14s %9.3f ms  (rounds %.3f to %.3f)%s" % (peer, median, min(times), max(times), ratio))


def timed(predict, runs):
    start = time.perf_counter()
    while time.perf_counter() - start < WARM_UP_SECONDS:
        predict()
    times = []
    for _ in range(runs):
        before = time.perf_counter()
        predict()
        times.append((time.perf_counter() - before) * 1e3)
    return {"medianMs": statistics.median(times)}


# Peers: each gives a function that predicts once


def loaded(path, batch):
    import keras
    import numpy as np

    model = keras.models.load_model(path, compile=False, safe_mode=False)
    random = np.random.default_rng(1)
    shapes = [[batch] + [size or 64 for size in tensor.shape[1:]] for tensor in model.inputs]
    return model, [random.random(shape, dtype="float32") for shape in shapes]


def keras_predict(path, batch):
    model, inputs = loaded(path, batch)
    return lambda: model.predict(inputs, batch_size=batch, verbose=0)


def tf_function(path, batch):
    import tensorflow as tf

    model, inputs = loaded(path, batch)
    call = tf.function(lambda *tensors: model(list(tensors), training=False))
    tensors = [tf.constant(value) for value in inputs]
    return lambda: [output.numpy() for output in tf.nest.flatten(call(*tensors))]


def onnx_runtime(path, batch):
    import onnxruntime

    model, inputs = loaded(path, batch)
    model.predict(inputs, verbose=0)
    exported = "%s.%d.onnx" % (path, os.getpid())
    model.export(exported, format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(exported)
    os.remove(exported)
    fed = {tensor.name: value for tensor, value in zip(session.get_inputs(), inputs)}
    return lambda: session.run(None, fed)


PEERS = {"tf.function": tf_function, "keras.predict": keras_predict, "onnxruntime": onnx_runtime}

if __name__ == "__main__":
    main()
