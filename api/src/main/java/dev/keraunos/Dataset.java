package dev.keraunos;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * Samples to evaluate. The first axis of every tensor counts the samples.
 *
 * @param inputs by input name
 * @param targets by output name
 * @param sampleWeights by output name; empty for none
 * @param classWeights by output name, then by class index; empty for none
 * @param classNames what explanations call the classes of outputs that have as many, class 0 first;
 *     empty for none
 */
public record Dataset(
    Map<String, Tensor> inputs,
    Map<String, Tensor> targets,
    Map<String, Tensor> sampleWeights,
    Map<String, Map<Integer, Double>> classWeights,
    List<String> classNames) {
  /** The name of what belongs to the only input or output. */
  private static final String ONLY = "";

  public Dataset {
    inputs = Map.copyOf(inputs);
    targets = Map.copyOf(targets);
    sampleWeights = Map.copyOf(sampleWeights);
    classWeights = Map.copyOf(classWeights);
    classNames = List.copyOf(classNames);
  }

  /** Samples without class weights. */
  public Dataset(
      Map<String, Tensor> inputs, Map<String, Tensor> targets, Map<String, Tensor> sampleWeights) {
    this(inputs, targets, sampleWeights, Map.of(), List.of());
  }

  /** Samples without weights. */
  public static Dataset of(Map<String, Tensor> inputs, Map<String, Tensor> targets) {
    return new Dataset(inputs, targets, Map.of());
  }

  /**
   * Samples without weights for a model of one input and one output.
   *
   * @param x a {@link Tensor}, or nested arrays as {@link Tensor#of(Object[])} takes them; a flat
   *     array has one number for each sample
   * @param y the same
   * @throws InputException if they are none of these; where they are used, if the model has several
   *     inputs or outputs
   */
  public static Dataset of(Object x, Object y) {
    return of(Map.of(ONLY, ModelInputs.tensor(x)), Map.of(ONLY, ModelInputs.tensor(y)));
  }

  /**
   * Targets of losses that take a number for each class, such as {@code categorical_crossentropy},
   * of class numbers: {@code keras.utils.to_categorical}.
   *
   * @param classes a class number for each sample
   * @param count how many classes there are
   * @return float32 of shape (samples, count), 1 for the class and 0 for others
   * @throws InputException if a number is no class
   */
  public static Tensor oneHot(int[] classes, int count) {
    float[] targets = new float[Math.multiplyExact(classes.length, count)];
    for (int i = 0; i < classes.length; i++) {
      if (classes[i] < 0 || classes[i] >= count) {
        throw new InputException(
            "sample " + i + " is of class " + classes[i] + "; allowed: 0 to " + (count - 1));
      }
      targets[i * count + classes[i]] = 1;
    }
    return Tensor.of(targets, classes.length, count);
  }

  /** The same samples under the names of the only input and output, if they have none yet. */
  Dataset named(KerasModel model) {
    if (!inputs.containsKey(ONLY) && !targets.containsKey(ONLY)) {
      return this;
    }
    model.inputs().only();
    String output = model.outputNames().get(0);
    return new Dataset(
        named(inputs, model.inputNames().get(0)),
        named(targets, output),
        named(sampleWeights, output),
        named(classWeights, output),
        classNames);
  }

  private static <T> Map<String, T> named(Map<String, T> group, String name) {
    return group.containsKey(ONLY) ? Map.of(name, group.get(ONLY)) : group;
  }

  /**
   * The same samples with {@code class_weight}, as {@code fit} takes it. Keras' {@code evaluate}
   * takes none: the loss becomes what training reports for such batches before it changes the
   * model, as {@code train_on_batch} returns it, if no layer behaves differently in training.
   *
   * @param weights by output name, then by class index
   */
  public Dataset withClassWeights(Map<String, Map<Integer, Double>> weights) {
    return new Dataset(inputs, targets, sampleWeights, weights, classNames);
  }

  /**
   * The same samples with names for the classes, by which explanations call them.
   *
   * @param labels one for each class of an output; of outputs with another number of classes they
   *     are not
   */
  public Dataset withClassNames(Labels labels) {
    return new Dataset(inputs, targets, sampleWeights, classWeights, labels.names());
  }

  /**
   * The number of samples.
   *
   * @throws InputException if there is no input or the tensors do not agree
   */
  public long samples() {
    long samples = -1;
    for (Map<String, Tensor> group : List.of(inputs, targets, sampleWeights)) {
      for (Map.Entry<String, Tensor> entry : group.entrySet()) {
        long rows = entry.getValue().shape().rank() == 0 ? -1 : entry.getValue().shape().dim(0);
        if (rows < 0 || (samples >= 0 && rows != samples)) {
          throw new InputException(
              "'"
                  + entry.getKey()
                  + "' of shape "
                  + entry.getValue().shape()
                  + " has not the "
                  + samples
                  + " samples that others have");
        }
        samples = rows;
      }
    }
    if (samples < 0) {
      throw new InputException("the data holds no inputs");
    }
    return samples;
  }

  /** Samples {@code from} (inclusive) to {@code to} (exclusive), sharing memory. */
  Dataset rows(long from, long to) {
    return map((name, tensor) -> tensor.rows(from, to));
  }

  /** The samples of several in one, copied. */
  static Dataset concatenate(List<Dataset> parts) {
    long samples = parts.stream().mapToLong(Dataset::samples).sum();
    Dataset whole =
        parts.get(0).map((name, t) -> Tensor.allocate(t.dtype(), t.shape().with(0, samples)));
    long at = 0;
    for (Dataset part : parts) {
      long to = at + part.samples();
      Dataset rows = whole.rows(at, to);
      copy(part.inputs, rows.inputs);
      copy(part.targets, rows.targets);
      copy(part.sampleWeights, rows.sampleWeights);
      at = to;
    }
    return whole;
  }

  private static void copy(Map<String, Tensor> from, Map<String, Tensor> to) {
    from.forEach((name, tensor) -> to.get(name).copyFrom(0, tensor, 0, tensor.size()));
  }

  /**
   * Requires the same arrays with samples of the same type and shape.
   *
   * @throws InputException if something differs
   */
  void requireLike(Dataset other) {
    if (!other.describeSamples().equals(describeSamples())) {
      throw new InputException(
          "a part of the data has "
              + other.describeSamples()
              + ", the one before "
              + describeSamples());
    }
  }

  private String describeSamples() {
    StringBuilder text = new StringBuilder();
    map(
        (name, tensor) -> {
          text.append(text.isEmpty() ? "" : ", ")
              .append(name + " " + tensor.dtype() + " " + tensor.shape().without(0));
          return tensor;
        });
    return text.toString();
  }

  private Dataset map(BiFunction<String, Tensor, Tensor> function) {
    return new Dataset(
        map(inputs, "input '%s'", function),
        map(targets, "targets '%s'", function),
        map(sampleWeights, "sample weights '%s'", function),
        classWeights,
        classNames);
  }

  private static Map<String, Tensor> map(
      Map<String, Tensor> group, String what, BiFunction<String, Tensor, Tensor> function) {
    Map<String, Tensor> mapped = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> entry : new TreeMap<>(group).entrySet()) {
      String name = String.format(Locale.ROOT, what, entry.getKey());
      mapped.put(entry.getKey(), function.apply(name, entry.getValue()));
    }
    return mapped;
  }

  /** Frees the memory of what are not views. */
  void release() {
    for (Map<String, Tensor> group : List.of(inputs, targets, sampleWeights)) {
      group.values().forEach(Tensor::close);
    }
  }
}
