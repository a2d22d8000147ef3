package dev.keraunos.dl4j;

import dev.keraunos.Dataset;
import dev.keraunos.KerasModel;
import dev.keraunos.error.InputException;
import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.nd4j.Nd4jTensors;
import dev.keraunos.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.evaluation.IEvaluation;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A saved Keras model behind the method names of Deeplearning4j's networks. Inputs and outputs are
 * in the order in which the model names them, and in Keras' layout: (samples, height, width,
 * channels), (samples, time, features). Scores are those of Keras' {@code evaluate}.
 *
 * <p>Thread-safe.
 */
public final class KeraunosNetwork implements AutoCloseable {
  private final KerasModel model;

  /** A network over a model, which is closed together with it. */
  public KeraunosNetwork(KerasModel model) {
    this.model = model;
  }

  /**
   * Opens whatever {@link KerasModel#load(Path)} does.
   *
   * @throws dev.keraunos.error.KeraunosException as that does
   */
  public static KeraunosNetwork load(Path file) {
    return new KeraunosNetwork(KerasModel.load(file));
  }

  /** The model behind it. */
  public KerasModel model() {
    return model;
  }

  /**
   * The prediction of a model of one input and one output.
   *
   * @throws InputException if it has more, or the shape does not fit
   */
  public INDArray output(INDArray input) {
    return Nd4jTensors.array(model.predict(Nd4jTensors.tensor(input)));
  }

  /** The predictions, one for each output. */
  public INDArray[] output(INDArray... inputs) {
    Map<String, Tensor> outputs = model.predict(named(model.inputNames(), inputs, "inputs"));
    return model.outputNames().stream()
        .map(name -> Nd4jTensors.array(outputs.get(name)))
        .toArray(INDArray[]::new);
  }

  /** The loss of the samples as one batch, regularisers included; a mask of the labels weighs. */
  public double score(DataSet data) {
    return loss(dataset(data));
  }

  /** The loss of the samples of a model with several inputs or outputs; see above. */
  public double score(MultiDataSet data) {
    requireNoMask(data.getFeaturesMaskArrays());
    return loss(
        new Dataset(
            named(model.inputNames(), data.getFeatures(), "inputs"),
            named(model.outputNames(), data.getLabels(), "outputs"),
            weights(data.getLabelsMaskArrays())));
  }

  private double loss(Dataset data) {
    return model.evaluate(data, Math.toIntExact(data.samples())).get("loss");
  }

  /**
   * The loss of every sample as a batch of its own, (samples, 1).
   *
   * @param addRegularizationTerms whether the regularisers are in it
   */
  public INDArray scoreExamples(DataSet data, boolean addRegularizationTerms) {
    Dataset all = dataset(data);
    double[] scores = new double[Math.toIntExact(all.samples())];
    for (int i = 0; i < scores.length; i++) {
      Dataset one =
          new Dataset(row(all.inputs(), i), row(all.targets(), i), row(all.sampleWeights(), i));
      scores[i] =
          addRegularizationTerms
              ? loss(one)
              : model.explainLoss(one).outputs().stream()
                  .mapToDouble(Explanation.Output::contribution)
                  .sum();
    }
    return Nd4j.create(scores, new long[] {scores.length, 1}, 'c');
  }

  private static Map<String, Tensor> row(Map<String, Tensor> arrays, long row) {
    Map<String, Tensor> rows = new LinkedHashMap<>();
    arrays.forEach((name, array) -> rows.put(name, array.rows(row, row + 1)));
    return rows;
  }

  /** Classes found and missed; every position of a sequence or an image is an example. */
  public Evaluation evaluate(DataSetIterator iterator) {
    return doEvaluation(iterator, new Evaluation())[0];
  }

  /** Errors by column. */
  public RegressionEvaluation evaluateRegression(DataSetIterator iterator) {
    return doEvaluation(iterator, new RegressionEvaluation())[0];
  }

  /**
   * Shows all predictions of an iterator to evaluations, as rows (examples, classes).
   *
   * @return the evaluations given
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // what is given is given back
  public final <T extends IEvaluation<?>> T[] doEvaluation(
      DataSetIterator iterator, T... evaluations) {
    iterator.reset();
    while (iterator.hasNext()) {
      DataSet data = iterator.next();
      requireNoMask(data.getFeaturesMaskArray());
      INDArray predicted = rows(output(data.getFeatures()));
      INDArray labels = rows(data.getLabels());
      INDArray mask = data.getLabelsMaskArray();
      for (T evaluation : evaluations) {
        if (mask == null) {
          evaluation.eval(labels, predicted);
        } else {
          evaluation.eval(labels, predicted, mask.reshape(labels.size(0), 1));
        }
      }
    }
    return evaluations;
  }

  private static INDArray rows(INDArray array) {
    long columns = array.size(array.rank() - 1);
    return array.rank() == 2 ? array : array.dup('c').reshape(array.length() / columns, columns);
  }

  private Dataset dataset(DataSet data) {
    requireNoMask(data.getFeaturesMaskArray());
    INDArray mask = data.getLabelsMaskArray();
    return new Dataset(
        named(model.inputNames(), new INDArray[] {data.getFeatures()}, "inputs"),
        named(model.outputNames(), new INDArray[] {data.getLabels()}, "outputs"),
        weights(mask == null ? null : new INDArray[] {mask}));
  }

  private static void requireNoMask(INDArray... masks) {
    if (masks != null && Arrays.stream(masks).anyMatch(mask -> mask != null)) {
      throw new InputException(
          "the features have a mask; allowed: none, since Keras' layers make masks of the values");
    }
  }

  private static Map<String, Tensor> named(List<String> names, INDArray[] arrays, String kind) {
    if (arrays.length != names.size()) {
      throw new InputException(
          arrays.length + " arrays for the " + kind + " " + names + "; allowed: one for each");
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < arrays.length; i++) {
      tensors.put(names.get(i), Nd4jTensors.tensor(arrays[i]));
    }
    return tensors;
  }

  /** One number per sample, or per step of one. */
  private Map<String, Tensor> weights(INDArray[] masks) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (int i = 0; masks != null && i < masks.length; i++) {
      if (masks[i] != null) {
        boolean column = masks[i].rank() == 2 && masks[i].size(1) == 1;
        INDArray mask = column ? masks[i].reshape(masks[i].size(0)) : masks[i];
        weights.put(model.outputNames().get(i), Nd4jTensors.tensor(mask));
      }
    }
    return weights;
  }

  @Override
  public void close() {
    model.close();
  }
}
