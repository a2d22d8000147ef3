"""Saves a model of 77 MB of zeros, and packs the archive more tightly than Keras does: zeros.keras beside this file.

    python zeros.py

Needs Keras 3.
"""

import pathlib
import tempfile
import zipfile

import keras

model = keras.Sequential([keras.Input((3,)), keras.layers.Embedding(150_000, 128, embeddings_initializer="zeros", name="table")])
with tempfile.TemporaryDirectory() as folder:
    saved = pathlib.Path(folder) / "zeros.keras"
    model.save(saved)
    with zipfile.ZipFile(saved) as given, zipfile.ZipFile(
        pathlib.Path(__file__).with_name("zeros.keras"), "w", zipfile.ZIP_DEFLATED, compresslevel=9
    ) as packed:
        for name in given.namelist():
            packed.writestr(zipfile.ZipInfo(name), given.read(name), zipfile.ZIP_DEFLATED, 9)
