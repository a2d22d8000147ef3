package dev.keraunos.loss.internal.evaluate;

import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.internal.compile.CompiledOutput;
import dev.keraunos.loss.internal.reduce.RunningMean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The running losses of single outputs, as Keras reports them beside that of the model. */
final class OutputLosses {
  private final Dialect dialect;
  private final List<CompiledOutput> setups;
  private final List<RunningMean> means = new ArrayList<>();

  OutputLosses(Dialect dialect, List<CompiledOutput> setups) {
    this.dialect = dialect;
    this.setups = setups;
    setups.forEach(setup -> means.add(new RunningMean()));
  }

  /** Adds the loss of a batch, before its weight. */
  void add(int index, OutputEvaluation.BatchLoss loss) {
    double weight =
        dialect.has(Quirk.TELLS_LOSSES_TIMES_WEIGHT) ? setups.get(index).lossWeight() : 1;
    means.get(index).add(loss.shown() * weight, loss.weight());
  }

  /** Adds the results, 0 of a loss that Keras never computes; of equal names the last. */
  void report(Map<String, Double> result) {
    for (int i = 0; i < setups.size(); i++) {
      CompiledOutput setup = setups.get(i);
      double value = setup.loss().isPresent() ? means.get(i).result() : 0;
      setup.lossReported().ifPresent(name -> result.put(name + "_loss", value));
    }
  }
}
