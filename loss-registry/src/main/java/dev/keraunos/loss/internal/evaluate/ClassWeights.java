package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Map;

/**
 * {@code class_weight} of {@code fit} and {@code train_on_batch}: sample weights made of targets,
 * as each Keras makes them.
 */
record ClassWeights(Dialect dialect) {
  /**
   * The data of an output with its class weights as sample weights.
   *
   * @param outputs how many outputs the model has
   * @throws InputException if that Keras refuses them
   */
  OutputData apply(OutputData data, int outputs) {
    if (data.classWeight().isEmpty()) {
      return data;
    }
    Map<Integer, Double> weights = data.classWeight().get();
    requireAllowed(weights, outputs);
    if (data.sampleWeight().isPresent() && dialect.has(Quirk.CLASS_WEIGHT_REFUSES_SAMPLE_WEIGHT)) {
      throw new InputException(
          "class_weight: Keras 3 refuses it together with sample weights; give their product as"
              + " sample weights");
    }
    boolean ignored =
        data.sampleWeight().isPresent() && dialect.has(Quirk.SAMPLE_WEIGHT_REPLACES_CLASS_WEIGHT);
    return ignored ? data : data.withSampleWeight(weights(data, weights));
  }

  /** From 2.4 on for one output alone; tf_keras looks weights up by position. */
  private void requireAllowed(Map<Integer, Double> weights, int outputs) {
    if (outputs > 1 && dialect.has(Quirk.CLASS_WEIGHT_OF_ONE_OUTPUT)) {
      throw new InputException(
          "class_weight: "
              + dialect.keras()
              + " takes it for models of one output only; give sample weights instead");
    }
    boolean byPosition = dialect.has(Quirk.CLASS_WEIGHT_BY_POSITION);
    for (int i = 0; byPosition && i < weights.size(); i++) {
      if (!weights.containsKey(i)) {
        throw new InputException(
            "class_weight: "
                + dialect.keras()
                + " takes weights of the classes 0 to "
                + (weights.size() - 1)
                + ", given are "
                + weights.keySet());
      }
    }
  }

  private Tensor weights(OutputData data, Map<Integer, Double> weights) {
    Shape shape = data.yTrue().shape();
    double[] y = data.yTrue().toDoubleArray();
    boolean hot = shape.rank() > 1 && shape.dim(-1) > 1;
    int channels = hot ? (int) shape.dim(-1) : 1;
    Shape positions = shape.rank() > 1 ? shape.without(-1) : shape;
    if (positions.rank() > 1 && !dialect.has(Quirk.CLASS_WEIGHT_OF_POSITIONS)) {
      throw new InputException(
          "class_weight: "
              + dialect.keras()
              + " takes no targets of three or more dimensions, these are "
              + shape
              + "; give sample weights instead");
    }
    Tensor result = Tensor.allocate(DType.FLOAT32, positions);
    for (int i = 0; i < positions.size(); i++) {
      double found = hot ? largest(y, i * channels, channels) : label(y[i]);
      result.setDouble(i, weight(found, weights));
    }
    return data.sampleWeight().map(given -> times(given, result)).orElse(result);
  }

  private static int largest(double[] y, int from, int channels) {
    int largest = 0;
    for (int k = 1; k < channels; k++) {
      largest = y[from + k] > y[from + largest] ? k : largest;
    }
    return largest;
  }

  /** Up to 2.3 a label is looked up as it is, up to 2.12 it is truncated, later rounded. */
  private double label(double y) {
    if (dialect.has(Quirk.CLASS_WEIGHT_TRUNCATES_LABELS)) {
      return (long) y;
    }
    return dialect.has(Quirk.CLASS_WEIGHT_ROUNDS_LABELS) ? Math.rint(y) : y;
  }

  /** Keras 3 gives a class without a weight the weight 1, the others refuse it. */
  private double weight(double found, Map<Integer, Double> weights) {
    Double weight = found == Math.rint(found) ? weights.get((int) found) : null;
    if (weight == null && !dialect.has(Quirk.CLASS_WEIGHT_DEFAULTS_TO_ONE)) {
      throw new InputException(
          "class_weight: the targets hold class "
              + found
              + ", which has no weight; given are "
              + weights.keySet());
    }
    return weight == null ? 1 : weight;
  }

  /** tf_keras appends axes to sample weights of lower rank; before 2.13 both become columns. */
  private Tensor times(Tensor given, Tensor made) {
    boolean columns = dialect.has(Quirk.CLASS_WEIGHT_MAKES_COLUMNS);
    int rank = columns ? 2 : made.shape().rank();
    return Grid.of(given).padTo(rank).times(Grid.of(made).padTo(rank)).toTensor(DType.FLOAT32);
  }
}
