package dev.keraunos.hdf5.internal;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A group of an HDF5 file, read as a whole.
 *
 * @param attributes texts, and numbers as text, by name
 * @param groups by name, in no order that means anything
 * @param datasets by name, in no order that means anything
 * @param refused why a sound link or object of this name was not read, for whoever wants it
 */
public record Hdf5Group(
    Map<String, List<String>> attributes,
    Map<String, Hdf5Group> groups,
    Map<String, Tensor> datasets,
    Map<String, Hdf5Exception> refused) {

  /** One without content. */
  public static Hdf5Group empty(Map<String, List<String>> attributes) {
    return new Hdf5Group(
        attributes, new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  /** Frees the data of this group and those inside. */
  public void close() {
    datasets.values().forEach(Tensor::close);
    groups.values().forEach(Hdf5Group::close);
  }
}
