package dev.keraunos;

import dev.keraunos.engine.Executable;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.axis.Samples;
import dev.keraunos.graph.internal.pass.GraphCopy;
import dev.keraunos.importer.internal.lowering.LoweredModel;
import dev.keraunos.internal.prediction.Draws;
import dev.keraunos.internal.prediction.KeptStates;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes values of a model batch after batch. The states of stateful layers live from batch to
 * batch as Keras has them; a batch of these is as large as the model says. Not thread-safe: every
 * call of the model has its own.
 */
final class Predictor {
  private static final String STATE = "state ";

  private final Executable first;
  private final Executable next;
  private final int wanted;
  private final long batch;
  private final KeptStates states;
  private final Draws draws;

  /**
   * A predictor.
   *
   * @param first computes the wanted values, then the states after a batch that starts from zeros
   * @param next the same, taking the states before as further inputs
   * @param wanted how many values are wanted
   * @param batch the samples of a batch, or a negative number for any
   * @param states those before the first batch, which become those after the last
   * @param draws what layers take beside
   */
  Predictor(
      Executable first, Executable next, int wanted, long batch, KeptStates states, Draws draws) {
    this.first = first;
    this.next = next;
    this.wanted = wanted;
    this.batch = batch;
    this.states = states;
    this.draws = draws;
  }

  /** A predictor without states. */
  static Predictor stateless(Executable executable, int wanted, Draws draws) {
    return new Predictor(executable, executable, wanted, -1, new KeptStates(), draws);
  }

  /** Wanted values, and the states after them. */
  static Map<String, Value> withStates(Map<String, Value> wanted, List<LoweredModel.State> states) {
    Map<String, Value> all = new LinkedHashMap<>(wanted);
    states.forEach(state -> all.put(STATE + (all.size() - wanted.size()), state.after()));
    return all;
  }

  /** A graph in which the states before are inputs behind all others. */
  static Graph continued(Graph graph, List<LoweredModel.State> states) {
    List<Value> before = states.stream().map(LoweredModel.State::before).toList();
    return GraphCopy.rewrite(
        graph,
        (node, inputs, builder) -> {
          int index = before.indexOf(node.outputs().get(0));
          return index < 0
              ? null
              : List.of(builder.input(STATE + index, node.outputs().get(0).type()));
        });
  }

  /**
   * The wanted values for the samples that follow those of the call before. If it fails, the states
   * are as they were.
   *
   * @throws InputException if a stateful model gets samples that do not fill batches
   */
  List<Tensor> run(List<Tensor> given) {
    if (draws.isEmpty()) {
      return withDraws(given);
    }
    List<Tensor> drawn = draws.next(given.get(0).shape().dim(0));
    try {
      return withDraws(draws.among(given, drawn));
    } finally {
      drawn.forEach(Tensor::close);
    }
  }

  private List<Tensor> withDraws(List<Tensor> inputs) {
    if (first == next) {
      return first.run(inputs);
    }
    long samples = inputs.get(0).shape().dim(0);
    if (samples == 0) {
      return first.run(inputs).subList(0, wanted);
    }
    long size = batch < 0 ? samples : batch;
    requireBatches(samples, size);
    List<Tensor> results = new ArrayList<>();
    List<Tensor> before = states.tensors();
    for (long from = 0; from < samples; from += size) {
      List<Tensor> part = batch(Samples.rows(inputs, samples, from, from + size), before);
      if (from > 0) {
        before.forEach(Tensor::close);
      }
      before = part.subList(wanted, part.size());
      for (int i = 0; i < wanted; i++) {
        Tensor rows = part.get(i);
        if (results.size() == i) {
          long dim = rows.shape().dim(0) * samples / size;
          results.add(Tensor.allocate(rows.dtype(), rows.shape().with(0, dim)));
        }
        results.get(i).copyFrom(from / size * rows.size(), rows, 0, rows.size());
        rows.close();
      }
    }
    states.replace(before);
    return results;
  }

  private void requireBatches(long samples, long size) {
    if (samples % size != 0) {
      throw new InputException(
          "the model is stateful and takes batches of " + size + " samples, given are " + samples);
    }
    long kept = states.tensors().isEmpty() ? size : states.tensors().get(0).shape().dim(0);
    if (kept != size) {
      throw new InputException(
          "the states are those of " + kept + " samples, given are " + size + "; reset them first");
    }
  }

  private List<Tensor> batch(List<Tensor> inputs, List<Tensor> before) {
    if (before.isEmpty()) {
      return first.run(inputs);
    }
    List<Tensor> given = new ArrayList<>(inputs);
    List<String> names = next.graph().inputNames();
    for (String name : names.subList(inputs.size(), names.size())) {
      given.add(before.get(Integer.parseInt(name.substring(STATE.length()))));
    }
    return next.run(given);
  }
}
