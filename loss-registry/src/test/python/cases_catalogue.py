"""Every loss and metric of Keras with its arguments, under all its names."""

import numpy as np

from cases import *  # noqa: F403

CATALOGUE = Suite()
simple, metrics, names = CATALOGUE.simple, CATALOGUE.metrics, CATALOGUE.names

simple(FIRST, "mape", "linear", (4,), NONZERO, "mape", metrics=["mean_absolute_percentage_error"])
simple(FIRST, "mape_of_zeros", "linear", (4,), MULTI, "mean_absolute_percentage_error")
simple(FIRST, "msle", "linear", (4,), POSITIVE, "msle", metrics=["mean_squared_logarithmic_error"])
simple(FIRST, "hinge_signs", "linear", (4,), SIGNS, "hinge", metrics=["squared_hinge"])
simple(FIRST, "hinge_bits", "linear", (4,), MULTI, "squared_hinge", metrics=["hinge"])
simple(FIRST, "hinge_mixed", "linear", (4,), MIXED, "hinge")
simple(V25, "categorical_hinge", "linear", (4,), HOT, "categorical_hinge")
simple(V23, "categorical_hinge_metric", "linear", (4,), HOT, "mse", metrics=["categorical_hinge"])
simple(V24, "logcosh", "linear", (4,), REAL, "logcosh", until=V3, metrics=["logcosh"])
simple(V26, "log_cosh", "linear", (4,), REAL, "log_cosh")
simple(V23, "huber_loss", "linear", (4,), REAL, "huber_loss", until=V3)
simple(V26, "huber", "linear", (4,), REAL, "huber")
simple(FIRST, "kld", "softmax", (4,), SHARES, "kld")
simple(FIRST, "kullback_leibler_divergence", "softmax", (4,), HOT, "kullback_leibler_divergence", until=V3, metrics=["kullback_leibler_divergence"])
simple(V26, "kl_divergence", "sigmoid", (4,), SHARES, "kl_divergence")
simple(FIRST, "poisson", "sigmoid", (4,), POSITIVE, "poisson", metrics=["poisson"])
simple(FIRST, "cosine_proximity", "linear", (4,), REAL, "cosine_proximity", until=V26, metrics=["cosine_proximity"])
simple(V23, "cosine_similarity", "linear", (4,), REAL, "cosine_similarity", metrics=["cosine_similarity"])
simple(V28, "binary_focal", "sigmoid", (4,), MULTI, "binary_focal_crossentropy", metrics=["mse"])
simple(V213, "categorical_focal", "softmax", (4,), HOT, "categorical_focal_crossentropy")
simple(V32, "dice", "sigmoid", (4,), MULTI, "dice")
simple(V33, "tversky", "sigmoid", (4,), MULTI, "tversky", weights=W1)
simple(V3, "crossentropy_binary", "sigmoid", (1,), ONE, "crossentropy")
simple(V3, "crossentropy_sparse", "softmax", (4,), LABELS, "ce")
simple(V3, "crossentropy_categorical", "softmax", (4,), HOT, "crossentropy")
simple(V37, "circle", "linear", (4,), lambda r, n: np.array([0, 1, 0, 0, 2, 2])[:n], "circle", n=6)
simple(V34, "ctc", "linear", (6, 4), lambda r, n: np.array([[1, 2, 0], [3, 3, 1], [2, 0, 0], [1, 2, 3], [2, 2, 0]]), "ctc")

for since, name, arguments, activation, shape, target in (
    (V23, "Huber", {"delta": 0.3}, "linear", (4,), REAL),
    (V23, "LogCosh", {}, "linear", (4,), REAL),
    (V23, "KLDivergence", {}, "softmax", (4,), SHARES),
    (V23, "Poisson", {}, "sigmoid", (4,), POSITIVE),
    (V23, "SquaredHinge", {}, "linear", (4,), SIGNS),
    (V23, "MeanAbsolutePercentageError", {}, "linear", (4,), NONZERO),
    (V26, "CosineSimilarity", {"axis": 1}, "linear", (3, 4), STEPS),
    (V28, "BinaryFocalCrossentropy", {"gamma": 3.0}, "sigmoid", (4,), MULTI),
    (V28, "BinaryFocalCrossentropy", {"gamma": 1.0, "from_logits": True, "label_smoothing": 0.1}, "linear", (4,), MULTI),
    (V210, "BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.4}, "sigmoid", (4,), MULTI),
    (V213, "CategoricalFocalCrossentropy", {"alpha": 0.4, "gamma": 1.5, "label_smoothing": 0.1}, "softmax", (4,), HOT),
    (V213, "CategoricalFocalCrossentropy", {"from_logits": True}, "linear", (4,), HOT),
    (V3, "CategoricalFocalCrossentropy", {"alpha": [0.1, 0.2, 0.3, 0.4]}, "softmax", (4,), HOT),
    (V34, "Dice", {"axis": (1, 2)}, "sigmoid", (3, 4), lambda r, n: bits(r, n, 3, 4)),
    (V34, "Tversky", {"alpha": 0.3, "beta": 0.7}, "sigmoid", (3, 4), lambda r, n: bits(r, n, 3, 4)),
    (V38, "Tversky", {"alpha": 0.3, "beta": 0.7, "axis": [1]}, "sigmoid", (3, 4), lambda r, n: bits(r, n, 3, 4)),
    (V310, "CategoricalGeneralizedCrossEntropy", {"q": 0.7}, "softmax", (4,), LABELS),
    (V37, "Circle", {"gamma": 20.0, "margin": 0.2}, "linear", (4,), lambda r, n: np.array([0, 1, 0, 0, 2])[:n]),
    ((3, 0, 2), "CTC", {}, "linear", (6, 4), lambda r, n: r.randint(1, 4, (n, 3))),
    (V23, "MeanSquaredError", {}, "linear", (4,), REAL),
    (V23, "MeanAbsoluteError", {}, "linear", (4,), REAL),
    (V23, "MeanSquaredLogarithmicError", {}, "linear", (4,), POSITIVE),
    (V23, "Hinge", {}, "linear", (4,), MULTI),
    (V23, "CategoricalHinge", {}, "linear", (4,), HOT),
    (V26, "CosineSimilarity", {}, "linear", (4,), REAL),
    (V28, "BinaryFocalCrossentropy", {"axis": 1}, "sigmoid", (3, 4), BITSTEPS),
    (V213, "CategoricalFocalCrossentropy", {"axis": 1, "from_logits": True}, "linear", (4, 3), lambda r, n: onehot(r, n, 3, 4).transpose(0, 2, 1)),
    (V210, "SparseCategoricalCrossentropy", {"ignore_class": -1}, "softmax", (3, 4), lambda r, n: r.randint(-1, 4, (n, 3))),
    (V210, "SparseCategoricalCrossentropy", {"ignore_class": 0, "from_logits": True}, "linear", (3, 4), LABELSTEPS),
    (V32, "Dice", {}, "sigmoid", (3, 4), BITSTEPS),
    (V33, "Tversky", {}, "sigmoid", (4,), MULTI),
    (V37, "Circle", {"remove_diagonal": False}, "linear", (4,), lambda r, n: np.array([0, 1, 0, 0, 2])[:n]),
    (V310, "CategoricalGeneralizedCrossEntropy", {}, "softmax", (4,), LABELS),
):
    label = "object_" + name + "".join("_" + k for k in sorted(arguments))
    simple(since, label, activation, shape, target, loss_object(name, **arguments))

LOSS_NAMES = (
    "mean_squared_error mse MSE MeanSquaredError mean_absolute_error mae MAE MeanAbsoluteError mean_absolute_percentage_error mape MAPE"
    " MeanAbsolutePercentageError mean_squared_logarithmic_error msle MSLE MeanSquaredLogarithmicError squared_hinge SquaredHinge hinge Hinge"
    " categorical_hinge CategoricalHinge logcosh log_cosh LogCosh huber_loss huber Huber categorical_crossentropy CategoricalCrossentropy"
    " binary_crossentropy bce BCE BinaryCrossentropy kullback_leibler_divergence kl_divergence kld KLD KLDivergence poisson Poisson"
    " cosine_proximity cosine cosine_similarity CosineSimilarity binary_focal_crossentropy BinaryFocalCrossentropy"
    " categorical_focal_crossentropy CategoricalFocalCrossentropy dice Dice tversky Tversky"
).split()
SPARSE_NAMES = "sparse_categorical_crossentropy SparseCategoricalCrossentropy".split()
METRIC_NAMES = LOSS_NAMES + (
    "accuracy acc Accuracy binary_accuracy BinaryAccuracy categorical_accuracy CategoricalAccuracy top_k_categorical_accuracy"
    " TopKCategoricalAccuracy cosine_proximity root_mean_squared_error RootMeanSquaredError log_cosh_error LogCoshError true_positives TruePositives"
    " true_negatives TrueNegatives false_positives FalsePositives false_negatives FalseNegatives precision Precision recall Recall auc AUC"
    " binary_io_u BinaryIoU f1_score F1Score f_beta_score fbeta_score FBetaScore r2_score R2Score pearson_correlation PearsonCorrelation"
    " concordance_correlation ConcordanceCorrelation"
).split()
names("loss_names", LOSS_NAMES, LOSSES)
names("loss_names_sparse", SPARSE_NAMES, LOSSES, target=lambda r, n: r.randint(0, 3, (n, 1)))
names("metric_names", METRIC_NAMES, METRICS)

simple(V207, "top_k", "softmax", (7,), lambda r, n: onehot(r, n, 7), "categorical_crossentropy", metrics=["top_k_categorical_accuracy"])
simple(V207, "sparse_top_k", "softmax", (7,), lambda r, n: r.randint(0, 7, (n, 1)), "sparse_categorical_crossentropy", metrics=["sparse_top_k_categorical_accuracy"])
metrics("metrics_mean", V23, "softmax", (4,), HOT, ("TopKCategoricalAccuracy", {"k": 2}), ("CosineSimilarity", {}), ("RootMeanSquaredError", {}),
               ("KLDivergence", {}), ("Poisson", {}), ("LogCoshError", {}), ("CategoricalHinge", {}), weights=W1)
metrics("metrics_mean_steps", V26, "linear", (3, 4), STEPS, ("RootMeanSquaredError", {}), ("CosineSimilarity", {}), ("MeanSquaredLogarithmicError", {}), weights=COLW, masked=True)
metrics("metrics_sparse", V23, "softmax", (4,), COLUMN, ("SparseTopKCategoricalAccuracy", {"k": 2}), ("SparseCategoricalAccuracy", {}), weights=W1)
metrics("metrics_accuracy", V23, "linear", (4,), lambda r, n: r.randint(0, 3, (n, 4)).astype("float32"), ("Accuracy", {}), weights=W1)
metrics("metrics_confusion", V23, "sigmoid", (4,), MULTI, ("TruePositives", {}), ("TrueNegatives", {}), ("FalsePositives", {}), ("FalseNegatives", {"thresholds": 0.3}),
               ("Precision", {}), ("Recall", {}), ("Precision", {"top_k": 2}), weights=W1)
metrics("metrics_confusion_class", V23, "sigmoid", (4,), MULTI, ("Recall", {"class_id": 1}), ("Precision", {"top_k": 2, "class_id": 0}))
metrics("metrics_confusion_class_weights", V26, "sigmoid", (4,), MULTI, ("Recall", {"class_id": 1}), ("Precision", {"top_k": 2, "class_id": 0}), weights=W1)
metrics("metrics_confusion_thresholds", V26, "sigmoid", (4,), MULTI, ("TruePositives", {"thresholds": [0.2, 0.5, 0.8]}), ("Precision", {"thresholds": [0.0, 0.5, 1.0]}), weights=W1)
metrics("metrics_auc", V23, "sigmoid", (4,), MULTI, ("AUC", {}), ("AUC", {"num_thresholds": 5}), ("AUC", {"curve": "PR"}), ("AUC", {"curve": "PR", "summation_method": "minoring"}),
               ("AUC", {"summation_method": "majoring", "num_thresholds": 7}), ("AUC", {"thresholds": [0.2, 0.55, 0.6]}), weights=W1)
metrics("metrics_auc_labels", V26, "sigmoid", (4,), MULTI, ("AUC", {"multi_label": True}), ("AUC", {"multi_label": True, "label_weights": [0.1, 0.2, 0.3, 0.4]}),
               ("AUC", {"label_weights": [0.1, 0.2, 0.3, 0.4]}), weights=COLW)
metrics("metrics_auc_logits", V210, "linear", (4,), MULTI, ("AUC", {"from_logits": True}))
metrics("metrics_auc_gain", V311, "sigmoid", (4,), MULTI, ("AUC", {"curve": "PRGAIN"}))
metrics("metrics_at", V23, "sigmoid", (4,), MULTI, ("SensitivityAtSpecificity", {"specificity": 0.6}), ("SpecificityAtSensitivity", {"sensitivity": 0.4}), weights=W1)
metrics("metrics_at_recall", V26, "sigmoid", (4,), MULTI, ("PrecisionAtRecall", {"recall": 0.6}), ("RecallAtPrecision", {"precision": 0.5}), ("SensitivityAtSpecificity", {"specificity": 0.6, "num_thresholds": 10}), weights=W1)
metrics("metrics_f", V213, "softmax", (4,), HOT, ("F1Score", {"average": "micro"}), ("F1Score", {"average": "macro"}), ("F1Score", {"average": "weighted"}), ("F1Score", {}),
               ("FBetaScore", {"beta": 2.0, "threshold": 0.3, "average": "macro"}))
metrics("metrics_r2", V213, "linear", (4,), REAL, ("R2Score", {}), ("R2Score", {"class_aggregation": "variance_weighted_average"}), weights=W1)
metrics("metrics_r2_adjusted", V213, "linear", (4,), REAL, ("R2Score", {"num_regressors": 3}))
metrics("metrics_correlation", V37, "linear", (4,), REAL, ("PearsonCorrelation", {}), ("ConcordanceCorrelation", {}), weights=W1)
metrics("metrics_iou", V28, "softmax", (3, 4), HOTSTEPS, ("OneHotMeanIoU", {"num_classes": 4}), ("OneHotIoU", {"num_classes": 4, "target_class_ids": [1, 3]}))
metrics("metrics_iou_ignored", V210, "softmax", (3, 4), lambda r, n: r.randint(0, 4, (n, 3)), ("MeanIoU", {"num_classes": 4, "ignore_class": 2, "sparse_y_pred": False}), loss="sparse_categorical_crossentropy")
metrics("metrics_relative_error", V26, "linear", (4,), REAL, ("MeanRelativeError", {"normalizer": [1.0, 2.0, 0.0, 4.0]}), until=V3)
simple(FIRST, "removed_metrics", "sigmoid", (4,), MULTI, "mse", until=V2, metrics=["precision", "recall", "fbeta_score", "fmeasure", "matthews_correlation"])

metrics("metrics_errors", V23, "linear", (4,), POSITIVE, ("MeanSquaredError", {}), ("MeanAbsoluteError", {}), ("MeanAbsolutePercentageError", {}),
        ("MeanSquaredLogarithmicError", {}), ("RootMeanSquaredError", {}), weights=W0)
metrics("metrics_hinge", V23, "linear", (4,), MULTI, ("Hinge", {}), ("SquaredHinge", {}), weights=W1)
metrics("metrics_crossentropy", V23, "sigmoid", (4,), MULTI, ("BinaryCrossentropy", {}), ("BinaryCrossentropy", {"label_smoothing": 0.2}), ("BinaryCrossentropy", {"from_logits": True}), weights=W1)
metrics("metrics_categorical_crossentropy", V23, "softmax", (4,), HOT, ("CategoricalCrossentropy", {}), ("CategoricalCrossentropy", {"label_smoothing": 0.2}), weights=W1)
metrics("metrics_crossentropy_of_logits", V23, "linear", (4,), HOT, ("CategoricalCrossentropy", {"from_logits": True}), ("BinaryCrossentropy", {"from_logits": True}), weights=W1)
metrics("metrics_sparse_crossentropy", V23, "softmax", (4,), COLUMN, ("SparseCategoricalCrossentropy", {}), weights=W1)
metrics("metrics_sparse_crossentropy_of_logits", V23, "linear", (4,), COLUMN, ("SparseCategoricalCrossentropy", {"from_logits": True}), weights=W1)
metrics("metrics_sparse_crossentropy_ignored", V210, "softmax", (3, 4), LABELSTEPS, ("SparseCategoricalCrossentropy", {"ignore_class": 2}), loss="sparse_categorical_crossentropy", weights=COLW)
metrics("metrics_crossentropy_axis", V26, "linear", (4, 3), lambda r, n: onehot(r, n, 3, 4).transpose(0, 2, 1), ("CategoricalCrossentropy", {"axis": 1, "from_logits": True}), ("CosineSimilarity", {"axis": 1}))
simple(V3, "wrapped_loss", "linear", (4,), REAL, lambda line: line.k.losses.MeanSquaredError.__bases__[0](line.k.losses.mean_absolute_error, name="mine"))
simple(V26, "wrapped_metric", "linear", (4,), REAL, "mse", metrics=lambda line: [line.k.metrics.MeanSquaredError.__bases__[0](line.k.losses.mean_squared_error, name="wrapped")])
metrics("metrics_mean_of_losses", V26, "linear", (4,), REAL, ("Mean", {}), ("Sum", {}))
metrics("metrics_mean_tensor", V26, "linear", (4,), REAL, ("MeanTensor", {}), until=V3)
metrics("metrics_accuracy_steps", V26, "softmax", (3, 4), HOTSTEPS, ("CategoricalAccuracy", {}), ("BinaryAccuracy", {"threshold": 0.3}), ("TopKCategoricalAccuracy", {"k": 2}), masked=True, weights=COLW)
metrics("metrics_sparse_steps", V26, "softmax", (3, 4), LABELSTEPS, ("SparseCategoricalAccuracy", {}), ("SparseTopKCategoricalAccuracy", {"k": 2}), loss="sparse_categorical_crossentropy", masked=True, weights=COLW)
metrics("metrics_sorted_ids", V37, "linear", (4,), lambda r, n: np.array([[0], [2], [1], [0], [3]])[:n], ("SparseTopKCategoricalAccuracy", {"k": 2, "from_sorted_ids": True}))
metrics("metrics_confusion_more", V26, "sigmoid", (4,), MULTI, ("Recall", {"thresholds": [0.1, 0.6, 0.7]}), ("Precision", {"thresholds": [0.2, 0.7], "class_id": 2}), ("Recall", {"top_k": 3, "class_id": 1}),
        ("Recall", {"top_k": 1}), ("TrueNegatives", {"thresholds": [0.3, 0.8]}), ("FalsePositives", {"thresholds": 0.0}), weights=W0)
metrics("metrics_confusion_steps", V26, "sigmoid", (3, 4), BITSTEPS, ("Precision", {}), ("Recall", {}), ("AUC", {"num_thresholds": 9}), ("TruePositives", {}), masked=True, weights=TEMPORAL0)
metrics("metrics_auc_curves", V23, "sigmoid", (4,), MULTI, ("AUC", {"summation_method": "minoring", "num_thresholds": 11}), ("AUC", {"curve": "PR", "summation_method": "majoring", "num_thresholds": 11}),
        ("AUC", {"curve": "PR", "thresholds": [0.1, 0.45, 0.5, 0.9]}), ("AUC", {"curve": "ROC", "thresholds": [0.25, 0.5, 0.75]}), ("AUC", {"num_thresholds": 3}), weights=W0)
metrics("metrics_auc_thresholds", V26, "sigmoid", (4,), MULTI, ("AUC", {"thresholds": [0.0, 0.5, 1.0]}), ("AUC", {"thresholds": [0.7, 0.2]}), weights=W0)
metrics("metrics_auc_labels_more", V26, "sigmoid", (4,), MULTI, ("AUC", {"multi_label": True, "num_labels": 4, "curve": "PR"}), ("AUC", {"multi_label": True, "num_labels": 4, "num_thresholds": 6, "summation_method": "minoring"}),
        ("AUC", {"multi_label": True, "thresholds": [0.3, 0.6]}), weights=COLW)
metrics("metrics_auc_gains", V311, "sigmoid", (4,), MULTI, ("AUC", {"curve": "PRGAIN", "summation_method": "minoring"}), ("AUC", {"curve": "PRGAIN", "summation_method": "majoring", "num_thresholds": 9}), weights=W1)
metrics("metrics_at_more", V26, "sigmoid", (4,), MULTI, ("SensitivityAtSpecificity", {"specificity": 0.3, "class_id": 1}), ("SpecificityAtSensitivity", {"sensitivity": 0.9, "num_thresholds": 7}),
        ("PrecisionAtRecall", {"recall": 0.9, "num_thresholds": 12}), ("RecallAtPrecision", {"precision": 0.95, "class_id": 3}), ("SpecificityAtSensitivity", {"sensitivity": 0.5, "num_thresholds": 1}), weights=W0)
metrics("metrics_f_weighted", V213, "sigmoid", (4,), MULTI, ("F1Score", {"threshold": 0.4}), ("F1Score", {"average": "micro", "threshold": 0.5}), ("FBetaScore", {"beta": 0.5, "average": "weighted", "threshold": 0.5}), ("FBetaScore", {}), weights=W1)
metrics("metrics_r2_columns", V213, "linear", (4,), REAL, ("R2Score", {"class_aggregation": None}), ("R2Score", {"class_aggregation": "variance_weighted_average"}), weights=W0)
metrics("metrics_correlation_axis", V37, "linear", (3, 4), STEPS, ("PearsonCorrelation", {"axis": 1}), ("ConcordanceCorrelation", {"axis": 1}), ("PearsonCorrelation", {"axis": [1, 2]}), weights=COLW)
metrics("metrics_iou_of_ids", V26, "relu", (3, 1), lambda r, n: IDS(r, n)[..., None], ("MeanIoU", {"num_classes": 4}), weights=lambda r, n: r.randint(0, 3, (n, 3)))
metrics("metrics_iou_of_some", V28, "relu", (3,), IDS, ("IoU", {"num_classes": 4, "target_class_ids": [0, 2]}), ("MeanIoU", {"num_classes": 5}), ("IoU", {"num_classes": 4, "target_class_ids": [1]}))
metrics("metrics_iou_flags", V210, "softmax", (3, 4), HOTSTEPS, ("IoU", {"num_classes": 4, "target_class_ids": [1, 2], "sparse_y_true": False, "sparse_y_pred": False}), ("OneHotIoU", {"num_classes": 4, "target_class_ids": [0], "ignore_class": 1}),
        ("OneHotMeanIoU", {"num_classes": 4, "ignore_class": 3}), weights=TEMPORAL0)
metrics("metrics_iou_axis", V210, "linear", (4, 3), lambda r, n: onehot(r, n, 3, 4).transpose(0, 2, 1), ("OneHotMeanIoU", {"num_classes": 4, "axis": 1}))
metrics("metrics_iou_binary", V28, "sigmoid", (4, 1), lambda r, n: bits(r, n, 4, 1), ("BinaryIoU", {}), ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}), weights=lambda r, n: r.randint(0, 3, (n, 4)))
metrics("metrics_iou_sparse_prediction", V210, "relu", (3,), IDS, ("MeanIoU", {"num_classes": 4, "ignore_class": 0}), ("MeanIoU", {"num_classes": 3}))
metrics("metrics_relative_error_weights", V26, "linear", (4,), REAL, ("MeanRelativeError", {"normalizer": [1.0, 2.0, 0.0, 4.0]}), until=V3, weights=W1)
