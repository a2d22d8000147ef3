package dev.keraunos.dl4j;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.keraunos.engine.Engines;
import dev.keraunos.error.InputException;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.check.LossFunction;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.nd4j.Nd4jTensors;
import dev.keraunos.tensor.Tensor;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.nn.modelimport.keras.utils.KerasLossUtils;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A loss of Keras in Deeplearning4j: its numbers, and their derivative by reverse mode, for rows
 * (examples, classes) as Deeplearning4j's layers hand them over. A mask (examples, 1) multiplies
 * the score of each row, so it takes sample weights as well. Where a loss couples the whole batch
 * (Dice) each row has its one number, of which the layer's mean is the loss.
 *
 * <p>Thread-safe. A network that is saved with a loss of Keras has it when it is loaded again; one
 * with a loss of your own cannot be loaded, so save it with another and set yours anew.
 */
public final class KerasLoss implements ILossFunction {
  private static final long serialVersionUID = 1;

  @JsonProperty private final String name;

  /** Whose rules it follows, as text; empty for a loss that a saved network cannot name. */
  private final String dialect;

  private final transient LossFunction function;

  private KerasLoss(String name, String dialect, LossFunction function) {
    this.name = name;
    this.dialect = dialect;
    this.function = function;
  }

  /** What a saved network holds. */
  @JsonCreator
  static KerasLoss saved(
      @JsonProperty("name") String name, @JsonProperty("dialect") String dialect) {
    if (dialect.isEmpty()) {
      throw new InputException(
          "the network was saved with the loss '"
              + name
              + "', which is none of Keras; save it with another, and set yours anew");
    }
    return of(name, LossRegistry.standard(), Dialect.parse(dialect));
  }

  /**
   * A loss that the registry has, with its default arguments.
   *
   * @param dialect whose numbers it gives
   * @throws dev.keraunos.keras.UnknownNameException if it is not registered
   */
  public static KerasLoss of(String name, LossRegistry registry, Dialect dialect) {
    Loss loss = registry.loss(TextNode.valueOf(name));
    LossRegistry standard = LossRegistry.standard();
    boolean ofKeras =
        standard.lossNames().contains(name)
            && standard.loss(TextNode.valueOf(name)).getClass() == loss.getClass();
    return new KerasLoss(name, ofKeras ? dialect.toString() : "", new LossFunction(loss, dialect));
  }

  /** A loss of your own. */
  public static KerasLoss of(String name, Loss loss, Dialect dialect) {
    return new KerasLoss(name, "", new LossFunction(loss, dialect));
  }

  /**
   * Registers every loss of a registry under all its names, so that {@code KerasModelImport} takes
   * models compiled with them. For names that Deeplearning4j knows it keeps its own.
   */
  public static void register(LossRegistry registry, Dialect dialect) {
    for (String name : registry.lossNames()) {
      KerasLossUtils.registerCustomLoss(name, of(name, registry, dialect));
    }
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    double sum = computeScoreArray(labels, preOutput, activation, mask).sumNumber().doubleValue();
    return average ? sum / preOutput.size(0) : sum;
  }

  /** The score of each row, (examples, 1). */
  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    Tensor yPred = activate(preOutput, activation);
    Tensor scores =
        function.scores(Nd4jTensors.tensor(labels), yPred, Optional.empty(), Engines.preferred());
    long rows = preOutput.size(0);
    INDArray perRow =
        scores.size() == rows
            ? Nd4jTensors.array(scores).reshape(rows, 1)
            : Nd4j.valueArrayOf(new long[] {rows, 1}, ofBatch(scores, mask), preOutput.dataType());
    return weighted(perRow, mask);
  }

  /** The derivative of the sum of {@link #computeScoreArray} by what goes into the activation. */
  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    Tensor yPred = activate(preOutput, activation);
    Tensor yTrue = Nd4jTensors.tensor(labels);
    INDArray gradient = Nd4jTensors.array(function.gradient(yTrue, yPred, Engines.preferred()));
    Tensor scores = function.scores(yTrue, yPred, Optional.empty(), Engines.preferred());
    if (scores.size() != preOutput.size(0)) {
      gradient.muli(preOutput.size(0));
    }
    return activation.backprop(preOutput.dup(), weighted(gradient, mask)).getFirst();
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    return Pair.of(
        computeScore(labels, preOutput, activation, mask, average),
        computeGradient(labels, preOutput, activation, mask));
  }

  @JsonProperty("dialect")
  String dialect() {
    return dialect;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return name;
  }

  private static Tensor activate(INDArray preOutput, IActivation activation) {
    return Nd4jTensors.tensor(activation.getActivation(preOutput.dup('c'), true));
  }

  private double ofBatch(Tensor scores, INDArray mask) {
    if (scores.size() != 1 || mask != null) {
      throw new InputException(
          "the loss '"
              + name
              + "' gives scores "
              + scores.shape()
              + (mask == null ? "" : " and there is a mask")
              + "; allowed: one score for each row, or one for the batch without a mask");
    }
    return scores.getDouble(0);
  }

  private INDArray weighted(INDArray rows, INDArray mask) {
    if (mask == null) {
      return rows;
    }
    if (mask.length() != rows.size(0)) {
      throw new InputException(
          "the loss '"
              + name
              + "' has a mask "
              + Arrays.toString(mask.shape())
              + " for "
              + rows.size(0)
              + " rows; allowed: one number for each row");
    }
    return rows.muliColumnVector(mask.castTo(rows.dataType()).reshape(rows.size(0), 1));
  }

  private void writeObject(ObjectOutputStream stream) throws NotSerializableException {
    throw new NotSerializableException("the loss '" + name + "' is a function");
  }
}
