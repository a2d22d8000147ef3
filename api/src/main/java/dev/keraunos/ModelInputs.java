package dev.keraunos;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.ImportedModel;
import dev.keraunos.importer.internal.topology.InputSpec;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The inputs of a model, and what callers give for them. */
final class ModelInputs {
  private final List<Value> inputs;
  private final List<String> outputs;

  /** Those that may be {@code None}. */
  private final Set<String> optional;

  private final boolean ragged;

  ModelInputs(ImportedModel model) {
    inputs = model.lowered().inputs();
    outputs = List.copyOf(model.lowered().outputs().keySet());
    ragged = model.topology().inputs().stream().anyMatch(InputSpec::ragged);
    optional =
        model.topology().inputs().stream()
            .filter(InputSpec::optional)
            .map(InputSpec::name)
            .collect(Collectors.toSet());
  }

  /** Whether the model has one input, whose rows may be of different lengths. */
  boolean takesRagged() {
    return ragged && inputs.size() == 1;
  }

  /** The optional inputs that are not given. */
  Set<String> absent(Map<String, Tensor> given) {
    requireGiven(given);
    return optional.stream().filter(name -> !given.containsKey(name)).collect(Collectors.toSet());
  }

  void requireGiven(Object given) {
    if (given == null) {
      throw new InputException("given is null; the model's inputs are " + describe());
    }
  }

  /** In the model's order. */
  List<String> names() {
    return inputs.stream().map(DataAdapter::name).toList();
  }

  /** An input by its place. */
  Value value(int index) {
    return inputs.get(index);
  }

  /**
   * An input.
   *
   * @throws InputException if there is none of this name
   */
  Value value(String name) {
    int index = names().indexOf(name);
    if (index < 0) {
      throw new InputException(
          "there is no input '" + name + "'; the model's inputs are " + describe());
    }
    return inputs.get(index);
  }

  private List<String> describe() {
    return inputs.stream()
        .map(input -> "'" + DataAdapter.name(input) + "' " + input.type())
        .toList();
  }

  /** The only input, of a model that has one and one output. */
  Value only() {
    if (inputs.size() != 1 || outputs.size() != 1) {
      throw new InputException(
          "the model has the inputs "
              + describe()
              + " and the outputs "
              + outputs
              + "; give them by name, or as lists in this order");
    }
    return inputs.get(0);
  }

  /** The only input, of a model with any number of outputs. */
  Value single() {
    if (inputs.size() != 1) {
      throw new InputException(
          "the model has the inputs " + describe() + "; say which one, by its name");
    }
    return inputs.get(0);
  }

  /** Tensors by input name in the order of the inputs. */
  List<Tensor> ordered(Map<String, Tensor> given) {
    requireGiven(given);
    given.keySet().forEach(this::value);
    List<Tensor> ordered = new ArrayList<>();
    for (String name : names()) {
      if (given.get(name) == null) {
        throw new InputException(
            "input '" + name + "' is missing; the model's inputs are " + describe());
      }
      ordered.add(given.get(name));
    }
    return ordered;
  }

  /**
   * Tensors in the order of the inputs.
   *
   * @throws InputException if they are more or fewer
   */
  List<Tensor> ordered(List<Tensor> given) {
    requireGiven(given);
    if (given.size() != inputs.size()) {
      throw new InputException(
          "the model takes "
              + inputs.size()
              + " inputs, given are "
              + given.size()
              + "; give one tensor each, in the order of "
              + describe());
    }
    given.forEach(this::requireGiven);
    return given;
  }

  /**
   * Zeros, or empty texts, for every input.
   *
   * @throws InputException if there are no samples, or a dimension other than theirs is unknown
   */
  List<Tensor> zeros(int samples) {
    if (samples < 1) {
      throw new InputException("samples must be at least 1, not " + samples);
    }
    List<Shape> shapes = new ArrayList<>();
    for (Value input : inputs) {
      Shape shape = input.shape();
      Shape given = shape.rank() == 0 || shape.isKnown(0) ? shape : shape.with(0, samples);
      if (!given.isConcrete()) {
        throw new InputException(
            "input '"
                + DataAdapter.name(input)
                + "' is "
                + input.type()
                + ", of which a dimension is unknown; warm up with a prediction of a shape that"
                + " callers will send");
      }
      shapes.add(given);
    }
    List<Tensor> zeros = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      zeros.add(Tensor.allocate(inputs.get(i).dtype(), shapes.get(i)));
    }
    return zeros;
  }

  /**
   * The shape of numbers that hold samples one after another.
   *
   * @throws InputException if they do not fill samples, or a dimension of these is unknown
   */
  static Shape samples(Value input, int numbers) {
    Shape sample = input.shape().slice(1, input.rank());
    if (!sample.isConcrete() || sample.size() == 0 || numbers % sample.size() != 0) {
      throw new InputException(
          "input '"
              + DataAdapter.name(input)
              + "' takes samples of shape "
              + sample
              + ", given are "
              + numbers
              + " numbers; where dimensions are unknown give a Tensor");
    }
    return Shape.of(numbers / sample.size()).concat(sample);
  }

  /**
   * A tensor of what a caller gives: a tensor as it is, nested arrays as {@link
   * Tensor#of(Object[])} has them, or a flat array that holds samples one after another.
   *
   * @throws InputException if it is none of these, or does not fill samples
   */
  static Tensor tensor(Object given, Value input) {
    return isFlat(given) ? flat(given, samples(input, Array.getLength(given))) : tensor(given);
  }

  private static boolean isFlat(Object given) {
    return given != null && given.getClass().isArray() && !(given instanceof Object[]);
  }

  /** The same where a flat array has one number for each sample. */
  static Tensor tensor(Object given) {
    if (given instanceof Tensor tensor) {
      return tensor;
    }
    if (given instanceof Object[] nested) {
      return Tensor.of(nested);
    }
    return flat(given, isFlat(given) ? Shape.of(Array.getLength(given)) : Shape.scalar());
  }

  private static Tensor flat(Object given, Shape shape) {
    long[] dims = shape.toArray();
    if (given instanceof float[] numbers) {
      return Tensor.of(numbers, dims);
    }
    if (given instanceof double[] numbers) {
      return Tensor.of(numbers, dims);
    }
    if (given instanceof int[] numbers) {
      return Tensor.of(numbers, dims);
    }
    if (given instanceof long[] numbers) {
      return Tensor.of(numbers, dims);
    }
    if (given instanceof boolean[] numbers) {
      return Tensor.of(numbers, dims);
    }
    throw new InputException(
        "given is "
            + (given == null ? "null" : "a " + given.getClass().getName())
            + "; allowed: a Tensor, or flat or nested arrays of float, double, int, long, boolean"
            + " or String");
  }
}
