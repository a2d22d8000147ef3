"""What the cases are made of: Keras lines, outputs, generated data, suites of cases."""

import numpy as np

OLDEST, FIRST, V2, V24, V25, V207, V21, V23, V26, V28, V210, V213 = (
    (1, 0), (1, 2), (2, 0), (2, 0, 4), (2, 0, 5), (2, 0, 7), (2, 1, 3), (2, 3), (2, 6), (2, 8), (2, 10), (2, 13))
V3, V32, V33, V34, V37, V38, V310, V311, V315 = ((3, 0), (3, 2), (3, 3), (3, 4), (3, 7), (3, 8), (3, 10), (3, 11), (3, 15))
NEVER = (9,)


class Line:
    """A Keras line and how to say things in it; `graph` is the mode without eager execution of Keras 2.4 and later."""

    def __init__(self, keras, graph=False):
        self.k, self.graph = keras, graph
        self.version = tuple(int("".join(c for c in p if c.isdigit()) or 0) for p in keras.__version__.split(".")[:3])
        backend = getattr(keras.backend, "backend", lambda: getattr(keras.backend, "_BACKEND", "tensorflow"))
        self.backend = backend()
        self.ops = getattr(keras, "ops", keras.backend)
        self.losses = keras.objectives if self.version < V2 else keras.losses

    def name(self):
        version = self.k.__version__
        if version in ("2.2.4-tf", "2.3.0-tf", "2.4.0"):  # of several TensorFlows
            import tensorflow

            number = ".".join(tensorflow.__version__.split(".")[:2])
            version += "" if number in ("1.14", "1.15") else "-tf" + number if "-tf" not in version else number
        return version + ("-v1" if self.graph else "")

    def sizes(self, samples):
        """The batch sizes to evaluate with."""
        return [1, 2, samples] if self.singles else [2, samples]

    def returns_dict(self):
        return self.version >= V26 and not self.graph

    def dense(self, x, units, name, kernel=None, activity=None, trainable=True):
        options = {("W" if self.version < V2 else "kernel") + "_regularizer": kernel, "activity_regularizer": activity}
        layer = self.k.layers.Dense(units, name=name, **{k: v for k, v in options.items() if v is not None})
        layer.trainable = trainable
        return layer(x)

    def still(self):
        """An optimizer that changes nothing."""
        if self.version < V2:
            return self.k.optimizers.SGD(lr=0.0)
        return self.k.optimizers.get({"class_name": "SGD", "config": {"lr" if self.version < V23 else "learning_rate": 0.0}})

    def weights(self, layer):
        """The arrays of a layer; that of Keras 2.3 looks for its own outside the graph."""
        return self.k.backend.batch_get_value(layer.weights) if self.version[:2] == V23 else layer.get_weights()

    def model(self, inputs, outputs):
        if self.version < V2:
            return self.k.models.Model(input=inputs, output=outputs)
        return self.k.models.Model(inputs, outputs)

    def clear(self):
        if hasattr(self.k.backend, "clear_session"):
            self.k.backend.clear_session()

    def knows(self, module, name):
        """True if a name is one of its functions or objects; Keras 2.3 hands out classes, which do not work."""
        try:
            found = module(self).get(name)
        except Exception:  # each line has its own way to say no
            return False
        named = not self.graph or module is METRICS or hasattr(found, "__name__")
        return found is not None and named and not isinstance(found, (type, str))


class Out:
    """An output: an activation, or a Softmax layer, over an input of logits, perhaps masked, perhaps of half precision."""

    def __init__(self, logits, activation, y, w=None, masked=False, name="out", dtype=None):
        self.logits, self.activation, self.y, self.w = logits, activation, y, w
        self.masked, self.name, self.dtype = masked, name, dtype


class Suite(list):
    """Cases: (name, function of the line that gives (outputs, loss, compile options), since, until)."""

    def add(self, name, function, since=FIRST, until=NEVER):
        self.append((name, function, since, until))

    def case(self, since=FIRST, until=NEVER):
        """Registers a function under its own name."""

        def register(function):
            self.add(function.__name__, function, since, until)
            return function

        return register

    def of(self, line):
        """The cases of a line; what ended with 2.6 lives on in graph mode, whose unreduced losses mean nothing."""
        return [(n, f) for n, f, since, until in self if since <= line.version and (line.version < until or (line.graph and until == V26))
                and not (line.graph and "none" in n)]

    def simple(self, since, name, activation, shape, target, loss, until=NEVER, weights=None, masked=False, n=5, **compile_options):
        """A case of one output; `target` and `weights` make arrays of a random generator."""

        def function(line):
            random = rng(name)
            x = real(random, n, *shape)
            if masked:
                x[0, -1] = 0
                x[2, 1:] = 0
                x[3, :] = 0 if masked == "all" else x[3, :]
                if masked == "all":
                    x[2, :] = 0
            y = target(random, n)
            w = None if weights is None else np.asarray(weights(random, n), "float32")
            options = {k: v(line) if callable(v) else v for k, v in compile_options.items()}
            return [Out(x, activation, y, w, bool(masked))], loss(line) if callable(loss) else loss, options

        self.add(name, function, since, until)

    def two(self, name, losses, since=FIRST, until=NEVER, weighted=True, without="", **options):
        """A case of two outputs, a of four sigmoids and b of three softmax classes; one may be `without` targets."""

        def function(line):
            random = rng(name)
            w = [np.array(v, "float32") if weighted else None for v in ([1, 2, 0, 1, 3], [2, 1, 1, 0, 1])]
            outs = [
                Out(real(random, 5, 4), "sigmoid", bits(random, 5, 4), w[0], name="a"),
                Out(real(random, 5, 3), "softmax", onehot(random, 5, 3), w[1], name="b"),
            ]
            for out in outs:
                out.y = None if out.name == without else out.y
            made = losses(line) if callable(losses) else losses
            return outs, made, {k: v(line) if callable(v) else v for k, v in options.items()}

        self.add(name, function, since, until)

    def metrics(self, name, since, activation, shape, target, *metrics, until=NEVER, weights=None, masked=False, loss="mse"):
        """A case of metric objects, both unweighted and weighted; `metrics` are (class, arguments)."""

        def make(line, prefix):
            m = line.k.metrics
            return [getattr(m, c)(name="%s_%s_%d" % (prefix, c.lower(), i), **a) for i, (c, a) in enumerate(metrics)]

        self.simple(since, name, activation, shape, target, loss, until=until, weights=weights, masked=masked,
                    metrics=lambda line: make(line, "m"), weighted_metrics=lambda line: make(line, "w"))

    def names(self, name, names, module, since=FIRST, until=NEVER, **kind):
        """A case of one output per name that the line knows, as loss (`module` losses) or metric (metrics)."""

        def function(line):
            known = [n for n in names if line.knows(module, n)]
            random = rng(name)
            outs = [Out(real(random, 3, 3), kind.get("activation", "softmax"), kind.get("target", HOT3)(random, 3), name="n%02d" % i) for i in range(len(known))]
            if module is LOSSES:
                return outs, known, {}
            return outs, ["mse"] * len(known), {"metrics": {"n%02d" % i: [n] for i, n in enumerate(known)}}

        self.add(name, function, since, until)


def LOSSES(line):
    return line.losses


def METRICS(line):
    return line.k.metrics


def loss_object(name, **arguments):
    return lambda line: getattr(line.k.losses, name)(**arguments)


def rng(name):
    return np.random.RandomState(sum(ord(c) * (i + 1) for i, c in enumerate(name)) % 2**31)


def onehot(random, *shape):
    return np.eye(shape[-1], dtype="float32")[random.randint(0, shape[-1], shape[:-1])]


def bits(random, *shape):
    return (random.rand(*shape) < 0.4).astype("float32")


def real(random, *shape):
    """Three digits keep the recordings short."""
    return np.round(random.randn(*shape), 3).astype("float32")


MULTI = lambda r, n: bits(r, n, 4)
ONE = lambda r, n: bits(r, n, 1)
FLAT = lambda r, n: bits(r, n)
HOT = lambda r, n: onehot(r, n, 4)
HOT3 = lambda r, n: onehot(r, n, 3)
LABELS = lambda r, n: r.randint(0, 4, (n,))
COLUMN = lambda r, n: r.randint(0, 4, (n, 1))
REAL = lambda r, n: real(r, n, 4)
STEPS = lambda r, n: real(r, n, 3, 4)
BITSTEPS = lambda r, n: bits(r, n, 3, 4)
HOTSTEPS = lambda r, n: onehot(r, n, 3, 4)
LABELSTEPS = lambda r, n: r.randint(0, 4, (n, 3))
COLUMNSTEPS = lambda r, n: r.randint(0, 4, (n, 3, 1))
POSITIVESTEPS = lambda r, n: np.abs(real(r, n, 3, 4)) + np.float32(0.125)
PIXELS = lambda r, n: bits(r, n, 3, 4, 5)
HOTPIXELS = lambda r, n: onehot(r, n, 3, 4, 5)
POSITIVE = lambda r, n: np.abs(real(r, n, 4)) + np.float32(0.125)
NONZERO = lambda r, n: real(r, n, 4) + np.float32(4)
SIGNS = lambda r, n: r.choice([-1.0, 1.0], (n, 4)).astype("float32")
MIXED = lambda r, n: np.vstack([r.choice([-1.0, 1.0], (2, 4)), r.choice([0.0, 1.0], (n - 2, 4))]).astype("float32")
SHARES = lambda r, n: (lambda e: (e / e.sum(-1, keepdims=True)).astype("float32"))(np.exp(real(r, n, 4)))
IDS = lambda r, n: r.randint(0, 4, (n, 3)).astype("float32")

W1 = lambda r, n: np.linspace(0.5, 3, n)
W0 = lambda r, n: np.array([1, 0, 2, 0, 3, 0.5])[:n]
COLW = lambda r, n: W1(r, n)[:, None]
TEMPORAL = lambda r, n: r.randint(0, 3, (n, 3)) + 0.25
TEMPORAL0 = lambda r, n: r.randint(0, 3, (n, 3))
MAPW = lambda r, n: np.round(r.rand(n, 3, 4), 3)
