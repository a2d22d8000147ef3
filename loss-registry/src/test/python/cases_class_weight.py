"""What training reports with `class_weight`, at learning rate 0: (outputs, loss, compile options, class weights)."""

from cases import *  # noqa: F403

CLASS_WEIGHTS = Suite()
FOUR = {0: 0.5, 1: 2.0, 2: 1.0, 3: 4.0}
TWO = {0: 0.75, 1: 3.0}


def weighted(name, activation, shape, target, loss, class_weight, since=FIRST, until=NEVER, **options):
    """A case of one output; metrics are seen with and without weights where the line has both."""
    singles = Suite()
    singles.simple(since, name, activation, shape, target, loss, until=until, n=5, **options)
    function = singles[0][1]

    def complete(line):
        outs, made, compilation = function(line)
        if line.version >= V207:
            compilation = dict({"weighted_metrics": ["mae"]}, **compilation)
        return outs, made, compilation, class_weight

    CLASS_WEIGHTS.add(name, complete, since, until)


weighted("one_hot", "softmax", (4,), HOT, "categorical_crossentropy", FOUR, metrics=["accuracy"])
weighted("multi_label", "sigmoid", (4,), MULTI, "binary_crossentropy", FOUR)
weighted("sparse_column", "softmax", (4,), COLUMN, "sparse_categorical_crossentropy", FOUR)
weighted("sparse_flat", "softmax", (4,), LABELS, "sparse_categorical_crossentropy", FOUR, weighted_metrics=[])
weighted("binary_column", "sigmoid", (1,), ONE, "binary_crossentropy", TWO, metrics=["mse"])
weighted("binary_flat", "sigmoid", (1,), FLAT, "binary_crossentropy", TWO)
weighted("rounded", "linear", (1,), lambda r, n: np.array([[0.6], [1.4], [0.2], [1.0], [1.7]], "float32"), "mse", {0: 1.0, 1: 2.0, 2: 4.0}, since=V26)
weighted("halves", "linear", (1,), lambda r, n: np.array([[0.5], [1.5], [0.0], [1.0], [2.0]], "float32"), "mse", {0: 1.0, 1: 2.0, 2: 4.0}, since=V26)
weighted("missing_class", "softmax", (4,), lambda r, n: np.eye(4, dtype="float32")[[0, 3, 1, 3, 2]], "categorical_crossentropy", {0: 0.5, 1: 2.0, 2: 3.0})
weighted("gap", "softmax", (4,), lambda r, n: np.eye(4, dtype="float32")[[1, 3, 1, 3, 3]], "categorical_crossentropy", {1: 0.5, 3: 2.0})
weighted("zero_weight", "softmax", (4,), lambda r, n: np.eye(4, dtype="float32")[[1, 3, 1, 0, 3]], "categorical_crossentropy", {0: 0.0, 1: 0.0, 2: 1.0, 3: 2.0})
weighted("sample_weights_too", "softmax", (4,), HOT, "categorical_crossentropy", FOUR, weights=W0)
weighted("column_weights_too", "softmax", (4,), HOT, "categorical_crossentropy", FOUR, weights=COLW, since=V26)
weighted("steps_one_hot", "softmax", (3, 4), HOTSTEPS, "categorical_crossentropy", FOUR)
weighted("steps_masked", "softmax", (3, 4), HOTSTEPS, "categorical_crossentropy", FOUR, masked=True)
weighted("steps_temporal", "softmax", (3, 4), HOTSTEPS, "categorical_crossentropy", FOUR, weights=TEMPORAL0, since=V26)
weighted("steps_sample_weights", "softmax", (3, 4), HOTSTEPS, "categorical_crossentropy", FOUR, weights=W0, since=V26)
weighted("steps_sparse_column", "softmax", (3, 4), COLUMNSTEPS, "sparse_categorical_crossentropy", FOUR, weighted_metrics=[])
weighted("steps_sparse", "softmax", (3, 4), LABELSTEPS, "sparse_categorical_crossentropy", FOUR, since=V26, weighted_metrics=[])
weighted("pixels", "softmax", (3, 4, 5), HOTPIXELS, "categorical_crossentropy", {**FOUR, 4: 8.0}, since=V26)


def several(name, class_weight):
    two = Suite()
    two.two(name, ["binary_crossentropy", "categorical_crossentropy"], weighted=False, loss_weights=[1.0, 0.5])
    CLASS_WEIGHTS.add(name, lambda line: two[0][1](line) + (class_weight,))


several("two_outputs_by_name", {"a": FOUR, "b": {0: 1.0, 1: 3.0, 2: 0.5}})
several("two_outputs_one_named", {"b": {0: 1.0, 1: 3.0, 2: 0.5}})
