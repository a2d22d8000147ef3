#!/usr/bin/env python3
"""Saves the models of the benchmark with fixed seeds: python benchmarks/models.py FOLDER [NAME ...]

Without names all of them. Weights are random: what is timed does not depend on their values.
"""

import importlib.util
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = pathlib.Path(__file__).resolve().parent.parent


def sequential(keras, *layers):
    return keras.Sequential(list(layers))


def mlp(keras):
    """A network of a few microseconds: 16-32-32-3."""
    dense = keras.layers.Dense
    return sequential(keras, keras.Input((16,)), dense(32, activation="relu"), dense(32, activation="relu"), dense(3, activation="softmax"))


def wide(keras):
    """What reading 100 MB of weights takes: 1024-4096-4096-1000."""
    dense = keras.layers.Dense
    return sequential(keras, keras.Input((1024,)), dense(4096, activation="relu"), dense(4096, activation="relu"), dense(1000, activation="softmax"))


def dense(keras):
    """One layer of 4096 to 4096."""
    return sequential(keras, keras.Input((4096,)), keras.layers.Dense(4096))


def unet(keras):
    """The reference model: 256x256x3, five classes."""
    spec = importlib.util.spec_from_file_location("unet", ROOT / "fixtures/recorder/unet.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.build(keras)


def lstm(keras):
    """Two LSTMs of 128 units, 100 steps of 32 numbers."""
    layers = keras.layers
    return sequential(keras, keras.Input((100, 32)), layers.LSTM(128, return_sequences=True), layers.LSTM(128), layers.Dense(10, activation="softmax"))


def gru(keras):
    """A masked bidirectional GRU of 128 units over embedded tokens, 120 steps."""
    layers = keras.layers
    tokens = keras.Input((120,), dtype="int32")
    x = layers.Embedding(1000, 64, mask_zero=True)(tokens)
    x = layers.Bidirectional(layers.GRU(128))(x)
    return keras.Model(tokens, layers.Dense(10, activation="softmax")(x))


def bilstm(keras):
    """A masked bidirectional LSTM of 400 units over embedded tokens, 60 steps."""
    layers = keras.layers
    tokens = keras.Input((60,), dtype="int32")
    x = layers.Embedding(5000, 100, mask_zero=True)(tokens)
    x = layers.Bidirectional(layers.LSTM(400, return_sequences=True))(x)
    return keras.Model(tokens, layers.Dense(20, activation="softmax")(x))


def textcnn(keras):
    """Convolutions over words of 3, 4 and 5, and one of 1 by 256 over a signal."""
    layers = keras.layers
    tokens = keras.Input((200,), dtype="int32")
    x = layers.Embedding(5000, 100)(tokens)
    parts = [layers.GlobalMaxPooling1D()(layers.Conv1D(128, k, activation="relu")(x)) for k in (3, 4, 5)]
    return keras.Model(tokens, layers.Dense(2, activation="softmax")(layers.Concatenate()(parts)))


def signal(keras):
    """Convolutions of 1 by k over 4 channels of a signal."""
    layers = keras.layers
    x = keras.Input((4, 1024, 1))
    y = layers.Conv2D(16, (1, 256), activation="relu")(x)
    y = layers.Conv2D(32, (4, 1), activation="relu")(y)
    y = layers.Conv2D(32, (1, 64), activation="relu", padding="same")(layers.AveragePooling2D((1, 4))(y))
    return keras.Model(x, layers.Dense(4, activation="softmax")(layers.GlobalAveragePooling2D()(y)))


def splice(keras):
    """SpliceAI-like: residual blocks of dilated convolutions over 2000 steps."""
    layers = keras.layers
    x = keras.Input((2000, 4))
    y = skip = layers.Conv1D(32, 1)(x)
    skip = layers.Conv1D(32, 1)(skip)
    for width, dilation in [(11, 1)] * 4 + [(11, 4)] * 4 + [(21, 10)] * 4:
        z = y
        for _ in range(2):
            z = layers.Activation("relu")(layers.BatchNormalization()(z))
            z = layers.Conv1D(32, width, dilation_rate=dilation, padding="same")(z)
        y = layers.Add()([y, z])
        skip = layers.Add()([skip, layers.Conv1D(32, 1)(y)])
    return keras.Model(x, layers.Conv1D(3, 1, activation="softmax")(skip))


def encoder(keras, blocks=4, width=256, heads=8, inner=1024, tokens=128):
    """A transformer encoder: 4 blocks of width 256, 8 heads, 128 tokens."""
    layers = keras.layers
    x = y = keras.Input((tokens, width), name="tokens")
    for _ in range(blocks):
        attended = layers.MultiHeadAttention(heads, width // heads)(y, y)
        y = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([y, attended]))
        z = layers.Dense(width)(layers.Dense(inner, activation="gelu")(y))
        y = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([y, z]))
    return keras.Model(x, y)


def bert(keras, mode=None):
    """KerasHub's BERT of 6 blocks of width 512, 8 heads, 128 tokens: needs keras-hub."""
    import keras_hub

    backbone = keras_hub.models.BertBackbone(vocabulary_size=30522, num_layers=6, num_heads=8, hidden_dim=512, intermediate_dim=2048, max_sequence_length=128)
    if mode:
        backbone.quantize(mode)
    tokens = keras.Input((128,), name="token_ids", dtype="int32")
    ones = keras.ops.ones_like(tokens)
    found = backbone({"token_ids": tokens, "segment_ids": keras.ops.zeros_like(tokens), "padding_mask": ones})
    return keras.Model(tokens, keras.layers.Dense(2, activation="softmax")(found["pooled_output"]))


def bert_int8(keras):
    """The same with weights of int8."""
    return bert(keras, "int8")


def application(name):
    def build(keras):
        return getattr(keras.applications, name)(weights=None)

    build.__doc__ = "keras.applications.%s, 224x224." % name
    return build


MODELS = {
    "mlp": mlp,
    "wide": wide,
    "dense": dense,
    "unet": unet,
    "lstm": lstm,
    "gru": gru,
    "bilstm": bilstm,
    "textcnn": textcnn,
    "signal": signal,
    "splice": splice,
    "encoder": encoder,
    "mobilenet": application("MobileNetV2"),
    "resnet": application("ResNet50"),
    "efficientnet": application("EfficientNetB0"),
    "convnext": application("ConvNeXtTiny"),
}
if importlib.util.find_spec("keras_hub"):
    MODELS.update(bert=bert, bert_int8=bert_int8)


def save(folder, names):
    """Saves what is not there yet; gives the paths."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in names:
        path = folder / (name + ".keras")
        if not path.exists():
            import keras

            keras.utils.set_random_seed(1)
            MODELS[name](keras).save(path)
        paths.append(path)
    return paths


if __name__ == "__main__":
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= set(MODELS):
        sys.exit("python benchmarks/models.py FOLDER [%s ...]" % "|".join(MODELS))
    save(sys.argv[1], sys.argv[2:] or MODELS)
