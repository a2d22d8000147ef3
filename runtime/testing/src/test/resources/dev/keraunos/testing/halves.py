"""Records how numpy and ml_dtypes round to the 16-bit floating point types, into halves.npz beside this file.

    python halves.py

`bits` are float32 numbers, `float16` and `bfloat16` what they round to; `back16` and `backb16` are those as float32.
All are stored as their bits.
"""

import pathlib

import ml_dtypes
import numpy as np

random = np.random.default_rng(1)
anywhere = random.integers(0, 2**32, 2000, dtype="uint32")
halfway = (random.integers(0, 2**16, 1000).astype("uint32") << 16) + np.array([0x7FFF, 0x8000, 0x8001, 0x1000], "uint32")[np.arange(1000) % 4]
normal = random.normal(size=1000).astype("float32").view("uint32")
small = (random.normal(size=1000) * 2.0**-15).astype("float32").view("uint32")
special = np.array([0, -0.0, np.inf, -np.inf, 65504, 65519.99, 65520, -65520, 2**-24, 2**-25, 2**-25 * 1.0001, 2**-14, 3.4e38, 1e-45], "float32").view("uint32")
bits = np.concatenate([anywhere, halfway, normal, small, special])
numbers = bits.view("float32")
bits = bits[~np.isnan(numbers)]
numbers = bits.view("float32")
with np.errstate(over="ignore"):
    float16, bfloat16 = numbers.astype("float16"), numbers.astype(ml_dtypes.bfloat16)
np.savez_compressed(
    pathlib.Path(__file__).with_name("halves.npz"),
    bits=bits,
    float16=float16.view("uint16"),
    bfloat16=bfloat16.view("uint16"),
    back16=float16.astype("float32").view("uint32"),
    backb16=bfloat16.astype("float32").view("uint32"),
)
