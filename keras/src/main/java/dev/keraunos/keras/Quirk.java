package dev.keraunos.keras;

import static dev.keraunos.keras.Backend.CNTK;
import static dev.keraunos.keras.Backend.NUMPY;
import static dev.keraunos.keras.Backend.TENSORFLOW;
import static dev.keraunos.keras.Backend.THEANO;
import static dev.keraunos.keras.Backend.TORCH;
import static dev.keraunos.keras.Releases.all;
import static dev.keraunos.keras.Releases.graph;
import static dev.keraunos.keras.Releases.keras1;
import static dev.keraunos.keras.Releases.keras2;
import static dev.keraunos.keras.Releases.keras3;
import static dev.keraunos.keras.Releases.since;
import static dev.keraunos.keras.Releases.tfKeras;
import static dev.keraunos.keras.Releases.upTo;

import java.util.Arrays;
import java.util.List;

/**
 * What one Keras does and another does not, with the releases that do it. This is the only place
 * where versions are compared: whoever computes asks {@link Dialect#has}.
 *
 * <p>tf.keras goes by the version of TensorFlow. Graph mode is that of 1.9 to 2.1 (Keras 2.1.5-tf
 * to 2.3.0-tf) and of TensorFlow 2 without eager execution.
 */
public enum Quirk {
  MATCHES_RANKS(
      Topic.TARGETS_AND_PREDICTIONS,
      "Losses and metrics squeeze or expand a trailing axis, so that targets and"
          + " predictions have one rank.",
      keras3()),
  EXPANDS_VECTORS_TOO(
      Topic.TARGETS_AND_PREDICTIONS,
      "Matching ranks appends an axis to ranks 1 as well.",
      keras3().from("3.0.5")),
  SQUEEZES_TARGETS(
      Topic.TARGETS_AND_PREDICTIONS,
      "A trailing axis of length 1 that only the targets or the predictions have is" + " removed.",
      tfKeras()),
  LOSSES_INSIST_ON_SHAPE(
      Topic.TARGETS_AND_PREDICTIONS,
      "Keras' own losses refuse targets in another shape than the output's.",
      upTo(graph())),
  SOME_LOSSES_INSIST_ON_SHAPE(
      Topic.TARGETS_AND_PREDICTIONS, "Of Keras' own losses only some do so.", graph().from("1.13")),
  LOSSES_INSIST_ON_RANK(
      Topic.TARGETS_AND_PREDICTIONS, "The shapes must have the same rank too.", upTo(keras2())),
  TARGETS_BECOME_COLUMNS(
      Topic.TARGETS_AND_PREDICTIONS,
      "Targets of rank 1 become a column beside outputs of rank 2.",
      upTo(tfKeras())),
  TARGETS_BECOME_COLUMNS_BESIDE_ALL(
      Topic.TARGETS_AND_PREDICTIONS,
      "They do so beside outputs of every rank.",
      upTo(tfKeras().until("2.7"))),
  CASTS_ALL_TARGETS(
      Topic.TARGETS_AND_PREDICTIONS,
      "Targets are cast to the type of the output; elsewhere only floating ones to" + " floating.",
      upTo(graph().until("1.13")).or(tfKeras().until("2.3"))),
  LOSSES_COMPUTE_IN_FLOAT32(
      Topic.TARGETS_AND_PREDICTIONS, "Losses cast targets and predictions to float32.", keras3()),
  ROUNDS_TO_COMPUTE_TYPE(
      Topic.TARGETS_AND_PREDICTIONS,
      "What a loss or metric adds up is rounded to the type of the output.",
      upTo(tfKeras())),
  ROUNDS_DATA_TO_FLOATX(
      Topic.TARGETS_AND_PREDICTIONS,
      "Floating data is rounded to floatx before the model sees it.",
      since(tfKeras())),
  OUTPUT_NAMES_ARE_UNIQUE(
      Topic.TARGETS_AND_PREDICTIONS,
      "Outputs of one layer are told apart by a number.",
      graph().from("1.13").or(tfKeras())),

  REMEMBERS_LOGITS(
      Topic.LOSSES,
      "A crossentropy looks at the logits behind a sigmoid or softmax.",
      since(graph().from("1.14")).on(TENSORFLOW)),
  SEARCHES_LOGITS(
      Topic.LOSSES,
      "It does so only where the output equals the function of them.",
      graph().from("1.14").until("2.4").or(tfKeras().until("2.4"))),
  FROM_LOGITS_COMES_FIRST(
      Topic.LOSSES,
      "Where from_logits is true it looks behind no function of TensorFlow.",
      upTo(tfKeras().until("2.10"))),
  OLD_LOOP_FINDS_NO_LOGITS(
      Topic.LOSSES,
      "With weighted metrics or modes of sample weights it finds none.",
      graph().from("2.0").until("2.1")),
  SOFTMAX_REMEMBERS_ANY_AXIS(
      Topic.LOSSES,
      "It finds the logits behind a Softmax layer along any axis; elsewhere along the last.",
      graph().from("2.14").or(since(tfKeras().from("2.14")))),
  GOES_BACK_TO_LOGITS(
      Topic.LOSSES,
      "A binary crossentropy turns probabilities back into logits.",
      upTo(keras2().until("2.3")).or(graph().until("1.14")).on(TENSORFLOW)),
  SQUASHES_LOGITS_FIRST(
      Topic.LOSSES, "A binary crossentropy of logits is that of their sigmoid.", all().on(NUMPY)),
  CROSSENTROPY_ADDS_EPSILON(
      Topic.LOSSES,
      "A binary crossentropy adds epsilon to the clipped probabilities.",
      keras2().from("2.3").or(graph().from("1.14")).or(tfKeras())),
  CROSSENTROPY_ADDS_EPSILON_LAST(
      Topic.LOSSES,
      "It adds epsilon to 1 - p; elsewhere TensorFlow's optimizer takes p from 1 + epsilon.",
      graph().from("2.0").until("2.1")),
  LOGITS_INSIST_ON_SHAPE(
      Topic.LOSSES,
      "A binary crossentropy of logits refuses targets in another shape.",
      since(tfKeras())),
  BINARY_CROSSENTROPY_INSISTS_ON_SHAPE(Topic.LOSSES, "Every binary crossentropy does.", keras3()),
  FOCAL_LOSS_SQUASHES_LOGITS(
      Topic.LOSSES,
      "A binary focal crossentropy of logits is one of their sigmoid, which remembers them.",
      keras3()),
  FOCAL_LOSS_FORGETS_LOGITS(
      Topic.LOSSES,
      "A categorical focal crossentropy does not look at the logits behind a softmax.",
      keras3()),
  SMOOTHS_BY_CLASS_AXIS(
      Topic.LOSSES,
      "label_smoothing divides by the length of the loss's own axis; elsewhere of the"
          + " last one.",
      graph().from("2.14").or(tfKeras().from("2.14"))),
  SMOOTHS_BY_SECOND_AXIS(
      Topic.LOSSES,
      "label_smoothing divides by the length of axis 1.",
      keras2().from("2.3").or(graph().from("1.13").until("2.3")).or(tfKeras().until("2.3"))),
  SPARSE_LOSS_TAKES_SOFTMAX_OF_LOGS(
      Topic.LOSSES,
      "A sparse crossentropy normalizes probabilities by a softmax of their logarithms.",
      all().on(TENSORFLOW)),
  SPARSE_LOSS_OF_UNKNOWN_CLASS_IS_NAN(
      Topic.LOSSES,
      "The sparse crossentropy of a class that there is not is NaN; elsewhere 0.",
      all().on(TENSORFLOW)),
  SPARSE_LOSS_INSISTS_ON_RANK(
      Topic.LOSSES,
      "A sparse crossentropy refuses targets that do not have one class per position.",
      keras3()),
  SPARSE_LOSS_LOSES_POSITIONS(
      Topic.LOSSES,
      "A sparse crossentropy flattens outputs of rank 4 and more.",
      upTo(keras2().until("2.1.2")).on(TENSORFLOW)),
  IGNORE_CLASS_REWRITES_OUTPUT(
      Topic.LOSSES,
      "ignore_class zeroes the output of its positions, which so forgets its logits.",
      keras3()),
  HINGE_CONVERTS_LABELS(
      Topic.LOSSES,
      "Hinges turn labels 0 and 1 into -1 and 1.",
      keras2().from("2.3").or(since(graph().from("1.14")))),
  LOGCOSH_OVERFLOWS(
      Topic.LOSSES, "log(cosh(x)) is computed as it is written.", upTo(keras2().until("2.1.2"))),
  HUBER_KEEPS_ELEMENTS(
      Topic.LOSSES, "The Huber loss is not averaged over the last axis.", keras2().from("2.3")),
  CTC_COUNTS_ALL_LABELS(
      Topic.LOSSES,
      "The CTC loss takes label 0, which fills up, for a label.",
      upTo(keras3().until("3.4"))),
  COSINE_LOSS_IS_POSITIVE(
      Topic.LOSSES,
      "The cosine loss is the similarity itself, not its negative.",
      graph().from("1.14").until("2.0")),
  COSINE_METRIC_IS_POSITIVE(
      Topic.LOSSES,
      "The cosine metric is the similarity, not the loss.",
      keras2().from("2.3").or(since(graph().from("1.14")))),
  COSINE_AVERAGES(
      Topic.LOSSES,
      "A cosine averages the products over its axis instead of adding them.",
      upTo(keras2().until("2.0.9"))),
  COSINE_SPARES_ZERO(
      Topic.LOSSES, "A cosine divides by the norm but leaves zeros alone.", keras3().on(NUMPY)),
  COSINE_CLIPS_RECIPROCAL(Topic.LOSSES, "A cosine limits 1/norm to 1e7.", keras3().from("3.6")),
  COSINE_CLIPS_NORM(
      Topic.LOSSES,
      "A cosine divides by a norm of at least 1e-7.",
      keras3().from("3.0.5").until("3.6")),
  COSINE_CLIPS_SQUARE(
      Topic.LOSSES,
      "A cosine divides by the root of a squared norm of at least 1e-7; elsewhere 1e-12.",
      keras2().from("2.0.7").on(THEANO).or(keras3().until("3.0.5"))),
  COSINE_DIVIDES_BY_ZERO(
      Topic.LOSSES,
      "A cosine divides by the norm, whatever it is.",
      upTo(keras2().until("2.0.5")).on(THEANO)),
  EXTREME_GRADIENTS_ARE_KNOWN(
      Topic.LOSSES,
      "Gradients beyond the range of probabilities are those that Keraunos computes.",
      all().on(TENSORFLOW)),

  ACCURACY_OF_ELEMENTS(
      Topic.METRICS,
      "Accuracies of elements are not averaged over the last axis.",
      keras3().from("3.4")),
  BINARY_ACCURACY_ROUNDS(
      Topic.METRICS,
      "Binary accuracy rounds probabilities instead of comparing them to 0.5.",
      upTo(graph().until("1.13"))),
  SPARSE_ACCURACY_OF_LARGEST_LABEL(
      Topic.METRICS,
      "Sparse accuracy takes the largest label along the last axis.",
      upTo(keras2().until("2.2.3")).or(graph().until("1.13"))),
  SPARSE_ACCURACY_FLATTENS_LABELS(
      Topic.METRICS, "Sparse accuracy flattens the labels.", keras2().from("2.2.3").until("2.2.5")),
  SPARSE_ACCURACY_SQUEEZES_LABELS(
      Topic.METRICS,
      "Sparse accuracy removes the last axis of labels whatever their rank.",
      graph().from("1.13")),
  SPARSE_ACCURACY_SQUEEZES_RESULT(
      Topic.METRICS,
      "Sparse accuracy removes a last axis of length 1 from its result.",
      since(graph().from("1.13"))),
  TOP_K_AVERAGES(
      Topic.METRICS,
      "Sparse top-k accuracy is averaged over the last axis.",
      graph().from("1.13").until("1.14")),
  ARGMAX_TELLS_ZEROS_APART(
      Topic.METRICS,
      "The largest of -0.0 and 0.0 is 0.0, wherever it stands.",
      keras3().from("3.9").notOn(TORCH)),
  ACCURACY_BY_SHAPE(
      Topic.METRICS,
      "'accuracy' and 'crossentropy' depend on the shapes of targets and output;"
          + " elsewhere on the loss.",
      since(tfKeras())),
  ACCURACY_KNOWS_NO_BINARY_LOSS(
      Topic.METRICS,
      "'accuracy' beside a binary crossentropy is categorical.",
      keras1().until("1.0.6")),
  ACCURACY_KNOWS_NO_SPARSE_LOSS(
      Topic.METRICS,
      "'accuracy' beside a sparse crossentropy is categorical.",
      keras1().until("1.0.2")),
  METRICS_OF_BATCHES(
      Topic.METRICS,
      "precision, recall, fmeasure, fbeta_score and matthews_correlation are means"
          + " over batches.",
      keras1()),
  EVEN_THRESHOLDS_BY_ARITHMETIC(
      Topic.METRICS,
      "Evenly spaced thresholds are found by arithmetic, not by comparison.",
      graph().from("2.6").or(since(tfKeras().from("2.6")))),
  CONFUSION_TAKES_PROBABILITIES_ONLY(
      Topic.METRICS,
      "Metrics of true and false positives refuse predictions outside of 0 to 1.",
      tfKeras().until("2.10")),
  CONSTRAINED_METRICS_TAKE_CLOSEST(
      Topic.METRICS,
      "Metrics at a constraint take the threshold closest to it, not the best that" + " meets it.",
      upTo(graph().until("2.3")).or(tfKeras().until("2.3"))),
  FBETA_ADDS_EPSILON(Topic.METRICS, "F-scores add epsilon to their divisors.", keras3()),
  IOU_CUTS_OFF(
      Topic.METRICS,
      "An intersection over union with ignore_class takes as many predictions as"
          + " there are targets.",
      upTo(keras3().until("3.3"))),
  IOU_TRUNCATES_WEIGHTS(
      Topic.METRICS,
      "An intersection over union takes the whole part of sample weights.",
      keras3().from("3.8")),
  IOU_REPEATS_ONE(
      Topic.METRICS,
      "An intersection over union repeats a single target or prediction.",
      keras3().from("3.15")),
  IOU_ADDS_EPSILON(
      Topic.METRICS,
      "An intersection over union adds epsilon to its divisors, and is NaN or 0 by"
          + " that alone.",
      keras3()),
  IOU_COUNTS_ABSENT_CLASSES(
      Topic.METRICS,
      "The mean of intersections over union has the absent classes in its numerator.",
      keras3().until("3.15")),
  METRICS_SEE_MASKS(
      Topic.METRICS,
      "Metrics see the mask of the output.",
      keras2().or(graph()).or(tfKeras().from("2.3")).or(keras3().from("3.12"))),
  STATES_SEE_NO_MASK(
      Topic.METRICS,
      "Metrics with a state of their own see no mask, and targets as they are.",
      keras3()),
  LOADED_ACCURACY_SEES_NO_TARGETS(
      Topic.METRICS,
      "Accuracy of a loaded model is that of targets in the shape of the output.",
      tfKeras().from("2.3").until("2.5")),
  METRICS_AVERAGE_SAMPLES(
      Topic.METRICS, "The mean of a metric counts samples; elsewhere every value.", keras3()),
  METRICS_AVERAGE_AS_LOSSES(
      Topic.METRICS,
      "The mean of a metric is that of a loss with the mask, batches by size.",
      upTo(keras2().until("2.3")).or(graph().until("1.13"))),
  WEIGHTED_METRICS_COUNT_ONES(
      Topic.METRICS,
      "A weighted metric counts every sample as 1 where nobody gave weights.",
      keras2().from("2.3")),
  METRIC_WEIGHTS_MUST_LEAD(
      Topic.METRICS,
      "Weights of a metric stand for the first axes of its values, which are added up.",
      keras2().from("2.3")),
  EMPTY_MEANS_ARE_ZERO(
      Topic.METRICS, "The mean of nothing is 0; elsewhere NaN.", since(graph().from("1.13"))),

  REDUCES_AS_KERAS_3(
      Topic.REDUCTION_AND_WEIGHTS,
      "Scores are reduced as keras.losses.reduce_weighted_values does.",
      keras3()),
  REDUCES_AS_TF_KERAS(
      Topic.REDUCTION_AND_WEIGHTS,
      "Scores are reduced as losses_utils.compute_weighted_loss of tf.keras does.",
      tfKeras()),
  REDUCES_AS_LOSS_CLASSES(
      Topic.REDUCTION_AND_WEIGHTS,
      "Scores are reduced as the first loss classes do: the mask multiplies, nothing"
          + " is divided by it.",
      keras2().from("2.3").or(graph().from("1.13"))),
  DIVIDES_BY_SUM_OF_WEIGHTS(
      Topic.REDUCTION_AND_WEIGHTS,
      "The loss is divided by the sum of the weights.",
      graph().until("1.14")),
  WEIGHTS_TAKE_NO_LARGER_MASK(
      Topic.REDUCTION_AND_WEIGHTS,
      "Weights are multiplied in place, which refuses a mask of a larger shape.",
      keras3().on(NUMPY)),
  MASKS_SCORES_OF_IMAGES(
      Topic.REDUCTION_AND_WEIGHTS,
      "A mask of two axes more than the weights multiplies the scores instead.",
      graph().until("1.13")),
  SQUARED_ERROR_IS_A_CLASS(
      Topic.REDUCTION_AND_WEIGHTS,
      "The squared error alone is a loss class, and others are functions.",
      graph().from("1.13").until("1.14")),
  SHOWS_LOSSES_AS_METRICS(
      Topic.REDUCTION_AND_WEIGHTS,
      "The loss of one of several outputs is shown as a weighted metric.",
      graph().from("1.13").until("1.14")),
  DIVIDES_BY_NONZERO_WEIGHTS(
      Topic.REDUCTION_AND_WEIGHTS,
      "The loss of a batch is divided by the share of its weights that are not zero.",
      upTo(keras2().until("2.3"))),
  MASK_MEAN_HAS_EPSILON(
      Topic.REDUCTION_AND_WEIGHTS,
      "The mean of the mask, by which the loss is divided, has an epsilon.",
      keras2().from("2.2.5").until("2.3")),
  RESCALES_WEIGHTS_BY_MASK(
      Topic.REDUCTION_AND_WEIGHTS,
      "Sample weights are multiplied by the share of the mask that holds.",
      graph().from("2.11")),
  WEIGHTS_MUST_FIT_SCORES(
      Topic.REDUCTION_AND_WEIGHTS,
      "Sample weights of a loss must have the rank of its scores, or one axis more or less.",
      graph().from("1.14").until("2.2")),
  BROADCASTS_WEIGHTS(
      Topic.REDUCTION_AND_WEIGHTS,
      "Sample weights that do not fit by an axis more or less are broadcast.",
      graph().from("1.13")),
  COUNTS_VALID_POSITIONS(
      Topic.REDUCTION_AND_WEIGHTS,
      "The loss is divided by the positions that ignore_class leaves.",
      tfKeras().from("2.10")),
  COUNTS_UNMASKED_POSITIONS(
      Topic.REDUCTION_AND_WEIGHTS,
      "The loss is divided by the positions that the mask leaves.",
      tfKeras().from("2.11")),
  ALIGNS_WEIGHTS_AT_THE_END(
      Topic.REDUCTION_AND_WEIGHTS,
      "Sample weights go along the last axes of the scores.",
      since(tfKeras())),
  WEIGHTS_BECOME_COLUMNS(
      Topic.REDUCTION_AND_WEIGHTS,
      "Sample weights of rank 1 become a column beside outputs of rank 2.",
      tfKeras()),
  WEIGHTS_BECOME_COLUMNS_BESIDE_ALL(
      Topic.REDUCTION_AND_WEIGHTS,
      "They do so beside outputs of every rank.",
      upTo(tfKeras().until("2.7"))),
  DIVIDES_BY_ZERO_SAFELY(
      Topic.REDUCTION_AND_WEIGHTS, "A divisor of 0 makes the loss 0.", keras3().from("3.7")),
  MASK_DIVISOR_HAS_EPSILON(
      Topic.REDUCTION_AND_WEIGHTS,
      "The number of unmasked positions has an epsilon.",
      keras3().until("3.13")),
  MASKS_SELECT(
      Topic.REDUCTION_AND_WEIGHTS,
      "Masks select instead of multiplying, so that what is not a number does not get"
          + " through.",
      keras3().from("3.15")),

  CLASS_WEIGHT_REFUSES_SAMPLE_WEIGHT(
      Topic.CLASS_WEIGHTS_IN_TRAINING, "class_weight excludes sample weights.", keras3()),
  SAMPLE_WEIGHT_REPLACES_CLASS_WEIGHT(
      Topic.CLASS_WEIGHTS_IN_TRAINING,
      "Sample weights replace class_weight.",
      upTo(keras2().until("2.2.5")).or(graph().until("1.14"))),
  CLASS_WEIGHT_OF_ONE_OUTPUT(
      Topic.CLASS_WEIGHTS_IN_TRAINING, "class_weight is for one output.", since(tfKeras())),
  CLASS_WEIGHT_BY_POSITION(
      Topic.CLASS_WEIGHTS_IN_TRAINING,
      "class_weight has a weight for each of the classes 0, 1, 2 and so on.",
      tfKeras()),
  CLASS_WEIGHT_OF_POSITIONS(
      Topic.CLASS_WEIGHTS_IN_TRAINING,
      "class_weight takes targets of any rank.",
      tfKeras().from("2.13")),
  CLASS_WEIGHT_TRUNCATES_LABELS(
      Topic.CLASS_WEIGHTS_IN_TRAINING, "Labels are truncated.", tfKeras().until("2.13")),
  CLASS_WEIGHT_ROUNDS_LABELS(
      Topic.CLASS_WEIGHTS_IN_TRAINING, "Labels are rounded.", since(tfKeras().from("2.13"))),
  CLASS_WEIGHT_MAKES_COLUMNS(
      Topic.CLASS_WEIGHTS_IN_TRAINING,
      "Weights of classes and of samples become columns before they are multiplied.",
      tfKeras().until("2.13")),
  CLASS_WEIGHT_DEFAULTS_TO_ONE(
      Topic.CLASS_WEIGHTS_IN_TRAINING,
      "A class without a weight weighs 1; elsewhere it is refused.",
      keras3()),

  BATCHES_COUNT_ONCE(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "A batch counts once in the loss, whatever its size.",
      keras3().until("3.2")),
  LOSSLESS_BATCHES_COUNT_ONCE(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES, "Without compiled losses a batch counts once.", tfKeras()),
  OUTPUT_LOSSES_COUNT_BATCHES_ONCE(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "A batch counts once in the loss of an output, unless Keras 3 was told to run eagerly.",
      keras2().from("2.3").or(graph().from("1.14")).or(keras3().from("3.5").on(TENSORFLOW))),
  UNREDUCED_LOSSES_COUNT_ENTRIES(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES, "Losses not reduced count every score.", tfKeras()),
  DROPS_TERMS_TIMES_ZERO(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "A loss of weight 0 adds nothing, even if it is not a number.",
      upTo(keras2())
          .on(THEANO)
          .or(graph().until("1.13"))
          .or(graph().from("2.0").until("2.16"))
          .or(tfKeras().until("2.16"))),
  METRICS_MUST_NAME_OUTPUTS(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "Metrics of an output that there is not are refused; elsewhere left out.",
      keras2().from("2.3").or(since(graph().from("1.13")))),
  METRICS_OF_LOSSLESS_OUTPUTS(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "Metrics of an output without a loss are computed.",
      since(tfKeras())),
  METRIC_LIST_IS_PER_OUTPUT(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES, "A list of metrics has one entry per output.", keras3()),
  WEIGHTED_METRICS_COME_LAST(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "The weighted metrics of all outputs come after the others of all.",
      keras3()),
  FLATTENS_LOSSES(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "Losses are flattened beside flattened outputs.",
      tfKeras().or(keras3().until("3.7"))),
  DROPS_NONE_LOSSES(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "A None in a list of losses is dropped, and those after it move up.",
      keras3().until("3.5")),
  SORTS_NAMED_LOSSES(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "A dict of losses beside a list of outputs is sorted by name.",
      keras3().from("3.5").until("3.7")),
  MISSING_LOSSES_CUT_OFF(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "Outputs without a loss cut as many others off.",
      keras3().from("3.5").until("3.7")),
  LOSS_WEIGHTS_CUT_OFF(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "A list of fewer loss weights than outputs cuts the other losses off, further ones count"
          + " for nothing.",
      tfKeras().from("2.2")),
  SHARES_ONE_LOSS_WEIGHT(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "Beside a single loss a list of one weight is that of every output.",
      keras3().from("3.7")),
  TELLS_LOSSES_TIMES_WEIGHT(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "The loss of an output is told times its weight.",
      keras3().from("3.5").until("3.7")),
  LOSS_OF_NOTHING_IS_ZERO(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "A model without any loss has loss 0; elsewhere evaluate refuses it.",
      tfKeras().from("2.2")),
  TELLS_NO_LOSS_OF_ONE_TARGET(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "The losses of outputs are told where there are several targets only.",
      keras3().from("3.5").until("3.7")),
  TELLS_LOSSES_OF_OUTPUTS(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "The losses of outputs are told where there are several losses.",
      keras3().from("3.7")),
  SORTS_RESULTS(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "Results are sorted by name, and losses of outputs go by the path in their structure.",
      keras3()),
  OPENS_LOSSES_BY_SHAPE(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES, "The loss 'crossentropy' depends on shapes.", keras3()),
  METRICS_BY_KEY(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES,
      "Metrics of a dict of outputs are named by its keys.",
      keras3().from("3.12")),
  TELLS_SEEN_METRICS_ONLY(
      Topic.SEVERAL_OUTPUTS_AND_BATCHES, "Metrics that saw nothing are not told.", keras3()),

  NAMES_METRICS_AS_KERAS_3(
      Topic.NAMES_OF_METRICS, "Names that occur twice get 'weighted_', then numbers.", keras3()),
  NAMES_METRICS_AS_TF_KERAS(
      Topic.NAMES_OF_METRICS, "Weighted metrics of a name there is get 'weighted_'.", tfKeras()),
  NUMBERS_OBJECTS(
      Topic.NAMES_OF_METRICS,
      "Metrics given as classes or objects are numbered and named without the output.",
      graph().from("1.13").until("1.14").or(graph().from("2.2"))),
  NUMBERS_OWN_NAMES(
      Topic.NAMES_OF_METRICS,
      "Metrics keep the name that the user gave, and get numbers.",
      keras2().from("2.3").or(graph().from("2.0"))),
  NUMBERS_FUNCTIONS(
      Topic.NAMES_OF_METRICS,
      "Names of functions that occur twice get numbers.",
      since(keras2().from("2.1.4"))),
  METRICS_OF_ONE_NAME_REPLACE(
      Topic.NAMES_OF_METRICS,
      "Of metrics of one name the last counts.",
      keras2().from("2.3").or(graph().from("1.13"))),
  LOOKS_SAVED_NAMES_UP(
      Topic.NAMES_OF_METRICS,
      "A saved name of a metric is replaced by that of its function.",
      graph().from("1.13").until("2.0").or(since(graph().from("2.2")))),
  KNOWS_COSINE_PROXIMITY(
      Topic.NAMES_OF_METRICS,
      "The cosine's function is called cosine_proximity.",
      graph().from("1.13").until("2.8").or(tfKeras().until("2.5"))),
  NAMES_LOADED_METRICS(
      Topic.NAMES_OF_METRICS,
      "Metrics of a loaded model are named anew, after the output too.",
      tfKeras().until("2.5")),
  MAKES_OBJECTS_OF_CLASS_NAMES(
      Topic.NAMES_OF_METRICS,
      "A class name of a metric makes an object, with its name.",
      graph().from("1.13").until("2.0").or(graph().from("2.2")).or(tfKeras())),
  MAKES_OBJECTS_OF_ACCURACY(
      Topic.NAMES_OF_METRICS,
      "'Accuracy' is a class name too.",
      graph().from("1.13").or(tfKeras().until("2.5"))),
  SAVES_METRICS_AS_TOLD(
      Topic.NAMES_OF_METRICS,
      "Objects are saved under the names that evaluate gave them.",
      keras2().from("2.3").or(graph().from("2.2"))),
  KNOWS_LONG_NAMES(
      Topic.NAMES_OF_METRICS,
      "Functions are called kullback_leibler_divergence and logcosh.",
      tfKeras().until("2.3")),

  NO_PENALTIES(Topic.PENALTIES, "Regularisers are part of training only.", keras1().until("1.2")),
  PENALISES_FROZEN_WEIGHTS(
      Topic.PENALTIES, "Regularisers of frozen layers count.", upTo(keras3().until("3.2"))),
  ACTIVITY_PENALTY_PER_SAMPLE(
      Topic.PENALTIES,
      "The penalty of an activity is divided by the batch size.",
      graph().from("1.13").or(tfKeras()).or(keras3().from("3.14"))),
  GATES_SHARE_INPUT_PENALTY(
      Topic.PENALTIES,
      "Recurrent weights of gates have the regulariser of the input weights.",
      keras1()),
  PROJECTIONS_ARE_PENALISED(
      Topic.PENALTIES,
      "The activity regulariser of MultiHeadAttention is that of the dense layers inside; elsewhere"
          + " of its output.",
      keras3()),
  BIDIRECTIONAL_FORGETS_PENALTIES(
      Topic.PENALTIES,
      "The backward layer of a Bidirectional has no regularisers.",
      keras2().until("2.2")),

  NEVER_TRAINS(Topic.LAYERS, "A call with training=True is one without.", keras3()),
  FREEZES_BATCH_NORMALIZATION(
      Topic.LAYERS,
      "Frozen batch normalization called with training=True computes as outside of training.",
      graph().from("2.1").or(since(tfKeras()))),
  BATCH_MOMENTS_TAKE_MASK(
      Topic.LAYERS,
      "Moments of a batch leave masked entries out, but in images.",
      graph().from("2.12").or(since(tfKeras().from("2.12")))),
  GROUP_MOMENTS_TAKE_MASK(
      Topic.LAYERS,
      "Moments of group normalization leave masked elements out.",
      graph().from("2.14").or(tfKeras().from("2.14"))),
  STORES_DEVIATIONS(
      Topic.LAYERS,
      "Batch normalization stores standard deviations, not variances.",
      keras1().until("1.0.6")),
  BATCH_EPSILON_1E_6(
      Topic.LAYERS, "Batch normalization that saves no epsilon has 1e-6.", keras1().until("1.0.8")),
  BATCH_EPSILON_1E_5(
      Topic.LAYERS,
      "Batch normalization that saves no epsilon has 1e-5; later 1e-3.",
      keras1().from("1.0.8").until("1.2")),
  NORMALIZES_UNCAST_INPUTS(
      Topic.LAYERS, "Normalization layers take their input in its own type.", keras3()),
  SORTS_NORMALIZED_AXES(Topic.LAYERS, "Normalization layers sort their axes.", keras3()),
  UNIT_NORM_OF_1E_12(
      Topic.LAYERS,
      "UnitNormalization has a norm of at least 1e-12; earlier 1e-6.",
      keras3().from("3.6")),
  DOT_NORM_OF_1E_7(
      Topic.LAYERS, "A normalized Dot has norms of at least 1e-7.", keras3().from("3.0.5")),
  DOT_SQUARE_OF_1E_7(
      Topic.LAYERS,
      "A normalized Dot has squared norms of at least 1e-7; elsewhere 1e-12.",
      keras3().until("3.0.5")),
  MAX_POOLS_PASS_OVER_NAN(
      Topic.LAYERS, "Max pools pass over NaN; elsewhere they keep it.", all().on(TENSORFLOW)),
  DOT_MULTIPLIES_MATRICES(
      Topic.LAYERS,
      "Dot of rank 4 and more multiplies the last two axes of each.",
      upTo(keras2().until("2.2.5")).or(graph().until("2.0")).on(TENSORFLOW)),
  DIVIDES_INTEGERS_IN_FLOAT64(
      Topic.LAYERS,
      "Quotients of int32 and int64 are float64; elsewhere float32.",
      upTo(tfKeras()).on(TENSORFLOW)),
  MEANS_OF_INTEGERS_TRUNCATE(
      Topic.LAYERS,
      "Means of integers are integers; elsewhere float32.",
      upTo(tfKeras()).on(TENSORFLOW)),
  RESIZED_IMAGES_KEEP_TYPE(
      Topic.LAYERS,
      "Resized images keep their type; elsewhere they are float32 if they are interpolated.",
      keras3()),
  RESIZED_IMAGES_ROUND(
      Topic.LAYERS,
      "They are rounded and limited to their type; elsewhere they lose the fraction.",
      keras3().from("3.6")),
  SUMS_OF_INTEGERS_WIDEN(
      Topic.LAYERS, "Sums and products of integers below 32 bits have 32 of them.", keras3()),
  UINT64_MEETS_IN_UINT32(
      Topic.LAYERS, "Functions of two uint64 take them as uint32, and give that.", keras3()),
  MULTIPLIES_INTEGERS_IN_FLOAT32(
      Topic.LAYERS,
      "Matrix products of integers are computed in float32, of int8 in int32; elsewhere in their"
          + " type.",
      keras3().on(TENSORFLOW)),
  ADDS_VECTORS_AS_BIASES(
      Topic.LAYERS,
      "What has one axis longer than 1 is added along the last axis of that length, or axis 1.",
      keras3().from("3.7").on(TENSORFLOW)),
  EINSUM_ADDS_VECTORS_AS_BIASES(
      Topic.LAYERS, "So does EinsumDense its bias.", keras3().from("3.10").on(TENSORFLOW)),
  NUMBERS_ARE_TENSORS(
      Topic.LAYERS, "A remainder, angle or comparison makes a tensor of a number.", keras3()),
  LAYER_NORM_ROUNDS_TO_INPUT(
      Topic.LAYERS,
      "LayerNormalization rounds its result to the type of its input.",
      keras3().from("3.11")),
  HARD_SIGMOID_OF_A_SIXTH(Topic.LAYERS, "hard_sigmoid has the slope 1/6; elsewhere 0.2.", keras3()),
  GATES_ARE_HARD_SIGMOIDS(
      Topic.LAYERS,
      "Recurrent layers that save no gate activation have hard_sigmoid.",
      upTo(keras2().until("2.3"))),
  GRU_RESETS_AFTER(Topic.LAYERS, "A GRU that saves no reset_after has it.", keras3()),
  REPEATS_MASKED_STATES(
      Topic.LAYERS,
      "A masked step repeats the last state where the output is a sequence, the last"
          + " output elsewhere.",
      upTo(keras2().until("2.3"))),
  KEPT_STATES_COUNT(
      Topic.LAYERS,
      "A stateful layer that is given states takes its own once they differ from zero.",
      graph().or(tfKeras())),
  STACKS_STATES_TOP_FIRST(
      Topic.LAYERS,
      "Stacked cells list their states from the last cell to the first.",
      keras2().until("2.2.3")),
  BIDIRECTIONAL_ZEROES_MASKED(
      Topic.LAYERS,
      "The layers of a Bidirectional that return sequences zero masked steps.",
      since(graph())),
  INT4_HAS_NO_BLOCKS(
      Topic.LAYERS,
      "Weights of int4 are packed along inputs, every output has one scale, and what they are"
          + " multiplied with is quantized too.",
      keras3().until("3.14")),
  QUANTIZES_INTEGERS_BY_INTEGERS(
      Topic.LAYERS,
      "The scale by which integers are quantized is an integer itself.",
      keras3().from("3.5")),
  EMBEDDINGS_SCALE_BY_COLUMN(
      Topic.LAYERS,
      "An embedding of int8 has a scale for each column; elsewhere for each row.",
      keras3().until("3.3")),
  HEADS_ARE_FUSED(
      Topic.LAYERS,
      "MultiHeadAttention and GroupQueryAttention are keras.ops.dot_product_attention, unless they"
          + " drop or return scores.",
      keras3().from("3.7")),
  HEADS_SCALE_IN_FLOAT32(
      Topic.LAYERS,
      "The scale of queries in MultiHeadAttention is a float32, also in float64.",
      keras3()),
  ATTENTION_AXES_LEAVE_OUT_HEADS(
      Topic.LAYERS,
      "Negative attention_axes count from the features of the query; elsewhere from those of its"
          + " heads.",
      keras3().from("3.12")),
  SHARED_AXES_ARE_UNSAVED(Topic.LAYERS, "PReLU does not save its shared axes.", keras1()),
  UPSAMPLES_FROM_CORNERS(Topic.LAYERS, "Bilinear upsampling has no half pixel centres.", keras2()),
  LEAVES_IMAGES_AS_THEY_ARE(
      Topic.LAYERS, "Augmentation changes nothing outside of training.", keras3().from("3.8")),
  RANDOM_CROP_RESIZES_FIRST(
      Topic.LAYERS,
      "RandomCrop outside of training resizes the shorter side, then crops.",
      upTo(tfKeras().until("2.7"))),
  ARGMAX_COUNTS_IN_INT32(
      Topic.LAYERS, "argmax and argmin count in int32, without axis over all elements.", keras3()),
  NO_AXIS_FLATTENS(
      Topic.LAYERS, "cumsum, cumprod and take without an axis flatten their input.", keras3()),
  HAS_OPS(
      Topic.LAYERS,
      "There is keras.ops, which Lambdas may call beside functions of TensorFlow.",
      keras3()),
  LAMBDAS_CALL_TENSORFLOW_2(
      Topic.LAYERS,
      "In Lambdas == compares elements, tf.where broadcasts and tf.image.resize has half pixel"
          + " centres.",
      since(tfKeras())),

  RELU_DROPS_MASKS(
      Topic.MASKS_IN_LAYERS,
      "The output of a ReLU layer has no mask.",
      graph().until("2.5").or(tfKeras().until("2.5"))),
  NO_MASK_REMOVES_MASK(
      Topic.MASKS_IN_LAYERS,
      "mask=None in a call takes the mask away that a tensor carries.",
      graph().or(tfKeras())),
  MASKS_STAY_ON_TENSORS(
      Topic.MASKS_IN_LAYERS,
      "The mask that a model is called with stays on its input, for all that runs after it.",
      tfKeras().from("2.2").or(keras3())),
  CALLS_WITH_SEVERAL_TENSORS(
      Topic.MASKS_IN_LAYERS,
      "Masks of a call with several tensors are those of its arguments by name.",
      keras3()),
  HANDS_ON_CARRIED_MASK(
      Topic.MASKS_IN_LAYERS,
      "A layer given a mask hands on the one that its input carries.",
      keras3()),
  HANDS_ON_GIVEN_MASK(
      Topic.MASKS_IN_LAYERS, "A layer given a mask by name hands on that.", keras3().from("3.11")),
  ABSENT_MASKS_STAY(
      Topic.MASKS_IN_LAYERS, "Inputs without a given mask keep the one that they carry.", keras3()),
  SOFTMAX_IGNORES_MASK(Topic.MASKS_IN_LAYERS, "Softmax does not look at masks.", upTo(keras2())),
  SOFTMAX_ZEROES_MASKED(
      Topic.MASKS_IN_LAYERS,
      "A masked softmax is 0 where the mask does not hold, even if it holds nowhere.",
      keras3().from("3.10")),
  SOFTMAX_MASK_SELECTS(
      Topic.MASKS_IN_LAYERS,
      "A masked softmax replaces masked inputs; elsewhere it adds a large negative number.",
      keras3().from("3.13")),
  HALF_MASK_IS_3E4(
      Topic.MASKS_IN_LAYERS,
      "A masked softmax in float16 subtracts 3e4; elsewhere half of the largest number.",
      keras3()),
  AVERAGE_TAKES_MASK(
      Topic.MASKS_IN_LAYERS,
      "GlobalAveragePooling1D averages the steps that the mask keeps.",
      keras2().from("2.2.3").or(since(graph().from("1.13")))),
  MERGES_LEAVE_OUT_MASKED(
      Topic.MASKS_IN_LAYERS,
      "Merges leave masked entries out, and a step counts if any input has it.",
      keras3().from("3.4")),
  MERGES_LOSE_MASKS(
      Topic.MASKS_IN_LAYERS, "Layers with a list of inputs lose all masks.", keras3().until("3.4")),
  TIME_DISTRIBUTED_KEEPS_MASK(
      Topic.MASKS_IN_LAYERS,
      "TimeDistributed hands its own mask on; elsewhere the one that the inner layer makes.",
      keras3()),
  HEADS_TAKE_MASKS(
      Topic.MASKS_IN_LAYERS,
      "MultiHeadAttention looks at the masks that its inputs carry, and hands that of the query"
          + " on.",
      graph().from("2.10").or(since(tfKeras().from("2.10")))),
  CAST_QUERIES_LOSE_MASKS(
      Topic.MASKS_IN_LAYERS,
      "MultiHeadAttention does not see the mask of a query that it casts.",
      graph().or(tfKeras())),
  USES_MASKS_UP(
      Topic.MASKS_IN_LAYERS,
      "MultiHeadAttention takes the masks of its inputs away, also from layers called later, and"
          + " does not look at query_mask.",
      keras3().from("3.8")),
  VALUE_MASKS_LACK_AN_AXIS(
      Topic.MASKS_IN_LAYERS,
      "The mask of the value in Attention lies along queries and keys, not samples and keys.",
      keras3().from("3.0.5").until("3.12")),
  CAUSAL_REPLACES_VALUE_MASK(
      Topic.MASKS_IN_LAYERS, "A causal Attention forgets value masks.", keras3().until("3.0.5")),
  RESHAPES_KEEP_MASKS(
      Topic.MASKS_IN_LAYERS, "Layers that change their input's shape hand its mask on.", keras3()),
  CATEGORIES_OF_ANY_RANK(
      Topic.LAYERS,
      "Layers that encode categories take inputs of any rank; elsewhere one row a sample.",
      keras3()),
  ONE_HOT_KEEPS_COLUMNS(
      Topic.LAYERS,
      "One-hot categories of a column are a row each; elsewhere the column is dropped.",
      keras3().until("3.4")),
  CATEGORIES_ARE_COLUMNS(
      Topic.LAYERS,
      "CategoryEncoding takes a vector for a column, and the number of tokens for none of them.",
      tfKeras().until("2.5")),
  BINS_ARE_RIGHT_CLOSED(
      Topic.LAYERS,
      "Discretization puts what equals a boundary below it, and gives int32.",
      tfKeras().until("2.6")),
  PADDING_WANTS_A_MAXIMUM(
      Topic.LAYERS,
      "A lookup refuses pad_to_max_tokens without max_tokens; elsewhere it pads nothing.",
      since(tfKeras().from("2.6"))),
  BINS_ARE_VARIABLES(
      Topic.LAYERS, "Discretization has its bins as weights.", tfKeras().from("2.5").until("2.6")),
  CATEGORIES_MUST_BE_IN_RANGE(
      Topic.LAYERS, "CategoryEncoding refuses categories outside of its range.", upTo(tfKeras())),
  LOOKUPS_COUNT_IN_INTEGERS(
      Topic.LAYERS, "Lookups give one-hot and counted categories as int64.", keras3()),
  BINS_ARE_OF_FLOAT32(
      Topic.LAYERS, "Discretization casts floating inputs to float32 first.", keras3()),
  SAVES_WHAT_BINS_WERE_MADE_FROM(
      Topic.LAYERS,
      "Files have what a Discretization was adapted to, not its bins; read from .keras, all are 0.",
      tfKeras().from("2.6")),
  DATA_IS_CAST_IN_GRAPHS(
      Topic.LAYERS, "Layers for data cast inputs unless run eagerly.", keras3().on(TENSORFLOW)),
  BINS_ARE_INT32(Topic.LAYERS, "Discretization gives bins as int32.", keras3().from("3.12")),

  SAVES_DIM_ORDERING(
      Topic.FILES,
      "Layers save a dim_ordering, and those that do not have that of the others.",
      keras1()),
  KEEPS_NAME_OF_INNER_INPUT(
      Topic.FILES,
      "A Sequential that begins with a model has the name of the model's input.",
      keras1()),
  COUNTS_OUTPUT_NODES(
      Topic.FILES,
      "Node indices of nested models count the node of the inner model in references"
          + " to outputs.",
      keras3()),
  OPERATIONS_ARE_LAYERS(Topic.FILES, "A model's layers hold functions of keras.ops.", keras3()),
  SAVES_GATES_APART(
      Topic.FILES, "Weights are those of Keras 1: gates apart, kernels by dim_ordering.", keras1()),
  IDF_WEIGHTS_ARE_NOT_IN_H5(
      Topic.FILES, "Lookups leave their idf_weights out of .h5 files.", keras3()),
  VOCABULARIES_END_WITHOUT_BLANKS(
      Topic.FILES, "Blank lines that end a vocabulary.txt are no tokens.", keras3().from("3.14")),
  FLIPS_KERNELS(Topic.FILES, "Kernels of convolutions are flipped.", all().on(THEANO)),
  TRANSPOSES_KERNELS(Topic.FILES, "Kernels of convolutions may be transposed.", all().on(CNTK));

  private final Topic topic;
  private final String text;
  private final Releases releases;
  private final Answers given = new Answers();

  Quirk(Topic topic, String text, Releases releases) {
    this.topic = topic;
    this.text = text;
    this.releases = releases;
  }

  Topic topic() {
    return topic;
  }

  /** What such a Keras does, as a sentence. */
  String text() {
    return text;
  }

  Releases releases() {
    return releases;
  }

  boolean isIn(KerasVersion version, Backend backend) {
    return given.note(releases.contains(version, backend));
  }

  /**
   * The answers that anyone got since the JVM started, such as {@code MATCHES_RANKS=true}: tells
   * tests which rules recordings reach.
   */
  public static List<String> answers() {
    return Arrays.stream(values()).flatMap(quirk -> quirk.given.of(quirk)).toList();
  }
}
