"""Records what TensorFlow and Keras 3 compute for every operation, into cases.npz beside this file,
and the gradients they pass back, into gradients.npz.

    python record.py

A case is named by the operation and its attributes, as OpCases.java reads them, and a remark after '#'.
Its arrays are NAME/in0, NAME/in1, ... and NAME/out0, ...
"""

import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import ops

CASES = {}
RANDOM = np.random.default_rng(20240817)


def case(name, inputs, *outputs):
    assert name not in {key.rsplit("/", 1)[0] for key in CASES}, name
    for kind, arrays in (("in", inputs), ("out", outputs)):
        for i, array in enumerate(arrays):
            CASES[f"{name}/{kind}{i}"] = np.asarray(array, order="C")


def normal(*shape, dtype="float32"):
    """Normal numbers of few digits, so that the archive stays small."""
    return (np.round(RANDOM.normal(size=shape) * 64) / 64).astype(dtype)


def integers(low, high, *shape, dtype="int32"):
    return RANDOM.integers(low, high, size=shape).astype(dtype)


def listed(values):
    return ",".join(str(v) for v in values)


EXTREMES = np.array([-np.inf, np.inf, np.nan, -0.0, 0.0, -1e30, 1e30, -1e-30, 1e-30, -88, 88, -20, 20, -6, 6, -3, 3, -2.5, 2.5], "float32")
PLAIN = np.concatenate([np.array([-1.5, -1, -0.5, 0.5, 1, 1.5], "float32"), normal(25) * 3])
EVERYWHERE = np.concatenate([EXTREMES, PLAIN])


def unary():
    functions = {
        "NEGATIVE 0 0": ops.negative,
        "ABSOLUTE 0 0": ops.absolute,
        "SIGN 0 0": ops.sign,
        "SQUARE 0 0": ops.square,
        "SQRT 0 0": ops.sqrt,
        "RSQRT 0 0": ops.rsqrt,
        "RECIPROCAL 0 0": ops.reciprocal,
        "EXP 0 0": ops.exp,
        "EXPM1 0 0": ops.expm1,
        "LOG 0 0": ops.log,
        "LOG1P 0 0": ops.log1p,
        "ARCSIN 0 0": ops.arcsin,
        "ARCCOS 0 0": ops.arccos,
        "ARCTAN 0 0": ops.arctan,
        "SINH 0 0": ops.sinh,
        "COSH 0 0": ops.cosh,
        "TANH 0 0": ops.tanh,
        "ERF 0 0": ops.erf,
        "FLOOR 0 0": ops.floor,
        "CEIL 0 0": ops.ceil,
        "ROUND 0 0": ops.round,
        "TRUNC 0 0": ops.trunc,
        "IS_NAN 0 0": ops.isnan,
        "IS_FINITE 0 0": ops.isfinite,
        "RELU 0 0": ops.relu,
        "RELU 0.2 0": lambda x: ops.leaky_relu(x, 0.2),
        "CLIP -1.5 2": lambda x: ops.clip(x, -1.5, 2.0),
        "CLIP 0 6": ops.relu6,
        "ELU 1 0": ops.elu,
        "ELU 0.7 0": lambda x: ops.elu(x, 0.7),
        "SELU 0 0": ops.selu,
        "SIGMOID 0 0": ops.sigmoid,
        "HARD_SIGMOID 0.16666666666666666 0.5": ops.hard_sigmoid,
        "SOFTPLUS 0 0": ops.softplus,
        "SOFTSIGN 0 0": ops.softsign,
        "SILU 0 0": ops.silu,
        "HARD_SILU 0 0": ops.hard_silu,
        "GELU 0 0": lambda x: ops.gelu(x, approximate=False),
        "GELU_TANH 0 0": lambda x: ops.gelu(x, approximate=True),
        "MISH 0 0": keras.activations.mish,
    }
    for name, function in functions.items():
        case(f"Unary {name}", [EVERYWHERE], function(EVERYWHERE))
        for dtype in ("float64", "float16"):
            if dtype == "float64" and name.split()[0] in ("GELU", "GELU_TANH", "RELU"):
                continue  # TensorFlow rounds the constants of these to float32
            x = PLAIN.astype(dtype)
            case(f"Unary {name} # {dtype}", [x], function(x))
    for name, function in {"SIN 0 0": ops.sin, "COS 0 0": ops.cos, "TAN 0 0": ops.tan}.items():
        x = np.concatenate([PLAIN, np.array([np.inf, np.nan, -0.0, 100], "float32")])
        case(f"Unary {name}", [x], function(x))
    case("Unary LOGICAL_NOT 0 0", [np.array([True, False])], ops.logical_not([True, False]))
    whole = np.array([-7, -3, -1, 0, 1, 2, 9], "int32")
    for name in ("NEGATIVE 0 0", "ABSOLUTE 0 0", "SIGN 0 0", "SQUARE 0 0"):
        case(f"Unary {name} # int32", [whole], functions[name](whole))
        big = whole.astype("int64") * (2**40 + 1) if name != "SQUARE 0 0" else whole.astype("int64") * (2**28 + 1)
        case(f"Unary {name} # int64", [big], functions[name](big))
    case("Unary CLIP -2 3 # int32", [whole], tf.clip_by_value(whole, -2, 3))
    case("Unary RELU 0 0 # int32", [whole], tf.nn.relu(whole))
    for name in ("SQRT 0 0", "EXP 0 0", "LOG 0 0"):
        case(f"Unary {name} # of integers", [abs(whole)], functions[name](abs(whole)))


def binary():
    functions = {
        "ADD": tf.add,
        "SUBTRACT": tf.subtract,
        "MULTIPLY": tf.multiply,
        "DIVIDE": ops.divide,
        "FLOOR_DIVIDE": ops.floor_divide,
        "MOD": ops.mod,
        "POWER": tf.pow,
        "MAXIMUM": tf.maximum,
        "MINIMUM": tf.minimum,
        "ARCTAN2": tf.atan2,
        "EQUAL": tf.equal,
        "NOT_EQUAL": tf.not_equal,
        "GREATER": tf.greater,
        "GREATER_EQUAL": tf.greater_equal,
        "LESS": tf.less,
        "LESS_EQUAL": tf.less_equal,
    }
    special = np.array([-np.inf, -3, -1, -0.0, 0.0, 1, 2, 2.5, np.inf, np.nan], "float32")
    x, y = (a.ravel() for a in np.meshgrid(special, special))
    wide, narrow, column = normal(3, 4, 5), normal(5), normal(4, 1)
    for name, function in functions.items():
        if name not in ("FLOOR_DIVIDE", "MOD"):
            case(f"Binary {name}", [x, y], function(x, y))
        else:
            keep = np.isfinite(x) & np.isfinite(y) & (y != 0)
            case(f"Binary {name}", [x[keep], y[keep]], function(x[keep], y[keep]))
        if name != "POWER":
            case(f"Binary {name} # last axis", [wide, narrow], function(wide, narrow))
            case(f"Binary {name} # middle axis", [column, wide], function(column, wide))
            case(f"Binary {name} # both repeat", [column, narrow], function(column, narrow))
        case(f"Binary {name} # positive", [abs(wide), narrow], function(abs(wide), narrow))
        whole, other = integers(-9, 9, 4, 5), integers(1, 5, 5)
        if name not in ("ARCTAN2",):
            case(f"Binary {name} # int32", [whole, other], function(whole, other))
    case("Binary MULTIPLY # scalar", [wide, np.float32(3)], wide * np.float32(3))
    case("Binary ADD # float16", [wide.astype("float16"), narrow.astype("float16")], tf.add(wide.astype("float16"), narrow.astype("float16")))
    big = np.array([2**62 + 1, -(2**62) - 3, 2**53 + 1], "int64")
    case("Binary ADD # int64", [big, np.array([1, 1, 1], "int64")], big + 1)
    case("Binary GREATER # int64", [big, big[::-1].copy()], big > big[::-1])
    case("Binary ADD # many", [w := integers(-9, 9, 1200, 7, dtype="float32"), c := integers(-9, 9, 1200, 1, dtype="float32")], w + c)
    flags, others = np.array([True, True, False, False]), np.array([True, False, True, False])
    case("Binary LOGICAL_AND", [flags, others], flags & others)
    case("Binary LOGICAL_OR", [flags, others], flags | others)
    case("Binary LOGICAL_XOR", [flags, others], flags ^ others)
    condition = normal(4, 1) > 0
    case("Select", [condition, wide, narrow], tf.where(condition, wide, narrow))
    case("Select # int64", [condition, big, big - 5], tf.where(condition, big, big - 5))


def casts():
    x = np.array([-2.7, -1, -0.4, 0, 0.6, 1.5, 2.5, 100.9], "float32")
    for dtype in ("float16", "float64", "int8", "int16", "int32", "int64", "bool"):
        case(f"Cast {dtype}", [x], ops.cast(x, dtype))
    for dtype in ("uint8", "uint16", "uint32", "uint64"):
        case(f"Cast {dtype}", [abs(x)], ops.cast(abs(x), dtype))
    whole = np.array([-300, -1, 0, 1, 255, 70000], "int64")
    for dtype in ("float32", "float64", "bool", "int8", "uint8", "int32", "uint16", "int64"):
        case(f"Cast {dtype} # of int64", [whole], ops.cast(whole, dtype))
    for dtype in ("float32", "int32"):
        case(f"Cast {dtype} # of bool", [np.array([True, False])], ops.cast(np.array([True, False]), dtype))
    halves = np.array([65504, 65520, 1e-8, 6e-8, 2**-14, 1 + 2**-11, 1 + 3 * 2**-11, -2.0**-25, np.inf, np.nan], "float32")
    case("Cast float16 # rounding", [halves], halves.astype("float16"))


def reductions():
    x = normal(3, 5, 4, 2)
    functions = {"SUM": tf.reduce_sum, "MEAN": tf.reduce_mean, "MAX": tf.reduce_max, "MIN": tf.reduce_min, "PROD": tf.reduce_prod}
    for name, function in functions.items():
        for axes in ([0], [1], [3], [1, 2], [0, 3], [0, 2], [1, 3], [0, 1, 2, 3]):
            case(f"Reduce {name} {listed(axes)} false", [x], function(x, axes))
        case(f"Reduce {name} 1,2 true", [x], function(x, [1, 2], keepdims=True))
        special = np.array([[1, np.nan, 2], [np.inf, 1, -np.inf], [-0.0, 0.0, -1]], "float32")
        case(f"Reduce {name} 1 false # special", [special], function(special, 1))
        if name != "MEAN":
            whole = integers(-50, 50, 3, 4, 5)
            case(f"Reduce {name} 0,2 false # int32", [whole], function(whole, [0, 2]))
            case(f"Reduce {name} 2 true # int64", [whole.astype("int64")], function(whole.astype("int64"), 2, keepdims=True))
    whole = integers(-50, 50, 3, 4, 5)
    case("Reduce MEAN 0,2 false # int32", [whole], ops.mean(whole, [0, 2]))
    wide = normal(2, 1000, 3) + 100
    case("Reduce MEAN 1 false # narrow", [wide], tf.reduce_mean(wide, 1))
    case("Reduce SUM 0,1 false # narrow", [wide], tf.reduce_sum(wide, [0, 1]))
    broad = normal(3, 5000)
    case("Reduce SUM 0 false # broad", [broad], tf.reduce_sum(broad, 0))
    case("Reduce MAX 1 false # broad", [broad], tf.reduce_max(broad, 1))
    case("Reduce MEAN 1 false # float16", [broad.astype("float16")], tf.reduce_mean(broad.astype("float16"), 1))
    empty = np.zeros((2, 0, 3), "float32")
    case("Reduce SUM 1 false # empty", [empty], tf.reduce_sum(empty, 1))
    case("Reduce MEAN 1 false # empty", [empty], tf.reduce_mean(empty, 1))
    case("Reduce MAX 1 false # empty", [empty], tf.reduce_max(empty, 1))
    flags = normal(3, 4, 5) > 0.8
    case("Reduce ANY 1,2 false", [flags], tf.reduce_any(flags, [1, 2]))
    case("Reduce ANY 2 true", [flags], tf.reduce_any(flags, 2, keepdims=True))
    case("Reduce ALL 1 false", [~flags], tf.reduce_all(~flags, 1))
    ties = np.array([[1, 3, 3, 2], [5, 5, 0, 0], [-1, -1, -2, -2], [0.0, -0.0, -0.0, 0.0]], "float32")
    holes = np.array([[1, np.nan, 3, 2], [np.nan, 3, 1, np.nan], [np.nan] * 4, [-np.inf, np.nan, -np.inf, np.inf]], "float32")
    for axis in (0, 1):
        case(f"ArgReduce true {axis} false int32", [ties], tf.argmax(ties, axis, output_type="int32"))
        case(f"ArgReduce false {axis} false int64", [ties], tf.argmin(ties, axis, output_type="int64"))
    case("ArgReduce true 1 false int32 # NaN", [holes], tf.argmax(holes, 1, output_type="int32"))
    case("ArgReduce false 1 false int32 # NaN", [holes], tf.argmin(holes, 1, output_type="int32"))
    case("ArgReduce true 2 true int32", [x], ops.argmax(x, 2, keepdims=True))
    case("ArgReduce true 1 false int32 # int64", [np.array([[2**53, 2**53 + 1, 5]], "int64")], np.array([1], "int32"))
    for axis in (0, 1, 3):
        case(f"Cumulative SUM {axis}", [x], tf.cumsum(x, axis))
        case(f"Cumulative PROD {axis}", [x], tf.math.cumprod(x, axis))
    case("Cumulative SUM 1 # int32", [whole], tf.cumsum(whole, 1))
    case("Cumulative MAX 1", [x], np.maximum.accumulate(x, 1))
    case("Cumulative MIN 2", [x], np.minimum.accumulate(x, 2))
    case("TopK 3", [ties], *tf.math.top_k(ties, 3))
    case("TopK 5 # odd", [y := normal(7, 9)], *tf.math.top_k(y, 5))
    case("TopK 2 # int32", [whole], *tf.math.top_k(whole, 2))
    for axis in (0, 2):
        case(f"Sort {axis} false", [x], tf.sort(x, axis), tf.argsort(x, axis, stable=True))
        case(f"Sort {axis} true", [x], tf.sort(x, axis, "DESCENDING"), tf.argsort(x, axis, "DESCENDING", stable=True))
    case("Sort 1 false # ties", [ties], tf.sort(ties, 1), tf.argsort(ties, 1, stable=True))


def movement():
    x = normal(2, 3, 4, 5)
    long = RANDOM.integers(-(2**62), 2**62, size=(3, 4, 5))
    bytes_ = integers(0, 255, 3, 4, 5, dtype="uint8")
    for permutation in ([0, 3, 1, 2], [0, 2, 3, 1], [3, 2, 1, 0], [1, 0, 2, 3]):
        case(f"Transpose {listed(permutation)}", [x], np.transpose(x, permutation))
    case("Transpose 2,0,1 # int64", [long], np.transpose(long, [2, 0, 1]))
    case("Transpose 1,2,0 # uint8", [bytes_], np.transpose(bytes_, [1, 2, 0]))
    case("Transpose 1,0 # bool", [long[0] > 0], (long[0] > 0).T)
    case("Transpose 1,0 # float16", [x[0, 0].astype("float16")], x[0, 0].astype("float16").T)
    case("Reshape 6,-1", [x], x.reshape(6, -1))
    case("Reshape 2,same1,20", [x], x.reshape(2, 3, 20))
    case("BroadcastTo 2,3,4", [y := normal(3, 1)], np.broadcast_to(y, (2, 3, 4)))
    case("BroadcastTo 3,4,5 # int64", [long[:, :1]], np.broadcast_to(long[:, :1], (3, 4, 5)))
    case("Slice 0:2:1|1:3:1|:-1:2|::-1", [x], x[0:2, 1:3, :-1:2, ::-1])
    case("Slice ::1|-2::1|3:0:-2|1:2:1", [x], x[:, -2:, 3:0:-2, 1:2])
    case("Slice 5:9:1|::1|::2|-9:-7:1", [x], x[5:9, :, ::2, -9:-7])
    case("Slice ::1|2:1:1|::1 # int64, empty", [long], long[:, 2:1])
    case("Slice ::-2|::1|4::-3 # int64", [long], long[::-2, :, 4::-3])
    for axis in (0, 1, 3):
        parts = [np.take(x, range(n), axis) for n in (1, 2, 1)]
        case(f"Concat {axis}", parts, np.concatenate(parts, axis))
    case("Concat 1 # int64, one empty", [long, long[:, :0], long[:, :1]], np.concatenate([long, long[:, :0], long[:, :1]], 1))
    pads = [[0, 0], [1, 2], [2, 0], [3, 1]]
    before, after = listed(p[0] for p in pads), listed(p[1] for p in pads)
    case(f"Pad CONSTANT 0 {before} {after}", [x], np.pad(x, pads))
    case(f"Pad CONSTANT -1.5 {before} {after}", [x], np.pad(x, pads, constant_values=-1.5))
    case("Pad REFLECT 0 0,1,2,3 0,2,0,1", [x], tf.pad(x, pads, "REFLECT"))
    case("Pad SYMMETRIC 0 0,1,2,3 0,2,0,1", [x], tf.pad(x, pads, "SYMMETRIC"))
    case("Pad CONSTANT 7 1,0,2 0,3,1 # int64", [long], np.pad(long, [[1, 0], [0, 3], [2, 1]], constant_values=7))
    case("Repeat 1 3", [x], np.repeat(x, 3, 1))
    case("Repeat 3 2", [x], np.repeat(x, 2, 3))
    indices = np.array([[2, 0, -1], [1, 1, -3]], "int32")
    case("Gather 1", [x, indices], ops.take(x, indices, 1))
    case("Gather 0 # int64", [long, indices], ops.take(long, indices, 0))
    case("Gather 2 # scalar index", [x, np.array(-2)], ops.take(x, -2, 2))
    along = integers(-4, 4, 2, 3, 6, 5, dtype="int64")
    case("GatherAlong 2", [x, along], ops.take_along_axis(x, along, 2))
    along = integers(0, 5, 1, 3, 4, 2)
    case("GatherAlong 3 # broadcast", [x, along], np.take_along_axis(x, np.broadcast_to(along, (2, 3, 4, 2)), 3))
    case("OneHot 4 float32", [np.array([[0, 3], [-1, 4], [2, 2]])], ops.one_hot(np.array([[0, 3], [-1, 4], [2, 2]]), 4))
    case("OneHot 3 bool", [np.array([1, 0], "uint8")], ops.one_hot(np.array([1, 0]), 3, dtype="bool"))
    case("Iota int32 same0,same1,same2 1", [long], np.broadcast_to(np.arange(4, dtype="int32")[:, None], (3, 4, 5)))
    case("Fill float32 2.5 same0,7", [long], np.full((3, 7), 2.5, "float32"))


def products():
    for ta in (False, True):
        for tb in (False, True):
            a = normal(3, 1, *((7, 5) if ta else (5, 7)))
            b = normal(2, *((9, 7) if tb else (7, 9)))
            flags = f"{str(ta).lower()} {str(tb).lower()}"
            case(f"MatMul {flags}", [a, b], tf.matmul(a, b, ta, tb))
    a, b = integers(-3, 4, 131, 300, dtype="float32"), integers(-3, 4, 300, 261, dtype="float32")
    case("MatMul false false # several blocks", [a, b], a @ b)
    case("MatMul true true # several blocks", [b, a], b.T @ a.T)
    case("MatMul false false # row", [a := normal(1, 1030), b := normal(1030, 1)], tf.matmul(a, b))
    case("MatMul false false # float64", [a := normal(3, 4, dtype="float64"), b := normal(4, 2, dtype="float64")], a @ b)
    case("MatMul false false # nothing to add", [np.zeros((2, 0), "float32"), np.zeros((0, 3), "float32")], np.zeros((2, 3), "float32"))

    spatial = {1: [11], 2: [9, 7], 3: [5, 6, 7]}
    kernels = {1: [3], 2: [3, 2], 3: [2, 3, 2]}
    for rank in (1, 2, 3):
        x = normal(2, *spatial[rank], 4)
        for strides, dilations, padding, groups in (
            (1, 1, "valid", 1),
            (1, 1, "same", 1),
            (2, 1, "valid", 1),
            (2, 1, "same", 1),
            (1, 2, "same", 1),
            (1, 2, "valid", 2),
            (2, 1, "same", 2),
        ):
            s, d = [strides + (i % 2 if strides > 1 else 0) for i in range(rank)], [dilations] * rank
            w = normal(*kernels[rank], 4 // groups, 6)
            name = f"Conv {listed(s)} {listed(d)} {padding.upper()} {groups}"
            if groups == 1:
                y = ops.conv(x, w, s, padding, "channels_last", d)
            else:
                parts = [ops.conv(x[..., 2 * g : 2 * g + 2], w[..., 3 * g : 3 * g + 3], s, padding, "channels_last", d) for g in range(groups)]
                y = np.concatenate(parts, -1)
            case(name, [x, w], y)
    x, w = normal(2, 10, 3), normal(3, 3, 5)
    for dilation in (1, 2):
        y = keras.layers.Conv1D(5, 3, padding="causal", dilation_rate=dilation, use_bias=False)
        y.build(x.shape)
        y.set_weights([w])
        case(f"Conv 1 {dilation} CAUSAL 1", [x, w], y(x))
    case("Conv 1 1 EXPLICIT:2:1 1", [x, w], ops.conv(np.pad(x, [[0, 0], [2, 1], [0, 0]]), w, 1, "valid", "channels_last"))
    case("Conv 2 1 FULL 1", [x, w], ops.conv(np.pad(x, [[0, 0], [2, 2], [0, 0]]), w, 2, "valid", "channels_last"))
    x, w = normal(1, 20, 17, 3), normal(5, 3, 3, 40)
    case("Conv 1,1 1,1 SAME 1 # many rows", [x, w], ops.conv(x, w, 1, "same", "channels_last"))
    x, w = normal(3, 4, 4, 70), normal(3, 3, 70, 5)
    case("Conv 1,1 1,1 SAME 1 # deep", [x, w], ops.conv(x, w, 1, "same", "channels_last"))
    x = normal(2, 8, 7, 3)
    for multiplier in (1, 2):
        for strides, dilations, padding in ((1, 1, "same"), (2, 1, "valid"), (2, 1, "same"), (1, 2, "same")):
            w = normal(3, 2, 3, multiplier)
            y = ops.depthwise_conv(x, w, strides, padding, "channels_last", dilations)
            name = f"Conv {strides},{strides} {dilations},{dilations} {padding.upper()} 3 # multiplier {multiplier}"
            case(name, [x, w.reshape(3, 2, 1, 3 * multiplier)], y)
    w = normal(3, 3, 3, 1)
    y = ops.depthwise_conv(x, w, 2, "same", "channels_last", 2)
    case("Conv 2,2 2,2 SAME 3 # stride and dilation", [x, w.reshape(3, 3, 1, 3)], y)

    layers = {1: keras.layers.Conv1DTranspose, 2: keras.layers.Conv2DTranspose, 3: keras.layers.Conv3DTranspose}
    for rank in (1, 2, 3):
        for kernel, strides, padding, output_padding, dilation in (
            (3, 2, "same", None, 1),
            (3, 2, "valid", None, 1),
            (2, 2, "same", None, 1),
            (4, 2, "same", None, 1),
            (2, 3, "valid", None, 1),
            (2, 3, "same", None, 1),
            (3, 1, "same", None, 1),
            (3, 2, "same", 0, 1),
            (3, 2, "same", 1, 1),
            (3, 2, "valid", 1, 1),
            (4, 3, "same", 2, 1),
            (3, 1, "same", None, 2),
            (3, 1, "valid", None, 2),
        ):
            if rank == 3 and dilation > 1:
                continue
            x = normal(2, *[5, 3, 4][:rank], 3)
            layer = layers[rank](
                4, kernel, strides, padding, output_padding=output_padding, use_bias=False, dilation_rate=dilation
            )
            layer.build(x.shape)
            w = normal(*layer.kernel.shape)
            layer.set_weights([w])
            more = "none" if output_padding is None else listed([output_padding] * rank)
            name = f"ConvTranspose {listed([strides] * rank)} {listed([dilation] * rank)} {padding.upper()} {more} # kernel {kernel}"
            case(name, [x, w], layer(x))


def windows():
    spatial = {1: [11], 2: [9, 7], 3: [5, 6, 7]}
    for rank in (1, 2, 3):
        x = normal(2, *spatial[rank], 3)
        for size, strides, padding in ((2, 2, "valid"), (3, 2, "same"), (2, 1, "same"), (3, 1, "valid"), (2, 3, "same")):
            s, t = [size + i % 2 for i in range(rank)], [strides] * rank
            for flag, function in ((True, ops.max_pool), (False, ops.average_pool)):
                name = f"Pool {str(flag).lower()} {listed(s)} {listed(t)} {padding.upper()}"
                case(name, [x], function(x, s, t, padding, "channels_last"))
        o = [4, 3, 5][:rank]
        case(f"AdaptivePool true {listed(o)}", [x], ops.adaptive_max_pool(tf.constant(x), o, "channels_last"))
        case(f"AdaptivePool false {listed(o)}", [x], ops.adaptive_average_pool(tf.constant(x), o, "channels_last"))
    x = -abs(normal(1, 5, 5, 2))
    case("Pool true 3,3 2,2 SAME # negative", [x], ops.max_pool(x, 3, 2, "same", "channels_last"))

    x = normal(2, 5, 7, 3)
    methods = {
        "NEAREST": "nearest",
        "BILINEAR": "bilinear",
        "BICUBIC": "bicubic",
        "AREA": "area",
        "LANCZOS3": "lanczos3",
        "LANCZOS5": "lanczos5",
        "GAUSSIAN": "gaussian",
        "MITCHELLCUBIC": "mitchellcubic",
    }
    for name, method in methods.items():
        for size in ([10, 14], [3, 4], [8, 3], [5, 7], [1, 1], [13, 23]):
            for antialias in (False, True):
                y = tf.image.resize(x, size, method, antialias=antialias)
                case(f"Resize {name} false {listed(size)} {str(antialias).lower()}", [x], y)
    for size in ([10, 14], [8, 3], [13, 2]):
        y = tf.compat.v1.image.resize_bilinear(x, size)
        case(f"Resize BILINEAR_LEGACY false {listed(size)} false", [x], y)
    case("Resize BILINEAR true 2,3 false", [x], keras.layers.UpSampling2D((2, 3), interpolation="bilinear")(x))
    case("Resize NEAREST true 3,2 false", [x], keras.layers.UpSampling2D((3, 2))(x))
    wide = normal(1, 2, 49, 1)
    for size in ([2, 100], [2, 37], [3, 147]):
        case(f"Resize NEAREST false {listed(size)} false # rounding", [wide], tf.image.resize(wide, size, "nearest"))
    whole = integers(0, 255, 1, 4, 5, 3, dtype="uint8")
    case("Resize NEAREST false 7,3 false # uint8", [whole], tf.image.resize(whole, [7, 3], "nearest"))


def normalisation():
    x = normal(2, 3, 4, 5)
    odd = np.array([[1, 2, -np.inf], [-np.inf] * 3, [1e4, 0, -1e4], [-1e38, -3e38, 0], [np.inf, 1, 2], [np.nan, 1, 2]], "float32")
    for log, function in (("false", tf.nn.softmax), ("true", tf.nn.log_softmax)):
        for axis in (1, 2, 3):
            case(f"Softmax {axis} {log}", [x], function(x, axis))
        # Beside infinity and NaN, TensorFlow's softmax gives 0 or NaN as its vector length has it.
        rows = odd if log == "true" else odd[:4]
        case(f"Softmax 1 {log} # extremes", [rows], function(rows, 1))
    for axes in ([1, 2], [2, 3], [1, 3], [0, 2]):
        case(f"Softmax {listed(axes)} false", [x], keras.layers.Softmax(axes)(x))
        case(f"Softmax {listed(axes)} true", [x], x - tf.reduce_logsumexp(x, axes, keepdims=True))
    for axes in ([3], [2, 3], [1, 2, 3]):
        case(f"Standardize {listed(axes)} 0.001", [x * 3 + 7], keras.layers.LayerNormalization(axis=axes, center=False, scale=False)(x * 3 + 7))
    case("Standardize 3 1e-06", [x], keras.layers.LayerNormalization(epsilon=1e-6, center=False, scale=False)(x))
    groups = normal(2, 6, 3, 4) + 2
    grouped = keras.layers.GroupNormalization(3, center=False, scale=False)(groups.reshape(2, 6, 12))
    case("Standardize 1,3 0.001", [groups], np.reshape(grouped, groups.shape))
    case("Standardize 1 0.001 # constant", [np.full((2, 3), 5, "float32")], np.zeros((2, 3), "float32"))


def recurrence():
    activations = {"tanh": "TANH:0:0", "sigmoid": "SIGMOID:0:0", "hard_sigmoid": "HARD_SIGMOID:0.16666666666666666:0.5", "relu": "RELU:0:0", "linear": "RELU:1:0"}
    x = normal(3, 6, 4)
    masks = {
        "right": np.array([[1] * 6, [1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0]], bool),
        "holes": np.array([[0, 1, 1, 0, 1, 0], [1, 0, 0, 1, 1, 1], [0] * 6], bool),
    }
    def cell(kind, units, **arguments):
        if kind == "SIMPLE_RNN":
            arguments.pop("recurrent_activation", None)
            return keras.layers.SimpleRNN(units, **arguments)
        if kind == "LSTM":
            return keras.layers.LSTM(units, **arguments)
        return keras.layers.GRU(units, reset_after=kind == "GRU_RESET_AFTER", **arguments)

    def record(kind, x=x, units=5, activation="tanh", gate="sigmoid", bias=True, initial=False, mask=None, reverse=False, sequence=True, zero=False, remark=""):
        layer = cell(kind, units, activation=activation, recurrent_activation=gate, use_bias=bias, go_backwards=reverse, return_sequences=sequence, return_state=True, zero_output_for_mask=zero)
        layer.build(x.shape)
        layer.set_weights([normal(*w.shape) * 0.7 for w in layer.weights])
        states = [normal(len(x), units) for _ in range(2 if kind == "LSTM" else 1)] if initial else []
        flags = masks[mask] if mask else None
        outputs = layer(x, mask=flags, initial_state=states if initial else None)
        name = f"Rnn {kind} {activations[activation]} {activations[gate]} {bias} {initial} {mask is not None} {reverse} {sequence} {zero} False".replace("True", "true").replace("False", "false")
        remark = " ".join(filter(None, [mask, remark]))
        weights = layer.get_weights()
        case(name + (f" # {remark}" if remark else ""), [x, *weights, *states, *([flags] if mask else [])], *outputs)

    for kind in ("SIMPLE_RNN", "LSTM", "GRU", "GRU_RESET_AFTER"):
        record(kind)
        record(kind, sequence=False)
        record(kind, activation="relu", gate="hard_sigmoid")
        record(kind, activation="linear")
        record(kind, bias=False)
        record(kind, initial=True)
        record(kind, reverse=True)
        record(kind, reverse=True, sequence=False, initial=True)
        for mask in masks:
            record(kind, mask=mask)
            record(kind, mask=mask, zero=True)
            record(kind, mask=mask, initial=True)
            record(kind, mask=mask, initial=True, sequence=False)
            record(kind, mask=mask, reverse=True)
            record(kind, mask=mask, reverse=True, sequence=False, zero=True)
        record(kind, x=normal(40, 3, 9), units=7, remark="large")


def gradients():
    """Gradients of sum(f(inputs) * weights) by every floating point input: NAME/grad0, ..., null ones left out."""
    kinks = np.concatenate([np.array([-3, -1.5, -1, 0, 1, 1.5, 2, 3], "float32"), normal(12) * 2])
    positive = np.concatenate([np.array([0.25, 1, 4], "float32"), abs(normal(9)) + 0.125])
    small = np.clip(normal(9) * 0.3, -0.9, 0.9).astype("float32")

    def record(name, function, *inputs):
        inputs = [tf.constant(x) for x in inputs]
        floating = [x for x in inputs if x.dtype.is_floating]
        with tf.GradientTape() as tape:
            tape.watch(floating)
            y = function(*inputs)
            weights = normal(*y.shape)
            score = tf.reduce_sum(tf.cast(y, "float32") * weights)
        found = iter(tape.gradient(score, floating))
        case(name, inputs)
        CASES[f"{name}/weights"] = weights
        for i, x in enumerate(inputs):
            if x.dtype.is_floating and (gradient := next(found)) is not None:
                CASES[f"{name}/grad{i}"] = np.asarray(tf.convert_to_tensor(gradient))

    everywhere = {
        "NEGATIVE 0 0": tf.negative,
        "ABSOLUTE 0 0": tf.abs,
        "SIGN 0 0": tf.sign,
        "SQUARE 0 0": tf.square,
        "EXP 0 0": tf.exp,
        "EXPM1 0 0": tf.math.expm1,
        "SIN 0 0": tf.sin,
        "COS 0 0": tf.cos,
        "TAN 0 0": tf.tan,
        "ARCTAN 0 0": tf.atan,
        "SINH 0 0": tf.sinh,
        "COSH 0 0": tf.cosh,
        "TANH 0 0": tf.tanh,
        "ERF 0 0": tf.math.erf,
        "FLOOR 0 0": tf.floor,
        "CEIL 0 0": tf.math.ceil,
        "ROUND 0 0": tf.round,
        "RELU 0 0": ops.relu,
        "RELU 0.2 0": lambda x: ops.leaky_relu(x, 0.2),
        "CLIP -1.5 2": lambda x: ops.clip(x, -1.5, 2.0),
        "ELU 1 0": ops.elu,
        "SELU 0 0": ops.selu,
        "SIGMOID 0 0": ops.sigmoid,
        "HARD_SIGMOID 0.16666666666666666 0.5": ops.hard_sigmoid,
        "SOFTPLUS 0 0": ops.softplus,
        "SOFTSIGN 0 0": ops.softsign,
        "SILU 0 0": ops.silu,
        "HARD_SILU 0 0": ops.hard_silu,
        "GELU 0 0": lambda x: ops.gelu(x, approximate=False),
        "GELU_TANH 0 0": lambda x: ops.gelu(x, approximate=True),
        "MISH 0 0": keras.activations.mish,
    }
    for name, function in everywhere.items():
        record(f"Unary {name}", function, kinks)
    for name, function in {"SQRT 0 0": tf.sqrt, "RSQRT 0 0": tf.math.rsqrt, "RECIPROCAL 0 0": tf.math.reciprocal, "LOG 0 0": tf.math.log, "LOG1P 0 0": tf.math.log1p}.items():
        record(f"Unary {name}", function, positive)
    for name, function in {"ARCSIN 0 0": tf.asin, "ARCCOS 0 0": tf.acos}.items():
        record(f"Unary {name}", function, small)

    x, y = (a.ravel() for a in np.meshgrid(kinks[:8], kinks[:8] + 0))
    wide, narrow, column = normal(3, 4, 5), normal(5), normal(4, 1)
    pairs = {"ADD": tf.add, "SUBTRACT": tf.subtract, "MULTIPLY": tf.multiply, "MAXIMUM": tf.maximum, "MINIMUM": tf.minimum, "ARCTAN2": tf.atan2}
    for name, function in pairs.items():
        if name != "ARCTAN2":
            record(f"Binary {name} # ties", function, x, y)
        record(f"Binary {name} # last axis", function, wide, narrow)
        record(f"Binary {name} # middle axis", function, column, wide)
    apart = np.where(abs(narrow) < 0.25, np.float32(0.5), narrow)
    for name, function in {"DIVIDE": tf.divide, "MOD": tf.math.floormod, "FLOOR_DIVIDE": tf.math.floordiv}.items():
        record(f"Binary {name}", function, wide, apart)
    record("Binary POWER", tf.pow, abs(wide) + np.float32(0.25), narrow)
    record("Binary POWER # negative base", tf.pow, np.array([-2, -1, 0, 1, 2], "float32"), np.array([2, 3, 2, 0, 1], "float32"))
    record("Binary GREATER", tf.greater, wide, narrow)
    record("Select", tf.where, normal(4, 1) > 0, wide, narrow)
    record("Cast float64", lambda x: tf.cast(x, "float64"), wide)

    ties = np.round(normal(3, 4, 2, 5) * 2) / 2
    reductions_ = {"SUM": tf.reduce_sum, "MEAN": tf.reduce_mean, "MAX": tf.reduce_max, "MIN": tf.reduce_min, "PROD": tf.reduce_prod}
    for name, function in reductions_.items():
        for axes in ([1], [0, 3], [0, 1, 2, 3]):
            record(f"Reduce {name} {listed(axes)} false", lambda x: function(x, axes), ties)
        record(f"Reduce {name} 1,2 true", lambda x: function(x, [1, 2], keepdims=True), ties)
    record("Cumulative SUM 1", lambda x: tf.cumsum(x, 1), ties)
    record("Cumulative PROD 2", lambda x: tf.math.cumprod(x, 2), np.where(ties == 0, np.float32(2), ties))
    record("TopK 3", lambda x: tf.math.top_k(x, 3)[0], normal(4, 5))
    record("Sort 0 false", lambda x: tf.sort(x, 0), normal(4, 5))
    record("ArgReduce true 1 false int32", lambda x: tf.argmax(x, 1), normal(4, 5))

    record("Reshape 6,-1", lambda x: tf.reshape(x, [6, -1]), ties)
    record("Transpose 2,0,3,1", lambda x: tf.transpose(x, [2, 0, 3, 1]), ties)
    record("BroadcastTo 2,3,4", lambda x: tf.broadcast_to(x, [2, 3, 4]), normal(3, 1))
    record("Slice 0:2:1|1:-1:1|::-1|:-1:2", lambda x: x[0:2, 1:-1, ::-1, :-1:2], ties)
    record("Slice ::1|3:0:-2|1:2:1|-3::1", lambda x: x[:, 3:0:-2, 1:2, -3:], ties)
    record("Concat 1", lambda *x: tf.concat(x, 1), normal(2, 3), normal(2, 1), normal(2, 4))
    record("Pad CONSTANT 2 0,1,0,3 2,0,0,1", lambda x: tf.pad(x, [[0, 2], [1, 0], [0, 0], [3, 1]], constant_values=2), ties)
    record("Repeat 1 3", lambda x: tf.repeat(x, 3, 1), ties)
    indices = np.array([[2, 0, 1], [1, 1, 0]], "int32")
    record("Gather 1", lambda x, i: tf.gather(x, i, axis=1), ties, indices)
    record("Gather 0 # vector", lambda x, i: tf.gather(x, i), normal(4), indices)
    record("Gather 3 # scalar index", lambda x, i: tf.gather(x, i, axis=3), ties, np.array(2))
    record("GatherAlong 2", lambda x, i: ops.take_along_axis(x, i, 2), normal(2, 3, 4), integers(-4, 4, 2, 3, 6))
    for ta in (False, True):
        for tb in (False, True):
            a, b = normal(3, 1, *((7, 5) if ta else (5, 7))), normal(2, *((4, 7) if tb else (7, 4)))
            record(f"MatMul {str(ta).lower()} {str(tb).lower()}", lambda a, b: tf.matmul(a, b, ta, tb), a, b)
    for axes in ([3], [1]):
        record(f"Softmax {axes[0]} false", lambda x: tf.nn.softmax(x, axes[0]), ties)
        record(f"Softmax {axes[0]} true", lambda x: tf.nn.log_softmax(x, axes[0]), ties)
    record("Softmax 1,2 false", lambda x: keras.layers.Softmax([1, 2])(x), ties)
    norm = keras.layers.LayerNormalization(axis=[2, 3], center=False, scale=False)
    record("Standardize 2,3 0.001", norm, ties)
    for length in (4, 5):
        for inverse in (False, True):
            record(f"Fourier {str(inverse).lower()} # {length}", lambda x: transform(x, inverse), normal(3, length, 2))


def bits():
    functions = {"BITWISE_AND": tf.bitwise.bitwise_and, "BITWISE_OR": tf.bitwise.bitwise_or, "BITWISE_XOR": tf.bitwise.bitwise_xor}
    shifts = {"LEFT_SHIFT": tf.bitwise.left_shift, "RIGHT_SHIFT": tf.bitwise.right_shift}
    for dtype in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"):
        limits = np.iinfo(dtype)
        x = np.array([limits.min, limits.min + 1, 0, 1, 5, 77, limits.max - 2, limits.max], dtype)
        for name, function in functions.items():
            case(f"Binary {name} # {dtype}", [x[:, None], x], function(x[:, None], x))
        counts = np.array([0, 1, 3, 7, limits.bits - 1], dtype)
        for name, function in shifts.items():
            case(f"Binary {name} # {dtype}", [x[:, None], counts], function(x[:, None], counts))
    large = np.array([0, 1, 2**63 - 1, 2**63, 2**63 + 2**11, 2**64 - 1], "uint64")
    for name, function in {"GREATER": tf.greater, "LESS_EQUAL": tf.less_equal, "MAXIMUM": tf.maximum, "MINIMUM": tf.minimum}.items():
        case(f"Binary {name} # uint64", [large[:, None], large], function(large[:, None], large))
    for name, function in {"FLOOR_DIVIDE": tf.math.floordiv, "MOD": tf.math.floormod}.items():
        case(f"Binary {name} # uint64", [large[:, None], large[1:]], function(large[:, None], large[1:]))


def transform(x, inverse):
    """Neither way divided by the length."""
    numbers = tf.complex(x[..., 0], x[..., 1])
    length = tf.cast(tf.shape(numbers)[-1], numbers.dtype)
    result = tf.signal.ifft(numbers) * length if inverse else tf.signal.fft(numbers)
    return tf.stack([tf.math.real(result), tf.math.imag(result)], -1)


def fourier():
    draws = np.random.default_rng(7)
    for length in (1, 2, 3, 5, 8, 12, 17, 64, 100):
        x = (np.round(draws.normal(size=(2, 3, length, 2)) * 64) / 64).astype("float32")
        for inverse in (False, True):
            case(f"Fourier {str(inverse).lower()} # {length}", [x], transform(x, inverse))
    x = draws.normal(size=(2, 7, 2))
    case("Fourier false # float64", [x], transform(x, False))


def write(name, groups):
    for group in groups:
        group()
    target = pathlib.Path(__file__).with_name(name)
    np.savez_compressed(target, **CASES)
    print(name, len({key.rsplit("/", 1)[0] for key in CASES}), "cases,", target.stat().st_size, "bytes")
    CASES.clear()


write("cases.npz", (unary, binary, casts, reductions, movement, products, windows, normalisation, recurrence, bits, fourier))
write("gradients.npz", (gradients,))
print("keras", keras.__version__, "tensorflow", tf.__version__)
