"""Regularisers of weights and activities, as chains of Dense layers over three inputs."""

from cases import FIRST, V2, V26, Suite

PENALTIES = Suite()


class Link:
    """A Dense layer, or what `layer` makes."""

    def __init__(self, name, units, kernel=None, activity=None, trainable=True, layer=None):
        self.name, self.units, self.kernel, self.activity, self.trainable, self.layer = name, units, kernel, activity, trainable, layer


def chain(name, *links, since=FIRST, until=(9,), weighted=False):
    """Registers a chain; each of `links` is a function of (regularizers, line) that gives a Link."""
    PENALTIES.add(name, lambda line: ([link(line.k.regularizers, line) for link in links], weighted), since, until)


def l1l2(r, line, *factors):
    return (r.l1l2 if line.version < V2 else r.l1_l2)(*factors)


def first(trainable=True):
    return lambda r, line: Link("hidden", 4, l1l2(r, line, 0.01, 0.02), None, trainable)


def last(r, line):
    return Link("out", 2, l1l2(r, line, 0.0, 0.05), l1l2(r, line, 0.02, 0.01))


chain("regularised", first(), last)
chain("regularised_weights", first(), last, weighted=True)
chain("regularised_frozen", first(False), last, since=V2)
chain("regularised_strings", lambda r, line: Link("hidden", 4, "l1", "l2"), lambda r, line: Link("out", 2, "l2"))
chain("regularised_functions", lambda r, line: Link("hidden", 4, r.l1(0.03)), lambda r, line: Link("out", 2, r.l2(0.04), r.l1(0.05)))
chain("regularised_activity", lambda r, line: Link("hidden", 4),
      lambda r, line: Link("penalty", 4, layer=line.k.layers.ActivityRegularization(l1=0.01, l2=0.02, name="penalty")), lambda r, line: Link("out", 2))
chain("regularised_rows", lambda r, line: Link("hidden", 4), lambda r, line: Link("out", 5, r.OrthogonalRegularizer(factor=0.1)), since=V26)
chain("regularised_columns", lambda r, line: Link("hidden", 5), lambda r, line: Link("out", 4, r.OrthogonalRegularizer(factor=0.2, mode="columns")), since=V26)
chain("regularised_eigenvalue", lambda r, line: Link("hidden", 4, r.EigenvalueRegularizer(0.3)), lambda r, line: Link("out", 4, r.EigenvalueRegularizer(0.1)), until=V2)
