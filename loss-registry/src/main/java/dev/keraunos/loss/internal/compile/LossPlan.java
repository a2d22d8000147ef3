package dev.keraunos.loss.internal.compile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.registry.LossRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which losses evaluate computes of each output, and under which names it reports them. */
final class LossPlan {
  /**
   * A loss of an output.
   *
   * @param loss null if none is computed
   * @param reported as Keras names it beside the loss of the model; empty if it does not
   */
  record Entry(JsonNode loss, double weight, Optional<String> reported) {
    private static final Entry NONE = new Entry(null, 1, Optional.empty());
  }

  private final List<OutputSpec> outputs;
  private final Dialect dialect;
  private final LossRegistry registry;
  private final List<List<JsonNode>> losses;
  private final List<List<Double>> weights;
  private final int counted;

  private LossPlan(
      Declaration declared, List<OutputSpec> outputs, Dialect dialect, LossRegistry registry) {
    this.outputs = outputs;
    this.dialect = dialect;
    this.registry = registry;
    losses = declared.losses(outputs, dialect);
    weights = declared.lossWeights(outputs, dialect);
    counted = declared.countedLosses(dialect);
  }

  /** At least one entry per output. */
  static List<List<Entry>> of(
      Declaration declared, List<OutputSpec> outputs, Dialect dialect, LossRegistry registry) {
    LossPlan plan = new LossPlan(declared, outputs, dialect, registry);
    if (dialect.has(Quirk.MISSING_LOSSES_CUT_OFF)) {
      List<Integer> kept = new ArrayList<>();
      for (int i = 0; i < outputs.size(); i++) {
        if (!declared.leavesOut(outputs.get(i))) {
          kept.add(i);
        }
      }
      return plan.cutOff(kept);
    }
    return plan.entries();
  }

  private List<List<Entry>> entries() {
    long count = losses.stream().mapToLong(List::size).sum();
    boolean keras3 = dialect.has(Quirk.SORTS_RESULTS);
    boolean several =
        keras3 ? count > 1 && dialect.has(Quirk.TELLS_LOSSES_OF_OUTPUTS) : outputs.size() > 1;
    List<List<Entry>> entries = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      OutputSpec output = outputs.get(i);
      String name = keras3 ? OutputTree.joined(output) : output.reported();
      List<Entry> own = new ArrayList<>();
      for (int k = 0; k < losses.get(i).size(); k++) {
        boolean idle = (k > 0 && outputs.size() == 1) || i >= counted;
        own.add(
            new Entry(
                idle ? null : losses.get(i).get(k),
                weight(i, k),
                several ? Optional.of(name) : Optional.empty()));
      }
      entries.add(own.isEmpty() ? List.of(Entry.NONE) : own);
    }
    return entries;
  }

  /**
   * {@code CompileLoss.call} of Keras 3.5 and 3.6 has a running mean for every loss that is not
   * None, hands them out in order to all outputs, and stops where they end.
   *
   * @param kept the outputs that the losses do not leave out, by index
   */
  private List<List<Entry>> cutOff(List<Integer> kept) {
    List<String> names = new ArrayList<>();
    for (int i : kept) {
      losses.get(i).forEach(loss -> names.add(name(loss, outputs.get(i), kept.size())));
    }
    List<List<Entry>> entries = new ArrayList<>();
    outputs.forEach(output -> entries.add(List.of(Entry.NONE)));
    boolean several = kept.size() > 1;
    for (int slot = 0; slot < names.size(); slot++) {
      int i = kept.get(slot);
      JsonNode loss = losses.get(i).isEmpty() ? null : losses.get(i).get(0);
      Optional<String> reported = several ? Optional.of(names.get(slot)) : Optional.empty();
      entries.set(i, List.of(new Entry(loss, weight(i, 0), reported)));
    }
    return entries;
  }

  /** The key of a dict where each has a loss, the loss's own name in other dicts. */
  private String name(JsonNode loss, OutputSpec output, int kept) {
    OutputTree tree = new OutputTree(outputs);
    if (!tree.isDict()) {
      return output.reported();
    }
    return tree.isFlatDict() && kept == outputs.size() ? output.path().get(0) : own(loss);
  }

  private String own(JsonNode loss) {
    String given = loss.isTextual() ? loss.asText() : loss.path("config").path("name").asText("");
    return given.isEmpty() ? registry.canonicalName(loss) : given;
  }

  private double weight(int output, int loss) {
    List<Double> own = weights.get(output);
    return loss < own.size() ? own.get(loss) : 1;
  }
}
