package dev.keraunos.cli;

import dev.keraunos.Dataset;
import dev.keraunos.KerasModel;
import dev.keraunos.error.InputException;
import dev.keraunos.fixtures.Npz;
import dev.keraunos.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Arrays for a model from {@code .npy} or {@code .npz}: members {@code inputs/NAME}, {@code
 * targets/NAME}, {@code sample_weights/NAME}; plain {@code NAME} for inputs; {@code x}, {@code y},
 * {@code sample_weight} where there is one of each.
 */
final class DataFile {
  private final Path file;
  private final Npz content;

  DataFile(Path file) {
    this.file = file;
    this.content = Npz.read(file);
  }

  Map<String, Tensor> inputs(KerasModel model) {
    return group(model.inputNames(), "inputs/", "x", true);
  }

  Dataset dataset(KerasModel model) {
    List<String> outputs = model.outputNames();
    return new Dataset(
        inputs(model),
        group(outputs, "targets/", "y", false),
        group(outputs, "sample_weights/", "sample_weight", false));
  }

  private Map<String, Tensor> group(
      List<String> names, String prefix, String single, boolean required) {
    Map<String, Tensor> found = new LinkedHashMap<>();
    for (String name : names) {
      Tensor tensor = content.arrays().get(prefix + name);
      if (tensor == null && required) {
        tensor = content.arrays().get(name);
      }
      if (tensor == null && names.size() == 1) {
        tensor = content.arrays().get(single);
      }
      if (tensor == null && names.size() == 1 && required && content.arrays().size() == 1) {
        tensor = content.arrays().values().iterator().next();
      }
      if (tensor != null) {
        found.put(name, tensor);
      } else if (required) {
        throw new InputException(
            file + ": has no array '" + prefix + name + "'; it holds " + content.arrays().keySet());
      }
    }
    return found;
  }
}
