package dev.keraunos.hdf5.internal;

import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * A group of an HDF5 file, read as a whole.
 *
 * @param attributes texts, and numbers as text, by name
 * @param groups by name, in no order that means anything
 * @param datasets by name, in no order that means anything
 */
public record Hdf5Group(
    Map<String, List<String>> attributes,
    Map<String, Hdf5Group> groups,
    Map<String, Tensor> datasets) {

  /** Frees the data of this group and those inside. */
  public void close() {
    datasets.values().forEach(Tensor::close);
    groups.values().forEach(Hdf5Group::close);
  }
}
