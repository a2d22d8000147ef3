package dev.keraunos.internal.prediction;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.lowering.LoweredModel;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Ragged tensors, whose rows are never filled up: samples with rows of one length are computed
 * together.
 */
public final class RaggedRows {
  private RaggedRows() {}

  /**
   * Computes values of a batch, of texts with as many tokens together where layers give ragged
   * tensors.
   *
   * @param inputs the model's inputs in their order
   * @param names of the values, for errors
   * @param run computes the values of samples with rows of one length
   * @throws InputException if a value has rows of another length for each sample
   */
  public static List<Tensor> run(
      LoweredModel model,
      List<Tensor> inputs,
      List<String> names,
      UnaryOperator<List<Tensor>> run) {
    List<List<Integer>> groups = groups(model, inputs);
    if (groups.size() < 2) {
      return run.apply(inputs);
    }
    return joined(
        groups,
        names,
        group -> {
          List<Tensor> part = inputs.stream().map(input -> rows(input, group)).toList();
          try {
            return run.apply(part);
          } finally {
            part.forEach(Tensor::close);
          }
        });
  }

  /**
   * Predicts rows of different lengths.
   *
   * @param rows nested arrays, each of one sample
   * @param name of the output, for errors
   * @param run predicts rows of one length
   * @throws InputException if the output has rows of another length for each sample
   */
  public static Tensor predict(Object[] rows, String name, Function<Object[], Tensor> run) {
    Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < rows.length; i++) {
      boolean array = rows[i] != null && rows[i].getClass().isArray();
      int length = array ? Array.getLength(rows[i]) : -1;
      groups.computeIfAbsent(length, unused -> new ArrayList<>()).add(i);
    }
    if (groups.size() < 2) {
      return run.apply(rows);
    }
    return joined(
            List.copyOf(groups.values()),
            List.of(name),
            group -> {
              Object[] part = Arrays.copyOf(rows, group.size());
              for (int i = 0; i < part.length; i++) {
                part[i] = rows[group.get(i)];
              }
              return List.of(run.apply(part));
            })
        .get(0);
  }

  /** The values of all samples, of which groups are computed one after the other. */
  private static List<Tensor> joined(
      List<List<Integer>> groups, List<String> names, Function<List<Integer>, List<Tensor>> run) {
    long samples = groups.stream().mapToInt(List::size).sum();
    List<Tensor> results = new ArrayList<>();
    for (List<Integer> group : groups) {
      List<Tensor> computed = run.apply(group);
      for (int i = 0; i < computed.size(); i++) {
        if (results.size() == i) {
          Shape shape = computed.get(i).shape().with(0, samples);
          results.add(Tensor.allocate(computed.get(i).dtype(), shape));
        }
        put(results.get(i), computed.get(i), group, names.get(i));
        computed.get(i).close();
      }
    }
    return results;
  }

  /** Samples with as many tokens everywhere, in the order of the first of each group. */
  private static List<List<Integer>> groups(LoweredModel model, List<Tensor> inputs) {
    List<Value> lengths = model.texts().lengths();
    if (lengths.isEmpty()) {
      return List.of();
    }
    if (!model.states().isEmpty()) {
      throw new InputException(
          "the model keeps states from batch to batch, and its texts are ragged: samples of as many"
              + " tokens are computed together, so their order would be another; allowed: one of"
              + " the two");
    }
    Map<Value, Tensor> known = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      known.put(model.inputs().get(i), inputs.get(i));
    }
    List<Tensor> counted =
        lengths.stream().map(value -> model.texts().compute(value, known)).toList();
    Map<List<Long>, List<Integer>> groups = new LinkedHashMap<>();
    for (int sample = 0; sample < inputs.get(0).shape().dim(0); sample++) {
      int at = sample;
      List<Long> key = counted.stream().map(tensor -> tensor.getLong(at)).toList();
      groups.computeIfAbsent(key, unused -> new ArrayList<>()).add(sample);
    }
    return List.copyOf(groups.values());
  }

  private static Tensor rows(Tensor input, List<Integer> samples) {
    long each = input.size() / input.shape().dim(0);
    Tensor rows = Tensor.allocate(input.dtype(), input.shape().with(0, samples.size()));
    for (int i = 0; i < samples.size(); i++) {
      rows.copyFrom(i * each, input, samples.get(i) * each, each);
    }
    return rows;
  }

  private static void put(Tensor result, Tensor part, List<Integer> samples, String name) {
    if (!part.shape().with(0, 1).equals(result.shape().with(0, 1))) {
      throw new InputException(
          "'"
              + name
              + "' has rows of another length for each sample (a ragged tensor): of the shapes "
              + result.shape().without(0)
              + " and "
              + part.shape().without(0)
              + "; ask for it with samples of as many tokens, such as one at a time");
    }
    long each = part.size() / samples.size();
    for (int i = 0; i < samples.size(); i++) {
      result.copyFrom(samples.get(i) * each, part, i * each, each);
    }
  }
}
