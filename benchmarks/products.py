#!/usr/bin/env python3
"""Writes the models whose time is that of matrix products: one large, and a small network of several.

    python benchmarks/products.py /tmp
    python benchmarks/compare.py /tmp/dense.keras /tmp/mlp.keras --batch 1 16 64 --runs 300 --peers onnxruntime
"""

import pathlib
import sys

import keras

folder = pathlib.Path(sys.argv[1])
keras.utils.set_random_seed(1)
layers = keras.layers
dense = [keras.Input((4096,)), layers.Dense(4096)]
mlp = [keras.Input((16,)), layers.Dense(32, activation="relu"), layers.Dense(32, activation="relu"), layers.Dense(3, activation="softmax")]
keras.Sequential(dense).save(folder / "dense.keras")
keras.Sequential(mlp).save(folder / "mlp.keras")
