#!/usr/bin/env python3
"""Times predictions on Keraunos and on its peers, side by side on this machine.

    python benchmarks/compare.py                                     # all models of models.py, batches 1 and 16
    python benchmarks/compare.py gru unet --batch 1 --peers onnxruntime tf.function
    python benchmarks/compare.py my_model.keras --lambda lambda_1='x / 255'

Peers: tf.function and Keras' own predict (pip install tensorflow keras), ONNX Runtime (onnxruntime, tf2onnx), OpenVINO (openvino), LiteRT
(ai-edge-litert); models of KerasHub need keras-hub. Those that are not installed, or do not take a model, are left out with their reason. Every peer runs in a process of its
own with as many threads as there are cores; the rounds take turns, so that a machine whose speed drifts is fair to all. The figure is the
median of the rounds' medians. The roofline is what the multiplications of a model would take at the speed that a large product reaches here.
"""

import argparse
import importlib.util
import json
import math
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WARM_UP_SECONDS = 2
LAMBDAS = {"unet": ["lambda_1=x / 255"]}
PEAK = ("dense", 512)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", help="names of models.py or files; all names if none is given")
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=["onnxruntime", "tf.function", "openvino", "litert"])
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "benchmarks/target/models", help="where models are kept")
    parser.add_argument("--lambda", dest="lambdas", action="append", default=[], metavar="LAYER=EXPRESSION")
    parser.add_argument("--json", metavar="FILE", help="all medians of all rounds")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(timed(PEERS[args.one](args.models[0], args.batch[0]), args.runs)))
        return
    print("%s, %d cores" % (processor(), os.cpu_count()), flush=True)
    peak = flops(args, *PEAK)["rate"]
    print("a large product: %.0f GFLOP/s\n" % (peak / 1e9), flush=True)
    results = []
    for name in args.models or models().MODELS:
        for batch in args.batch:
            one = {"model": name, "batch": batch, "medianMs": rounds(args, name, batch)}
            one["rooflineMs"] = flops(args, name, 1)["sum"] * batch / peak * 1e3
            results.append(one)
            show(one)
            if args.json:
                pathlib.Path(args.json).write_text(json.dumps(results, indent=1))
    summary(results)


def processor():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def models():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import models

    return models


def saved(args, name):
    return str(name if pathlib.Path(name).exists() else models().save(args.folder, [name])[0])


def rounds(args, name, batch):
    path = saved(args, name)
    medians, peers = {}, ["keraunos"] + args.peers
    for _ in range(args.rounds):
        for peer in list(peers):
            ran = keraunos(args, name, path, batch) if peer == "keraunos" else another(args, path, peer, batch)
            if ran.returncode:
                print("%s: %s does not run: %s" % (name, peer, (ran.stderr.strip().splitlines() or ["?"])[-1][:160]), file=sys.stderr)
                peers.remove(peer)
            else:
                medians.setdefault(peer, []).append(json.loads(ran.stdout.splitlines()[-1])["medianMs"])
    return medians


def keraunos(args, name, path, batch, *more):
    lambdas = [part for given in args.lambdas + LAMBDAS.get(name, []) for part in ("--lambda", given)]
    line = [ROOT / "keraunos", "bench", path, "--batch", str(batch), "--runs", str(args.runs)]
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        ran = subprocess.run(line + lambdas + list(more) + ["--json", report], capture_output=True, text=True)
        if ran.returncode == 0:
            ran.stdout = json.dumps(json.loads(report.read_text()))
        return ran


def flops(args, name, batch):
    """The multiplications and sums of a prediction, and how many a second the fastest step does."""
    ran = keraunos(args, name, saved(args, name), batch, "--profile")
    steps = json.loads(ran.stdout)["steps"] if ran.returncode == 0 else []
    return {"sum": sum(step["flops"] for step in steps), "rate": max((step["flops"] / step["seconds"] for step in steps), default=0)}


def another(args, path, peer, batch):
    line = [sys.executable, __file__, path, "--one", peer, "--batch", str(batch), "--runs", str(args.runs)]
    return subprocess.run(line, capture_output=True, text=True, env=dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3"))


def show(result):
    medians = {peer: statistics.median(times) for peer, times in result["medianMs"].items()}
    own = medians.get("keraunos")
    print("%s, batch %d" % (os.path.basename(result["model"]), result["batch"]))
    for peer, median in sorted(medians.items(), key=lambda entry: entry[1]):
        times = result["medianMs"][peer]
        if peer == "keraunos":
            note = "   %.0f %% of the roofline" % (100 * result["rooflineMs"] / median)
        else:
            note = "" if own is None else "   %.2f times as long as Keraunos" % (median / own)
        print("  %-14s %9.3f ms  (rounds %.3f to %.3f)%s" % (peer, median, min(times), max(times), note))
    sys.stdout.flush()


def summary(results):
    for batch in sorted({result["batch"] for result in results}):
        best, usual = [], []
        for result in results:
            medians = {peer: statistics.median(times) for peer, times in result["medianMs"].items()}
            if result["batch"] == batch and len(medians) > 1 and "keraunos" in medians:
                own = medians.pop("keraunos")
                best.append(min(medians.values()) / own)
                both = [medians[peer] for peer in ("onnxruntime", "tf.function") if peer in medians]
                usual += [min(both) / own] if both else []
        for name, ratios in (("the best peer", best), ("the faster of ONNX Runtime and tf.function", usual)):
            if ratios:
                mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
                print("batch %d: %s takes %.2f times as long (geometric mean of %d)" % (batch, name, mean, len(ratios)))


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

    if importlib.util.find_spec("keras_hub"):
        importlib.import_module("keras_hub")
    model = keras.models.load_model(path, compile=False, safe_mode=False)
    random = np.random.default_rng(1)
    inputs = []
    for tensor in model.inputs:
        shape = [batch] + [size or 64 for size in tensor.shape[1:]]
        whole = "int" in str(tensor.dtype)
        inputs.append(np.zeros(shape, tensor.dtype) if whole else random.random(shape, dtype="float32"))
    return model, inputs


def keras_predict(path, batch):
    model, inputs = loaded(path, batch)
    return lambda: model.predict(inputs, batch_size=batch, verbose=0)


def tf_function(path, batch):
    import tensorflow as tf

    model, inputs = loaded(path, batch)
    call = tf.function(lambda *tensors: model(list(tensors), training=False))
    tensors = [tf.constant(value) for value in inputs]
    return lambda: [output.numpy() for output in tf.nest.flatten(call(*tensors))]


def exported(path, model, inputs):
    """As ONNX by Keras itself; by Keraunos where Keras cannot, or writes what ONNX Runtime does not open."""
    import onnxruntime

    file = "%s.%d.onnx" % (path, os.getpid())
    try:
        model.predict(inputs, verbose=0)
        model.export(file, format="onnx", verbose=False)
        onnxruntime.InferenceSession(file)
    except Exception:
        name = pathlib.Path(path).stem
        lambdas = [part for given in LAMBDAS.get(name, []) for part in ("--lambda", given)]
        subprocess.run([ROOT / "keraunos", "export", path, file] + lambdas, check=True, capture_output=True)
    return file


def onnx_runtime(path, batch):
    import onnxruntime

    model, inputs = loaded(path, batch)
    file = exported(path, model, inputs)
    session = onnxruntime.InferenceSession(file)
    os.remove(file)
    fed = {tensor.name: value for tensor, value in zip(session.get_inputs(), inputs)}
    return lambda: session.run(None, fed)


def openvino(path, batch):
    import openvino

    model, inputs = loaded(path, batch)
    file = exported(path, model, inputs)
    hints = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": os.cpu_count()}
    compiled = openvino.Core().compile_model(openvino.convert_model(file, input=[list(value.shape) for value in inputs]), "CPU", hints)
    os.remove(file)
    return lambda: compiled(inputs)


def litert(path, batch):
    import tensorflow as tf

    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        Interpreter = tf.lite.Interpreter
    model, inputs = loaded(path, batch)
    interpreter = Interpreter(model_content=tf.lite.TFLiteConverter.from_keras_model(model).convert(), num_threads=os.cpu_count())
    details = interpreter.get_input_details()
    for detail, value in zip(details, inputs):
        interpreter.resize_tensor_input(detail["index"], value.shape)
    interpreter.allocate_tensors()

    def predict():
        for detail, value in zip(details, inputs):
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        return [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]

    return predict


PEERS = {"tf.function": tf_function, "keras.predict": keras_predict, "onnxruntime": onnx_runtime, "openvino": openvino, "litert": litert}

if __name__ == "__main__":
    main()
