package dev.keraunos.cli;

import dev.keraunos.Dataset;
import dev.keraunos.KerasModel;
import dev.keraunos.Labels;
import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import dev.keraunos.testing.NpzStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * Arrays for a model from {@code .npy} or {@code .npz}: members {@code inputs/NAME}, {@code
 * targets/NAME}, {@code sample_weights/NAME}; plain {@code NAME} for inputs, and for targets where
 * no input has the name; {@code x}, {@code y}, {@code sample_weight} where there is one of each;
 * {@code class_names}, texts.
 */
final class DataFile {
  private static final String CLASS_NAMES = "class_names";

  private final Path file;

  DataFile(Path file) {
    this.file = file;
  }

  /** All inputs at once. */
  Map<String, Tensor> inputs(KerasModel model) {
    Npz content = Npz.read(file);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    members(model.inputNames(), content.arrays().keySet(), "inputs/", "x", true)
        .forEach((name, member) -> inputs.put(name, content.arrays().get(member)));
    return inputs;
  }

  /** Inputs, targets and sample weights, some samples at a time. */
  Parts parts(KerasModel model, int samplesEach) {
    NpzStream stream = NpzStream.open(file);
    try {
      return new Parts(stream, model, samplesEach);
    } catch (RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  /** The member of the file that holds each array. */
  private Map<String, String> members(
      List<String> names, Set<String> present, String prefix, String single, boolean required) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String name : names) {
      if (present.contains(prefix + name)) {
        found.put(name, prefix + name);
      } else if (required && present.contains(name)) {
        found.put(name, name);
      } else if (names.size() == 1 && present.contains(single)) {
        found.put(name, single);
      } else if (names.size() == 1 && required && present.size() == 1) {
        found.put(name, present.iterator().next());
      } else if (required) {
        throw new InputException(
            file + ": has no array '" + prefix + name + "'; it holds " + present);
      }
    }
    return found;
  }

  /** The targets, which may have the plain names of outputs where no input has them. */
  private Map<String, String> targets(KerasModel model, Set<String> present) {
    Map<String, String> found = members(model.outputNames(), present, "targets/", "y", false);
    for (String name : model.outputNames()) {
      if (present.contains(name) && !model.inputNames().contains(name)) {
        found.putIfAbsent(name, name);
      }
    }
    return found;
  }

  /** The samples of a file in order. */
  final class Parts implements Iterator<Dataset>, AutoCloseable {
    private final NpzStream stream;
    private final Map<String, String> inputs;
    private final Map<String, String> targets;
    private final Map<String, String> sampleWeights;
    private final int samplesEach;
    private final long samples;
    private final Optional<Labels> labels;
    private long handedOut;

    private Parts(NpzStream stream, KerasModel model, int samplesEach) {
      this.stream = stream;
      this.samplesEach = Math.max(1, samplesEach);
      Set<String> present = stream.names();
      List<String> outputs = model.outputNames();
      inputs = members(model.inputNames(), present, "inputs/", "x", true);
      targets = targets(model, present);
      sampleWeights = members(outputs, present, "sample_weights/", "sample_weight", false);
      samples = count();
      labels = labels();
    }

    /** What the file calls the classes. */
    private Optional<Labels> labels() {
      if (!stream.names().contains(CLASS_NAMES)) {
        return Optional.empty();
      }
      Shape shape = stream.shape(CLASS_NAMES);
      try (Tensor names = stream.next(CLASS_NAMES, shape.rank() == 1 ? shape.dim(0) : 0)) {
        if (shape.rank() != 1 || names.dtype() != DType.STRING) {
          throw new InputException(
              String.format(
                  "%s!%s: is %s %s; allowed: texts, one for each class, class 0 first",
                  file, CLASS_NAMES, names.dtype(), shape));
        }
        return Optional.of(Labels.of(names.toStringArray()));
      }
    }

    private long count() {
      long count = -1;
      for (Map<String, String> group : List.of(inputs, targets, sampleWeights)) {
        for (String member : group.values()) {
          Shape shape = stream.shape(member);
          if (shape.rank() == 0 || (count >= 0 && shape.dim(0) != count)) {
            throw new InputException(
                file
                    + "!"
                    + member
                    + ": its shape "
                    + shape
                    + " has not the "
                    + count
                    + " samples that others have");
          }
          count = shape.dim(0);
        }
      }
      return count;
    }

    /** How many samples there are. */
    long samples() {
      return samples;
    }

    /** How many samples were handed out. */
    long handedOut() {
      return handedOut;
    }

    @Override
    public boolean hasNext() {
      return handedOut < samples;
    }

    @Override
    public Dataset next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      long n = Math.min(samplesEach, samples - handedOut);
      handedOut += n;
      Dataset part = new Dataset(read(inputs, n), read(targets, n), read(sampleWeights, n));
      return labels.map(part::withClassNames).orElse(part);
    }

    private Map<String, Tensor> read(Map<String, String> members, long rows) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      members.forEach((name, member) -> tensors.put(name, stream.next(member, rows)));
      return tensors;
    }

    @Override
    public void close() {
      stream.close();
    }
  }
}
