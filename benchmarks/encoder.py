#!/usr/bin/env python3
"""Saves a transformer encoder for compare.py: python benchmarks/encoder.py encoder.keras

4 blocks of width 256, 8 heads of 32, a feed-forward part of 1024 with gelu, layer normalization after each half; 128 tokens.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras

BLOCKS, WIDTH, HEADS, INNER, TOKENS = 4, 256, 8, 1024, 128


def block(x):
    layers = keras.layers
    attended = layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(x, x)
    x = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, attended]))
    inner = layers.Dense(WIDTH)(layers.Dense(INNER, activation="gelu")(x))
    return layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, inner]))


def main():
    keras.utils.set_random_seed(1)
    x = y = keras.Input((TOKENS, WIDTH), name="tokens")
    for _ in range(BLOCKS):
        y = block(y)
    keras.Model(x, y).save(sys.argv[1])


main()
